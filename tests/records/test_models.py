"""The record of one sheet, and the models that describe a case."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify.errors import InputError, nearest, shown
from tallyverify.findings import Evidence
from tallyverify.records.acta import Acta
from tallyverify.records.contest import Contest
from tallyverify.records.declared import Declared
from tallyverify.records.mapping import Mapping
from tallyverify.table.registry import Registry

CONTEST = Contest.model_validate(
    {
        "id": "toy",
        "levels": ["state"],
        "candidates": [{"id": "red", "options": ["r1", "r2"]}, {"id": "blue"}],
        "lines": [{"id": "received"}, "unused"],
        "balances": [
            {"code": "papers", "left": "ballots + unused", "op": "==", "right": "received"},
            {"code": "cap", "left": "red", "op": "<=", "right": "received", "tolerance": 1},
        ],
    }
)
SHEET: dict[str, Any] = {
    "station": "7",
    "areas": {"state": "Norte"},
    "lines": {"valid": 12, "null": 1, "ballots": 13, "registered": 20},
    "votes": {"r1": 5, "r2": 3, "blue": 4},
}


def sheet(**changed: Any) -> dict[str, Any]:
    merged = {**SHEET}
    for field, value in changed.items():
        merged[field] = {**SHEET[field], **value} if isinstance(value, dict) else value
    return merged


def codes(data: dict[str, Any]) -> list[str]:
    return [finding.code for finding in Acta.read(data, CONTEST).check(CONTEST)]


@pytest.mark.parametrize("count", [True, False, 1.0, 1.5, -1, "5", "", 10**10 + 1, [5], {}])
@pytest.mark.parametrize("field", ["votes", "lines"])
def test_a_count_is_a_whole_number_and_nothing_else(field: str, count: Any) -> None:
    name = {"votes": "blue", "lines": "valid"}[field]
    with pytest.raises(InputError) as caught:
        Acta.read(sheet(**{field: {name: count}}), CONTEST)
    assert caught.value.problems[0]["loc"][:2] == (field, name)


def test_a_figure_that_was_not_read_is_none() -> None:
    acta = Acta.read(sheet(votes={"blue": None}, lines={"valid": None}), CONTEST)
    assert acta.votes["blue"] is None
    assert acta.check(CONTEST) == []


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        ({"votes": {"blu": 1}}, "did you mean 'blue'?"),
        ({"lines": {"vaild": 1}}, "did you mean 'valid'?"),
        ({"areas": {"states": "x"}}, "did you mean 'state'?"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(changed: dict[str, Any], hint: str) -> None:
    with pytest.raises(InputError) as caught:
        Acta.read(sheet(**changed), CONTEST)
    (error,) = caught.value.problems
    assert error["type"] == "unknown_name"
    assert error["msg"].endswith(hint)


def test_every_unknown_name_is_listed() -> None:
    with pytest.raises(InputError) as caught:
        Acta.read(sheet(votes={"x": 1, "y": 2}, lines={"z": 3}), CONTEST)
    assert len(caught.value.problems) == 3


def test_votes_of_a_candidate_and_of_its_options_are_counted_once() -> None:
    with pytest.raises(InputError, match="both for candidate 'red' and for options"):
        Acta.read(sheet(votes={"red": 8}), CONTEST)
    assert codes({"station": "1", "votes": {"red": 8, "blue": 4}, "lines": {"valid": 12}}) == []


def test_an_unknown_key_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        Acta.read({**SHEET, "vote": {}}, CONTEST)
    assert caught.value.problems[0]["ctx"]["hint"] == "did you mean 'votes'?"


@pytest.mark.parametrize("station", ["", "   ", None, 7, "a\x1bb", "x" * 101])
def test_a_station_has_a_printable_key(station: Any) -> None:
    with pytest.raises(InputError):
        Acta.read(sheet(station=station), CONTEST)


def test_a_sound_sheet_has_no_findings() -> None:
    assert codes(sheet()) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"votes": {"r1": 6}}, ["R101"]),
        ({"lines": {"null": 2}}, ["R102"]),
        ({"lines": {"registered": 12}}, ["R103"]),
        ({"lines": {"registered": 0}}, []),
        ({"lines": {"signed": 12}}, ["R104"]),
        ({"lines": {"received": 30, "unused": 16}}, ["R105"]),
        ({"lines": {"received": 30, "unused": 17}}, []),
        ({"lines": {"received": 7, "unused": 0}}, ["R105"]),
        ({"lines": {"received": 6}}, ["R105"]),
        ({"votes": {"r1": 6, "blue": None}}, []),
        ({"votes": {"r1": 16, "blue": None}}, ["R101"]),
        ({"lines": {"valid": 14, "null": 1, "registered": 12}}, ["R101", "R102", "R103"]),
    ],
)
def test_broken_balances_are_findings(changed: dict[str, Any], expected: list[str]) -> None:
    assert codes(sheet(**changed)) == expected


def test_a_finding_spells_out_its_arithmetic() -> None:
    (finding,) = Acta.read(sheet(votes={"r1": 6}), CONTEST).check(CONTEST)
    assert finding.evidence is Evidence.QUALITY
    assert (finding.observed, finding.expected, finding.difference) == (13, 12, 1)
    assert finding.arithmetic == "6 (r1) + 3 (r2) + 4 (blue) = 13; 12 (valid); difference 1"
    assert (finding.station, finding.area) == ("7", {"state": "Norte"})


def test_a_balance_may_use_a_candidate_of_several_options() -> None:
    (finding,) = Acta.read(sheet(lines={"received": 6}), CONTEST).check(CONTEST)
    assert finding.arithmetic == "5 (r1) + 3 (r2) = 8; 6 (received); difference 2"


def test_strict_mode_raises_one_error_per_broken_balance() -> None:
    data = sheet(lines={"valid": 14, "registered": 12})
    with pytest.raises(InputError) as caught:
        Acta.read(data, CONTEST, strict=True)
    errors = {error["type"]: error for error in caught.value.problems}
    assert list(errors) == ["R101", "R102", "R103"]
    assert "5 (r1) + 3 (r2) + 4 (blue) = 12; 14 (valid); difference −2" in errors["R101"]["msg"]
    assert Acta.read(sheet(), CONTEST, strict=True).station == "7"


def test_an_acta_survives_json() -> None:
    acta = Acta.read(sheet(votes={"blue": None}), CONTEST)
    assert Acta.model_validate_json(acta.model_dump_json()) == acta


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"candidates": []}, "at least 1"),
        ({"candidates": [{"id": "A"}, {"id": "A"}]}, "'A'"),
        ({"candidates": [{"id": "A", "options": ["x"]}, {"id": "B", "options": ["x"]}]}, "'x'"),
        ({"candidates": [{"id": "A", "options": ["x", "x"]}]}, "'x'"),
        ({"candidates": [{"id": "A", "options": ["B"]}, {"id": "B"}]}, "candidate's id"),
        ({"candidates": [{"id": "valid"}]}, "'valid'"),
        ({"candidates": [{"id": "station"}]}, "'station'"),
        ({"candidates": [{"id": "row"}]}, "'row'"),
        ({"levels": ["A"]}, "'A'"),
        ({"lines": ["A"]}, "'A'"),
        ({"levels": ["x", "x"]}, "'x'"),
        ({"date": "28/07/2024"}, "YYYY-MM-DD"),
        ({"id": ""}, "at least 1"),
        ({"levls": []}, "found: 'levls'"),
        (
            {"balances": [{"code": "x", "left": "valids", "op": "==", "right": "A"}]},
            "did you mean 'valid'?",
        ),
        (
            {
                "balances": [
                    {"code": "x", "left": "A", "op": "<=", "right": "B", "unless_zero": "z"}
                ]
            },
            "'z'",
        ),
        (
            {"balances": [{"code": "x", "left": "A", "op": "==", "right": "B"}] * 2},
            "'x'",
        ),
        (
            {"balances": [{"code": "R101", "left": "A", "op": "==", "right": "B"}]},
            "'R101'",
        ),
    ],
)
def test_contests_that_contradict_themselves(changed: dict[str, Any], words: str) -> None:
    data = {"id": "t", "candidates": [{"id": "A"}, {"id": "B"}], **changed}
    with pytest.raises(InputError) as caught:
        Contest.model_validate(data)
    assert words in str(caught.value)


def test_a_contest_survives_json() -> None:
    assert Contest.model_validate_json(CONTEST.model_dump_json()) == CONTEST
    assert CONTEST.options == {"r1": "red", "r2": "red", "blue": "blue"}
    assert CONTEST.display("red") == "red"
    assert "received" in CONTEST.line_ids


def test_mappings_say_what_they_read() -> None:
    mapping = Mapping(station=("C", "M"), lines={"valid": ("V1", "V2")}, votes={"red": "R"})
    assert mapping.columns == ("C", "M", "V1", "V2", "R")
    with pytest.raises(InputError, match=r"'blue'"):
        mapping.fitting(CONTEST, "a.csv")
    both = Mapping(station=("C",), votes={"red": "R", "r1": "S", "blue": "B"})
    with pytest.raises(InputError, match=r"mapped twice"):
        both.fitting(CONTEST, "a.csv")
    with pytest.raises(InputError, match=r"not mapped(.|\n)*'r1', 'r2'"):
        Mapping(station=("C",), votes={"r1": "S", "blue": "B"}).fitting(CONTEST, "a.csv")


def test_a_registry_holds_each_station_once() -> None:
    rows = [{"station": "1", "registered": 300}, {"station": "2", "areas": {"state": "N"}}]
    registry = Registry.of(rows)
    assert (len(registry), registry.registered) == (2, 300)
    inside = registry.inside({"state": "N"})
    assert inside is not None
    assert inside.tolist() == [False, True]
    assert registry.inside({"county": "N"}) is None
    for wrong in ([*rows, rows[0]], [{"station": "1", "registered": -1}], [{"station": ""}]):
        with pytest.raises(InputError):
            Registry.of(wrong)


def test_errors_of_a_file_are_listed_together() -> None:
    with pytest.raises(InputError) as caught:
        Declared.model_validate({"stations": -1, "registered": "x", "bulletins": []})
    error = caught.value.in_file("declared.json")
    assert str(error).startswith("declared.json: 2 problems")
    assert "stations: " in str(error)
    assert "registered: " in str(error)


def test_what_is_shown_is_short_and_has_no_control_characters() -> None:
    assert shown("a\x1b[2J\nb") == r"'a\x1b[2J\nb'"
    assert len(shown("x" * 10_000)) <= 80
    assert nearest("EGG", ["EG", "NM"]) == "did you mean 'EG'?"
    assert nearest("zzz", ["EG", "NM"]) is None


@pytest.mark.parametrize(
    ("key", "value", "near"), [("repeated", "summ", "sum"), ("subtotals", "leaveout", "leave_out")]
)
def test_a_misspelt_word_is_told_with_the_nearest(key: str, value: str, near: str) -> None:
    with pytest.raises(InputError, match=f"did you mean '{near}'") as caught:
        Mapping.model_validate({"station": "a", key: value})
    assert str(caught.value).startswith(f"Mapping: {key}: '{value}' is none of")
