"""F503: the last two digits of counts, as a pair: repeated, adjacent, or neither.

People who make numbers up avoid repetition (33) and like neighbours (34); counts do not care.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, counts
from tallyverify.forensics.digits.histogram import Histogram, headline
from tallyverify.forensics.indicator import OTHERS, Indicator
from tallyverify.language import formatted, number, told
from tallyverify.taken import takes_input

# Of 100 pairs 10 are repeated, 20 adjacent (9 and 0 are neighbours), 70 neither.
SHARES = np.array([0.1, 0.2, 0.7])


@dataclass(frozen=True, kw_only=True, repr=False)
class DigitPairs(Indicator):
    """Last pairs of digits of one candidate's counts.

    Attributes
    ----------
    repeated, adjacent, other : int
        Counts of 100 or more whose last two digits are alike, neighbours on the circle, neither.
    """

    repeated: int
    adjacent: int
    other: int

    @property
    def causes(self) -> str:
        """What may leave such pairs."""
        return OTHERS

    def sentence(self, name: str, level: str = "") -> str:
        """Return how many pairs are repeated and adjacent."""
        used = max(self.used, 1)
        return told(
            "last two digits of {name}: {repeated} % repeated and {adjacent} % adjacent (as 3 and "
            "4), expected 10 % and 20 %",
            name=name,
            repeated=formatted(100 * self.repeated / used, ".1f"),
            adjacent=formatted(100 * self.adjacent / used, ".1f"),
        )

    def sums(self, figure: str) -> str:
        """Return χ² and the pairs."""
        return told(
            "χ² = {statistic} (2 df); {repeated} repeated, {adjacent} adjacent, {other} other",
            statistic=formatted(self.statistic or 0.0, ".2f"),
            repeated=number(self.repeated),
            adjacent=number(self.adjacent),
            other=number(self.other),
        )


@takes_input
def digit_pairs(votes: ArrayLike) -> DigitPairs:
    """Test whether repeated and adjacent last digits are as frequent as they should be.

    Parameters
    ----------
    votes : array_like of int, shape (stations,)
        One candidate's votes at each station.

    Returns
    -------
    DigitPairs
        ``statistic`` is Pearson's χ² with 2 degrees of freedom against 10, 20 and 70 %;
        ``effect`` the share of repeated pairs, with its Clopper–Pearson interval.

    Raises
    ------
    InputError
        If votes are not whole numbers of people.

    Notes
    -----
    Assumes counts smooth at the scale of a hundred; with fewer than three digits the last but one
    is the first, and is not uniform.

    References
    ----------
    B. Beber and A. Scacco (2012), What the numbers say: a digit-based test for election fraud,
    Political Analysis 20:211.

    Examples
    --------
    >>> import numpy as np
    >>> votes = np.random.default_rng(1).binomial(1000, 0.5, size=5000) + np.arange(5000) % 100
    >>> print(digit_pairs(votes).effect)
    share of repeated pairs 0.1066 (0.0981776 to 0.115485)
    """
    histogram = Histogram.of(counts("votes", votes))
    pairs = kinds_of_pairs(histogram)
    repeated, adjacent, other = map(int, pairs)
    return DigitPairs(
        code="F503",
        null=told("10 % repeated, 20 % adjacent, 70 % other (uniform pairs)"),
        repeated=repeated,
        adjacent=adjacent,
        other=other,
        **headline(histogram, 100, pairs, SHARES, told("share of repeated pairs"), repeated),
    )


def kinds_of_pairs(histogram: Histogram) -> Counts:
    """Return how many counts of 100 or more end in a repeated, adjacent or other pair."""
    here = histogram.values >= 100
    last, before = histogram.values[here] % 10, histogram.values[here] // 10 % 10
    apart = np.minimum((last - before) % 10, (before - last) % 10)
    return np.bincount(np.minimum(apart, 2), histogram.stations[here], minlength=3).astype(np.int64)
