"""Two libraries read one file: the same cells, or those that differ are told (T218)."""

from __future__ import annotations

import csv
import datetime
import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.chart
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify import InputError, load_case
from tallyverify.case import reading as case_reading
from tallyverify.readers import read_twice
from tallyverify.readers.opening.many import read_files
from tallyverify.readers.second import apart, reading
from tallyverify.records import Mapping
from tallyverify.table import SecondReading
from tests.helpers.command import SAMPLES
from tests.helpers.real import ELECTIONS, described, path_of, realdata
from tests.hostile.sound import packed, unpacked
from tests.readers.test_workbook import CELLS, NUMBER, changed, open_document, saved

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=6)
odd = st.sampled_from(["01", "1.0", "=A1", "#N/A", " a", "a\nb", '"q"', "1e3", "True", "a,b;c", ""])
days = st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 1, 1))
times = st.times().map(lambda time: time.replace(microsecond=0))
cells = st.one_of(
    st.none(),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    days,
    st.builds(datetime.datetime.combine, days, times),
    times,
    st.integers(0, 10**7).map(lambda seconds: datetime.timedelta(seconds=seconds)),
    texts,
    odd,
)
rows = st.lists(st.tuples(st.integers(1, 9), cells, cells), min_size=1, max_size=6)


def twice(data: bytes, name: str, **mapping: Any) -> SecondReading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        (one,) = read_twice(path, Mapping(station=("x",), **mapping))
        return one


def workbook(table: list[tuple[Any, ...]], top: int = 0, left: int = 0) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for at, row in enumerate([("x", "y", "z"), *table], 1 + top):
        for place, cell in enumerate(row, 1 + left):
            book.active.cell(at, place, cell)
    book.save(out)
    return out.getvalue()


@settings(max_examples=15)  # each of them writes a workbook
@given(rows, st.integers(0, 2), st.integers(0, 2))
def test_workbooks_are_read_alike(table: list[tuple[Any, ...]], top: int, left: int) -> None:
    one = twice(workbook(table, top, left), "a.xlsx")
    assert (one.library, one.cells) == ("openpyxl", 3 * (1 + len(table)))
    assert (one.unlike, one.shown, one.refused) == (0, (), "")


@given(
    rows,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.lists(st.integers(0, 6), max_size=3),
)
def test_delimited_text_is_read_alike(
    table: list[tuple[Any, ...]], separator: str, end: str, quoting: Any, empty: list[int]
) -> None:
    lines: list[str] = []
    for row in [("x", "y", "z"), *table]:
        out = io.StringIO()
        csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerow(row)
        lines.append(out.getvalue())
    for at in empty:
        lines.insert(at, end)
    one = twice("".join(lines).encode(), "a.csv", separator=separator)
    assert (one.library, one.cells) == ("csv", 3 * (1 + len(table)))
    assert (one.unlike, one.shown, one.refused) == (0, (), "")


@given(st.text(st.sampled_from('ab1",;\n\r '), max_size=40))
def test_any_text_is_read_alike_told_or_refused(text: str) -> None:
    try:
        one = twice(f"x,y,z\n{text}\n".encode(), "a.csv", separator=",")
    except InputError:
        return
    assert one.library == "csv"
    assert (one.unlike, one.shown) == (0, ())


@given(st.lists(st.tuples(st.integers(), st.none() | texts, st.floats()), min_size=1), st.data())
def test_a_cell_that_was_changed_is_told(table: list[tuple[Any, ...]], data: Any) -> None:
    whole = [["x", "y", "z"], *[["" if c is None else str(c) for c in row] for row in table]]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(whole)
    row, column = data.draw(st.integers(1, len(table))), data.draw(st.integers(0, 2))

    def another(text: bytes, separator: str) -> dict[int, list[str]]:
        found = {at: list(cells) for at, cells in enumerate(whole, 1)}
        found[row + 1][column] += "7"
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "text_rows", another)
        one = twice(out.getvalue().encode(), "a.csv", separator=",")
    told = [(cell.row, cell.column, cell.first, cell.second) for cell in one.shown]
    was = whole[row][column]
    assert (one.unlike, told) == (1, [(row + 1, "xyz"[column], was, was + "7")])


def test_what_makes_a_workbook_ambiguous_is_told(tmp_path: Path) -> None:
    """Of what stands twice nothing is read: see test_workbook.py."""
    cell = '<c r="C3"><v>15<!-- x -->00</v></c>'
    (one,) = read_twice(changed(saved(tmp_path, CELLS), NUMBER, cell))
    told = [(cell.row, cell.column, cell.first, cell.second) for cell in one.shown]
    assert (3, "VALID", "15<!-- x -->00", "1500") in told


def test_a_formula_that_was_never_worked_out_is_read_alike(tmp_path: Path) -> None:
    """One library has its 0, which the first reading does not take for a value."""
    cell = '<c r="C3"><f>D3+E3</f><v>0</v></c>'
    (one,) = read_twice(changed(saved(tmp_path, CELLS), NUMBER, cell))
    assert (one.cells, one.unlike, one.shown, one.refused) == (20, 0, (), "")


def test_a_sheet_beside_a_chart_is_read_alike() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (["x", "y"], [1, 2]):
        book.active.append(row)
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(book.active, min_col=2, min_row=2))
    book.create_chartsheet("seen").add_chart(chart)
    book.save(out)
    one = twice(out.getvalue(), "a.xlsx", sheet="Sheet")
    assert (one.cells, one.unlike, one.refused) == (4, 0, "")


