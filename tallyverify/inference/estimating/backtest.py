"""Backtest of the estimate: how often its intervals hold on stations that are hidden from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from tallyverify.errors import printable
from tallyverify.inference.estimating.request import EstimateRequest, Method, several
from tallyverify.inference.estimating.result import BacktestRow, watched
from tallyverify.inference.estimating.study import study_table
from tallyverify.table import ActaTable, Registry
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Backtest:
    """How the estimate did on hidden stations.

    Attributes
    ----------
    rows : tuple of BacktestRow
        By pattern.
    inflation : float
        Factor on standard errors that makes the intervals hold; at least 1.
    setting : str
        The pattern that sets it.
    refused : str
        Why no interval can be given; empty if it can.
    """

    rows: tuple[BacktestRow, ...]
    inflation: float
    setting: str
    refused: str = ""

    def __repr__(self) -> str:
        if self.refused:
            return printable(f"<Backtest refused: {self.refused}>")
        return printable(f"<Backtest: {watched(self.rows)}; errors × {self.inflation:.2f}>")

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a DataFrame, by pattern."""
        frame = pd.DataFrame([row.to_dict() for row in self.rows])
        return frame.set_index("pattern") if len(frame) else frame

    @takes_input
    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw how often the intervals held, by pattern.

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
            If it was refused, or no mask could be tried.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> import tallyverify as tv
        >>> case = tv.load_case("data/samples/partial")
        >>> found = backtest(case.actas, case.registry, pattern="random", masks=20)
        >>> found.plot().get_xlabel()
        '% of intervals that held the truth'
        >>> plt.close()
        """
        from tallyverify.report import plotted

        return plotted(self, ax)


@takes_input
def backtest(
    table: ActaTable,
    registry: Registry | None = None,
    *,
    pattern: str | Sequence[str] | None = None,
    masks: int = EstimateRequest.masks,
    share: float | None = None,
    strata: str | Sequence[str] | None = None,
    expected: pd.DataFrame | None = None,
    stations: int | None = None,
    registered: int | None = None,
    covariates: pd.DataFrame | None = None,
    method: Method = EstimateRequest.method,
    seed: int = EstimateRequest.seed,
) -> Backtest:
    """Hide seen stations in realistic patterns, predict them, and compare with their sheets.

    Parameters
    ----------
    table, registry, strata, expected, stations, registered, covariates, method
        As in :func:`~tallyverify.inference.estimate`.
    pattern : str or sequence of str, optional
        ``random``; ``centres`` and ``municipalities``, whole areas of the smallest level and of
        the one above; ``small``, the small and rural ones; ``late``, the last to report, where
        there is an order column; ``learnt``, as the unseen are really missing, which is always
        run where it is known. By default all that are possible.
    masks : int
        How often; of patterns that do not calibrate, half as often.
    share : float, optional
        Share of the seen stations to hide; by default the share that is really unseen.
    seed : int
        Of the masks.

    Returns
    -------
    Backtest

    Raises
    ------
    InputError
        For an unknown pattern, or one that the case lacks the data for.

    Notes
    -----
    The variances that weigh stations are fitted once, on all seen stations; means, slopes and
    the variances that make the interval are fitted anew on what each mask leaves.

    Examples
    --------
    >>> import tallyverify as tv
    >>> case = tv.load_case("data/samples/partial")
    >>> found = backtest(case.actas, case.registry, pattern="random", masks=20)
    >>> found.rows[0].coverage > 0.8
    True
    """
    asked = EstimateRequest(
        registry=registry,
        strata=several(strata),
        expected=expected,
        stations=stations,
        registered=registered,
        covariates=covariates,
        method=method,
        masks=masks,
        share=share,
        patterns=several(pattern),
        seed=seed,
    )
    found = study_table(table, asked)
    calibration = found.calibration
    return Backtest(calibration.rows, calibration.inflation, calibration.setting, found.refused)
