"""Text of files is dead in all that is shown: no sign that cannot be seen, no formula, no markup.

Where data must come back as they were (frames, Parquet, the sheets that convert and simulate write)
texts stay as they are; JSON says the same with such signs spelt out.
"""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tallyverify as tv
from tallyverify.engine import Difference
from tallyverify.errors import InputError, inert, json_text
from tallyverify.inference.estimating.backtest import Backtest
from tallyverify.reconcile import reconcile_captures
from tests.helpers.cases import table_of
from tests.helpers.command import SAMPLES

CONTROL = [chr(code) for code in (*range(32), *range(0x7F, 0xA0))]
BIDI = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
HIDDEN = ["\u00ad", "\u200b", "\u2028", "\u2029", "\u2060", "\ufeff", "\ufff9", "\U000e0041"]
LONE = ["\ud800", "\udcff", "\udfff"]
UNSEEN = {*CONTROL, *BIDI, *HIDDEN, *LONE}
PIECES = [
    "\x1b[2J",
    "\x1b]8;;http://x\x07",
    "\x9b31m",
    "=1+1",
    "@x",
    "-1",
    "+1",
    "＝1",
    ";",
    ",",
    " ",
]
PIECES += [" ", '"', "'", "\\", "<b>", "&", "[red]", "A", "ñ", "\U0001f5f3", "{", "%"]


def texts(*but: str) -> st.SearchStrategy[str]:
    signs = [sign for sign in (*CONTROL, *BIDI, *HIDDEN, *LONE) if sign not in but]
    return st.lists(st.sampled_from([*signs, *PIECES]), min_size=1, max_size=12).map("".join)


def unseen(shown: str) -> set[str]:
    """Return the signs that nobody sees; lines may break."""
    return (UNSEEN - {"\n"}) & set(shown)


@given(texts())
def test_json_says_the_same_with_what_is_not_seen_spelt_out(text: str) -> None:
    data = {text: [text, {"k": text}], "n": 1.5, "ñ": None}
    for indent in (None, 2):
        written = json_text(data, indent)
        assert json.loads(written) == data
        assert not unseen(written)
        assert "ñ" in written


@given(texts())
def test_a_cell_is_no_formula_whatever_parts_the_cells(text: str) -> None:
    held = io.StringIO()
    csv.writer(held).writerow(["D301", inert(text), "x"])
    assert not unseen(held.getvalue().replace("\r\n", ""))
    for separator in ",;":
        for row in csv.reader(io.StringIO(held.getvalue()), delimiter=separator):
            for cell in row:
                assert not cell.lstrip(' "').startswith(tuple("=+-@＝＋－＠")), (separator, row)
    assert inert(inert(text)) == inert(text)


@pytest.mark.parametrize("text", ["a; b", "x - y", "Maduro +1", "12", "José; Ana"])
def test_a_text_that_is_none_is_left_as_it_is(text: str) -> None:
    assert inert(text) == text


@cache
def one_table() -> tv.ActaTable:
    return table_of([{"A": 8, "B": 1, "C": 3}, {"A": 7, "B": 3, "C": 4}])


def records_of(text: str) -> list[Any]:
    """Return public records whose repr or str is their own, made of a text that a file can hold."""
    finding = tv.Finding(code="R101", evidence=tv.Evidence.NOTE, message=text)
    frame = pd.DataFrame({"station": [text], "A": [9], "B": [1], "area": [text]})
    contest = tv.Contest.model_validate(
        {"id": "t", "levels": ["area"], "candidates": [{"id": "A"}, {"id": "B"}]}
    )
    table = tv.read_actas(frame, contest=contest)
    registry = tv.Registry(frame=pd.DataFrame({"station": [text], "registered": [3]}))
    bounds = tv.compare.bounds(one_table(), stations=3, registered=90)
    pair = reconcile_captures(one_table(), one_table(), names=(text, "b"))
    return [
        *(finding, table, registry, pair, Difference(text, text, text)),
        type(bounds)(**{**bounds.__dict__, "leader": text, "runner_up": text}),
        Backtest(rows=(), inflation=1.0, setting=text, refused=text),
        InputError(text, file=text, place=text, found=text, expected=text, hint=text),
        tv.records.Candidate.model_construct(id=text, name=text),
    ]


