"""Draws: the same in every version of numpy, of the distribution they are named for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.draws import binomial, chain_of, multinomial, station_uniforms, stream, streams
from tallyverify.errors import InputError

SHARES = np.array([0.5, 0.3, 0.2])

PINNED = {
    "binomial": [27, 173, 298, 415, 545, 661],
    "multinomial": [[0, 0, 0], [2, 0, 1], [598, 377, 225]],
    "uniform": [0.7896580591047044, 0.10100882399670885],
    "permutation": [4, 7, 5, 2, 3, 6, 0, 1],
    "poisson": [11, 6, 6, 7, 4],
    "geometric": [22, 4, 12, 5, 1],
    "normal": [0.177661091218, 1.218958536055],
    "gamma": [6.296926930232, 2.407720313006],
    "beta": [0.57379761132, 0.233658370731],
}


def test_pinned_draws() -> None:
    """Drawn with numpy 2.0 and 2.5 alike; other numbers mean that every report would change."""
    rng = stream(20240728, 508)
    chance = np.linspace(0.05, 0.95, 6)
    assert binomial(rng, np.full(6, 700), chance).tolist() == PINNED["binomial"]
    dealt = multinomial(rng, np.array([0, 3, 1200]), chain_of(SHARES))
    assert dealt.tolist() == PINNED["multinomial"]
    assert rng.random_sample(2).tolist() == PINNED["uniform"]
    assert rng.permutation(8).tolist() == PINNED["permutation"]
    assert rng.poisson(9.0, 5).tolist() == PINNED["poisson"]
    assert rng.geometric(0.2, 5).tolist() == PINNED["geometric"]
    assert rng.standard_normal(2).round(12).tolist() == PINNED["normal"]
    assert rng.standard_gamma(3.5, 2).round(12).tolist() == PINNED["gamma"]
    assert rng.beta(4.0, 6.0, 2).round(12).tolist() == PINNED["beta"]


def test_streams_are_independent_and_seeded() -> None:
    first, second = (rng.random_sample(4000) for rng in streams(7, 2))
    again = streams(7, 2)[0].random_sample(4000)
    assert np.array_equal(first, again)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.06
    assert not np.array_equal(stream(7).random_sample(5), stream(7, 0, 1).random_sample(5))


@pytest.mark.parametrize(
    "draw", [lambda: stream(-1), lambda: stream(3, -2), lambda: streams(-1, 2)]
)
def test_a_negative_seed_is_refused(draw) -> None:
    with pytest.raises(InputError, match="not negative"):
        draw()


@given(
    trials=st.lists(st.integers(0, 2000), min_size=1, max_size=20),
    parts=st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any),
    seed=st.integers(0, 2**40),
)
def test_multinomial_deals_every_trial_and_none_where_there_is_no_share(
    trials: list[int], parts: list[int], seed: int
) -> None:
    shares = np.array(parts) / sum(parts)
    dealt = multinomial(stream(seed), np.array(trials), chain_of(shares))
    assert dealt.min() >= 0
    assert dealt.sum(axis=1).tolist() == trials
    assert not dealt[:, shares == 0].any()


def test_multinomial_has_the_mean_and_the_covariance_of_one() -> None:
    dealt = multinomial(stream(3), np.full(40_000, 200), chain_of(SHARES))
    covariance = 200 * (np.diag(SHARES) - np.outer(SHARES, SHARES))
    assert np.allclose(dealt.mean(axis=0), 200 * SHARES, atol=0.2)
    assert np.allclose(np.cov(dealt.T), covariance, atol=1.5)


def test_a_number_of_a_station_is_its_own() -> None:
    keys = np.arange(5000, dtype=np.uint64)
    numbers = station_uniforms(keys, 3, "purpose")
    assert np.array_equal(numbers[::-1], station_uniforms(keys[::-1], 3, "purpose"))
    assert 0 <= numbers.min() <= numbers.max() < 1
    assert abs(numbers.mean() - 0.5) < 0.02


def test_a_stream_and_what_is_dealt_from_it() -> None:
    assert stream(1).binomial(700, 0.5, 4).tolist() == [345, 330, 351, 354]
    dealt = multinomial(stream(1), np.array([10, 1000]), chain_of(SHARES))
    assert dealt.tolist() == [[5, 1, 4], [453, 327, 220]]


def test_numbers_of_a_station_for_another_purpose_are_others() -> None:
    keys = np.array([1, 2, 1], dtype=np.uint64)
    numbers = station_uniforms(keys, 5)
    assert numbers.round(3).tolist() == [0.763, 0.347, 0.763]
    assert numbers.round(3).tolist() != station_uniforms(keys, 5, "another").round(3).tolist()
