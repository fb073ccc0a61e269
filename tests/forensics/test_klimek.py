"""F507: the model of Klimek et al. 2012, fitted; what it recovers and what it must not claim."""

from __future__ import annotations

from dataclasses import astuple, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.forensics.turnout.klimek import FEWEST_STATIONS, KlimekFit, klimek
from tallyverify.forensics.turnout.klimek_fit import (
    extreme_within,
    fitted_parameters,
    profile,
    scored,
)
from tallyverify.forensics.turnout.klimek_model import (
    BINS,
    Parameters,
    klimek_cells,
    klimek_election,
)
from tallyverify.forensics.turnout.klimek_rivals import clean_groups
from tallyverify.forensics.turnout.stations_used import grid
from tallyverify.simulate import clean_election
from tests.helpers.real import realdata, table_of
from tests.helpers.tiers import slow_but, slow_rows_but

TRUTH = Parameters(0.55, 0.08, 0.4, 0.1, 0.25, 1.5, 0.3, 0.02)
SIZES = np.random.default_rng(0).integers(100, 2500, 30_000)


def fitted(truth: Parameters, seed: int = 1, sizes: Any = SIZES, **more: Any) -> KlimekFit:
    cast, votes = klimek_election(sizes, truth, seed)
    return klimek(votes, cast, sizes, **{"recoveries": 0, **more})


def of_table(table: Any, leader: str, cast: str, **more: Any) -> KlimekFit:
    figures = (table.figure(name)[0] for name in (leader, cast, "registered"))
    return klimek(*figures, **{"recoveries": 0, **more})


# The model


@given(
    st.tuples(
        *(st.floats(0.05, 0.95), st.floats(0.02, 0.3), st.floats(0.05, 0.95), st.floats(0.02, 0.3)),
        *(st.floats(0.05, 1.5), st.floats(0.2, 10), st.floats(0, 0.9), st.floats(0, 0.1)),
    )
)
@settings(max_examples=40, deadline=None)
def test_cells_are_probabilities_and_parameters_go_both_ways(given_: Any) -> None:
    parameters = Parameters(*given_)
    p = klimek_cells(parameters.vector)
    assert p.min() > 0
    assert p.sum() == pytest.approx(1, abs=1e-12)
    assert astuple(Parameters.of(parameters.vector)) == pytest.approx(given_, abs=1e-12)


@pytest.mark.parametrize(
    "truth",
    [
        replace(TRUTH, incremental=0.0, extreme=0.0),
        replace(TRUTH, incremental=1.0, extreme=0.0),
        replace(TRUTH, incremental=0.7, extreme=0.1, alpha=0.5, width=0.6),
        replace(TRUTH, incremental=0.0, extreme=1.0),
    ],
)
def test_cells_are_the_frequencies_of_the_model_played_out(truth: Parameters) -> None:
    # Played out person by person, as the text of the paper says it: no formula of the module.
    rng = np.random.default_rng(3)
    n = 400_000
    stations = rng.normal([truth.turnout, truth.share], [truth.turnout_sd, truth.share_sd], (n, 2))
    x, y = np.abs(rng.normal(0, truth.width, n)), 1 - np.abs(rng.normal(0, 0.075, n))
    keep = ((stations > 0) & (stations < 1)).all(axis=1) & (x < 1) & (y > 0)
    (turnout, share), x, y = stations[keep].T, x[keep], y[keep]
    kind = rng.random(turnout.size)
    moved = np.where(
        kind < truth.incremental, x, np.where(kind < truth.incremental + truth.extreme, y, 0)
    )
    at_home, others = 1 - turnout, turnout * (1 - share)
    winner = turnout * share + moved * at_home + moved**truth.alpha * others
    others, at_home = (1 - moved**truth.alpha) * others, (1 - moved) * at_home
    assert winner + others + at_home == pytest.approx(1)
    millions = 10**9
    observed = grid(
        np.rint(winner * millions).astype(int),
        np.rint((winner + others) * millions).astype(int),
        np.full(turnout.size, millions),
        BINS,
    ).ravel()
    p = (klimek_cells(truth.vector) - 1e-3 / BINS**2) / (1 - 1e-3)
    big = p * turnout.size > 25
    z = (observed[big] - p[big] * turnout.size) / np.sqrt(p[big] * turnout.size)
    assert p[~big].sum() < 0.02
    # Middles of bins stand for the bins: 2 % of a cell may be misplaced, beside sampling.
    allowed = 5 + 0.04 * np.sqrt(p[big] * turnout.size)
    assert (np.abs(z) < allowed).all()


