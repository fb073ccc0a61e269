"""Stations that most depart from their own centre and areas, ranked, with the reason in words.

For people who will go and look at the paper. A station may differ for a hundred honest reasons (a
hospital, a student hall, a new street); that it differs is a note, and says nothing about why.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, Floats, Mask, counts, same_length
from tallyverify.errors import InputError
from tallyverify.forensics.calibration.calibration_spec import TURNOUT
from tallyverify.forensics.calibration.map_threads import side_by_side
from tallyverify.forensics.indicator import Effect
from tallyverify.forensics.places.context import Context, between_0_and_1, context_of, level_codes
from tallyverify.forensics.places.context_levels import canonical
from tallyverify.forensics.places.context_tail import FEWEST, Tail, scores, sided_tail
from tallyverify.forensics.places.outlying_result import Aspect, OutlyingStations
from tallyverify.language import number, told
from tallyverify.taken import takes_input

_LEAST_SHARE = 0.01
_FEWEST_EXPECTED = 5.0
_TIE = 1e-6


@takes_input
def outlying_stations(
    votes: ArrayLike,
    *,
    areas: Sequence[ArrayLike] = (),
    registered: ArrayLike | None = None,
    ballots: ArrayLike | None = None,
    station: Sequence[str] | None = None,
    candidates: Sequence[str] | None = None,
    area_names: Sequence[str] | None = None,
    level: float = 0.05,
) -> OutlyingStations:
    """Rank stations by how far they depart from what the others lead one to expect.

    Looked at are the share of every candidate with at least 1 % of the votes, and the turnout.

    Parameters
    ----------
    votes : array_like of int, shape (stations, candidates)
        Votes as written.
    areas : sequence of array_like, each of shape (stations,)
        Labels of areas by level, the largest first; the last is the centre, if there is one.
    registered : array_like of int, shape (stations,), optional
        Registered voters; without them turnout is not looked at. 0 where not known.
    ballots : array_like of int, shape (stations,), optional
        Ballots; default the votes of all candidates together.
    station, candidates, area_names : sequence of str, optional
        What stations, candidates and levels of areas are called; default their numbers.
    level : float
        Share of the flagged that may be there by chance (false discovery rate), 0 to 1.

    Returns
    -------
    OutlyingStations
        Refused where fewer than 200 stations can be held against others.

    Raises
    ------
    InputError
        If the arrays do not fit each other, or the level is not between 0 and 1.

    Notes
    -----
    What is expected comes from
    :func:`tallyverify.forensics.places.context.context_of`, without the station itself. The
    departure is the normal score of the exact probability of the count where votes are few. Its
    tail is a Student t, fitted to this election's own stations, each side and each class of
    predicted spread for itself: in the terms of Efron (2004), an empirical null with a tail. A
    station's p-value is the smallest over what was looked at, times their number (Bonferroni);
    over the stations, the false discovery rate is controlled (Benjamini & Hochberg 1995). Where
    many stations truly depart, the tail becomes heavier and fewer are flagged.

    Assumes that stations are independent given their areas. All candidates are treated alike.

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), Controlling the false discovery rate, JRSS B 57:289.
    B. Efron (2004), Large-scale simultaneous hypothesis testing, JASA 99:96.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> centre = np.repeat(np.arange(150), 4)
    >>> share = 1 / (1 + np.exp(-rng.normal(0, 0.4, 150)[centre]))
    >>> first = rng.binomial(400, share)
    >>> first[10] = 390
    >>> found = outlying_stations(
    ...     np.column_stack([first, 400 - first]), areas=[centre], candidates=["Ana", "Luis"])
    >>> found
    <OutlyingStations outlying: statistic 1, stations flagged 1; 600 stations>
    >>> print(found.ranked(1)["reason"][0])
    Ana has 97.5 % here; 3 other stations of its area 1 have 52.2 % to 54.2 %; expected ...
    """
    x = counts("votes", votes, dimensions=2)
    between_0_and_1(level=level)
    sides, levels, too_many = looked_at(x, areas, registered, ballots, candidates)
    same_length(votes=x, station=station)
    kinds = levels_named(area_names, len(levels))
    order = canonical([*levels, *(side for _, *pair in sides for side in pair)])
    place = np.argsort(order)
    inside = [labels[order] for labels in levels]
    aspects = side_by_side(
        lambda side: _aspect(side[0], side[1][order], side[2][order], inside, place), sides
    )
    scored = tuple(aspect for aspect in aspects if aspect is not None)
    which, smallest, adjusted = _farthest(scored, len(x))
    flagged = adjusted <= level
    many = int(flagged.sum())
    left_out: dict[str, int] = {told("nothing to hold it against"): int((which < 0).sum())}
    if too_many:
        left_out[told("more ballots than registered voters (turnout only)")] = too_many
    few = told("fewer than {fewest} stations can be held against others", fewest=number(FEWEST))
    return OutlyingStations(
        code="outlying",
        statistic=float(many) if scored else None,
        effect=Effect(told("stations flagged"), many) if scored else None,
        used=int((which >= 0).sum()),
        left_out=left_out,
        null=told(
            "what the other stations of its centre and areas show, with this election's own tail"
        ),
        refused="" if scored else few,
        warnings=(
            told("a station that departs is worth a look; why it departs, the paper may say"),
        ),
        aspects=scored,
        which=which,
        station_pvalue=smallest,
        adjusted=adjusted,
        flagged=flagged,
        level=level,
        areas=tuple(levels),
        area_names=tuple(kinds),
        station=None if station is None else tuple(str(name) for name in station),
    )


def looked_at(
    votes: Counts,
    areas: Sequence[ArrayLike],
    registered: ArrayLike | None,
    ballots: ArrayLike | None,
    candidates: Sequence[str] | None,
) -> tuple[list[tuple[str, Counts, Counts]], list[Counts], int]:
    """Return what is looked at (name, count, out of), areas as codes, and misfits of turnout."""
    roll = None if registered is None else counts("registered", registered)
    cast = votes.sum(axis=1) if ballots is None else counts("ballots", ballots)
    levels = level_codes(areas, votes=votes, registered=roll, ballots=cast)
    columns = votes.shape[1]
    numbers = [told("candidate {at}", at=str(at)) for at in range(1, columns + 1)]
    names = _named("candidates", candidates, numbers)
    sides = [(names[k], votes[:, k], votes.sum(axis=1)) for k in _large(votes)]
    if roll is None:
        return sides, levels, 0
    # Turnout is not looked at in stations with more ballots than registered voters.
    fits = (roll >= cast) & (roll > 0)
    sides.append((TURNOUT, np.where(fits, cast, 0), np.where(fits, roll, 0)))
    return sides, levels, int(((cast > roll) & (roll > 0)).sum())


def levels_named(names: Sequence[str] | None, levels: int) -> list[str]:
    """Return what levels of areas are called: the names given, or numbers."""
    numbers = [told("area {at}", at=str(at)) for at in range(1, levels + 1)]
    return _named("area_names", names, numbers)


def _named(what: str, names: Sequence[str] | None, numbers: Sequence[str]) -> list[str]:
    """Return the names given, or numbers; say so if there are not as many as there should be."""
    if names is None:
        return list(numbers)
    if len(names) != len(numbers):
        raise InputError(
            told("{what} need a name each", what=what),
            found=str(len(names)),
            expected=str(len(numbers)),
        )
    return [str(name) for name in names]


def _large(votes: Counts) -> list[int]:
    totals = votes.sum(axis=0)
    return [int(k) for k in np.flatnonzero(totals >= max(_LEAST_SHARE * totals.sum(), 1))]


def _aspect(
    name: str, first: Counts, total: Counts, areas: list[Counts], place: Counts
) -> Aspect | None:
    """Score every station in one respect; None where too few can be held against others."""
    # A figure that is the same everywhere (all of the votes) leaves nothing to compare.
    if int((total > 0).sum()) < FEWEST or first.sum() in (0, total.sum()):
        return None
    context = context_of(first, total - first, areas)
    score = scores(context, first)
    share = 1 / (1 + np.exp(-context.expected))
    fitting = context.known & (total * np.minimum(share, 1 - share) >= _FEWEST_EXPECTED)
    if int(fitting.sum()) < FEWEST:
        return None
    pvalue, reach = _tails(context, score, fitting)
    wide = reach * np.hypot(context.spread, context.noise)
    return Aspect(
        name=name,
        first=first[place],
        total=total[place],
        expected=share[place],
        low=(1 / (1 + np.exp(wide - context.expected)))[place],
        high=(1 / (1 + np.exp(-wide - context.expected)))[place],
        score=score[place],
        pvalue=pvalue[place],
    )


def _tails(context: Context, score: Floats, fitting: Mask) -> tuple[Floats, Floats]:
    """Two-sided p-values, and how many predicted deviations hold 95 % of honest stations."""
    # The tail is fitted where votes are enough for it, and used for every station.
    known = np.flatnonzero(context.known)
    deviation = np.hypot(context.spread, context.noise)
    tail = sided_tail(score[fitting], None, -score[fitting], deviation[fitting])
    scale, freedom = np.full(score.size, np.nan), np.full(score.size, np.nan)
    scale[fitting], freedom[fitting] = tail.scale, tail.freedom
    rest = known[~fitting[known]]
    # Few votes make a wide prediction: the heaviest tail found is the safe one there.
    heaviest = int(np.argmin(np.asarray(tail.freedom)))
    scale[rest] = float(np.max(tail.scale))
    freedom[rest] = float(np.asarray(tail.freedom)[heaviest])
    every = Tail(scale, freedom)
    return 2 * every.below(-np.abs(score)), every.reach


def _farthest(aspects: Sequence[Aspect], stations: int) -> tuple[Counts, Floats, Floats]:
    """Return where each station departs most (-1: nowhere looked at), its p-value, and adjusted."""
    from scipy import stats

    smallest, adjusted = np.full(stations, np.nan), np.full(stations, np.nan)
    which = np.full(stations, -1)
    if aspects:
        each = np.column_stack([aspect.pvalue for aspect in aspects])
        looked = (~np.isnan(each)).sum(axis=1)
        # Of two candidates alone, one has too many where the other has too few: name the first.
        few = np.column_stack([aspect.score for aspect in aspects]) < 0
        ranked = np.where(np.isnan(each), np.inf, each * np.where(few, 1 + _TIE, 1.0))
        used = looked > 0
        which[used] = ranked.argmin(axis=1)[used]
        smallest[used] = np.minimum(np.nanmin(each[used], axis=1) * looked[used], 1.0)
        adjusted[used] = stats.false_discovery_control(smallest[used])
    return which, smallest, adjusted
