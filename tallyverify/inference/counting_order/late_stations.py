"""The order of counting: whether late stations differ by more than the areas they lie in.

Late stations differ honestly: they lie elsewhere. So they are compared within their areas, and a
jump is looked for with an estimate that is right at the cut (:mod:`.jump`).
Source: Idrobo, Kronick & Rodríguez (JOP 2022, doi:10.1086/719639).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.errors import InputError
from tallyverify.inference.counting_order.input import Counted, in_order
from tallyverify.inference.counting_order.jump import Jump, jump_at, jump_within
from tallyverify.inference.counting_order.late_shift import late_shift
from tallyverify.language import told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 200


@dataclass(frozen=True)
class Cumulative:
    """The margin of all stations counted so far, at up to 200 points.

    Attributes
    ----------
    counted : tuple of float
        Share of the stations counted, rising to 1. Stations with one position count at once.
    margin : tuple of float
        Margin of the first candidate over the second so far, as a fraction of the valid votes.
    """

    counted: tuple[float, ...]
    margin: tuple[float, ...]

    def __repr__(self) -> str:
        return f"<Cumulative: {len(self.counted)} points, {self.margin[-1]:+.4f} at the end>"


@dataclass(frozen=True)
class OrderOfCounting:
    """What the order of counting shows. Margins are fractions of the valid votes.

    Attributes
    ----------
    n, left_out : int
        Stations with a known position, and those without, which take no part.
    cumulative : Cumulative
        The margin as the count went on.
    late_stations : int
        How many stations were taken as late: near the share asked for, never splitting a tie.
    shift_raw : float or None
        Margin of the late stations less that of the others.
    shift_explained : float or None
        The same if every station had the margin of its area. What is left of the raw shift is the
        shift within, times Σ W_a (1/V_late + 1/V_early) ≤ 1.
    shift_within : float or None
        Σ W_a (m_late,a − m_early,a) / Σ W_a over the areas with both, where W_a is the product of
        the late and the early valid votes of the area, divided by their sum.
    shift_se : float or None
        Its standard error, robust to any dependence within areas; None with less than two areas.
    shift_pvalue : float or None
        Two-sided, of no shift within areas. The larger of two: of all orders within the areas, and
        of Student's t with the robust error, which holds if stations of an area report in groups.
    shift_comparable : float or None
        Share of the late valid votes that lie in areas with both.
    shift_reason : str
        Why some of these are None.
    jump, jump_within : Jump or None
        The jump at the cut, and the jump of each station's margin less that of the other stations
        of its area: a change of the areas that report is no jump.
    jump_reason, jump_within_reason : str
        Why these are None.
    """

    n: int
    left_out: int
    cumulative: Cumulative
    late_stations: int
    shift_raw: float | None
    shift_explained: float | None
    shift_within: float | None
    shift_se: float | None
    shift_pvalue: float | None
    shift_comparable: float | None
    shift_reason: str
    jump: Jump | None
    jump_reason: str
    jump_within: Jump | None
    jump_within_reason: str

    def __repr__(self) -> str:
        def shift(value: float | None) -> str:
            return "unknown" if value is None else f"{value:+.4f}"

        chance = "" if self.shift_pvalue is None else f" (p = {self.shift_pvalue:.3g})"
        return (
            f"<OrderOfCounting: {self.n:,} stations; late shift {shift(self.shift_raw)}, "
            f"within areas {shift(self.shift_within)}{chance}>"
        )

    @takes_input
    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the margin as the count went on.

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
            If no station was counted.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> import numpy as np
        >>> area = np.repeat([0, 1], 50)
        >>> votes = np.full(100, 60)
        >>> found = order_of_counting(np.arange(100), votes, 100 - votes, votes + 40, area)
        >>> found.plot().get_xlabel()
        '% of the stations counted'
        >>> plt.close()
        """
        from tallyverify.report import plotted

        return plotted(self, ax)


