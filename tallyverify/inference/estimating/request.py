"""What an estimate is asked to be made from, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import TYPE_CHECKING, Literal, get_args

from tallyverify.errors import InputError, either, listed, nearest, shown
from tallyverify.inference.estimating.mask_runs import FEWEST_MASKS
from tallyverify.inference.estimating.patterns import PATTERNS
from tallyverify.language import formula, number, told
from tallyverify.records import Contest, Sampling
from tallyverify.table import Registry

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["auto", "prediction", "ratio"]

_MOST_MASKS = 10_000


@dataclass(frozen=True, eq=False)
class EstimateRequest:
    """What an estimate is to be made from, beside the sheets: each option with its default.

    What the options mean is said where they are asked for: by ``estimate`` and ``backtest``.
    """

    registry: Registry | None = None
    strata: tuple[str, ...] | None = None
    expected: pd.DataFrame | None = None
    stations: int | None = None
    registered: int | None = None
    covariates: pd.DataFrame | None = None
    method: Method = "auto"
    level: float = 0.95
    masks: int = 40
    # of the seen stations that a pattern hides; by default the share really unseen
    share: float | None = None
    # by default all that are possible; if empty, only what calibrates
    patterns: tuple[str, ...] | None = None
    seed: int = 0
    sampling: Sampling | None = None
    rival: str | None = None  # a candidate to compare with the leader, such as the declared winner
    contest: Contest | None = None  # whose rule the estimate answers for

    def check(self, names: Sequence[str]) -> None:
        """Refuse an unknown method, pattern or candidate, and numbers out of range."""
        methods = get_args(Method)
        for name, value in (("stations", self.stations), ("registered", self.registered)):
            if value is not None and (not isinstance(value, Integral) or value < 0):
                raise InputError(
                    told("a number of the country is a count"), place=name, found=shown(value)
                )
        if self.method not in methods:
            raise InputError(
                told("no such method"),
                place="method",
                found=shown(self.method),
                expected=listed(methods),
                hint=nearest(self.method, methods),
            )
        whole = isinstance(self.masks, Integral)
        if not 0 < self.level < 1 or not whole or not FEWEST_MASKS <= self.masks <= _MOST_MASKS:
            raise InputError(
                told(
                    "a level is a fraction between 0 and 1, and masks are {fewest} to {most}",
                    fewest=number(FEWEST_MASKS),
                    most=number(_MOST_MASKS),
                ),
                found=formula(
                    "level {level}, masks {masks}", level=str(self.level), masks=str(self.masks)
                ),
            )
        if self.share is not None and not 0 < self.share < 1:
            raise InputError(
                told("the share to hide is a fraction between 0 and 1"),
                place="share",
                found=str(self.share),
            )
        for pattern in self.patterns or ():
            if pattern not in PATTERNS:
                raise InputError(
                    told("no such pattern of missing stations"),
                    place="pattern",
                    found=shown(pattern),
                    expected=listed(PATTERNS),
                    hint=nearest(pattern, PATTERNS),
                )
        if self.rival is not None and self.rival not in names:
            raise InputError(
                told("no such candidate"), found=shown(self.rival), expected=listed(names)
            )


def of_design(asked: EstimateRequest) -> EstimateRequest:
    """Return a request with what the design of a drawn sample says of all stations."""
    import pandas as pd

    drawn = asked.sampling
    if drawn is None:
        return asked
    given = {"registry": asked.registry, "expected": asked.expected, "strata": asked.strata}
    for name, value in given.items():
        if value is not None:
            raise InputError(
                told(
                    "the design of a drawn sample says which strata and how many stations there are"
                ),
                place=name,
                found=name,
                expected=told("'sampling' by itself"),
            )
    if asked.method == "prediction":
        raise InputError(
            told("a drawn sample is estimated by its design"),
            place="method",
            found=shown(asked.method),
            expected=either([shown("auto"), shown("ratio")]),
        )
    if not drawn.strata:
        return replace(asked, stations=drawn.total)
    areas = pd.DataFrame([drawn.parts(name) for name in drawn.stations], columns=[*drawn.strata])
    expected = areas.assign(stations=list(drawn.stations.values()))
    return replace(asked, strata=drawn.strata, expected=expected, stations=drawn.total)


def several(given: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Return names as a tuple; one name by itself is one, not its letters."""
    if given is None:
        return None
    return (given,) if isinstance(given, str) else tuple(given)
