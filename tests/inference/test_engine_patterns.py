"""Patterns of missing stations: what each hides, how much of it, and what is learnt."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tallyverify.draws import stream
from tallyverify.errors import TallyVerifyError
from tallyverify.inference.estimating.patterns import PATTERNS, hide, learn_pattern, patterns_of
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.population import Population
from tests.inference.test_engine import population_of

Bools = NDArray[np.bool_]


def with_order(population: Population) -> Population:
    """Return the same with an order of the seen stations."""
    order = stream(7).permutation(len(population)).astype(float)
    return dataclasses.replace(population, order=np.where(population.seen, order, np.nan))


def of_kinds(population: Population, count: int = 2) -> Population:
    """Return the same with stations of several kinds, one after the other."""
    kinds = tuple(f"kind {at}" for at in range(count))
    return dataclasses.replace(population, kind=np.arange(len(population)) % count, kinds=kinds)


def per_unit(population: Population, depth: int, which: Bools) -> NDArray[np.float64]:
    return population.tree.totals(which.astype(float))[depth]


@given(
    st.sampled_from(["random", "centres", "municipalities", "small"]),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
def test_exactly_the_share_of_the_seen_is_hidden(pattern: str, share: float, seed: int) -> None:
    population = population_of(seed, 60, (3, 4))
    hidden = hide(population, pattern, share, stream(seed))
    assert hidden.sum() == round(share * int(population.seen.sum()))
    assert not (hidden & ~population.seen).any()
    if pattern == "random":
        return
    depth = 1 if pattern == "municipalities" else 2
    gone = per_unit(population, depth, hidden)
    left = per_unit(population, depth, population.seen & ~hidden)
    assert ((gone > 0) & (left > 0)).sum() <= 1


def test_random_draws_every_station_alike() -> None:
    population = population_of(2, 40, (3, 4))
    rng = stream(1)
    often = np.sum([hide(population, "random", 0.3, rng) for _ in range(2000)], axis=0)
    count = int(population.seen.sum())
    chance = round(0.3 * count) / count
    np.testing.assert_allclose(often[population.seen] / 2000, chance, atol=0.04)


@pytest.mark.parametrize(("pattern", "depth"), [("centres", 2), ("municipalities", 1)])
def test_whole_areas_are_drawn_alike(pattern: str, depth: int) -> None:
    codes = [np.repeat(np.arange(4), 12), np.repeat(np.arange(12), 4)]
    size = np.repeat([20.0, 2000.0], 24)
    population = Population(
        AreaTree.of(codes), size, np.ones(48, dtype=bool), np.ones((48, 2)), ("A", "B"), ("x", "y")
    )
    rng = stream(3)
    often = sum(
        per_unit(population, depth, hide(population, pattern, 0.25, rng)) for _ in range(1000)
    )
    units = population.tree.units(depth)
    # A quarter of the stations are a quarter of the areas, whatever their size.
    np.testing.assert_allclose(often / 1000, 48 / units / 4, rtol=0.2)


def test_small_areas_go_first_as_often_as_their_sizes_say() -> None:
    size = np.array([100.0, 200.0, 400.0, 1600.0])
    population = Population(
        AreaTree.of([np.arange(4)]),
        size,
        np.ones(4, dtype=bool),
        np.ones((4, 2)),
        ("A", "B"),
        ("x",),
    )
    rng = stream(5)
    first = np.sum([hide(population, "small", 0.25, rng) for _ in range(4000)], axis=0)
    chance = 1 / size / (1 / size).sum()
    assert first.sum() == 4000
    assert stats.chisquare(first, 4000 * chance).pvalue > 0.01


def test_small_hides_smaller_areas_than_centres_do() -> None:
    population = country("nothing")
    sizes = population.tree.totals(population.size)[2][population.tree.of_station(2)]
    rng = stream(6)

    def mean(pattern: str) -> float:
        draws = [hide(population, pattern, 0.3, rng) for _ in range(200)]
        return float(np.mean([sizes[hidden].mean() for hidden in draws]))

    assert mean("centres") == pytest.approx(sizes.mean(), rel=0.05)
    assert mean("small") < 0.8 * mean("centres")


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.6))
def test_late_hides_the_last_to_report(seed: int, share: float) -> None:
    population = with_order(population_of(seed, 60, (3,)))
    hidden = hide(population, "late", share, stream(seed))
    assert population.order is not None
    seen = int(population.seen.sum())
    # The cut moves: half to one and a half times the share.
    assert round(0.5 * share * seen) <= hidden.sum() <= round(1.5 * share * seen)
    assert not (hidden & ~population.seen).any()
    left = population.order[population.seen & ~hidden]
    if hidden.any():
        assert population.order[hidden].min() > left.max()


def test_late_differs_from_draw_to_draw() -> None:
    population = with_order(population_of(1, 200, (3,)))
    counts = [hide(population, "late", 0.4, stream(s)).sum() for s in range(50)]
    assert len(set(counts)) > 20
    # From half of the share to all of it.
    assert np.mean(counts) == pytest.approx(0.3 * population.seen.sum(), rel=0.1)
    assert max(counts) <= round(0.4 * int(population.seen.sum()))


# What is learnt


def country(missing: str, seed: int = 0) -> Population:
    """160 centres of 6 stations in 8 states, of which a tenth or so is missing."""
    rng = np.random.default_rng(seed)
    state, centre = np.repeat(np.arange(8), 120), np.repeat(np.arange(160), 6)
    size = np.exp(rng.normal(5, 0.6, 160))[centre] * rng.uniform(0.9, 1.1, 960)
    seen = np.ones(960, dtype=bool)
    if missing in ("centres", "both"):
        seen &= (rng.random(160) >= 0.12)[centre]
    if missing in ("stations", "both"):
        seen &= rng.random(960) >= 0.1
    if missing == "one state":
        seen &= (rng.random(160) >= np.where(np.arange(160) // 20 == 2, 0.6, 0.03))[centre]
    if missing == "small":
        whole = np.bincount(centre, size)
        seen &= (rng.random(160) >= np.where(whole < np.median(whole), 0.3, 0.0))[centre]
    return Population(
        AreaTree.of([state, centre]), size, seen,
        np.where(seen[:, None], 9.0, 0) * np.ones((960, 2)),
        ("A", "B"), ("state", "centre"),
    )  # fmt: skip


def drawn(population: Population, times: int = 150) -> list[Bools]:
    learnt = learn_pattern(population)
    rng = stream(8)
    return [hide(population, "learnt", 0.9, rng, learnt) for _ in range(times)]


def whole(population: Population, gone: Bools) -> float:
    """Share of the centres with something seen of which nothing would be left."""
    there = per_unit(population, 2, population.seen)
    lost = per_unit(population, 2, gone)
    return float((lost[there > 0] == there[there > 0]).mean())


@pytest.mark.parametrize("missing", ["centres", "stations", "both", "one state"])
def test_the_learnt_pattern_hides_as_much_as_is_missing(missing: str) -> None:
    population = country(missing)
    draws = drawn(population)
    assert not any((hidden & ~population.seen).any() for hidden in draws)
    share = float(np.mean([hidden.sum() for hidden in draws])) / population.seen.sum()
    truth = float((~population.seen).mean())
    assert 0.05 < truth < 0.25
    assert share == pytest.approx(truth, rel=0.35)
    seen = population.size[population.seen].sum()
    voters = float(np.mean([population.size[hidden].sum() for hidden in draws])) / seen
    assert voters == pytest.approx(1 - seen / population.size.sum(), rel=0.4)


def test_whole_centres_go_missing_where_whole_centres_are() -> None:
    of_centres = country("centres")
    for hidden in drawn(of_centres, 40):
        assert whole(of_centres, hidden) * 160 > 0.9 * per_unit(of_centres, 2, hidden).sum() / 6
    learnt = learn_pattern(of_centres)
    assert learnt.chances[1].max() > 0.05
    assert not learnt.chances[2].any()
    assert not learnt.chances[0].any()

    of_stations = country("stations")
    assert np.mean([whole(of_stations, hidden) for hidden in drawn(of_stations, 40)]) < 0.01
    learnt = learn_pattern(of_stations)
    assert not learnt.chances[1].any()
    assert 0.05 < learnt.chances[2].mean() < 0.15

    both = country("both")
    truth = float((per_unit(both, 2, both.seen) == 0).mean())
    assert np.mean([whole(both, h) for h in drawn(both)]) == pytest.approx(truth, rel=0.35)


def test_what_goes_missing_lies_where_it_really_does() -> None:
    population = country("one state")
    state = population.tree.parent(2)
    chances = learn_pattern(population).chances[1]
    # Shrunk towards the others, yet far from them.
    assert chances[state == 2].mean() > 3 * chances[state != 2].mean()
    lost = [per_unit(population, 1, hidden) for hidden in drawn(population, 60)]
    assert np.mean(lost, axis=0).argmax() == 2

    small = country("small")
    chances = learn_pattern(small).chances[1]
    sizes = small.tree.totals(small.size)[2]
    gone = per_unit(small, 2, small.seen) == 0
    assert chances.mean() == pytest.approx(gone.mean(), rel=0.1)
    # None is larger than the largest that is missing; the rest by size.
    assert not chances[sizes > sizes[gone].max()].any()
    assert stats.spearmanr(sizes[chances > 0], chances[chances > 0]).statistic < -0.5


def test_chances_are_finite_where_sizes_separate_the_missing() -> None:
    size = np.arange(1.0, 41.0) * 10
    seen = size > 50
    population = Population(
        AreaTree.of([], 40),
        size,
        seen,
        np.where(seen[:, None], 1.0, 0) * np.ones((40, 2)),
        ("A", "B"),
    )
    (chances,) = learn_pattern(population).chances
    assert (chances[:5] > 0.2).all()
    assert (chances <= 0.95).all()
    assert not chances[5:].any()
    assert not learn_pattern(dataclasses.replace(population, seen=size > 0)).chances[0].any()


# Which there are


def test_which_patterns_a_population_allows() -> None:
    flat, one, two = (population_of(1, 40, areas) for areas in ((), (3,), (3, 4)))
    assert patterns_of(flat) == ("random", "learnt")
    assert patterns_of(one) == ("random", "centres", "small", "learnt")
    assert set(patterns_of(of_kinds(with_order(two)))) == set(PATTERNS)
    assert "learnt" not in patterns_of(population_of(1, 40, (3,), unseen=0.0))
    ordered = with_order(two)
    assert ordered.order is not None
    gap = ordered.order.copy()
    gap[np.flatnonzero(two.seen)[0]] = np.nan
    assert "late" in patterns_of(dataclasses.replace(two, order=gap))
    assert "late" not in patterns_of(two)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("centers", r"called 'centers'; there are 'random', .*did you mean 'centres'\?"),
        ("qqq", r"called 'qqq'; there are .*'learnt'.*'kinds'\.$"),
        ("late", r"'late' needs an order of the seen stations"),
        ("municipalities", r"'municipalities' needs areas"),
    ],
)
def test_a_pattern_that_is_not_there_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(TallyVerifyError, match=words):
        hide(population_of(1, 40, (3,)), pattern, 0.2, stream(0))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_draws_depend_on_the_generator_alone(pattern: str) -> None:
    population = of_kinds(with_order(population_of(9, 240, (3, 4))), 12)
    other = dataclasses.replace(population, votes=population.votes[:, ::-1] * 2)
    np.random.seed(1)  # noqa: NPY002
    one = hide(population, pattern, 0.3, stream(4))
    np.random.seed(2)  # noqa: NPY002
    two = hide(other, pattern, 0.3, stream(4))
    np.testing.assert_array_equal(one, two)
    draws = {hide(population, pattern, 0.3, stream(s)).tobytes() for s in range(20)}
    assert len(draws) > 5


def test_kinds_are_hidden_whole() -> None:
    population = of_kinds(population_of(3, 90, (3, 4)), 3)
    for seed in range(10):
        hidden = hide(population, "kinds", 0.2, stream(seed))
        assert population.kind is not None
        (kind,) = set(population.kind[hidden])
        np.testing.assert_array_equal(hidden, population.seen & (population.kind == kind))


def test_late_never_hides_what_was_not_seen() -> None:
    population = with_order(country("stations"))
    for seed in range(20):
        gone = hide(population, "late", 0.95, stream(seed))
        assert not (gone & ~population.seen).any()
