"""case.json: what is said of the case as a whole reaches the checks, or is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tallyverify import InputError, load_case
from tallyverify.records import Allowance
from tests.helpers.command import CASE, small_case


def case_of(folder: Path, **changed: Any) -> Path:
    small_case(folder)
    (folder / "case.json").write_text(json.dumps({**CASE, **changed}), encoding="utf-8")
    return folder


def captured(**more: Any) -> dict[str, Any]:
    return {"actas": {**CASE["actas"], **more}}


def test_without_a_word_sheets_are_definitive_and_the_allowance_follows(tmp_path: Path) -> None:
    case = load_case(case_of(tmp_path / "c"))
    assert (case.allowance, case.capture) == (None, "definitive")
    assert (case.facts.allowance, case.facts.capture) == (None, "definitive")


@pytest.mark.parametrize(
    "said", [{"sheets": 0}, {"sheets": 1}, {"share": 0}, {"share": 0.5}, {"share": 0.005}]
)
@pytest.mark.parametrize("capture", ["definitive", "provisional"])
def test_what_is_said_reaches_the_checks(
    tmp_path: Path, said: dict[str, Any], capture: str
) -> None:
    folder = case_of(tmp_path / "c", allowance=said, **captured(capture=capture))
    case = load_case(folder)
    assert case.allowance == case.facts.allowance == Allowance(**said)
    assert case.capture == case.facts.capture == capture
    # Other sheets than the folder's were not captured as its own were.
    other = load_case(folder, actas=folder / "actas.csv", mapping=mapping_of(tmp_path))
    assert (other.allowance, other.capture) == (Allowance(**said), "definitive")


def mapping_of(folder: Path) -> Path:
    path = folder / "mapping.json"
    path.write_text(json.dumps(CASE["actas"]["mapping"]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"allowance": {}}, ("allowance", '{"sheets": 5} or {"share": 0.005}')),
        ({"allowance": {"sheets": 1, "share": 0.1}}, ("allowance", "either")),
        ({"allowance": {"sheets": -1}}, ("allowance.sheets", "greater than or equal to 0")),
        ({"allowance": {"sheets": 1.0}}, ("allowance.sheets", "whole number")),
        ({"allowance": {"sheets": 2}}, ("allowance.sheets", "0 to 1: half of the 3 rows")),
        ({"allowance": {"share": 0.51}}, ("allowance.share", "from 0 to 0.5", "found: 0.51")),
        ({"allowance": {"share": -0.1}}, ("allowance.share", "from 0 to 0.5", "found: -0.1")),
        ({"allowance": {"share": 5}}, ("allowance.share", "from 0 to 0.5", "found: 5")),
        ({"allowance": {"share": "0.1"}}, ("allowance.share", "number")),
        ({"allowance": {"sheet": 1}}, ("allowance", "did you mean 'sheets'?")),
        ({"allowance": 3}, ("allowance", "an object")),
        ({"allowances": {"sheets": 1}}, ("did you mean 'allowance'?",)),
        (captured(capture="quick"), ("actas.capture", "'definitive' or 'provisional'")),
        (captured(captured="provisional"), ("actas", "did you mean 'capture'?")),
        ({"capture": "provisional"}, ("unknown key", "'capture'")),
    ],
)
def test_what_is_misspelt_or_absurd_is_refused(
    tmp_path: Path, changed: dict[str, Any], words: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        load_case(case_of(tmp_path / "c", **changed))
    assert str(caught.value).startswith("case.json: ")
    for word in words:
        assert word in str(caught.value)
