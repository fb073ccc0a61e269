"""estimate.json: the document that others read, its schema and what is rounded in it."""

from __future__ import annotations

from math import isinf
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from tallyverify.language import ToldText
from tallyverify.model import Model


def rounded(value: float) -> float:
    """Return a figure to six digits: what lies beyond is noise of the last bits."""
    return round(value, 6) + 0.0


Rounded = Annotated[float, BeforeValidator(rounded)]
Whole = Annotated[int, BeforeValidator(round)]
Tilt = Annotated[
    float | None, BeforeValidator(lambda at: None if at is None or isinf(at) else rounded(at))
]


class Between(Model):
    """An estimate with its interval."""

    estimate: Rounded
    low: Rounded
    high: Rounded


class Votes(Model):
    """An estimated number of votes with its interval."""

    estimate: Whole
    low: Whole
    high: Whole


class MarginBetween(Between):
    """Leader less runner-up, as a fraction of the valid votes."""

    leader: str
    runner_up: str


class Bound(Model):
    """Least and greatest share that the unseen votes allow, as fractions."""

    low: Rounded
    high: Rounded


class SeenStations(Model):
    """What was seen."""

    stations: int
    registered: int | None
    valid: int


class UnseenStations(Model):
    """What was not seen; null where it is not known."""

    stations: int | None
    registered: int | None


class Pattern(Model):
    """The backtest in one pattern of hiding stations; see BacktestRow."""

    pattern: str
    masks: int
    failed: int
    hidden: Rounded
    coverage: Rounded
    raw_coverage: Rounded
    mean_width: Rounded
    bias: Rounded
    largest_tilt: Tilt


class Area(Model):
    """Estimates for one area of the first level."""

    area: str
    seen: int
    stations: int
    shares: dict[str, Between]
    totals: dict[str, Votes]


class OutcomeReached(Model):
    """Who wins outright, or goes to the runoff that the rule names."""

    winner: str | None
    finalists: list[str]


class OutcomeByRule(Model):
    """What the estimate comes to under the contest's rule; see EstimatedOutcome."""

    rule: ToldText
    settled: bool
    at_estimate: OutcomeReached | None
    clear: bool
    chance: list[Rounded] | None
    why: ToldText


class EstimateDocument(Model):
    """estimate.json: what the whole count says, judged by the part that was seen.

    Shares, turnout and margin are fractions of the valid votes (turnout: of the registered
    voters), totals are votes. ``shares``, ``totals``, ``turnout`` and ``margin`` are empty or null
    where the estimate was refused.
    """

    schema_: Literal["tallyverify/estimate/1"] = Field("tallyverify/estimate/1", alias="schema")
    method: ToldText
    assumption: ToldText
    level: float
    seen: SeenStations
    unseen: UnseenStations
    shares: dict[str, Between]
    totals: dict[str, Votes]
    turnout: Between | None
    margin: MarginBetween | None
    bounds: dict[str, Bound]
    settled: bool
    outcome: OutcomeByRule | None
    backtest: list[Pattern]
    inflation: Annotated[float, BeforeValidator(lambda factor: round(factor, 4))]
    areas: list[Area]
    notes: list[ToldText]
    refused: ToldText

    @field_validator("margin", mode="before")
    @classmethod
    def _flat(cls, margin: Any) -> Any:
        if margin is None or isinstance(margin, dict):  # read back
            return margin
        return {"leader": margin.leader, "runner_up": margin.runner_up, **vars(margin.interval)}

    @field_validator("bounds", mode="before")
    @classmethod
    def _by_candidate(cls, bounds: Any) -> Any:
        if bounds is None or isinstance(bounds, dict):
            return bounds or {}
        return {name: {"low": bounds.low[name], "high": bounds.high[name]} for name in bounds.low}
