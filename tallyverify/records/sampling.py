"""How the stations of a sample were chosen, where they were drawn by lot."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from tallyverify.language import number, told, told_of
from tallyverify.model import Count, Identifier, Model

WHOLE_COUNTRY = "all"
"""The one stratum of a draw without strata."""


class Sampling(Model):
    """A sample that was drawn by lot, within each stratum with the same chance for each station.

    Only such a sample says by its design what the others hold. Sheets that somebody could collect
    are none, however many they are and however well they are spread.

    Attributes
    ----------
    kind : {"drawn"}
        By lot, before anybody knew what the stations hold.
    strata : tuple of str
        Levels of areas within which was drawn; none where all stations were drawn from alike.
    stations : dict
        How many stations each stratum has in all; a stratum of several levels is named by their
        areas in this order, with `` / `` between them; without strata it is called ``all``.
    drawn : int, optional
        How many stations were drawn in all. Where it is not said, or another number was seen,
        those that lack may be of another kind: the sample then decides no more than a collection.
        Where fewer were seen, intervals allow for those that lack being missing in proportion to
        the share of one of the first two candidates.

    Examples
    --------
    >>> Sampling(kind="drawn", strata=("state",), stations={"North": 1200, "South": 800}).total
    2000
    """

    kind: Literal["drawn"]
    strata: tuple[Identifier, ...] = ()
    stations: dict[str, Count] = Field(min_length=1)
    drawn: Count | None = None

    @model_validator(mode="after")
    def _named_by_strata(self) -> Sampling:
        if not self.strata and set(self.stations) != {WHOLE_COUNTRY}:
            raise ValueError(
                told('without strata, the stations are {{"{whole}": number}}', whole=WHOLE_COUNTRY)
            )
        if self.drawn is not None and not 1 <= self.drawn <= self.total:
            raise ValueError(
                told_of(
                    self.drawn,
                    "{count} station cannot be drawn of {total}: from 1 to all of them",
                    "{count} stations cannot be drawn of {total}: from 1 to all of them",
                    total=number(self.total),
                )
            )
        parts = len(self.strata)
        odd = [name for name in self.stations if parts > 1 and len(self.parts(name)) != parts]
        if odd:
            raise ValueError(
                told(
                    "a stratum of {parts} levels is named by {parts} areas with ' / ' between "
                    "them, not {name}",
                    parts=number(parts),
                    name=repr(odd[0]),
                )
            )
        return self

    def parts(self, stratum: str) -> list[str]:
        """Return the area of each level that a stratum is named by."""
        return stratum.split(" / ") if len(self.strata) > 1 else [stratum]

    def all_seen(self, stations: int) -> bool:
        """Whether so many stations are all that were drawn, and no others."""
        return self.drawn == stations

    @property
    def total(self) -> int:
        """Stations in all."""
        return sum(self.stations.values())
