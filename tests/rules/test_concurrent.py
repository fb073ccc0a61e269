"""T210: ballots of concurrent contests, from the folder to the finding; slips, and a direction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from tallyverify import (
    Case,
    CheckResult,
    Contest,
    Evidence,
    InputError,
    Status,
    load_case,
    read_actas,
    verify,
)
from tallyverify.checking import concurrent_contest
from tests.engine.test_folds import InParts

LEVELS = ["state", "town"]
PRESIDENT = Contest.model_validate(
    {"id": "president", "levels": LEVELS, "candidates": [{"id": "A"}, {"id": "B"}]}
)
SENATE = Contest.model_validate(
    {"id": "senate", "levels": LEVELS, "candidates": [{"id": one} for one in "XYZ"]}
)


def sheets(stations: int = 60, seed: int = 1) -> pd.DataFrame:
    """The president's sheets: six states of towns with ten stations each."""
    rng = np.random.default_rng(seed)
    at = np.arange(stations)
    valid = rng.integers(100, 400, stations)
    first = rng.binomial(valid, 0.55)
    null = rng.integers(0, 9, stations)
    return pd.DataFrame(
        {
            "station": [f"{k // 10:03d}/{k % 10:02d}" for k in at],
            "state": [f"S{k * 6 // stations}" for k in at],
            "town": [f"T{k // 10}" for k in at],
            "ballots": valid + null,
            "valid": valid,
            "null": null,
            "A": first,
            "B": valid - first,
        }
    )


def other_of(frame: pd.DataFrame, slips: Any = 0) -> pd.DataFrame:
    """Another contest's sheets, with so many ballots more."""
    ballots = frame["ballots"] + slips
    x, y = ballots // 2, ballots // 3
    return pd.DataFrame(
        {
            "station": frame["station"],
            "state": frame["state"],
            "town": frame["town"],
            "ballots": ballots,
            "null": ballots - x - y - 1,
            "X": x,
            "Y": y,
            "Z": 1,
        }
    )


def result_of(frame: pd.DataFrame, *others: pd.DataFrame, **contest: Any) -> CheckResult:
    named = {**SENATE.model_dump(mode="json", exclude_none=True), **contest}
    then = Contest.model_validate(named)
    contests = tuple(
        concurrent_contest(f"c{at}", read_actas(one, contest=then))
        for at, one in enumerate(others, start=1)
    )
    case = Case(PRESIDENT, read_actas(frame, contest=PRESIDENT), contests=contests)
    return verify(case, checks="T210").check("T210")


def graver(result: CheckResult) -> list[Any]:
    return [one for one in result.findings if one.evidence is not Evidence.NOTE]


# What agrees and what differs


def test_ballots_that_agree_pass() -> None:
    frame = sheets()
    result = result_of(frame, other_of(frame), other_of(frame).sample(frac=1, random_state=1))
    assert (result.status, result.findings, result.statistic) == (Status.PASSED, (), 0)
    assert result.reason == "0 of 120 comparisons of a station's ballots differ"


def test_without_other_contests_it_is_not_asked_of_them() -> None:
    result = result_of(sheets())
    assert result.status is Status.NOT_APPLICABLE
    assert result.reason == "the case names no other contests of the same stations"


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.integers(0, 59), st.integers(-5, 5), max_size=30))
def test_each_station_that_differs_is_named_with_both_figures(where: dict[int, int]) -> None:
    frame = sheets()
    slips = [where.get(at, 0) for at in range(60)]
    result = result_of(frame, other_of(frame, np.array(slips)))
    stations = [f for f in graver(result) if f.evidence is Evidence.QUALITY]
    by_hand = {
        key: (own, own + slip)
        for key, own, slip in zip(frame["station"], frame["ballots"], slips, strict=True)
        if slip
    }
    assert {f.station: (f.observed, f.expected) for f in stations} == by_hand
    assert result.statistic == len(by_hand)
    sizes = [abs(f.difference or 0) for f in stations]
    assert sizes == sorted(sizes, reverse=True)


