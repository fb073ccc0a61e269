"""The small parts of the inference room, each on an example that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tallyverify.errors import TallyVerifyError
from tallyverify.inference.counting_order.jump import jump_at, jump_within
from tallyverify.inference.estimating.mask_runs import inflation_of
from tallyverify.inference.estimating.tilt import tilted_share
from tallyverify.inference.favourable import MostFavourable, most_favourable
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.frame_keys import nearest_form
from tallyverify.inference.sampling.ratio_variance import collapse
from tallyverify.inference.sequential.betting import Bets, extremes
from tallyverify.inference.sequential.bounds import certain, over_strata, weighted
from tallyverify.inference.sequential.input import WHOLE, Limits, between, limits, read_batch


def test_a_nest_sums_each_unit_to_the_one_above() -> None:
    tree = AreaTree.of([np.array([0, 0, 1]), np.array([5, 6, 6])])
    assert (tree.depth, [tree.units(depth) for depth in range(4)]) == (3, [1, 2, 3, 3])
    assert tree.up(3, np.array([10.0, 20.0, 30.0])).tolist() == [10.0, 20.0, 30.0]


def test_inflation_never_falls_below_one() -> None:
    assert inflation_of(np.array([[0.5, -0.5, 0.5]])) == 1.0
    assert inflation_of(np.full((40, 3), 2.0)) == 2.0


def test_bets_against_a_wrong_ratio_win() -> None:
    bets = Bets(np.array([0.5]), np.array([0.5]), units=100, bound=100)
    path = bets.advance(np.full(40, -20.0), np.full(40, 90.0), np.full(40, 100.0))
    assert path[-1, 0] > np.log(20)


def test_extremes_of_what_is_left() -> None:
    assert extremes(-90, 170, 30, least=-1) == (-0.6, -0.3)


def test_most_favourable_counts_the_last_station_in_part() -> None:
    found = most_favourable(np.array([9.0, 5.0, 1.0]), np.array([10.0, 10.0, 10.0]), 20)
    assert found == MostFavourable(stations=2, share=0.7)


def test_jump_at_a_cut_of_a_bent_line() -> None:
    share = (np.arange(4000) + 0.5) / 4000
    noise = np.random.default_rng(1).normal(0, 0.1, 4000)
    rate = share**2 + 0.1 * (share > 0.6) + noise
    assert repr(jump_at(share, rate, np.ones(4000), np.arange(4000), 0.6)[0]) == (
        "<Jump: +0.1072 [+0.0735, +0.1408], p = 2.67e-09; 615 stations before, 615 after>"
    )
    none = jump_at(share[:150], rate[:150], np.ones(150), np.arange(150), 0.6)
    assert none == (None, "the cut lies outside the data")


def test_jump_within_areas() -> None:
    share, area = (np.arange(4000) + 0.5) / 4000, np.arange(4000) % 500
    lead = area / 10 + 5.0 * (share > 0.6) + np.random.default_rng(1).normal(0, 10, 4000)
    assert repr(jump_within(share, lead, np.full(4000, 100.0), area, 0.6)[0]) == (
        "<Jump: +0.0682 [+0.0354, +0.1010], p = 5.55e-05; 900 stations before, 900 after>"
    )


def test_nearest_form_names_the_way_of_writing() -> None:
    assert nearest_form(["12#1", "13#1"], ["012-01", "013-01"]) == (
        "100 % of them would match with letters and numbers only ('12#1' is there as '012-01')"
    )


def test_certain_bounds_of_a_list() -> None:
    bets = Bets(np.zeros(1), np.zeros(1), units=2, bound=100)
    bets.feed(np.array([20.0]), np.array([60.0]), np.array([60.0]))
    assert certain({WHOLE: bets}) == (-0.5, 0.75)


def test_strata_of_which_nothing_was_seen_allow_anything() -> None:
    ends = np.array([-1.0, 0.0, 1.0])
    margins = {"north": Bets(ends[:-1], ends[1:], units=4, bound=100)}
    turnouts = {"north": Bets(ends[1:-1], ends[2:], units=4, bound=100, least=0)}
    assert over_strata(margins, turnouts, alpha=0.05) == (-1.0, 1.0)


def test_weighted_gives_the_largest_values_the_most_weight() -> None:
    share = np.array([0.25, 0.75])
    assert weighted(share, share, np.array([10.0, 10.0]), np.array([10.0, 30.0])) == (0.5, 0.625)


def test_an_option_outside_its_interval() -> None:
    with pytest.raises(TallyVerifyError, match="alpha is 5; give between 0 and 1"):
        between("alpha", 5, 0, 1, "between 0 and 1")


def test_limits_of_a_list_of_stations() -> None:
    assert limits(3, None, [400, 500, 100], "random") == {WHOLE: Limits(3, 500.0, 1000.0)}


def test_a_batch_of_one_station() -> None:
    lists = {WHOLE: Bets(np.zeros(1), np.zeros(1), units=3, bound=500)}
    batch = read_batch([("A", 30), ("B", 50), ("valid", 90)], None, 400, lists, "random")
    assert (float(batch.d[0]), float(batch.used[0])) == (-20.0, 400.0)


def test_collapse_joins_with_the_next_stratum() -> None:
    mapping, joined = collapse([1, 5, 2, 1], [9, 9, 2, 9])
    assert mapping.tolist() == [0, 0, 1, 0]
    assert joined == ((0, 1), (3, 1))


def test_a_tilt_of_three_times_the_odds() -> None:
    assert tilted_share(np.array([0.5]), np.array([100.0]), np.log(3)) == pytest.approx(0.75)
