"""What is found of two captures: counts, by figure, by area, and station by station."""

from __future__ import annotations

from typing import Literal

from tallyverify.model import Model

Became = Literal["zeroed", "loaded", "swapped", "slip", "votes", "lines", "unread"]
"""What a station's difference is: its votes are gone, or came; two options are exchanged; one
figure differs as by a slip of a digit; votes differ otherwise; only lines do; a figure was read in
one capture only."""

KINDS: tuple[Became, ...] = ("zeroed", "loaded", "swapped", "slip", "votes", "lines", "unread")


class FigureDifference(Model):
    """How one figure differs over the common stations in which both captures have it.

    Attributes
    ----------
    stations : int
        Common stations in which it differs by more than the tolerance.
    more, less : int
        Of these, in how many the second has more, and less.
    first, second : int
        Sums over the common stations in which both captures have read it.
    net : int
        The second less the first; with a lower bound the least that must be added.
    only_first, only_second : int
        Common stations in which only one of them has read it.
    """

    stations: int
    more: int
    less: int
    first: int
    second: int
    net: int
    only_first: int
    only_second: int


class StationsOfGroup(Model):
    """Common stations of one area, or of like size, and how many of them differ.

    ``expected`` is how many would differ if the differing ones were spread evenly. ``net`` is of
    the votes, by option.
    """

    group: tuple[str, ...]
    common: int
    differ: int
    expected: float
    net: dict[str, int]


class StationFigure(Model):
    """One figure of one station in both captures; None where it was not read."""

    first: int | None
    second: int | None
    slip: str = ""


class StationDifference(Model):
    """A station whose captures differ.

    Attributes
    ----------
    station, station_second : str
        Its key in the first, and in the second where it is spelt otherwise there.
    area : dict
        Level to name, as the first has them.
    became : str
        What the difference is.
    effect : int
        By how many votes the margin of the first two candidates changes.
    figures : dict
        The figures that differ.
    """

    station: str
    station_second: str | None = None
    area: dict[str, str]
    became: Became
    effect: int
    figures: dict[str, StationFigure]


class OnlyIn(Model):
    """Stations that one capture alone has: how many, with how many votes, and the first keys.

    ``suggested`` names, for a key, the one of the other capture that was not found either and has
    the same digits: a suggestion that nobody has acted upon.
    """

    stations: int
    votes: dict[str, int]
    keys: tuple[str, ...]
    suggested: dict[str, str]
