"""The worklist: what was resolved stays so, only real differences are listed, nothing is lost."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tallyverify as tv
from tallyverify.reconcile import read_worklist, reconcile_captures, worklist_csv
from tests.reconcile.small import capture, rows_of

FIRST = [("0001/01", 100, 80), ("0001/02", 100, 80), ("0001/03", 1200, 80), ("0001/04", 5, 5)]
SECOND = [("0001/01", 130, 80), ("0001/02", 100, 81), ("0001/03", 2100, 80), ("0001/04", 5, 5)]


def pair(second: list[tuple[str, int, int]] = SECOND) -> Any:
    return reconcile_captures(capture(rows_of(FIRST)), capture(rows_of(second)))


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def again(path: Path, rows: list[dict[str, str]], second: Any = SECOND) -> list[dict[str, str]]:
    pd.DataFrame(rows).to_csv(path, index=False)
    return parsed(worklist_csv([pair(second)], read_worklist(path)))


def test_only_differences_are_listed_the_largest_effect_first() -> None:
    rows = parsed(worklist_csv([pair()]))
    assert [(row["station"], row["effect"]) for row in rows] == [
        ("0001/03", "900"), ("0001/01", "30"), ("0001/02", "1")
    ]  # fmt: skip
    assert rows[0]["slip"] == "exchanged_digits"


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    text = worklist_csv([pair()])
    (tmp_path / "w.csv").write_text(text, encoding="utf-8")
    assert worklist_csv([pair()], read_worklist(tmp_path / "w.csv")) == text


def test_what_was_resolved_stays_resolved_below_what_is_open(tmp_path: Path) -> None:
    rows = parsed(worklist_csv([pair()]))
    rows[0] |= {"resolved": "second", "remark": "=photo 12"}
    found = again(tmp_path / "w.csv", rows)
    assert [row["station"] for row in found] == ["0001/01", "0001/02", "0001/03"]
    assert (found[2]["resolved"], found[2]["remark"]) == ("second", "'=photo 12")
    once_more = again(tmp_path / "w.csv", found)
    assert once_more == found


def test_a_spreadsheet_may_take_zeros_and_order_away(tmp_path: Path) -> None:
    rows = parsed(worklist_csv([pair()]))
    rows[0] |= {"resolved": "x", "station": "1/3", "first": "1,200", "second": "2100.0"}
    rows.reverse()
    found = again(tmp_path / "w.csv", rows)
    assert found[2]["station"] == "0001/03"
    assert found[2]["resolved"] == "x"


def test_a_difference_with_other_figures_is_open_again_and_says_what_was_written(
    tmp_path: Path,
) -> None:
    rows = parsed(worklist_csv([pair()]))
    rows[1] |= {"resolved": "first", "remark": "asked Ana"}
    found = again(tmp_path / "w.csv", rows, [("0001/01", 150, 80), *SECOND[1:]])
    (row,) = [row for row in found if row["station"] == "0001/01"]
    assert row["resolved"] == ""
    assert row["remark"] == "first (100, 130); asked Ana"


def test_what_was_written_is_kept_where_captures_agree_by_now(tmp_path: Path) -> None:
    rows = parsed(worklist_csv([pair()]))
    rows[1] |= {"remark": "typed again"}
    found = again(tmp_path / "w.csv", rows, [FIRST[0], *SECOND[1:]])
    assert [row["became"] for row in found] == ["slip", "slip", "agree"]
    assert found[-1]["remark"] == "typed again"
    # A row that nobody wrote on goes.
    assert len(again(tmp_path / "w.csv", rows[:1], [FIRST[0], *SECOND[1:]])) == 2


def test_what_is_not_met_is_not_called_agreement(tmp_path: Path) -> None:
    rows = parsed(worklist_csv([pair()]))
    rows[0] |= {"resolved": "x", "station": "1.2E+3"}
    rows[1] |= {"remark": "of another pair", "second_capture": "third"}
    found = again(tmp_path / "w.csv", rows)
    assert sorted(row["became"] for row in found[-2:]) == ["not_met", "slip"]
    assert sorted(row["resolved"] for row in found) == ["", "", "", "", "x"]


def test_columns_of_ones_own_are_kept(tmp_path: Path) -> None:
    rows = [{**row, "who": "Ana"} for row in parsed(worklist_csv([pair()]))]
    assert [row["who"] for row in again(tmp_path / "w.csv", rows)] == ["Ana"] * 3


def test_thousands_are_no_decimals(tmp_path: Path) -> None:
    first = capture(rows_of([("1", 1000, 5)]))
    second = capture(rows_of([("1", 2000, 5)]))
    (row,) = parsed(worklist_csv([reconcile_captures(first, second)]))
    row |= {"resolved": "x", "first": "1.000", "second": "2.000"}
    path = tmp_path / "w.csv"
    pd.DataFrame([row]).to_csv(path, index=False)
    (kept,) = parsed(worklist_csv([reconcile_captures(first, second)], read_worklist(path)))
    assert kept["resolved"] == "x"


@pytest.mark.parametrize("kind", ["xlsx", "semicolons", "latin"])
def test_as_saved_by_other_programs(tmp_path: Path, kind: str) -> None:
    rows = parsed(worklist_csv([pair()]))
    rows[0] |= {"resolved": "sí", "remark": "año"}
    frame, path = pd.DataFrame(rows), tmp_path / ("w.xlsx" if kind == "xlsx" else "w.csv")
    if kind == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(
            path, index=False, sep=";" if kind == "semicolons" else ",",
            encoding="latin-1" if kind == "latin" else "utf-8-sig",
        )  # fmt: skip
    found = parsed(worklist_csv([pair()], read_worklist(path)))
    assert (found[-1]["resolved"], found[-1]["remark"]) == ("sí", "año")


def test_a_worklist_that_lost_columns_is_refused(tmp_path: Path) -> None:
    rows = parsed(worklist_csv([pair()]))
    path = tmp_path / "w.csv"
    pd.DataFrame(rows).drop(columns=["resolved"]).to_csv(path, index=False)
    with pytest.raises(tv.InputError, match="lacks columns"):
        read_worklist(path)


def test_two_rows_of_one_difference_that_both_say_something_are_refused(tmp_path: Path) -> None:
    rows = parsed(worklist_csv([pair()]))
    path = tmp_path / "w.csv"
    pd.DataFrame([*rows, {**rows[0], "resolved": "a"}]).to_csv(path, index=False)
    assert len(read_worklist(path)) == 3
    twice = [{**rows[0], "resolved": "a"}, {**rows[0], "resolved": "b"}]
    pd.DataFrame(twice).to_csv(path, index=False)
    with pytest.raises(tv.InputError, match="two rows"):
        read_worklist(path)


def test_no_cell_is_a_formula() -> None:
    one = capture([{"station": "=1+1", "state": "@x", "A": 1, "B": 2, "C": 0}])
    other = capture([{"station": "=1+1", "state": "@x", "A": 2, "B": 2, "C": 0}])
    text = worklist_csv([reconcile_captures(one, other)])
    assert "\n'=1+1,'@x," in text


def test_what_was_resolved_is_found_by_a_key_with_signs_that_are_guarded(tmp_path: Path) -> None:
    """A cell that is guarded, or spelt out, when it is written is the same key when it is read."""
    key = "a;=1\u202eb"
    one = capture([{"station": key, "state": "x", "A": 1, "B": 2, "C": 0}])
    other = capture([{"station": key, "state": "x", "A": 2, "B": 2, "C": 0}])
    held = reconcile_captures(one, other)
    rows = parsed(worklist_csv([held]))
    assert rows[0]["station"] == "a;'=1\\u202eb"
    pd.DataFrame([{**rows[0], "resolved": "yes"}]).to_csv(tmp_path / "w.csv", index=False)
    once = worklist_csv([held], read_worklist(tmp_path / "w.csv"))
    (tmp_path / "w.csv").write_text(once, encoding="utf-8")
    assert [row["resolved"] for row in parsed(once)] == ["yes"]
    assert worklist_csv([held], read_worklist(tmp_path / "w.csv")) == once
