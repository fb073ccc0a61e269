"""estimate.json: the document that others read, as a model that gives its schema."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tallyverify.model import Model


class Between(Model):
    """An estimate with its interval."""

    estimate: float
    low: float
    high: float


class Votes(Model):
    """An estimated number of votes with its interval."""

    estimate: int
    low: int
    high: int


class MarginBetween(Between):
    """Leader less runner-up, as a fraction of the valid votes."""

    leader: str
    runner_up: str


class Bound(Model):
    """Least and greatest share that the unseen votes allow, as fractions."""

    low: float
    high: float


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
    hidden: float
    coverage: float
    raw_coverage: float
    mean_width: float
    bias: float
    largest_tilt: float | None


class Area(Model):
    """Estimates for one area of the first level."""

    area: str
    seen: int
    stations: int
    shares: dict[str, Between]
    totals: dict[str, Votes]


class EstimateDocument(Model):
    """estimate.json: what the whole count says, judged by the part that was seen.

    Shares, turnout and margin are fractions of the valid votes (turnout: of the registered
    voters), totals are votes. ``shares``, ``totals``, ``turnout`` and ``margin`` are empty or null
    where the estimate was refused.
    """

    schema_: Literal["tallyverify/estimate/1"] = Field("tallyverify/estimate/1", alias="schema")
    method: str
    assumption: str
    level: float
    seen: SeenStations
    unseen: UnseenStations
    shares: dict[str, Between]
    totals: dict[str, Votes]
    turnout: Between | None
    margin: MarginBetween | None
    bounds: dict[str, Bound]
    settled: bool
    backtest: list[Pattern]
    inflation: float
    areas: list[Area]
    notes: list[str]
    refused: str
