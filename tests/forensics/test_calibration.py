"""Clean twins, the rates measured on them, and p-values that are adjusted together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, false_discovery_control

from tallyverify.forensics import homogeneity, integer_percentages
from tallyverify.forensics.calibration import rejection_rate as measured
from tallyverify.forensics.calibration.allowed_specs import allowed_specs
from tallyverify.forensics.calibration.calibration_spec import TURNOUT
from tallyverify.forensics.calibration.calibration_spec import CalibrationSpec as Spec
from tallyverify.forensics.calibration.clean_twin import twin_model
from tallyverify.forensics.calibration.rejection_rate import RejectionRate, calibrated, twins_for
from tallyverify.forensics.indicator import Indicator
from tallyverify.forensics.stations import Stations, stations_of
from tallyverify.simulate import clean_election, round_percentages
from tests.helpers.real import realdata
from tests.helpers.real import table_of as real_table
from tests.helpers.tiers import slow_but

batteries = import_module("tallyverify.forensics.calibration.battery")
battery = batteries.battery
DIGITS = ["F501", "F502", "F503"]
CLEAN = stations_of(clean_election(stations=3000, seed=2).table)
LARGER = stations_of(clean_election(stations=6000, seed=2).table)
MODEL = twin_model(CLEAN)
TWINS = [MODEL.draw(3, k) for k in range(60)]
OF_ONE = [MODEL.of([0]).draw(3, k) for k in range(60)]


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """What one test worked out is of no use to another."""
    monkeypatch.setattr(measured, "_CACHE", type(measured._CACHE)())


def plain(votes, *, ballots=None, registered=None, areas=()):
    """Stations from plain arrays."""
    votes = np.asarray(votes, dtype=np.int64)
    unknown = np.full(len(votes), np.nan)
    came = unknown if ballots is None else np.asarray(ballots, dtype=np.float64)
    return Stations(
        np.array([f"{k:05d}" for k in range(len(votes))], dtype=object),
        tuple("ABCDEFGH"[: votes.shape[1]]),
        votes,
        votes.sum(axis=1),
        came,
        came,
        unknown if registered is None else np.asarray(registered, dtype=np.float64),
        tuple(f"level {k}" for k in range(len(areas))),
        tuple(np.asarray(codes, dtype=np.int64) for codes in areas),
        tuple(np.array([str(k) for k in range(max(codes) + 1)], dtype=object) for codes in areas),
        0,
    )


def as_stations(twin, stations=CLEAN):
    """A twin as if it were the election."""
    return replace(
        stations,
        votes=twin.votes,
        valid=twin.valid,
        ballots=twin.ballots.astype(float),
        turned_out=twin.ballots.astype(float),
    )


# Twins


def test_twins_keep_the_voters_and_add_up():
    assert (MODEL.registered == CLEAN.registered).all()
    for twin in TWINS[:10]:
        assert (twin.ballots <= CLEAN.registered).all()
        assert (twin.votes.sum(axis=1) == twin.valid).all()
        assert (twin.valid <= twin.ballots).all()
        assert (twin.votes >= 0).all()
        assert twin.votes.shape == CLEAN.votes.shape


def test_a_twin_is_drawn_from_its_seed_and_number():
    again = MODEL.draw(3, 1)
    assert (again.votes == TWINS[1].votes).all()
    for other in (MODEL.draw(4, 1), MODEL.draw(3, 2)):
        assert (again.votes != other.votes).any(axis=1).mean() > 0.9


def test_national_figures_are_those_of_the_election_but_for_noise():
    for name in ("votes", "ballots"):
        drawn = np.array([getattr(twin, name).sum(axis=0) for twin in TWINS])
        truth = getattr(CLEAN, name).sum(axis=0)
        error = drawn.std(axis=0, ddof=1)
        assert (np.abs(drawn.mean(axis=0) - truth) < 4.5 * error).all()
        assert (error < 0.003 * truth).all()


def test_stations_of_a_centre_differ_as_much_as_in_the_election():
    centre = CLEAN.areas[-1]
    truth = homogeneity(CLEAN.votes[:, :2], centre).effect
    found = [homogeneity(twin.votes[:, :2], centre).effect.value for twin in TWINS]
    # The election's own χ²/df is one draw, with a standard error of a quarter of its interval.
    assert np.mean(found) == pytest.approx(truth.value, abs=(truth.high - truth.low) / 2)


@realdata
@pytest.mark.parametrize(
    "election", slow_but(["venezuela-2024-v1"], ["venezuela-2024-v1", "bolivia-2019-final"])
)
def test_stations_of_a_centre_differ_as_much_as_in_genuine_sheets(election):
    stations = stations_of(real_table(election))
    pair, centre = list(stations.ranked[:2]), stations.areas[-1]
    truth = homogeneity(stations.votes[:, pair], centre).effect.value
    twin = twin_model(stations).draw(0, 0)
    assert homogeneity(twin.votes[:, pair], centre).effect.value == pytest.approx(truth, rel=0.06)


def test_candidates_that_are_not_asked_are_drawn_as_one():
    some = MODEL.of([2])
    assert some.shares.sum(axis=1) == pytest.approx(1)
    assert (some.shares[:, 0] == MODEL.shares[:, 2]).all()
    drawn = [some.draw(3, k) for k in range(30)]
    for twin in drawn:
        assert (twin.votes[:, [0, 1]] == 0).all()
        assert (twin.votes[:, 2] <= twin.valid).all()
        assert (twin.valid <= twin.ballots).all()
    for name in ("votes", "valid", "ballots"):
        apart, whole = (
            np.array(
                [
                    getattr(twin, name)[..., -1] if name == "votes" else getattr(twin, name)
                    for twin in twins
                ]
            ).sum(axis=1)
            for twins in (drawn, TWINS)
        )
        error = np.hypot(apart.std(ddof=1) / 30**0.5, whole.std(ddof=1) / 60**0.5)
        assert abs(apart.mean() - whole.mean()) < 4.5 * error
    every = MODEL.of([0, 1, 2]).draw(3, 4)
    assert (every.votes == TWINS[4].votes).all()


def test_twins_of_areas_that_differ_differ_likewise():
    def between(votes, valid):
        state = CLEAN.areas[0]
        sums = np.bincount(state, votes), np.bincount(state, valid)
        return sums[0] / sums[1]

    truth = between(CLEAN.votes[:, 0], CLEAN.valid)
    found = np.array([between(twin.votes[:, 0], twin.valid) for twin in TWINS])
    assert found.mean(axis=0) == pytest.approx(truth, abs=0.003)


rows = st.integers(1, 4).flatmap(
    lambda candidates: st.lists(
        st.tuples(
            st.lists(st.integers(0, 60), min_size=candidates, max_size=candidates),
            st.integers(0, 20),
            st.integers(0, 50),
            st.integers(0, 1),
            st.integers(0, 2),
        ).filter(lambda row: sum(row[0]) > 0),
        min_size=1,
        max_size=20,
    )
)


@given(rows, st.booleans())
@settings(max_examples=60)
def test_smoothing_leaves_shares_shares(rows, known):
    votes = np.array([row[0] for row in rows])
    ballots = votes.sum(axis=1) + [row[1] for row in rows]
    registered = ballots + [row[2] for row in rows]
    state = np.array([row[3] for row in rows])
    stations = plain(
        votes,
        ballots=ballots,
        registered=registered if known else None,
        areas=(state, 3 * state + [row[4] for row in rows]),
    )
    model = twin_model(stations)
    assert (model.shares >= 0).all()
    assert model.shares.sum(axis=1) == pytest.approx(1)
    assert ((model.shares_kept >= 0) & (model.shares_kept <= 1)).all()
    twin = model.draw(1, 1)
    if known:
        assert ((model.turnout >= 0) & (model.turnout <= 1)).all()
        assert (twin.ballots <= registered).all()
    else:
        assert (twin.ballots == ballots).all()
    assert (twin.valid <= twin.ballots).all()
    # Nobody gets votes where nobody like it has any.
    assert (twin.votes.sum(axis=0)[votes.sum(axis=0) == 0] == 0).all()


def test_what_is_kept_by_hand():
    # One area, two candidates, all ballots valid: κ² = 1 - df/χ² with the textbook's χ².
    votes = np.array([[30, 70], [50, 50], [55, 45], [60, 140]])
    model = twin_model(plain(votes, areas=(np.zeros(4, dtype=int),)))
    mean = votes.sum(axis=0) / votes.sum()
    chi2 = ((votes - votes.sum(axis=1)[:, None] * mean) ** 2 / mean).sum(axis=1)
    kept = np.sqrt(1 - 3 / (chi2 / votes.sum(axis=1)).sum())
    assert model.shares_kept[0, 1] == pytest.approx([kept, kept, 0])
    own = votes / votes.sum(axis=1)[:, None]
    assert model.shares[:, :2] == pytest.approx(mean + kept * (own - mean))


@pytest.mark.parametrize("together", [2, 5])
def test_areas_of_few_stations_lose_the_chance_in_their_mean(together):
    """Else twins of places that are alike are 1 + 1 / together times as uneven, and too smooth."""
    rng = np.random.default_rng(together)
    votes = rng.multinomial(300, [0.1, 0.6, 0.3], size=4000)
    area = np.arange(4000) // together
    model = twin_model(plain(votes, areas=(area // 20, area)))
    ratios = [model.draw(1, k).votes.var(axis=0) / votes.var(axis=0) for k in range(20)]
    assert np.mean(ratios, axis=0) == pytest.approx(1, abs=0.06)
    # What differs by place stays as it is.
    places = rng.dirichlet([10, 60, 30], size=4000 // together)[area]
    votes = rng.multinomial(300, places)
    model = twin_model(plain(votes, areas=(area // 20, area)))
    ratios = [model.draw(1, k).votes.var(axis=0) / votes.var(axis=0) for k in range(20)]
    assert np.mean(ratios, axis=0) == pytest.approx(1, abs=0.03)


def test_stations_that_are_alike_lose_their_own_departure():
    rng = np.random.default_rng(1)
    votes = rng.multinomial(400, [0.5, 0.3, 0.2], size=500)
    model = twin_model(plain(votes, areas=(np.arange(500) // 5,)))
    assert model.shares[:, 0].std() < 0.3 * (votes[:, 0] / 400).std()
    alone = twin_model(plain(votes))
    assert alone.shares[:, 0].std() < 0.3 * (votes[:, 0] / 400).std()


def test_twins_of_targets_have_none():
    """What was done to single figures is not in the twins: F504 is 0 with variance 1."""
    election = clean_election(stations=3000, seed=5)
    stations = stations_of(round_percentages(election, 0.4, seed=5, of="turnout").table)

    def score(one):
        columns = one.votes[:, 0], one.ballots, stations.registered
        return integer_percentages(*columns).statistic

    assert score(stations) > 6
    model = twin_model(stations)
    scores = np.array([score(model.draw(0, k)) for k in range(80)])
    assert abs(scores.mean()) < 3.5 / np.sqrt(80)
    assert 0.75 < scores.std(ddof=1) < 1.25


# Calibration


@dataclass(frozen=True)
class Fixed:
    """A test that rejects by its own rule, and remembers how often it was prepared."""

    name: str
    rule: object
    prepared: list
    candidate: int | None = None
    most_twins: int = 1000

    def learn(self, twins):
        self.prepared.append(len(twins))
        return self.rule


def fixed(name, rule):
    """A test that looks at the first candidate, of whom twins have votes of their own."""
    return Fixed(name, rule, [], 0)


TESTS = {
    "always": lambda twin: True,
    "never": lambda twin: False,
    "even": lambda twin: twin.valid.sum() % 2 == 0,
    "large": lambda twin: twin.votes[0, 0] > CLEAN.votes[0, 0],
}


def test_rates_are_counted_on_the_twins_of_the_seed():
    found = calibrated(CLEAN, [fixed(*item) for item in TESTS.items()], seed=3, twins=60)
    assert (found["always"].rate, found["never"].rate) == (1, 0)
    for name in ("even", "large"):
        assert found[name] == RejectionRate(float(np.mean([TESTS[name](t) for t in OF_ONE])), 60)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_neither_the_order_of_tests_nor_the_threads_matter(workers, monkeypatch):
    monkeypatch.setattr("tallyverify.forensics.calibration.map_threads.WORKERS", workers)
    items = list(TESTS.items())
    found = calibrated(CLEAN, [fixed(*item) for item in reversed(items)], seed=3, twins=60)
    for name, rule in items:
        assert found[name].rate == np.mean([rule(twin) for twin in OF_ONE])


def test_what_was_worked_out_is_used_again():
    test, other = fixed("even", TESTS["even"]), fixed("large", TESTS["large"])
    first = calibrated(CLEAN, [test], seed=3, twins=20)["even"]
    again = calibrated(replace(CLEAN), [test, other], seed=3, twins=20)
    assert again["even"] is first
    assert (len(test.prepared), len(other.prepared)) == (1, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 4},
        {"twins": 21},
        {"stations": replace(CLEAN, votes=CLEAN.votes[::-1].copy())},
        {"stations": replace(CLEAN, registered=CLEAN.registered + 1)},
        {"stations": replace(CLEAN, areas=CLEAN.areas[:-1], levels=CLEAN.levels[:-1])},
    ],
)
def test_what_is_another_election_is_worked_out_anew(changed):
    test = fixed("even", TESTS["even"])
    asked = {"stations": CLEAN, "seed": 3, "twins": 20}
    for one in (asked, {**asked, **changed}):
        calibrated(one["stations"], [test], seed=one["seed"], twins=one["twins"])
    assert len(test.prepared) == 2


def test_expectations_are_not_learnt_from_the_twins_that_are_counted():
    seen = []

    class Watching(Fixed):
        def learn(self, twins):
            learnt = [twin.votes.tobytes() for twin in twins]

            def rejects(twin):
                seen.append(twin.votes.tobytes())
                return twin.votes.tobytes() in learnt

            return rejects

    assert calibrated(CLEAN, [Watching("w", None, [], 0)], seed=3, twins=30)["w"].rate == 0
    assert len(set(seen)) == 30


def test_what_fits():
    assert RejectionRate(0.075, 200).fit
    assert not RejectionRate(0.0751, 200).fit
    assert RejectionRate(0.0625, 400).scaled_by_rate(0.01) == pytest.approx(0.0125)
    assert RejectionRate(0.02, 400).scaled_by_rate(0.01) == 0.01
    assert RejectionRate(0.042, 500).words.startswith("rejects 4.2 % of clean elections")


def test_small_elections_get_more_twins():
    numbers = [twins_for(stations, 3) for stations in (0, 1, 5_000, 50_000, 10**6)]
    assert numbers == sorted(numbers, reverse=True)
    assert min(numbers) >= 200
    sizes = ((1_000, 3), (25_000, 3), (25_000, 10), (100_000, 10))
    assert [twins_for(*size) for size in sizes] == [1000, 480, 200, 200]


@pytest.mark.parametrize("code", ["F501", "F502", "F503", "F504", "F505", "F509"])
def test_what_is_calibrated_is_the_test_that_is_used(code):
    """On twins as if they were the election: the same verdict as the indicator itself."""
    every = LARGER if code == "F505" else CLEAN  # whose fit takes more to be measured
    few = np.arange(len(every)) % 2 == 0
    stations = replace(
        every,
        **{
            name: getattr(every, name)[few]
            for name in ("key", "votes", "valid", "ballots", "turned_out", "registered")
        },
        areas=tuple(codes[few] for codes in every.areas),
    )
    model = twin_model(stations)
    twins = [model.draw(9, k) for k in range(100)]
    learnt = [model.draw(9, 100 + k) for k in range(16)]
    for spec in allowed_specs(stations, [code]):
        rejects = spec.learn(learnt)
        predicted, own = [], []
        for twin in twins:
            runs = {one.name: one for one in allowed_specs(as_stations(twin, stations), [code])}
            result = runs[spec.name].run() if spec.name in runs else None
            if result is not None and not result.refused:
                predicted.append(bool(rejects(twin)))
                own.append(result.pvalue <= 0.05)
        if code in ("F504", "F505"):
            # What is expected is learnt once, and not worked out of each twin.
            assert np.mean(np.array(predicted) == own) >= 0.9, spec
            assert abs(np.mean(predicted) - np.mean(own)) <= 0.05, spec
        else:
            assert predicted == own, spec


# Battery


def scripted(pvalues, rules, monkeypatch):
    """A battery of tests whose p-values and errors are known."""

    def result(pvalue):
        return Indicator(
            code="F502",
            statistic=None if pvalue is None else 1.0,
            pvalue=pvalue,
            effect=None,
            used=10,
            null="none",
            refused="" if pvalue is not None else "too few",
        )

    tests = [
        Spec("F502", name, lambda p=p: result(p), lambda twins, rule=rule: rule, 0)
        for (name, p), rule in zip(pvalues.items(), rules, strict=True)
    ]
    monkeypatch.setattr(batteries, "allowed_specs", lambda stations, codes: tests)
    return {one.figure: one for one in battery(CLEAN, twins=40).tests}


def test_a_test_that_always_rejects_has_no_say(monkeypatch):
    found = scripted(
        {"a": 1e-12, "b": 0.01, "c": None, "d": 0.03},
        [TESTS["always"], TESTS["never"], TESTS["always"], TESTS["never"]],
        monkeypatch,
    )
    assert found["a"].calibration.rate == 1
    assert found["a"].adjusted is None
    assert not found["a"].flagged
    assert found["a"].refused.startswith("miscalibrated on these station sizes")
    assert "rejects 100.0 % of clean elections" in found["a"].refused
    assert (found["c"].refused, found["c"].adjusted, found["c"].calibration) == (
        "too few",
        None,
        None,
    )
    # Adjusted for two tests: what had no say does not count.
    assert (found["b"].adjusted, found["d"].adjusted) == pytest.approx((0.02, 0.03))
    assert found["b"].flagged
    assert not found["b"].refused


def test_flagged_at_the_adjusted_level(monkeypatch):
    found = scripted({"a": 0.04, "b": 0.9, "c": 0.0}, [TESTS["never"]] * 3, monkeypatch)
    assert [found[name].adjusted for name in "abc"] == pytest.approx([0.06, 0.9, 0])
    assert [found[name].flagged for name in "abc"] == [False, False, True]


def by_hand(fit):
    """p-values times their own error over 0.05, where that is more, then Benjamini–Hochberg's."""
    charged = [min(1, one.result.pvalue * max(1, one.calibration.rate / 0.05)) for one in fit]
    return list(false_discovery_control(charged))


