"""A declared row in the contest's own spelling of its candidates and levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import formatted, told
from tallyverify.names import KnownNames
from tallyverify.records.area_result import AreaResult
from tallyverify.records.contest import Contest


@dataclass(frozen=True)
class _Kind:
    """What is said of a name of one kind."""

    twice: str
    unknown: str
    none: str
    hint: str


_CANDIDATE = _Kind(
    told("a candidate in two spellings"),
    told("the contest has no candidate of this name"),
    told("none: the contest has no candidates"),
    told("declare for the contest's candidates, or name the contest file of this result"),
)
_LEVEL = _Kind(
    told("a level in two spellings"),
    told("the contest has no level of this name"),
    told("none: the contest has no levels"),
    told("declare for the contest's levels, or name the contest file of this result"),
)


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

    def own(kind: _Kind, names: Iterable[str], known: KnownNames) -> dict[str, str]:
        """Return what each of these names is in the contest."""
        found: dict[str, str] = {}
        named: dict[str, str] = {}
        for name in names:
            alike = known.of(name)
            if not alike:
                raise _unknown(kind, name, tuple(known), file, where)
            other = named.setdefault(alike[0], name)
            twice = [other] if other != name else []
            if len(alike) > 1 or twice:
                raise InputError(
                    kind.twice,
                    file=file,
                    place=where,
                    found=listed([*twice, name]),
                    expected=told("one spelling of {names}", names=listed(alike))
                    if twice
                    else told("one of {names}, spelt as there", names=listed(alike)),
                )
            found[name] = alike[0]
        return found

    members = [name for group in row.groups for name in group.candidates]
    names = own(_CANDIDATE, [*row.votes, *members], contest.spelt_candidates)
    labels = contest.spelt_candidates
    if row.groups and row.percentages:
        groups_too = (*(group.name for group in row.groups), *contest.candidate_ids)
        labels = KnownNames(dict.fromkeys(groups_too))
    shares = own(_CANDIDATE, row.percentages, labels)
    levels = own(_LEVEL, row.area, KnownNames(contest.levels))
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
    said = (
        *(
            told("{file}: candidate {name} read as {own}", file=file, name=name, own=one)
            for name, one in _respelt(names)
        ),
        *(
            told("{file}: percentage {name} read as {own}", file=file, name=name, own=one)
            for name, one in _respelt(shares)
        ),
        *(
            told("{file}: level {name} read as {own}", file=file, name=name, own=one)
            for name, one in _respelt(levels)
        ),
    )
    fitted = row.model_copy(update=changed)
    _check_sum(fitted, contest, file, where)
    return fitted, said


def _respelt(found: dict[str, str]) -> Iterator[tuple[str, str]]:
    return ((shown(name), shown(one)) for name, one in found.items() if name != one)


def _check_sum(row: AreaResult, contest: Contest, file: str, where: str) -> None:
    """Refuse percentages of more than all votes."""
    total, slack = row.percentage_sum
    most = 100 * contest.votes_allowed
    if total > most + slack:
        sum_of = formatted(float(total), ".10g")
        raise InputError(
            told("the percentages sum to too much"),
            file=file,
            place=where,
            found=told("{percent} % in {area}", percent=sum_of, area=shown(row.area))
            if row.area
            else told("{percent} % in the whole", percent=sum_of),
            expected=told(
                "{most} % at most, and {slack} for rounding",
                most=formatted(most, "d"),
                slack=formatted(float(slack), "g"),
            ),
            hint=told(
                "check the figures; if each voter has several votes, say so in the contest: "
                '"votes_allowed": 3'
            ),
        )


def _unknown(kind: _Kind, name: str, known: tuple[str, ...], file: str, where: str) -> InputError:
    return InputError(
        kind.unknown,
        file=file,
        place=where,
        found=shown(name),
        expected=listed(known) or kind.none,
        hint=nearest(name, known) or kind.hint,
    )
