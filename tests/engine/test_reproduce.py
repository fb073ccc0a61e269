"""A report holds what it was made from: read back, run again, and what differs told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import tallyverify as tv
from tallyverify.findings import Status
from tests.helpers.command import CASE, MAPPING, SAMPLES, Command, contradicted_case, small_case
from tests.helpers.samples import sample_report

NAMES = ["clean", "partial", pytest.param("venezuela-2024", marks=pytest.mark.hours)]


def with_mapping(folder: Path, **changed: Any) -> None:
    """Say something else of the actas' columns in case.json."""
    actas = {**CASE["actas"], "mapping": {**MAPPING, **changed}}
    (folder / "case.json").write_text(json.dumps({**CASE, "actas": actas}), encoding="utf-8")


def mapping_of(report: tv.Report, role: str = "actas") -> dict[str, Any]:
    found: dict[str, Any] = next(
        one["mapping"] for one in report.to_dict()["mappings"] if one["role"] == role
    )
    return found


@pytest.mark.parametrize("name", NAMES)
def test_read_back_it_is_the_same(name: str, tmp_path: Path) -> None:
    report = sample_report(name)
    text = report.to_json(tmp_path / "report.json")
    again = tv.load_report(tmp_path / "report.json")
    assert again.to_json() == text
    assert again.exit_code == report.exit_code
    for check in report.checks:
        assert again.check(check.code).findings == check.findings
    with_pictures = {"picture": report.picture, "forensics": report.forensics}
    assert again.model_copy(update=with_pictures).to_text() == report.to_text()
    assert report.verdict in again.to_html()


@pytest.mark.parametrize("key", ["picture", "captures", "rows_out"])
def test_a_report_sets_no_picture(key: str, tmp_path: Path) -> None:
    """What is worked out anew, and never written, is taken from no file."""
    path = tmp_path / "report.json"
    tv.verify(tv.load_case(SAMPLES / "clean"), checks="D301").to_json(path)
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**whole, key: {"rows": 1}}), encoding="utf-8")
    with pytest.raises(tv.InputError, match=f"never written\n  found: '{key}'"):
        tv.load_report(path)


