"""F513: a marked group against the others of its areas; its error, its power, what it refuses."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from tallyverify import Case, Evidence, InputError, Report, Status, read_actas, verify
from tallyverify.forensics import GroupDifference, battery, group_difference
from tallyverify.forensics.marked import StationGroup
from tallyverify.forensics.places.group_difference import NEVER_RANDOM
from tallyverify.forensics.stations import Stations, stations_of
from tallyverify.records import Mapping
from tallyverify.simulate import clean_election
from tests.helpers.tiers import slow_rows_but

RUNS = 150


@cache
def stations(seed: int, overdispersion: float = 1.2) -> Stations:
    election = clean_election(stations=600, seed=seed, overdispersion=overdispersion)
    return stations_of(election.table)


def marked(here: Stations, seed: int, how: str = "any") -> Any:
    """Marks that say nothing of the votes: any stations, mostly large ones, or few."""
    rng = np.random.default_rng([seed, 513])
    if how == "few":
        chosen = rng.choice(len(here), 30, replace=False)
        return np.isin(np.arange(len(here)), chosen)
    large = here.registered > np.median(here.registered)
    chance = {"any": 0.15, "large": np.where(large, 0.3, 0.05)}[how]
    return rng.random(len(here)) < chance


def moved(here: Stations, at: Any, share: float) -> Stations:
    """Votes of B given to A at some stations: so much of the valid ones."""
    votes = here.votes.copy()
    taken = np.minimum(np.round(share * here.valid).astype(int), votes[:, 1]) * at
    votes[:, 0] += taken
    votes[:, 1] -= taken
    return replace(here, votes=votes)


def of_share(here: Stations, at: Any) -> GroupDifference:
    return group_difference(here.votes[:, 0], here.valid, at, areas=here.areas)


# What it computes

figures = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
rows = st.lists(st.tuples(figures, st.booleans(), st.integers(0, 3)), min_size=40, max_size=60)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_the_difference_by_fractions(sheets: list[Any]) -> None:
    areas = [area for _, _, area in sheets]
    found = group_difference(
        [x for (x, _), _, _ in sheets],
        [n for (_, n), _, _ in sheets],
        [mark for _, mark, _ in sheets],
        areas=[areas],
    )
    alone = {area for area in areas if areas.count(area) == 1}
    away, weight, group = Fraction(0), Fraction(0), 0
    # Those that stand alone in their areas are at most three: never enough to be compared.
    for stratum in set(areas) - alone:
        here = [row for row in sheets if row[2] == stratum]
        ours = [figure for figure, mark, _ in here if mark]
        others = [figure for figure, mark, _ in here if not mark]
        if not ours or not others:
            continue
        group += len(ours)
        x, n, y, m = (
            sum(figure[at] for figure in side) for side in (ours, others) for at in (0, 1)
        )
        part = Fraction(n * m, n + m)
        away, weight = away + part * (Fraction(x, n) - Fraction(y, m)), weight + part
    assert found.group == group or found.refused
    assert bool(found.refused) == (group < 10 or found.refused == "no count can vary")
    if not found.refused:
        assert found.effect is not None
        assert found.effect.value == pytest.approx(float(away / weight), abs=1e-12)
        assert found.statistic is not None
        assert found.effect.value * found.statistic >= 0
        half = found.effect.high - found.effect.value
        assert half == pytest.approx(1.96 * found.effect.value / found.statistic, rel=1e-6, abs=1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_order_labels_and_sides_do_not_matter(seed: int) -> None:
    here = stations(1)
    at = marked(here, 1)
    order = np.random.default_rng(seed).permutation(len(here))
    found = of_share(here, at)
    names = [np.array([f"x{code}" for code in codes])[order] for codes in here.areas]
    turned = group_difference(here.votes[order, 0], here.valid[order], at[order], areas=names)
    assert repr(turned) == repr(found)
    assert turned.pvalue == pytest.approx(found.pvalue, rel=1e-9)
    # The others against the group, and all other votes, differ by the sign alone.
    sides = of_share(here, ~at)
    rest = group_difference(here.valid - here.votes[:, 0], here.valid, at, areas=here.areas)
    for other in (sides, rest):
        assert other.effect.value == pytest.approx(-found.effect.value)
        assert other.pvalue == pytest.approx(found.pvalue)


def test_the_overdispersion_is_that_of_the_stations() -> None:
    """ρ of the beta-binomial that the votes are drawn from: 1 / (a + b + 1)."""
    rng = np.random.default_rng(3)
    centre = np.repeat(np.arange(800), 5)
    total = rng.integers(100, 900, 4000)
    for size in (30, 200):
        mean = rng.uniform(0.3, 0.7, 800)[centre]
        votes = rng.binomial(total, rng.beta(mean * size, (1 - mean) * size))
        found = group_difference(votes, total, rng.random(4000) < 0.2, areas=[centre])
        assert found.overdispersion == pytest.approx(1 / (size + 1), rel=0.1)
    votes = rng.binomial(total, 0.4)
    found = group_difference(votes, total, rng.random(4000) < 0.2, areas=[centre])
    assert found.overdispersion < 2e-4


# Its error and its power


@pytest.mark.parametrize("how", ["any", "large", "few"])
@pytest.mark.parametrize("overdispersion", [1.0, 3.0])
def test_marks_that_say_nothing_are_rejected_one_time_in_twenty(
    how: str, overdispersion: float
) -> None:
    pvalues = []
    for seed in range(RUNS):
        here = stations(seed, overdispersion)
        at = marked(here, seed, how)
        registered = here.registered.astype(int)
        turnout = group_difference(here.turned_out, registered, at, areas=here.areas)
        pvalues += [of_share(here, at).pvalue, turnout.pvalue]
    rejected = np.sum(np.array(pvalues, dtype=float) <= 0.05)
    assert rejected <= binom.ppf(0.999, len(pvalues), 0.05)
    assert rejected >= binom.ppf(0.001, len(pvalues), 0.02)  # nor is it blind


@pytest.mark.parametrize(("share", "least"), [(0.03, 0.8), (0.06, 1.0)])
def test_a_planted_difference_is_found_with_its_size(share: float, least: float) -> None:
    found = []
    for seed in range(20):
        here = stations(seed)
        at = marked(here, seed)
        found.append(of_share(moved(here, at, share), at))
    assert np.mean([one.pvalue <= 0.05 for one in found]) >= least
    held = [one.effect.low <= share <= one.effect.high for one in found]
    assert np.mean(held) >= 0.8
    assert np.mean([one.effect.value for one in found]) == pytest.approx(share, abs=0.005)


def test_a_group_that_lies_in_one_party_s_places_is_no_difference() -> None:
    """Stations of centres that lean to A are marked: against the country they would stand out."""
    rejected, naive = 0, 0
    for seed in range(60):
        here = stations(seed)
        lean = np.bincount(here.areas[-1], here.votes[:, 0]) / np.bincount(
            here.areas[-1], here.valid
        )
        chance = np.where(lean[here.areas[-1]] > np.median(lean), 0.4, 0.05)
        at = np.random.default_rng(seed).random(len(here)) < chance
        rejected += of_share(here, at).pvalue <= 0.05
        naive += group_difference(here.votes[:, 0], here.valid, at).pvalue <= 0.05
    assert rejected <= binom.ppf(0.999, 60, 0.05)
    assert naive > 50


def test_the_twins_show_its_error_and_the_difference_is_not_in_them() -> None:
    here = stations(2)
    at = marked(here, 2)
    for share in (0.0, 0.06):
        grouped = replace(moved(here, at, share), groups=(StationGroup("LATE = yes", at),))
        tests = battery(grouped, codes=["F513"], twins=200).tests
        assert [one.figure for one in tests] == ["turnout", "A", "B", "C"]
        assert {one.group for one in tests} == {"LATE = yes"}
        assert all(0.01 <= one.calibration.rate <= 0.1 for one in tests if one.calibration)
        assert [one.flagged for one in tests] == [False, share > 0, share > 0, False]


# What it refuses


def test_refusals_have_their_reasons() -> None:
    votes, total = np.full(40, 50), np.full(40, 100)
    area = np.repeat(np.arange(10), 4)
    nobody = np.zeros(40, dtype=bool)
    one, whole, few = nobody.copy(), np.isin(area, [0, 1]), nobody.copy()
    one[3] = True
    few[::8] = True
    for at, reason in (
        (nobody, "no station is of the group"),
        (~nobody, "every station is of the group"),
        (one, "one station is no group"),
        (whole, "the group is whole areas: none has other stations of its own area beside it"),
        (few, "5 stations of the group have others of their own area beside them, 10 are needed"),
    ):
        found = group_difference(votes, total, at, areas=[area])
        assert reason in found.refused
        assert found.statistic is found.pvalue is found.effect is None
    half = np.arange(40) % 2 == 0
    assert group_difference(total * 0, total, half, areas=[area]).refused == "no count can vary"
    assert "no station is of the group" in group_difference([], [], []).refused


def test_whole_areas_are_left_out_and_told() -> None:
    here = stations(4)
    at = marked(here, 4)
    filled = at | (here.areas[-1] == here.areas[-1][0])
    found = of_share(here, filled)
    size = int((here.areas[-1] == here.areas[-1][0]).sum())
    alone, larger = list(found.left_out.values())[1:]
    assert alone >= size > 1
    assert found.group + alone + larger == int(filled.sum())
    # Within centres alone, since there are enough: not those that stand alone in theirs.
    assert larger > 0
    inside = here.areas[-1]
    by_hand = sum(
        int(filled[inside == centre].sum())
        for centre in np.unique(inside)
        if 0 < filled[inside == centre].sum() < (inside == centre).sum()
    )
    assert found.group == by_hand


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (([5], [4], [True]), "5 of 4 at position 0"),
        (([5, 1], [9, 9], [True]), "marked 1"),
        (([1], [2], [3]), "what is marked is true or false"),
        (([1], [2], ["yes"]), "what is marked is true or false"),
        (([-1], [4], [True]), "-1"),
        (([1], [np.nan], [True]), "nan"),
    ],
)
def test_bad_input_says_what_was_found(figures: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        group_difference(*figures)
    assert said in str(caught.value)


# As a check of a case

CLEAN = clean_election(stations=900, seed=5)
COLUMNS: dict[str, Any] = {
    "station": "station",
    "areas": {level: level for level in CLEAN.contest.levels},
    "lines": {name: name for name in ("registered", "ballots", "valid", "null", "blank")},
    "votes": {name: name for name in "ABC"},
}


def sheets(share: float = 0.0) -> pd.DataFrame:
    frame = CLEAN.table.frame.drop(columns="row").astype(object).copy()
    late = np.random.default_rng(8).random(len(frame)) < 0.15
    votes, valid = frame[["A", "B"]].astype(int), frame["valid"].astype(int)
    taken = np.minimum((share * valid).round().astype(int), votes["B"]) * late
    return frame.assign(
        A=votes["A"] + taken, B=votes["B"] - taken, LATE=np.where(late, "yes", "no")
    )


def report_of(frame: pd.DataFrame, marks: Any, checks: Any = "F513") -> Report:
    mapping = {**COLUMNS, "marks": marks}
    table = read_actas(frame, contest=CLEAN.contest, mapping=mapping)
    return verify(Case(CLEAN.contest, table), checks=checks)


def test_a_planted_difference_is_an_anomaly_with_the_trap_said() -> None:
    report = report_of(sheets(0.06), "LATE", ["F502", "F513"])
    result = report.check("F513")
    assert (result.status, report.verdict, report.exit_code) == (Status.FLAGGED, "insufficient", 0)
    flagged = [f for f in report.of("F513") if f.evidence is Evidence.ANOMALY]
    assert [f.candidate for f in flagged] == ["A", "B"]
    for finding in report.of("F513"):
        assert "at stations with LATE = yes:" in finding.message
        assert NEVER_RANDOM in finding.message
        assert "adjusted" in finding.message
        assert "% of clean elections with these station sizes" in finding.message
    assert "kinds of voters or of places" in flagged[0].message
    assert flagged[0].observed == pytest.approx(0.06, abs=0.02)
    # Adjusted together with the others.
    shown = report.forensics
    assert shown is not None
    assert {one.code for one in shown.battery.tests if one.adjusted is not None} >= {"F513", "F502"}


def test_marks_without_a_difference_pass() -> None:
    report = report_of(sheets(), ["LATE"])
    assert report.check("F513").status is Status.PASSED
    assert {f.evidence for f in report.of("F513")} == {Evidence.NOTE}
    assert [f.candidate for f in report.of("F513")] == [None, "A", "B", "C"]


def test_the_rows_may_stand_in_any_order() -> None:
    frame = sheets(0.02)
    turned = frame.sample(frac=1, random_state=3)
    assert report_of(frame, "LATE").of("F513") == report_of(turned, "LATE").of("F513")


def test_without_marks_nothing_is_asked() -> None:
    result = report_of(sheets(), []).check("F513")
    assert result.status is Status.NOT_APPLICABLE
    assert "marks in the mapping" in result.reason


WHOLE = "the group is whole areas: none has other stations of its own area beside it"


REFUSED: list[Any] = [
    (lambda at: "yes", "MARK", "all stations have 'yes' there"),
    (lambda at: "" if at < 7 else str(at % 2), "MARK", "7 stations without a text"),
    (lambda at: "-" if at < 7 else str(at % 2), "MARK", "7 stations without a text"),
    (str, "MARK", "900 texts stand in the column, and 12 at most tell groups"),
    (lambda at: str(int(at == 5)), "MARK", "one station is no group"),
    (
        lambda at: str(int(at < 4)),
        {"column": "MARK", "marked": ["2"]},
        "no station is marked so",
    ),
    (
        lambda at: "x" if at < 40 else "",
        {"column": "MARK", "marked": "x"},
        "860 stations neither marked nor among the rest",
    ),
    (
        lambda at: "xyz"[at % 3],
        {"column": "MARK", "marked": "x", "rest": "y"},
        "300 stations neither marked nor among the rest: such as 'z'",
    ),
]


@pytest.mark.parametrize(("column", "marks", "reason"), slow_rows_but(REFUSED[::3], REFUSED))
def test_columns_that_tell_no_group_are_refused(column: Any, marks: Any, reason: str) -> None:
    frame = sheets().assign(MARK=[column(at) for at in range(900)])
    report = report_of(frame, ["LATE", marks])
    (refused,) = [f for f in report.of("F513") if "MARK" in f.message]
    assert refused.evidence is Evidence.NOTE
    assert reason in refused.message
    # Alone, it is the reason why the check says nothing.
    alone = report_of(frame, marks).check("F513")
    assert alone.status is Status.NOT_APPLICABLE
    assert reason in alone.reason


def test_a_group_of_whole_areas_is_refused() -> None:
    frame = sheets()
    first = frame["state"] == frame["state"].iloc[0]
    report = report_of(frame.assign(MARK=np.where(first, "a", "b")), "MARK")
    assert report.check("F513").status is Status.NOT_APPLICABLE
    assert WHOLE in report.check("F513").reason


def test_what_an_empty_cell_means_may_be_said() -> None:
    frame = sheets(0.06)
    frame["LATE"] = frame["LATE"].replace({"no": "", "yes": "x"})
    mark = {"column": "LATE", "marked": "x", "rest": ""}
    flagged = [f for f in report_of(frame, mark).of("F513") if f.evidence is Evidence.ANOMALY]
    assert [f.candidate for f in flagged] == ["A", "B"]
    assert "at stations with LATE = 'x'" in flagged[0].message


def test_of_more_than_two_texts_each_is_a_group() -> None:
    frame = sheets().assign(KIND=[("m1", "m2", "paper")[at % 3] for at in range(900)])
    report = report_of(frame, "KIND")
    said = {f.message.split(":")[0].split(" with ")[1] for f in report.of("F513")}
    assert said == {"KIND = m1", "KIND = m2", "KIND = paper"}


def test_a_mark_is_still_asked_whether_it_is_a_status() -> None:
    """That a column marks stations does not say that the annulled among them count."""
    frame = sheets().assign(STATE=["annulled" if at % 6 == 0 else "counted" for at in range(900)])
    report = report_of(frame, "STATE", ["rules", "F513"])
    assert any("looks like the status" in f.message for f in report.of("T213"))


def test_the_column_may_be_spelt_otherwise_and_a_strange_one_is_refused() -> None:
    assert report_of(sheets(), "late").check("F513").status is Status.PASSED
    with pytest.raises(InputError) as caught:
        report_of(sheets(), "LATEST")
    assert "LATEST" in str(caught.value)


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        (["X", "X"], "a column marks stations in one way"),
        ([{"column": "X", "marked": ["y"], "rest": ["y"]}], "stands on both sides"),
        ([{"column": "X"}], "marked"),
        ([{"column": "X", "maarked": "y"}], "did you mean 'marked'"),
        ([7], "marks"),
    ],
)
def test_marks_that_cannot_be_are_told(marks: Any, words: str) -> None:
    with pytest.raises(InputError) as caught:
        Mapping.model_validate({"station": "ID", "marks": marks})
    assert words in str(caught.value)
