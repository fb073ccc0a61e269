"""The published schemas: valid, and true of the samples and of the reports made from them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tallyverify import InputError, Report, json_schema
from tallyverify.engine.schemas import DOCUMENTS
from tests.helpers.command import CASE, CONTEST, DECLARED, MAPPING, SAMPLES, Command
from tests.helpers.samples import sample_report

NAMES = ["clean", "partial", "venezuela-2024"]

# The contract of report.json: every object's keys, in this order.
REPORT = (
    "schema version language seed asked second_reading allowance capture supplied_by sampling "
    "inputs left_out coverage totals verdict reason summary checks findings feasibility "
    "materiality reconcile estimate indicators contest declared mappings"
)
INPUT = "role name sha256 rows"
LEFT_OUT = "name sha256 rows counted blank reasons"
COVERAGE = "stations stations_expected registered registered_expected"
TOTALS = "valid null blank ballots registered votes"
CHECK = "code name family evidence status reason statistic pvalue effect assumptions reference"
FINDING = (
    "code evidence bulletin area station candidate observed expected difference message proof "
    "arithmetic"
)
MAPPING_USED = "role name mapping grouping decimal"


def errors(document: str, data: Any) -> list[str]:
    return [error.message for error in validator(document).iter_errors(data)]


@cache
def validator(document: str) -> Draft202012Validator:
    return Draft202012Validator(json_schema(document))


def plain(report: Report) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(report.to_json())
    return read


@pytest.fixture(scope="module", params=NAMES)
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    return plain(sample_report(request.param))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_is_a_schema(command: Command, document: str) -> None:
    outcome = command("schema", document)
    assert (outcome.code, outcome.err) == (0, "")
    schema = json.loads(outcome.out)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema == json_schema(document)
    assert outcome.out.isascii()


def test_no_other_document() -> None:
    with pytest.raises(InputError, match="no such document"):
        json_schema("forensics")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("document", ["case", "contest", "declared"])
def test_samples_are_what_the_schemas_say(name: str, document: str) -> None:
    text = (SAMPLES / name / f"{document}.json").read_text(encoding="utf-8")
    assert errors(document, json.loads(text)) == []


def test_short_forms_that_are_read_are_in_the_schemas() -> None:
    contest = {**CONTEST, "lines": ["registered", {"id": "signed"}]}
    mapping = {**MAPPING, "missing": "-", "lines": {"valid": ["A", "B"]}}
    for document, data in (
        ("case", CASE),
        ("contest", contest),
        ("declared", DECLARED),
        ("mapping", mapping),
    ):
        assert errors(document, data) == []
    assert errors("mapping", {**MAPPING, "layout": "long", "ignore": "Total"}) == []


@pytest.mark.parametrize(
    ("document", "data"),
    [
        ("contest", {**CONTEST, "candidates": []}),
        ("contest", {**CONTEST, "candidate": []}),
        ("declared", {"bulletins": [{"id": "1", "areas": [{"votes": {"A": -1}}]}]}),
        ("declared", {"bulletins": [{"id": "1", "areas": [{"votes": {"A": 1.5}}]}]}),
        ("declared", {"bulletins": [{"id": "1", "areas": [{"coverage": 150}]}]}),
        ("case", {"contest": "contest.json"}),
        ("mapping", {"station": 3}),
        ("acta", {"station": "1", "votes": {"A": "many"}}),
        ("registry", [{"registered": 3}]),
    ],
)
def test_what_is_wrong_is_refused(document: str, data: Any) -> None:
    assert errors(document, data)


def test_reports_have_the_contract_keys_in_order(report: dict[str, Any]) -> None:
    assert " ".join(report) == REPORT
    assert report["schema"] == "tallyverify/report/1"
    assert " ".join(report["left_out"]) == LEFT_OUT
    assert " ".join(report["coverage"]) == COVERAGE
    assert " ".join(report["totals"]) == TOTALS
    for part, keys in (("inputs", INPUT), ("checks", CHECK), ("findings", FINDING)):
        assert report[part]
        assert {" ".join(row) for row in report[part]} == {keys}


def test_reports_are_what_the_schema_says(report: dict[str, Any]) -> None:
    assert errors("report", report) == []
    for part in REPORT.split():
        assert errors("report", {key: value for key, value in report.items() if key != part})
    assert errors("report", {**report, "host": "x"})
    for part in ("checks", "findings"):
        for key in report[part][0]:
            less = {name: value for name, value in report[part][0].items() if name != key}
            assert errors("report", {**report, part: [less]})


def test_the_schema_of_reports_names_the_contract_in_order() -> None:
    schema = json_schema("report")
    assert list(schema["properties"]) == schema["required"] == REPORT.split()
    for model, keys in (
        ("InputFile", INPUT),
        ("LeftOutFile", LEFT_OUT),
        ("MappingUsed", MAPPING_USED),
        ("CoverageFacts", COVERAGE),
        ("Totals", TOTALS),
        ("CheckResult", CHECK),
        ("Finding", FINDING),
    ):
        part = schema["$defs"][model]
        assert list(part["properties"]) == part["required"] == keys.split()
        assert part["additionalProperties"] is False
