"""Quotation marks that do not fit, and the numbers of rows where lines are empty or cells long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallyverify.errors import InputError
from tests.helpers.small import HEADER, read, rows_of, written

WHOLE_ROW = "Norte,01,47,40,7"


def refused(folder: Path, *rows: str) -> str:
    with pytest.raises(InputError) as error:
        read(written(folder, "\n".join((HEADER, *rows)) + "\n"))
    return str(error.value)


@pytest.mark.parametrize("cell", ['"40"7', '""7', '"4,"7', '"40" 7', '"4""0"x', '"40"7"'])
def test_text_behind_a_closing_mark_is_told(tmp_path: Path, cell: str) -> None:
    said = refused(tmp_path, WHOLE_ROW, f"Sur,02,47,{cell},7")
    assert "line 3" in said
    assert "text behind the mark that closes the cell" in said


def test_spaces_behind_a_closing_mark_are_none(tmp_path: Path) -> None:
    table = read(written(tmp_path, f'{HEADER}\nNorte,01,47,"40" ,7\n'))
    assert rows_of(table) == [("01", 47, 40, 7)]


@pytest.mark.parametrize(
    "rows",
    [
        ('Norte,"01,47,40,7', 'Sur,02",5,4,1'),
        ('"Norte,01,47,40,7', "Sur,02,5,4,1", "Sur,03,5,4,1", 'Sur",04,5,4,1'),
        ('Norte,01,47,40,"7', 'Sur,02,5,4,1"'),
        ('"Norte,01,47,40,7', 'Sur,02,5,4,1",03,9,4,5'),
        ('"a\nb",01,47,"40,7', 'Sur,02,5,4",1'),
    ],
)
def test_a_cell_that_swallows_rows_is_told(tmp_path: Path, rows: tuple[str, ...]) -> None:
    said = refused(tmp_path, *rows, "Este,05,5,4,1")
    assert "as many separators as a row" in said


def test_a_cell_never_closed_is_told_however_many_marks_there_are(tmp_path: Path) -> None:
    assert "never closed" in refused(tmp_path, 'Norte,01,47,4"0,"7', "Sur,02,5,4,1")


@pytest.mark.parametrize("place", ['"Calle 5,\nCaracas"', '"a, b, c\nd"', '"""A""\n""B"""'])
def test_text_of_several_lines_is_text(tmp_path: Path, place: str) -> None:
    table = read(written(tmp_path, f"{HEADER}\n{place},01,47,40,7\nSur,02,5,4,1\n"))
    assert rows_of(table) == [("01", 47, 40, 7), ("02", 5, 4, 1)]


@pytest.mark.parametrize(
    "address",
    ["Av. 5, 12, Urb. Sur, Caracas\nPiso 2", "uno, dos, tres, cuatro\n12", "a\n1, 2, x, 4\nb"],
)
def test_lines_with_as_many_commas_as_a_row_are_text(tmp_path: Path, address: str) -> None:
    rows = (f'Norte,01,47,40,7,"{address}"', "Sur,02,5,4,1,Calle 5", "Sur,03,5,4,1,")
    for text in (f"{HEADER},X", f"X,{HEADER}"):
        last = text.endswith("X")
        cells = [row.split(",", 5) for row in rows]
        body = [",".join(row if last else [row[5], *row[:5]]) for row in cells]
        table = read(written(tmp_path, "\n".join((text, *body)) + "\n"))
        assert rows_of(table) == [("01", 47, 40, 7), ("02", 5, 4, 1), ("03", 5, 4, 1)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("\n{0}\n{1}\n{2}\n", [3, 4, 5]),
        ("{0}\n\n{1}\r{2}", [2, 4, 5]),
        ("{0}\n\r{1}\n{2}", [2, 4, 5]),
        ("{0}\r\n\r\n{1}\r\n{2}\r\n\r\n", [2, 4, 5]),
        ('{0}\n"a\n\nb",02,5,4,1\n{2}\n', [2, 3, 4]),
        ('\n{0}\n"a\nb",02,5,4,1\n\n{2}\n', [3, 4, 6]),
    ],
)
def test_rows_are_numbered_as_they_stand(tmp_path: Path, text: str, numbers: list[int]) -> None:
    rows = (WHOLE_ROW, "Sur,02,5,4,1", "Sur,03,5,4,1")
    table = read(written(tmp_path, f"{HEADER}\n" + text.format(*rows)))
    assert rows_of(table, "row") == [(at,) for at in numbers]


def test_rows_below_a_title_are_numbered_as_they_stand(tmp_path: Path) -> None:
    text = f'"Results\nof all",2024\n\n{HEADER}\n\n{WHOLE_ROW}\n\nSur,02,5,4,1\n'
    assert rows_of(read(written(tmp_path, text), header=3), "row") == [(5,), (7,)]


@pytest.mark.parametrize("end", ["\n\nSur,02,5,4,1\n", "\nSur,02,5\n"])
def test_a_cell_of_more_letters_than_a_reader_takes_is_told(tmp_path: Path, end: str) -> None:
    with pytest.raises(InputError, match="line 2: a cell is too long"):
        read(written(tmp_path, f"{HEADER}\n{'x' * 140_000},01,47,40,7{end}"))