def test_texts_as_spreadsheets_write_them_are_read_alike(tmp_path: Path) -> None:
    """Signs spelt out, white space that need not be kept, a text in pieces, and an empty one."""
    raised = '<r><t>1</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>2</t></r>'
    texts = (raised, "<t>a_x000D_b</t>", "<t> a </t>", "<r><t>a</t></r><r><t>b</t></r>", "<t></t>")
    for left, text in enumerate(texts):
        place = "CDEFG"[left] + "3"
        cell = f'<c r="{place}" t="inlineStr"><is>{text}</is></c>'
        path = saved(tmp_path, CELLS, left=left)
        (one,) = read_twice(changed(path, NUMBER.replace("C3", place), cell))
        assert (one.cells, one.unlike) == (20, 0)


def test_a_row_and_a_column_that_only_one_has_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "text_rows", lambda *_: {1: ["x", "y", "z", "w"], 3: ["1"]})
    one = twice(b"x,y,z\n1,2,3\n", "a.csv")
    told = [(cell.row, cell.column, cell.first, cell.second) for cell in one.shown]
    assert told == [(1, "#4", "", "w"), (2, "x", "1", ""), (2, "y", "2", ""), (2, "z", "3", ""),
                    (3, "x", "", "1")]  # fmt: skip


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def test_parquet_is_read_alike() -> None:
    one = twice(
        parquet(
            x=["01", None, "ñ"],
            n=[1, None, 3],
            f=[1.5, float("nan"), None],
            d=[datetime.date(2024, 1, 2)] * 3,
            t=[datetime.datetime(2024, 1, 2, 3)] * 3,
            k=pa.array(["a", "b", "a"]).dictionary_encode(),
            b=[True, None, False],
        ),
        "a.parquet",
    )
    assert one == SecondReading("a.parquet", "polars", 28)


def test_a_cell_of_parquet_that_differs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "columns_of_file", lambda _: pa.table({"x": ["1"], "n": [4]}))
    one = twice(parquet(x=["1", "2"], n=[4, 5]), "a.parquet")
    told = [(cell.row, cell.column, cell.first, cell.second) for cell in one.shown]
    assert told == [(2, "x", "2", ""), (2, "n", "5", "")]


def test_a_library_that_refuses_the_file_is_told() -> None:
    """Its properties are no XML: calamine does not look at them, openpyxl does."""
    parts = unpacked(workbook([(1, 2, 3)]))
    one = twice(packed(parts | {"docProps/core.xml": b"<"}), "a.xlsx")
    assert (one.library, one.cells, one.unlike) == ("openpyxl", 0, 0)
    assert "Error: " in one.refused  # openpyxl's own parser, or lxml where that is installed


def test_whatever_a_library_raises_is_told() -> None:
    def refuse() -> pa.Table:
        raise TypeError("no")

    assert apart._part(refuse).facts == {"refused": "TypeError: no"}
    with pytest.raises(apart.NotReadError, match="TypeError: no"):
        apart._table(apart._part(refuse))


def test_a_library_that_is_not_there_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"no openpyxl(.|\n)*tallyverify\[second-reading\]"):
        twice(workbook([(1, 2, 3)]), "a.xlsx")


def test_other_kinds_say_that_there_was_no_second_reading(tmp_path: Path) -> None:
    (one,) = read_twice(open_document(tmp_path, "<table:table-cell/>"), Mapping(
        station=("MESA",), sheet="actas"))  # fmt: skip
    assert "no second library that is looked after reads ods" in one.reason
    assert "HTML, JSON" in twice(b'[{"x": 1}]', "a.json").reason


def test_a_row_without_anything_is_none_to_both(tmp_path: Path) -> None:
    held = io.BytesIO()
    pq.write_table(pa.table({"x": [1, None, 3], "y": ["a", None, "b"]}), held)
    for data, name in ((held.getvalue(), "a.parquet"), (b"x,y\n1,a\n,\n3,b\n", "a.csv")):
        one = twice(data, name)
        assert (one.cells, one.unlike, one.refused) == (6, 0, "")


@pytest.mark.parametrize("change", ["other", "gone", "more"])
def test_a_file_that_is_another_one_the_second_time(tmp_path: Path, change: str) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x,y\n1,2\n")
    path = tmp_path / "*.csv"
    _, source, _ = read_files(path, None)
    assert len(read_twice(path, source=source)) == 2
    if change == "gone":
        (tmp_path / "b.csv").unlink()
    else:
        (tmp_path / {"other": "b.csv", "more": "c.csv"}[change]).write_text("x,y\n1,3\n")
    with pytest.raises(InputError, match=r"[bc]\.csv: the file was changed while it was read"):
        read_twice(path, source=source)


def test_a_case_whose_file_changes_between_two_readings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SAMPLES / "clean", tmp_path / "case")
    file = tmp_path / "case" / "actas.csv"
    first = case_reading.open_actas

    def and_then_changed(*given: Any, **named: Any) -> Any:
        table = first(*given, **named)
        file.write_bytes(file.read_bytes() + b"\n")
        return table

    monkeypatch.setattr(case_reading, "open_actas", and_then_changed)
    with pytest.raises(InputError, match="was changed while it was read"):
        load_case(tmp_path / "case", second_reading=True)


@pytest.mark.parametrize("name", ["clean", "partial", "venezuela-2024"])
def test_the_samples_are_read_alike(name: str) -> None:
    found = load_case(SAMPLES / name, second_reading=True).second_readings
    assert found
    assert [(one.unlike, one.refused, one.reason) for one in found] == [(0, "", "")] * len(found)


@realdata
@pytest.mark.hours
@pytest.mark.parametrize("name", ELECTIONS)
def test_the_real_files_are_read_alike(name: str) -> None:
    mapping = described(name)["actas"].get("mapping")
    found = read_twice(path_of(name), Mapping.model_validate(mapping) if mapping else None)
    assert found
    assert [(one.unlike, one.refused, one.reason) for one in found] == [(0, "", "")] * len(found)