@pytest.mark.parametrize("key", ["allowance", "totals", "reason"])
def test_a_report_that_lacks_a_key_is_not_whole(key: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    tv.verify(tv.load_case(SAMPLES / "clean"), checks="D301").to_json(path)
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert key in whole
    path.write_text(json.dumps({k: v for k, v in whole.items() if k != key}), encoding="utf-8")
    with pytest.raises(tv.InputError):
        tv.load_report(path)
    path.write_text(json.dumps(whole), encoding="utf-8")
    assert tv.load_report(path).to_dict() == whole


def test_run_again_nothing_differs(command: Command, tmp_path: Path) -> None:
    folder = contradicted_case(tmp_path / "case")
    assert command("verify", folder, "--seed", "7", "--out", tmp_path / "out").code == 1
    outcome = command("reproduce", tmp_path / "out" / "report.json", folder)
    assert (outcome.code, outcome.err) == (0, "")
    every = len(tv.catalogue())
    assert outcome.out == f"nothing differs in {every} checks of 5 files\n"


def test_only_what_was_asked_is_asked_again(command: Command, tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    made = command("verify", folder, "--checks", " d301, rules", "--format", "json")
    (tmp_path / "report.json").write_text(made.out, encoding="utf-8")
    read = json.loads(made.out)
    assert read["asked"] == ["d301", "rules"]
    assert command("reproduce", tmp_path / "report.json", folder).code == 0


def test_every_input_has_its_hash() -> None:
    report = tv.verify(tv.load_case(SAMPLES / "partial"), checks="D301")
    roles = [one.role for one in report.inputs]
    assert roles == ["case", "contest", "declared", "actas", "registry"]
    from hashlib import sha256

    for one in report.inputs:
        assert one.sha256 == sha256((SAMPLES / "partial" / one.name).read_bytes()).hexdigest()


def test_a_mapping_in_a_file_of_its_own_has_its_hash(tmp_path: Path) -> None:
    folder = small_case(tmp_path)
    (folder / "how.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    actas = {"file": "actas.csv", "mapping": "how.json"}
    (folder / "case.json").write_text(json.dumps({**CASE, "actas": actas}), encoding="utf-8")
    report = tv.verify(tv.load_case(folder), checks="D301")
    assert [one.name for one in report.inputs if one.role == "mapping"] == ["how.json"]


def test_two_mappings_of_one_file_are_two_reports(command: Command, tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    first = tv.verify(tv.load_case(folder))
    first.to_json(tmp_path / "report.json")
    with_mapping(folder, votes={"A": "B", "B": "A"})
    second = tv.verify(tv.load_case(folder))
    assert mapping_of(first)["votes"] == {"A": "A", "B": "B"}
    assert mapping_of(second)["votes"] == {"A": "B", "B": "A"}
    hashes = [{one.name: one.sha256 for one in report.inputs} for report in (first, second)]
    assert {name for name in hashes[0] if hashes[0][name] != hashes[1][name]} == {"case.json"}
    outcome = command("reproduce", tmp_path / "report.json", folder)
    assert outcome.code == 1
    told = outcome.out.splitlines()
    assert told[1].startswith("  inputs[case case.json].sha256: ")
    assert hashes[0]["case.json"] in told[1]
    assert '  mappings[actas actas.csv].mapping.votes.A: "A" → "B"' in told
    assert "  totals.votes.A: 908 → 611" in told


def test_a_mapping_that_says_the_same_otherwise_differs_by_its_file_only(tmp_path: Path) -> None:
    """What is inferred and what is said is one mapping as used; the words of T209 may differ."""
    folder = small_case(tmp_path)
    case = tv.load_case(folder)
    report = tv.verify(case, checks="R101,D301")
    with_mapping(folder, encoding="utf-8", separator=",", header=1)
    places = [d.place for d in tv.reproduce(report, tv.load_case(folder)).differences]
    assert places == ["inputs[case case.json].sha256"]


def test_what_was_inferred_is_filled_in(tmp_path: Path) -> None:
    folder = small_case(tmp_path)
    rows = ["\n\nEDO;MESA;VALID;A;B", "Mérida;01;1.200;800;400", "Sur;02;1.500;900;600"]
    (folder / "actas.csv").write_text("\n".join(rows), encoding="cp1252")
    used = mapping_of(tv.verify(tv.load_case(folder), checks="rules"))
    assert used["encoding"] in ("cp1252", "latin-1")
    assert (used["separator"], used["header"], used["thousands"]) == (";", 3, ".")
    registry = mapping_of(tv.verify(tv.load_case(folder), checks="rules"), "registry")
    assert (registry["encoding"], registry["separator"], registry["header"]) == ("utf-8", ",", 1)


def test_the_mapping_as_used_reads_the_same(tmp_path: Path) -> None:
    folder = small_case(tmp_path)
    rows = ["\nEDO;MESA;VALID;A;B", "Mérida;01;1.200;800;400", "Sur;02;1.500;1.000;500"]
    (folder / "actas.csv").write_text("\n".join(rows), encoding="cp1252")
    one = tv.load_case(folder)
    used = one.actas.source.mapping
    assert used is not None
    with_mapping(folder, **used.model_dump(mode="json", exclude_defaults=True))
    other = tv.load_case(folder)
    assert other.actas.source.mapping == used
    first, second = (case.actas.frame for case in (one, other))  # type: ignore[union-attr]
    assert first.equals(second)


def test_a_sheet_of_a_workbook_and_a_table_of_declared_results(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    folder = small_case(tmp_path)
    book = openpyxl.Workbook()
    book.active.title = "Mesas"
    for row in (["Acta"], ["EDO", "MESA", "VALID", "A", "B"], ["Sur", "1", 9, 5, 4]):
        book.active.append(row)
    book.save(folder / "actas.xlsx")
    (folder / "areas.csv").write_text("EDO,ANA,BERTO\nSur,5,4\n", encoding="utf-8")
    table = {"file": "areas.csv", "mapping": {"areas": {"state": "EDO"}, "votes": {"A": "ANA"}}}
    actas = {"file": "actas.xlsx", "mapping": {**MAPPING, "header": 2}}
    case = {**CASE, "actas": actas, "declared": table}
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    report = tv.verify(tv.load_case(folder))
    used = mapping_of(report)
    assert (used["sheet"], used["header"], used.get("separator")) == ("Mesas", 2, None)
    said = mapping_of(report, "declared")
    assert said["votes"] == {"A": "ANA"}
    assert (said["encoding"], said["separator"], said["header"]) == ("utf-8", ",", 1)
    text = report.to_json(tmp_path / "report.json")
    assert tv.load_report(tmp_path / "report.json").to_json() == text


def test_files_read_as_one_table_fill_in_only_what_is_so_in_all(tmp_path: Path) -> None:
    folder = small_case(tmp_path)
    (folder / "parts").mkdir()
    head = "EDO,MESA,VALID,A,B\n"
    (folder / "parts" / "a.csv").write_text(head + "Sur,1,9,5,4\n", encoding="utf-8")
    below = "\n" + head.replace(",", ";") + "Sur;2;9;5;4\n"
    (folder / "parts" / "b.csv").write_text(below, encoding="utf-8")
    actas = {"file": "parts/*.csv", "mapping": MAPPING}
    (folder / "case.json").write_text(json.dumps({**CASE, "actas": actas}), encoding="utf-8")
    used = mapping_of(tv.verify(tv.load_case(folder), checks="rules"))
    assert used["encoding"] == "utf-8"
    assert "separator" not in used
    assert "header" not in used


def test_the_allowance_and_the_capture_as_the_case_sets_them(tmp_path: Path) -> None:
    folder = small_case(tmp_path)
    actas = {**CASE["actas"], "capture": "provisional"}
    case = {**CASE, "actas": actas, "allowance": {"share": 0.25}}
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    read = tv.verify(tv.load_case(folder), checks="D301").to_dict()
    assert (read["allowance"], read["capture"]) == ({"share": 0.25}, "provisional")


def test_differences_are_told_by_version_by_file_and_by_key(tmp_path: Path) -> None:
    folder = contradicted_case(tmp_path)
    old = tv.verify(tv.load_case(folder)).model_copy(update={"version": "0.0.1"})
    rows = (folder / "actas.csv").read_text(encoding="utf-8")
    (folder / "actas.csv").write_text(rows.replace("12,8,4", "12,7,5"), encoding="utf-8")
    found = tv.reproduce(old, tv.load_case(folder)).differences
    assert [one.place for one in found[:2]] == ["version", "inputs[actas actas.csv].sha256"]
    assert found[0].before == '"0.0.1"'
    told = {one.place: (one.before, one.after) for one in found}
    assert told["totals.votes.A"] == ("908", "907")
    assert told["findings[D301, bulletin 1, candidate A].observed"] == ("908", "907")
    assert not any(place.startswith(("contest", "declared", "mappings")) for place in told)


def test_a_finding_and_a_file_that_are_new_or_gone(tmp_path: Path) -> None:
    folder = contradicted_case(tmp_path)
    full = tv.verify(tv.load_case(folder), checks="D301")
    less = full.model_copy(update={"findings": full.findings[1:], "inputs": full.inputs[:-1]})
    found = tv.reproduce(less, tv.load_case(folder)).differences
    told = {one.place: (one.before, one.after) for one in found}
    assert told["inputs[registry stations.csv]"][0] is None
    place = next(place for place in told if place.startswith("findings"))
    assert told[place][0] is None
    assert full.findings[0].message[:200] in str(told[place][1])


def test_what_cannot_be_read_ends_in_2(command: Command, tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    path = tmp_path / "report.json"
    assert command("reproduce", path, folder).code == 2
    path.write_text("{}", encoding="utf-8")
    outcome = command("reproduce", path, folder)
    assert outcome.code == 2
    assert "report.json" in outcome.err
    report = tv.verify(tv.load_case(folder), checks="D301")
    report.model_copy(update={"asked": ("D999",)}).to_json(path)
    outcome = command("reproduce", path, folder)
    assert (outcome.code, outcome.out) == (2, "")
    assert "D999" in outcome.err
    report.to_json(path)
    assert command("reproduce", path, tmp_path / "nowhere").code == 2


def test_checks_that_were_not_asked_are_listed_and_counted_out(tmp_path: Path) -> None:
    case = tv.load_case(small_case(tmp_path))
    report = tv.verify(case, checks="D301,D303")
    assert [check.code for check in report.checks] == [check.code for check in tv.catalogue()]
    assert [check.code for check in report.answered] == ["D301", "D303"]
    assert report.check("R101").status is Status.NOT_ASKED
    with pytest.raises(tv.InputError, match="no such check"):
        report.check("D999")
    words = f"Only 2 of the {len(report.checks)} checks were run."
    text = " ".join(report.to_text(width=500, verbose=True).split())
    assert words in text
    assert words in report.to_text(width=500)
    assert words in report.to_html()
    assert words in report._repr_html_()
    assert f"not asked ({len(report.checks) - 2}): R101, " in text
    assert "checks were run" not in tv.verify(case).to_text(width=500)


def test_findings_name_their_bulletin() -> None:
    report = sample_report("venezuela-2024")
    named = {finding.code for finding in report.findings if finding.bulletin is not None}
    assert {"D301", "D305", "D311"} <= named
    for finding in report.findings:
        if finding.bulletin is not None:
            one = rf"bulletins? ([^ ]+ and )?{re.escape(finding.bulletin)}\b"
            assert re.search(one, finding.message + finding.arithmetic), finding
        elif finding.code.startswith(("R", "T", "F")):
            assert "bulletin" not in finding.message
