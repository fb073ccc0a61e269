"""Expected numbers of strata, and the stratified ratio estimate of what they hold."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from tallyverify.checking.stations_kept import Sheets
from tallyverify.errors import InputError, TallyVerifyError
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.sampling_frame import SamplingFrame, assemble_frame
from tallyverify.inference.sampling.ratio import ratio
from tallyverify.inference.sampling.strata import (
    Strata,
    national_stratum,
    registry_strata,
    strata_of,
)
from tallyverify.inference.sampling.stratified import ratio_figures, ratio_outcome, within_seen
from tests.inference.test_engine import with_seen

Floats = NDArray[np.float64]


def sheets_of(states: str = "NNNSSS", voters: float = 100.0, read: Any = True) -> Sheets:
    """Stations of the states North, South and so on; each in a town of its state."""
    names = {"N": "North", "S": "South", "E": "East"}
    count = len(states)
    columns = {
        "station": np.array([f"{at:03d}" for at in range(count)], dtype=object),
        "registered": np.full(count, voters),
        "votes": np.arange(2 * count).reshape(count, 2) + 20,
        "read": np.broadcast_to(read, count).copy(),
        "area:state": np.array([names[state] for state in states], dtype=object),
        "area:town": np.array(["Port"] * count, dtype=object),
    }
    return Sheets(count, (columns,))


def built(sheets: Sheets) -> SamplingFrame:
    return assemble_frame(sheets, ("A", "B"), ("state", "town"))


def strata(
    expected: dict[str, Any], sheets: Sheets | None = None, by: list[str] | None = None
) -> Strata:
    sheets = sheets_of() if sheets is None else sheets
    found = built(sheets)
    table = pd.DataFrame(expected)
    return strata_of(sheets, found.population, found.voters_known, table, ("state", "town"), by)


def test_strata_by_state() -> None:
    found = strata({"state": ["SOUTH ", "East", "North"], "stations": [5, 2, 4]})
    assert found.names == ("SOUTH ", "East", "North")
    assert found.code.tolist() == [2, 2, 2, 0, 0, 0]
    assert found.stations.tolist() == [5, 2, 4]
    assert (found.registered, found.notes) == (None, ())


def test_strata_by_state_and_town() -> None:
    table: dict[str, Any] = {"town": ["Port"] * 2, "state": ["South", "North"]}
    table |= {"stations": [3, 9], "registered": [300, 950]}
    found = strata(table)
    assert found.names == ("South / Port", "North / Port")
    assert found.code.tolist() == [1, 1, 1, 0, 0, 0]
    assert found.registered is not None
    assert found.registered.tolist() == [300.0, 950.0]
    by_state = strata({**table, "town": ["x", "y"]}, by=["state"])
    assert by_state.names == ("South", "North")


def test_a_stratum_seen_whole_takes_its_voters_from_the_sheets() -> None:
    found = strata({"state": ["North", "South"], "stations": [3, 5], "registered": [330, 600]})
    assert found.registered is not None
    assert found.registered.tolist() == [300.0, 600.0]
    (note,) = found.notes
    assert note.endswith("with every station seen: the registered voters are taken from the sheets")


def test_the_number_of_stations_follows_from_voters() -> None:
    sizes = sheets_of(read=[True] * 5 + [False])
    found = strata({"state": ["North", "South", "East"], "registered": [849, 300, 451]}, sizes)
    # 100 voters a station, as in all that were seen; the last one need not be full.
    assert found.stations.tolist() == [9, 3, 5]
    assert found.notes == (
        "the number of stations is not known: registered voters by the mean seen",
    )


def test_voters_are_not_used_where_the_sheets_state_none() -> None:
    found = strata(
        {"state": ["North", "South"], "stations": [4, 5], "registered": [1, 1]},
        sheets_of(voters=np.nan),
    )
    assert found.registered is None
    assert found.notes == ("the sheets state no registered voters, so those expected are not used",)
    with pytest.raises(InputError, match="nothing says how many stations there are"):
        strata({"state": ["North", "South"], "registered": [9, 9]}, sheets_of(voters=np.nan))


@pytest.mark.parametrize(
    ("expected", "what", "found", "allowed"),
    [
        ({"stations": [3, 2]}, "more stations were seen", "3", "at most the 2 given"),
        (
            {"stations": [3, 9], "registered": [300, 250]},
            "more registered voters were seen",
            "300",
            "at most the 250 given",
        ),
        ({"registered": [900, 250]}, "more registered voters were seen", "300", "the 250 given"),
    ],
)
def test_more_seen_than_expected_is_refused(
    expected: dict[str, list[int]], what: str, found: str, allowed: str
) -> None:
    with pytest.raises(InputError, match=what) as caught:
        strata({"state": ["North", "South"], **expected})
    error = caught.value
    assert (error.place, error.found) == ("'South'", found)
    assert error.expected is not None
    assert error.expected.endswith(allowed)


def test_a_sheet_that_was_not_read_is_not_seen() -> None:
    sheets = sheets_of(read=[True] * 4 + [False] * 2)
    assert strata({"state": ["North", "South"], "stations": [3, 1]}, sheets).stations[1] == 1
    with pytest.raises(InputError, match="more stations were seen"):
        strata({"state": ["North", "South"], "stations": [2, 1]}, sheets)


def test_an_area_that_is_not_expected_is_refused() -> None:
    with pytest.raises(InputError, match="areas that the expected numbers do not have") as caught:
        strata({"state": ["Nort", "South"], "stations": [9, 9]})
    assert caught.value.found == "'north'"
    assert caught.value.expected == "'nort', 'south'"
    assert caught.value.hint == "did you mean 'nort'?"
    with pytest.raises(InputError) as caught:
        strata({"state": ["North"], "town": ["Prot"], "stations": [9]}, sheets_of("NN"))
    assert caught.value.hint == "did you mean 'north / prot'?"


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (
            {"state": ["North", " NORTH", "South"], "stations": [9, 9, 9]},
            r"twice\n  found: 'north'",
        ),
        ({"state": ["North", "South"]}, r"lack both stations and registered"),
        ({"estado": ["North"], "stations": [9]}, r"by areas of the actas\n  found: 'estado'"),
        ({"state": ["North", "South"], "stations": [9, -1]}, r"column stations: .*negative"),
        (
            {"state": ["North", "South"], "stations": [9, None]},
            r"negative or no whole number",
        ),
        ({"state": ["North", "South"], "registered": [np.inf, 900]}, r"column registered"),
    ],
)
def test_tables_that_do_not_fit_are_refused(expected: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        strata(expected)


def test_a_stratum_is_a_level_of_the_table() -> None:
    with pytest.raises(InputError) as caught:
        strata({"state": ["North", "South"], "stations": [9, 9]}, by=["stat"])
    assert caught.value.hint == "did you mean 'state'?"


def test_the_country_as_one_stratum() -> None:
    found = built(sheets_of())
    one = national_stratum(found.population, found.voters_known, 40, 5000)
    assert (one.stations.tolist(), one.code.tolist()) == ([40], [0] * 6)
    assert national_stratum(found.population, True, None, 5000).stations.tolist() == [50]
    with pytest.raises(InputError, match="more stations were seen") as caught:
        national_stratum(found.population, True, 5, None)
    assert (caught.value.found, caught.value.expected) == ("6", "at most the 5 given")
    with pytest.raises(InputError, match="more registered voters were seen"):
        national_stratum(found.population, True, 9, 599)
    with pytest.raises(InputError, match="nothing says how many"):
        national_stratum(found.population, True, None, None)


def test_a_registry_s_areas_as_strata() -> None:
    found = built(sheets_of(read=[True, False] * 3))
    by_state = registry_strata(found.population, found.areas, True)
    assert by_state.names == ("North", "South")
    assert by_state.stations.tolist() == [3, 3]
    assert by_state.registered is not None
    assert by_state.registered.tolist() == [300.0, 300.0]
    assert registry_strata(found.population, found.areas, False).registered is None
    flat = dataclasses.replace(found.population, tree=AreaTree.of([], 6), levels=())
    assert registry_strata(flat, (), True).names == ("the whole country",)


# The estimate


def election(seed: int, per: int = 50, states: int = 3) -> Population:
    """Return states that differ, ``per`` stations of each, the rest outside of the population."""
    rng = np.random.default_rng(seed)
    state = np.repeat(np.arange(states), per)
    size = rng.integers(100, 900, len(state))
    share = np.clip(0.3 + 0.15 * state + rng.normal(0, 0.05, len(state)), 0.05, 0.9)
    valid = rng.binomial(size, 0.6 + 0.1 * (state == 1))
    first = rng.binomial(valid, share)
    votes = np.column_stack([first, valid - first]).astype(float)
    seen = np.ones(len(state), dtype=bool)
    return Population(AreaTree.of([state]), size.astype(float), seen, votes, ("A", "B"), ("state",))


def of_population(population: Population, stations: Any, registered: Any = None) -> Strata:
    count = len(stations)
    return Strata(
        tuple(f"state {at}" for at in range(count)),
        population.tree.of_station(1),
        np.array(stations),
        None if registered is None else np.array(registered, dtype=float),
    )


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("per", "form"), [(50, "separate"), (20, "combined")])
def test_figures_are_those_of_the_ratio_estimator(known: bool, per: int, form: Any) -> None:
    population = election(1, per=per)
    stations, voters = [80, 90, 60], [45_000.0, 50_000.0, 31_000.0]
    found = of_population(population, stations, voters if known else None)
    totals, shares, told = ratio_figures(population, found)
    assert told.form == form
    y = np.column_stack([population.votes, population.valid])
    base = population.size if known else np.ones(len(population))
    code = population.tree.of_station(1)
    size = voters if known else stations
    ours = ratio(y, base, code, stations=stations, size=size, form=form)
    np.testing.assert_allclose(totals.estimate, ours.total)
    np.testing.assert_allclose(totals.error, ours.total_se)
    np.testing.assert_allclose(shares.estimate, ours.total[:2] / ours.total[2])
    assert (totals.freedom == ours.df).all()
    assert not totals.shift.any()
    # The share's error is that of the sum of votes − share × valid, by linearity.
    contrast = ours.contrast([1.0, 0.0, -shares.estimate[0]])
    assert shares.error[0] == pytest.approx(contrast.se * sum(size) / totals.estimate[2], rel=1e-9)
    np.testing.assert_allclose(shares.error[0], shares.error[1], rtol=1e-9)

    outcome = ratio_outcome(population, found, (1, 0))
    np.testing.assert_allclose(outcome.estimate[:2], shares.estimate[::-1])
    np.testing.assert_allclose(outcome.error[:2], shares.error[::-1], rtol=1e-9)
    assert outcome.estimate[2] == pytest.approx(outcome.estimate[0] - outcome.estimate[1])
    # Of two candidates, the margin is twice as uncertain as a share.
    assert outcome.error[2] == pytest.approx(2 * shares.error[0], rel=1e-9)
    # Where the voters of a stratum are not known, its seen stations stand for the others.
    means = np.bincount(code, population.size * population.seen) / np.bincount(
        code, population.seen
    )
    people = sum(voters) if known else float(means @ np.array(stations))
    assert outcome.estimate[3] == pytest.approx(totals.estimate[2] / people)
    assert outcome.error[3] == pytest.approx(totals.error[2] / people)


def test_unseen_votes_of_each_stratum_at_its_own_ratio() -> None:
    population = election(2)
    found = of_population(population, [80, 50, 60], [45_000.0, 0.0, 31_000.0])
    voters = np.bincount(population.tree.of_station(1), population.size)
    registered = np.array([45_000.0, voters[1], 31_000.0])
    outcome = ratio_outcome(population, dataclasses.replace(found, registered=registered), (0, 1))
    votes = np.stack(
        [population.votes[population.tree.of_station(1) == h].sum(axis=0) for h in range(3)]
    )
    unseen = votes * ((registered - voters) / voters)[:, None]
    np.testing.assert_allclose(outcome.votes, unseen.sum(axis=1), atol=1e-9)
    both = votes[:, 0] / votes.sum(axis=1)
    np.testing.assert_allclose(outcome.share, np.where([True, False, True], both, 0.5))


def test_a_stratum_of_which_nothing_was_seen_is_refused() -> None:
    population = election(3)
    found = of_population(population, [80, 90, 60])
    gone = with_seen(population, population.tree.of_station(1) != 1)
    with pytest.raises(TallyVerifyError, match=r"seen in 1 stratum, such as state 1, so nothing"):
        ratio_figures(gone, found)
    with pytest.raises(TallyVerifyError, match=r"in 2 strata, such as state 0"):
        ratio_outcome(with_seen(population, population.tree.of_station(1) == 2), found, (0, 1))
    # A stratum without stations has nothing that could be seen.
    none = of_population(population, [80, 0, 60])
    totals, _, _ = ratio_figures(gone, none)
    assert np.isfinite(totals.estimate).all()


def test_a_backtest_knows_of_the_seen_and_the_hidden_only() -> None:
    population = election(4)
    found = of_population(population, [80, 90, 60], [45_000.0, 50_000.0, 31_000.0])
    hidden = np.arange(150) % 5 == 0
    within = within_seen(population.hiding(hidden), found)
    voters = np.bincount(population.tree.of_station(1), population.size)
    assert within.stations.tolist() == [50, 50, 50]
    assert within.registered is not None
    np.testing.assert_allclose(within.registered, voters)
    bare = dataclasses.replace(found, registered=None)
    assert within_seen(population.hiding(hidden), bare).registered is None


def test_all_seen_is_exact() -> None:
    population = election(5)
    found = registry_strata(population, ("x", "y", "z"), True)
    totals, shares, _ = ratio_figures(population, found)
    np.testing.assert_allclose(totals.estimate[:2], population.votes.sum(axis=0), rtol=1e-12)
    assert not totals.error.any()
    assert not shares.error.any()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("per", [80, 160])
def test_splitting_a_stratum_at_random_is_sampling_noise(known: bool, per: int) -> None:
    rng = np.random.default_rng(6)
    gaps, forms = [], set()
    for seed in range(60):
        population = with_seen(election(seed, per), rng.random(3 * per) < 0.6)
        one = registry_strata(population, ("x", "y", "z"), known)
        # The halves of the second state, drawn without regard to what was seen.
        code = one.code.copy()
        code[rng.permutation(np.flatnonzero(code == 1))[: per // 2]] = 3
        voters: Any = np.bincount(code, population.size) if known else None
        split = Strata(("x", "y", "z", "w"), code, np.bincount(code), voters)
        first, shares, told = ratio_figures(population, one)
        second, other, again = ratio_figures(population, split)
        share = (other.estimate - shares.estimate) / np.maximum(other.error, shares.error)
        total = (second.estimate - first.estimate) / np.maximum(second.error, first.error)
        gaps.append([share[0], total[-1]])
        forms.add((told.form, again.form))
    # Halves of which fewer than thirty were seen have no ratios of their own.
    assert forms == {("separate", "separate" if per == 160 else "combined")}
    # With known voters, the other form is another estimator, with an error of its own.
    scale = 6.0 if known and per == 80 else 1.0
    assert (np.abs(gaps).max(axis=0) < 0.35 * scale).all()
    assert (np.abs(gaps).mean(axis=0) < 0.11 * scale).all()
    assert (np.abs(np.mean(gaps, axis=0)) < 0.04 * scale).all()
