"""A margin followed sheet by sheet: bounds and an e-value that hold however often one looks.

Waudby-Smith & Ramdas (2020), Confidence sequences for sampling without replacement, NeurIPS 33;
Waudby-Smith & Ramdas (2024), Estimating means of bounded random variables by betting, JRSS-B 86:1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from math import ceil, exp, inf, nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.inference.sequential.betting import Bets
from tallyverify.inference.sequential.bounds import certain, over_strata
from tallyverify.inference.sequential.input import WHOLE, Limits, between, limits, read_batch
from tallyverify.inference.sequential.state import ASSUMED, BROKEN, MonitorState, Sampling
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    import pandas as pd

_TIE = 1e-12  # margins this close are equal: rounding of the division


class Monitor:
    """An always-valid watch on a margin; :func:`monitor` builds it and says what it assumes.

    Attributes
    ----------
    state : MonitorState
        Where it stands.
    path : DataFrame
        The states, one row after each batch.
    """

    def __init__(
        self,
        lists: Mapping[str, Limits],
        *,
        pair: tuple[str, str],
        sampling: Sampling,
        declared: float | None,
        rounding: float,
        alpha: float,
        step: float,
    ) -> None:
        self.pair, self.sampling, self.declared, self.alpha = pair, sampling, declared, alpha
        self._rounding = rounding
        half = ceil(1 / step)
        ends = np.arange(-half, half + 1) / half
        if sampling == "archive":
            ends = ends[:1]  # no cells, no bets
        self._lists = {
            name: Bets(ends[:-1], ends[1:], units=of.stations, bound=of.bound, total=of.total)
            for name, of in lists.items()
        }
        # Valid votes of a stratum: its stations' mean part of the bound, a share.
        self._turnouts = {
            name: Bets(ends[half:-1], ends[half + 1 :], units=of.stations, bound=of.bound, least=0)
            for name, of in lists.items()
            if sampling == "strata"
        }
        self._against: Bets | None = None
        if declared is not None and sampling == "random":
            left, right = np.clip([[declared - rounding], [declared + rounding]], -1, 1)
            of = lists[WHOLE]
            self._against = Bets(left, right, units=of.stations, bound=of.bound, total=of.total)
        self._states: list[MonitorState] = []
        self.state = self._look()

    def __repr__(self) -> str:
        return f"<Monitor {self.pair[0]} − {self.pair[1]}: {self.state.told}>"

    @property
    def path(self) -> pd.DataFrame:
        """The state after each batch, one row each, in the order of the batches."""
        import pandas as pd

        names = [field.name for field in fields(MonitorState)]
        return pd.DataFrame([asdict(state) for state in self._states], columns=names)

    def update(
        self,
        first: ArrayLike,
        second: ArrayLike,
        valid: ArrayLike,
        stratum: str | Sequence[str] | None = None,
        *,
        registered: ArrayLike | None = None,
    ) -> MonitorState:
        """Take in a batch of stations in the order in which they were drawn.

        Parameters
        ----------
        first, second, valid : int or array of int, shape (batch,)
            Votes of the two candidates and all valid votes of each station.
        stratum : str or sequence of str, shape (batch,), optional
            Stratum of each station, if the monitor has strata; one name counts for all.
        registered : int or array of int, shape (batch,), optional
            Registered voters of each station. They sharpen what the unseen ones can still hold;
            without them each seen station counts with its valid votes, which is the safe side.

        Returns
        -------
        MonitorState
            The same however the stations are dealt to batches.

        Raises
        ------
        InputError
            If a figure is impossible. Nothing of such a batch is taken in.
        """
        votes = [(self.pair[0], first), (self.pair[1], second), ("valid", valid)]
        batch = read_batch(votes, stratum, registered, self._lists, self.sampling)
        for name, at in batch.rows.items():
            self._lists[name].feed(batch.d[at], batch.v[at], batch.used[at])
            if name in self._turnouts:
                full = np.full(len(at), self._turnouts[name].bound)
                self._turnouts[name].feed(batch.v[at], full, full)
        if self._against:
            self._against.feed(batch.d, batch.v, batch.used)
        self.state = self._look()
        self._states.append(self.state)
        return self.state

    def _look(self) -> MonitorState:
        lists = list(self._lists.values())
        sure = certain(self._lists)
        kept = self._kept(sure)
        low, high = kept or sure
        evalue, pvalue = self._evidence(sure)
        if pvalue is not None:
            rejected = pvalue <= self.alpha
        else:
            rejected = self.declared is not None and (kept is None or self._outside(low, high))
        # A seen stratum counts by its stations in the list; without strata this changes nothing.
        scale = np.array([bets.units / max(bets.seen, 1) for bets in lists])
        d, v = scale @ np.array([bets.sums[:2] for bets in lists])
        return MonitorState(
            seen=sum(bets.seen for bets in lists),
            stations=sum(bets.units for bets in lists),
            estimate=float(d / v) if v else nan,
            low=low,
            high=high,
            level=1.0 if self.sampling == "archive" else 1 - self.alpha,
            evalue=evalue,
            pvalue=pvalue,
            rejected=rejected,
            assumption=ASSUMED[self.sampling] + ("" if kept else BROKEN),
        )

    def _kept(self, sure: tuple[float, float]) -> tuple[float, float] | None:
        """Bounds from the bets within the sure ones; None where no margin is left."""
        if self.sampling == "archive":
            return sure
        if self.sampling == "strata":
            kept = over_strata(self._lists, self._turnouts, self.alpha)
        else:
            kept = self._lists[WHOLE].kept(self.alpha)
        if kept is None or kept[0] > sure[1] + _TIE or kept[1] < sure[0] - _TIE:
            return None
        low, high = np.clip(kept, *sure)
        return float(low), float(high)

    def _evidence(self, sure: tuple[float, float]) -> tuple[float | None, float | None]:
        """E-value and p-value against the declared margin."""
        if self._against is None:
            return None, None
        if self._outside(*sure):
            return inf, 0.0
        wealth, peak = float(self._against.log_wealth[0]), float(self._against.peak[0])
        return exp(min(wealth, 700.0)), exp(-peak)  # e^700 is near the largest float

    def _outside(self, low: float, high: float) -> bool:
        """Whether every margin that rounds to the declared one lies outside these bounds."""
        if self.declared is None:
            return False
        return (
            self.declared + self._rounding < low - _TIE
            or self.declared - self._rounding > high + _TIE
        )


@takes_input
def monitor(
    stations: int | Mapping[str, int],
    *,
    bound: int | None = None,
    registered: ArrayLike | Mapping[str, ArrayLike] | None = None,
    declared: float | None = None,
    rounding: float = 0.0,
    alpha: float = 0.05,
    sampling: Sampling = "random",
    pair: tuple[str, str] = ("A", "B"),
    step: float = 0.001,
) -> Monitor:
    """Watch the margin of two candidates while the sheets of a known list of stations come in.

    Peeking costs nothing: the bounds hold at all times together, and the e-value may be read, and
    the count stopped, whenever one likes.

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
    sampling : {"random", "strata", "archive"}
        ``"random"``: each next station is drawn uniformly from those left. ``"strata"``: so within
        each stratum, the strata in any order. ``"archive"``: sheets that somebody collected, in
        any order; then only arithmetic is left.
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
    the end they are the margin of the full count.

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
    >>> watch = monitor(300, bound=600, declared=0.08)
    >>> watch
    <Monitor A − B: 0 of 300 stations, no votes in [-100.00%, +100.00%], e-value 1>
    >>> watch.update(a[:60], (valid - a)[:60], valid[:60])
    <MonitorState: 60 of 300 stations, margin -40.80% in [-46.20%, -28.40%], e-value 4.75e+07>
    >>> watch.update(a[60:], (valid - a)[60:], valid[60:]).rejected
    True
    """
    lists = limits(stations, bound, registered, sampling)
    between("alpha", alpha, 0, 1, "between 0 and 1")
    between("step", step, 1e-5, 0.1, "between 1e-05 and 0.1")
    between("rounding", rounding, -_TIE, 0.5, "from 0, below 0.5")
    if declared is not None:
        between("declared", declared, -1 - _TIE, 1 + _TIE, "a fraction: 8.8 points are 0.088")
    return Monitor(
        lists,
        pair=pair,
        sampling=sampling,
        declared=declared,
        rounding=max(rounding, 0.0),
        alpha=alpha,
        step=step,
    )
