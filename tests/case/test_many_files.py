"""Cases of several files: sheets by a pattern, mappings in files, earlier elections."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tallyverify import InputError, load_case, verify
from tests.helpers.command import ACTAS, CASE, MAPPING, STATIONS, Command, small_case

HEADER, *ROWS = ACTAS.splitlines()


def case_of(folder: Path, files: dict[str, str], **changed: Any) -> Path:
    small_case(folder)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "case.json").write_text(json.dumps({**CASE, **changed}), encoding="utf-8")
    return folder


def by_state(**more: Any) -> dict[str, Any]:
    mapping = {**MAPPING, "areas": {"state": "(file)"}}
    return {"file": "actas/*.csv", "mapping": mapping, **more}


SPLIT = {
    "actas/Norte.csv": f"{HEADER}\n{ROWS[0]}\n",
    "actas/Sur.csv": f"{HEADER}\n{ROWS[1]}\n{ROWS[2]}\n",
}


def test_every_file_of_a_pattern_is_hashed_and_listed(tmp_path: Path) -> None:
    folder = case_of(tmp_path / "c", SPLIT, actas=by_state())
    report = verify(load_case(folder))
    listed = [(i.name, i.rows) for i in report.inputs if i.role == "actas"]
    assert listed == [("Norte.csv", 1), ("Sur.csv", 2)]
    for one in report.inputs:
        if one.role == "actas":
            data = (folder / "actas" / one.name).read_bytes()
            assert one.sha256 == hashlib.sha256(data).hexdigest()
    alone = verify(load_case(case_of(tmp_path / "d", {})))
    assert report.totals == alone.totals
    assert report.verdict == alone.verdict
    assert "2 files read as one table: Norte.csv to Sur.csv" in report.check("T209").reason


def test_rows_in_findings_name_their_file(tmp_path: Path) -> None:
    files = {
        **SPLIT,
        "actas/Sur2.csv": f"{HEADER}\n{ROWS[1]}\n",
        "actas/T.csv": f"{HEADER}\n,9,x,1,2\n",
    }
    report = verify(load_case(case_of(tmp_path / "c", files, actas=by_state())))
    told = [finding.arithmetic for finding in report.findings]
    assert any(words.startswith("rows 2 of Sur.csv, 2 of Sur2.csv") for words in told)
    assert "row 2 of T.csv, column 'VALID'" in report.of("R106")[0].message


def test_a_registry_may_be_several_files(tmp_path: Path) -> None:
    first, *rest = STATIONS.splitlines()
    files = {f"reg/{at}.csv": f"{first}\n{row}\n" for at, row in enumerate(rest)}
    case = load_case(case_of(tmp_path / "c", files, registry={"file": "reg"}))
    assert case.registry is not None
    assert case.registry.registered == 2030
    assert [i.name for i in case.inputs if i.role == "registry"] == ["0.csv", "1.csv", "2.csv"]


def test_a_folder_on_the_command_line(tmp_path: Path, command: Command) -> None:
    folder = case_of(tmp_path / "c", SPLIT)
    (tmp_path / "m.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    for place in (folder / "actas", folder / "actas" / "*.csv"):
        done = command("verify", folder, "--actas", place, "--mapping", tmp_path / "m.json")
        assert done.code == 0, done
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name, text in SPLIT.items():
            archive.writestr(name, text)
    case = load_case(folder, actas=tmp_path / "all.zip", mapping=tmp_path / "m.json")
    assert len(case.actas) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("../*.csv", "must lie inside"),
        ("actas/../../*.csv", "must lie inside"),
        ("*/../../out/*.csv", "must lie inside"),
        ("actas/*.txt", "no file has such a name"),
        ("linked/*.csv", "must lie inside"),
        ("links/*.csv", "must lie inside"),
        ("links", "must lie inside"),
        ("round/*.csv", "must lie inside|no such file"),
    ],
)
def test_no_pattern_leads_out_of_the_folder(tmp_path: Path, pattern: str, words: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.csv").write_text(ACTAS, encoding="utf-8")
    folder = case_of(tmp_path / "c", SPLIT, actas=by_state(file=pattern))
    os.symlink(out, folder / "linked")
    (folder / "links").mkdir()
    os.symlink(out / "a.csv", folder / "links" / "a.csv")
    (folder / "round").mkdir()
    os.symlink(folder / "round" / "b.csv", folder / "round" / "a.csv")
    os.symlink(folder / "round" / "a.csv", folder / "round" / "b.csv")
    with pytest.raises(InputError, match=words):
        load_case(folder)


def test_a_mapping_may_stand_in_a_file(tmp_path: Path) -> None:
    of_stations = {"station": "station", "lines": {"registered": "registered"}}
    files = {"m.json": json.dumps(MAPPING), "r.json": json.dumps(of_stations)}
    folder = case_of(
        tmp_path / "c",
        files,
        actas={"file": "actas.csv", "mapping": "m.json"},
        registry={"file": "stations.csv", "mapping": "r.json"},
    )
    case = load_case(folder)
    assert [i.name for i in case.inputs if i.role == "mapping"] == ["m.json", "r.json"]
    assert verify(case).totals == verify(load_case(small_case(tmp_path / "d"))).totals
    (folder / "m.json").write_text(json.dumps({**MAPPING, "vote": {}}), encoding="utf-8")
    with pytest.raises(InputError, match=r"^m\.json: (.|\n)*did you mean 'votes'"):
        load_case(folder)
    (folder / "m.json").unlink()
    with pytest.raises(InputError, match=r"^m\.json: there is no such file"):
        load_case(folder)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({**MAPPING, "vote": {}}, r"actas\.mapping: unknown key(.|\n)*did you mean 'votes'"),
        ({**MAPPING, "votes": 3}, r"actas\.mapping\.votes: "),
        (3, r"actas\.mapping"),
        ("../m.json", "must lie inside"),
    ],
)
def test_a_mapping_that_cannot_be_meant(tmp_path: Path, mapping: Any, words: str) -> None:
    folder = case_of(tmp_path / "c", {}, actas={"file": "actas.csv", "mapping": mapping})
    with pytest.raises(InputError, match=words):
        load_case(folder)


EARLIER = "station,C,D\n01,3,4\n02,700,800\n99,1,1\n"
BEFORE = {"id": "first", "candidates": [{"id": "C"}, {"id": "D"}]}


def earlier_case(folder: Path, rows: str = EARLIER, **changed: Any) -> Path:
    files = {"first.csv": rows, "first.json": json.dumps(BEFORE)}
    said = {"file": "first.csv", "contest": "first.json"}
    return case_of(folder, files, earlier=said, **changed)


def test_an_earlier_election_stands_beside_the_registry(tmp_path: Path) -> None:
    case = load_case(earlier_case(tmp_path / "c"))
    assert case.registry is not None
    assert case.registry.frame["station"].tolist() == ["01", "02", "03"]
    assert case.registry.frame["earlier C"].fillna(-1).tolist() == [3, 700, -1]
    report = verify(case)
    said = "first.csv: votes of the earlier election for 2 of the 3 stations of the registry"
    assert said in report.check("T209").reason
    assert [i.name for i in report.inputs if i.role == "earlier"] == ["first.csv"]
    plain = verify(load_case(small_case(tmp_path / "d")))
    assert (report.verdict, report.coverage) == (plain.verdict, plain.coverage)


def test_without_a_registry_it_tells_of_votes_only(tmp_path: Path) -> None:
    case = load_case(earlier_case(tmp_path / "c", registry=None))
    assert case.registry is None
    assert case.facts.earlier is not None
    assert case.facts.earlier.earlier == ("earlier C", "earlier D")
    assert "2 of the 3 stations of the actas" in verify(case).check("T209").reason


def test_an_earlier_election_of_other_stations_is_refused(tmp_path: Path) -> None:
    folder = earlier_case(tmp_path / "c", "station,C,D\nA-7,3,4\n")
    with pytest.raises(InputError, match=r"first\.csv: (.|\n)*'A-7'(.|\n)*of the registry"):
        load_case(folder)


def test_members_of_an_archive_in_the_folder(tmp_path: Path) -> None:
    folder = case_of(tmp_path / "c", {}, actas=by_state(file="all.zip/*.csv"))
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for name, text in {**SPLIT, "read.me": "by hand"}.items():
            archive.writestr(name, text)
    case = load_case(folder)
    assert [(i.name, i.rows) for i in case.inputs if i.role == "actas"] == [("all.zip", 3)]
    assert verify(case).verdict == "consistent"