@takes_input
def order_of_counting(
    position: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    valid: ArrayLike,
    area: ArrayLike,
    *,
    cut: float | None = None,
    late: float = 0.2,
    seed: int = 0,
) -> OrderOfCounting:
    """Compare late stations with early ones of the same area, and look for a jump at a cut.

    Parameters
    ----------
    position : array_like of float, shape (n,)
        When each station was counted, in any unit; nan where not known.
    first, second, valid : array_like, shape (n,)
        Votes of the two candidates and all valid votes of each station.
    area : array_like of int, shape (n,)
        Code of the smallest area; stations in it are taken to be comparable.
    cut : float, optional
        The position from which a change is claimed. Without it no jump is looked for.
    late : float
        Share of the stations that are late, between 0 and 1.
    seed : int
        For the random orders that are drawn where few areas or stations carry the comparison.

    Returns
    -------
    OrderOfCounting

    Raises
    ------
    InputError
        If the arrays do not fit each other, hold votes that are negative or not known or codes
        that are not whole numbers from 0 on, or nothing has both a position and valid votes.

    Notes
    -----
    With m_a the margin of area a and z = (first − second) − m_a · valid of each station, the shift
    within is Σ_late z / Σ W_a. If the order within areas is by chance, Σ_late z has mean 0 and
    variance Σ_a L_a E_a / (n_a (n_a − 1)) Σ z², with L_a late and E_a early stations of n_a: exact
    moments, with the normal law, or random orders where few stations carry the sum. Not more than
    a difference is shown: stations of an area that report late may differ honestly, as the rural
    ones of a town do.

    Examples
    --------
    >>> import numpy as np
    >>> late_area = np.repeat([0, 1], 50)
    >>> votes = np.where(late_area, 60, 40) + np.tile([-1, 1, 0, 2, -2], 20)
    >>> order_of_counting(np.arange(100), votes, 100 - votes, np.full(100, 100), late_area)
    <OrderOfCounting: 100 stations; late shift +0.2500, within areas +0.0000 (p = 1)>
    """
    if not 0 < late < 1:
        raise InputError(
            told("the late share is a fraction between 0 and 1, not {given}", given=str(late))
        )
    if cut is not None and not np.isfinite(cut):
        raise InputError(
            told("the cut is a position, a finite number, not {given}", given=str(cut))
        )
    counted = in_order(position, first, second, valid, area)
    shift = late_shift(counted, late, seed)
    jump, jump_reason, within, within_reason = _jumps(counted, cut)
    return OrderOfCounting(
        n=counted.position.size,
        left_out=counted.left_out,
        cumulative=_cumulative(counted),
        **vars(shift),
        jump=jump,
        jump_reason=jump_reason,
        jump_within=within,
        jump_within_reason=within_reason,
    )


def _cumulative(counted: Counted) -> Cumulative:
    n = counted.position.size
    ends = np.append(counted.start[1:], n)
    valid = np.cumsum(counted.valid)[ends - 1]
    margin = np.cumsum(counted.lead)[ends - 1][valid > 0] / valid[valid > 0]
    ends = ends[valid > 0]
    at = np.unique(np.searchsorted(ends, np.arange(1, _POINTS + 1) * n / _POINTS))
    return Cumulative(tuple((ends[at] / n).tolist()), tuple(margin[at].tolist()))


def _jumps(counted: Counted, cut: float | None) -> tuple[Jump | None, str, Jump | None, str]:
    if cut is None:
        return None, told("no cut was given"), None, told("no cut was given")
    lead, valid, n = counted.lead, counted.valid, counted.position.size
    area = counted.area.astype(np.int64)
    ends = np.append(counted.start[1:], n)
    share = np.repeat((counted.start + ends) / (2 * n), ends - counted.start)
    at = float(np.searchsorted(counted.position, cut)) / n
    rate = lead / np.where(valid > 0, valid, 1)
    return (
        *jump_at(share, rate, valid, area, at),
        *jump_within(share, lead, valid, area, at),
    )
