"""What one bulletin declares for one area: counts, percentages, and how far they reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from tallyverify.errors import listed
from tallyverify.language import told
from tallyverify.model import Count, Identifier, Model
from tallyverify.names import folded

_TAKEN = ("valid", "valid votes", "null", "blank", "ballots", "stations", "registered")
_MOST_DECIMALS = 10  # beyond these, what is left of a stated share is noise of binary fractions

Flag = Annotated[bool, Field(strict=True)]
"""True or false, and nothing that could be read as either."""

CoverageBasis = Literal["stations", "registered"]
"""What a coverage is a share of: stations, or the voters registered at them."""

Decimals = Annotated[int, Field(strict=True, ge=0, le=6)]
"""Decimals of a published percentage."""


def _each_once(keys: tuple[str, ...]) -> tuple[str, ...]:
    twice = [key for key, times in Counter(keys).items() if times > 1]
    if twice:
        raise ValueError(told("each station is named once; twice: {keys}", keys=listed(twice)))
    return keys


def _number_or_keys(value: object) -> str:
    return "keys" if isinstance(value, list | tuple) else "number"


def _either(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | list | tuple):
        what = told("annulled stations are a whole number, or a list of their keys")
        raise PydanticCustomError("annulled", "{text}", {"text": what})
    return value


Annulled = Annotated[
    Annotated[Count, Tag("number")]
    | Annotated[tuple[Identifier, ...], AfterValidator(_each_once), Tag("keys")],
    Discriminator(_number_or_keys),
    BeforeValidator(_either),
]
"""Stations whose votes do not count: how many, or which."""


class Group(Model):
    """Candidates declared together, e.g. ``others``; votes may lack where a percentage is stated.

    Examples
    --------
    >>> Group(name="others", candidates=("B", "C"), votes=40).votes
    40
    """

    name: Identifier
    candidates: tuple[Identifier, ...] = Field(min_length=1)
    votes: Count | None = None


class AreaResult(Model):
    """What a bulletin declares for one area.

    Attributes
    ----------
    area : dict of str to str
        Level to name; empty for the whole country.
    coverage : float, optional
        Share of the area that the bulletin holds, a rounded fraction. In a file of which some
        coverage is above 1, all are percentages; :class:`Declared` turns these into fractions.
    coverage_basis : {"stations", "registered"}, optional
        What the coverage is a share of: stations, or registered voters.
    complete : bool, optional
        Whether the bulletin leaves out nothing of the area.
    all_votes_at_stations : bool, optional
        Whether every vote was cast at a station that has a sheet: none by post, abroad or the like.
    annulled : int or tuple of str, optional
        Stations of the area whose votes do not count: how many, or their keys.
    from_percentages : int, optional
        Decimals of the published percentages that the votes were calculated from, 0 to 6.
    stations, registered : int, optional
        Stations that the bulletin holds, and voters registered at them.
    ballots, valid, null, blank : int, optional
        Declared totals; valid votes are those for candidates.
    votes : dict of str to int
        Declared votes by candidate.
    groups : tuple of Group
        Candidates whose votes are declared together.
    percentages : dict of str to float
        Declared percentages, by candidate or name of a group. Where no votes are declared for one,
        the row needs a total: ``valid``, ``ballots`` or ``registered``.

    Examples
    --------
    >>> AreaResult(area={"state": "N"}, coverage=0.8, valid=9, votes={"A": 9}).coverage_range
    (Fraction(159, 200), Fraction(161, 200))
    >>> AreaResult(valid=1000, percentages={"A": 51.2, "B": 48.8}).percentage_members
    {'A': ('A',), 'B': ('B',)}
    """

    area: dict[Identifier, Identifier] = Field(default_factory=dict)
    coverage: Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)] | None = None
    coverage_basis: CoverageBasis | None = None
    complete: Flag | None = None
    all_votes_at_stations: Flag | None = None
    annulled: Annulled | None = None
    from_percentages: Decimals | None = None
    stations: Count | None = None
    registered: Count | None = None
    ballots: Count | None = None
    valid: Count | None = None
    null: Count | None = None
    blank: Count | None = None
    votes: dict[Identifier, Count] = Field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    percentages: dict[Identifier, Annotated[float, Field(strict=True, ge=0, le=100)]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _each_candidate_once(self) -> AreaResult:
        named = [*self.votes, *(name for group in self.groups for name in group.candidates)]
        twice = [name for name, times in Counter(named).items() if times > 1]
        if twice:
            raise ValueError(
                told(
                    "votes declared twice for {names}: alone and in a group, or in two groups",
                    names=listed(twice),
                )
            )
        names = [group.name for group in self.groups]
        if len(set(names)) < len(names) or set(names) & {*self.votes, *_TAKEN}:
            raise ValueError(
                told(
                    "names of groups must differ from each other, from candidates and from {names}",
                    names=listed(_TAKEN),
                )
            )
        return self

    @model_validator(mode="after")
    def _percentages_are_of_something(self) -> AreaResult:
        if len(self.percentages) > 1 and 0.9 <= sum(self.percentages.values()) <= 1.01:
            raise ValueError(
                told("percentages sum to 1: these are fractions; write 51.2 for 51.2 %")
            )
        shares, counts = (set(map(folded, names)) for names in (self.percentages, self.figures))
        bare = [g.name for g in self.groups if g.votes is None and folded(g.name) not in shares]
        if bare:
            raise ValueError(
                told(
                    "groups need votes, or a percentage: {groups} have neither",
                    groups=listed(bare),
                )
            )
        alone = [name for name in self.percentages if folded(name) not in counts]
        if alone and self.valid is self.ballots is self.registered is None:
            raise ValueError(
                told(
                    "percentages for {names}, for which no votes are declared, need a total that "
                    "they are of: declare 'valid', 'ballots' or 'registered' beside them",
                    names=listed(alone),
                )
            )
        return self

    @property
    def figures(self) -> dict[str, int]:
        """Declared votes by candidate and by group."""
        grouped = {group.name: group.votes for group in self.groups if group.votes is not None}
        return {**self.votes, **grouped}

    @property
    def most(self) -> int:
        """The most papers that are declared, by whichever total."""
        return max(self.ballots or 0, self.valid or 0, sum(self.figures.values()))

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Candidates behind each declared figure."""
        alone = {name: (name,) for name in self.votes}
        return {**alone, **{g.name: g.candidates for g in self.groups if g.votes is not None}}

    @property
    def percentage_members(self) -> dict[str, tuple[str, ...]]:
        """Candidates behind each declared percentage."""
        groups = {group.name: group.candidates for group in self.groups}
        return {name: groups.get(name, (name,)) for name in self.percentages}

    @property
    def candidates(self) -> set[str]:
        """Candidates whose votes are declared, alone or in a group."""
        return {name for members in self.members.values() for name in members}

    def votes_of(self, members: tuple[str, ...]) -> tuple[int, bool]:
        """Return the votes declared for some candidates, and whether these are all of theirs.

        A group counts only if it holds no other candidate.
        """
        inside = {k: m for k, m in self.members.items() if set(m) <= set(members)}
        covered = {name for names in inside.values() for name in names}
        return sum(self.figures[label] for label in inside), covered == set(members)

    @property
    def percentage_sum(self) -> tuple[Fraction, Fraction]:
        """What the percentages sum to, and by how much rounding can have raised it.

        A candidate in a group that has a percentage too is not summed again. The slack is one unit
        of the coarsest percentage for each.
        """
        groups = [group for group in self.groups if group.name in self.percentages]
        again = {name for group in groups for name in group.candidates}
        shares = [Fraction(str(p)) for name, p in self.percentages.items() if name not in again]
        unit = max((Fraction(1, 10 ** decimals_of(share)) for share in shares), default=Fraction(1))
        return sum(shares, Fraction(0)), len(shares) * unit

    @property
    def coverage_range(self) -> tuple[Fraction, Fraction] | None:
        """Lowest and highest share that the stated coverage can mean.

        A coverage is a rounded percentage: 0.8 is read as 80 % ± 0.5 points, 0.9687 as
        96.87 % ± 0.005 points, and 1 as 99.5 % at least: that nothing is left out is said by
        ``complete``.
        """
        if self.coverage is None:
            return None
        stated = Fraction(str(self.coverage))
        points = round(stated if stated > 1 else stated * 100, _MOST_DECIMALS)
        half = Fraction(1, 2 * 10 ** decimals_of(points))
        return max(points - half, Fraction(0)) / 100, min(points + half, Fraction(100)) / 100


