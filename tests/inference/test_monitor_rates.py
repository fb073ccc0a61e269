"""The monitor never rejects more often than it says, however one stops, and it has power."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from tallyverify.inference.sequential.betting import Bets
from tallyverify.inference.sequential.state import MonitorState
from tests.helpers.tiers import slow_but
from tests.inference.draws import DrawnMonitor

Floats = NDArray[np.float64]
ALPHA = 0.05
CEILING = np.log(1 / ALPHA)


@dataclasses.dataclass(frozen=True)
class Stations:
    a: Floats
    b: Floats
    valid: Floats
    size: Floats

    def __len__(self) -> int:
        return len(self.a)

    @property
    def margin(self) -> float:
        return float((self.a - self.b).sum() / self.valid.sum())

    def part(self, rows: slice | NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        return self.a[rows], self.b[rows], self.valid[rows]


def shuffled(rng: np.random.Generator, valid: Floats, size: Floats, share: Floats) -> Stations:
    """Stations in random order; 2 % of the valid votes go to others where both have some."""
    total = valid.astype(int)
    a = rng.binomial(total, np.clip(share, 0, 1) * 0.98 + 0.02 * (share >= 1))
    b = rng.binomial(total - a, 0.98)
    order = rng.permutation(len(valid))
    columns = (a.astype(float), b.astype(float), valid, size)
    return Stations(*(column[order] for column in columns))


def real(rng: np.random.Generator, count: int, margin: float | None = None) -> Stations:
    """Sizes 100–900, shares clustered by centre."""
    margin = rng.uniform(-0.95, 0.95) if margin is None else margin
    size = np.clip(rng.normal(500, 180, count), 100, 900).round()
    valid = (size * np.clip(rng.normal(0.6, 0.08, count), 0.2, 0.95)).round()
    centre = rng.normal(0, 0.5, count // 10 + 1)[np.arange(count) // 10]
    logit = np.log((1 + margin) / (1 - margin)) + centre + rng.normal(0, 0.25, count)
    return shuffled(rng, valid, size, 1 / (1 + np.exp(-logit)))


def huge(rng: np.random.Generator, count: int) -> Stations:
    """A handful of huge stations decide everything."""
    size = np.full(count, 60.0)
    size[:6] = 900
    share = np.where(size > 100, rng.choice([0.0, 1.0], count), 0.5)
    return shuffled(rng, (size * 0.7).round(), size, share)


def one_sided(rng: np.random.Generator, count: int) -> Stations:
    size = rng.integers(100, 901, count).astype(float)
    return shuffled(rng, (size * 0.6).round(), size, (rng.random(count) < 0.97).astype(float))


def split(rng: np.random.Generator, count: int) -> Stations:
    """Every voter of a station votes, all for the same one: the largest variance there is."""
    size = rng.integers(100, 901, count).astype(float)
    return shuffled(rng, size, size, rng.integers(0, 2, count).astype(float))


POPULATIONS = {"real": real, "huge": huge, "one-sided": one_sided, "split": split}


def path_at(stations: Stations, margin: float, *, voters: bool = True) -> Floats:
    bets = Bets(
        np.array([margin]),
        np.array([margin]),
        units=len(stations),
        bound=900,
        total=stations.size.sum() if voters else None,
    )
    used = stations.size if voters else stations.valid
    return bets.advance(stations.a - stations.b, stations.valid, used)[:, 0]


def in_strata(rng: np.random.Generator, sizes: dict[str, int]) -> tuple[Stations, list[str]]:
    parts = [real(rng, count) for count in sizes.values()]
    names = np.repeat(list(sizes), list(sizes.values()))
    # By turns, not in proportion: strata may come in any order.
    order = np.argsort(np.concatenate([np.arange(c) for c in sizes.values()]), kind="stable")
    columns = [
        np.concatenate([getattr(part, field) for part in parts])[order]
        for field in ("a", "b", "valid", "size")
    ]
    return Stations(*columns), [str(name) for name in names[order]]


def excludes(state: MonitorState, margin: float) -> bool:
    return "no margin fits" in state.assumption or not state.low <= margin <= state.high


def type_one(
    kind: str, runs: int, count: int, seed: int, step: float
) -> tuple[dict[str, float], Floats]:
    """Share of elections in which the true margin is rejected, by stopping rule.

    And the e-values where one stops at the first of at least 20, or else at the end.
    """
    rng, stopped = np.random.default_rng(seed), []
    rules = ("every station", "each batch of 50", "interval excludes", "fixed horizon", "hindsight")
    wrong = dict.fromkeys(rules, 0)
    for run in range(runs):
        stations, voters = POPULATIONS[kind](rng, count), run % 2 == 0
        margin = stations.margin
        path = path_at(stations, margin, voters=voters)
        crossed = path >= CEILING
        stopped.append(np.exp(path[np.argmax(crossed) if crossed.any() else -1]))
        wrong["every station"] += crossed.any()
        wrong["fixed horizon"] += crossed[count // 2]
        # No stopping rule, for it looks ahead; but p-values hold there too.
        seen = np.cumsum(stations.a - stations.b) / np.cumsum(stations.valid)
        wrong["hindsight"] += crossed[10 + np.argmax(np.abs(seen - margin)[10:])]

        registered = stations.size if voters else None
        watch = DrawnMonitor(count, bound=900, registered=registered, declared=margin, step=step)
        looks = []
        for start in range(0, count, 50):
            rows = slice(start, start + 50)
            voters_of = stations.size[rows] if voters else None
            looks.append(watch.update(*stations.part(rows), registered=voters_of))
        wrong["each batch of 50"] += any(look.evalue >= 1 / ALPHA for look in looks)
        wrong["interval excludes"] += any(excludes(look, margin) for look in looks)
    return {rule: number / runs for rule, number in wrong.items()}, np.array(stopped)


def holds(rates: dict[str, float], stopped: Floats) -> None:
    assert max(rates.values()) <= ALPHA, rates
    # A fair game stays fair wherever one stops (Doob): four standard errors either way.
    error = stopped.std() / np.sqrt(len(stopped))
    assert abs(stopped.mean() - 1) <= 4 * error, (stopped.mean(), error)


@pytest.mark.parametrize("kind", slow_but(["real"], POPULATIONS))
def test_type_one_error_under_every_stopping_rule(kind: str) -> None:
    holds(*type_one(kind, 1000, 200, seed=11, step=0.01))


@pytest.mark.hours
@pytest.mark.parametrize("kind", POPULATIONS)
@pytest.mark.parametrize(("runs", "count", "step"), [(5000, 40, 0.01), (1500, 300, 0.002)])
def test_type_one_error_in_many_elections(kind: str, runs: int, count: int, step: float) -> None:
    holds(*type_one(kind, runs, count, seed=21, step=step))


def test_strata_hold_at_all_times_and_tell_something() -> None:
    rng, missed, rejected, widths = np.random.default_rng(14), 0, 0, []
    sizes = {"north": 300, "south": 150}
    for _ in range(100):
        stations, names = in_strata(rng, sizes)
        watch = DrawnMonitor(sizes, bound=900, step=0.01, declared=stations.margin)
        for rows in (slice(200), slice(200, 440)):
            watch.update(*stations.part(rows), names[rows])
        missed += excludes(watch.state, stations.margin)
        rejected += watch.state.rejected
        widths.append(watch.path.high[0] - watch.path.low[0])
    assert missed <= ALPHA * 100
    assert rejected <= ALPHA * 100
    assert np.mean(widths) < 0.6


# Power


def stations_needed(off: float, runs: int = 25) -> float:
    rng, needed = np.random.default_rng(15), []
    for _ in range(runs):
        stations = real(rng, 2000, -0.366)
        for declared in (stations.margin - off, stations.margin + off):
            crossed = path_at(stations, declared) >= CEILING
            needed.append(np.argmax(crossed) + 1 if crossed.any() else 2000)
    return float(np.mean(needed))


def test_power() -> None:
    most = {0.02: 1000, 0.05: 380, 0.10: 170, 0.37: 40}
    needed = {off: stations_needed(off) for off in most}
    assert all(needed[off] <= most[off] for off in most), needed
    assert list(needed.values()) == sorted(needed.values(), reverse=True)


def test_venezuela_2024_needs_few_stations() -> None:
    # Declared +8.8 points, the published sheets −36.6 (totals of the country).
    rng = np.random.default_rng(16)
    stations = real(rng, 3000, -0.366)
    watch = DrawnMonitor(30_026, bound=900, declared=0.088, rounding=0.0005, alpha=0.01)
    state = watch.update(*stations.part(slice(60)))
    assert state.rejected
    assert state.high < 0.088
    assert state.evalue is not None
    assert state.evalue > 100


@pytest.mark.hours
def test_a_country_takes_seconds() -> None:
    from time import perf_counter

    stations = real(np.random.default_rng(26), 5000)
    start = perf_counter()
    DrawnMonitor(5000, bound=900, declared=0.1).update(*stations.part(slice(None)))
    assert perf_counter() - start < 10
