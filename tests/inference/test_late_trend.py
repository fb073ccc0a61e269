"""A trend in the order of counting widens the interval, or there is no estimate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tallyverify import ActaTable
from tallyverify.arrays import Counts, Floats
from tallyverify.inference import Estimate, estimate, registry_from
from tallyverify.inference.prediction.population import uneven
from tallyverify.records import Sampling
from tallyverify.simulate import clean_election
from tests.helpers.tiers import slow_but


def stream_of(seed: int, slope: float, stations: int = 1200) -> tuple[ActaTable, Counts]:
    """Return an election and the order of its count; odds of the first move with it by a slope."""
    table = clean_election(stations=stations, seed=seed).table
    rank = np.random.default_rng(seed).permutation(stations)
    table = _leaning(table, slope * (rank / stations - 0.5))
    frame = table.frame.assign(order=pd.array([str(at) for at in rank]))
    return replace(table, frame=frame), rank


def _leaning(table: ActaTable, log_odds: Floats) -> ActaTable:
    """Return the table with the odds of the first candidate against the second moved."""
    one, two = table.contest.candidate_ids[:2]
    both = (table.figure(one)[0] + table.figure(two)[0]).astype(float)
    share = np.clip(table.figure(one)[0] / np.maximum(both, 1), 0.01, 0.99)
    odds = share / (1 - share) * np.exp(log_odds)
    votes = np.round(both * odds / (1 + odds)).astype(np.int64)
    kinds = table.frame[[one, two]].dtypes.to_dict()
    frame = table.frame.assign(**{one: votes, two: both.astype(np.int64) - votes})
    return replace(table, frame=frame.astype(kinds))


def at(table: ActaTable, rank: Counts, share: float, *, ordered: bool = True) -> Estimate:
    seen = table.take(rank < share * len(rank))
    if not ordered:
        seen = replace(seen, frame=seen.frame.drop(columns="order"))
    return estimate(seen, registry_from(table))


def margin(table: ActaTable, found: Estimate) -> float:
    assert found.margin is not None
    votes = {n: int(table.figure(n)[0].sum()) for n in table.contest.candidate_ids}
    gap = votes[found.margin.leader] - votes[found.margin.runner_up]
    return gap / sum(votes.values())


def width(found: Estimate) -> float:
    assert found.margin is not None
    return found.margin.interval.high - found.margin.interval.low


@pytest.mark.parametrize("share", slow_but([0.6], [0.4, 0.6, 0.8]))
def test_a_steady_trend_is_held(share: float) -> None:
    for seed in (1, 2):
        table, rank = stream_of(seed, 2.0)
        found = at(table, rank, share)
        assert found.margin is not None
        assert found.margin.interval.holds(margin(table, found))
        blind = at(table, rank, share, ordered=False)
        assert blind.margin is not None
        assert not blind.margin.interval.holds(margin(table, blind))
        assert width(found) > width(blind)


def test_while_most_is_unseen_a_trend_gives_no_estimate() -> None:
    table, rank = stream_of(1, 2.0)
    assert "the last stations to report differ from the first" in at(table, rank, 0.25).refused


def test_sizes_that_report_first_give_no_estimate_while_most_is_unseen() -> None:
    table, _ = stream_of(1, 0.0)
    rank = np.argsort(np.argsort(table.figure("registered")[0], kind="stable"))
    frame = table.frame.assign(order=pd.array([str(one) for one in rank]))
    ordered = replace(table, frame=frame)
    refused = at(ordered, rank, 0.25).refused
    assert "report" in refused
    assert at(ordered, rank, 0.6).refused == ""


def test_a_stratum_that_reports_last_gives_no_estimate() -> None:
    """Without its sheets nothing is left of it: the trend cannot be seen, which is said."""
    table, rank = stream_of(1, 2.0)
    state = table.frame["state"].to_numpy(dtype=object)
    one = state[np.argmax(rank)]
    stations = table.frame["state"].astype(str).value_counts()
    expected = pd.DataFrame({"state": stations.index, "stations": stations.to_numpy()})
    seen = rank < 0.6 * len(rank)
    last = np.flatnonzero(seen)[np.argsort(rank[seen])[-8:]]
    kept = seen & (state != one)
    kept[last] = True
    late = np.isin(np.arange(len(rank)), last)
    frame = table.frame.assign(state=pd.array(np.where(late, one, state)))
    found = estimate(replace(table, frame=frame).take(kept), expected=expected)
    assert "how the count goes on cannot be told" in found.refused


def written(table: ActaTable, texts: list[str]) -> ActaTable:
    """Return the table with its order written otherwise."""
    return replace(table, frame=table.frame.assign(order=pd.array(texts)))


def test_one_empty_cell_loses_no_order() -> None:
    table, rank = stream_of(1, 2.0)
    whole = at(table, rank, 0.6)
    texts = [str(one) for one in rank]
    texts[int(np.argmin(rank))] = ""
    found = at(written(table, texts), rank, 0.6)
    assert "1 station without a place in the order: taken not to be late" in found.notes
    assert found.margin is not None
    assert found.margin.interval.holds(margin(table, found))
    assert width(found) == pytest.approx(width(whole), rel=0.05)
    assert width(found) > 1.3 * width(at(table, rank, 0.6, ordered=False))
    assert "differ from the first" in at(written(table, texts), rank, 0.25).refused


@pytest.mark.parametrize(
    ("how", "lost"),
    [
        ("alike", "stations seen have one place in the order of counting"),
        ("days and months", "the order of counting cannot be read"),
        ("words", "the order of counting cannot be read"),
        ("gaps", "stations seen have no place in the order of counting"),
        ("empty", "the order of counting is empty"),
    ],
)
def test_an_order_that_is_lost_gives_no_estimate_while_stations_are_unseen(
    how: str, lost: str
) -> None:
    table, rank = stream_of(1, 2.0)
    texts = {
        "alike": ["1"] * len(rank),
        "days and months": [f"0{5 + one // 600}/0{6 + one // 600}/2030" for one in rank],
        "words": [f"batch {one}" for one in rank],
        "gaps": ["" if one % 8 == 0 else str(one) for one in rank],
        "empty": [""] * len(rank),
    }[how]
    found = at(written(table, texts), rank, 0.6)
    assert lost in found.refused
    assert "how the count goes on cannot be told" in found.refused
    assert found.margin is None
    # Where all was seen nothing goes on.
    assert at(written(table, texts), rank, 1.1).refused == ""


def test_of_a_whole_drawn_sample_no_order_is_needed() -> None:
    table, rank = stream_of(1, 0.0)
    seen = written(table, ["1"] * len(rank)).take(rank < 300)
    for drawn, refused in ((300, False), (400, True), (None, False)):
        sampling = Sampling(kind="drawn", stations={"all": len(rank)}, drawn=drawn)
        found = estimate(seen, sampling=sampling)
        assert ("one place in the order of counting" in found.refused) == refused
        assert (found.margin is None) == refused


def test_days_first_and_halves_of_the_day_are_orders() -> None:
    table, rank = stream_of(1, 2.0)
    whole = at(table, rank, 0.6)
    minutes = [18 * 60 + int(one) for one in rank]  # from six o'clock into the next day
    texts = [
        f"{29 + one // 1440}/05/2030 {one // 60 % 12 or 12}:{one % 60:02} "
        f"{'AP'[one // 60 % 24 >= 12]}M"
        for one in minutes
    ]
    assert width(at(written(table, texts), rank, 0.6)) == width(whole)


def test_an_order_by_chance_costs_little() -> None:
    wider = []
    for seed in range(6):
        table, rank = stream_of(seed, 0.0)
        wider.append(width(at(table, rank, 0.6)) / width(at(table, rank, 0.6, ordered=False)))
    assert np.median(wider) == pytest.approx(1.0, abs=0.02)


def test_shares_of_all_candidates_and_areas_are_as_wide() -> None:
    table, rank = stream_of(1, 2.0)
    found, blind = at(table, rank, 0.6), at(table, rank, 0.6, ordered=False)
    votes = {n: int(table.figure(n)[0].sum()) for n in table.contest.candidate_ids}
    for name, share in found.shares.items():
        assert share.holds(votes[name] / sum(votes.values()))
        assert found.totals[name].holds(votes[name])
    first = table.contest.candidate_ids[0]
    for area, other in zip(found.areas, blind.areas, strict=True):
        assert area.shares[first].high - area.shares[first].low >= (
            other.shares[first].high - other.shares[first].low
        )


# Units that lack stations: by chance, or not


def test_a_draw_is_seldom_called_uneven() -> None:
    rng = np.random.default_rng(1)
    called = 0
    for _ in range(400):
        parent = np.repeat(np.arange(20), 40)
        size = rng.integers(1, 6, len(parent))
        station = np.repeat(np.arange(len(parent)), size)
        missing = rng.random(len(station)) < 0.9
        gone = np.bincount(station, missing, len(parent))
        here = np.bincount(parent, size).astype(float)[parent]
        away = np.bincount(parent, gone)[parent]
        called += uneven(size.astype(float), gone, here, away)
    assert called <= 0.03 * 400


def test_whole_units_that_are_missing_are_uneven() -> None:
    rng = np.random.default_rng(1)
    size = rng.integers(2, 6, 400).astype(float)
    gone = np.where(rng.random(400) < 0.3, size, 0.0)
    every = np.ones(400)
    assert uneven(size, gone, every * size.sum(), every * gone.sum())
    assert not uneven(size, size, every * size.sum(), every * size.sum())  # all are missing


def test_naming_a_small_level_widens_nothing() -> None:
    """A sample of stations by lot: how many stations a precinct has is no tie to the result.

    Precincts of one station vote otherwise, as villages do.
    """
    table = clean_election(stations=8000, seed=3).table
    rng = np.random.default_rng(3)
    stations = np.minimum(rng.geometric(0.35, len(table)), 8)
    precinct = np.repeat(np.arange(len(table)), stations)[: len(table)]
    table = _leaning(table, (np.bincount(precinct)[precinct] == 1).astype(float))
    names = table.frame["state"].astype(str) + "/" + pd.Series(precinct).astype(str)
    contest = table.contest.model_copy(update={"levels": ("state", "precinct")})
    frame = table.frame.drop(columns=["municipality", "parish", "centre"], errors="ignore")
    whole = replace(table, contest=contest, frame=frame.assign(precinct=pd.array(names)))
    seen = whole.take(rng.random(len(table)) < 0.05)
    registry = registry_from(whole)
    few = width(estimate(seen, registry, strata=["state"]))
    assert width(estimate(seen, registry, strata=["state", "precinct"])) <= 1.1 * few