def areas_around(areas: Iterable[dict[str, str]]) -> list[set[int]]:
    """Return which of some areas each of them lies in, itself among them; by position.

    Examples
    --------
    >>> areas_around([{}, {"state": "N"}, {"state": "N", "town": "T"}, {"state": "S"}])
    [{0}, {0, 1}, {0, 1, 2}, {0, 3}]
    """
    listed = list(areas)
    named: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for at, area in enumerate(listed):
        levels = tuple(sorted(area))
        named.setdefault(levels, {})[tuple(area[level] for level in levels)] = at
    return [
        {
            at
            for levels, places in named.items()
            if all(level in area for level in levels)
            and (at := places.get(tuple(area[level] for level in levels), -1)) >= 0
        }
        for area in listed
    ]


def stated_short(rows: Sequence[AreaResult]) -> frozenset[int]:
    """Return, by position, in which of some areas a coverage of less than all is stated, or within.

    Examples
    --------
    >>> north = AreaResult(area={"state": "N"}, coverage=0.9)
    >>> sorted(stated_short([AreaResult(coverage=1), north, AreaResult(area={"state": "S"})]))
    [0, 1]
    """
    less = [row.coverage_range is not None and row.coverage_range[1] < 1 for row in rows]
    if not any(less):
        return frozenset()
    around = areas_around(row.area for row in rows)
    return frozenset(at for own, short in zip(around, less, strict=True) if short for at in own)


def decimals_of(stated: Fraction) -> int:
    """Return the decimals that a figure was stated with; zeros at its end are not known."""
    stated = round(stated, _MOST_DECIMALS)
    return next(
        decimals for decimals in range(_MOST_DECIMALS + 1) if 10**decimals % stated.denominator == 0
    )
