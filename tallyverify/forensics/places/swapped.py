"""F512: stations whose figures for two candidates look exchanged, ranked by the odds of it.

A sheet on which the votes of two candidates stand on each other's lines shows the log-odds of the
station with the sign reversed. Given what its centre, its areas and an earlier round lead one to
expect, that is told from an honest sheet where the two candidates are not close. Whoever copied
the figures into the file may have exchanged them as well as anybody: the paper says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, Floats, counts
from tallyverify.errors import InputError
from tallyverify.forensics.indicator import Effect
from tallyverify.forensics.places.context import between_0_and_1, context_of, level_codes
from tallyverify.forensics.places.context_levels import canonical
from tallyverify.forensics.places.context_tail import FEWEST, sided_tail
from tallyverify.forensics.places.swapped_rates import chance_of, rates_at, threshold_at
from tallyverify.forensics.places.swapped_result import Swapped
from tallyverify.language import number, told
from tallyverify.taken import takes_input

_FEWEST_EXPECTED = 5.0
_SEEN = 0.5


@takes_input
def swapped(
    votes: ArrayLike,
    *,
    pair: tuple[int, int] | None = None,
    areas: Sequence[ArrayLike] = (),
    earlier: ArrayLike | None = None,
    prior: float = 1e-4,
    rate: float = 2e-4,
) -> Swapped:
    """Rank stations by the odds that the votes of two candidates were exchanged (F512).

    Parameters
    ----------
    votes : array_like of int, shape (stations, candidates)
        Votes as written.
    pair : tuple of int, optional
        Columns of the two candidates; default the two with most votes. For other pairs, ask again.
    areas : sequence of array_like, each of shape (stations,)
        Labels of areas by level, the largest first; the last is the centre, if there is one.
    earlier : array_like of int, shape (stations, options), optional
        Votes of an earlier round or count at the same stations, row by row, any options; a row of
        zeros where there was none. Without it, seldom more than a landslide can be seen.
    prior : float
        Probability, before looking, that a station's figures were exchanged.
    rate : float
        Share of honest stations that may be flagged.

    Returns
    -------
    Swapped
        Refused with fewer than 200 usable stations, or where no exchange could be seen.

    Raises
    ------
    InputError
        If the arrays do not fit each other, the pair is not of two columns, or ``prior`` or
        ``rate`` is not between 0 and 1 (both excluded).

    Notes
    -----
    The expectation is that of :func:`tallyverify.forensics.places.context.context_of`. Departures
    follow a scaled Student t, fitted to this election's own stations, so that one that is merely
    unusual is not called exchanged; the fit is of a mixture, so that exchanged sheets do not hide
    each other. ``threshold`` is the evidence that honest stations reach at ``rate``, and no less
    than 3 (odds of 20).

    Flagged are the stations with that evidence that also lie, exchanged, where 95 % of honest ones
    do: one that fits neither way is merely unusual.

    The p-value is the larger of two. One counts stations as far from the expected on the *other*
    side, where no exchange can put them (``mirrored``), and needs no tail: honest departures are
    as often there. The other is the chance of so many under the fitted tails, those towards either
    candidate apart, so that special stations (soldiers, patients, prisoners) that lean to one side
    everywhere explain themselves. It is conservative where few are flagged; then the ranking is
    the result.

    Exchanged figures of a station near an even split cannot be told from honest ones: ``blind``
    counts the stations of which that is so, ``power`` says how many exchanges would be flagged.

    References
    ----------
    K. L. Lange, R. J. A. Little and J. M. G. Taylor (1989), Robust statistical modeling using the
    t distribution, JASA 84:881. R. F. Barber and E. J. Candès (2015), Controlling the false
    discovery rate via knockoffs, Annals of Statistics 43:2055 (counting on the mirrored side).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> odds = rng.normal(0.3, 0.6, 2000)
    >>> first = rng.binomial(500, 1 / (1 + np.exp(-odds)))
    >>> before = rng.binomial(500, 1 / (1 + np.exp(-odds - 0.2)))
    >>> votes = np.column_stack([first, 500 - first])
    >>> wrong = np.flatnonzero(np.abs(odds - 0.4) < 0.02)[:5]
    >>> votes[wrong] = votes[wrong, ::-1]
    >>> found = swapped(votes, earlier=np.column_stack([before, 500 - before]))
    >>> sorted(found.ranked(5)["station"]) == sorted(wrong)
    True
    """
    x = counts("votes", votes, dimensions=2)
    before = None if earlier is None else counts("earlier", earlier, dimensions=2)
    levels = level_codes(areas, votes=x, earlier=before)
    between_0_and_1(prior=prior, rate=rate)
    j, k = _pair(x, pair)
    order = canonical([*levels, x[:, j], x[:, k], *(() if before is None else before.T)])
    both = x[order][:, [j, k]]
    place = np.argsort(order)
    found, evidence = _ranked(
        both, [level[order] for level in levels], None if before is None else before[order], rate
    )
    evidence = evidence[place]
    log_odds = evidence + np.log(prior) - np.log1p(-prior)
    found |= {name: found[name][place] for name in ("expected", "flagged")}
    return Swapped(
        code="F512",
        null=told(
            "honest departures: as often on the other side, and no more than the fitted tails say"
        ),
        pair=(j, k),
        votes=x[:, [j, k]],
        evidence=evidence,
        log_odds=log_odds,
        likelier=int((log_odds > 0).sum()),
        **found,
    )


def _pair(votes: Counts, pair: tuple[int, int] | None) -> tuple[int, int]:
    columns = votes.shape[1]
    if pair is None:
        if columns < 2:
            raise InputError(
                told("an exchange needs two candidates"),
                found=told("{columns} column", columns=str(columns)),
            )
        first, second = np.argsort(-votes.sum(axis=0), kind="stable")[:2]
        return int(first), int(second)
    if len(set(pair)) != 2 or len(pair) != 2 or not all(0 <= at < columns for at in pair):
        raise InputError(
            told("a pair is two different columns of the votes"),
            found=str(pair),
            expected=told("{low} to {high}", low="0", high=str(columns - 1)),
        )
    return pair


def _ranked(
    votes: Counts, areas: list[Counts], earlier: Counts | None, rate: float
) -> tuple[dict[str, Any], Floats]:
    """Return what the result holds, but for what depends on the prior, and the evidence."""
    first, second = votes.T
    voted = first + second > 0
    unknown = np.full(len(votes), np.nan)
    context = context_of(first, second, areas, earlier) if voted.sum() >= FEWEST else None
    expected = unknown if context is None else context.expected
    known = np.zeros_like(voted) if context is None else context.known
    share = 1 / (1 + np.exp(-expected))
    enough = known & ((first + second) * np.minimum(share, 1 - share) >= _FEWEST_EXPECTED)
    found: dict[str, Any] = {
        "expected": share,
        "flagged": np.zeros(len(votes), dtype=bool),
        "used": int(enough.sum()),
        "left_out": {
            told("no vote for either of the two"): int((~voted).sum()),
            told("nothing to expect it from"): int((voted & ~known).sum()),
            told("fewer than 5 votes expected for one of the two"): int((known & ~enough).sum()),
        },
        **{"threshold": np.nan, "false_positive_rate": np.nan, "power": np.nan},
        **{"tail": None, "mirrored": 0, "blind": 0},
    }
    if context is None or enough.sum() < FEWEST:
        found["refused"] = told(
            "fewer than {fewest} stations have votes enough and an expectation",
            fewest=number(FEWEST),
        )
        return found, unknown
    centre, sd = expected[enough], np.hypot(context.spread, context.noise)[enough]
    shown: Floats = (np.log(first + 0.5) - np.log(second + 0.5))[enough]
    tail = sided_tail((shown - centre) / sd, (-shown - centre) / sd, centre, sd)
    written = tail.log_density((shown - centre) / sd)
    favour = tail.log_density((-shown - centre) / sd) - written
    threshold = threshold_at(centre, sd, tail, rate)
    falsely, rightly = rates_at(centre, sd, tail, threshold)
    blind = int((rightly < _SEEN).sum())
    found |= {
        "tail": tail,
        "threshold": threshold,
        "false_positive_rate": float(falsely.mean()),
        "power": float(rightly.mean()),
        "blind": blind,
    }
    if blind == len(centre):
        found["refused"] = told("no station's exchange could be seen: the expectation is too vague")
        return found, unknown
    landing = np.abs(shown + centre) / sd
    at = (favour >= threshold) & (landing <= tail.reach)
    evidence = unknown.copy()
    evidence[enough] = favour
    found["flagged"][enough] = at
    beyond = np.abs(shown - 3 * centre) / sd
    opposite = (tail.log_density(beyond) - written >= threshold) & (beyond <= tail.reach)
    marked, mirrored = int(at.sum()), int(opposite.sum())
    excess, half = marked - mirrored, 1.96 * float(np.sqrt(marked + mirrored))
    found |= {
        "mirrored": mirrored,
        "statistic": float(marked),
        "pvalue": chance_of(marked, mirrored, falsely),
        "effect": Effect(
            told("flagged beyond the other side"), excess, excess - half, excess + half
        ),
        "warnings": _warnings(blind, len(centre)),
    }
    return found, evidence


def _warnings(blind: int, used: int) -> tuple[str, ...]:
    said = told(
        "whoever copied a sheet into the file may have exchanged the figures: look at the paper"
    )
    if blind <= used / 2:
        return (said,)
    return said, told(
        "in {blind} of {used} stations an exchange would likely go unseen",
        blind=number(blind),
        used=number(used),
    )
