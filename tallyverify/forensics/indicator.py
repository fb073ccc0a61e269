"""What every indicator returns: a headline, its size, what it used, left out and compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scipy.stats import beta

from tallyverify.errors import printable
from tallyverify.language import formatted, formula, number, told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OTHERS = told(
    "sheets entered twice, a program that fills in figures, or figures not counted, can do this"
)
"""What may leave digits that counting does not."""

ROUNDING_TOO = told(
    "rounding, sheets entered twice, a program that fills in figures, or figures not counted, can "
    "do this"
)
"""The same, where figures that are rounded may be the reason."""

NO_NULL = told("none: a description")
"""What an indicator says that is compared with nothing."""


def share_interval(found: int, of: int) -> tuple[float, float]:
    """Return the Clopper–Pearson 95 % interval of a share."""
    low = float(beta.ppf(0.025, found, of - found + 1)) if found else 0.0
    high = float(beta.ppf(0.975, found + 1, of - found)) if found < of else 1.0
    return low, high


@dataclass(frozen=True)
class Effect:
    """The size of what an indicator looks at, with its interval.

    Attributes
    ----------
    name : str
        What it is, as a noun: ``"excess stations"``.
    value : float
        The estimate.
    low, high : float or None
        95 % interval, where there is one.

    Examples
    --------
    >>> print(Effect("excess stations", 1003.5, 784.0, 1223.0))
    excess stations 1,003.5 (784 to 1,223)
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def words(self) -> str:
        """The name, the estimate and its interval."""
        name, value = self.name, number(self.value)
        if self.low is None or self.high is None:
            return formula("{name} {value}", name=name, value=value)
        return told(
            "{name} {value} ({low} to {high})",
            name=name,
            value=value,
            low=number(self.low),
            high=number(self.high),
        )

    def __str__(self) -> str:
        return printable(self.words)


@takes_input
def written(effect: Effect | None, form: Callable[[float], str] = "{:.2f}".format) -> str:
    """Return the value of an effect with its interval, in this form; a dash where there is none.

    The form writes figures and signs, as English has them.
    """
    if effect is None:
        return "–"
    value = _as_form(effect.value, form)
    if effect.low is None or effect.high is None:
        return value
    low, high = _as_form(effect.low, form), _as_form(effect.high, form)
    return told("{value} ({low} to {high})", value=value, low=low, high=high)


def _as_form(value: float, form: Callable[[float], str]) -> str:
    return formatted(form(value).replace("-", "−"), "")


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator of one candidate or figure: base of every result of the family.

    Attributes
    ----------
    code : str
        Code of the catalogue, e.g. ``F504``.
    statistic : float or None
        The test statistic, or the figure described; None where the indicator refused.
    pvalue : float or None
        Against ``null``, before any adjustment; None where there is no null (a description).
    effect : Effect or None
        The size, with its interval.
    used : int
        Stations used.
    null : str
        What it is compared with, in words; ``"none: a description"`` where there is no null.
    left_out : mapping of str to int
        Stations not used, by reason.
    refused : str
        Why the indicator does not answer; empty if it does.
    warnings : tuple of str
        What a reader must know before believing it.
    """

    code: str
    statistic: float | None = None
    pvalue: float | None = None
    effect: Effect | None = None
    used: int
    null: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    refused: str = ""
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        kind = type(self).__name__
        if self.refused:
            return printable(f"<{kind} {self.code}: refused, {self.refused}>")
        statistic = "" if self.statistic is None else number(float(self.statistic))
        said = [f"statistic {statistic}"] if statistic else []
        said += [] if self.pvalue is None else [f"p = {self.pvalue:.3g}"]
        said += [] if self.effect is None else [str(self.effect)]
        return printable(f"<{kind} {self.code}: {', '.join(said)}; {self.used:,} stations>")

    @takes_input
    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what was found: the figure of the report, or the effect beside what is expected.

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
            If the indicator refused, or holds nothing that could be drawn.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> import numpy as np
        >>> from tallyverify.forensics import last_digit
        >>> votes = np.random.default_rng(1).binomial(700, 0.5, size=5000)
        >>> last_digit(votes).plot().get_xlabel()
        'last digit'
        >>> plt.close()
        """
        from tallyverify.report import plotted

        return plotted(self, ax)

    @property
    def causes(self) -> str:
        """What may leave such figures, where a test is flagged: never one cause alone."""
        return told("a source that rounds, or computes counts from percentages, does the same")

    def sentence(self, name: str, level: str = "") -> str:
        """Return what it says of whom, as a clause; ``level`` is a word for the smallest areas."""
        return str(self)

    def sums(self, figure: str) -> str:
        """Return the arithmetic without the p-value, of a candidate or of turnout."""
        return told("{used} stations", used=number(self.used))
