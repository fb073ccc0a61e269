"""A result drawn onto axes of its own: what its ``plot`` returns, by the kind of result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from textwrap import fill
from typing import TYPE_CHECKING, Any

from tallyverify.checking import Bounds
from tallyverify.errors import InputError
from tallyverify.forensics import (
    CoarseShares,
    DigitPairs,
    Fingerprint,
    Homogeneity,
    Indicator,
    KlimekFit,
    LastDigit,
    SecondDigit,
    Swapped,
    TurnoutPeak,
)
from tallyverify.inference import Backtest, Estimate, OrderOfCounting, Sensitivity
from tallyverify.language import told
from tallyverify.report.drawings.described_plots import (
    drawable,
    fingerprint_on,
    homogeneity_on,
    klimek_on,
    peak_on,
    swapped_on,
)
from tallyverify.report.drawings.drawing import (
    PALE,
    legend,
    matplotlib_library,
    style,
    told_numbers,
)
from tallyverify.report.drawings.effect_plots import effect_on
from tallyverify.report.drawings.estimate_plots import (
    backtest_on,
    bounds_on,
    counting_on,
    shares_on,
    tilts_on,
)
from tallyverify.report.drawings.forensic_figures import FORENSIC_FIGURES
from tallyverify.report.drawings.panels import shaded
from tallyverify.report.drawings.tested_plots import (
    DIGIT_WORDS,
    coarse_key,
    coarse_on,
    digits_on,
    evenly,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_LONG = 72
_LINE = 14.0  # points, of a row of the legend
_NOTHING = told("the result holds nothing that could be drawn")


def plotted(result: object, ax: Axes | None) -> Axes:
    """Draw a result onto axes, new ones in the style of the report if there are none.

    In the language spoken. Raises InputError where a result refused, or holds nothing to draw.
    """
    mpl = matplotlib_library()
    refused = _refused(result)
    if refused:
        raise InputError(told("there is nothing to draw: {reason}", reason=refused))
    with mpl.rc_context():
        if ax is None:
            import matplotlib.pyplot as plt

            mpl.rcParams.update(style())
            ax = plt.subplots()[1]
        # A name is text, whatever signs it has and whatever else is set.
        mpl.rcParams.update({"text.parse_math": False, "text.usetex": False})
        _draw(result, ax)
        told_numbers(ax)
        for text in (*ax.get_xticklabels(), *ax.get_yticklabels()):
            text.set_parse_math(False)
            text.set_usetex(False)
    return ax


@singledispatch
def _refused(result: Any) -> str:
    """Return why there is nothing to draw of a result; empty if there is."""
    return told("no drawing is known of {kind}", kind=type(result).__name__)


@_refused.register(Indicator)
def _(result: Indicator) -> str:
    return result.refused or ("" if drawable(result) else _NOTHING)


@_refused.register(Estimate)
def _(result: Estimate) -> str:
    return result.refused or ("" if result.shares else _NOTHING)


@_refused.register(Backtest)
def _(result: Backtest) -> str:
    return result.refused or ("" if any(row.masks for row in result.rows) else _NOTHING)


@_refused.register(Sensitivity)
def _(result: Sensitivity) -> str:
    return "" if result.deltas else _NOTHING


@_refused.register(OrderOfCounting)
def _(result: OrderOfCounting) -> str:
    return "" if result.cumulative.counted else _NOTHING


@_refused.register(Bounds)
def _(result: Bounds) -> str:
    return "" if result.low else _NOTHING


def _framed(axes: Axes, title: str, handles: Sequence[Any] = (), columns: int = 3) -> None:
    """Write what the axes show above them, over what the marks mean; break a long line below."""
    below = axes.get_xlabel()
    if len(below) > _LONG:
        axes.set_xlabel(fill(below, _LONG))
    rows = -(-len(handles) // columns)
    if rows:
        legend(axes, list(handles), columns=columns)
    pad = 10 + _LINE * rows if rows else 6
    axes.set_title(str(title), loc="left", fontsize=10, fontweight="bold", pad=pad)


@singledispatch
def _draw(result: Any, axes: Axes) -> None:
    """Draw a result that has something to draw."""
    raise NotImplementedError


@_draw.register(Indicator)
def _(result: Indicator, axes: Axes) -> None:
    title, handles = effect_on(result, axes)
    _framed(axes, title, handles, columns=3 if len(handles) < 4 else 2)


@_draw.register(SecondDigit)
@_draw.register(LastDigit)
@_draw.register(DigitPairs)
def _(result: SecondDigit | LastDigit | DigitPairs, axes: Axes) -> None:
    from matplotlib.patches import Patch

    words = DIGIT_WORDS[type(result)]
    digits_on(axes, result)
    evenly([axes])
    axes.set_xlabel(str(words.below))
    axes.set_ylabel(str(words.aside))
    _framed(axes, FORENSIC_FIGURES[result.code], [Patch(color=PALE, label=str(words.noise))])


@_draw.register(CoarseShares)
def _(result: CoarseShares, axes: Axes) -> None:
    coarse_on(axes, result)
    axes.set_xlim(-0.5, 100.5)
    axes.set_xlabel(str(told("% of the valid votes of a station")))
    _framed(axes, FORENSIC_FIGURES[result.code], coarse_key())


@_draw.register(Fingerprint)
def _(result: Fingerprint, axes: Axes) -> None:
    image = fingerprint_on(axes, result)
    axes.set_ylabel(str(told("share of the candidate, % of the ballots")))
    shaded(axes.figure.colorbar(image, ax=axes))
    _framed(axes, FORENSIC_FIGURES[result.code])


@_draw.register(KlimekFit)
def _(result: KlimekFit, axes: Axes) -> None:
    handles = klimek_on(axes, result)
    _framed(axes, FORENSIC_FIGURES[result.code], handles)


@_draw.register(TurnoutPeak)
def _(result: TurnoutPeak, axes: Axes) -> None:
    handles = peak_on(axes, result, told("votes of the candidate"))
    _framed(axes, FORENSIC_FIGURES[result.code], handles, columns=2)


@_draw.register(Homogeneity)
def _(result: Homogeneity, axes: Axes) -> None:
    handles = homogeneity_on(axes, result)
    axes.set_xlabel(str(told("how much the stations of one centre differ (χ²/df; 1 is chance)")))
    axes.set_ylabel(str(told("number of centres")))
    _framed(axes, told("F510 · How alike the stations of the centres are"), handles)


@_draw.register(Swapped)
def _(result: Swapped, axes: Axes) -> None:
    _framed(axes, FORENSIC_FIGURES[result.code], swapped_on(axes, result))


@_draw.register(Estimate)
def _(result: Estimate, axes: Axes) -> None:
    handles = shares_on(axes, result, {name: name for name in result.shares})
    title = told("Estimate and bounds") if result.bounds is not None else told("Estimate")
    _framed(axes, title, handles)


@_draw.register(Bounds)
def _(result: Bounds, axes: Axes) -> None:
    _framed(axes, told("What the unseen votes still allow"), bounds_on(axes, result))


@_draw.register(Backtest)
def _(result: Backtest, axes: Axes) -> None:
    title = told("How often the intervals held on hidden stations")
    _framed(axes, title, backtest_on(axes, result.rows))


@_draw.register(Sensitivity)
def _(result: Sensitivity, axes: Axes) -> None:
    handles = tilts_on(axes, result)
    axes.set_ylabel(str(told("margin of the first over\nthe second, points")))
    _framed(axes, told("Margin if the unseen voted otherwise than predicted"), handles)


@_draw.register(OrderOfCounting)
def _(result: OrderOfCounting, axes: Axes) -> None:
    handles = counting_on(axes, result)
    axes.set_ylabel(str(told("margin of the first over\nthe second, points")))
    _framed(axes, told("Margin as the count went on"), handles)
