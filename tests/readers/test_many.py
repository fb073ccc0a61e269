"""Several files, members and sheets as one table; none is left out in silence."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tallyverify.errors import InputError
from tallyverify.readers import read_actas
from tallyverify.readers.opening.archives import unzipped
from tests.helpers.small import CONTEST, CSV, HEADER, MAPPING, ROWS, WHOLE, read, rows_of, written
from tests.readers.test_bad import zipped
from tests.readers.test_formats import CELLS, workbook

HERE = {**MAPPING, "areas": {"state": "(file)"}}


def folder_of(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        written(folder, text, f"{name}.csv")
    return folder


def split(folder: Path) -> Path:
    each = [f"{HEADER}\n{row}\n" for row in ROWS]
    return folder_of(folder, norte=each[0], sur=each[1] + ROWS[2] + "\n")


def test_files_of_a_pattern_are_one_table(tmp_path: Path) -> None:
    folder = split(tmp_path / "actas")
    for place in (folder, folder / "*.csv", tmp_path / "*" / "*.csv", tmp_path / "**" / "*.csv"):
        table = read(place)
        assert rows_of(table) == WHOLE
        assert [rows for _, _, rows in table.source.files] == [1, 2]
        assert table.source.text[0].startswith("2 files read as one table: ")
    source = read(folder).source
    assert (source.name, source.rows) == ("actas", 3)
    assert source.text[0] == "2 files read as one table: norte.csv to sur.csv"
    assert [name for name, _, _ in source.files] == ["norte.csv", "sur.csv"]
    assert len({source.sha256, *(sha256 for _, sha256, _ in source.files)}) == 3


def test_the_name_of_a_file_may_be_an_area(tmp_path: Path) -> None:
    folder = split(tmp_path / "actas")
    table = read_actas(folder, contest=CONTEST, mapping=HERE)
    assert rows_of(table, "state", "station") == [("norte", "01"), ("sur", "02"), ("sur", "03")]
    one = read_actas(folder / "sur.csv", contest=CONTEST, mapping=HERE)
    assert rows_of(one, "state") == [("sur",), ("sur",)]
    table = read_actas(folder_of(tmp_path / "c", NA=CSV), contest=CONTEST, mapping=HERE)
    assert rows_of(table, "state") == [("NA",)] * 3  # a file has a name, whatever it is
    for name in ("oeste", "este"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, CSV, "r.csv")
    table = read_actas(tmp_path / "*este" / "*.csv", contest=CONTEST, mapping=HERE)
    assert [state for (state,) in rows_of(table, "state")] == ["este/r"] * 3 + ["oeste/r"] * 3


def test_rows_are_told_with_their_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "actas", a=CSV, b=CSV.replace("900", "x"))
    table = read(folder)
    assert [table.source.row(row) for row in table.unread["row"]] == ["3 of b.csv"]
    assert [table.source.row(row) for row in table.frame["row"]][2:4] == [
        "4 of a.csv",
        "2 of b.csv",
    ]


def test_a_file_of_other_columns_is_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "actas", a=CSV, b=CSV, c=CSV.replace(",B\n", ",C\n"), d=CSV)
    # A party that stands in one region only would else be left out there, or lost here.
    with pytest.raises(InputError) as caught:
        read(folder)
    for words in ("c.csv: header", "not those of a.csv", "no 'B'; besides 'C'", "'EDO', 'MESA'"):
        assert words in str(caught.value)


def test_columns_in_another_order_or_spelling_are_the_same(tmp_path: Path) -> None:
    other = "B,a,VALID, Mesa,EDO\n1,2,3,04,Este\n"
    table = read(folder_of(tmp_path / "actas", a=CSV, b=other))
    assert rows_of(table)[3:] == [("04", 3, 2, 1)]
    assert "column 'a' read as 'A'" in table.source.respelt


def test_a_thousand_files(tmp_path: Path) -> None:
    folder = tmp_path / "actas"
    folder.mkdir()
    for number in range(1000):
        written(folder, f"{HEADER}\nNorte,{number:04},3,1,2\n", f"{number:04}.csv")
    table = read(folder)
    assert (len(table), len(table.source.files)) == (1000, 1000)
    assert table.source.row(int(table.frame["row"].iloc[700])) == "2 of 0700.csv"


def test_texts_that_only_some_were_read_by_are_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "actas", a=CSV, b=CSV.replace(",", ";"))
    assert rows_of(read(folder)) == WHOLE * 2
    assert "cells separated by ; (in 1 of 2)" in read(folder).source.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("*.txt", r"no file has such a name(.|\n)*'\*\.txt'(.|\n)*'actas'"),
        ("*", r"a folder lies among the files(.|\n)*'actas'(.|\n)*\*\*"),
        ("nowhere/*.csv", r"no file has such a name"),
        ("a.zip/*.csv", r"no such file|no file"),
        ("actas/norte.csv/*.csv", r"no zip archive"),
    ],
)
def test_patterns_that_mean_nothing(tmp_path: Path, name: str, words: str) -> None:
    split(tmp_path / "actas")
    with pytest.raises(InputError, match=words):
        read(tmp_path / name)


def test_hidden_files_and_locks_are_passed_over(tmp_path: Path) -> None:
    folder = split(tmp_path / "actas")
    for name in (".DS_Store", "._sur.csv", "~$sur.xlsx", "Thumbs.db"):
        written(folder, b"\x00\x01", name)
    assert rows_of(read(folder)) == WHOLE


def test_members_of_an_archive(tmp_path: Path) -> None:
    each = {f"all/{name}.csv": f"{HEADER}\n{row}\n".encode() for name, row in zip("abc", ROWS)}  # noqa: B905
    path = written(tmp_path, zipped(**each, **{"__MACOSX/all/._a.csv": b"\x00"}), "a.zip")
    table = read_actas(path, contest=CONTEST, mapping=HERE)
    assert rows_of(table, "state", "station") == [("a", "01"), ("b", "02"), ("c", "03")]
    assert table.source.files == (("a.zip", table.source.sha256, 3),)
    assert table.source.row(3) == "2 of a.zip: all/b.csv"
    assert rows_of(read(path / "all" / "[ab].csv")) == WHOLE[:2]


def member(name: str, data: bytes = CSV.encode(), mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for told in ("a.csv", name):
            info = zipfile.ZipInfo(told)
            info.external_attr = mode << 16 if told == name else 0
            archive.writestr(info, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (member("../b.csv"), "leads out"),
        (member("x/../../b.csv"), "leads out"),
        (member("/etc/b.csv"), "leads out"),
        (member("C:\\b.csv"), "leads out"),
        (member("..\\b.csv"), "leads out"),
        (member("b.csv", b"../secret", stat.S_IFLNK | 0o777), "is a link"),
        (zipped(**{"a.csv": CSV.encode(), "b.zip": zipped(**{"c": b"x"})}), "inside an archive"),
        (zipped(**{"a.csv": CSV.encode(), "b.csv": b""}), "b.csv: the file holds nothing"),
    ],
)
def test_archives_that_would_do_harm(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(written(tmp_path, data, "a.zip"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_stands_twice(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stands in it twice"):
        read(written(tmp_path, member("a.csv"), "a.zip"))


def test_many_members_that_grow_together_are_a_bomb(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number in range(30):
            archive.writestr(f"{number}.csv", b"0" * 4_000_000)
    with pytest.raises(InputError, match="far more than a table"):
        read(written(tmp_path, out.getvalue(), "a.zip"))


def test_thousands_of_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    each = {f"{n}.csv": f"{HEADER}\nN,{n},3,1,2\n".encode() for n in range(3000)}
    path = written(tmp_path, zipped(**each), "a.zip")
    assert len(read(path)) == 3000
    monkeypatch.setattr("tallyverify.readers.opening.archives.MAX_MEMBERS", 2000)
    with pytest.raises(InputError, match=r"too many files(.|\n)*3,000(.|\n)*2,000"):
        list(unzipped(path.read_bytes(), "a.zip", None))


def test_all_sheets_of_a_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", Norte=CELLS[:2], Sur=[CELLS[0], *CELLS[2:]], empty=[])
    mapping: dict[str, Any] = {**MAPPING, "areas": {"state": "(sheet)"}, "sheet": "*"}
    table = read_actas(path, contest=CONTEST, mapping=mapping)
    assert rows_of(table) == WHOLE
    assert rows_of(table, "state") == [("Norte",), ("Sur",), ("Sur",)]
    assert table.source.row(int(table.frame["row"].iloc[1])) == "2 of a.xlsx: Sur"
    assert table.source.text[0] == "2 sheets read as one table: a.xlsx: Norte to a.xlsx: Sur"
    assert rows_of(read(path, sheet="S*")) == WHOLE[1:]
    with pytest.raises(InputError, match=r"no visible sheet(.|\n)*'Norte', 'Sur'"):
        read(path, sheet="E*")


def test_hidden_sheets_are_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", old=CELLS, new=CELLS)
    book = openpyxl.load_workbook(path)
    book["old"].sheet_state = "hidden"
    book.save(path)
    table = read(path, sheet="*")
    assert rows_of(table) == WHOLE
    assert "the sheet 'old' is hidden, and was not read" in table.source.text
    assert rows_of(read(path, sheet="old")) == WHOLE


def test_workbooks_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "actas"
    folder.mkdir()
    for name in ("norte", "sur"):
        workbook(folder / f"{name}.xlsx", one=CELLS, two=CELLS)
    assert len(read(folder, sheet="*")) == 12
    with pytest.raises(InputError, match=r"norte\.xlsx: the workbook has several sheets"):
        read(folder)


def test_files_of_two_kinds(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "actas", a=CSV)
    read(folder).frame.rename(columns={"station": "MESA"}).to_parquet(folder / "b.parquet")
    with pytest.raises(InputError, match=r"b\.parquet: files of two kinds"):
        read(folder)


def test_columns_that_no_name_can_fill(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"column \(sheet\): there are no sheets"):
        read(written(tmp_path, CSV), areas={"state": "(sheet)"})
    clash = CSV.replace("EDO", "(file)")
    with pytest.raises(InputError, match=r"rename the column \(file\)"):
        read(written(tmp_path, clash), areas={"state": "(file)"})


def test_one_object_in_each_file(tmp_path: Path) -> None:
    for number, row in enumerate(CELLS[1:]):
        votes = [{"party": p, "n": n} for p, n in zip("AB", row[3:], strict=True)]
        data = {"MESA": row[1], "meta": {"state": row[0]}, "votes": votes}
        written(tmp_path, json.dumps(data), f"{number}.json")
    mapping = {
        "layout": "long", "station": "MESA", "areas": {"state": "meta.state"}, "option": "party",
        "count": "n", "votes": {"A": "A", "B": "B"},
    }  # fmt: skip
    table = read_actas(tmp_path / "*.json", contest=CONTEST, mapping=mapping)
    assert rows_of(table, "station", "A", "B") == [(s, a, b) for s, _, a, b in WHOLE]


def test_nothing_is_filled_down_from_another_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "actas", a=CSV, b=CSV.replace("Norte,", ","))
    with pytest.raises(InputError, match=r"b\.csv: row 2, column 'EDO': an empty cell"):
        read(folder, fill_down="EDO")


PLAIN = {"station": "MESA", "votes": {"A": "ANA", "B": "BERTO"}}


def test_rows_are_told_by_their_own_numbers(tmp_path: Path) -> None:
    """Titles, empty lines and rows left out: each row has the number it has in its own file."""
    folder = tmp_path / "actas"
    folder.mkdir()
    (folder / "a.csv").write_text(
        "Acta A\n\nMESA,ANA,BERTO,USE\n\n01,5,4,y\n02,1,1,n\n\n03,7,x,y\n"
    )
    (folder / "b.csv").write_text("Acta B\n\nUSE,MESA,ANA,BERTO\ny,04,1,2\n\n\ny,05,x,3\n")
    mapping: dict[str, Any] = {**PLAIN, "header": 3, "where": {"USE": "y"}}
    table = read_actas(folder, contest=CONTEST, mapping=mapping)
    told = [table.source.row(int(row)) for row in table.frame["row"]]
    assert told == ["5 of a.csv", "8 of a.csv", "4 of b.csv", "7 of b.csv"]
    unread = [table.source.row(int(row)) for row in table.unread["row"]]
    assert unread == ["8 of a.csv", "7 of b.csv"]
    assert table.source.noticed is not None
    mapping["station"] = [{"column": "MESA", "pattern": "0([1-4])"}]
    with pytest.raises(InputError, match=r"row 7 of b.csv, column 'MESA'"):
        read_actas(folder, contest=CONTEST, mapping=mapping)


def test_merged_cells_stay_in_their_own_sheet(tmp_path: Path) -> None:
    """Cells merged downwards are filled in every sheet, also where its columns stand otherwise."""
    book = openpyxl.Workbook()
    for at, cells in enumerate(
        (
            [
                ["MESA", "ANA", "BERTO", "EDO"],
                ["01", 5, 4, "N"],
                ["02", 1, 1, None],
                [],
                ["03", 7, 7, "S"],
            ],
            [["EDO", "MESA", "ANA", "BERTO"], [], ["S", "04", 1, 2], [None, "05", 3, 3]],
        )
    ):
        sheet = book.create_sheet(f"M{at}")
        for row, values in enumerate(cells, start=1):
            for column, value in enumerate(values, start=1):
                sheet.cell(row, column, value)
    book["M0"].merge_cells("D2:D3")
    book["M1"].merge_cells("A3:A4")
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    mapping: dict[str, Any] = {**PLAIN, "areas": {"state": "EDO"}, "sheet": "*"}
    table = read_actas(tmp_path / "a.xlsx", contest=CONTEST, mapping=mapping)
    assert table.frame["state"].tolist() == ["N", "N", "S", "S", "S"]
    told = [table.source.row(int(row)).split(" ")[0] for row in table.frame["row"]]
    assert told == ["2", "3", "5", "3", "4"]


def test_what_names_its_columns_has_no_header_row(tmp_path: Path) -> None:
    records = [{"MESA": "01", "ANA": 1, "BERTO": 2}, {"MESA": "02", "ANA": 1, "BERTO": 2}]
    (tmp_path / "a.json").write_text(json.dumps(records))
    (tmp_path / "a.html").write_text(
        "<table><tr><th>MESA<th>ANA<th>BERTO<tr><td>01<td>1<td>2</table>"
    )
    for source in (tmp_path / "a.json", tmp_path / "a.html", records):
        with pytest.raises(InputError, match=r"mapping.header: .* names its columns itself"):
            read_actas(source, contest=CONTEST, mapping={**MAPPING, "header": 3})


def test_what_rows_of_one_station_mean_holds_across_files(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path / "actas", n="MESA,ANA,BERTO,USE\n01,5,4,ok\n", s="MESA,ANA,BERTO,USE\n01,1,2,no\n"
    )
    table = read_actas(folder, contest=CONTEST, mapping={**PLAIN, "repeated": "sum"})
    assert rows_of(table, "station", "A", "B") == [("01", 6, 6)]
    last = {"repeated": {"latest": "(file)"}}
    status = {"status": {"column": "USE", "counted": "ok"}}
    for more, text in ((last, "row 2 of n.csv"), (status, "row 2 of s.csv, column 'USE'")):
        with pytest.raises(InputError, match=text):
            read_actas(folder, contest=CONTEST, mapping={**PLAIN, **more})


def test_totals_are_told_with_their_file(tmp_path: Path) -> None:
    head = "MESA,ANA,BERTO\n"
    folder = folder_of(tmp_path / "actas", n=f"{head}01,500,4\n", s=f"{head}02,1,2\nTotal,501,6\n")
    table = read_actas(folder, contest=CONTEST, mapping=PLAIN)
    assert table.source.subtotals == ("row 3 of s.csv: 'Total'",)
