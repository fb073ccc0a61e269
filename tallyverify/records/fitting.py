"""A declared row in the contest's own spelling of its candidates and levels."""

from __future__ import annotations

from collections.abc import Iterable

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.names import spelt_as
from tallyverify.records.area_result import AreaResult
from tallyverify.records.contest import Contest


def fitted_row(
    row: AreaResult, contest: Contest, file: str, where: str
) -> tuple[AreaResult, tuple[str, ...]]:
    """Return a row with candidates and levels as the contest spells them, the levels in its order.

    Also returns, in words, which the row spells otherwise.

    Raises
    ------
    InputError
        If it names a candidate or a level that the contest does not have, or one in two
        spellings, or percentages sum to more than each voter's votes.
    """

    def own(what: str, names: Iterable[str], known: Iterable[str]) -> dict[str, str]:
        """Return what each of these names is in the contest."""
        found: dict[str, str] = {}
        for name in names:
            alike = spelt_as(name, known)
            if not alike:
                raise _unknown(what, name, tuple(known), file, where)
            twice = [other for other, one in found.items() if one == alike[0]]
            if len(alike) > 1 or twice:
                raise InputError(
                    f"a {what} in two spellings",
                    file=file,
                    place=where,
                    found=listed([*twice, name]),
                    expected=f"one spelling of {listed(alike)}"
                    if twice
                    else f"one of {listed(alike)}, spelt as there",
                )
            found[name] = alike[0]
        return found

    members = [name for group in row.groups for name in group.candidates]
    names = own("candidate", [*row.votes, *members], contest.candidate_ids)
    labels = dict.fromkeys((*(group.name for group in row.groups), *contest.candidate_ids))
    shares = own("candidate", row.percentages, labels)
    levels = own("level", row.area, contest.levels)
    area = {levels[level]: name for level, name in row.area.items()}
    groups = [
        group.model_copy(update={"candidates": tuple(names[name] for name in group.candidates)})
        for group in row.groups
    ]
    changed: dict[str, object] = {
        "area": {level: area[level] for level in contest.levels if level in area},
        "votes": {names[name]: votes for name, votes in row.votes.items()},
        "groups": tuple(groups),
        "percentages": {shares[name]: share for name, share in row.percentages.items()},
    }
    told = [("candidate", names), ("percentage", shares), ("level", levels)]
    said = tuple(
        f"{file}: {what} {shown(name)} read as {shown(one)}"
        for what, found in told
        for name, one in found.items()
        if name != one
    )
    fitted = row.model_copy(update=changed)
    _check_sum(fitted, contest, file, where)
    return fitted, said


def _check_sum(row: AreaResult, contest: Contest, file: str, where: str) -> None:
    """Refuse percentages of more than all votes."""
    total, slack = row.percentage_sum
    most = 100 * contest.votes_allowed
    if total > most + slack:
        raise InputError(
            "the percentages sum to too much",
            file=file,
            place=where,
            found=f"{float(total):.10g} % in {shown(row.area) if row.area else 'the whole'}",
            expected=f"{most} % at most, and {float(slack):g} for rounding",
            hint="check the figures; if each voter has several votes, say so in the contest: "
            '"votes_allowed": 3',
        )


def _unknown(what: str, name: str, known: tuple[str, ...], file: str, where: str) -> InputError:
    return InputError(
        f"the contest has no {what} of this name",
        file=file,
        place=where,
        found=shown(name),
        expected=listed(known) or f"none: the contest has no {what}s",
        hint=nearest(name, known)
        or f"declare for the contest's {what}s, or name the contest file of this result",
    )
