"""What an authority declared: results by area, in one bulletin or several over time."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cached_property
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.model import Count, Identifier, Model, Text
from tallyverify.names import folded
from tallyverify.records.contest import Contest

_TAKEN = ("valid", "valid votes", "null", "blank", "ballots", "stations", "registered")


class Group(Model):
    """Candidates declared together, e.g. ``others``."""

    name: Identifier
    candidates: tuple[Identifier, ...] = Field(min_length=1)
    votes: Count


class AreaResult(Model):
    """What a bulletin declares for one area.

    Attributes
    ----------
    area : dict of str to str
        Level to name; empty for the whole country.
    coverage : float, optional
        Share of the area's stations that the bulletin holds, as a fraction; a figure above 1 is
        read as a percentage (80 is 0.8).
    stations, registered : int, optional
        Stations that the bulletin holds, and voters registered at them.
    ballots, valid, null, blank : int, optional
        Declared totals; valid votes are those for candidates.
    votes : dict of str to int
        Declared votes by candidate.
    groups : tuple of Group
        Candidates whose votes are declared together.
    percentages : dict of str to float
        Declared percentages, by candidate or name of a group.

    Examples
    --------
    >>> AreaResult(area={"state": "N"}, coverage=0.8, valid=9, votes={"A": 9}).coverage_range
    (Fraction(159, 200), Fraction(161, 200))
    """

    area: dict[Identifier, Identifier] = Field(default_factory=dict)
    coverage: Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)] | None = None
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
                f"votes declared twice for {listed(twice)}: alone and in a group, or in two groups"
            )
        names = [group.name for group in self.groups]
        if len(set(names)) < len(names) or set(names) & {*self.votes, *_TAKEN}:
            raise ValueError(
                "names of groups must differ from each other, from candidates and from "
                f"{listed(_TAKEN)}"
            )
        if len(self.percentages) > 1 and 0.9 <= sum(self.percentages.values()) <= 1.01:
            raise ValueError("percentages sum to 1: these are fractions; write 51.2 for 51.2 %")
        unknown = [name for name in self.percentages if name not in self.figures]
        if unknown:
            raise ValueError(
                f"percentages for {listed(unknown)}, for which no votes are declared; "
                f"votes are declared for {listed(self.figures)}"
            )
        return self

    @property
    def figures(self) -> dict[str, int]:
        """Declared votes by candidate and by group."""
        return {**self.votes, **{group.name: group.votes for group in self.groups}}

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Candidates behind each declared figure."""
        alone = {name: (name,) for name in self.votes}
        return {**alone, **{group.name: group.candidates for group in self.groups}}

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
    def coverage_range(self) -> tuple[Fraction, Fraction] | None:
        """Lowest and highest share of stations that the stated coverage can mean.

        A coverage is a rounded percentage: 0.8 is read as 80 % ± 0.5 points and 0.9687 as
        96.87 % ± 0.005 points; 1 says that nothing is left out.
        """
        if self.coverage is None:
            return None
        stated = Fraction(str(self.coverage))
        points = stated if stated > 1 else stated * 100
        if points == 100:
            return Fraction(1), Fraction(1)
        decimals = len(_decimals(points))
        half = Fraction(1, 2 * 10**decimals)
        return max(points - half, Fraction(0)) / 100, min(points + half, Fraction(100)) / 100


def _decimals(points: Fraction) -> str:
    match = re.search(r"\.(\d*?)0*$", f"{float(points):.10f}")
    return match.group(1) if match else ""