def test_the_simulator_keeps_its_people() -> None:
    cast, votes = klimek_election(SIZES, replace(TRUTH, incremental=0.5, extreme=0.4), seed=4)
    assert (votes >= 0).all()
    assert (votes <= cast).all()
    assert (cast <= SIZES).all()
    assert (cast >= 1).all()
    again = klimek_election(SIZES, replace(TRUTH, incremental=0.5, extreme=0.4), seed=4)
    assert (again[0] == cast).all()
    with pytest.raises(InputError, match="shares"):
        klimek_election(SIZES, replace(TRUTH, incremental=0.8, extreme=0.4), seed=4)


def test_two_kinds_that_are_one() -> None:
    one = np.array([0.4, -1.0, 0.1, -1.2, 0.3])
    assert clean_groups(np.array([*one, *one, 0.7])) == pytest.approx(clean_groups(one))
    assert clean_groups(one).sum() == pytest.approx(1, abs=1e-12)


def test_scoring_finds_the_frequencies_of_a_binomial() -> None:
    def cells(q: Any) -> Any:
        return np.array([q[0], 1 - q[0]])

    vector, loss, information = scored(
        np.array([30, 70]), cells, np.array([0.9]), np.array([0.01]), np.array([0.99]), enough=1e-9
    )
    assert vector[0] == pytest.approx(0.3, abs=1e-4)
    assert loss == pytest.approx(0, abs=1e-6)
    assert information[0, 0] == pytest.approx(100 / 0.21, rel=1e-2)


# Recovery


@pytest.mark.parametrize(
    ("incremental", "extreme"),
    slow_rows_but([(0.2, 0.01)], [(0.0, 0.0), (0.0, 0.02), (0.05, 0.0), (0.2, 0.01), (0.6, 0.03)]),
)
def test_the_shares_are_recovered_at_thirty_thousand_stations(
    incremental: float, extreme: float
) -> None:
    for seed in (1, 2):
        found = fitted(replace(TRUTH, incremental=incremental, extreme=extreme), seed)
        assert found.statistic == pytest.approx(incremental, abs=0.05)
        assert found.effect is not None
        assert found.effect.low is not None
        assert found.effect.high is not None
        assert found.effect.low - 0.02 <= incremental <= found.effect.high + 0.02
        assert found.extreme is not None
        assert found.extreme.value == pytest.approx(extreme, abs=0.004)
        if incremental > 0.1:
            assert found.alpha is not None
            assert found.alpha.value == pytest.approx(TRUTH.alpha, rel=0.15)


def test_no_stuffing_leaves_alpha_untold_and_the_interval_open() -> None:
    found = fitted(replace(TRUTH, incremental=0.0, extreme=0.0), recoveries=2)
    assert found.statistic == 0
    assert found.alpha is None
    assert found.effect is not None
    assert found.effect.high is not None
    assert found.effect.high > 0.05  # many shifts of 5 % of the voters are no different
    assert any("flat" in said for said in found.warnings)


@pytest.mark.hours
def test_the_profile_interval_holds_the_truth() -> None:
    held = 0
    for seed in range(40):
        profile_ = fitted(TRUTH, seed, sizes=SIZES[:5000]).profile
        assert profile_ is not None
        held += profile_[0] <= TRUTH.incremental <= profile_[1]
    assert held >= 34  # of 40 at 95 %: 33 or fewer has probability .003


def test_at_the_ends_of_the_profile_the_likelihood_has_dropped() -> None:
    cast, votes = klimek_election(SIZES, TRUTH, seed=6)
    observed = grid(votes, cast, SIZES, BINS).ravel()
    fit = fitted_parameters(observed, [TRUTH.vector])
    low, high = np.full(8, -4.0), np.full(8, 4.0)
    low[[0, 2, 6, 7]], high[[0, 2, 6, 7]] = 0.01, 0.99
    for end in profile(observed, fit, 0.2):
        held = fit.vector.copy()
        held[6] = end
        free = (0, 1, 2, 3, 4, 5, 7)
        loss = scored(observed, klimek_cells, held, low, high, free=free)[1]
        assert 2 * (loss - fit.loss) == pytest.approx(3.84, rel=0.3)
    ends = extreme_within(observed, fit)
    assert ends[0] < TRUTH.extreme < ends[1]


def test_recovery_widens_the_interval_and_hangs_on_the_seed_alone() -> None:
    few = SIZES[:2000]
    plain = fitted(TRUTH, 5, few)
    cast, votes = klimek_election(few, TRUTH, 5)
    first, again, other = (klimek(votes, cast, few, recoveries=2, seed=seed) for seed in (1, 1, 2))
    assert plain.recovered is None
    assert first.recovered == again.recovered != other.recovered
    assert plain.statistic == first.statistic == other.statistic
    assert first.recovered is not None
    assert first.profile is not None
    assert first.effect is not None
    assert first.effect.high == max(first.profile[1], first.recovered[1])


