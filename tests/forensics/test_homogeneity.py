"""F510: χ² within centres against the textbook, centre by centre, and genuine sheets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2_contingency

from tallyverify.errors import InputError
from tallyverify.forensics import homogeneity
from tallyverify.forensics.stations import stations_of
from tests.helpers.real import realdata, table_of

tables = st.integers(1, 4).flatmap(
    lambda candidates: st.lists(
        st.tuples(
            st.sampled_from("abcdefg"),
            st.lists(st.integers(0, 300), min_size=candidates, max_size=candidates),
        ),
        min_size=1,
        max_size=25,
    )
)


def clean(seed, centres=200, stations=4, candidates=2, concentration=None):
    """Stations of centres whose voters are dealt at random, or in clusters."""
    rng = np.random.default_rng([seed, 510])
    centre = np.repeat(np.arange(centres), stations)
    shares = rng.dirichlet(np.full(candidates, 5.0), centres)[centre]
    if concentration is not None:
        shares = np.array([rng.dirichlet(concentration * row) for row in shares])
    return rng.multinomial(rng.integers(200, 500, len(centre)), shares), centre


def by_hand(votes, centre):
    """χ² and df of each centre with two stations, as scipy has them."""
    found = {}
    for name in sorted(set(centre)):
        table = votes[(centre == name) & (votes.sum(axis=1) > 0)]
        table = table[:, table.sum(axis=0) > 0]
        if len(table) >= 2:
            statistic, _, df, _ = chi2_contingency(table, correction=False)
            found[name] = (statistic, df)
    return found


@given(tables)
def test_centre_by_centre_as_in_the_textbook(rows):
    centre = np.array([name for name, _ in rows])
    votes = np.array([row for _, row in rows])
    found = homogeneity(votes, centre)
    exact = by_hand(votes, centre)
    assert found.centres == len(exact)
    assert found.by_centre == pytest.approx(np.array(list(exact.values())).reshape(-1, 2))
    assert found.chi2 == pytest.approx(sum(chi2 for chi2, _ in exact.values()))
    assert found.df == sum(df for _, df in exact.values())
    assert [centre[at] for at in found.centre] == list(exact)
    assert found.used + sum(found.left_out.values()) == len(rows)
    assert found.pvalue is None
    assert found.refused


@given(st.integers(0, 2**32))
@settings(max_examples=25)
def test_order_and_names_do_not_matter(seed):
    votes, centre = clean(seed, 40, candidates=3)
    order = np.random.default_rng(seed).permutation(len(centre))
    found = homogeneity(votes, centre)
    assert repr(homogeneity(votes[order], centre[order])) == repr(found)
    assert homogeneity(votes[:, ::-1], centre).chi2 == pytest.approx(found.chi2)
    named = homogeneity(votes, np.array([f"centre {k:05d}" for k in centre]))
    assert repr(named) == repr(found)


def test_dealt_at_random_is_one_and_the_interval_holds_it():
    found = [homogeneity(*clean(seed)).effect for seed in range(200)]
    held = sum(effect.low <= 1 <= effect.high for effect in found)
    assert held >= binom.ppf(0.001, 200, 0.95)
    assert np.mean([effect.value for effect in found]) == pytest.approx(1, abs=0.01)


def test_clusters_show():
    # Dirichlet-multinomial of about 350 votes and concentration c: χ²/df ≈ 1 + (350 - 1)/(1 + c).
    votes, centre = clean(1, 2000, concentration=1000.0)
    assert homogeneity(votes, centre).effect.value == pytest.approx(1 + 349 / 1001, abs=0.06)


def test_copied_stations_are_more_alike_than_chance_lets_them_be():
    votes, centre = clean(1, 100)
    votes = np.repeat(votes[::4], 4, axis=0)
    found = homogeneity(votes, centre)
    assert found.effect.value == pytest.approx(0, abs=1e-20)


def test_who_is_left_out():
    votes, centre = clean(1, 40)
    votes[0] = 0
    centre = centre.copy()
    centre[5] = 999
    found = homogeneity(votes, centre)
    assert found.left_out == {"no votes": 1, "the only station of its centre": 1}
    assert found.used == 158
    assert found.df == 40 * 3 - 2


def test_few_centres_are_refused():
    found = homogeneity(*clean(1, 29))
    assert "29 centres" in found.refused
    assert found.statistic is found.effect is None


@pytest.mark.parametrize("candidates", [1, 2])
def test_votes_for_one_candidate_only_are_refused_with_that_reason(candidates):
    votes = np.zeros((200, candidates), dtype=int)
    votes[:, 0] = 100
    found = homogeneity(votes, np.repeat(np.arange(50), 4))
    assert found.refused == "in no centre do two candidates have votes"
    assert found.statistic is None


@pytest.mark.parametrize(
    ("votes", "centre", "said"),
    [
        ([1, 2], [0, 0], "1 dimensions"),
        ([[1, 2]], [0, 0], "votes 1, centre 2"),
        ([[1, -2], [1, 1]], [0, 0], "-2 at position 0, 1"),
        ([[1, 2]], [[0]], "2 dimensions"),
    ],
)
def test_bad_input_says_what_was_found(votes, centre, said):
    with pytest.raises(InputError) as caught:
        homogeneity(votes, centre)
    assert said in str(caught.value)


@realdata
def test_genuine_sheets():
    # METHODS.md (computed): venezuela V1, EG vs NM.
    stations = stations_of(table_of("venezuela-2024-v1"))
    pair = [stations.candidates.index(name) for name in ("EG", "NM")]
    found = homogeneity(stations.votes[:, pair], stations.areas[-1])
    assert found.chi2 == pytest.approx(14_259.79, abs=0.01)
    assert (found.df, found.centres) == (11_715, 5_990)
    assert found.effect.value == pytest.approx(1.2, abs=0.03)
