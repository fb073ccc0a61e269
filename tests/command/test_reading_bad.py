"""Files and mappings that cannot be read as they are meant: each one message on the terminal."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.helpers.command import CASE, MAPPING, Command, refused, small_case

TEXT = "EDO,MESA,VALID,A,B,ST\nNorte,01,12,8,4,ok\nSur,02,1500,900,600,hm\nSur,03,7,0,7,okk\n"
FILE = "a.csv"


def case_of(folder: Path, files: dict[str, str], file: str = FILE, **mapping: Any) -> Path:
    small_case(folder)
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    case = {**CASE, "actas": {"file": file, "mapping": {**MAPPING, **mapping}}}
    case.pop("registry")
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    return folder


def cut(pattern: str) -> list[dict[str, str]]:
    return [{"column": "MESA", "pattern": pattern}]


@pytest.mark.parametrize(
    ("mapping", "file", "words"),
    [
        ({"header": 9}, FILE, ("beyond the end", "row 9", "one of the 4 rows")),
        ({"header": 0}, "case.json", ("actas.mapping.header: ", "greater than or equal to 1")),
        ({"header": [3, 1]}, "case.json", ("from the top, each once", "[3, 1]")),
        ({"station": cut(r"\d+")}, "case.json", ("station.0.pattern: ", "one group", "not 0")),
        ({"station": cut(r"(\d)(\d)")}, "case.json", ("one group", "not 2")),
        ({"station": cut(r"(\d")}, "case.json", ("no regular expression", "position 0")),
        ({"station": cut(r"(.)\1")}, "case.json", ("RE2", "no backreferences")),
        ({"station": cut(r"((?:a{1,900}){1,900})")}, "case.json", ("invalid repetition size",)),
        ({"station": cut(r"X(\d+)")}, FILE, ("row 2, column 'MESA'", "'01'; 3 such rows")),
        ({"status": {"column": "ST", "counted": "ok"}}, FILE,
         ("row 3, column 'ST'", "2 statuses", "'hm' in 1 row, first in row 3", "'okk' in 1 row")),
        ({"fill_down": "ORT"}, FILE, ("no column of this name", "'ORT'")),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_fit(
    command: Command, tmp_path: Path, mapping: dict[str, Any], file: str, words: tuple[str, ...]
) -> None:
    done = command("verify", case_of(tmp_path / "c", {FILE: TEXT}, **mapping))
    refused(done, file, *words)
    assert "constrained" not in done.err


def test_a_pattern_ends_whatever_the_text(command: Command, tmp_path: Path) -> None:
    text = TEXT.replace(",01,", f",{'a' * 30_000}!,")
    folder = case_of(tmp_path / "c", {FILE: text}, station=cut("((?:(?:a+)+)+)"))
    start = time.process_time()
    refused(command("verify", folder), FILE, "row 2", "does not fit the pattern")
    assert time.process_time() - start < 10


def test_the_first_file_of_other_columns_is_named(command: Command, tmp_path: Path) -> None:
    files = {f"x/{name}.csv": TEXT for name in "abef"}
    files |= {"x/d.csv": TEXT.replace("MESA", "TABLE"), "x/c.csv": TEXT.replace("VALID,", "OTHER,")}
    done = command("verify", case_of(tmp_path / "c", files, "x/*.csv"))
    refused(done, "c.csv", "not those of a.csv", "no 'VALID'; besides 'OTHER'")


def test_a_thousand_files_are_one_table(command: Command, tmp_path: Path) -> None:
    head = TEXT.splitlines()[0]
    files = {f"x/f{at:04}.csv": f"{head}\nNorte,{at},12,8,4,ok\n" for at in range(1000)}
    done = command(
        "verify", case_of(tmp_path / "c", files, "x/*.csv"), "--format", "json", "--checks", "rules"
    )
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert report["totals"]["votes"] == {"A": 8000, "B": 4000}
    told = next(check["reason"] for check in report["checks"] if check["code"] == "T209")
    assert "1,000 files read as one table: f0000.csv to f0999.csv" in told


# --- Workbooks ----------------------------------------------------------------------------------


def book(folder: Path, rows: int = 3) -> Path:
    case = case_of(folder, {}, "a.xlsx")
    made = openpyxl.Workbook(write_only=True)
    for name in ("s", "t"):
        sheet = made.create_sheet(name)
        sheet.append(["EDO", "MESA", "VALID", "A", "B"])
        for at in range(rows if name == "s" else 0):
            sheet.append(["Norte" if at == 0 else None, f"{at:02}", 12, 8, 4])
    made.save(case / "a.xlsx")
    return case


def rewritten(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Change a part of a workbook that no library writes so."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_a_workbook_of_hidden_sheets(command: Command, tmp_path: Path) -> None:
    folder = book(tmp_path / "c")
    rewritten(folder / "a.xlsx", "xl/workbook.xml", b'state="visible"', b'state="hidden"')
    case = json.loads((folder / "case.json").read_text())
    case["actas"]["mapping"]["sheet"] = "*"
    (folder / "case.json").write_text(json.dumps(case))
    refused(
        command("verify", folder), "a.xlsx", "no visible sheet", "'s' (hidden)", "mapping.sheet"
    )
    case["actas"]["mapping"] |= {"sheet": "s", "fill_down": "EDO"}
    (folder / "case.json").write_text(json.dumps(case))
    done = command("verify", folder, "--checks", "rules", "-v")
    assert done.code == 0, done.err
    assert "hidden" in done.out


def test_formulas_with_errors_are_told_by_their_cell(command: Command, tmp_path: Path) -> None:
    folder = book(tmp_path / "c")
    made = openpyxl.load_workbook(folder / "a.xlsx")
    made["s"]["D3"], made["s"]["E4"] = "#REF!", "#DIV/0!"
    del made["t"]
    made.save(folder / "a.xlsx")
    done = command("verify", folder, "--checks", "rules", "-v")
    text = " ".join(done.out.replace("│", " ").split())
    assert "row 3, column 'A': '#REF!' is not a count" in text
    assert "row 4, column 'B': '#DIV/0!' is not a count" in text
    assert "INSUFFICIENT" in text


def test_one_merged_cell_over_many_rows(command: Command, tmp_path: Path) -> None:
    rows = 60_000
    folder = book(tmp_path / "c", rows)
    merged = f'</sheetData><mergeCells><mergeCell ref="A2:A{rows + 1}"/></mergeCells>'
    rewritten(folder / "a.xlsx", "xl/worksheets/sheet1.xml", b"</sheetData>", merged.encode())
    case = json.loads((folder / "case.json").read_text())
    case["actas"]["mapping"]["sheet"] = "s"
    (folder / "case.json").write_text(json.dumps(case))
    start = time.process_time()
    done = command("verify", folder, "--format", "json", "--checks", "T214,T209")
    assert time.process_time() - start < 20
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert report["totals"]["votes"]["A"] == 8 * rows
    checks = {check["code"]: check for check in report["checks"]}
    assert checks["T214"]["statistic"] == 0
    assert "merged cells of 'EDO' read as one text" in checks["T209"]["reason"]