def test_a_test_is_charged_for_its_own_error(monkeypatch):
    def rarely(twin):
        return int(twin.valid.sum()) % 16 == 0  # 5 % of the twins, more or less

    rate = calibrated(CLEAN, [fixed("rarely", rarely)], twins=40)["rarely"].rate
    found = scripted({"a": 0.02, "b": 0.5}, [rarely, TESTS["never"]], monkeypatch)
    charged = 0.02 * max(1, rate / 0.05)
    if rate <= 0.075:
        assert found["a"].adjusted == pytest.approx(2 * charged)
    else:
        assert found["a"].adjusted is None


def test_pvalues_are_adjusted_together():
    found = battery(CLEAN, codes=[*DIGITS, "F504", "F505"], twins=60)
    fit = [one for one in found.tests if not one.refused]
    assert len(fit) >= 8
    assert [one.adjusted for one in fit] == pytest.approx(by_hand(fit))
    assert all(one.adjusted >= one.result.pvalue for one in fit)
    assert found.flagged == tuple(one for one in fit if one.adjusted <= 0.05)
    frame = found.to_frame()
    assert frame["code"].is_monotonic_increasing
    assert frame["adjusted"].count() == len(fit)
    assert (frame["not_applicable"] == "").sum() == len(fit)
    assert repr(found).startswith(f"<Battery: {len(found.flagged)} of {len(fit)} tests flagged")