@settings(max_examples=30, deadline=None)
@given(texts(*LONE))
def test_records_show_nothing_that_is_not_seen(text: str) -> None:
    for record in records_of(text):
        for shown in (repr(record), str(record)):
            assert not unseen(shown), type(record)
        if hasattr(record, "_repr_html_"):
            assert not unseen(record._repr_html_()), type(record)


@pytest.mark.parametrize("text", LONE)
def test_no_file_brings_in_half_of_a_sign(text: str, tmp_path: Path) -> None:
    """JSON can spell it; no UTF-8 can hold it, so that no report could be written."""
    record = json.dumps({"station": "1", "state": text, "A": 3, "B": 1})
    contest = {"id": "t", "levels": ["state"], "candidates": [{"id": "A"}, {"id": "B"}]}
    for written in (record, f"[{record}]", record.replace("state", json.dumps(text)[1:-1])):
        (tmp_path / "actas.json").write_text(f"{written}\n", encoding="utf-8")
        with pytest.raises(InputError, match="half of a sign"):
            tv.read_actas(tmp_path / "actas.json", contest=tv.Contest.model_validate(contest))
    with pytest.raises(InputError):
        tv.Contest.model_validate({**contest, "name": text})


@pytest.mark.parametrize("text", LONE)
@pytest.mark.parametrize("name", ["state", "station", "A"])
def test_no_table_in_memory_brings_in_half_of_a_sign(text: str, name: str) -> None:
    sound = {"station": "1", "state": "N", "A": "3", "B": "1"}
    contest = tv.Contest.model_validate(
        {"id": "t", "levels": ["state"], "candidates": [{"id": "A"}, {"id": "B"}]}
    )
    rows = [sound, {**sound, name: text}]
    for table in (rows, pd.DataFrame(rows, dtype=object)):
        with pytest.raises(InputError, match=rf"row 2, column '{name}': half of a sign"):
            tv.read_actas(table, contest=contest)
    named = pd.DataFrame([["1"]], columns=pd.Index([text], dtype=object))
    for table in ([{**sound, text: "1"}], named):
        with pytest.raises(InputError, match="half of a sign"):
            tv.read_actas(table, contest=contest)


@cache
def sample() -> tv.Report:
    return tv.verify(tv.load_case(SAMPLES / "clean"), checks="rules,compare")


def report_of(text: str) -> tv.Report:
    """Return a report that holds a text wherever a file can put one."""
    report = sample()
    finding = tv.Finding(
        code="D301",
        evidence=tv.Evidence.CONTRADICTION,
        area={"state": text},
        station=text,
        candidate=text,
        bulletin=text,
        message=text,
        proof=text,
        arithmetic=text,
    )
    contest = report.contest.model_copy(update={"name": text, "id": text})
    summary = report.summary
    assert summary is not None
    summary = summary.model_copy(update={"sentence": text, "declared": text, "next": text})
    inputs = (report.inputs[0].model_copy(update={"name": text}), *report.inputs[1:])
    changed = {"findings": (finding,), "contest": contest, "summary": summary, "inputs": inputs}
    return report.model_copy(update=changed)


@settings(max_examples=5, deadline=None)
@given(texts(*LONE))
def test_no_face_of_a_report_shows_what_is_not_seen(text: str) -> None:
    report = report_of(text)
    faces = {
        "json": report.to_json(),
        "csv": report.to_csv(),
        "markdown": report.to_markdown(),
        "terminal": report.to_text() + report.to_text(verbose=True),
        "page": report.to_html(),
        "notebook": report._repr_html_(),
        "repr": repr(report) + str(report) + str(report.summary) + repr(report.findings),
    }
    for name, face in faces.items():
        assert not unseen(face), (name, unseen(face))
    assert json.loads(faces["json"]) == report.to_dict()
    assert report.to_frame()["message"].tolist() == [text]  # data, as they are
