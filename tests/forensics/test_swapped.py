"""F512: exchanged figures are found, honest ones are not, and it says what it cannot see."""

import csv
import io
import zipfile
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tallyverify.errors import InputError
from tallyverify.forensics.places.context_tail import Tail
from tallyverify.forensics.places.swapped import swapped
from tallyverify.forensics.places.swapped_rates import chance_of, rates_at, threshold_at
from tests.helpers.real import REAL, realdata, table_of
from tests.helpers.tiers import slow_but


def two_rounds(seed, stations=10_000, freedom=None):
    """Return votes, areas and an earlier round of four options at the same stations.

    A station's departure from the earlier round has standard deviation 0.05, and a heavy tail if
    ``freedom`` is given; with the voters of both rounds dealt, the whole is about 0.14.
    """
    rng = np.random.default_rng(seed)
    centre = np.arange(stations) // 5
    areas = [centre // 200, centre // 8, centre]
    odds = 0.25 + rng.normal(0, 0.25, stations)
    for codes, deviation in zip(areas, (0.4, 0.3, 0.3), strict=True):
        odds = odds + rng.normal(0, deviation, codes.max() + 1)[codes]
    own = rng.standard_t(freedom, stations) if freedom else rng.normal(0, 1, stations)
    voters = rng.integers(200, 900, stations)
    first = rng.binomial(voters, 1 / (1 + np.exp(-odds - 0.05 * own)))
    shares = np.exp(
        np.column_stack(
            [
                0.9 * odds,
                np.zeros(stations),
                -0.5 + 0.3 * odds + rng.normal(0, 0.1, stations),
                -1 + rng.normal(0, 0.2, stations),
            ]
        )
    )
    earlier = rng.multinomial(rng.integers(200, 800, stations), shares / shares.sum(1)[:, None])
    return np.column_stack([first, voters - first]), areas, earlier


def sixty_forty(votes, seed, number):
    """Return a number of stations where one of the two has 59 to 61 %."""
    share = votes[:, 0] / votes.sum(axis=1)
    there = np.flatnonzero(np.abs(np.abs(share - 0.5) - 0.1) < 0.01)
    return np.random.default_rng(seed).choice(there, number, replace=False)


def exchanged(votes, rows):
    wrong = votes.copy()
    wrong[rows] = wrong[rows][:, ::-1]
    return wrong


@pytest.mark.parametrize("freedom", slow_but([5], [None, 5]))
def test_swaps_of_60_40_are_found_and_clean_stations_left_alone(freedom):
    """The promise: at least 80 % found, at most 0.05 % of clean stations flagged."""
    hit, false, pvalues = [], [], []
    for seed in range(4):
        votes, areas, earlier = two_rounds(seed, freedom=freedom)
        rows = sixty_forty(votes, seed, 60)
        found = swapped(exchanged(votes, rows), areas=areas, earlier=earlier)
        clean = np.ones(len(votes), dtype=bool)
        clean[rows] = False
        hit.append(found.flagged[rows].mean())
        false.append(found.flagged[clean].mean())
        pvalues.append(found.pvalue)
    assert np.mean(hit) >= 0.8
    assert np.mean(false) <= 0.0005
    assert max(pvalues) < 1e-6


@pytest.mark.hours
@pytest.mark.parametrize("freedom", [None, 5, 3])
def test_clean_elections_are_seldom_flagged(freedom):
    """Type I at 0.05 (with the slack of 40 draws), and at most 0.05 % of clean stations flagged."""
    found = []
    for seed in range(40):
        votes, areas, earlier = two_rounds(100 + seed, stations=5000, freedom=freedom)
        found.append(swapped(votes, areas=areas, earlier=earlier))
    assert np.mean([one.pvalue <= 0.05 for one in found]) <= 0.075
    assert np.mean([one.flagged.mean() for one in found]) <= 0.0005


def test_clean_elections_are_not_flagged():
    for seed in range(4):
        votes, areas, earlier = two_rounds(50 + seed, stations=5000)
        found = swapped(votes, areas=areas, earlier=earlier)
        assert found.pvalue > 0.05
        assert found.flagged.mean() <= 0.001
        assert found.false_positive_rate <= 2e-4


def test_without_an_earlier_round_swaps_near_even_are_called_blind():
    votes, areas, earlier = two_rounds(1)
    without = swapped(votes, areas=areas)
    with_it = swapped(votes, areas=areas, earlier=earlier)
    assert without.blind > 0.5 * without.used
    assert with_it.blind < 0.7 * without.blind
    assert without.power < with_it.power
    assert any("unseen" in text for text in without.warnings)


def test_an_even_country_is_refused():
    rng = np.random.default_rng(1)
    first = rng.binomial(300, 0.5, 2000)
    found = swapped(np.column_stack([first, 300 - first]))
    assert found.refused == "no station's exchange could be seen: the expectation is too vague"
    assert found.statistic is None
    assert found.pvalue is None
    assert found.blind == 2000
    assert not found.flagged.any()


def test_too_few_stations_are_refused():
    votes, areas, _ = two_rounds(1, stations=150)
    found = swapped(votes, areas=areas)
    assert found.refused
    assert found.pvalue is None
    assert len(found.ranked()) == 0


def test_stations_without_votes_are_counted():
    votes, areas, earlier = two_rounds(2, stations=3000)
    votes[:7] = 0
    votes[7:10] = [[3, 2]] * 3
    found = swapped(votes, areas=areas, earlier=earlier)
    assert found.left_out["no vote for either of the two"] == 7
    assert found.left_out["fewer than 5 votes expected for one of the two"] >= 3
    assert found.used + sum(found.left_out.values()) == 3000
    assert np.isnan(found.evidence[:10]).all()


def test_the_order_of_the_rows_does_not_matter():
    votes, areas, earlier = two_rounds(3, stations=3000)
    votes = exchanged(votes, sixty_forty(votes, 3, 20))
    mixed = np.random.default_rng(1).permutation(3000)
    one = swapped(votes, areas=areas, earlier=earlier)
    other = swapped(votes[mixed], areas=[codes[mixed] for codes in areas], earlier=earlier[mixed])
    np.testing.assert_array_equal(one.evidence[mixed], other.evidence)
    assert (one.pvalue, one.threshold, one.power) == (other.pvalue, other.threshold, other.power)


def test_naming_the_pair_the_other_way_round_changes_nothing():
    votes, areas, earlier = two_rounds(4, stations=3000)
    votes = exchanged(votes, sixty_forty(votes, 4, 20))
    one = swapped(votes, pair=(0, 1), areas=areas, earlier=earlier)
    other = swapped(votes, pair=(1, 0), areas=areas, earlier=earlier)
    np.testing.assert_allclose(one.evidence, other.evidence, atol=1e-3)
    np.testing.assert_allclose(one.expected, 1 - other.expected, atol=1e-6)


def test_the_two_with_most_votes_are_the_default_pair():
    votes, areas, _ = two_rounds(5, stations=1000)
    third = np.column_stack([votes[:, 0] // 9, votes])
    assert set(swapped(third, areas=areas).pair) == {1, 2}


def test_ranked_says_what_was_written_and_what_exchanged():
    votes, areas, earlier = two_rounds(6, stations=3000)
    rows = sixty_forty(votes, 6, 10)
    found = swapped(exchanged(votes, rows), areas=areas, earlier=earlier, prior=1e-3)
    table = found.ranked(8)
    assert len(table) == 8
    assert table["evidence"].is_monotonic_decreasing
    np.testing.assert_allclose(table["share"] + table["exchanged"], 1)
    np.testing.assert_allclose(table["log_odds"] - table["evidence"], np.log(1e-3 / 0.999))
    assert table["station"].isin(rows).mean() >= 0.8


@settings(max_examples=20, deadline=None)
@given(
    st.floats(-3, 3),
    st.floats(0.02, 1),
    st.floats(1.5, 100),
    st.floats(0.5, 2),
    st.floats(3, 12),
)
def test_rates_are_those_of_the_flagging_rule(centre, deviation, freedom, scale, threshold):
    """Identity: the closed form is the integral of the density over where the rule flags."""
    tail = Tail(scale, freedom)
    law = stats.t(freedom, scale=scale)
    honest, wrong = rates_at(np.array([centre]), np.array([deviation]), tail, threshold)
    shown = -centre + np.linspace(-1, 1, 4001) * 1.01 * law.ppf(0.975) * deviation
    written, other = (shown - centre) / deviation, (-shown - centre) / deviation
    flags = (tail.log_density(other) - tail.log_density(written) >= threshold) & (
        np.abs(other) <= law.ppf(0.975)
    )
    step = (shown[1] - shown[0]) / deviation
    assert wrong[0] == pytest.approx((law.pdf(other) * flags).sum() * step, abs=2e-3)
    assert honest[0] == pytest.approx((law.pdf(written) * flags).sum() * step, abs=2e-3)
    assert honest[0] <= np.exp(-threshold) * 1.0001  # Markov, for any likelihood ratio


def test_the_threshold_keeps_the_rate():
    centre, deviation = np.linspace(-1, 1, 501), np.full(501, 0.15)
    for rate in (1e-3, 1e-4):
        at = threshold_at(centre, deviation, Tail(0.9, 5.0), rate)
        assert rates_at(centre, deviation, Tail(0.9, 5.0), at)[0].mean() == pytest.approx(
            rate, rel=0.02
        )


def test_the_pvalue_is_the_larger_of_the_two():
    assert chance_of(9, 1, np.full(10, 0.01)) == pytest.approx(stats.binom.sf(8, 10, 0.5))
    assert chance_of(9, 1, np.full(1000, 0.01)) == pytest.approx(stats.poisson.sf(8, 10))
    assert chance_of(5, 0, np.full(100, 0.001)) == 0.03125
    assert chance_of(0, 0, np.full(100, 0.001)) == 1
    assert chance_of(5, 0, np.full(1000, 0.005)) == pytest.approx(0.5595, abs=5e-5)


def test_an_exchange_is_seen_where_the_two_are_not_close():
    honest, wrong = rates_at(np.array([0.4, 0.0]), np.full(2, 0.1), Tail(1.0, 30.0), 5.0)
    assert honest[0] < 1e-3
    assert wrong[0] > 0.9
    assert (honest[1], wrong[1]) == (0, 0)


@pytest.mark.parametrize(
    ("votes", "options"),
    [
        ([[1, 2]], {"pair": (0, 0)}),
        ([[1, 2]], {"pair": (0, 2)}),
        ([[1], [2]], {}),
        ([[1, 2]], {"prior": 0.0}),
        ([[1, 2]], {"rate": 1.0}),
        ([[1, 2]], {"areas": [[1, 2]]}),
        ([[1, -2]], {}),
        ([1, 2], {}),
        ([[1, 2]], {"earlier": [[1], [2]]}),
        ([[1, 2]], {"earlier": [1]}),
        ([[0, 0], [1, 2]], {"areas": [[1]]}),
    ],
)
def test_malformed_input_is_refused(votes, options):
    with pytest.raises(InputError):
        swapped(votes, **options)


def _raw_keys(place):
    """Control symbol → commune code, number and kind of station, which both rounds share."""
    path = REAL / f"poland-2020/round{place}_wyniki_gl_na_kand_po_obwodach_csv.zip"
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
        rows = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig"), delimiter=";")
        return {
            row["Symbol kontrolny"]: (row["Kod TERYT"], row["Numer obwodu"], row["Typ obwodu"])
            for row in rows
        }


@cache
def poland():
    """Return round 2, its areas, and round 1 at the same stations."""
    first, second = table_of("poland-2020-round1"), table_of("poland-2020-round2")
    keys = [_raw_keys(1), _raw_keys(2)]
    place = {keys[0].get(name): at for at, name in enumerate(first.frame["station"])}
    rows = np.array([place.get(keys[1].get(name), -1) for name in second.frame["station"]])
    before = np.column_stack([first.figure(name)[0] for name in first.votes])[rows]
    before[rows < 0] = 0
    votes = np.column_stack([second.figure(name)[0] for name in ("DUDA", "TRZASKOWSKI")])
    areas = [second.frame[level].astype(str).to_numpy() for level in second.levels]
    return votes, areas, before, second.frame["commune"].astype(str).to_numpy()


@realdata
def test_poland_has_four_sheets_likelier_exchanged_and_no_more_than_chance_flagged():
    """Between rounds four sheets turn over almost to the vote; the rest is within chance."""
    votes, areas, before, commune = poland()
    found = swapped(votes, areas=areas, earlier=before)
    assert found.likelier == 4
    assert set(commune[found.ranked(4)["station"]]) == {
        "gm. Warka",
        "gm. Niegosławice",
        "gm. Goleniów",
        "m. Kraków",
    }
    assert found.pvalue > 0.05
    assert found.flagged.mean() < 0.0005


@pytest.mark.slow
@realdata
def test_in_poland_most_reversed_60_40_stations_are_found():
    votes, areas, before, _ = poland()
    big = np.flatnonzero(votes.sum(axis=1) >= 100)
    rows = big[sixty_forty(votes[big], 1, 150)]
    found = swapped(exchanged(votes, rows), areas=areas, earlier=before)
    clean = np.ones(len(votes), dtype=bool)
    clean[rows] = False
    assert found.flagged[rows].mean() >= 0.9
    assert found.flagged[clean].mean() <= 0.0005
    assert found.pvalue < 1e-6


@realdata
@pytest.mark.parametrize(
    "name",
    slow_but(["chile-2021"], ["chile-2021", "bolivia-2019-final", "argentina-2017", "russia-2018"]),
)
def test_real_elections_are_not_flagged_on_their_areas_alone(name):
    table = table_of(name)
    votes = np.column_stack([table.figure(column)[0] for column in table.votes])
    areas = [table.frame[level].astype(str).to_numpy() for level in table.levels]
    found = swapped(votes, areas=areas)
    assert found.pvalue > 0.05
    assert found.flagged.mean() <= 0.0005