def test_tests_that_were_not_asked_are_not_adjusted_for():
    found = battery(CLEAN, codes=["F502"], twins=200).tests
    assert [one.code for one in found] == ["F502"] * 3
    fit = [one for one in found if not one.refused]
    assert len(fit) >= 2
    assert [one.adjusted for one in fit] == pytest.approx(by_hand(fit))


def test_last_digits_of_crowded_counts_are_miscalibrated():
    # Counts of 10 to 25 are not uniform in their last digit, and nobody made them up.
    rng = np.random.default_rng(1)
    few = rng.binomial(60, 0.25, 3000)
    found = battery(plain(np.column_stack([few, 60 - few])), codes=["F502"], twins=60)
    small = next(one for one in found.tests if one.figure == "B")
    crowded = next(one for one in found.tests if one.figure == "A")
    assert crowded.result.pvalue < 1e-6
    assert crowded.calibration.rate > 0.9
    assert "miscalibrated" in crowded.refused
    assert not crowded.flagged
    assert not small.flagged
    assert found.flagged == ()


def test_no_stations_no_tests():
    empty = plain(np.zeros((0, 2)))
    found = battery(empty)
    assert (found.tests, found.twins, found.flagged) == ((), 0, ())
    assert len(found.to_frame()) == 0


def test_the_rows_may_stand_in_any_order():
    table = clean_election(stations=600, seed=4).table
    order = np.random.default_rng(1).permutation(len(table))
    found, shuffled = (
        battery(one, codes=[*DIGITS, "F504", "F505"], twins=20)
        for one in (table, table.take(order))
    )
    assert found.to_frame().equals(shuffled.to_frame())


