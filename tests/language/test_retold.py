"""A report in another language: what it keeps, what a change does to it, what no file can do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tallyverify as tv
from tallyverify.compare.wording import line_words, term
from tallyverify.language import counted, number, speaking, told, told_of

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"


@pytest.fixture(scope="module")
def report() -> tv.Report:
    return tv.verify(tv.load_case(SAMPLES / "clean"), checks="D301,D310")


def test_there_and_back(report: tv.Report) -> None:
    spanish = report.in_language("es")
    assert spanish.in_language("en") is report
    assert spanish.in_language("es") is spanish


def test_a_changed_copy_does_not_go_back_to_what_it_was(report: tv.Report) -> None:
    changed = report.in_language("es").model_copy(update={"seed": 7})
    with pytest.raises(tv.InputError, match="or changed, stands in one language"):
        changed.in_language("en")
    assert report.model_copy(update={"seed": 7}).in_language("es").seed == 7


def test_no_file_can_name_the_report_that_it_says(report: tv.Report, tmp_path: Path) -> None:
    for key in ("told", "_origin"):
        document = json.loads(report.to_json()) | {key: {"x": 1}}
        path = tmp_path / f"{key}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        with pytest.raises(tv.InputError, match="unknown key"):
            tv.load_report(path)


def test_a_loaded_report_stands_in_one_language(report: tv.Report, tmp_path: Path) -> None:
    report.to_json(tmp_path / "report.json")
    loaded = tv.load_report(tmp_path / "report.json")
    with pytest.raises(tv.InputError, match="read from a file"):
        loaded.in_language("es")


@pytest.mark.parametrize("count", [1, 2, np.int64(1), np.int64(7_303_480), np.uint8(3)])
def test_counts_of_numpy_are_counts(count: int) -> None:
    with speaking("es"):
        assert str(counted(count, "sheet", "sheets")) == str(counted(int(count), "sheet", "sheets"))
        of = told_of(count, "{count} station is not used", "{count} stations are not used")
        assert str(of).startswith(str(number(int(count))))
        assert str(number(count)) == str(number(int(count)))


def test_nothing_told_is_nothing() -> None:
    assert told("").in_language("es") == ""


def test_a_candidate_called_like_a_line_keeps_its_name() -> None:
    assert term(5, "blank").in_language("es") == "5 (blank)"
    assert term(5, line_words("blank")).in_language("es") == "5 (en blanco)"


def test_names_are_never_templates() -> None:
    text = told("{leader} leads in both", leader="{second} {0.__class__}")
    assert text == "{second} {0.__class__} leads in both"
    assert "{0.__class__}" in text.in_language("es")
