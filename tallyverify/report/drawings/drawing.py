"""The frame in which every figure is drawn: one style, and the same data give the same bytes."""

from __future__ import annotations

import io
import logging
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallyverify.errors import printable
from tallyverify.language import formatted, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK, SOFT, PALE, BAND = "#1b1f24", "#59636e", "#d1d9e0", "#0969a2"
"""Of text, of what stands back, of areas, and of what the figure is about."""

MARKS = ("#b3261e", "#9a6700", "#8250df", "#1a7f37")
"""Of what is held against it."""

_STYLE = Path(__file__).parents[1] / "tallyverify.mplstyle"


@cache
def matplotlib_library() -> Any:
    """Return matplotlib, imported without a word, and whatever settings of it lie about.

    When it is first imported it lists the fonts, complains of a home that cannot be written to, and
    reads a ``matplotlibrc`` in the working folder or at home. One that cannot be read ends in an
    error there; it is passed over, since a figure of a report takes no settings but its own.
    """
    before_us = "matplotlib" in sys.modules
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        return _imported()
    except (OSError, ValueError):
        if before_us:  # it has its settings, and whoever imported it holds parts of it
            raise
        for name in [one for one in sys.modules if one.partition(".")[0] == "matplotlib"]:
            del sys.modules[name]  # half of it is there
        before = os.environ.get("MATPLOTLIBRC")
        os.environ["MATPLOTLIBRC"] = str(_STYLE)
        try:
            with chdir(_STYLE.parent):
                return _imported()
        finally:
            del os.environ["MATPLOTLIBRC"]
            if before is not None:
                os.environ["MATPLOTLIBRC"] = before
    finally:
        log.setLevel(level)


def _imported() -> Any:
    import matplotlib.font_manager

    return matplotlib


@cache
def style() -> Any:
    """Return the settings of the style file, which users may give to ``plt.style.use`` too."""
    return matplotlib_library().rc_params_from_file(_STYLE, use_default_template=False)


def svg_of(title: str, paint: Callable[[Figure], None], *, height: float = 4.2) -> str:
    """Return a figure as SVG text, painted under its title; the width is 8 inches."""
    mpl = matplotlib_library()
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    # From the defaults, not from the settings of whoever draws: the same bytes everywhere.
    with mpl.rc_context(), warnings.catch_warnings():
        # A letter that the font lacks is written as text all the same; the viewer has a font.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        mpl.rcParams.update(mpl.rcParamsDefault)
        mpl.rcParams.update(style())
        # Each figure says by itself where its axes stand.
        mpl.rcParams["figure.constrained_layout.use"] = False
        mpl.rcParams["text.parse_math"] = False  # a name is text, whatever signs it has
        figure = Figure(figsize=(8, height))
        FigureCanvasSVG(figure)
        figure.text(0.02, 1 - 0.252 / height, str(title), fontsize=12, fontweight="bold")
        paint(figure)
        for axes in figure.axes:
            told_numbers(axes)
        text = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(text, format="svg", metadata=nothing)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def told_numbers(axes: Axes) -> None:
    """Write the numbers of axes that have no form of their own as the language spoken does."""
    from matplotlib.ticker import ScalarFormatter

    language = spoken()

    class Numbers(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return formatted(super().__call__(x, pos), "").in_language(language)

    for axis in (axes.xaxis, axes.yaxis):
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(Numbers())


def ticks_of(axis: Axis, spec: str) -> None:
    """Write the numbers of an axis in a form, with a real minus sign, in the language spoken."""
    # Figures are drawn later, when another one may be spoken.
    language = spoken()

    def form(value: float, _: float) -> str:
        return formatted(value, spec).in_language(language).replace("-", "−")

    axis.set_major_formatter(form)


def short(name: str, most: int = 22) -> str:
    """Return the start of a name, printable."""
    text = printable(name)
    return text if len(text) <= most else text[: most - 1] + "…"


def middle(name: str, most: int = 26) -> str:
    """Return both ends of a name, printable: long names often differ at the end only."""
    text = printable(name)
    if len(text) <= most:
        return text
    return text[: most // 2] + "…" + text[len(text) - (most - 1 - most // 2) :]


def legend(axes: Axes, handles: list[Any], *, columns: int = 3) -> None:
    """Write a legend above the axes."""
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=min(len(handles), columns),
        frameon=False,
        fontsize=8,
        columnspacing=1.2,
    )