class Bulletin(Model):
    """One announcement.

    Attributes
    ----------
    id : str
        Name of the bulletin.
    issued : str
        ISO date or time of issue; bulletins are taken in this order, else as listed.
    areas : tuple of AreaResult
        What it declares, by area.
    correction : bool
        The authority says that this bulletin corrects earlier ones: counts may then fall.

    Examples
    --------
    >>> bulletin = Bulletin.model_validate(
    ...     {"id": "1", "issued": "2024-07-29", "areas": [{"valid": 9, "votes": {"A": 9}}]})
    >>> bulletin.of({}).valid
    9
    """

    id: Identifier
    issued: Text = ""
    areas: tuple[AreaResult, ...] = Field(min_length=1)
    correction: bool = False

    @field_validator("issued")
    @classmethod
    def _iso(cls, value: str) -> str:
        if value:
            try:
                _moment(value)
            except ValueError:
                raise ValueError(
                    "a date or time is written YYYY-MM-DD or YYYY-MM-DDThh:mm"
                ) from None
        return value

    @model_validator(mode="after")
    def _each_area_once(self) -> Bulletin:
        keys = [tuple(sorted(row.area.items())) for row in self.areas]
        twice = [dict(key) for key, times in Counter(keys).items() if times > 1]
        if twice:
            raise ValueError(f"area declared twice in one bulletin: {shown(twice[0])}")
        return self

    def of(self, area: dict[str, str]) -> AreaResult | None:
        """Return what the bulletin declares for an area, if anything."""
        return self._by_area.get(frozenset(area.items()))

    @cached_property
    def _by_area(self) -> dict[frozenset[tuple[str, str]], AreaResult]:
        return {frozenset(row.area.items()): row for row in self.areas}


def _moment(value: str) -> datetime:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        day = date.fromisoformat(value)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Declared(Model):
    """All that an authority declared of one contest.

    Attributes
    ----------
    authority : str
        Who declared it.
    stations, registered : int, optional
        Stations and registered voters of the whole country, as the authority gives them.
    bulletins : tuple of Bulletin
        In the order of issue.

    Examples
    --------
    >>> declared = Declared.model_validate({"bulletins": [{"id": "1", "areas": [
    ...     {"valid": 10, "votes": {"A": 6, "B": 4}}]}]})
    >>> declared.bulletins[0].areas[0].figures
    {'A': 6, 'B': 4}
    """

    authority: Text = ""
    stations: Count | None = None
    registered: Count | None = None
    bulletins: tuple[Bulletin, ...] = ()

    @model_validator(mode="after")
    def _distinct_bulletins(self) -> Declared:
        names = [bulletin.id for bulletin in self.bulletins]
        if len(set(names)) < len(names):
            raise ValueError("two bulletins have the same id")
        return self

    @cached_property
    def in_order(self) -> tuple[Bulletin, ...]:
        """The bulletins by time of issue; as listed where not every one is dated."""
        if all(bulletin.issued for bulletin in self.bulletins):
            return tuple(sorted(self.bulletins, key=lambda bulletin: _moment(bulletin.issued)))
        return self.bulletins

    @cached_property
    def areas(self) -> tuple[dict[str, str], ...]:
        """Every area for which something is declared, the whole country first."""
        keys = {tuple(row.area.items()) for bulletin in self.bulletins for row in bulletin.areas}
        return tuple(dict(key) for key in sorted(keys | {()}, key=lambda key: (len(key), key)))

    def fitting(self, contest: Contest, file: str) -> Declared:
        """Return the same with areas in the contest's order of levels, if it fits the contest.

        Raises
        ------
        InputError
            If it names a candidate or a level that the contest does not have.
        """
        spelt: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
        bulletins = []
        for bulletin in self.bulletins:
            rows = []
            for row in bulletin.areas:
                where = f"bulletin {bulletin.id!r}"
                for name in (name for members in row.members.values() for name in members):
                    if name not in contest.candidate_ids:
                        raise _unknown("candidate", name, contest.candidate_ids, file, where)
                for level in row.area:
                    if level not in contest.levels:
                        raise _unknown("level", level, contest.levels, file, where)
                ordered = {level: row.area[level] for level in contest.levels if level in row.area}
                key = tuple((level, folded(name)) for level, name in ordered.items())
                if spelt.setdefault(key, ordered) != ordered:
                    raise InputError(
                        "one area is declared under two spellings",
                        file=file,
                        place=where,
                        found=f"{shown(ordered)} and {shown(spelt[key])}",
                        expected="one spelling, as in the actas",
                    )
                rows.append(row.model_copy(update={"area": ordered}))
            bulletins.append(bulletin.model_copy(update={"areas": tuple(rows)}))
        return self.model_copy(update={"bulletins": tuple(bulletins)})


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
