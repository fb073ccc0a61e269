"""What an estimate is asked to be made from, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.inference.backtest_run import FEWEST_MASKS
from tallyverify.inference.patterns import PATTERNS
from tallyverify.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("auto", "prediction", "ratio")


@dataclass(frozen=True, eq=False)
class Asked:
    """What an estimate is to be made from, beside the sheets.

    Attributes
    ----------
    registry : Registry, optional
        All stations.
    strata : tuple of str, optional
        Levels to use.
    expected : DataFrame, optional
        Stations and registered voters by area.
    stations, registered : int, optional
        Of the whole country.
    covariates : DataFrame, optional
        Numbers by station.
    method : {"auto", "prediction", "ratio"}
        By default the best that what is known supports.
    level : float
        Coverage of the intervals.
    masks : int
        Masks of the pattern that calibrates.
    share : float, optional
        Share of the seen stations that a pattern hides; by default the share really unseen.
    patterns : tuple of str, optional
        By default all that are possible; if empty, only what calibrates.
    seed : int
        Of the masks.
    rival : str, optional
        A candidate to be compared with the leader, e.g. the declared winner.
    """

    registry: Registry | None = None
    strata: tuple[str, ...] | None = None
    expected: pd.DataFrame | None = None
    stations: int | None = None
    registered: int | None = None
    covariates: pd.DataFrame | None = None
    method: str = "auto"
    level: float = 0.95
    masks: int = 40
    share: float | None = None
    patterns: tuple[str, ...] | None = None
    seed: int = 0
    rival: str | None = None


def several(given: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Return names as a tuple; one name by itself is one, not its letters."""
    if given is None:
        return None
    return (given,) if isinstance(given, str) else tuple(given)


def check_asked(asked: Asked, names: Sequence[str]) -> None:
    """Refuse what no estimate can be made from.

    Raises
    ------
    InputError
        For an unknown method, pattern or candidate, and for numbers out of range.
    """
    for name, value in (("stations", asked.stations), ("registered", asked.registered)):
        if value is not None and (not isinstance(value, Integral) or value < 0):
            raise InputError("a number of the country is a count", place=name, found=shown(value))
    if asked.method not in METHODS:
        raise InputError(
            "no such method",
            place="method",
            found=shown(asked.method),
            expected=listed(METHODS),
            hint=nearest(asked.method, METHODS),
        )
    whole = isinstance(asked.masks, Integral)
    if not 0 < asked.level < 1 or not whole or not FEWEST_MASKS <= asked.masks <= 10_000:
        raise InputError(
            f"a level is a fraction between 0 and 1, and masks are {FEWEST_MASKS} to 10,000",
            found=f"level {asked.level}, masks {asked.masks}",
        )
    if asked.share is not None and not 0 < asked.share < 1:
        raise InputError(
            "the share to hide is a fraction between 0 and 1",
            place="share",
            found=str(asked.share),
        )
    for pattern in asked.patterns or ():
        if pattern not in PATTERNS:
            raise InputError(
                "no such pattern of missing stations",
                place="pattern",
                found=shown(pattern),
                expected=listed(PATTERNS),
                hint=nearest(pattern, PATTERNS),
            )
    if asked.rival is not None and asked.rival not in names:
        raise InputError("no such candidate", found=shown(asked.rival), expected=listed(names))
