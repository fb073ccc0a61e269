"""docs/case.md tells every key of the files that people write, with an example that is accepted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tallyverify.case import CaseFile
from tallyverify.case.case_file import (
    ActasFile,
    CaptureFile,
    DeclaredTable,
    EarlierFile,
    FurtherContest,
)
from tallyverify.engine import json_schema
from tallyverify.records import (
    AreaResult,
    Bulletin,
    Contest,
    Declared,
    DeclaredMapping,
    Mapping,
)

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "case.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = ["null", "blank", "challenged"]

# What is told under a heading, the model, and the least that a document of it needs.
TOLD: list[tuple[str, type[BaseModel], dict[str, Any]]] = [
    ("## case.json", CaseFile, {"contest": "c.json", "actas": {"file": "a.csv"}}),
    ("Of `actas`:", ActasFile, {"file": "a.csv"}),
    ("Of each of `captures`:", CaptureFile, {"name": "c", "file": "a.csv"}),
    ("Of `earlier`:", EarlierFile, {"file": "a.csv"}),
    ("Of each of `contests`:", FurtherContest, {"name": "c", "file": "a.csv"}),
    (
        "bulletin, e.g. by state and by municipality. Of a table:",
        DeclaredTable,
        {"file": "r.csv", "mapping": "m.json"},
    ),
    ("## contest.json", Contest, {"id": "t", "candidates": [{"id": "A"}], "lines": LINES}),
    ("## declared.json", Declared, {}),
    ("Of a bulletin:", Bulletin, {"id": "1", "areas": [{}]}),
    ("Of an area in a bulletin:", AreaResult, {}),
]


def rows(heading: str) -> list[tuple[list[str], dict[str, Any]]]:
    """Return the keys and the example of each row of the first table under a heading."""
    table = PAGE.split(f"\n{heading}\n")[1].split("|---|---|---|\n")[1].split("\n\n")[0]
    cells = [line.split(" | ") for line in table.splitlines()]
    return [
        (re.findall(r"`(\w+)`", keys), json.loads("{" + example.strip("` ") + "}"))
        for keys, example, *_ in cells
    ]


@pytest.mark.parametrize(("heading", "model", "least"), TOLD)
def test_every_key_is_told_with_an_example_that_is_accepted(
    heading: str, model: type[BaseModel], least: dict[str, Any]
) -> None:
    told = rows(heading)
    assert {key for keys, _ in told for key in keys} == set(model.model_fields)
    for keys, example in told:
        assert set(keys) & set(example), (keys, example)
        read = model.model_validate({**least, **example})
        assert any(
            getattr(read, key) != model.model_fields[key].default
            for key in set(keys) & set(example)
        )


def test_the_keys_of_a_table_of_results_are_told() -> None:
    told = rows("`thousands`, `sheet`, `fill_down`, …), and:")
    own = set(DeclaredMapping.model_fields) - set(Mapping.model_fields)
    assert {key for keys, _ in told for key in keys} == own | {"areas", "votes", "lines"}
    for _, example in told:
        least = {"areas": {"state": "EDO"}, "votes": {"A": "ANA"}}
        assert DeclaredMapping.model_validate({**least, **example})


def test_what_a_row_means_is_told_with_examples_that_are_accepted() -> None:
    told = rows("## What a row means")
    assert {key for keys, _ in told for key in keys} <= set(Mapping.model_fields)


def test_what_rows_of_one_station_mean_is_told_with_examples_that_are_accepted() -> None:
    told = rows("## What rows of one station mean")
    assert {key for keys, _ in told for key in keys} == {"status", "repeated", "subtotals"}
    for keys, example in told:
        read = Mapping.model_validate({"station": "ID", **example})
        assert set(keys) & set(example) & read.model_fields_set


@pytest.mark.parametrize("document", ["case", "contest", "declared"])
def test_the_schemas_have_the_same_keys(document: str) -> None:
    assert set(json_schema(document)["properties"]) == {
        key for keys, _ in rows(f"## {document}.json") for key in keys
    }


def test_keys_that_the_readme_tells_are_told_here_too() -> None:
    table = README.split("| in | key | what it says |\n|---|---|---|\n")[1].split("\n\n")[0]
    told = re.findall(r'`"(\w+)":', table)
    assert len(told) >= 11
    for key in told:
        assert f"| `{key}` |" in PAGE or f"`{key}`" in PAGE
