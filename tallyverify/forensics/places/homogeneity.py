"""F510: how alike the stations of one centre are, among which voters were dealt by rule.

Where voters are dealt to the stations (mesas) of a centre by the number of their identity card,
the stations are repeated draws from one population. Genuine sheets differ a little more than by
chance; how much is measured here and described, not tested: no null says how much is honest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, Floats, codes, counts, same_length
from tallyverify.forensics.indicator import Effect, Indicator, written
from tallyverify.language import formula, number, told
from tallyverify.taken import takes_input

FEWEST = 30  # fewest centres with two stations or more
ORDINARY = 1.5  # up to here χ²/df is called ordinary; genuine Venezuelan sheets show 1.2
_NOT_CENTRES = 2.0


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Homogeneity(Indicator):
    """Homogeneity of stations within centres.

    Attributes
    ----------
    chi2 : float
        Sum over centres of Pearson's χ² of the station × candidate table.
    df : int
        Its degrees of freedom, Σ (stations - 1)(candidates with votes - 1).
    centres : int
        Centres with two stations or more.
    by_centre : ndarray of float, shape (centres, 2)
        χ² and degrees of freedom of each.
    centre : ndarray of int, shape (centres,)
        Position of each centre's first station as given.
    """

    chi2: float
    df: int
    centres: int
    by_centre: Floats
    centre: Counts

    def sentence(self, name: str, level: str = "") -> str:
        """Return how much the stations of one area differ, and whether that is usual."""
        ratio = self.effect.value if self.effect else 1.0
        high = self.effect.high if self.effect and self.effect.high is not None else ratio
        if high < 1:
            said = told("they are more alike than voters dealt by chance would make them")
        elif ratio <= ORDINARY:
            said = told("ordinary overdispersion")
        elif ratio <= _NOT_CENTRES:
            said = told("more than is usual where voters are dealt to stations by a number")
        else:
            said = told(
                "either a {level} is not a centre whose voters are dealt to its stations by "
                "chance, or its stations differ for another reason",
                level=level,
            )
        differ = told(
            "stations of one {level} differ {ratio} times as much as chance alone lets them (χ²/df "
            "over {centres} with two stations or more)",
            level=level,
            ratio=written(self.effect),
            centres=number(self.centres),
        )
        return formula("{differ}: {said}", differ=differ, said=said)


@takes_input
def homogeneity(votes: ArrayLike, centre: ArrayLike) -> Homogeneity:
    """Measure the overdispersion of stations within centres.

    Parameters
    ----------
    votes : array_like of int, shape (stations, candidates)
        Votes of the candidates compared.
    centre : array_like, shape (stations,)
        Code or name of each station's centre.

    Returns
    -------
    Homogeneity
        ``statistic`` is χ²; ``effect`` is χ²/df, with a 95 % interval that takes
        centres to be independent. There is no p-value.

    Raises
    ------
    InputError
        If the arrays do not fit each other or do not hold numbers of people.

    Notes
    -----
    1 is dealing purely at random. Below 1 the stations of a centre are more alike than chance
    lets them be; above, voters were not quite dealt at random (by age, by street), or sheets
    differ for other reasons. Candidates are used as given: join small ones, whose expected counts
    below about one make χ² uneven.

    References
    ----------
    P. McCullagh and J. A. Nelder (1989), Generalized linear models, section 4.5.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> centre = np.repeat(np.arange(500), 4)
    >>> first = rng.binomial(400, rng.beta(5, 5, 500)[centre])
    >>> print(homogeneity(np.column_stack([first, 400 - first]), centre).effect)
    χ²/df 1.02604 (0.952998 to 1.09908)
    """
    x = counts("votes", votes, dimensions=2).astype(np.float64)
    place = codes("centre", centre)
    total = same_length(votes=x, centre=place)
    there = x.sum(axis=1) > 0
    alone = np.bincount(place[there], minlength=int(place.max(initial=-1)) + 1)[place] < 2
    use = there & ~alone
    left_out: dict[str, int] = {
        told("no votes"): int((~there).sum()),
        told("the only station of its centre"): int((there & alone).sum()),
    }
    x, kept, place = x[use], np.flatnonzero(use), place[use]
    codes_left, place = np.unique(place, return_inverse=True)
    found, degrees = _by_centre(x, place, len(codes_left))
    first = np.full(len(codes_left), total, dtype=np.int64)
    np.minimum.at(first, place, kept)
    chi2, df = float(np.sort(found).sum()), int(degrees.sum())
    refused = ""
    if len(codes_left) < FEWEST:
        refused = told(
            "{centres} centres with two stations or more, {fewest} are needed",
            centres=number(len(codes_left)),
            fewest=number(FEWEST),
        )
    elif df == 0:
        refused = told("in no centre do two candidates have votes")
    return Homogeneity(
        code="F510",
        statistic=None if refused else chi2,
        effect=None if refused else _ratio(found, degrees),
        used=len(x),
        left_out=left_out,
        null=told("none: a description (1 is dealing voters purely at random)"),
        refused=refused,
        chi2=chi2,
        df=df,
        centres=len(codes_left),
        by_centre=np.column_stack([found, degrees]),
        centre=first,
    )


def _by_centre(x: Floats, place: Counts, centres: int) -> tuple[Floats, Floats]:
    """Return Pearson's χ² and its degrees of freedom by centre."""
    sums = np.column_stack([np.bincount(place, column, minlength=centres) for column in x.T])
    size = x.sum(axis=1)
    whole = sums.sum(axis=1)
    expected = size[:, None] * (sums / whole[:, None])[place]
    with np.errstate(invalid="ignore"):
        terms = np.where(expected > 0, (x - expected) ** 2 / expected, 0.0).sum(axis=1)
    found: Floats = np.bincount(place, terms, minlength=centres).astype(np.float64)
    rows = np.bincount(place, minlength=centres) - 1
    degrees = rows * np.maximum((sums > 0).sum(axis=1) - 1, 0)
    return found, np.asarray(degrees, dtype=np.float64)


def _ratio(found: Floats, degrees: Floats) -> Effect:
    ratio = float(np.sort(found).sum() / degrees.sum())
    # Of a ratio of sums over independent centres (Cochran 1977, section 6.4).
    n = len(found)
    residual = np.sort(found - ratio * degrees)
    se = float(np.sqrt(n / (n - 1) * (residual**2).sum()) / degrees.sum())
    return Effect(told("χ²/df"), ratio, ratio - 1.96 * se, ratio + 1.96 * se)
