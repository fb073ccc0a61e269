"""Sensitivity to missingness that is not random: the margin as a function of a tilt.

Rotnitzky, Robins & Scharfstein (1998), JASA 93:1321: vary the one parameter that the data cannot
tell, and say at which value of it a conclusion falls.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Floats, floats, numbers, same_length
from tallyverify.errors import InputError
from tallyverify.inference.estimating.tilt import Tilt, tilt_to, tilted_share
from tallyverify.language import told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Sensitivity:
    """The margin of two candidates if the unseen voted otherwise than predicted.

    Attributes
    ----------
    deltas, margins : tuple of float
        The curve: tilts, and the margin of the whole at each, as a fraction of the valid votes.
    lead, votes, valid : float
        Seen votes of the first less those of the second; predicted unseen votes for the two; all
        valid votes, predicted.
    tie : Tilt
        At which the two are equal. Beyond it the other one leads.
    """

    deltas: tuple[float, ...]
    margins: tuple[float, ...]
    lead: float
    votes: float
    valid: float
    tie: Tilt
    _share: Floats
    _votes: Floats

    def __repr__(self) -> str:
        return f"<Sensitivity: a tie at δ = {self.tie.delta:.3f}>"

    @takes_input
    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the margin by tilt; where it crosses 0 is the tie.

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
            If the curve has no points.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> curve = sensitivity([0.5], [100.0], lead=20, valid=200)
        >>> curve.plot().get_xlabel()
        'tilt δ of the unseen: change of log-odds, 0 as predicted'
        >>> plt.close()
        """
        from tallyverify.report import plotted

        return plotted(self, ax)

    def tilt_for(self, margin: float) -> Tilt:
        """Return the tilt at which the whole has a given margin (a fraction)."""
        target = ((margin * self.valid - self.lead) / self.votes + 1) / 2
        return tilt_to(target, self._share, self._votes)


@takes_input
def sensitivity(
    share: ArrayLike, votes: ArrayLike, *, lead: float, valid: float, widest: float = 2.0
) -> Sensitivity:
    """Return the margin as a function of a common tilt of all unseen stations.

    Parameters
    ----------
    share : array-like of float, shape (stations,)
        Predicted share of the first of the unseen votes for the two.
    votes : array-like of float, shape (stations,)
        Predicted unseen votes for the two.
    lead : float
        Seen votes of the first less those of the second.
    valid : float
        All valid votes, seen and predicted.
    widest : float
        The curve runs from −widest to widest.

    Raises
    ------
    InputError
        If there are no unseen votes, or a figure is missing or below 0.

    Examples
    --------
    >>> curve = sensitivity([0.5], [100.0], lead=20, valid=200)
    >>> round(curve.tilt_for(0.1).delta, 6), round(curve.tie.target, 3)
    (0.0, 0.4)
    """
    shares = numbers("share", floats("share", share, dimensions=1), least=0)
    weight = numbers("votes", floats("votes", votes, dimensions=1), least=0)
    same_length(share=shares, votes=weight)
    numbers("lead", lead)
    at = np.clip(shares, 1e-6, 1 - 1e-6)
    both = float(weight.sum())
    if not 0 < both < inf or not valid > 0:
        raise InputError(told("there are no unseen votes for the two candidates, so none to tilt"))
    deltas = np.linspace(-widest, widest, 41)
    tilted = np.array([tilted_share(at, weight, delta) for delta in deltas])
    margins = (lead + both * (2 * tilted - 1)) / valid
    tie = tilt_to((1 - lead / both) / 2, at, weight)
    return Sensitivity(
        tuple(np.round(deltas, 6).tolist()),
        tuple(margins.tolist()),
        float(lead),
        both,
        float(valid),
        tie,
        at,
        weight,
    )
