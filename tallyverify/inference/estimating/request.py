"""What an estimate is asked to be made from, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.inference.estimating.mask_runs import FEWEST_MASKS
from tallyverify.inference.estimating.patterns import PATTERNS
from tallyverify.table import Registry

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("auto", "prediction", "ratio")


@dataclass(frozen=True, eq=False)
class EstimateRequest:
    """What an estimate is to be made from, beside the sheets; see estimate and backtest."""

    registry: Registry | None = None
    strata: tuple[str, ...] | None = None
    expected: pd.DataFrame | None = None
    stations: int | None = None
    registered: int | None = None
    covariates: pd.DataFrame | None = None
    method: str = "auto"
    level: float = 0.95
    masks: int = 40
    # of the seen stations that a pattern hides; by default the share really unseen
    share: float | None = None
    # by default all that are possible; if empty, only what calibrates
    patterns: tuple[str, ...] | None = None
    seed: int = 0
    rival: str | None = None  # a candidate to compare with the leader, such as the declared winner


def several(given: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Return names as a tuple; one name by itself is one, not its letters."""
    if given is None:
        return None
    return (given,) if isinstance(given, str) else tuple(given)


def check_asked(asked: EstimateRequest, names: Sequence[str]) -> None:
    """Refuse an unknown method, pattern or candidate, and numbers out of range."""
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
