"""A group of stations against the others of their own areas: share and turnout (F513).

Contested sheets, those of one kind of machine, those without an observer, those that came late: a
dispute often names a group of stations. They are held here against the stations beside them, not
against the country, since groups lie where they lie. That they differ even so may be because of who
votes there: nobody was put into such a group by lot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from tallyverify.arrays import Counts, Floats, Mask, counts, same_length
from tallyverify.errors import InputError
from tallyverify.forensics.calibration.clean_twin import not_alone
from tallyverify.forensics.indicator import Effect, Indicator, written
from tallyverify.forensics.places.context import level_codes
from tallyverify.forensics.places.context_levels import canonical
from tallyverify.language import clauses, number, points, signed, told
from tallyverify.taken import takes_input

FEWEST = 10  # stations of the group that have others of their own area beside them
NEVER_RANDOM = told(
    "no lot put stations into such a group: what makes a sheet contested, late or unobserved goes "
    "with who votes there, so a difference asks a question and says nothing of its cause"
)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class GroupDifference(Indicator):
    """Difference of a group from the others of its own areas; ``effect`` is it, as a fraction.

    Attributes
    ----------
    group, others : int
        Stations of the group that have others of their own area beside them, and these others.
    areas : int
        Areas in which both are.
    overdispersion : float
        Variance of a station's share beyond chance, as a fraction of p(1 − p), in the smallest
        areas; 0 where voters are dealt to stations at random.
    """

    group: int = 0
    others: int = 0
    areas: int = 0
    overdispersion: float = 0.0

    @property
    def causes(self) -> str:
        """What may make a group differ, where a test is flagged."""
        return told("kinds of voters or of places that the areas do not tell apart do the same")

    def sentence(self, name: str, level: str = "") -> str:
        """Return the difference, and that such groups are never random."""
        away = written(self.effect, lambda value: f"{100 * value:+.1f}")
        said = told(
            "{name}: {away} percentage points against the others of their own areas "
            "({group} stations beside {others}, in {areas} areas)",
            name=name,
            away=away,
            group=number(self.group),
            others=number(self.others),
            areas=number(self.areas),
        )
        return clauses([said, NEVER_RANDOM])

    def sums(self, figure: str) -> str:
        """Return the score, and how much stations differ beyond chance."""
        return clauses(
            [
                told("standard score {score}", score=signed(self.statistic or 0.0, ".2f")),
                told(
                    "stations of one area differ by {beyond} % of p(1 − p) beyond chance",
                    beyond=points(self.overdispersion),
                ),
            ]
        )


@takes_input
def group_difference(
    votes: ArrayLike,
    total: ArrayLike,
    marked: ArrayLike,
    *,
    areas: Sequence[ArrayLike] = (),
) -> GroupDifference:
    """Test whether a group of stations differs from the others of its own areas.

    Parameters
    ----------
    votes : array_like of int, shape (stations,)
        One candidate's votes; or who voted, for turnout.
    total : array_like of int, shape (stations,)
        What the share is taken of: valid votes; or registered voters.
    marked : array_like of bool, shape (stations,)
        Which stations are of the group.
    areas : sequence of array_like, each of shape (stations,)
        Labels of areas by level, the largest first; the last is the centre, if there is one.

    Returns
    -------
    GroupDifference
        ``statistic`` is the standard score, ``pvalue`` two-sided, ``effect`` the difference of the
        shares (a fraction) with a 95 % interval. Refused where no station is of the group, all
        are, one alone is, or fewer than 10 have others of their own area beside them.

    Raises
    ------
    InputError
        If the arrays do not fit each other, or hold no numbers of people, or more votes than the
        total, or marks that are neither true nor false.

    Notes
    -----
    The area of a station is the smallest in which it does not stand alone; areas wholly of the
    group say nothing and are left out. Compared are areas of one level: the smallest in which 10
    stations of the group have others beside them. In an area with share p, of N_g votes of the
    group and N_o of the others, the group's votes less N_g·p are N_g N_o / (N_g + N_o) times the
    difference of the two shares; their sum over areas over that of these weights is the difference
    (Mantel & Haenszel 1959; for differences Cochran 1954). Its variance is that of overdispersed
    binomials: p(1 − p)n(1 + ρ(n − 1)) at a station of n, with ρ by moments over all stations whose
    areas are of that level, so that neither unequal sizes nor unlike stations are taken for a
    difference. Assumes that without a difference the stations of one area depart from it
    independently of the group.

    References
    ----------
    W. G. Cochran (1954), Some methods for strengthening the common χ² tests, Biometrics 10:417.
    N. Mantel and W. Haenszel (1959), Journal of the National Cancer Institute 22:719. D. A.
    Williams (1982), Extra-binomial variation in logistic linear models, Applied Statistics 31:144.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> centre = np.repeat(np.arange(200), 5)
    >>> share = rng.beta(50, 50, 200)[centre]
    >>> late = rng.random(1000) < 0.2
    >>> total = rng.integers(200, 600, 1000)
    >>> votes = rng.binomial(total, share)
    >>> group_difference(votes, total, late, areas=[centre]).pvalue > 0.05
    True
    >>> votes = rng.binomial(total, share + 0.05 * late)
    >>> print(group_difference(votes, total, late, areas=[centre]).effect)
    share beyond the others of its areas 0.0476799 (0.0420751 to 0.0532847)
    """
    x, n = counts("votes", votes), counts("total", total)
    group = _mask(marked)
    levels = level_codes(areas, votes=x)
    same_length(votes=x, total=n, marked=group)
    if (x > n).any():
        at = int(np.flatnonzero(x > n)[0])
        raise InputError(
            told("a station has more votes than their total; leave it out"),
            found=told(
                "{part} of {whole} at position {at}", part=str(x[at]), whole=str(n[at]), at=str(at)
            ),
        )
    # One order for the same stations, so that the last digits do not depend on the rows.
    there = n > 0
    order = np.flatnonzero(there)[canonical([one[there] for one in (*levels, x, n, group)])]
    x, n, group = x[order], n[order], group[order]
    levels = [labels[order] for labels in levels]
    stratum, level = not_alone(levels, len(x))
    beside = beside_others(group, stratum)
    here = level == level_compared(group & beside, level)
    inside = beside & here
    found = GroupDifference(
        code="F513",
        used=int(inside.sum()),
        null=told(
            "stations of one area that depart from it by more than chance, whichever are marked"
        ),
        left_out={
            told("nobody voted, or is registered"): int((~there).sum()),
            told("of the group, without others of their own area"): int((group & ~beside).sum()),
            told("of the group, beside others of a larger area only"): int(
                (group & beside & ~here).sum()
            ),
        },
        group=int((group & inside).sum()),
        others=int((inside & ~group).sum()),
        areas=len(np.unique(stratum[inside])),
        refused=_refused(group, inside),
    )
    if found.refused:
        return found
    x, n, stratum = x[here], n[here], stratum[here]
    factor = overdispersion_of(x, n, stratum)
    difference, sd, score = differing(x, n, group[here], stratum, factor)
    if sd == 0:
        return replace(found, refused=told("no count can vary"))
    return replace(
        found,
        statistic=score,
        pvalue=float(2 * norm.sf(abs(score))),
        effect=Effect(
            told("share beyond the others of its areas"),
            difference,
            difference - 1.96 * sd,
            difference + 1.96 * sd,
        ),
        overdispersion=factor,
    )


def _mask(marked: ArrayLike) -> Mask:
    given = np.asarray(marked)
    if given.ndim != 1 or not (given.dtype == bool or np.isin(given, (0, 1)).all()):
        raise InputError(
            told("what is marked is true or false, one for each station"),
            found=told(
                "an array of {dtype}, shape {shape}",
                dtype=str(given.dtype),
                shape=str(given.shape),
            ),
            expected=told("True or False, or 1 or 0"),
        )
    return given.astype(bool)


def beside_others(group: Mask, stratum: Counts) -> Mask:
    """Return which stations lie in areas where stations of the group stand beside others."""
    size = np.bincount(stratum, minlength=1)
    of_group = np.bincount(stratum, group, minlength=1)
    held: Mask = ((of_group > 0) & (of_group < size))[stratum]
    return held


def level_compared(group: Mask, level: Counts) -> int:
    """Return the smallest level of areas with stations enough of the group, else that with most."""
    # Stations of one level at a time: those that stand alone in their centre differ from each other
    # as centres do, and why one of them is marked may well go with where it lies.
    found = np.bincount(level[group], minlength=1)
    enough = np.flatnonzero(found >= FEWEST)
    return int(enough[-1]) if len(enough) else int(np.argmax(found))


def _refused(group: Mask, inside: Mask) -> str:
    """Return why a group cannot be held against the others of its areas; empty if it can."""
    marked, beside = int(group.sum()), int((group & inside).sum())
    if not marked:
        return told("no station is of the group")
    if marked == len(group):
        return told("every station is of the group: there is nothing to hold it against")
    if marked == 1:
        return told("one station is no group")
    if not beside:
        return told("the group is whole areas: none has other stations of its own area beside it")
    if beside < FEWEST:
        return told(
            "{stations} stations of the group have others of their own area beside them, {fewest} "
            "are needed",
            stations=number(beside),
            fewest=number(FEWEST),
        )
    return ""


def differing(
    x: Counts, n: Counts, group: Mask, stratum: Counts, factor: float
) -> tuple[float, float, float]:
    """Return the difference of the shares, its standard deviation, and the standard score."""
    areas = int(stratum.max(initial=-1)) + 1
    whole = np.bincount(stratum, n, areas)
    of_group = np.bincount(stratum, n * group, areas)
    share = np.bincount(stratum, x, areas) / np.maximum(whole, 1)
    part = of_group / np.maximum(whole, 1)
    away = np.bincount(stratum, (x - n * share[stratum]) * group, areas)
    weight = of_group * (1 - part)
    varies = n * (1 + factor * (n - 1))
    each = np.where(group, (1 - part)[stratum] ** 2, part[stratum] ** 2) * varies
    variance = float((share * (1 - share) * np.bincount(stratum, each, areas)).sum())
    total, of = float(away.sum()), float(weight.sum())
    if variance <= 0 or of <= 0:
        return 0.0, 0.0, 0.0
    return total / of, float(np.sqrt(variance)) / of, total / float(np.sqrt(variance))


def without_difference(x: Counts, n: Counts, group: Mask, stratum: Counts) -> Floats:
    """Return the votes as they would be if the group were like the others of its areas."""
    difference = differing(x, n, group, stratum, 0.0)[0]
    areas = int(stratum.max(initial=-1)) + 1
    part = np.bincount(stratum, n * group, areas) / np.maximum(np.bincount(stratum, n, areas), 1)
    return np.clip(x - difference * n * (group - part[stratum]), 0.0, n)


def overdispersion_of(x: Counts, n: Counts, stratum: Counts) -> float:
    """Return the variance of shares beyond chance, as a fraction of p(1 − p), by moments."""
    areas = int(stratum.max(initial=-1)) + 1
    whole = np.maximum(np.bincount(stratum, n, areas), 1.0)
    share = np.bincount(stratum, x, areas) / whole
    part, p = n / whole[stratum], share * (1 - share)
    shown = float(((x - n * share[stratum]) ** 2).sum())
    # Of a residual n(x/n − p̂): its own variance less what p̂ takes of it, plus that of p̂.
    taken = 1 - 2 * part + (np.bincount(stratum, part**2, areas))[stratum]
    chance = float((p[stratum] * n * taken).sum())
    beyond = float((p[stratum] * n * (n - 1) * taken).sum())
    return max(0.0, (shown - chance) / beyond) if beyond > 0 else 0.0