def test_clean_elections_are_hardly_ever_flagged():
    # Of true nulls all flags are false: the family-wise rate of Benjamini–Hochberg is 0.05.
    flagged = 0
    for seed in range(30):
        table = clean_election(stations=600, seed=seed).table
        flagged += bool(battery(table, codes=[*DIGITS, "F504", "F505"], twins=40).flagged)
    assert flagged <= binom.ppf(0.999, 30, 0.05)


@pytest.mark.parametrize(
    ("first", "p", "looks", "counts"),
    [(0.1, 1e-9, 2, 0.06), (0.1, 0.3, 1, 0.1), (0.9, 1e-9, 1, 0.9), (0.07, 1e-9, 1, 0.07)],
)
def test_a_small_pvalue_is_not_left_out_for_the_chance_in_a_rate(
    monkeypatch: pytest.MonkeyPatch, first: float, p: float, looks: int, counts: float
) -> None:
    election = round_percentages(clean_election(stations=3000, seed=5), 0.4, seed=5)
    stations, asked = stations_of(election.table), []

    def rates(_, tests, *, thorough=False, **__):
        asked.append(thorough)
        return {test.name: RejectionRate(0.06 if thorough else first, 200) for test in tests}

    def specs(*_):
        (one,) = [spec for spec in allowed_specs(stations, ["F504"]) if spec.figure == TURNOUT]
        return [replace(one, run=lambda: replace(one.run(), pvalue=p))]

    module = import_module("tallyverify.forensics.calibration.battery")
    monkeypatch.setattr(module, "calibrated", rates)
    monkeypatch.setattr(module, "allowed_specs", specs)
    (one,) = module.battery(stations, codes=["F504"]).tests
    assert asked == [False, True][:looks]
    assert one.calibration.rate == counts
    assert one.flagged == (counts <= 0.075 and p < 0.01)


def test_a_thorough_look_is_at_other_twins() -> None:
    asked = [spec for spec in allowed_specs(CLEAN, ["F502"]) if spec.candidate == 0]
    (first,) = calibrated(CLEAN, asked, twins=200).values()
    (again,) = calibrated(CLEAN, asked, twins=200, thorough=True).values()
    assert (first.twins, again.twins) == (200, 800)
    assert again.rate == pytest.approx(0.05, abs=0.03)
    assert calibrated(CLEAN, asked, twins=200)[asked[0].name] == first
