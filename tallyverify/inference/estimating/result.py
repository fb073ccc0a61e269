"""What an estimate is: numbers, the assumption beside them, and how often that held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallyverify.checking import Bounds
from tallyverify.errors import json_text, printable
from tallyverify.inference.estimating.document import EstimateDocument, Pattern
from tallyverify.inference.outcome_chance import EstimatedOutcome
from tallyverify.inference.printed import is_within
from tallyverify.language import clauses, formatted, number, points, told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval; None where it was refused."""

    estimate: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Return whether a share lies inside, both as they are printed: to 0.01 points."""
        return is_within(value, self.low, self.high)

    def to_dict(self, digits: int = 6) -> dict[str, float]:
        """Return the three, rounded: what lies beyond is noise of the last bits."""
        return {name: round(value, digits or None) + 0 for name, value in vars(self).items()}


@dataclass(frozen=True)
class Margin:
    """Share of the leader less that of the runner-up, as a fraction of the valid votes."""

    leader: str
    runner_up: str
    interval: Interval


@dataclass(frozen=True)
class BacktestRow:
    """How the method did on seen stations that were hidden from it in one pattern.

    Attributes
    ----------
    pattern : str
        How they were hidden.
    masks : int
        How often.
    failed : int
        Times that the method refused to answer; not among ``masks``.
    hidden : float
        Mean share of the seen registered voters that was hidden.
    coverage : float
        Share of the 95 % intervals, calibrated, that held the truth: of the shares of the two
        candidates and of their margin. Where a mask is of the pattern that calibrates, the
        interval is calibrated on the others only.
    raw_coverage : float
        The same before calibration.
    mean_width : float
        Mean width of the interval of the margin, as a fraction (0.02 is two points).
    bias : float
        Mean error of the margin, estimate less truth, as a fraction.
    largest_tilt : float
        Largest log-odds, in absolute value, by which hidden stations voted otherwise than
        predicted (see I403).
    """

    pattern: str
    masks: int
    failed: int
    hidden: float
    coverage: float
    raw_coverage: float
    mean_width: float
    bias: float
    largest_tilt: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, rounded."""
        return Pattern.model_validate(self, from_attributes=True).model_dump()


@dataclass(frozen=True)
class AreaEstimate:
    """Estimates for one area of the first level.

    Attributes
    ----------
    area : str
        Its name.
    shares, totals : dict of str to Interval
        By candidate.
    seen, stations : int
        Stations seen, and all.
    """

    area: str
    shares: dict[str, Interval]
    totals: dict[str, Interval]
    seen: int
    stations: int


