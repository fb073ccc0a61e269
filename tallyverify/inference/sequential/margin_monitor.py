"""A margin followed sheet by sheet: bounds and an e-value that hold however often one looks.

Waudby-Smith & Ramdas (2020), Confidence sequences for sampling without replacement, NeurIPS 33;
Waudby-Smith & Ramdas (2024), Estimating means of bounded random variables by betting, JRSS-B 86:1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from tallyverify.inference.sequential.drawn import Areas, drawn_of
from tallyverify.inference.sequential.input import between, limits
from tallyverify.inference.sequential.monitoring import TIE, Monitor
from tallyverify.inference.sequential.state import Sampling
from tallyverify.language import told
from tallyverify.taken import takes_input


@takes_input
def monitor(
    stations: int | Mapping[str, int],
    *,
    bound: int | None = None,
    registered: ArrayLike | Mapping[str, ArrayLike] | None = None,
    declared: float | None = None,
    rounding: float = 0.0,
    alpha: float = 0.05,
    sampling: Sampling = "archive",
    drawn: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    areas: Areas | None = None,
    pair: tuple[str, str] = ("A", "B"),
    step: float = 0.001,
) -> Monitor:
    """Watch the margin of two candidates while the sheets of a known list of stations come in.

    Peeking costs nothing: the bounds hold at all times together, and the e-value may be read, and
    the count stopped, whenever one likes.

    Of an archive nothing is assumed, so that its bounds hold with certainty and whatever comes
    first: the unseen stations may hold their voters' votes for either of the two. They are wide
    until nearly all was seen, there is no e-value, and a declared margin is rejected only by
    arithmetic. That the sheets are unordered, or nearly complete, makes them no random draw.

    Parameters
    ----------
    stations : int or dict of str to int
        Stations of the whole list; by stratum with ``sampling="strata"``.
    bound : int, optional
        No station can have more valid votes: its registered voters, or the law's limit. Default:
        the largest of ``registered``, where that lists the stations.
    registered : int, array of int of shape (stations,), or dict of these by stratum, optional
        Registered voters of the whole list, in total or of each station. Default: ``bound`` each.
    declared : float, optional
        Declared margin (first − second) / valid as a fraction, best computed from declared votes;
        fixed before the draw.
    rounding : float
        Half of the last digit of a rounded ``declared``: 0.0005 if it was given as 8.8 %. The
        e-value then holds against every margin that rounds to it.
    alpha : float
        Greatest chance of a wrong rejection, and likewise of bounds that ever miss.
    sampling : {"archive", "random", "strata"}
        ``"archive"``: sheets that somebody collected, or that come in as they are counted, in any
        order; then only arithmetic is left. ``"random"``: each next station is drawn uniformly from
        those left. ``"strata"``: so within each stratum, the strata in any order.
    drawn : sequence of str, or dict of these by stratum, optional
        The keys of the stations drawn, in the order of the draw; needed for a draw, and only there.
    areas : dict of str to str, or dict of these by stratum, optional
        The area of every station of the list, drawn or not, by key; needed likewise. A side bet
        sees whether the draw goes by area, and refuses what follows from it then.
    pair : tuple of str
        Names of the two candidates.
    step : float
        Width of the cells of margins that are tested, a fraction. Bounds are rounded outward to it.

    Returns
    -------
    Monitor

    Raises
    ------
    InputError
        If the set-up is contradictory or out of range.

    Notes
    -----
    A margin m makes the total of z = a − b − m·v zero. Each cell of margins is bet against
    (:class:`~.betting.Bets`); the bounds are the hull of those whose wealth
    never reached 1/α, within what the unseen votes allow at the most. So they only narrow, and at
    the end they are the margin of the full count. At a lower level they are never wider.

    *What is refused.* A draw is lost, and only arithmetic is left, where the side bet on areas
    (:class:`~.order_bet.OrderBet`) multiplied its wealth by 100, or where every margin is rejected
    at one in a thousand. Of random draws each happens to at most one in a hundred, and one in a
    thousand. Neither sees an order within areas, by size or by hour: sheets in order of arrival are
    an archive, whatever their areas.

    *Strata* have a margin and a number of valid votes each. Both are bounded at α/(2H), H strata
    (union bound), and the national margin by the worst combination. Valid but blunt: with many
    strata, or few stations in one, use ``sampling="random"`` and a draw from the whole list. No
    e-value is given then; ``rejected`` says whether the declared margin ever left the bounds.

    A station that was drawn but whose sheet cannot be had must not be skipped: that is no random
    order. Run two monitors, one that counts all its registered voters as votes for the first and
    one for the second: the high of the one and the low of the other hold together at 1 − 2α.

    References
    ----------
    Waudby-Smith & Ramdas 2020 (NeurIPS 33) and 2024 (JRSS-B 86:1) · Ville 1939 · Manski 2003 (the
    arithmetic bounds) · Stark 2020 (Sets of half-average nulls, on risk-limiting audits).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> valid = rng.integers(200, 600, 300)
    >>> a = rng.binomial(valid, 0.3)
    >>> areas = {f"{at:03d}": f"district {at % 7}" for at in range(300)}
    >>> drawn = [str(key) for key in rng.permutation(list(areas))]
    >>> watch = monitor(
    ...     300, bound=600, declared=0.08, sampling="random", drawn=drawn, areas=areas)
    >>> watch
    <Monitor A − B: 0 of 300 stations, no votes in [-100.00%, +100.00%], e-value 1>
    >>> at = [int(key) for key in drawn]
    >>> watch.update(a[at[:60]], (valid - a)[at[:60]], valid[at[:60]], keys=drawn[:60])
    <MonitorState: 60 of 300 stations, margin -39.22% in [-44.50%, -27.60%], e-value 6.26e+07>
    >>> archive = monitor(300, bound=600, declared=0.08)
    >>> archive.update(a[:60], (valid - a)[:60], valid[:60])
    <MonitorState: 60 of 300 stations, margin -40.80% in [-91.59%, +80.00%]>
    >>> archive.update(a[60:], (valid - a)[60:], valid[60:]).rejected
    True
    """
    lists = limits(stations, bound, registered, sampling)
    draw = drawn_of(drawn, areas, {name: of.stations for name, of in lists.items()}, sampling)
    between("alpha", alpha, 0, 1, told("between 0 and 1"))
    between("step", step, 1e-5, 0.1, told("between 1e-05 and 0.1"))
    between("rounding", rounding, -TIE, 0.5, told("from 0, below 0.5"))
    if declared is not None:
        between("declared", declared, -1 - TIE, 1 + TIE, told("a fraction: 8.8 points are 0.088"))
    return Monitor(
        lists,
        pair=pair,
        sampling=sampling,
        declared=declared,
        rounding=max(rounding, 0.0),
        alpha=alpha,
        step=step,
        draw=draw,
    )
