"""What a station is expected to show: against brute force, and whatever a few stations do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from tallyverify.errors import InputError
from tallyverify.forensics.places import context_levels
from tallyverify.forensics.places.context import context_of
from tallyverify.forensics.places.context_levels import (
    cut_square,
    local_factor,
    nested,
    others,
    variances,
)
from tallyverify.forensics.places.context_tail import exact_scores, fitted_tail, sided_tail


def country(seed, stations=4000, deviations=(0.4, 0.3, 0.3), own=0.0, voters=400):
    """Return log-odds, votes for the first, totals and areas (three levels, five to a centre)."""
    rng = np.random.default_rng(seed)
    centre = np.arange(stations) // 5
    areas = [centre // 160, centre // 8, centre]
    odds = 0.2 + rng.normal(0, 1, stations) * own
    for codes, deviation in zip(areas, deviations, strict=True):
        odds = odds + rng.normal(0, deviation, codes.max() + 1)[codes]
    return odds, rng.binomial(voters, 1 / (1 + np.exp(-odds))), np.full(stations, voters), areas


class TestLevels:
    def test_others_is_the_exact_conditional_normal(self, monkeypatch):
        """Identity: message passing gives what the joint covariance matrix gives."""
        monkeypatch.setattr(
            context_levels, "_believed", lambda own, spread, parent: np.ones(own.size)
        )
        rng = np.random.default_rng(3)
        areas = [np.arange(36) // 12, np.arange(36) // 3]
        effects = rng.normal(0, 1, 3)[areas[0]] + rng.normal(0, 0.7, 12)[areas[1]]
        values, noise = effects + rng.normal(0, 0.3, 36), rng.uniform(0.01, 0.2, 36)
        tree = nested(areas, 36)
        assert tree.levels == (1, 0)
        found = others(tree, values, noise, np.ones(36), 0.05)
        cov = np.diag(noise + 0.05) + 1e6  # nothing is known of the whole
        for codes, level in ((areas[1], found[1]), (areas[0], found[2])):
            assert level.within > 0
            cov += level.within * (codes[:, None] == codes[None, :])
        for at in range(36):
            rest = np.arange(36) != at
            gain = np.linalg.solve(cov[np.ix_(rest, rest)], cov[rest, at])
            left = cov[at, at] - gain @ cov[rest, at] - noise[at] - 0.05
            assert found[0].mean[at] == pytest.approx(gain @ values[rest], abs=1e-3)
            assert 1 / found[0].precision[at] == pytest.approx(left, rel=1e-3)

    def test_others_of_one_centre_is_the_weighted_mean_of_the_rest(self):
        values, noise = np.arange(12.0), np.linspace(0.1, 1.2, 12)
        found = others(nested([], 12), values, noise, np.ones(12), 0.5)[0]
        for at in range(12):
            rest = np.arange(12) != at
            weight = 1 / (noise[rest] + 0.5)
            assert found.precision[at] == pytest.approx(weight.sum())
            assert found.mean[at] == pytest.approx(weight @ values[rest] / weight.sum())

    def test_a_name_that_repeats_elsewhere_is_another_area(self):
        tree = nested([np.repeat([0, 1], 20), np.tile(np.repeat([0, 1], 10), 2)], 40)
        assert len(np.unique(tree.parents[0])) == 4

    def test_a_level_of_single_stations_is_left_out(self):
        assert nested([np.repeat(np.arange(4), 10), np.arange(40)], 40).levels == (0,)

    def test_variances_are_recovered_and_a_hundredth_of_outliers_hardly_moves_them(self):
        rng = np.random.default_rng(1)
        parent = np.arange(20_000) // 5
        noise = rng.uniform(0.005, 0.05, 20_000)
        values = rng.normal(0, 1, 4000)[parent] + rng.normal(0, np.sqrt(1.5 * noise + 0.02))
        weight = np.ones(20_000)
        factor, between = variances(values, noise, weight, parent, sized=True)
        assert factor == pytest.approx(1.5, abs=0.15)
        assert between == pytest.approx(0.02, abs=0.004)
        values[::100] += 3
        factor, again = variances(values, noise, weight, parent, sized=True)
        assert factor * 0.02 + again == pytest.approx(0.05, rel=0.3)

    def test_cut_squares_have_mean_one(self):
        mean = integrate.quad(lambda z: cut_square(z**2) * stats.norm.pdf(z), -9, 9, points=[-2, 2])
        assert mean[0] == pytest.approx(1, abs=1e-6)

    def test_local_factor_leaves_the_station_itself_out(self):
        tree = nested([np.arange(40) // 20], 40)
        squares = np.ones(40)
        before = local_factor(squares, tree)
        squares[3] = 9.0
        after = local_factor(squares, tree)
        assert after[3] == pytest.approx(before[3])
        assert (after[:3] > before[:3]).all()
        assert after[20:] == pytest.approx(before[20:])


class TestExpected:
    def test_standardised_departures_are_standard_normal_in_a_clean_country(self):
        odds, first, total, areas = country(1)
        found = context_of(first, total - first, areas=areas)
        shown = np.log((first + 0.5) / (total - first + 0.5))
        z = (shown - found.expected) / np.hypot(found.spread, found.noise)
        assert found.known.all()
        assert z.mean() == pytest.approx(0, abs=0.05)
        assert z.std() == pytest.approx(1, abs=0.08)
        assert np.corrcoef(found.expected, odds)[0, 1] > 0.98

    def test_the_spreads_of_the_levels_are_recovered(self):
        _, first, total, areas = country(2, own=0.1)
        found = context_of(first, total - first, areas=areas)
        assert found.between == pytest.approx(0.1, abs=0.03)
        assert dict(found.levels)[2] == pytest.approx(0.3, abs=0.04)

    def test_an_earlier_round_narrows_it(self):
        odds, first, total, areas = country(3, own=0.4)
        rng = np.random.default_rng(0)
        before = rng.binomial(400, 1 / (1 + np.exp(-odds + 0.3)))
        earlier = np.column_stack([before, 400 - before])
        earlier[:50] = 0
        without = context_of(first, total - first, areas=areas)
        with_it = context_of(first, total - first, areas=areas, earlier=earlier)
        assert with_it.earlier == 3950
        assert np.median(with_it.spread) < 0.6 * np.median(without.spread)
        assert (with_it.expected[:50] == without.expected[:50]).all()

    def test_the_station_itself_does_not_count(self):
        _, first, total, areas = country(4, stations=500)
        moved = first.copy()
        moved[7] = 1
        before = context_of(first, total - first, areas=areas)
        after = context_of(moved, total - moved, areas=areas)
        assert after.expected[7] == pytest.approx(before.expected[7], abs=0.02)

    def test_a_hundredth_of_exchanged_stations_hardly_moves_the_others(self):
        _, first, total, areas = country(5, own=0.05)
        wrong = np.arange(0, 4000, 100)
        given_ = first.copy()
        given_[wrong] = (total - first)[wrong]
        before = context_of(first, total - first, areas=areas)
        after = context_of(given_, total - given_, areas=areas)
        rest = np.setdiff1d(np.arange(4000), wrong)
        assert np.median(after.spread[rest] / before.spread[rest]) == pytest.approx(1, abs=0.1)
        assert np.abs(after.expected - before.expected)[rest].mean() < 0.01

    def test_exchanging_the_sides_exchanges_the_signs(self):
        _, first, total, areas = country(6, stations=600)
        one = context_of(first, total - first, areas=areas)
        other = context_of(total - first, first, areas=areas)
        np.testing.assert_allclose(one.expected, -other.expected, atol=1e-9)
        np.testing.assert_allclose(one.spread, other.spread, rtol=1e-9)

    def test_stations_without_votes_are_unknown(self):
        _, first, total, areas = country(7, stations=300)
        first, second = first.copy(), (total - first).copy()
        first[:3] = second[:3] = 0
        found = context_of(first, second, areas=areas)
        assert not found.known[:3].any()
        assert np.isnan(found.expected[:3]).all()
        assert found.known[3:].all()

    @settings(max_examples=15, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 3)), min_size=8)
    )
    def test_any_counts_give_finite_expectations(self, rows):
        first, second, area = np.array(rows).T
        if (first + second > 0).sum() < 2:
            return
        found = context_of(first, second, areas=[area])
        assert np.isfinite(found.expected[found.known]).all()
        assert (found.spread[found.known] >= 0).all()

    def test_one_station_with_votes_is_refused(self):
        with pytest.raises(InputError, match="at least two stations"):
            context_of(np.array([0, 2]), np.array([0, 2]))

    def test_it_says_how_much_it_knows(self):
        rng = np.random.default_rng(1)
        centre = np.repeat(np.arange(200), 5)
        odds = np.repeat(rng.normal(0.4, 0.5, 200), 5)
        first = rng.binomial(400, 1 / (1 + np.exp(-odds)))
        found = context_of(first, 400 - first, areas=[centre])
        said = "<Context: 1,000 of 1,000 stations, 1 levels, earlier round for 0; median spread "
        assert repr(found).startswith(said)
        assert repr(found).endswith("factor 1.00>")
        assert np.corrcoef(found.expected, odds)[0, 1] > 0.99


class TestTail:
    @pytest.mark.parametrize("freedom", [3, 6])
    def test_a_t_is_recovered(self, freedom):
        far = 0.8 * np.random.default_rng(freedom).standard_t(freedom, 40_000)
        tail = fitted_tail(far)
        assert tail.freedom == pytest.approx(freedom, rel=0.15)
        assert tail.scale == pytest.approx(0.8, rel=0.05)

    def test_the_density_is_scipys(self):
        tail = fitted_tail(np.random.default_rng(1).standard_t(5, 2000))
        law = stats.t(tail.freedom, scale=tail.scale)
        u = np.linspace(-9, 9, 7)
        np.testing.assert_allclose(tail.log_density(u), law.logpdf(u), rtol=1e-10)
        np.testing.assert_allclose(tail.below(u), law.cdf(u), rtol=1e-10)

    def test_exchanged_stations_do_not_make_the_tail_heavy(self):
        u = np.random.default_rng(2).normal(0, 1, 20_000)
        other = u - 6
        u[:100], other[:100] = other[:100].copy(), u[:100].copy()
        assert fitted_tail(u).freedom < 8
        assert fitted_tail(u, other).freedom > 20

    def test_the_side_that_is_heavier_gets_the_heavier_tail(self):
        rng = np.random.default_rng(3)
        u = np.where(
            rng.random(8000) < 0.5, -np.abs(rng.standard_t(3, 8000)), np.abs(rng.normal(0, 1, 8000))
        )
        tail = sided_tail(u, None, -u, np.ones(8000))
        beyond = stats.t.sf(5, tail.freedom, scale=tail.scale) * 2
        assert np.median(beyond[u < 0]) == pytest.approx((-u[u < 0] > 5).mean(), rel=0.3)
        # The lighter side (normal: 6e-7 beyond) is not trusted to be lighter than both together.
        assert 0.003 < np.median(beyond[u > 0]) < np.median(beyond[u < 0])

    def test_exact_scores_without_a_spread_are_binomial(self):
        one = np.array([9]), np.array([100]), np.array([-3.0]), np.array([1e-9])
        tail = stats.binom.sf(8, 100, 1 / (1 + np.exp(3)))
        assert exact_scores(*one)[0] == pytest.approx(stats.norm.isf(tail), rel=1e-5)

    def test_exact_scores_are_those_of_the_integral(self):
        """Reference: the tail probability by adaptive quadrature over the log-odds."""
        n, m, s = 60, -2.0, 0.4
        for x in (0, 3, 12, 25):

            def tail(law, m=m, s=s):
                return integrate.quad(
                    lambda z: law(1 / (1 + np.exp(-m - s * z))) * stats.norm.pdf(z),
                    -8,
                    8,
                    epsabs=1e-14,
                )[0]

            upper = tail(lambda p, x=x: stats.binom.sf(x - 1, n, p))
            lower = tail(lambda p, x=x: stats.binom.cdf(x, n, p))
            expected = stats.norm.isf(min(upper, lower)) * (1 if upper < lower else -1)
            found = exact_scores(np.array([x]), np.array([n]), np.array([m]), np.array([s]))
            assert found[0] == pytest.approx(expected, abs=1e-3)
