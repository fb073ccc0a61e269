"""Delimited text as it comes: encodings, line ends, separators, packed files."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from tallyverify.errors import InputError
from tests.helpers.small import CSV, HEADER, ROWS, WHOLE, read, rows_of, written


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with a byte-order mark"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("latin-1", "Latin-1"),
        ("cp1252", "Latin-1"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, said: str) -> None:
    text = CSV.replace("Norte", "PEÑALVER").replace("Sur", "Mérida")
    table = read(written(tmp_path, text.encode(encoding)))
    assert rows_of(table) == WHOLE
    assert rows_of(table, "state") == [("PEÑALVER",), ("Mérida",), ("Mérida",)]
    assert table.source.text[0].startswith(f"text read as {said}")
    assert table.source.damaged == ()


def test_windows_signs_make_it_cp1252(tmp_path: Path) -> None:
    text = CSV.replace("Norte", "O’Higgins – Œuvre")
    table = read(written(tmp_path, text.encode("cp1252")))
    assert rows_of(table, "state")[0] == ("O’Higgins – Œuvre",)
    assert "cp1252 (not UTF-8" in table.source.text[0]


def test_cyrillic_is_recognised(tmp_path: Path) -> None:
    names = ["Республика Адыгея", "Алтайский край", "Владимирская область", "город Москва"]
    lines = [f"{name},{at},3,1,2" for at, name in enumerate(names)]
    table = read(written(tmp_path, "\n".join([HEADER, *lines]).encode("cp1251")))
    assert rows_of(table, "state") == [(name,) for name in names]
    assert "cp1251" in table.source.text[0]


def test_the_encoding_of_the_mapping_decides(tmp_path: Path) -> None:
    path = written(tmp_path, CSV.replace("Norte", "ŁÓDŹ").encode("cp1250"))
    assert rows_of(read(path, encoding="cp1250"), "state")[0] == ("ŁÓDŹ",)


def test_a_mark_is_no_part_of_the_first_name_even_if_the_encoding_is_given(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path = written(tmp_path, CSV.encode("utf-8-sig" if encoding != "utf-16" else "utf-16"))
        assert rows_of(read(path, encoding=encoding)) == WHOLE


def test_damaged_letters_are_reported_not_mended(tmp_path: Path) -> None:
    once = "PEÑALVER".encode().decode("cp1252")
    table = read(written(tmp_path, CSV.replace("Norte", once).replace("Sur", "GARC�A")))
    assert table.source.damaged == (once, "GARC�A")
    assert rows_of(table, "state")[0] == (once,)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(tmp_path: Path, end: str, last: bool) -> None:
    text = end.join([HEADER, *ROWS]) + (end if last else "")
    assert rows_of(read(written(tmp_path, text, f"{len(end)}{last}.csv"))) == WHOLE


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_separators_are_found(tmp_path: Path, sign: str) -> None:
    table = read(written(tmp_path, CSV.replace(",", sign)))
    assert rows_of(table) == WHOLE


def test_a_separator_may_be_given(tmp_path: Path) -> None:
    assert rows_of(read(written(tmp_path, CSV.replace(",", "^")), separator="^")) == WHOLE


def test_a_separator_in_quotes_is_text(tmp_path: Path) -> None:
    text = 'EDO;MESA;VALID;A;B\n"Calle 1; piso 2";01;12;8;4\n"dice ""no"";";02;3;1;2\n'
    table = read(written(tmp_path, text))
    assert rows_of(table, "state") == [("Calle 1; piso 2",), ('dice "no";',)]


def test_a_line_end_in_quotes_is_text(tmp_path: Path) -> None:
    text = 'EDO,MESA,"VALID\nVOTES",A,B\n"Calle\nlarga",01,12,8,4\nSur,02,3,1,2\n'
    table = read(written(tmp_path, text), lines={"valid": "VALID\nVOTES"})
    assert rows_of(table) == [("01", 12, 8, 4), ("02", 3, 1, 2)]
    assert rows_of(table, "state")[0] == ("Calle\nlarga",)


def test_empty_lines_are_passed_over(tmp_path: Path) -> None:
    text = "\n" + CSV.replace("Sur,02", "\nSur,02") + "\n\n"
    assert rows_of(read(written(tmp_path, text))) == WHOLE


def test_white_space_around_names_and_cells(tmp_path: Path) -> None:
    text = "EDO, MESA ,VALID,A,B\n Norte , 01 , 12 ,8, 4\n"
    table = read(written(tmp_path, text))
    assert rows_of(table, "state", "station", "valid", "A", "B") == [("Norte", "01", 12, 8, 4)]


def test_a_name_that_stands_twice(tmp_path: Path) -> None:
    path = written(tmp_path, "EDO,MESA,VALID,A,A,B\nN,01,12,99,8,4\n")
    with pytest.raises(InputError, match=r"two columns have the same name(.|\n)*A#2"):
        read(path)
    assert rows_of(read(path, votes={"A": "A#2", "B": "B"})) == [("01", 12, 8, 4)]
    assert rows_of(read(path, votes={"A": "A#1", "B": "B"})) == [("01", 12, 99, 4)]


def test_a_name_that_stands_twice_and_is_not_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "URL,EDO,MESA,VALID,A,B,URL\nx,N,01,12,8,4,y\n")
    assert rows_of(read(path)) == [("01", 12, 8, 4)]


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "/") + ".csv", text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zipped(actas=CSV)),
        ("a.csv", zipped(actas=CSV)),
        ("folder.zip", zipped(folder_actas=CSV)),
        ("mac.zip", zipped(actas=CSV, __MACOSX_actas="x")),
        ("a.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("two.gz", gzip.compress(CSV[:20].encode()) + gzip.compress(CSV[20:].encode())),
    ],
)
def test_an_archive_of_one_is_opened(tmp_path: Path, name: str, data: bytes) -> None:
    table = read(written(tmp_path, data.replace(b"//MACOSX/", b"__MACOSX/"), name))
    assert rows_of(table) == WHOLE
    assert table.source.name == name


@pytest.mark.parametrize("empty", [",,,,", " , ,,\t, ", '"","",,,'])
def test_rows_without_any_cell_are_no_rows(tmp_path: Path, empty: str) -> None:
    rows = [HEADER, empty, ROWS[0], empty, empty, *ROWS[1:], empty]
    table = read(written(tmp_path, "\n".join(rows) + "\n"))
    assert rows_of(table) == WHOLE
    assert table.frame["row"].tolist() == [3, 6, 7]
    assert table.source.rows == 3
    with pytest.raises(InputError, match="a header but no rows"):
        read(written(tmp_path, f"{HEADER}\n{empty}\n"))
