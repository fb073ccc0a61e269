"""The study of a case: what verify knows of it, estimated once for all checks that ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tallyverify.coverage import Kept, Seen
from tallyverify.declared import AreaResult, Bulletin
from tallyverify.errors import InputError, TallyVerifyError
from tallyverify.extent import left_out, listed_in
from tallyverify.facts import CaseFacts
from tallyverify.inference.asked import Asked
from tallyverify.inference.estimate import estimate_of
from tallyverify.inference.result import Estimate
from tallyverify.inference.sensitivity import Sensitivity, sensitivity
from tallyverify.inference.study import Study, study
from tallyverify.sheets import MOST_STATIONS, Sheets

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CaseStudy:
    """The study of a case, its estimate and its sensitivity; or why there is none.

    Attributes
    ----------
    study : Study or None
        None where not even the sheets could be put together.
    estimate : Estimate or None
        The same, to be shown.
    curve : Sensitivity or None
        None where refused, or where no votes are left unseen.
    reason : str
        Why there is no estimate; empty if there is one.
    """

    study: Study | None
    estimate: Estimate | None
    curve: Sensitivity | None
    reason: str


@dataclass(frozen=True)
class DeclaredMargin:
    """What a bulletin declares for the whole country of the two candidates compared.

    Attributes
    ----------
    bulletin, row
        Where it stands.
    first, second : int
        Declared votes of the pair.
    valid : int
        Declared votes for candidates.
    """

    bulletin: Bulletin
    row: AreaResult
    first: int
    second: int
    valid: int

    @property
    def margin(self) -> float:
        """First less second, as a fraction of the declared votes for candidates."""
        return (self.first - self.second) / self.valid


def study_of(kept: Kept, facts: CaseFacts) -> CaseStudy:
    """Return the study of a case, worked out when it is first asked for."""
    sheets: Sheets = kept.rows
    if "study" not in sheets.kept:
        sheets.kept["study"] = _studied(kept, sheets, facts)
    found: CaseStudy = sheets.kept["study"]
    return found


def _studied(kept: Kept, sheets: Sheets, facts: CaseFacts) -> CaseStudy:
    if sheets.chunks is None:
        return CaseStudy(
            None,
            None,
            None,
            f"{sheets.rows:,} stations: estimates keep all of them at once, up to "
            f"{MOST_STATIONS:,}",
        )
    declared = facts.declared
    asked = Asked(
        registry=facts.registry,
        expected=None if facts.registry is not None else _expected(facts),
        stations=declared.stations if declared else None,
        registered=declared.registered if declared else None,
        seed=facts.seed,
        rival=_winner(facts),
    )
    try:
        found = study(sheets, facts.contest.candidate_ids, facts.contest.levels, asked)
    except InputError as error:
        return CaseStudy(None, None, None, " ".join(str(error).split()))
    estimate = estimate_of(found)
    curve = None
    if not found.refused:
        curve = curve_of(found)
    return CaseStudy(found, estimate, curve, found.refused)


def curve_of(found: Study) -> Sensitivity | None:
    """Return the sensitivity of a study's margin; None where no votes are unseen."""
    if found.outcome is None or found.totals is None or not found.unseen_stations:
        return None
    first, second = found.pair
    seen = found.population.votes.sum(axis=0)
    try:
        return sensitivity(
            found.outcome.share,
            found.outcome.votes,
            lead=float(seen[first] - seen[second]),
            valid=float(found.totals.estimate[-1]),
        )
    except TallyVerifyError:
        return None


def declared_margins(facts: CaseFacts, pair: tuple[int, int]) -> list[DeclaredMargin]:
    """Return the national margins of the pair, of each bulletin that declares both votes."""
    names = facts.contest.candidate_ids
    if len(names) < 2:
        return []
    first, second = names[pair[0]], names[pair[1]]
    found = []
    for bulletin in facts.bulletins:
        row = bulletin.of({})
        if row is None or first not in row.votes or second not in row.votes:
            continue
        valid = declared_valid(row, facts)
        if valid:
            found.append(DeclaredMargin(bulletin, row, row.votes[first], row.votes[second], valid))
    return found


def declared_valid(row: AreaResult, facts: CaseFacts) -> int | None:
    """Return the declared votes for candidates: their sum, or the valid votes without blanks."""
    total = sum(row.figures.values())
    if row.candidates == set(facts.contest.candidate_ids):
        return total
    if row.valid is None or row.valid < total:
        return None
    return row.valid


def seen_valid(seen: Seen, facts: CaseFacts) -> int:
    """Return the votes for candidates on the seen sheets."""
    return sum(seen.totals.sum((name,)) for name in facts.contest.candidate_ids)


def _winner(facts: CaseFacts) -> str | None:
    """Return the candidate with most declared votes in the last bulletin that has any."""
    for bulletin in reversed(facts.bulletins):
        row = bulletin.of({})
        if row is not None and row.votes:
            return max(row.votes, key=lambda name: row.votes[name])
    return None


def _expected(facts: CaseFacts) -> pd.DataFrame | None:
    """Return stations or registered voters by area, if a whole bulletin declares them.

    Only of the last bulletin that says it leaves nothing out, for areas of one level, each of
    which has the number.
    """
    import pandas as pd

    for bulletin in reversed(facts.bulletins):
        whole = bulletin.of({})
        if whole is None or whole.coverage_range is None or whole.coverage_range[0] < 1:
            continue
        rows = [row for row in bulletin.areas if row.area]
        levels = {tuple(row.area) for row in rows}
        if len(levels) != 1 or not facts.is_visible(rows[0].area):
            continue
        numbers = {
            name: [getattr(row, name) for row in rows]
            for name in ("stations", "registered")
            if all(getattr(row, name) is not None for row in rows)
        }
        if numbers:
            frame = pd.DataFrame([row.area for row in rows])
            return frame.assign(**numbers)
    return None


def surely_impossible(
    kept: Kept, facts: CaseFacts, bulletin: Bulletin, row: AreaResult, name: str
) -> bool | None:
    """Whether no share of the votes not seen gives a candidate what is declared.

    A bulletin that is not the whole count may leave out seen stations. It is then asked whether
    that holds whichever of them it leaves out: as many of the largest as it may.

    Returns
    -------
    bool or None
        None where it would be impossible, but for the stations that may have been left out.
    """
    seen = kept.seen
    valid = declared_valid(row, facts)
    if valid is None:
        return False
    have = seen.totals.sum((name,))
    have_valid = seen_valid(seen, facts)
    need, need_valid = row.votes[name] - have, valid - have_valid
    short = (-need, need - need_valid, -need_valid)
    if max(short) <= 0:
        return False
    most = left_out(seen, facts, bulletin, row)
    if most is None:
        return None
    own = seen.totals.sizes[(name,)].top(0, most)
    # Valid votes are no fewer than those for all but this candidate.
    all_valid = seen.totals.sizes[facts.valid].top(0, most)
    spared = (own, all_valid, all_valid)
    return True if any(a > b for a, b in zip(short, spared, strict=True)) else None


def registry_is_whole(kept: Kept, facts: CaseFacts) -> bool:
    """Whether the registry is known to list every station and no other.

    It must have as many as are declared: a registry of another election may lack new stations, and
    list some that were closed, which nobody can see.
    """
    declared = facts.declared.stations if facts.declared else None
    return (
        facts.registry is not None
        and declared == len(facts.registry)
        and listed_in(kept.seen, facts, {}) is not None
    )
