"""Alterations: the dose asked for, sheets that still add up, and a truth that is true."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify import Case, Declared, verify
from tallyverify.draws import station_uniforms
from tallyverify.errors import InputError
from tallyverify.simulate import (
    ALTERATIONS,
    Altered,
    clean_election,
    copy_actas,
    invent_digits,
    move_votes,
    round_percentages,
    stuff,
    stuff_extreme,
    swap_tallies,
    type_totals,
    withhold,
)
from tallyverify.simulate.alter import FAVOURING
from tallyverify.simulate.alter.digits import DIGITS
from tallyverify.table.actas import ActaTable
from tests.helpers.cases import declared_of, nation, table_of
from tests.helpers.real import realdata
from tests.helpers.real import table_of as real_table

NAMES = ["A", "B", "C"]
ON_SHEETS = [name for name in ALTERATIONS if name not in ("typed", "withheld")]
CLEAN = clean_election(stations=600, seed=4)
CLEAR = clean_election(stations=2000, seed=4)


def frames(found: Altered, clean: ActaTable = CLEAN.table) -> tuple[Any, Any]:
    """Altered stations before and after."""
    where = found.truth["altered"].to_numpy()
    return clean.frame[where], found.table.frame[where]


def assert_sound(frame: pd.DataFrame) -> None:
    assert (frame[NAMES].sum(axis=1) == frame["valid"]).all()
    assert (frame[["valid", "null", "blank"]].sum(axis=1) == frame["ballots"]).all()
    assert (frame["ballots"] <= frame["registered"]).all()
    assert (frame[[*NAMES, "null", "blank"]] >= 0).all(axis=None)


# -- what holds for all


@given(name=st.sampled_from(ON_SHEETS), dose=st.floats(0, 0.3), seed=st.integers(0, 2**40))
@settings(max_examples=60)
def test_sheets_add_up_and_the_truth_is_true(name: str, dose: float, seed: int) -> None:
    found = ALTERATIONS[name](CLEAN, dose, seed=seed)
    clean, frame, truth = CLEAN.table.frame, found.table.frame, found.truth
    # A sheet to copy must fit the station's voters, and some areas have none left.
    least = 0.9 if name == "copied" else 1.0
    assert least * round(dose * 600) <= found.stations <= round(dose * 600)
    assert found.kind == name
    assert_sound(frame)
    where = truth["altered"].to_numpy()
    assert set(truth["kind"][where]) <= {name}
    assert set(truth["kind"][~where]) <= {""}
    pd.testing.assert_frame_equal(frame[~where], clean[~where])
    assert truth["station"].tolist() == clean["station"].tolist()
    assert frame["registered"].equals(clean["registered"])
    changed = {column for column in clean if not clean[column].equals(frame[column])}
    assert {f"clean_{column}" for column in changed} == set(truth) - {"station", "kind", "altered"}
    for column in changed:
        assert truth[f"clean_{column}"].tolist() == clean[column].tolist()
    different = (frame[NAMES] != clean[NAMES]).any(axis=1).to_numpy()
    assert (different == where).all()


@pytest.mark.parametrize("name", [*ON_SHEETS, "withheld"])
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    shuffled = CLEAN.table.take(np.random.default_rng(1).permutation(600))
    one, two = (ALTERATIONS[name](each, 0.2, seed=3) for each in (CLEAN, shuffled))
    ours, theirs = (each.table.frame.sort_values("station") for each in (one, two))
    columns = ["station", *CLEAN.table.figures]
    assert ours[columns].to_numpy().tolist() == theirs[columns].to_numpy().tolist()
    ours, theirs = (each.truth.sort_values("station") for each in (one, two))
    assert ours.to_numpy().tolist() == theirs.to_numpy().tolist()


@pytest.mark.parametrize("name", [*ON_SHEETS, "withheld"])
def test_a_larger_dose_alters_more_and_another_seed_others(name: str) -> None:
    def chosen(dose: float, seed: int) -> set[str]:
        truth = ALTERATIONS[name](CLEAN, dose, seed=seed).truth
        return set(truth["station"][truth["altered"]])

    assert chosen(0.1, 1) < chosen(0.25, 1)
    assert chosen(0.1, 1) != chosen(0.1, 2)
    assert chosen(0, 1) == set()


def test_different_kinds_choose_different_stations() -> None:
    truths = [ALTERATIONS[name](CLEAN, 0.1, seed=1).truth for name in ON_SHEETS]
    chosen = [frozenset(truth["station"][truth["altered"]]) for truth in truths]
    assert len(set(chosen)) == len(chosen)


def test_stations_are_a_fair_draw() -> None:
    times = np.zeros(600)
    for seed in range(100):
        times += move_votes(CLEAN, 0.3, seed=seed).truth["altered"].to_numpy()
    # Binomial(100, 0.3): mean 30, standard deviation 4.6.
    assert times.mean() == pytest.approx(30)
    assert times.std() == pytest.approx(4.58, rel=0.1)


def test_station_uniforms_are_even_and_unrelated() -> None:
    keys = CLEAR.table.spelt_hash
    one, two = station_uniforms(keys, 3), station_uniforms(keys, 3, "other")
    # 2,000 numbers: a bin of ten holds 200, with a standard deviation of 13.
    assert np.abs(np.histogram(one, 10, (0, 1))[0] - 200).max() < 52
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.09
    assert (one == station_uniforms(keys, 3)).all()


@pytest.mark.parametrize("name", ON_SHEETS)
def test_no_rule_notices(name: str) -> None:
    """T207 may: sheets copied on purpose are identical."""
    found = ALTERATIONS[name](CLEAN, 0.1, seed=1)
    declared = replace(CLEAN, table=found.table).declared()
    report = verify(
        Case(CLEAN.contest, found.table, declared, CLEAN.registry), checks="rules,compare"
    )
    codes = {f.code for f in report.findings if f.evidence != "note"}
    assert codes <= ({"T207"} if name == "copied" else set())


# -- each


def test_stuffing() -> None:
    found = stuff(CLEAR, 0.5, seed=1, candidate="C", fraction=0.4)
    before, after = frames(found, CLEAR.table)
    added = after["C"] - before["C"]
    assert (added == after["ballots"] - before["ballots"]).all()
    assert (after[["A", "B"]] == before[["A", "B"]]).all(axis=None)
    away = (before["registered"] - before["ballots"]).sum()
    assert added.sum() / away == pytest.approx(0.4, abs=0.01)


def test_extreme_stuffing() -> None:
    before, after = frames(stuff_extreme(CLEAR, 0.2, seed=1, candidate="B"), CLEAR.table)
    assert (after["ballots"] / after["registered"]).mean() == pytest.approx(0.994, abs=0.003)
    assert (after["B"] / after["valid"]).mean() > 0.97
    assert (after[["null", "blank"]] == before[["null", "blank"]]).all(axis=None)


def test_moved() -> None:
    found = move_votes(CLEAR, 0.5, seed=1, candidate="C", source="A", fraction=0.1)
    before, after = frames(found, CLEAR.table)
    assert (after["valid"] == before["valid"]).all()
    assert (after["A"] + after["C"] == before["A"] + before["C"]).all()
    assert 1 - after["A"].sum() / before["A"].sum() == pytest.approx(0.1, abs=0.003)
    leader, second = sorted(NAMES, key=lambda name: -CLEAR.truth[name])[:2]
    before, after = frames(move_votes(CLEAR, 0.5, seed=1), CLEAR.table)
    assert after[leader].sum() > before[leader].sum()
    assert after[second].sum() < before[second].sum()


def test_swapped() -> None:
    before, after = frames(
        swap_tallies(CLEAR, 0.1, seed=1, candidate="A", other="B", gap=0.2), CLEAR.table
    )
    assert (after["A"] == before["B"]).all()
    assert (after["B"] == before["A"]).all()
    assert ((before["A"] - before["B"]).abs() >= 0.2 * (before["A"] + before["B"])).all()


@pytest.mark.parametrize("step", [1, 5, 10])
@pytest.mark.parametrize("of", ["turnout", "share"])
@pytest.mark.parametrize("direction", ["up", "nearest"])
def test_targets(of: Any, step: int, direction: Any) -> None:
    found = round_percentages(
        CLEAR, 0.2, seed=1, candidate="A", of=of, step=step, direction=direction
    )
    assert found.stations == 400
    assert_sound(found.table.frame)
    before, after = (frame.astype(float, errors="ignore") for frame in frames(found, CLEAR.table))
    count, whole = ("ballots", "registered") if of == "turnout" else ("A", "valid")
    # Each is the integer nearest to a round percentage.
    rounds = np.arange(0, 101, step) / 100
    size = after[whole].to_numpy(dtype=float)
    near = np.floor(np.outer(size, rounds) + 0.5 + 1e-9)
    assert (near == after[count].to_numpy(dtype=float)[:, None]).any(axis=1).all()
    moved = after[count] - before[count]
    if direction == "up":
        assert (moved > 0).all()
    assert (moved.abs() <= size * step / 100 / (1 if direction == "up" else 2) + 1).all()
    if of == "share":
        assert (after["valid"] == before["valid"]).all()
        # What is taken from the others is in proportion to what they have, to the vote.
        left = 1 - moved / (before["B"] + before["C"])
        for name in "BC":
            assert (after[name] - before[name] * left).abs().max() <= 1
    else:
        assert (after[["B", "C"]] == before[["B", "C"]]).all(axis=None)


def test_targets_leave_what_is_round_already() -> None:
    rows = [{"valid": 100, "A": 60, "B": 40, "C": 0}] * 3 + [
        {"valid": 99, "A": 58, "B": 41, "C": 0}
    ]
    found = round_percentages(table_of(rows), 1, seed=0, of="share", candidate="A")
    assert found.truth["altered"].tolist() == [False, False, False, True]
    assert found.table.frame["A"].tolist()[-1] == 59
    assert found.dose == 0.25


def test_invented_digits() -> None:
    found = invent_digits(CLEAR, 0.8, seed=1)
    before, after = frames(found, CLEAR.table)
    for name in NAMES:
        assert ((after[name] - before[name]).abs() <= 99).all()
        assert (after[name][before[name] < 10] == before[name][before[name] < 10]).all()
        assert (after[name].astype(str).str.len() >= before[name].astype(str).str.len()).all()
    large = np.concatenate([after[name][after[name] >= 100].to_numpy() for name in NAMES])
    last, tens = large % 10, large // 10 % 10
    apart = np.minimum((last - tens) % 10, (tens - last) % 10)
    clean = np.concatenate([before[name][before[name] >= 100].to_numpy() for name in NAMES])
    # About 3,000 counts: a share of 10 % has a standard error of 0.6 points.
    assert np.mean(clean % 10 == clean // 10 % 10) == pytest.approx(0.1, abs=0.02)
    assert np.mean(apart == 0) < 0.05
    assert np.mean(apart == 1) > 0.23
    often = np.bincount(last, minlength=10) / len(last)
    assert np.corrcoef(often, DIGITS)[0, 1] > 0.9


def test_copied() -> None:
    found = copy_actas(CLEAN, 0.1, seed=1)
    before, after = frames(found)
    columns = ["centre", *NAMES, "ballots", "null", "blank", "valid"]
    others = found.table.frame[~found.truth["altered"].to_numpy()]
    sheets = {tuple(row) for row in others[columns].to_numpy().tolist()}
    assert all(tuple(row) in sheets for row in after[columns].to_numpy().tolist())
    assert (after["registered"] == before["registered"]).all()


def test_copied_where_there_are_no_areas() -> None:
    rows = [{"A": 3 + at, "B": 9, "C": 1, "valid": 13 + at} for at in range(9)]
    assert copy_actas(table_of(rows), 1, seed=1).stations == 4


def test_withheld() -> None:
    share = (CLEAR.table.frame["A"] / CLEAR.table.frame["valid"]).to_numpy(dtype=float)
    means = []
    for tilt in (1.0, 0.0, -1.0):
        found = withhold(CLEAR, 0.3, seed=1, candidate="A", tilt=tilt)
        hidden = found.truth["altered"].to_numpy()
        assert len(found.table) == 1400
        assert set(found.table.frame["station"]) == set(found.truth["station"][~hidden])
        means.append(share[hidden].mean() - share[~hidden].mean())
    assert means[0] > 0.08
    assert means[1] == pytest.approx(0, abs=0.03)
    assert means[2] < -0.08


def test_typed_as_a_real_bulletin_was() -> None:
    """Bulletin 1 of Venezuela 2024: each count is the nearest to a one-decimal percentage."""
    bulletin = nation(
        valid=10_058_774,
        votes={"A": 5_150_000, "B": 4_446_000},
        groups=[{"name": "others", "candidates": ["C"], "votes": 462_774}],
    )
    found = type_totals(declared_of(bulletin))
    (row,) = found.declared.bulletins[0].areas
    assert row.figures == {"A": 5_150_092, "B": 4_445_978, "others": 462_704}
    assert row.valid == 10_058_774
    assert found.truth["clean_A"].tolist() == [5_150_000]


@given(
    votes=st.lists(st.integers(0, 400_000), min_size=1, max_size=9).filter(sum),
    decimals=st.integers(0, 4),
)
def test_typed_counts_add_up_and_are_nearest(votes: list[int], decimals: int) -> None:
    figures = {f"C{k}": count for k, count in enumerate(votes)}
    declared = declared_of(nation(valid=sum(votes), votes=figures, ballots=sum(votes) + 7))
    (row,) = type_totals(declared, decimals=decimals).declared.bulletins[0].areas
    assert sum(row.votes.values()) == row.valid
    assert row.ballots == row.valid + 7
    assert abs(row.valid - sum(votes)) < 1000  # no farther is looked for a total that fits
    unit = 100 * 10**decimals
    for count in row.votes.values():
        step = Fraction(count * unit, row.valid)
        around = (int(step), int(step) + 1)
        assert min(abs(count - at * row.valid / Fraction(unit)) for at in around) <= Fraction(1, 2)


def test_typed_in_part() -> None:
    declared = CLEAN.declared(by=("state",), partial=0.5)
    rows = [len(bulletin.areas) for bulletin in declared.bulletins]
    found = type_totals(declared, 3 / sum(rows), seed=1)
    assert found.results == 3
    truth = found.truth
    assert truth["altered"][truth["area"] == ""].all()  # whole countries first
    assert len(truth) == sum(rows)
    whole = found.declared.bulletins[-1].of({})
    assert whole is not None
    assert sum(whole.percentages.values()) == pytest.approx(100)
    clean = [f for f in found.declared.bulletins[-1].areas if f.area]
    assert clean != []
    assert Declared.model_validate(found.declared.model_dump()) == found.declared


def test_typed_is_noticed() -> None:
    typed = type_totals(CLEAR.declared(by=())).declared
    report = verify(Case(CLEAR.contest, CLEAR.table, typed), checks="D305")
    assert [f.code for f in report.findings] == ["D305"]


# -- other tables


def test_cells_that_were_not_read_stay_so() -> None:
    rows = [{"registered": 100, "valid": 50, "A": 30, "B": 20, "C": None if at < 4 else 0}
            for at in range(8)]  # fmt: skip
    found = stuff(table_of(rows), 1, seed=1)
    assert found.truth["altered"].tolist() == [False] * 4 + [True] * 4
    assert found.table.figure("C")[1] is not None
    assert found.table.frame["C"].isna().tolist() == [True] * 4 + [False] * 4


def test_ballots_follow_where_only_some_lines_are_there() -> None:
    rows = [{"registered": 100, "ballots": 55, "A": 30, "B": 20, "C": 0} for _ in range(8)]
    found = stuff(table_of(rows), 1, seed=1, fraction=1)
    assert found.table.frame["ballots"].tolist() == [100] * 8
    assert found.table.frame["A"].tolist() == [75] * 8


def test_votes_by_ballot_line_are_refused() -> None:
    contest = CLEAN.contest.model_validate(
        {"id": "t", "candidates": [{"id": "A", "options": ["red", "green"]}, {"id": "B"}]}
    )
    table = table_of([{"red": 3, "green": 4, "B": 5}], contest)
    with pytest.raises(InputError, match="one column of votes per candidate"):
        move_votes(table, 0.1, seed=1)


@pytest.mark.parametrize("name", ["stuffing", "extreme", "targets"])
def test_without_registered_voters(name: str) -> None:
    frame = CLEAN.table.frame.drop(columns="registered")
    with pytest.raises(InputError, match="registered voters are known"):
        ALTERATIONS[name](replace(CLEAN.table, frame=frame), 0.1, seed=1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: stuff(CLEAN, 1.1, seed=1), "dose 1.1"),
        (lambda: stuff(CLEAN, float("nan"), seed=1), "dose nan"),
        (lambda: stuff(CLEAN, 0.1, seed=-1), "seed -1"),
        (lambda: stuff(CLEAN, 0.1, seed=1, fraction=2), "from 0 to 1"),
        (lambda: stuff(CLEAN, 0.1, seed=1, fraction=0), "no station can be altered"),
        (lambda: stuff(CLEAN, 0.1, seed=1, candidate="D"), "'D'"),
        (lambda: move_votes(CLEAN, 0.1, seed=1, candidate="A", source="A"), "two different"),
        (lambda: swap_tallies(CLEAN, 0.1, seed=1, gap=1.5), "1.5"),
        (lambda: round_percentages(CLEAN, 0.1, seed=1, step=7), "divisor of 100"),
        (lambda: round_percentages(CLEAN, 0.1, seed=1, of="votes"), "'votes'"),  # type: ignore[arg-type]
        (lambda: invent_digits(CLEAN, 0.1, seed=1, repeated=-1), "0 or more"),
        (lambda: withhold(CLEAN, 0.1, seed=1, tilt=float("inf")), "a tilt"),
        (lambda: type_totals(CLEAN.declared(), decimals=9), "0 to 4"),
        (lambda: type_totals(declared_of(nation(votes={"A": 3}))), "no declared result"),
        (lambda: copy_actas(table_of([{"A": 1, "B": 2, "C": 3}]), 1, seed=1), "no station"),
    ],
)
def test_bad_input_is_explained(call: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()


def test_one_candidate_has_nobody_to_take_from() -> None:
    election = clean_election(stations=20, seed=1, shares={"A": 1.0})
    with pytest.raises(InputError, match="two different"):
        swap_tallies(election, 0.1, seed=1)


def test_names_are_complete() -> None:
    assert list(ALTERATIONS) == [
        "stuffing", "extreme", "moved", "swapped", "targets", "digits", "copied", "typed",
        "withheld",
    ]  # fmt: skip
    assert set(ALTERATIONS) - FAVOURING == {"digits", "copied", "typed"}


@pytest.mark.slow
@realdata
@pytest.mark.parametrize("name", [*ON_SHEETS, "withheld"])
def test_on_real_sheets(name: str) -> None:
    """Candidates still sum to valid votes and ballots stay below registered in Russia 2018."""
    table = real_table("russia-2018")
    found = ALTERATIONS[name](table, 0.02, seed=1)
    assert found.stations == round(0.02 * 97_699)
    frame = found.table.frame
    assert (frame[list(found.table.votes)].sum(axis=1) == frame["valid"]).all()
    assert (frame["valid"] + frame["null"] == frame["ballots"]).all()
    assert (frame["ballots"] <= frame["registered"]).all()