def test_keys_are_one_up_to_their_spelling_and_strangers_are_told() -> None:
    frame = sheets()
    other = other_of(frame, np.where(np.arange(60) == 7, 3, 0))
    other["station"] = [f"{k // 10}/{k % 10}" for k in range(60)]
    other.loc[50:, "station"] = [f"999/{k}" for k in range(10)]
    result = result_of(frame, other)
    assert [f.station for f in graver(result)] == ["000/07"]
    notes = [f.message for f in result.findings if f.evidence is Evidence.NOTE]
    assert notes == [
        "10 stations of the actas not among those of c1, such as 005/00, 005/01, 005/02: not "
        "compared",
        "10 stations of c1 not among the actas, such as 999/0, 999/1, 999/2: not compared",
    ]


def test_figures_that_are_not_known_are_not_compared() -> None:
    frame = sheets()
    other = other_of(frame, 2)
    other["ballots"] = other["ballots"].astype(object)
    other.loc[:49, "ballots"] = None  # not read
    other.loc[50, ["X", "Y", "Z"]] = 0  # not loaded
    twice = other.iloc[[51]].assign(ballots=1)  # two sheets that differ
    both = pd.concat([other, twice, other.iloc[[52]]], ignore_index=True)
    result = result_of(frame, both)
    assert [f.station for f in graver(result)] == [f"005/0{k}" for k in range(2, 10)]


# What the ballots are


def test_without_a_line_of_ballots_the_classes_of_paper_are_added() -> None:
    frame = sheets()
    other = other_of(frame).drop(columns="ballots")
    assert result_of(frame, other).status is Status.PASSED
    assert result_of(frame, other.assign(blank=1), lines=["null", "blank"]).statistic == 60
    whole = other.assign(blank=1, null=other["null"] - 1)
    assert result_of(frame, whole).status is Status.PASSED
    # Where the valid votes may hold the blank ones, the votes themselves are added.
    valid = whole.assign(valid=whole[["X", "Y", "Z"]].sum(axis=1) + 1)
    assert result_of(frame, valid).status is Status.PASSED
    challenged = other.assign(challenged=1, null=other["null"] - 1)
    lines = {"lines": ["challenged"], "ballot_lines": ["null", "challenged"]}
    assert result_of(frame, challenged, **lines).status is Status.PASSED


@pytest.mark.parametrize(
    ("columns", "contest", "reason"),
    [
        (["ballots", "null"], {}, "no line tells the ballots, nor null what to add"),
        (["ballots"], {"lines": ["blank"]}, "nor blank what to add to the votes"),
        (["ballots"], {"votes_allowed": 2}, "voters have several votes each"),
    ],
)
def test_a_contest_that_cannot_tell_its_ballots(
    columns: list[str], contest: dict[str, Any], reason: str
) -> None:
    frame = sheets()
    result = result_of(frame, other_of(frame).drop(columns=columns), **contest)
    assert result.status is Status.NOT_APPLICABLE
    assert reason in result.reason
    assert result.reason.startswith("c1: ")


def test_actas_that_cannot_tell_their_ballots() -> None:
    frame = sheets()
    result = result_of(frame.drop(columns=["ballots", "null"]), other_of(frame))
    assert result.status is Status.NOT_APPLICABLE
    assert result.reason.startswith("ballots cannot be told of the actas: no line tells")


def test_other_lists_of_voters_are_other_voters() -> None:
    frame = sheets().assign(registered=900)
    other = other_of(frame, 7).assign(registered=850)
    result = result_of(frame, other)
    assert result.status is Status.NOT_APPLICABLE
    assert "its lists of voters are others at 60 of 60 stations" in result.reason
    # A list or two that differ are slips themselves.
    other["registered"] = [850, 850, *[900] * 58]
    assert result_of(frame, other).status is Status.FLAGGED


