"""What there is to show of the unseen: the estimate, what was declared, the curve, the order."""

from __future__ import annotations

from dataclasses import dataclass

from tallyverify.coverage import Kept
from tallyverify.extent import left_out
from tallyverify.facts import CaseFacts
from tallyverify.inference.counting import CaseOrder, order_of
from tallyverify.inference.grade import needed_tilt
from tallyverify.inference.of_case import declared_margins, declared_valid, seen_valid, study_of
from tallyverify.inference.result import Estimate
from tallyverify.inference.sensitivity import Sensitivity


@dataclass(frozen=True)
class DeclaredShares:
    """What a bulletin declares, as fractions of the votes for candidates.

    Attributes
    ----------
    bulletin : str
        Its name.
    whole : bool
        It is the whole count, as far as it says.
    shares : dict of str to float
        By candidate.
    margin : float or None
        Of the pair compared; None where the bulletin lacks one of them.
    tilt : float or None
        That it needs (I403).
    """

    bulletin: str
    whole: bool
    shares: dict[str, float]
    margin: float | None
    tilt: float | None


@dataclass(frozen=True, eq=False)
class Picture:
    """All that the report and the figures show of inference.

    Attributes
    ----------
    estimate : Estimate
        Perhaps refused.
    pair : tuple of str
        Names of the two candidates compared, as they are shown.
    names : dict of str to str
        Each candidate's name, as it is shown.
    declared : tuple of DeclaredShares
        By bulletin.
    curve : Sensitivity or None
        Margin as a function of the tilt.
    largest_tilt : float
        Of any mask of the backtest.
    order : CaseOrder
        The order of counting, where there is one.
    """

    estimate: Estimate
    pair: tuple[str, str]
    names: dict[str, str]
    declared: tuple[DeclaredShares, ...]
    curve: Sensitivity | None
    largest_tilt: float
    order: CaseOrder


def picture_of(kept: Kept, facts: CaseFacts) -> Picture | None:
    """Return what there is to show; None where not even the sheets could be put together."""
    found = study_of(kept, facts)
    if found.study is None or found.estimate is None:
        return None
    study = found.study
    margins = {one.bulletin.id: one for one in declared_margins(facts, study.pair)}
    declared = []
    for bulletin in facts.bulletins:
        row = bulletin.of({})
        valid = declared_valid(row, facts) if row is not None else None
        if row is None or not valid:
            continue
        one = margins.get(bulletin.id)
        margin = one.margin if one else None
        needed = needed_tilt(study, one.first, one.second) if one and found.curve else None
        tilt = needed.delta if needed else None
        declared.append(
            DeclaredShares(
                bulletin.id,
                left_out(kept.seen, facts, bulletin, row) == 0,
                {name: votes / valid for name, votes in row.votes.items()},
                margin,
                tilt,
            )
        )
    ids = facts.contest.candidate_ids
    names = {name: facts.contest.display(name) for name in ids}
    first, second = (names[ids[k]] for k in study.pair) if len(ids) > 1 else (ids[0], ids[0])
    return Picture(
        found.estimate,
        (first, second),
        names,
        tuple(declared),
        found.curve,
        study.calibration.largest_tilt,
        order_of(kept, facts),
    )


def bare_picture(kept: Kept, facts: CaseFacts) -> Picture:
    """Return what there is to show of stations that are too many to be estimated from."""
    reason = study_of(kept, facts).reason
    seen = kept.seen
    estimate = Estimate(
        method="none: the stations are too many to be kept at once",
        assumption="the sheets are authentic",
        level=0.95,
        seen={
            "stations": seen.stations.stations,
            "registered": None,
            "valid": seen_valid(seen, facts),
        },
        unseen={"stations": None, "registered": None},
        shares={},
        totals={},
        turnout=None,
        margin=None,
        bounds=None,
        refused=reason,
    )
    names = {name: facts.contest.display(name) for name in facts.contest.candidate_ids}
    first = next(iter(names.values()))
    return Picture(estimate, (first, first), names, (), None, 0.0, CaseOrder(reason=reason))
