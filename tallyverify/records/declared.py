"""What an authority declared: results by area, in one bulletin or several over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import Literal, overload

from pydantic import PrivateAttr, field_validator, model_validator

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import Told, counted, formatted, number, told, told_of
from tallyverify.model import Count, Model, Text
from tallyverify.names import folded
from tallyverify.records.area_result import Annulled, AreaResult, CoverageBasis, Flag
from tallyverify.records.bulletin import Bulletin, in_time
from tallyverify.records.contest import Contest
from tallyverify.records.fitting import fitted_row

MOST_BULLETINS = 200
"""Bulletins of one series: one for each quarter of an hour of two days, and some.

The proof holds each sheet to each of them, at a cost that grows as the square of their number.
"""
MOST_OF_ALL_SERIES = 2 * MOST_BULLETINS
_WHOLE = Fraction(199, 200)
"""A coverage above this can be rounded to 100 %."""


class Declared(Model):
    """All that an authority declared of one contest.

    Attributes
    ----------
    authority : str
        Who declared it.
    stations, registered : int, optional
        Stations and registered voters of the whole country, as the authority gives them.
    coverage_basis, all_votes_at_stations : optional
        As in :class:`AreaResult`, for each bulletin and area that does not say otherwise.
    annulled : int or tuple of str, optional
        Stations of the whole country whose votes do not count: how many, or their keys.
    bulletins : tuple of Bulletin
        In the order of issue.

    Examples
    --------
    >>> declared = Declared.model_validate({"bulletins": [{"id": "1", "areas": [
    ...     {"valid": 10, "votes": {"A": 6, "B": 4}}]}]})
    >>> declared.bulletins[0].areas[0].figures
    {'A': 6, 'B': 4}

    If some coverage is above 1, all are percentages:

    >>> declared = Declared.model_validate({"bulletins": [
    ...     {"id": "1", "areas": [{"coverage": 1}]}, {"id": "2", "areas": [{"coverage": 45}]}]})
    >>> [row.coverage for bulletin in declared.bulletins for row in bulletin.areas]
    [0.01, 0.45]
    """

    authority: Text = ""
    stations: Count | None = None
    registered: Count | None = None
    coverage_basis: CoverageBasis | None = None
    all_votes_at_stations: Flag | None = None
    annulled: Annulled | None = None
    bulletins: tuple[Bulletin, ...] = ()
    _respelt: tuple[str, ...] = PrivateAttr(default=())

    @field_validator("bulletins")
    @classmethod
    def _coverage_in_one_unit(cls, bulletins: tuple[Bulletin, ...]) -> tuple[Bulletin, ...]:
        stated = [row.coverage for bulletin in bulletins for row in bulletin.areas]
        if all(coverage is None or coverage <= 1 for coverage in stated):
            return bulletins
        return tuple(
            bulletin.model_copy(update={"areas": tuple(map(_in_fractions, bulletin.areas))})
            for bulletin in bulletins
        )

    @model_validator(mode="after")
    def _distinct_bulletins(self) -> Declared:
        names = [bulletin.id for bulletin in self.bulletins]
        if len(set(names)) < len(names):
            raise ValueError(told("two bulletins have the same id"))
        most = max(Counter(bulletin.series for bulletin in self.bulletins).values(), default=0)
        if most > MOST_BULLETINS:
            raise ValueError(
                told(
                    "{bulletins} are of one series, and at most {most} are held against each "
                    "other: leave out some of those in between",
                    bulletins=counted(most, "bulletin", "bulletins"),
                    most=number(MOST_BULLETINS),
                )
            )
        if len(names) > MOST_OF_ALL_SERIES:
            raise ValueError(
                told(
                    "{bulletins} of all series, and at most {most} are read: leave out some of "
                    "those in between",
                    bulletins=counted(len(names), "bulletin", "bulletins"),
                    most=number(MOST_OF_ALL_SERIES),
                )
            )
        return self

    @model_validator(mode="after")
    def _can_be_meant(self) -> Declared:
        if self.annulled is not None and self.stations is not None:
            annulled = self.annulled if isinstance(self.annulled, int) else len(self.annulled)
            if annulled > self.stations:
                raise ValueError(
                    told_of(
                        annulled,
                        "{count} annulled station is more than the {stations} declared",
                        "{count} annulled stations are more than the {stations} declared",
                        stations=number(self.stations),
                    )
                )
        for bulletin in self.bulletins:
            for row in bulletin.areas:
                extent = row.coverage_range
                if extent is None or extent[1] > _WHOLE or self.annulled or row.annulled:
                    continue  # where stations were annulled, a whole result may lack them
                if self.stated(bulletin, row, "complete"):
                    raise ValueError(_both_said(bulletin, row))
        return self

    @overload
    def stated(
        self,
        bulletin: Bulletin,
        row: AreaResult,
        name: Literal["complete", "all_votes_at_stations"],
    ) -> bool | None: ...
    @overload
    def stated(
        self, bulletin: Bulletin, row: AreaResult, name: Literal["coverage_basis"]
    ) -> CoverageBasis | None: ...
    @overload
    def stated(
        self, bulletin: Bulletin, row: AreaResult, name: Literal["from_percentages"]
    ) -> int | None: ...
    def stated(self, bulletin: Bulletin, row: AreaResult, name: str) -> bool | str | int | None:
        """Return what is said of an area: by its row, else by its bulletin, else for all.

        Parameters
        ----------
        bulletin : Bulletin
            One of these.
        row : AreaResult
            One of its rows.
        name : {"complete", "coverage_basis", "all_votes_at_stations", "from_percentages"}
            What is asked.

        Returns
        -------
        bool, str, int or None
            None where nothing is said.

        Examples
        --------
        >>> declared = Declared.model_validate({"coverage_basis": "stations", "bulletins": [
        ...     {"id": "1", "complete": True, "areas": [{}]}]})
        >>> bulletin = declared.bulletins[0]
        >>> declared.stated(bulletin, bulletin.areas[0], "complete")
        True
        >>> declared.stated(bulletin, bulletin.areas[0], "coverage_basis")
        'stations'
        """
        said = (getattr(holder, name, None) for holder in (row, bulletin, self))
        return next((value for value in said if value is not None), None)

    def says_whole(self, bulletin: Bulletin, row: AreaResult) -> bool | None:
        """Return whether a bulletin says that it holds all of an area; None where it is silent.

        It says so by ``complete``; else by a coverage that rounds to 100 %, if it states less of no
        area within. Numbers of stations are not looked at.

        Examples
        --------
        >>> declared = Declared.model_validate({"bulletins": [{"id": "1", "areas": [
        ...     {"coverage": 1}, {"area": {"state": "N"}, "coverage": 0.9}]}]})
        >>> declared.says_whole(declared.bulletins[0], declared.bulletins[0].areas[0])
        False
        """
        said = self.stated(bulletin, row, "complete")
        if said is not None or row.coverage_range is None:
            return said
        return frozenset(row.area.items()) not in bulletin.short

    @cached_property
    def all_stations(self) -> int | None:
        """How many stations there are: as declared, else by a whole count that says how many.

        Examples
        --------
        >>> Declared.model_validate({"bulletins": [{"id": "1", "areas": [
        ...     {"complete": True, "stations": 60}]}]}).all_stations
        60
        """
        if self.stations is not None:
            return self.stations
        whole = [
            row.stations
            for bulletin in self.bulletins
            for row in bulletin.areas
            if not row.area and self.stated(bulletin, row, "complete")
        ]
        return max((count for count in whole if count is not None), default=None)

    @cached_property
    def in_order(self) -> tuple[Bulletin, ...]:
        """The bulletins by time of issue; as listed where not every one is dated."""
        if all(bulletin.issued for bulletin in self.bulletins):
            return tuple(bulletin for _, bulletin in in_time(self.bulletins))
        return self.bulletins

    @cached_property
    def areas(self) -> tuple[dict[str, str], ...]:
        """Every area for which something is declared, the whole country first."""
        keys = {tuple(row.area.items()) for bulletin in self.bulletins for row in bulletin.areas}
        return tuple(dict(key) for key in sorted(keys | {()}, key=lambda key: (len(key), key)))

    def fitting(self, contest: Contest, file: str) -> Declared:
        """Return the same in the contest's spelling and order of levels, if it fits the contest.

        Raises
        ------
        InputError
            If it names a candidate or a level that the contest does not have, or one in two
            spellings, or percentages of one row sum to more than each voter's votes.
        """
        spelt: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
        bulletins, said = [], dict.fromkeys(self._respelt)
        for bulletin in self.bulletins:
            rows: list[AreaResult] = []
            once: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
            for given in bulletin.areas:
                where = told("bulletin {bulletin}", bulletin=repr(bulletin.id))
                row, otherwise = fitted_row(given, contest, file, where)
                said |= dict.fromkeys(otherwise)
                key = tuple((level, folded(name)) for level, name in row.area.items())
                if spelt.setdefault(key, row.area) != row.area:
                    raise InputError(
                        told("one area is declared under two spellings"),
                        file=file,
                        place=where,
                        found=_both(row.area, spelt[key]),
                        expected=told("one spelling, as in the actas"),
                    )
                if once.setdefault(key, given.area) is not given.area:
                    raise InputError(
                        told("one area is declared twice, its levels spelt in two ways"),
                        file=file,
                        place=where,
                        found=_both(once[key], given.area),
                        expected=told(
                            "levels as in the contest: {levels}", levels=listed(contest.levels)
                        ),
                    )
                rows.append(row)
            bulletins.append(bulletin.model_copy(update={"areas": tuple(rows)}))
        fitted = self.model_copy(update={"bulletins": tuple(bulletins)})
        fitted._respelt = tuple(said)
        return fitted

    def noticing(self, said: Iterable[str]) -> Declared:
        """Return the same, with more words on how its files were read."""
        same = self.model_copy()
        same._respelt = (*self._respelt, *said)
        return same

    @property
    def respelt(self) -> tuple[str, ...]:
        """What was spelt otherwise than in the contest, and how tables were read, in words."""
        return self._respelt


def _both(one: dict[str, str], other: dict[str, str]) -> Told:
    return told("{one} and {other}", one=shown(one), other=shown(other))


def _both_said(bulletin: Bulletin, row: AreaResult) -> Told:
    """Return that a complete bulletin states a coverage of less than all."""
    coverage = formatted(float(100 * Fraction(str(row.coverage))), "g")
    if not row.area:
        return told(
            "bulletin {bulletin} is complete and has a coverage of {coverage} % in the whole: only "
            "one can be true",
            bulletin=repr(bulletin.id),
            coverage=coverage,
        )
    return told(
        "bulletin {bulletin} is complete and has a coverage of {coverage} % in {area}: only one "
        "can be true",
        bulletin=repr(bulletin.id),
        coverage=coverage,
        area=shown(row.area),
    )


def _in_fractions(row: AreaResult) -> AreaResult:
    if row.coverage is None:
        return row
    return row.model_copy(update={"coverage": float(Fraction(str(row.coverage)) / 100)})
