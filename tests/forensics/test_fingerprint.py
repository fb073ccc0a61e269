"""F506: the picture of turnout and share, and the shape of the vote rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tallyverify.errors import InputError
from tallyverify.forensics.turnout.fingerprint import FEWEST_STATIONS, fingerprint
from tallyverify.forensics.turnout.stations_used import grid
from tallyverify.readers import read_actas
from tests.helpers.real import contest_of, described, path_of, realdata, table_of

LEADERS = {"russia-2011": "ER", "russia-2018": "putin"}
HANDED_OUT = {
    "russia-2011": (
        "Число избирательных бюллетеней, выданных избирателям, проголосовавшим досрочно",
        "Число избирательных бюллетеней, выданных избирателям в помещении для голосования",
        "Число избирательных бюллетеней, выданных избирателям вне помещения для голосования",
    ),
    "russia-2018": (
        "Число избирательных бюллетеней, выданных избирателям, проголосовавшим досрочно",
        "Число избирательных бюллетеней, выданных в помещении для голосования в день голосования",
        "Число избирательных бюллетеней, выданных вне помещения для голосования в день голосования",
    ),
}


def election(stations: int = 3000, seed: int = 1) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    registered = rng.integers(60, 900, stations)
    ballots = rng.binomial(registered, rng.beta(30, 20, stations))
    votes = rng.binomial(ballots, rng.beta(20, 25, stations))
    return votes, ballots, registered


# Reference values: METHODS.md, F506 (computed by an independent script)


@pytest.mark.slow
@realdata
@pytest.mark.parametrize(
    ("name", "skewness", "kurtosis"),
    [("russia-2011", -1.53, 6.12), ("russia-2018", -1.43, 5.24)],
)
def test_the_moments_of_methods(name: str, skewness: float, kurtosis: float) -> None:
    # METHODS.md has the filter as "voters ≥ 100, 0 < W < N ≤ given". It is reproduced by
    # 0 < W < N and *given < N*, "given" being the ballots handed out: a turnout below 100 %.
    actas = described(name)["actas"]
    lines = {**actas["mapping"]["lines"], "ballots": list(HANDED_OUT[name])}
    table = read_actas(
        path_of(name), contest=contest_of(name), mapping={**actas["mapping"], "lines": lines}
    )
    found = fingerprint(
        *(table.figure(figure)[0] for figure in (LEADERS[name], "ballots", "registered"))
    )
    assert found.skewness is not None
    assert found.kurtosis is not None
    assert found.skewness.value == pytest.approx(skewness, abs=0.005)
    assert found.kurtosis.value == pytest.approx(kurtosis, abs=0.005)


@pytest.mark.slow
@realdata
def test_ballots_in_the_boxes_move_the_second_decimal() -> None:
    table = table_of("russia-2011")
    found = fingerprint(*(table.figure(line)[0] for line in ("ER", "ballots", "registered")))
    assert found.skewness is not None
    assert found.kurtosis is not None
    assert found.skewness.value == pytest.approx(-1.530, abs=0.0005)
    assert found.kurtosis.value == pytest.approx(6.105, abs=0.0005)
    assert (found.used, found.shown) == (88_747, 91_082)


def test_moments_are_those_of_scipy() -> None:
    votes, ballots, registered = election()
    found = fingerprint(votes, ballots, registered, fewest_registered=1)
    inside = (votes > 0) & (ballots < registered)
    rate = np.log((registered - votes)[inside] / votes[inside])
    assert found.skewness is not None
    assert found.kurtosis is not None
    assert found.skewness.value == pytest.approx(stats.skew(rate), rel=1e-9)
    assert found.kurtosis.value == pytest.approx(stats.kurtosis(rate, fisher=False), rel=1e-9)
    assert found.statistic == found.kurtosis.value
    assert found.pvalue is None


def test_the_intervals_are_as_wide_as_a_bootstrap_says() -> None:
    votes, ballots, registered = election()
    found = fingerprint(votes, ballots, registered, fewest_registered=1)
    inside = (votes > 0) & (ballots < registered)
    rate = np.log((registered - votes)[inside] / votes[inside])
    draws = np.random.default_rng(2).choice(rate, (1500, rate.size))
    for effect, moment in ((found.skewness, stats.skew), (found.kurtosis, stats.kurtosis)):
        assert effect is not None
        assert effect.low is not None
        assert effect.high is not None
        error = float(np.std(moment(draws, axis=1)))
        assert effect.high - effect.low == pytest.approx(2 * 1.96 * error, rel=0.12)


def test_the_intervals_of_a_skew_vote_rate_hold_its_moments() -> None:
    # ν is a gamma variable less 3: skewness 2/√9 and kurtosis 3 + 6/9, whatever its scale.
    held = np.zeros(2)
    rng = np.random.default_rng(3)
    registered = np.full(4000, 10**8)
    for _ in range(200):
        votes = np.rint(registered / (1 + np.exp(rng.gamma(9.0, 1 / 3, 4000) - 3))).astype(int)
        found = fingerprint(votes, registered - 1, registered)
        for k, (effect, truth) in enumerate(((found.skewness, 2 / 3), (found.kurtosis, 3 + 2 / 3))):
            assert effect is not None
            assert effect.low is not None
            assert effect.high is not None
            held[k] += effect.low <= truth <= effect.high
    assert 0.90 <= held[0] / 200 <= 0.99
    assert 0.85 <= held[1] / 200 <= 0.99  # fourth moments are slow to become normal


# The histogram


@given(
    st.lists(st.tuples(*[st.integers(0, 300)] * 3), min_size=1, max_size=40),
    st.integers(1, 60),
    st.integers(1, 120),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_every_station_is_shown_or_left_out_in_any_order(
    rows: list[tuple[int, int, int]], bins: int, fewest: int, random: Any
) -> None:
    votes, ballots, registered = np.array(rows).T
    found = fingerprint(votes, ballots, registered, fewest_registered=fewest, bins=bins)
    assert found.histogram.shape == (bins, bins)
    assert found.histogram.sum() == found.shown
    assert found.used + sum(found.left_out.values()) == len(rows)
    keep = (registered >= fewest) & (ballots > 0) & (ballots <= registered) & (votes <= ballots)
    assert found.shown == np.count_nonzero(keep)
    order = list(range(len(rows)))
    random.shuffle(order)
    again = fingerprint(
        votes[order], ballots[order], registered[order], fewest_registered=fewest, bins=bins
    )
    assert (again.histogram == found.histogram).all()
    assert (again.left_out, again.refused) == (found.left_out, found.refused)


def test_order_does_not_move_the_last_digit() -> None:
    figures = election()
    order = np.random.default_rng(5).permutation(figures[0].size)
    first, second = fingerprint(*figures), fingerprint(*(figure[order] for figure in figures))
    assert (first.skewness, first.kurtosis) == (second.skewness, second.kurtosis)


def test_the_histogram_is_that_of_the_two_figures() -> None:
    votes, ballots, registered = election()
    found = fingerprint(votes, ballots, registered, fewest_registered=1, bins=7)
    # Sevenths fall between fractions except where they are exact: numpy agrees on the rest.
    expected = np.histogram2d(ballots / registered, votes / ballots, bins=found.edges)[0]
    assert np.abs(found.histogram - expected).sum() <= 2 * np.count_nonzero(
        (ballots * 7 % registered == 0) | (votes * 7 % ballots == 0)
    )


def test_cells_have_turnout_by_rows_and_share_by_columns() -> None:
    cells = grid(np.array([10, 7]), np.array([10, 35]), np.array([20, 50]), 2)
    assert cells.tolist() == [[0, 0], [1, 1]]


def test_a_station_without_ballots_has_no_share() -> None:
    found = fingerprint([9, 5], [20, 0], [30, 30], fewest_registered=1)
    assert (found.shown, found.left_out) == (1, {"no ballots": 1})


def test_one_hundred_percent_lies_in_the_last_bin_and_not_in_the_moments() -> None:
    votes, ballots, registered = election()
    more = fingerprint(
        np.append(votes, [200, 0]), np.append(ballots, [200, 50]), np.append(registered, [200, 200])
    )
    less = fingerprint(votes, ballots, registered)
    assert more.histogram[-1, -1] == less.histogram[-1, -1] + 1
    assert more.statistic == less.statistic
    assert more.left_out["turnout of 100 % (in the histogram only)"] == 1
    assert more.left_out["no vote for the candidate (in the histogram only)"] == 1


# Refusals and bad input


def test_few_stations_and_equal_ones_are_refused_but_drawn() -> None:
    votes, ballots, registered = election(FEWEST_STATIONS - 1)
    few = fingerprint(votes, ballots, registered, fewest_registered=1)
    assert "fewer than 100" in few.refused
    same = fingerprint([30] * 200, [60] * 200, [100] * 200)
    assert "same vote rate" in same.refused
    for found in (few, same):
        assert (found.statistic, found.effect, found.skewness) == (None, None, None)
        assert found.histogram.sum() == found.shown > 0


def test_it_says_what_it_cannot_say() -> None:
    found = fingerprint(*election())
    assert found.null == "none: a description"
    assert "clean election" in found.warnings[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"votes": [1, -1]}, "votes are whole numbers"),
        ({"ballots": [1.5, 2]}, "ballots are whole numbers"),
        ({"registered": [[1, 2]]}, "wrong shape"),
        ({"registered": [1, 2, 3]}, "differ in length"),
        ({"bins": 0}, "bins"),
        ({"bins": 1001}, "bins"),
        ({"fewest_registered": 0}, "fewest registered"),
    ],
)
def test_bad_input(changed: dict[str, Any], said: str) -> None:
    given_: dict[str, Any] = {"votes": [1, 2], "ballots": [5, 6], "registered": [9, 9]}
    with pytest.raises(InputError, match=said):
        fingerprint(**{**given_, **changed})
