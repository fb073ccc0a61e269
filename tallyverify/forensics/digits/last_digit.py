"""F502: last digits of counts, against the uniform distribution.

Where counts are smooth at the scale of ten, their last digits are uniform; people who make
numbers up prefer some digits, or rounding leaves too many 0s and 5s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, counts
from tallyverify.forensics.digits.histogram import Histogram, headline
from tallyverify.forensics.indicator import OTHERS, ROUNDING_TOO, Indicator
from tallyverify.language import enumerated, formatted, number, told
from tallyverify.taken import takes_input

FIVES = 0.2  # share that ends in 0 or 5 if last digits are uniform
UNIFORM = np.full(10, 0.1)  # shares of the last digits 0 … 9


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class LastDigit(Indicator):
    """Last digits of one candidate's counts.

    Attributes
    ----------
    digits : ndarray of int, shape (10,)
        Counts of 10 or more that end in 0 … 9.
    mean : float
        Mean last digit; 4.5 if uniform.
    """

    digits: Counts
    mean: float

    @property
    def causes(self) -> str:
        """What may leave such digits: rounding only where 0 and 5 are many."""
        many = self.effect is not None and self.effect.value > FIVES
        return ROUNDING_TOO if many else OTHERS

    def sentence(self, name: str, level: str = "") -> str:
        """Return how many counts end in 0 or 5, and the digit farthest from its share."""
        share = self.effect.value if self.effect else 0.0
        at = int(np.argmax(np.abs(self.digits - self.digits.mean())))
        most = 100 * float(self.digits[at]) / max(self.used, 1)
        return told(
            "last digits of {name}: {share} % end in 0 or 5, expected 20 %; farthest from 10 % is "
            "{digit}, with {most} %",
            name=name,
            share=formatted(100 * share, ".1f"),
            digit=str(at),
            most=formatted(most, ".1f"),
        )

    def sums(self, figure: str) -> str:
        """Return χ² and the digits."""
        return told(
            "χ² = {statistic} (9 df); ending in 0 … 9: {digits}",
            statistic=formatted(self.statistic or 0.0, ".2f"),
            digits=enumerated(number(int(count)) for count in self.digits),
        )


@takes_input
def last_digit(votes: ArrayLike) -> LastDigit:
    """Test whether the last digits of counts of 10 or more are uniform.

    Parameters
    ----------
    votes : array_like of int, shape (stations,)
        One candidate's votes at each station.

    Returns
    -------
    LastDigit
        ``statistic`` is Pearson's χ² with 9 degrees of freedom; ``effect`` the share of counts
        that end in 0 or 5 (0.2 if uniform), with its Clopper–Pearson interval.

    Raises
    ------
    InputError
        If votes are not whole numbers of people.

    Notes
    -----
    Uniform holds where counts are spread over many tens. For counts that crowd between 10 and 30
    it does not, and the test rejects too often: calibration tells.

    References
    ----------
    B. Beber and A. Scacco (2012), What the numbers say: a digit-based test for election fraud,
    Political Analysis 20:211.

    Examples
    --------
    >>> import numpy as np
    >>> votes = np.random.default_rng(1).binomial(700, 0.5, size=5000)
    >>> last_digit(votes).pvalue > 0.05
    True
    >>> print(last_digit(votes // 5 * 5).effect)
    share ending in 0 or 5 1 (0.999262 to 1)
    """
    histogram = Histogram.of(counts("votes", votes))
    digits = last_digits(histogram)
    total = digits.sum()
    return LastDigit(
        code="F502",
        null=told("each digit alike (uniform)"),
        digits=digits,
        mean=float(digits @ np.arange(10)) / int(total) if total else float("nan"),
        **headline(
            histogram,
            10,
            digits,
            UNIFORM,
            told("share ending in 0 or 5"),
            int(digits[0] + digits[5]),
        ),
    )


def last_digits(histogram: Histogram) -> Counts:
    """Return how many counts of 10 or more end in each digit; shape (10,)."""
    here = histogram.values >= 10
    ends = np.bincount(histogram.values[here] % 10, histogram.stations[here], minlength=10)
    return ends.astype(np.int64)
