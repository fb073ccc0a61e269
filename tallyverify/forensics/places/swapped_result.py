"""What F512 returns: stations by the odds that two figures were exchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.arrays import Counts, Floats, Mask
from tallyverify.forensics.indicator import Indicator

if TYPE_CHECKING:
    import pandas as pd

    from tallyverify.forensics.places.context_tail import Tail


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Swapped(Indicator):
    """Stations ranked by the odds that two candidates' figures were exchanged.

    The statistic is the number of stations flagged.

    Attributes
    ----------
    pair : tuple of int
        Columns of the two candidates.
    evidence : ndarray of float, shape (stations,)
        Logarithm of the likelihood of the figures exchanged over as written; NaN where not used.
    log_odds : ndarray of float, shape (stations,)
        The same with the prior: above 0, exchanged is the likelier.
    expected : ndarray of float, shape (stations,)
        Expected share of the first of the pair among the votes of both.
    flagged : ndarray of bool, shape (stations,)
        Evidence at or above ``threshold``, and well explained by an exchange.
    threshold : float
        Evidence that honest stations reach at the stated ``false_positive_rate``.
    false_positive_rate : float
        Expected share of honest stations flagged, under the fitted tail.
    mirrored : int
        Stations as far from the expected on the other side, where no exchange can put them.
    likelier : int
        Stations with log-odds above 0.
    blind : int
        Stations used whose exchange would more likely than not go unseen.
    power : float
        Mean probability, over the stations used, that an exchange would be flagged.
    votes : ndarray of int, shape (stations, 2)
        The figures of the pair, as written.
    tail : Tail or None
        The distribution of honest departures that was fitted, by station used.
    """

    pair: tuple[int, int]
    evidence: Floats
    log_odds: Floats
    expected: Floats
    flagged: Mask
    threshold: float
    false_positive_rate: float
    mirrored: int
    likelier: int
    blind: int
    power: float
    votes: Counts
    tail: Tail | None

    def ranked(self, most: int = 20) -> pd.DataFrame:
        """Return the stations with the highest odds first.

        Parameters
        ----------
        most : int
            How many rows at most.

        Returns
        -------
        DataFrame
            ``station`` (row of the arrays given), ``first`` and ``second`` (votes as written),
            ``share`` (of the first, as written), ``exchanged`` (had they been exchanged),
            ``expected`` (share), ``evidence``, ``log_odds`` and ``flagged``.
        """
        import pandas as pd

        used = np.flatnonzero(~np.isnan(self.evidence))
        first, second = self.votes[used].T
        order = used[np.lexsort((used, second, first, -self.evidence[used]))][:most]
        share = self.votes[order, 0] / np.maximum(self.votes[order].sum(axis=1), 1)
        return pd.DataFrame(
            {
                "station": order,
                "first": self.votes[order, 0],
                "second": self.votes[order, 1],
                "share": share,
                "exchanged": 1 - share,
                "expected": self.expected[order],
                "evidence": self.evidence[order],
                "log_odds": self.log_odds[order],
                "flagged": self.flagged[order],
            }
        )
