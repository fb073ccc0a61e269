"""R101–R106 and T201–T209: one small table for each, and what the sums make of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallyverify import Contest, Evidence, Registry, Report, Status, read_actas
from tallyverify.table.repeats import Index, repeat_probability
from tests.helpers.cases import CONTEST, declared_of, flagged, nation, report_of, table_of

GOOD = {
    "state": "N",
    "town": "x",
    "registered": 200,
    "ballots": 100,
    "valid": 95,
    "null": 3,
    "blank": 2,
    "A": 50,
    "B": 40,
    "C": 5,
}


def test_a_sound_sheet_breaks_no_rule() -> None:
    report = report_of([GOOD], checks="rules")
    assert flagged(report) == []
    assert [report.check(f"R10{n}").status for n in "123"] == [Status.PASSED] * 3
    assert report.check("R104").status is Status.NOT_APPLICABLE


def test_each_record_rule() -> None:
    rows = [GOOD, {**GOOD, "A": 51}, {**GOOD, "null": 4}, {**GOOD, "registered": 99}]
    report = report_of(rows, checks="rules")
    assert [(f.code, f.station, f.difference) for f in report.findings if f.code < "R106"] == [
        ("R101", "002", 1),
        ("R102", "003", 1),
        ("R103", "004", 1),
    ]
    assert report.of("R101")[0].arithmetic == (
        "51 (A) + 40 (B) + 5 (C) = 96; 95 (valid); difference 1"
    )
    assert report.check("R101").reason == "4 judged, 1 do not add up"


def test_own_balances_are_reported_as_r105() -> None:
    contest = Contest.model_validate(
        {
            **CONTEST.model_dump(exclude={"lines", "balances"}),
            "lines": ["issued", "unused"],
            "balances": [
                {
                    "code": "paper",
                    "left": "issued + unused",
                    "op": "==",
                    "right": "ballots",
                    "tolerance": 1,
                    "title": "papers add up",
                }
            ],
        }
    )
    rows = [{**GOOD, "issued": 90, "unused": 9}, {**GOOD, "issued": 90, "unused": 8}]
    report = report_of(rows, contest=contest, checks="R105")
    (finding,) = report.of("R105")
    assert (finding.station, finding.difference) == ("002", -2)
    assert "papers add up" in finding.message


def test_a_list_of_zero_voters_is_not_judged() -> None:
    report = report_of([{**GOOD, "registered": 0}], checks="R103")
    assert flagged(report) == []
    assert "no registered voters stand on the sheet" in report.check("R103").reason


def test_a_missing_figure_is_neither_zero_nor_a_failure() -> None:
    report = report_of([{**GOOD, "null": None}], checks="rules")
    assert flagged(report) == []
    assert "1 not judged because a figure was not read" in report.check("R102").reason
    assert "null 1" in report.of("R106")[0].message


def test_unreadable_cells_name_file_row_column_and_text() -> None:
    frame = pd.DataFrame({"station": ["1", "2"], "A": ["5", "-3"], "B": ["4.5", "7"], "C": [1, 1]})
    report = report_of(read_actas(frame, contest=CONTEST))
    texts = [f.message for f in report.of("R106") if f.evidence is Evidence.QUALITY]
    assert texts == [
        "(frame): row 1, column 'B': '4.5' is not a count; the figure is missing, not zero",
        "(frame): row 2, column 'A': '-3' is not a count; the figure is missing, not zero",
    ]
    assert report.totals.votes == {"A": 5, "B": 7, "C": 2}


def test_station_twice_with_the_same_figures_counts_once() -> None:
    report = report_of([{**GOOD, "station": "7"}] * 3 + [GOOD])
    assert report.totals.votes["A"] == 100
    assert report.coverage.stations == 2
    assert report.of("T201")[0].observed == 3


def test_station_twice_with_different_figures_counts_with_what_both_sheets_hold() -> None:
    rows = [{**GOOD, "station": "7"}, {**GOOD, "station": "7", "A": 90}, GOOD]
    report = report_of(rows, declared_of(nation(votes={"A": 100, "B": 80, "C": 20})))
    assert report.totals.votes["A"] == 100
    assert report.coverage.stations == 2
    assert flagged(report) == ["R101", "T202"]
    # Whichever copy is right, it has at least 50 votes for A.
    less = report_of(rows, declared_of(nation(votes={"A": 99, "B": 80, "C": 20})))
    assert flagged(less) == ["D301", "R101", "T202"]
    assert "A 50 against 90" in report.of("T202")[0].arithmetic


def test_one_station_in_two_areas() -> None:
    rows = [{**GOOD, "station": "7"}, {**GOOD, "station": "7", "town": "y"}]
    report = report_of(rows)
    assert flagged(report) == ["T204"]
    assert report.coverage.stations == 1


def test_registry() -> None:
    registry = Registry.of(
        [{"station": name, "areas": {"state": "N"}, "registered": 200} for name in ("001", "009")]
    )
    report = report_of([GOOD, GOOD], registry=registry)
    assert report.of("T203")[0].station == "002"
    assert report.of("T205")[0].message.startswith("1 registered station without a sheet")
    assert report.coverage.stations_expected == 2


def test_all_zero_acta_is_unseen() -> None:
    zero = {name: 0 if isinstance(value, int) else value for name, value in GOOD.items()}
    report = report_of([GOOD, {**zero, "registered": 200}])
    assert report.coverage.stations == 1
    assert [f.station for f in report.of("T206")] == ["002"]
    assert flagged(report) == []


def _votes(rng: np.random.Generator, stations: int) -> pd.DataFrame:
    shares = rng.dirichlet([20, 15, 2], size=stations)
    sizes = rng.integers(150, 600, size=stations)
    votes = np.array([rng.multinomial(n, p) for n, p in zip(sizes, shares, strict=True)])
    return pd.DataFrame(votes, columns=["A", "B", "C"]).assign(
        station=[f"{at:05d}" for at in range(stations)]
    )


def test_identical_votes_are_flagged_only_beyond_chance() -> None:
    rng = np.random.default_rng(7)
    contest = Contest.model_validate(
        {"id": "many", "candidates": [{"id": n} for n in ["A", "B", "C", *"DEFGHIJ"]]}
    )
    frame = _votes(rng, 3000).assign(**{n: rng.poisson(6, 3000) for n in "DEFGHIJ"})
    clean = report_of(read_actas(frame, contest=contest), contest=contest)
    assert clean.of("T207") == ()
    copied = frame.copy()
    copied.loc[:4, list("ABCDEFGHIJ")] = frame.loc[100:104, list("ABCDEFGHIJ")].to_numpy()
    report = report_of(read_actas(copied, contest=contest), contest=contest)
    assert {f.evidence for f in report.of("T207")} == {Evidence.ANOMALY}
    assert len(report.of("T207")) == 5
    assert report.verdict == "insufficient"


PARTIES = [f"P{at:02d}" for at in range(66)]


def _copies(more: dict[str, Any]) -> pd.DataFrame:
    """Three hundred sheets of 66 parties with null and blank votes, the first four copied."""
    rng = np.random.default_rng(4)
    shares = rng.dirichlet(np.full(66, 0.8))
    frame = pd.DataFrame(rng.multinomial(400, shares, 300), columns=PARTIES).assign(
        station=[f"{at:05d}" for at in range(300)],
        null=rng.integers(0, 40, 300),
        blank=rng.integers(0, 40, 300),
    )
    copied = [*PARTIES, "null", "blank"]
    frame.loc[:3, copied] = frame.loc[100:103, copied].to_numpy()
    return frame.assign(
        **{
            name: frame[name].where(~frame.index.isin([0, 1]), value)
            for name, value in more.items()
        }
    )


def _alike(frame: pd.DataFrame) -> Report:
    lines = [name for name in ("null", "blank") if name in frame]
    contest = Contest.model_validate(
        {"id": "many", "candidates": [{"id": n} for n in PARTIES], "lines": lines}
    )
    return report_of(read_actas(frame, contest=contest), contest=contest, checks="T207")


def test_pairs_alike_in_null_and_blank_are_told_apart_and_stand_first() -> None:
    report = _alike(_copies({"null": 99}))
    assert report.check("T207").statistic == 4
    assert report.check("T207").reason.endswith("2 of them have the same null and blank votes too")
    said = [finding.message.split("; over all")[0] for finding in report.of("T207")]
    assert [finding.station for finding in report.of("T207")] == [
        "00002",
        "00003",
        "00000",
        "00001",
    ]
    frame = _copies({})
    told = f"(null {frame['null'][2]}, blank {frame['blank'][2]})"
    assert said[0] == (
        "stations 00002, 00102 have exactly the same votes, and the same null and blank votes "
        + told
    )
    assert said[2].endswith("same votes, and not the same null and blank votes")


def test_pairs_whose_null_votes_were_not_read_are_not_called_alike() -> None:
    report = _alike(_copies({"null": None}))
    assert "; 2 of them have the same" in report.check("T207").reason
    assert "; not all null and blank votes are known;" in report.of("T207")[-1].message
    without = _alike(_copies({}).drop(columns=["null", "blank"]))
    assert "null" not in without.check("T207").reason + without.of("T207")[0].message


def test_of_many_parties_the_largest_are_printed() -> None:
    frame = _copies({})
    for finding in _alike(frame).of("T207"):
        row = frame.set_index("station").loc[finding.station, PARTIES]
        largest = row.sort_values(ascending=False, kind="stable")
        named = ", ".join(f"{name} {votes}" for name, votes in largest[:6].items())
        assert finding.arithmetic == f"{named}; 60 others together {largest[6:].sum()}"


def test_identical_votes_false_alarms() -> None:
    """Clean elections of small stations, where votes do coincide: p < 0.05 in at most 5 %."""
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(100):
        sizes = rng.integers(20, 60, size=400)
        votes = np.array([rng.multinomial(n, [0.5, 0.3, 0.2]) for n in sizes])
        frame = pd.DataFrame(votes, columns=["A", "B", "C"]).assign(
            station=[str(at) for at in range(400)]
        )
        pvalue = report_of(read_actas(frame, contest=CONTEST), checks="T207").check("T207").pvalue
        alarms += pvalue is not None and pvalue < 0.05
    assert alarms <= 5


def test_repeat_probability_bounds_the_chance_of_a_repeat() -> None:
    """Against enumeration: no shares make the votes (2, 1, 1) likelier than their own."""
    table = table_of([{"A": 2, "B": 1, "C": 1}])
    assert repeat_probability(table)[0] == 12 * 0.5**2 * 0.25 * 0.25
    rng = np.random.default_rng(3)
    for p in rng.dirichlet([1, 1, 1], size=200):
        assert 12 * p[0] ** 2 * p[1] * p[2] <= repeat_probability(table)[0] + 1e-12


def test_hashes_that_only_meet_by_chance_lose_no_station() -> None:
    rows = [{**GOOD, "A": 45 + at, "valid": 90 + at, "ballots": 95 + at} for at in range(4)]
    table = table_of(rows)
    table.__dict__["key_hash"] = np.array([1, 1, 2, 3], dtype=np.uint64)
    assert len(Index.of(table).suspects().keys) == 1
    report = report_of(table)
    assert report.coverage.stations == 4
    assert report.totals.votes["A"] == 45 + 46 + 47 + 48
    assert flagged(report) == []


def test_undecided_subtotals_stop_every_sum() -> None:
    rows = [GOOD, GOOD, GOOD]
    frame = table_of(rows).frame.drop(columns="row")
    total = frame.iloc[:1].assign(station="TOTAL", **{n: frame[n].sum() for n in "ABC"})
    both = pd.concat([frame, total], ignore_index=True)
    said = declared_of(nation(votes={"A": 150, "B": 120, "C": 15}))
    open_ = report_of(read_actas(both, contest=CONTEST), said)
    assert open_.check("D301").status is Status.NOT_APPLICABLE
    assert open_.verdict == "insufficient"
    assert "T208" in flagged(open_)


def test_an_odd_name_hides_no_finding() -> None:
    rows = [{**GOOD, "A": 51, "town": "x\x1b[2J", "station": "s" * 300}, {**GOOD, "A": 52}]
    report = report_of(rows, checks="R101")
    assert report.check("R101").status is Status.FLAGGED
    assert [f.difference for f in report.of("R101")] == [2, 1]


def test_a_check_that_breaks_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("x")

    monkeypatch.setattr("tallyverify.compare.declared_below_seen.places", broken)
    said = declared_of(nation(votes={"A": 60, "B": 60, "C": 60}))
    report = report_of([GOOD], said)
    assert report.check("D301").status is Status.ERROR
    assert "ZeroDivisionError" in report.check("D301").reason
    assert report.verdict == "insufficient"


def test_declared_areas_that_are_nearly_those_of_the_sheets_are_told() -> None:
    rows = [{**GOOD, "state": "Pena"}, {**GOOD, "state": "San  Luis"}, {**GOOD, "state": "LIMA"}]
    areas = [
        {"area": {"state": name}, "votes": {"A": 50, "B": 40, "C": 5}}
        for name in ("Peña", "San Luis", "Lima")
    ]
    report = report_of(rows, declared_of({"areas": areas}))
    (note,) = report.of("T209")
    assert note.evidence is Evidence.NOTE
    assert note.message == (
        "declared for 'Peña', and the sheets have 'Pena': they differ in accents alone, and were "
        "not taken as one"
    )
    assert report.check("T209").status is Status.PASSED
