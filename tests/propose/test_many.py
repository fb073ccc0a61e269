"""Many files, sheets and members: one table of which nothing is lost without a word."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from openpyxl import Workbook

import tallyverify as tv
from tallyverify.proposals import propose_files
from tests.helpers.command import Command

NAMES = ["MESA", "ANA", "BERTO", "NULOS", "VALIDOS"]
Rows = list[list[Any]]


def rows(first: int, size: int = 20) -> Rows:
    """Return sheets of other stations, their votes as they come."""
    return [[at, 40 + at, 90 - at, at % 4, 130] for at in range(first, first + size)]


def text(first: int, names: list[str] = NAMES, order: tuple[int, ...] = (0, 1, 2, 3, 4)) -> str:
    lines = [names, *([row[at] for at in order] for row in rows(first))]
    return "".join(",".join(map(str, line)) + "\n" for line in lines)


def two_files(folder: Path) -> list[Path]:
    folder.mkdir()
    files = [folder / "north.csv", folder / "south.csv"]
    for at, file in enumerate(files):
        file.write_text(text(1 + 20 * at), encoding="utf-8")
    return files


def book(path: Path, sheets: dict[str, Rows], hidden: str = "") -> Path:
    made = Workbook()
    made.remove(made.active)
    for name, own in sheets.items():
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
        for row in own:
            sheet.append(row)
    made.save(path)
    return path


def verified(command: Command, case: Path) -> dict[str, Any]:
    done = command("verify", case, "--format", "json", "--checks", "rules")
    assert done.code == 0, done.err
    report: dict[str, Any] = json.loads(done.out)
    return report


def whole(command: Command, case: Path) -> None:
    """Hold the totals of a case against those of the forty sheets written."""
    report = verified(command, case)
    made = rows(1, 40)
    assert report["totals"]["votes"] == {
        "ANA": sum(row[1] for row in made),
        "BERTO": sum(row[2] for row in made),
    }


def file_of(case: Path) -> str:
    told: str = json.loads((case / "case.json").read_text(encoding="utf-8"))["actas"]["file"]
    return told


def test_two_files_of_one_name_are_refused(command: Command, tmp_path: Path) -> None:
    for at, folder in enumerate("ab"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mesa.csv").write_text(text(1 + 20 * at), encoding="utf-8")
    out = tmp_path / "case"
    done = command("init", tmp_path / "a" / "mesa.csv", tmp_path / "b" / "mesa.csv", "--out", out)
    assert done.code == 2
    assert "a/mesa.csv" in done.err
    assert "b/mesa.csv" in done.err
    assert not out.exists()
    done = command("init", tmp_path / "**" / "mesa.csv", "--out", out)
    assert done.code == 0, done.err
    assert file_of(out) == "actas/**/mesa.csv"
    whole(command, out)


def test_a_file_named_twice_is_refused(command: Command, tmp_path: Path) -> None:
    north, _ = two_files(tmp_path / "a")
    again = tmp_path / "a" / ".." / "a" / "north.csv"
    done = command("init", north, again, "--out", tmp_path / "case")
    assert done.code == 2
    assert "named twice" in done.err
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("given", "actas"),
        ("given/*.csv", "actas/*.csv"),
        ("all.zip", "all.zip"),
        ("all.zip/*.csv", "all.zip/*.csv"),
    ],
)
def test_folder_pattern_and_archive_make_a_case(
    command: Command, tmp_path: Path, given: str, told: str
) -> None:
    files = two_files(tmp_path / "given")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in files:
            archive.write(file, file.name)
    done = command("init", tmp_path / given, "--out", tmp_path / "case")
    assert done.code == 0, done.err
    assert "cannot be read" not in done.out
    assert "Do all of 'north', 'south' belong to one count?" in done.out
    assert file_of(tmp_path / "case") == told
    whole(command, tmp_path / "case")
    assert command("init", tmp_path / given, "--out", tmp_path / "case", "--check").code == 0


def test_a_contest_of_several_files_is_named_like_their_folder(tmp_path: Path) -> None:
    (tmp_path / "actas 2030").mkdir()
    for place in ("north", "south"):
        rows = "MESA,ANA,BERTO,VALID\n" + "".join(f"{place}{n},{n},9,{n + 9}\n" for n in range(9))
        (tmp_path / "actas 2030" / f"{place}.csv").write_text(rows, encoding="utf-8")
    files = [str(tmp_path / "actas 2030" / f"{place}.csv") for place in ("north", "south")]
    assert propose_files(files).contest.id == "actas 2030"
    assert propose_files([str(tmp_path / "actas 2030" / "*.csv")]).contest.id == "actas 2030"
    assert propose_files(files[:1]).contest.id == "north"


def test_files_in_the_folder_of_the_case_stay_where_they_are(
    command: Command, tmp_path: Path
) -> None:
    two_files(tmp_path / "sheets")
    (tmp_path / "sheets" / "notes.txt").write_text("not a table", encoding="utf-8")
    done = command("init", tmp_path / "sheets" / "*.csv", "--out", tmp_path)
    assert done.code == 0, done.err
    assert file_of(tmp_path) == "sheets/*.csv"
    assert not (tmp_path / "actas").exists()
    whole(command, tmp_path)


def test_a_case_of_a_pattern_is_named_like_its_folder(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_files(tmp_path / "given")
    monkeypatch.chdir(tmp_path)
    assert command("init", "given/*.csv").code == 0
    whole(command, tmp_path / "given-case")


def test_other_files_beside_the_copies_are_refused(command: Command, tmp_path: Path) -> None:
    files = two_files(tmp_path / "given")
    (tmp_path / "case" / "actas").mkdir(parents=True)
    (tmp_path / "case" / "actas" / "east.csv").write_text(text(80), encoding="utf-8")
    done = command("init", *files, "--out", tmp_path / "case")
    assert done.code == 2
    assert "'east.csv'" in done.err
    assert not (tmp_path / "case" / "case.json").exists()


def test_a_case_of_many_files_is_not_written_over(command: Command, tmp_path: Path) -> None:
    files = two_files(tmp_path / "given")
    assert command("init", *files, "--out", tmp_path / "case").code == 0
    done = command("init", *files, "--out", tmp_path / "case")
    assert done.code == 2
    assert "holds a case already" in done.err
    assert "'north.csv'" in done.err


@pytest.mark.parametrize("hidden", ["Datos viejos", ""])
def test_one_sheet_of_tallies_is_named(command: Command, tmp_path: Path, hidden: str) -> None:
    sheets: dict[str, Rows] = {
        "Conteo": [NAMES, *rows(1, 40)],
        "Datos viejos": [["Acta", "X"], [1, 2]],
    }
    path = book(tmp_path / "a.xlsx", sheets, hidden)
    done = command("init", path, "--out", tmp_path / "case")
    assert done.code == 0, done.err
    assert "is 'Conteo' the one with the tallies?" in done.out
    assert "'Datos viejos'" in done.out
    whole(command, tmp_path / "case")


def test_a_sheet_of_notes_beside_districts_is_passed_over(command: Command, tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "Norte (votos)": [NAMES, *rows(1)],
        "Sur (votos)": [NAMES, *rows(21)],
        "Notas": [["Se contó dos veces"]],
    }
    done = command("init", book(tmp_path / "a.xlsx", sheets), "--out", tmp_path / "case")
    assert done.code == 0, done.err
    assert "Left out, with other columns: 'Notas'" in done.out
    assert "cannot be read" not in done.out
    whole(command, tmp_path / "case")


def test_where_no_pattern_fits_the_sheets_it_is_said(command: Command, tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "Norte": [NAMES, *rows(1)],
        "Sur": [NAMES, *rows(21)],
        "Notas": [["Nota", "Fecha"], ["Se contó dos veces", "hoy"]],
    }
    done = command("init", book(tmp_path / "a.xlsx", sheets), "--out", tmp_path / "case")
    assert done.code == 0, done.err
    assert "No pattern names those alone" in done.out
    assert "As it stands the case cannot be read" in done.out
    assert "a.xlsx: Notas" in done.out


def test_titles_of_other_heights_are_told_by_the_trial(command: Command, tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "Norte": [["Conteo"], [], NAMES, *rows(1)],
        "Sur": [["Conteo"], NAMES, *rows(21)],
    }
    done = command("init", book(tmp_path / "a.xlsx", sheets), "--out", tmp_path / "case")
    assert done.code == 0, done.err
    assert "1. As it stands the case cannot be read" in done.out
    assert "a.xlsx: Sur" in done.out
    assert "cannot be read" in (tmp_path / "case" / "README.md").read_text(encoding="utf-8")


OTHER = ["Ana", "MESA", "berto", "VALIDOS", "NULOS"]
ORDER = (1, 0, 2, 4, 3)


def test_sheets_in_another_order_and_spelling_are_joined(command: Command, tmp_path: Path) -> None:
    turned = [[row[at] for at in ORDER] for row in rows(11, 30)]
    sheets: dict[str, Rows] = {"Norte": [NAMES, *rows(1, 10)], "Sur": [OTHER, *turned]}
    done = command("init", book(tmp_path / "a.xlsx", sheets), "--out", tmp_path / "case")
    assert done.code == 0, done.err
    assert "each of the sheets 'Norte', 'Sur'" in done.out
    whole(command, tmp_path / "case")


def test_files_in_another_order_and_spelling_are_joined(command: Command, tmp_path: Path) -> None:
    files = two_files(tmp_path / "given")
    files[1].write_text(text(21, OTHER, ORDER), encoding="utf-8")
    done = command("init", *files, "--out", tmp_path / "case")
    assert done.code == 0, done.err
    whole(command, tmp_path / "case")


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "stream", "records"])
def test_tables_in_memory_of_any_kind(command: Command, tmp_path: Path, kind: str) -> None:
    columns = dict(zip(NAMES, map(list, zip(*rows(1, 40), strict=True)), strict=True))
    table: Any = {
        "pandas": pd.DataFrame,
        "polars": pl.DataFrame,
        "arrow": pa.table,
        "stream": lambda it: pa.table(it).to_reader(),
        "records": lambda it: pd.DataFrame(it).to_dict("records"),
    }[kind](columns)
    proposal = tv.propose(table)
    assert proposal.mapping == tv.propose(pd.DataFrame(columns)).mapping
    assert proposal.mapping.station == ("MESA",)
    proposal.write(tmp_path / "case")
    whole(command, tmp_path / "case")


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(tv.InputError, match="neither a file nor a table"):
        tv.propose(5)
