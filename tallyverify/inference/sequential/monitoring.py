"""The monitor of a margin: its bets, its side bet on the order, and where it stands.

:func:`~.margin_monitor.monitor` builds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from math import ceil, exp, inf, log, nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.errors import InputError, printable
from tallyverify.inference.sequential.betting import Bets
from tallyverify.inference.sequential.bounds import certain, over_strata
from tallyverify.inference.sequential.drawn import Drawn
from tallyverify.inference.sequential.input import (
    WHOLE,
    Batch,
    Limits,
    read_batch,
)
from tallyverify.inference.sequential.order_bet import OrderBet
from tallyverify.inference.sequential.state import (
    ASSUMED,
    BROKEN,
    NONE_LEFT,
    MonitorState,
    Sampling,
    by_area,
)
from tallyverify.language import clauses, formatted, number, told

if TYPE_CHECKING:
    import pandas as pd

_BY_AREA = 0.01  # greatest chance that the side bet takes a random draw for one by area
TIE = 1e-12  # margins this close are equal: rounding of the division


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
        draw: Drawn | None = None,
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
        self._draw = draw
        self._order: OrderBet | None = None
        if draw is not None:
            counts = {name: Counter(own.values()) for name, own in draw.areas.items()}
            self._order = OrderBet(counts)
        self._states: list[MonitorState] = []
        self.state = self._look()

    def __repr__(self) -> str:
        return printable(f"<Monitor {self.pair[0]} − {self.pair[1]}: {self.state.told}>")

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
        keys: Sequence[str] | str | None = None,
    ) -> MonitorState:
        """Take in a batch of stations: of a draw the next ones, in its order.

        Parameters
        ----------
        first, second, valid : int or array of int, shape (batch,)
            Votes of the two candidates and all valid votes of each station.
        stratum : str or sequence of str, shape (batch,), optional
            Stratum of each station, if the monitor has strata; one name counts for all.
        registered : int or array of int, shape (batch,), optional
            Registered voters of each station. They sharpen what the unseen ones can still hold;
            without them each seen station counts with its valid votes, which is the safe side.
        keys : sequence of str, shape (batch,), optional
            Keys of the stations, of a draw only and needed there: the next ones drawn.

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
        areas = self._areas(batch, keys)
        for name, at in batch.rows.items():
            self._lists[name].feed(batch.d[at], batch.v[at], batch.used[at])
            if name in self._turnouts:
                full = np.full(len(at), self._turnouts[name].bound)
                self._turnouts[name].feed(batch.v[at], full, full)
        if self._against:
            self._against.feed(batch.d, batch.v, batch.used)
        if self._order is not None:
            self._order.feed(areas)
        self.state = self._look()
        self._states.append(self.state)
        return self.state

    def _areas(self, batch: Batch, keys: Sequence[str] | str | None) -> list[tuple[str, str]]:
        """Return the list and the area of each station of a batch, in its order."""
        given = [keys] if isinstance(keys, str) else None if keys is None else list(keys)
        count = len(batch.v)
        if self._draw is None:
            if given is not None:
                raise InputError(
                    told("an archive takes no keys"), place="keys", hint=told("leave them out")
                )
            return []
        if given is None or len(given) != count:
            raise InputError(
                told("of a draw the key of each station is needed, to hold it against the draw"),
                place="keys",
                found=told("none") if given is None else number(len(given)),
                expected=number(count),
            )
        found = [("", "")] * count
        for name, at in batch.rows.items():
            before = self._lists[name].seen
            areas = self._draw.next_areas(name, before, [given[row] for row in at])
            for row, area in zip(at, areas, strict=True):
                found[row] = name, area
        return found

    def _look(self) -> MonitorState:
        lists = list(self._lists.values())
        sure = certain(self._lists)
        kept, refused = self._kept()
        low, high = sure if kept is None else map(float, np.clip(kept, *sure))
        evalue, pvalue = self._evidence(sure) if kept is not None else (None, None)
        rejected = self._outside(low, high) if pvalue is None else pvalue <= self.alpha
        # A seen stratum counts by its stations in the list; without strata this changes nothing.
        scale = np.array([bets.units / max(bets.seen, 1) for bets in lists])
        d, v = scale @ np.array([bets.sums[:2] for bets in lists])
        return MonitorState(
            seen=sum(bets.seen for bets in lists),
            stations=sum(bets.units for bets in lists),
            estimate=float(d / v) if v else nan,
            low=low,
            high=high,
            level=1.0 if kept is None else 1 - self.alpha,
            evalue=evalue,
            pvalue=pvalue,
            rejected=rejected,
            assumption=refused or self._assumed(),
        )

    def _assumed(self) -> str:
        assumed = ASSUMED[self.sampling]
        return assumed if self._fit() else clauses([assumed, NONE_LEFT])

    def _kept(self) -> tuple[tuple[float, float] | None, str]:
        """Bounds from the bets, or None where only arithmetic is left, and why that is."""
        if self._order is None:
            return None, ASSUMED["archive"]
        if self._order.peak >= -log(_BY_AREA):
            return None, by_area(formatted(exp(min(self._order.peak, 700.0)), ",.3g"))
        if self.sampling == "strata":
            kept = over_strata(self._lists, self._turnouts, self.alpha)
        else:
            kept = self._lists[WHOLE].kept(self.alpha)
        return kept, "" if kept is not None else BROKEN

    def _fit(self) -> bool:
        """Whether any margin was never rejected."""
        if self.sampling == "random":
            return self._lists[WHOLE].fits(self.alpha)
        part = self.alpha / (2 * len(self._lists))
        return all(bets.fits(part) for bets in (*self._lists.values(), *self._turnouts.values()))

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
            self.declared + self._rounding < low - TIE
            or self.declared - self._rounding > high + TIE
        )
