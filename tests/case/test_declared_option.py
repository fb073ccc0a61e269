"""What `--declared` takes, and what `registry_from` does: a table, or what names one."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pandas as pd
import pytest

from tallyverify import InputError, read_actas
from tallyverify.inference import registry_from
from tallyverify.names import NO_PLACE, names_nothing
from tests.case.test_declared_tables import FINAL, MAPPED, TABLE
from tests.helpers.command import ROOT, Command, refused, small_case
from tests.helpers.small import CONTEST, CSV, MAPPING, written


def test_declared_may_be_json_that_names_a_table(command: Command, tmp_path: Path) -> None:
    case, beside = small_case(tmp_path / "c"), tmp_path / "other"
    beside.mkdir()
    (beside / "r.csv").write_text(TABLE, encoding="utf-8")
    said = {"file": "r.csv", "mapping": MAPPED, "bulletin": FINAL}
    (beside / "table.json").write_text(json.dumps(said), encoding="utf-8")
    done = command(
        "verify", case, "--declared", beside / "table.json", "--format", "json", "--checks", "rules"
    )
    assert done.code == 0, done.err
    declared = [one for one in json.loads(done.out)["inputs"] if one["role"] == "declared"]
    assert [one["name"] for one in declared] == ["table.json", "r.csv"]
    said["file"] = "../c/actas.csv"
    (beside / "table.json").write_text(json.dumps(said), encoding="utf-8")
    done = command("verify", case, "--declared", beside / "table.json")
    assert done.code == 2
    assert "must lie inside" in done.err


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx", "r.CSV.gz"])
def test_a_table_itself_is_refused_with_what_to_write(
    command: Command, tmp_path: Path, name: str
) -> None:
    case = small_case(tmp_path / "c")
    (tmp_path / name).write_text(TABLE, encoding="utf-8")
    done = command("verify", case, "--declared", tmp_path / name)
    refused(done, name, "what columns of a table mean", f'{{"file": "{name}", "mapping": ')


def test_stations_are_taken_from_sheets_of_any_kind(tmp_path: Path) -> None:
    path = written(tmp_path, CSV)
    table = read_actas(path, contest=CONTEST, mapping=MAPPING)
    true = registry_from(table, earlier=True).frame
    for source in (
        path,
        pd.read_csv(path, dtype=str),
        pd.read_csv(path, dtype=str).to_dict("records"),
    ):
        found = registry_from(source, earlier=True, contest=CONTEST, mapping=MAPPING)
        pd.testing.assert_frame_equal(found.frame, true)
    with pytest.raises(InputError, match="sheets are read by their contest"):
        registry_from(path)
    with pytest.raises(InputError, match=r"was read already(.|\n)*'mapping'"):
        registry_from(table, mapping=MAPPING)


@pytest.mark.parametrize("text", [*NO_PLACE, "#REF!", "#¡VALOR!", "#NOM?", "Nan", "ND", "#1", "N"])
def test_the_verifier_knows_the_same_texts_that_name_no_place(text: str) -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "check_certificate.py"))
    only_in_workbooks = text == "a formula without a value"
    assert bool(re.match(tool["NO"], text)) is (names_nothing(text) and not only_in_workbooks)
