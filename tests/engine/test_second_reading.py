"""What a second reading does to a verdict: T218, and the option that asks for it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tallyverify import Report, Status, load_case, reproduce, verify
from tests.helpers.command import ACTAS, CASE, Command, small_case
from tests.hostile.sound import packed, unpacked

CHECKS = "rules,compare"


def case_in(folder: Path, name: str, data: bytes) -> Path:
    """Write the small case with other actas."""
    small_case(folder)
    (folder / name).write_bytes(data)
    described = {**CASE, "actas": {**CASE["actas"], "file": name}}
    (folder / "case.json").write_text(json.dumps(described))
    return folder


def with_workbook(folder: Path) -> Path:
    """Write the small case with a workbook whose properties are no XML, as one library sees."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in ACTAS.splitlines():
        book.active.append(row.split(","))
    book.save(out)
    parts = unpacked(out.getvalue())
    return case_in(folder, "actas.xlsx", packed(parts | {"docProps/core.xml": b"<"}))


def report_of(folder: Path, **asked: Any) -> Report:
    return verify(load_case(folder, **asked), checks=CHECKS)


def test_a_difference_makes_the_verdict_insufficient(tmp_path: Path) -> None:
    folder = with_workbook(tmp_path)
    assert report_of(folder).verdict == "consistent"
    report = report_of(folder, second_reading=True)
    (finding,) = report.of("T218")
    assert (report.verdict, report.reason) == ("insufficient", finding.message)
    assert "actas.xlsx: openpyxl cannot read it" in finding.message
    assert report.check("D301").status is Status.NOT_APPLICABLE


def test_without_a_difference_the_report_is_the_same_but_for_that(tmp_path: Path) -> None:
    folder = small_case(tmp_path)
    report, other = report_of(folder), report_of(folder, second_reading=True)
    assert report.check("T218").status is Status.NOT_APPLICABLE
    assert other.check("T218").status is Status.PASSED
    assert other.check("T218").reason == "32 cells compared, read by csv"
    one, two = report.to_dict(), other.to_dict()
    assert (one.pop("second_reading"), two.pop("second_reading")) == (False, True)
    for both in (one, two):
        both["checks"] = [check for check in both["checks"] if check["code"] != "T218"]
    assert one == two


def test_a_file_that_nothing_reads_again_is_no_pass(tmp_path: Path) -> None:
    names, *rows = (line.split(",") for line in ACTAS.splitlines())
    lines = "\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in rows)
    folder = case_in(tmp_path, "actas.jsonl", lines.encode())
    report = report_of(folder, second_reading=True)
    found = report.check("T218")
    assert (report.verdict, found.status) == ("consistent", Status.NOT_APPLICABLE)
    assert found.reason.startswith("actas.jsonl: no second library reads")


def test_every_table_of_a_case_is_read_again(tmp_path: Path) -> None:
    table = "EDO,A,B\nNorte,8,4\nSur,900,607\n"
    small_case(tmp_path)
    (tmp_path / "declared.csv").write_text(table)
    mapping = {"areas": {"state": "EDO"}, "votes": {"A": "A", "B": "B"}}
    extra: dict[str, Any] = {
        "declared": {"file": "declared.csv", "mapping": mapping},
        "captures": [{**CASE["actas"], "name": "other"}],
        "earlier": {"file": "actas.csv", "mapping": CASE["actas"]["mapping"]},
    }
    (tmp_path / "case.json").write_text(json.dumps({**CASE, **extra}))
    found = load_case(tmp_path, second_reading=True).second_readings or ()
    files = [one.file for one in found]
    assert sorted(files) == ["actas.csv"] * 3 + ["declared.csv", "stations.csv"]
    assert {one.library for one in found} == {"csv"}
    assert load_case(tmp_path).second_readings is None


def test_a_report_with_a_second_reading_is_reproduced(command: Command, tmp_path: Path) -> None:
    folder = with_workbook(tmp_path)
    report = report_of(folder, second_reading=True)
    assert reproduce(report, folder).differences == ()
    without = [one.place for one in reproduce(report, load_case(folder)).differences]
    assert "second_reading" in without
    path = tmp_path / "report.json"
    report.to_json(path)
    assert command("reproduce", str(path), str(folder)).code == 0


@pytest.mark.parametrize(
    ("asked", "verdict"), [([], "CONSISTENT"), (["--second-reading"], "INSUF")]
)
def test_the_option_of_the_command(
    command: Command, tmp_path: Path, asked: list[str], verdict: str
) -> None:
    folder = str(with_workbook(tmp_path))
    outcome = command("verify", folder, "-q", "--checks", CHECKS, *asked)
    assert outcome.code == 0
    assert outcome.out.startswith(verdict)
