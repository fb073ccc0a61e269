"""left_out.csv: rows of a file are rows that count and rows left out, and votes add up alike."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tallyverify import (
    ActaStream,
    Case,
    Contest,
    Declared,
    InputError,
    Report,
    load_case,
    load_report,
    read_actas,
    reproduce,
    verify,
)
from tallyverify.engine import left_out as engine
from tallyverify.readers.rows import settling
from tallyverify.table import REASONS
from tallyverify.table.left_out import RowLostError
from tests.engine.test_folds import InParts

CONTEST = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
STATUS = {"column": "STATE", "counted": ["ok"], "annulled": ["no"], "pending": ["wait"]}

keys = st.sampled_from(["1", "1", "2", "3", "A1", "a1", "Total", ""])
counts = st.sampled_from(["0", "3", "3", "7", "120", "?", ""])
rows_of_sheets = st.lists(
    st.fixed_dictionaries(
        {
            "S": keys,
            "RACE": st.sampled_from("xxy"),
            "STATE": st.sampled_from(["ok", "ok", "no", "wait"]),
            "AT": st.sampled_from("123"),
            "A": counts,
            "B": counts,
        }
    ),
    min_size=1,
    max_size=10,
)
rows_of_options = st.lists(
    st.fixed_dictionaries(
        {
            "S": keys,
            "RACE": st.sampled_from("xxy"),
            "STATE": st.sampled_from(["ok", "ok", "no", "wait"]),
            "AT": st.sampled_from("123"),
            "OPTION": st.sampled_from("AABBZ"),
            "N": counts,
        }
    ),
    min_size=1,
    max_size=14,
)
meanings = st.fixed_dictionaries(
    {},
    optional={
        "where": st.just({"RACE": "x"}),
        "where_not": st.just({"AT": "3"}),
        "status": st.just(STATUS),
        "repeated": st.sampled_from(["hull", "sum", {"latest": "AT"}, {"first": "AT"}]),
        "subtotals": st.sampled_from(["keep", "leave_out", {"column": "S", "equals": ["Total"]}]),
    },
)


def report_of(rows: Any, mapping: dict[str, Any], **more: Any) -> Report:
    return verify(
        Case(CONTEST, read_actas(rows, contest=CONTEST, mapping=mapping), **more), checks="T201"
    )


def parsed(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report.left_out_csv())))


def cell(text: str) -> int:
    return int(text) if text.isdigit() else 0


def checked(
    report: Report, rows: list[dict[str, Any]], mapping: dict[str, Any], *, votes: bool
) -> None:
    """Hold the identities of rows and of votes, from the file and the log alone.

    ``votes``: not where a part of a station was not read, so that no sum of it is known.
    """
    log = parsed(report)
    assert report.left_out is not None
    listed = [int(row["row"]) for row in log]
    assert listed == sorted(set(listed)), "each row stands once"
    assert set(listed) <= set(range(1, len(rows) + 1))
    assert report.left_out.rows == len(log)
    assert report.left_out.counted + len(log) == len(rows)
    assert sum(report.left_out.reasons.values()) == len(log)
    assert report.left_out.sha256 == hashlib.sha256(report.left_out_csv().encode()).hexdigest()
    for row in log:
        assert row["reason"] in REASONS
        assert row["words"]
    for name in "AB" if votes else "":
        if mapping.get("layout") == "long":
            there = sum(cell(row["N"]) for row in rows if row["OPTION"] == name)
        else:
            there = sum(cell(row[name]) for row in rows)
        out = sum(cell(row.get(f"figure {name}", "")) for row in log)
        out += sum(cell(row["count"]) for row in log if row["option"] == name)
        whole = [row for row in log if not is_later_row(row, mapping)]
        assert there == report.totals.votes[name] - least_of(whole, name) + out


def is_later_row(row: dict[str, str], mapping: dict[str, Any]) -> bool:
    """Whether the figures of the row's sheet stand at an earlier one."""
    return mapping.get("layout") == "long" and not (row.get("figure A") or row.get("figure B"))