def test_differences_at_most_stations_are_no_slips_and_one_finding() -> None:
    frame = sheets()
    (finding,) = graver(result_of(frame, other_of(frame, 2)))
    assert finding.evidence is Evidence.QUALITY
    assert "at 60 of 60 stations: these are no slips" in finding.message
    assert finding.arithmetic == "more in c1 at 60, fewer at 0"


# A direction


def slipped(
    seed: int,
    *,
    rate: float = 0.1,
    lean: float = 0.5,
    stations: int = 1200,
    planted: float = 0.0,
) -> CheckResult:
    """Slips at a rate, of which a share has more ballots; in one state of six also planted ones."""
    rng = np.random.default_rng([seed, 210])
    frame = sheets(stations, seed)
    sizes = rng.geometric(0.4, stations)
    up = rng.random(stations) < lean
    slips = np.where(rng.random(stations) < rate, np.where(up, sizes, -sizes), 0)
    there = (frame["state"] == "S3") & (rng.random(stations) < planted)
    slips = np.where(there, sizes, slips)
    return result_of(frame, other_of(frame, slips))


def leaning(result: CheckResult) -> list[str]:
    return [
        "/".join(finding.area.values())
        for finding in result.findings
        if finding.evidence is Evidence.ANOMALY
    ]


@pytest.mark.parametrize("elections", [50, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("lean", [0.5, 0.8], ids=["both ways", "one way everywhere"])
def test_honest_slips_are_seldom_called_a_direction(lean: float, elections: int) -> None:
    """False alarms at 0.05 over all areas and levels, of honest elections."""
    alarms = sum(bool(leaning(slipped(seed, lean=lean))) for seed in range(elections))
    assert alarms <= binom.ppf(0.999, elections, 0.05)


def test_a_direction_in_one_state_is_an_anomaly_there() -> None:
    found = [leaning(slipped(seed, planted=0.2)) for seed in range(10)]
    assert sum("S3" in areas for areas in found) >= 9
    assert all(area.startswith("S3") for areas in found for area in areas)
    # So is it where elsewhere no ballot differs.
    assert "S3" in leaning(slipped(1, rate=0.0, planted=0.2))


def test_the_finding_tells_what_else_may_do_it() -> None:
    result = slipped(2, planted=0.2)
    (first, *_) = result.findings
    assert first.evidence is Evidence.ANOMALY
    assert first.area == {"state": "S3"}
    assert "slips go both ways" in first.message
    assert "Another rule of counting in one place" in first.message
    (whole,) = [f for f in result.findings if f.evidence is Evidence.NOTE]
    assert "where voters may leave a paper" in whole.message


def test_the_same_whatever_the_order_and_the_parts() -> None:
    frame = sheets(600, 3)
    other = other_of(frame, np.random.default_rng(1).integers(-1, 3, 600))
    then = concurrent_contest("c1", read_actas(other, contest=SENATE))
    turned = concurrent_contest(
        "c1", read_actas(other.sample(frac=1, random_state=3), contest=SENATE)
    )
    results = [
        verify(Case(PRESIDENT, table, contests=(one,)), checks="T210").check("T210")
        for table, one in (
            (read_actas(frame, contest=PRESIDENT), then),
            (read_actas(frame.sample(frac=1, random_state=2), contest=PRESIDENT), turned),
            (InParts(read_actas(frame, contest=PRESIDENT), [77, 400]), then),
        )
    ]
    assert results[0] == results[1] == results[2]


# From the folder

VOTES = {"A": "A", "B": "B"}
SENATORS = {"X": "X", "Y": "Y", "Z": "Z"}
AREAS = {level: level for level in LEVELS}


def folder_of(folder: Path, **changed: Any) -> Path:
    frame = sheets()
    frame.to_csv(folder / "actas.csv", index=False)
    other_of(frame, np.where(np.arange(60) == 7, 3, 0)).to_csv(folder / "senate.csv", index=False)
    for name, contest in (("contest", PRESIDENT), ("senators", SENATE)):
        (folder / f"{name}.json").write_text(contest.model_dump_json(exclude_none=True))
    mapping = {"station": "station", "areas": AREAS, "lines": {"ballots": "ballots"}}
    further = {"name": "senate", "file": "senate.csv", "mapping": {**mapping, "votes": SENATORS}}
    case = {
        "contest": "contest.json",
        "actas": {"file": "actas.csv", "mapping": {**mapping, "votes": VOTES}},
        "contests": [{**further, **changed}],
    }
    (folder / "case.json").write_text(json.dumps(case))
    return folder


@pytest.mark.parametrize("changed", [{}, {"contest": "senators.json"}])
def test_a_case_names_its_other_contests(tmp_path: Path, changed: dict[str, Any]) -> None:
    report = verify(load_case(folder_of(tmp_path, **changed)), checks="T210")
    (finding,) = report.of("T210")
    assert finding.station == "000/07"
    assert "ballots on its acta and" in finding.message
    assert "in senate; whoever votes is given the papers" in finding.message
    assert report.verdict == "insufficient"  # a quality finding moves no verdict
    roles = [(one.role, one.name) for one in report.inputs]
    assert ("concurrent", "senate.csv") in roles
    assert (("concurrent", "senators.json") in roles) == bool(changed)
    assert [one.role for one in report.mappings] == ["actas", "concurrent"]


def test_a_file_of_both_contests_is_told_apart_by_where(tmp_path: Path) -> None:
    folder_of(tmp_path)
    frame = sheets()
    rows = [
        {"MESA": row["station"], "RACE": race, "NAME": name, "N": int(count)}
        for _, row in frame.iterrows()
        for race, names in (("P", ("A", "B")), ("S", ("X", "Y")))
        for name, count in zip((*names, "NULL"), _dealt(row, race), strict=True)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "both.csv", index=False)

    def mapping(race: str, votes: str) -> dict[str, Any]:
        return {
            "layout": "long",
            "station": "MESA",
            "option": "NAME",
            "count": "N",
            "where": {"RACE": race},
            "votes": {name: name for name in votes},
            "lines": {"null": "NULL"},
        }

    case = {
        "contest": "contest.json",
        "actas": {"file": "both.csv", "mapping": mapping("P", "AB")},
        "contests": [{"name": "senate", "file": "both.csv", "mapping": mapping("S", "XY")}],
    }
    (tmp_path / "case.json").write_text(json.dumps(case))
    result = verify(load_case(tmp_path), checks="T210").check("T210")
    assert [(f.station, f.difference) for f in result.findings] == [("000/03", 4)]


def _dealt(row: Any, race: str) -> tuple[int, int, int]:
    if race == "P":
        return row["A"], row["B"], row["null"]
    lost = 4 if row["station"] == "000/03" else 0
    return row["valid"] - 50 - lost, 50, row["null"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": None}, "contests.0.name"),
        ({"fille": "x.csv"}, "fille"),
        ({"file": "../senate.csv"}, "must lie inside"),
        ({"file": "nowhere.csv"}, "nowhere.csv"),
        ({"format": "convzla"}, "either a 'mapping' or a known 'format'"),
        ({"contest": "nobody.json"}, "nobody.json"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_case(folder_of(tmp_path, **changed))
    assert words in str(caught.value)


def test_one_name_for_two_contests_and_stations_of_another_country(tmp_path: Path) -> None:
    folder_of(tmp_path)
    case = json.loads((tmp_path / "case.json").read_text())
    case["contests"] *= 2
    (tmp_path / "case.json").write_text(json.dumps(case))
    with pytest.raises(InputError, match="a name of its own"):
        load_case(tmp_path)
    folder_of(tmp_path)
    other = pd.read_csv(tmp_path / "senate.csv", dtype=str)
    other.assign(station="x" + other["station"]).to_csv(tmp_path / "senate.csv", index=False)
    with pytest.raises(InputError) as caught:
        load_case(tmp_path)
    assert "contest 'senate' has none of the stations" in str(caught.value)
    assert "x000/00" in str(caught.value)