# The published figures


@pytest.mark.slow
@realdata
def test_russia_2011() -> None:
    # Klimek et al. 2012, table: f_i = 0.64, f_e = 0.033. With the clean side held as the paper does
    # (low_side) 0.61 of valid votes, 0.66 of ballots; with the clean side fitted as well, 0.57. The
    # paper fits the share alone by least squares, which leaves it open which of them is right.
    table = table_of("russia-2011")
    found = of_table(table, "ER", "valid")
    assert found.low_side == pytest.approx(0.64, abs=0.04)
    assert of_table(table, "ER", "ballots").low_side == pytest.approx(0.64, abs=0.04)
    assert found.statistic == pytest.approx(0.567, abs=0.005)
    assert found.extreme is not None
    assert found.extreme.value == pytest.approx(0.033, abs=0.005)
    # Two kinds of clean stations describe it better still: no stuffing is not excluded.
    assert found.two_kinds is not None
    assert found.two_kinds > 0
    assert found.effect is not None
    assert found.effect.low == 0


# What it must not claim


@pytest.mark.parametrize("seed", slow_but([1], [1, 2, 3, 4]))
def test_a_clean_heterogeneous_election_is_no_confident_stuffing(seed: int) -> None:
    found = of_table(clean_election(stations=5000, seed=seed).table, "A", "ballots")
    assert found.refused
    assert (found.statistic, found.effect, found.extreme) == (None, None, None)
    assert found.one_kind is not None  # the figures that it was refused by are kept


@realdata
@pytest.mark.parametrize(
    ("name", "leader", "cast", "why"),
    slow_rows_but(
        [("venezuela-2024-v1", "EG", "valid", "single kind")],
        [
            ("poland-2020-round1", "DUDA", "valid", "single kind"),
            ("venezuela-2024-v1", "EG", "valid", "single kind"),
            ("mexico-2006", "PAN", "ballots", "no stable answer"),
        ],
    ),
)
def test_real_elections_that_are_not_described_by_it(
    name: str, leader: str, cast: str, why: str
) -> None:
    found = of_table(table_of(name), leader, cast)
    assert why in found.refused


def test_it_is_a_description_and_says_so() -> None:
    for found in (fitted(TRUTH, sizes=SIZES[:2000]), klimek([5], [10], [200])):
        assert found.pvalue is None
        assert found.null == "none: a description"
        assert "clean election" in found.warnings[0]


# Plain data


def test_order_does_not_matter() -> None:
    sizes = SIZES[:1500]
    cast, votes = klimek_election(sizes, TRUTH, 8)
    order = np.random.default_rng(1).permutation(sizes.size)
    first = klimek(votes, cast, sizes, recoveries=2)
    second = klimek(votes[order], cast[order], sizes[order], recoveries=2)
    assert astuple(first) == astuple(second)


def test_small_stations_and_impossible_ones_are_left_out() -> None:
    sizes = SIZES[:1000]
    cast, votes = klimek_election(sizes, TRUTH, 8)
    more = klimek(
        np.append(votes, [5, 0, 5, 30]),
        np.append(cast, [10, 0, 300, 20]),
        np.append(sizes, [50, 200, 200, 200]),
        recoveries=0,
    )
    assert more.left_out == {
        "fewer than 100 registered voters": 1,
        "no ballots": 1,
        "more ballots than registered voters": 1,
        "more votes than ballots": 1,
    }
    assert more.statistic == klimek(votes, cast, sizes, recoveries=0).statistic


def test_unfit_data_are_refused() -> None:
    n = FEWEST_STATIONS
    assert "fewer than 500" in klimek([50] * (n - 1), [90] * (n - 1), [150] * (n - 1)).refused
    assert "hardly varies" in klimek([50] * n, [90] * n, [150] * n).refused
    everyone = klimek([150] * n, [150] * n, [150] * n)
    assert everyone.refused


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"votes": [1, -1]}, "votes are whole numbers"),
        ({"cast": [1.5, 2]}, "cast are whole numbers"),
        ({"registered": [1, 2, 3]}, "differ in length"),
        ({"recoveries": 1}, "recoveries"),
        ({"recoveries": -2}, "recoveries"),
        ({"seed": -1}, "seed"),
        ({"fewest_registered": 0}, "fewest registered"),
    ],
)
def test_bad_input(changed: dict[str, Any], said: str) -> None:
    given_: dict[str, Any] = {"votes": [1, 2], "cast": [5, 6], "registered": [9, 9]}
    with pytest.raises(InputError, match=said):
        klimek(**{**given_, **changed})
