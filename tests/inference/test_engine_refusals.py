"""What the seen stations cannot tell about the others, and keys that do not match."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tallyverify.inference.estimating.refusals import FEWEST_STATIONS, why_refused
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.frame_keys import nearest_form
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.unseen_totals import fit_working_spread


def country(seen: Any, size: Any = 100.0, areas: int = 6) -> Population:
    """Six (or more) towns of ten stations each, two to a state; some stations seen."""
    count = 10 * areas
    town = np.repeat(np.arange(areas), 10)
    rng = np.random.default_rng(1)
    mask = np.broadcast_to(seen, count).copy()
    votes = np.where(mask[:, None], rng.integers(20, 40, (count, 2)), 0).astype(float)
    voters = np.broadcast_to(np.asarray(size, dtype=float), count).copy()
    tree = AreaTree.of([town // 2, town])
    return Population(tree, voters, mask, votes, ("A", "B"), ("state", "town"))


def of_towns(*values: float) -> NDArray[np.float64]:
    return np.repeat(np.array(values, dtype=float), 10)


def why(population: Population, **more: Any) -> str:
    return why_refused(population, fit_working_spread(population), **more)


@pytest.mark.parametrize("count", [1, 5, 19, 20, 21])
def test_a_prediction_needs_twenty_stations(count: int) -> None:
    # Some of every town, so that nothing else stands against it.
    seen = np.argsort(np.tile(np.arange(10), 6), kind="stable")[:count]
    mask = np.isin(np.arange(60), seen)
    reason = why(country(mask), areas=True)
    if count >= FEWEST_STATIONS == 20:
        assert reason == ""
    else:
        words = "1 station seen" if count == 1 else f"{count} stations seen"
        assert reason == f"{words} and wholly read; at least 20 needed"
        assert why(country(mask), areas=False) == reason


def test_all_seen_or_all_areas_seen_is_not_refused() -> None:
    assert why(country(True)) == ""
    some = np.tile(np.arange(10) < 5, 6)
    assert why(country(some, of_towns(1000, 10, 10, 10, 10, 10))) == ""


@pytest.mark.parametrize(("largest", "refused"), [(150, False), (151, True), (400, True)])
def test_an_unseen_area_larger_than_all_seen_is_refused(largest: float, refused: bool) -> None:
    seen = np.arange(60) >= 10  # nothing of the first town
    population = country(seen, of_towns(largest, 100, 100, 100, 100, 100))
    reason = why(population)
    assert bool(reason) == refused
    if refused:
        voters, share = 10 * largest, 100 * largest / (largest + 500)
        assert reason == (
            f"nothing was seen of the largest area of the level town ({voters:,.0f} voters, "
            f"{share:.1f} % of all; the largest seen has 1,000): what smaller ones show does not "
            "carry over to it"
        )
        assert why(population, areas=False) == ""


def test_a_large_state_is_as_much_refused_as_a_large_town() -> None:
    seen = np.arange(80) >= 20  # the two towns of the first of four states
    large = country(seen, of_towns(85, 85, 100, 10, 100, 10, 100, 10), areas=8)
    assert why(large).startswith("nothing was seen of the largest area of the level state (")
    equal = country(seen, of_towns(55, 55, 100, 10, 100, 10, 100, 10), areas=8)
    assert why(equal) == ""


@pytest.mark.parametrize(("others", "refused"), [(220, False), (180, True)])
def test_up_to_a_hundredth_of_the_voters_decides_nothing(others: int, refused: bool) -> None:
    # Nothing is seen of a town of twice the voters of any other.
    towns = others + 2
    population = country(
        np.arange(10 * towns) >= 10, of_towns(2, *[1] * (towns - 1)) * 50, areas=towns
    )
    assert (2 / (towns + 1) > 0.01) == refused
    assert bool(why(population)) == refused


@pytest.mark.parametrize(("towns", "refused"), [(2, True), (3, False)])
def test_from_two_areas_it_cannot_be_told_how_much_areas_differ(towns: int, refused: bool) -> None:
    town = np.repeat(np.arange(8), 20)
    seen = town < towns
    tree = AreaTree.of([town])
    votes = np.where(seen[:, None], np.random.default_rng(2).integers(20, 40, (160, 2)), 0.0)
    population = Population(tree, np.full(160, 100.0), seen, votes, ("A", "B"), ("town",))
    reason = why(population)
    assert bool(reason) == refused
    if refused:
        assert reason == (
            "nothing was seen of 6 areas of the level town (75.0 % of the voters), and from the "
            "few seen ones it cannot be told how much areas differ"
        )
    # Less than a thousandth of the voters matters to nobody.
    tiny = np.where(seen, 100.0, 0.01)
    assert why(dataclasses.replace(population, size=tiny)) == ""


def test_a_backtest_looks_at_what_it_hides_only() -> None:
    sizes = of_towns(400, *[100] * 7)
    population = country(np.arange(80) >= 10, sizes, areas=8)
    assert why(population)
    assert why(population.hiding(np.arange(80) >= 70)) == ""  # the first town is not asked for
    everything = country(True, sizes, areas=8)
    assert "largest area of the level town" in why(everything.hiding(np.arange(80) < 10))


# Keys


@pytest.mark.parametrize(
    ("stranger", "known"),
    [("01-003-07", "1-3-7"), ("AB#12", "ab-12"), ("12/1", "121")],
)
def test_the_way_of_writing_is_named(stranger: str, known: str) -> None:
    assert nearest_form([stranger], [known, "777"]) == (
        "100 % of them would match with letters and numbers only "
        f"({stranger!r} is there as {known!r})"
    )


@pytest.mark.parametrize(
    ("strangers", "listed"),
    [
        (["12", "13"], ["120", "130"]),
        (["10"], ["1"]),  # only leading zeros are dropped
        (["100.5"], ["100"]),
        (["A1"], ["B1"]),
        (["0"], ["1"]),
        ([], ["1"]),
        (["1"], []),
        (["01", "x", "y"], ["1"]),  # one in three
    ],
)
def test_nothing_similar_is_nothing_said(strangers: list[str], listed: list[str]) -> None:
    assert nearest_form(strangers, listed) == ""


def test_the_share_that_would_match_is_told() -> None:
    told = nearest_form(["a#1", "a#2", "a#3", "x"], ["a-1", "a-2", "a-3", "4"])
    assert told.startswith("75 % of them would match")
    assert nearest_form(["а-б#1", "x"], ["аб1"]).startswith("50 % of them")  # half is enough
    assert nearest_form(["АБ", "ВГ"], ["ДЕ"]) == ""


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=30, unique=True), st.integers(1, 3))
def test_zeros_before_any_number_are_seen(numbers: list[int], zeros: int) -> None:
    plain = [str(number) for number in numbers]
    padded = ["0" * zeros + key for key in plain]
    for strangers, listed in ((padded, plain), (plain, padded)):
        told = nearest_form(strangers, listed)
        assert told.startswith("100 % of them would match")
        # The order of keys does not matter.
        assert nearest_form(list(reversed(strangers)), sorted(listed)) == told
