"""One announcement: results by area, and what holds for all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cached_property

from pydantic import Field, field_validator, model_validator

from tallyverify.errors import shown
from tallyverify.language import told
from tallyverify.model import Identifier, Model, OptionalName, Text
from tallyverify.records.area_result import (
    AreaResult,
    CoverageBasis,
    Decimals,
    Flag,
    stated_short,
)


class Bulletin(Model):
    """One announcement.

    Attributes
    ----------
    id : str
        Name of the bulletin.
    issued : str
        ISO date or time of issue; bulletins are taken in this order, else as listed.
    series : str
        Which count it belongs to, e.g. ``quick`` or ``official``, where there is more than one:
        bulletins of different series are not held against each other.
    areas : tuple of AreaResult
        What it declares, by area.
    correction : bool
        The authority says that this bulletin corrects earlier ones: counts may then fall.
    coverage_basis, complete, all_votes_at_stations, from_percentages : optional
        As in :class:`AreaResult`, for each area that does not say otherwise.

    Examples
    --------
    >>> bulletin = Bulletin.model_validate(
    ...     {"id": "1", "issued": "2024-07-29", "areas": [{"valid": 9, "votes": {"A": 9}}]})
    >>> bulletin.of({}).valid
    9
    """

    id: Identifier
    issued: Text = ""
    series: OptionalName = ""
    areas: tuple[AreaResult, ...] = Field(min_length=1)
    correction: bool = False
    coverage_basis: CoverageBasis | None = None
    complete: Flag | None = None
    all_votes_at_stations: Flag | None = None
    from_percentages: Decimals | None = None

    @field_validator("issued")
    @classmethod
    def _iso(cls, value: str) -> str:
        if value:
            try:
                moment_of(value)
            except ValueError:
                raise ValueError(
                    told("a date or time is written YYYY-MM-DD or YYYY-MM-DDThh:mm")
                ) from None
        return value

    @model_validator(mode="after")
    def _each_area_once(self) -> Bulletin:
        keys = [tuple(sorted(row.area.items())) for row in self.areas]
        twice = [dict(key) for key, times in Counter(keys).items() if times > 1]
        if twice:
            raise ValueError(
                told("area declared twice in one bulletin: {area}", area=shown(twice[0]))
            )
        return self

    def of(self, area: dict[str, str]) -> AreaResult | None:
        """Return what the bulletin declares for an area, if anything."""
        return self._by_area.get(frozenset(area.items()))

    @cached_property
    def short(self) -> frozenset[frozenset[tuple[str, str]]]:
        """The areas in which, or in a part of which, a coverage of less than all is stated."""
        return frozenset(frozenset(self.areas[at].area.items()) for at in stated_short(self.areas))

    @cached_property
    def _by_area(self) -> dict[frozenset[tuple[str, str]], AreaResult]:
        return {frozenset(row.area.items()): row for row in self.areas}


def moments_of(issued: Iterable[str]) -> list[datetime]:
    """Return the moments of ISO dates and times that are put in order.

    A day, or a time without a zone, is of the zone that all others with one have; of UTC where
    they have none, or several.
    """
    found = list(issued)
    zones = {at.utcoffset() for one in found if (at := datetime.fromisoformat(one)).tzinfo}
    zone = timezone(zones.pop() or timedelta()) if len(zones) == 1 else UTC
    return [moment_of(one, zone) for one in found]


def in_time(bulletins: Iterable[Bulletin]) -> list[tuple[datetime, Bulletin]]:
    """Return dated bulletins with their moments, the earliest first; those of one as they stand."""
    listed = list(bulletins)
    moments = moments_of(one.issued for one in listed)
    return sorted(zip(moments, listed, strict=True), key=lambda one: one[0])


def moment_of(issued: str, zone: tzinfo = UTC) -> datetime:
    """Return the moment of an ISO date or time; a day is its first moment.

    Parameters
    ----------
    issued : str
        ``2024-07-28``, ``2024-07-28T23:30`` or ``2024-07-28T23:30:00-04:00``.
    zone : tzinfo
        Of what does not say its own.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", issued):
        day = date.fromisoformat(issued)
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    moment = datetime.fromisoformat(issued)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