def least_of(log: list[dict[str, str]], name: str) -> int:
    """What stations hold for sure of which no sheet counts whole: the least that each states."""
    groups: dict[str, list[str]] = defaultdict(list)
    for row in log:
        if row["reason"] == "contested":
            groups[row["station"]].append(row.get(f"figure {name}", ""))
    return sum(min(map(cell, texts)) for texts in groups.values() if all(texts))


def readable(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Return the rows with every count read, where parts would leave sums open."""
    return [{**row, **{n: row[n] if row[n].isdigit() else "5" for n in names}} for row in rows]


def hold_wide(rows: list[dict[str, Any]], meaning: dict[str, Any]) -> None:
    mapping = {"station": "S", "votes": {"A": "A", "B": "B"}, **meaning}
    if meaning.get("repeated") == "sum":
        rows = readable(rows, "A", "B")
    try:
        report = report_of(rows, mapping)
    except InputError:
        assume(False)
    checked(report, rows, mapping, votes=True)


def hold_long(rows: list[dict[str, Any]], meaning: dict[str, Any], absent: str | None) -> None:
    of_options = {"option": "OPTION", "count": "N", "ignore": "Z", "absent": absent}
    votes = {"A": "A", "B": "B"}
    mapping = {"layout": "long", "station": "S", "votes": votes, **of_options, **meaning}
    rows = readable(rows, "N")
    try:
        report = report_of(rows, mapping)
    except InputError:
        assume(False)
    # Of parts that lack an option no sum is known.
    known = absent is not None or meaning.get("repeated") != "sum"
    checked(report, rows, mapping, votes=known)


FEW = settings(max_examples=12)
"""Each reads and verifies a file; the slow test asks many more."""


@FEW
@given(rows_of_sheets, meanings)
def test_wide_rows_count_or_are_told_of(
    rows: list[dict[str, Any]], meaning: dict[str, Any]
) -> None:
    hold_wide(rows, meaning)


@FEW
@given(rows_of_options, meanings, st.sampled_from([None, "zero"]))
def test_long_rows_count_or_are_told_of(
    rows: list[dict[str, Any]], meaning: dict[str, Any], absent: str | None
) -> None:
    hold_long(rows, meaning, absent)


@pytest.mark.hours
@settings(max_examples=400)
@given(rows_of_sheets, rows_of_options, meanings, st.sampled_from([None, "zero"]))
def test_many_rows_count_or_are_told_of(
    sheets: list[dict[str, Any]],
    options: list[dict[str, Any]],
    meaning: dict[str, Any],
    absent: str | None,
) -> None:
    hold_wide(sheets, meaning)
    hold_long(options, meaning, absent)


PLAIN = {"station": "S", "votes": {"A": "A", "B": "B"}, "where": {"RACE": "x"}}


@FEW
@given(rows_of_sheets, st.lists(st.integers(0, 9), max_size=3))
def test_the_same_bytes_in_any_parts(rows: list[dict[str, Any]], edges: list[int]) -> None:
    assume(any(row["RACE"] == "x" for row in rows))
    table = read_actas(rows, contest=CONTEST, mapping={**PLAIN, "subtotals": "keep"})
    whole = verify(Case(CONTEST, table), checks="T201")
    again = verify(Case(CONTEST, InParts(table, tuple(edges))), checks="T201")
    assert again.left_out_csv() == whole.left_out_csv()
    assert again.left_out == whole.left_out
    assert sum(len(part.left_out) for part in table.parts(3)) == len(table.left_out)


def test_a_stream_tells_what_a_whole_file_does(tmp_path: Path) -> None:
    rows = [{"S": str(at), "RACE": "xy"[at % 7 > 1], "A": at, "B": 5} for at in range(1, 40)]
    rows += [{"S": "7", "RACE": "x", "A": 7, "B": 5}, {"S": "8", "RACE": "x", "A": 9, "B": 5}]
    rows += [{"S": str(at), "RACE": "y", "A": 1, "B": 1} for at in range(9)]
    path = tmp_path / "actas.parquet"
    pd.DataFrame(rows).to_parquet(path)
    whole = verify(Case(CONTEST, read_actas(path, contest=CONTEST, mapping=PLAIN)), checks="T201")
    mapping = read_actas(path, contest=CONTEST, mapping=PLAIN).source.mapping
    for batch in (1, 3, 50):
        stream = ActaStream(path, CONTEST, mapping, batch=batch)
        assert verify(Case(CONTEST, stream), checks="T201").left_out == whole.left_out
    assert whole.left_out is not None
    assert whole.left_out.reasons == {"where": 37, "repeated": 1, "contested": 2}


def test_several_files_are_named_with_rows_of_their_own(tmp_path: Path) -> None:
    for name, races in (("=1.csv", "xy"), ("b.csv", "yx")):
        lines = [f"{name[0]}{at},{race},4,3" for at, race in enumerate(races)]
        text = "\n".join(["S,RACE,A,B", lines[0], "", ",,,", lines[1], ",,,"])
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = report_of(tmp_path, PLAIN)
    assert [(row["file"], row["row"], row["station"]) for row in parsed(report)] == [
        ("'=1.csv", "5", "'=1"),
        ("b.csv", "2", "b0"),
    ]
    assert report.left_out is not None
    assert (report.left_out.counted, report.left_out.blank) == (2, 6)


def test_each_reason_is_told_in_both_languages() -> None:
    sheets = [
        *({"S": "1", "K": "ok", "AT": at, "R": "x", "A": "4", "B": "3"} for at in "12"),
        *({"S": "2", "K": kind, "AT": "1", "R": "x", "A": "4", "B": "3"} for kind in ("ok", "no")),
        {"S": "3", "K": "no", "AT": "1", "R": "x", "A": "4", "B": "3"},
        {"S": "4", "K": "wait", "AT": "1", "R": "x", "A": "4", "B": "3"},
        {"S": "5", "K": "ok", "AT": "1", "R": "x", "A": "", "B": ""},
        {"S": "6", "K": "ok", "AT": "1", "R": "y", "A": "1,204", "B": "x"},
        {"S": "7", "K": "ok", "AT": "9", "R": "x", "A": "4", "B": "3"},
        {"S": "Total", "K": "", "AT": "", "R": "x", "A": "23", "B": "15"},
    ]
    report = report_of(
        sheets,
        {
            "station": "S",
            "votes": {"A": "A", "B": "B"},
            "where": {"R": "x"},
            "where_not": {"AT": "9"},
            "status": {**STATUS, "column": "K"},
            "repeated": {"latest": "AT"},
            "subtotals": "leave_out",
        },
    )
    frame = report.left_out_frame()
    assert frame[["row", "reason"]].to_numpy().tolist() == [
        [1, "version"],
        [4, "annulled"],
        [5, "annulled"],
        [6, "pending"],
        [7, "no_votes"],
        [8, "where"],
        [9, "where_not"],
        [10, "subtotal"],
    ]
    # What is left out is read as all else: a thousand, and a cell that holds no count.
    assert frame.loc[5, ["figure A", "figure B"]].tolist() == [1204, pd.NA]
    assert report.totals.votes == {"A": 8, "B": 6} == {"A": 4 + 4, "B": 3 + 3}
    spanish = report.in_language("es")
    assert spanish.left_out is not None
    assert spanish.left_out_csv() != report.left_out_csv()
    digest = hashlib.sha256(spanish.left_out_csv().encode()).hexdigest()
    assert spanish.left_out.sha256 == digest
    for one, other in zip(parsed(report), parsed(spanish), strict=True):
        assert one["words"] != other["words"]
        assert {**one, "words": ""} == {**other, "words": ""}
    assert spanish.in_language("en").left_out == report.left_out


def test_what_is_declared_annulled_and_totals_that_nobody_decides() -> None:
    declared = Declared.model_validate(
        {"bulletins": [{"id": "1", "areas": [{"votes": {"A": 8}}]}], "annulled": ["2"]}
    )
    rows = [{"S": name, "A": "40", "B": "30"} for name in "123"]
    mapping = {"station": "S", "votes": {"A": "A", "B": "B"}}
    report = report_of(rows, mapping, declared=declared)
    assert [(row["station"], row["reason"]) for row in parsed(report)] == [("2", "annulled")]
    rows.append({"S": "Total", "A": "120", "B": "90"})
    report = report_of(rows, mapping)
    assert [(row["station"], row["reason"]) for row in parsed(report)] == [("Total", "subtotal")]
    assert report.totals.votes == {"A": 120, "B": 90}


def test_nothing_left_out_is_a_header_alone(tmp_path: Path) -> None:
    report = verify("data/samples/clean", checks="T201")
    text = report.left_out_csv(tmp_path / "left_out.csv")
    assert text == "role,file,row,station,reason,words,option,count\n"
    assert (tmp_path / "left_out.csv").read_text(encoding="utf-8") == text
    assert report.left_out is not None
    assert (report.left_out.rows, report.left_out.counted) == (0, 1500)


def test_captures_are_told_of_too(tmp_path: Path) -> None:
    rows = pd.DataFrame({"S": list("123"), "RACE": list("xxy"), "A": [5, 4, 3], "B": [1, 1, 1]})
    rows.to_csv(tmp_path / "a.csv", index=False)
    rows.assign(RACE=list("xyy")).to_csv(tmp_path / "b.csv", index=False)
    (tmp_path / "contest.json").write_text(CONTEST.model_dump_json(), encoding="utf-8")
    case = {
        "contest": "contest.json",
        "actas": {"file": "a.csv", "mapping": PLAIN},
        "captures": [{"name": "qr", "file": "b.csv", "mapping": PLAIN}],
    }
    (tmp_path / "case.json").write_text(json.dumps(case), encoding="utf-8")
    report = verify(load_case(tmp_path), checks="T201")
    assert [(row["role"], row["file"], row["row"]) for row in parsed(report)] == [
        ("actas", "a.csv", "4"),
        ("capture", "b.csv", "3"),
        ("capture", "b.csv", "4"),
    ]
    assert report.left_out is not None
    assert report.left_out.counted + report.left_out.rows == 6
    assert sum(one.rows or 0 for one in report.inputs) == 6


def test_a_report_read_back_holds_the_digest_and_reproduce_asks_it(tmp_path: Path) -> None:
    report = verify("data/samples/clean", checks="T201")
    report.to_json(tmp_path / "report.json")
    back = load_report(tmp_path / "report.json")
    assert back.left_out == report.left_out
    with pytest.raises(InputError, match="does not hold the rows left out"):
        back.left_out_frame()
    assert back.left_out is not None
    other = back.model_copy(
        update={"left_out": back.left_out.model_copy(update={"sha256": "0" * 64})}
    )
    found = reproduce(other, "data/samples/clean").differences
    assert [one.place for one in found] == ["left_out.sha256"]
    assert reproduce(back, "data/samples/clean").differences == ()


def test_a_row_that_goes_unsaid_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader, and the sums, fail rather than answer for another file."""
    rows = [{"S": name, "RACE": "x", "A": "4", "B": "0"} for name in ("1", "2", "Total")]
    monkeypatch.setattr(settling, "without_rows", lambda table, out, *_: table.take(~out))
    with pytest.raises(RowLostError, match="3 rows, of which 2 count and 0 are left out"):
        report_of(rows, {**PLAIN, "subtotals": "leave_out"})
    monkeypatch.undo()
    empty = lambda table, which, *_: table.left_out  # noqa: E731
    monkeypatch.setattr(engine, "sheets_left_out", empty)
    with pytest.raises(RowLostError, match="3 rows, of which 2 count and 0 are left out"):
        report_of([*rows[:2], rows[1]], PLAIN)


@pytest.mark.hours
def test_a_million_rows_left_out_cost_little() -> None:
    rows = 1_000_000
    frame = pd.DataFrame(
        {
            "S": [f"{at:07d}" for at in range(rows)],
            "RACE": np.where(np.arange(rows) % 100 == 0, "x", "y"),
            **{name: np.arange(rows) % 300 for name in "AB"},
        }
    )
    before = time.process_time()
    report = report_of(frame, PLAIN)
    text = report.left_out_csv()
    assert time.process_time() - before < 60
    assert report.left_out is not None
    assert text.count("\n") - 1 == report.left_out.rows
    assert report.left_out.reasons == {"where": 990_000, "no_votes": 3_334}
    assert report.left_out_frame().memory_usage(deep=False).sum() < 120 * rows