@takes_input
@dataclass(frozen=True)
class Estimate:
    """What the whole count says, judged by the part that was seen.

    Attributes
    ----------
    method, assumption : str
        How it was made, why so, and what must hold for it.
    level : float
        Nominal coverage of the intervals.
    seen, unseen : dict
        ``stations``, ``registered`` (None where not known), and of the seen also ``valid``.
    shares : dict of str to Interval
        By candidate, fractions of the valid votes. Empty where refused.
    totals : dict of str to Interval
        By candidate, votes.
    turnout : Interval or None
        Valid votes per registered voter; None where these are not known.
    margin : Margin or None
        Of the two with most estimated votes.
    bounds : Bounds or None
        What the unseen could hold at the most, with no assumption; None where not known.
    backtest : tuple of BacktestRow
        How the method did on this election's own seen stations.
    inflation : float
        Factor on the standard errors that the backtest asked for; at least 1.
    areas : tuple of AreaEstimate
        The areas of the first level, where the method gives them.
    notes : tuple of str
        What was done about figures that are missing or do not fit.
    refused : str
        Why there is no estimate; empty if there is one.
    outcome : EstimatedOutcome or None
        What it comes to under the contest's rule.

    Examples
    --------
    >>> import tallyverify as tv
    >>> case = tv.load_case("data/samples/partial")
    >>> tv.inference.estimate(case.actas, case.registry).refused
    ''
    """

    method: str
    assumption: str
    level: float
    seen: dict[str, int | None]
    unseen: dict[str, int | None]
    shares: dict[str, Interval] = field(default_factory=dict)
    totals: dict[str, Interval] = field(default_factory=dict)
    turnout: Interval | None = None
    margin: Margin | None = None
    bounds: Bounds | None = None
    backtest: tuple[BacktestRow, ...] = ()
    inflation: float = 1.0
    areas: tuple[AreaEstimate, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str = ""
    outcome: EstimatedOutcome | None = None

    def __repr__(self) -> str:
        if self.refused or self.margin is None:
            return printable(f"<Estimate refused: {self.refused}>")
        at = self.margin.interval
        return printable(
            f"<Estimate: {self.margin.leader} − {self.margin.runner_up} {at.estimate:+.2%} "
            f"[{at.low:+.2%}, {at.high:+.2%}]; {self.method}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        table = ""
        if not self.refused:
            frame = self.to_frame().rename(index=printable)
            table = frame.to_html(float_format="{:.4f}".format)
        return f"<p>{escape(repr(self)[1:-1])}</p>{table}<p>{escape(str(self.assumption))}</p>"

    def refusing(self, reason: str) -> Estimate:
        """Return the same without any number that was estimated, and with the reason."""
        return replace(
            self,
            shares={},
            totals={},
            turnout=None,
            margin=None,
            backtest=(),
            inflation=1.0,
            areas=(),
            refused=reason,
            outcome=self.outcome and self.outcome.refused(),
        )

    @property
    def settled(self) -> bool:
        """Whether the seen votes settle who wins under the rule, whatever the unseen hold."""
        if self.outcome is not None:
            return self.outcome.settled
        return self.bounds is not None and self.bounds.settled

    def to_frame(self) -> pd.DataFrame:
        """Return shares, totals and bounds as a DataFrame, one row for each candidate."""
        import pandas as pd

        rows = {
            name: {
                "share": share.estimate,
                "low": share.low,
                "high": share.high,
                "votes": self.totals[name].estimate,
                "votes_low": self.totals[name].low,
                "votes_high": self.totals[name].high,
                "bound_low": self.bounds.low[name] if self.bounds else None,
                "bound_high": self.bounds.high[name] if self.bounds else None,
            }
            for name, share in self.shares.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index")

    @takes_input
    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw shares with intervals, and the bounds, of the eight largest.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default new axes, in the style of the report's figures
            (``tallyverify.report.tallyverify``).

        Returns
        -------
        matplotlib.axes.Axes
            With words in the language spoken.

        Raises
        ------
        InputError
            If the estimate was refused.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> import tallyverify as tv
        >>> case = tv.load_case("data/samples/partial")
        >>> found = tv.inference.estimate(case.actas, case.registry)
        >>> found.plot().get_xlabel()
        '% of the valid votes'
        >>> plt.close()
        """
        from tallyverify.report import plotted

        return plotted(self, ax)

    def document(self) -> EstimateDocument:
        """Return the estimate as others read it."""
        return EstimateDocument.model_validate(self, from_attributes=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as plain data, as in estimate.json."""
        plain = self.document().model_dump(by_alias=True)
        if margin := plain["margin"]:
            names = {"leader": margin.pop("leader"), "runner_up": margin.pop("runner_up")}
            plain["margin"] = {**names, **margin}
        return plain

    def to_json(self, path: str | Path | None = None) -> str:
        """Return estimate.json as text, and write it if a path is given."""
        from tallyverify.atomic_write import write_whole

        text = json_text(self.to_dict())
        if path is not None:
            write_whole({Path(path): text})
        return text


def watched(rows: Sequence[BacktestRow]) -> str:
    """Return the backtest in one line."""
    return clauses(map(_line, rows))


def _line(row: BacktestRow) -> str:
    failed = number(row.failed)
    if not row.masks:
        return told("{pattern} refused in each of {failed}", pattern=row.pattern, failed=failed)
    figures = {
        "pattern": row.pattern,
        "coverage": formatted(100 * row.coverage, ".0f"),
        "masks": number(row.masks),
        "width": points(row.mean_width),
        "bias": points(row.bias, sign="+"),
    }
    if not row.failed:
        return told("{pattern} {coverage} % of {masks}, width {width}, bias {bias}", **figures)
    return told(
        "{pattern} {coverage} % of {masks} ({failed} more refused), width {width}, bias {bias}",
        failed=failed,
        **figures,
    )
