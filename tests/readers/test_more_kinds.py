"""OpenDocument sheets, JSON documents, HTML pages, frames of other libraries; and refusals."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import pyarrow as pa
import pytest

from tallyverify.errors import InputError
from tallyverify.readers import read_actas, read_registry
from tests.helpers.small import CONTEST, CSV, MAPPING, WHOLE, read, rows_of, written
from tests.readers.test_bad import zipped
from tests.readers.test_formats import CELLS

RECORDS = [dict(zip(CELLS[0], row, strict=True)) for row in CELLS[1:]]


def ods(**sheets: list[list[Any]]) -> bytes:
    def cell(value: Any) -> str:
        if isinstance(value, str):
            return (
                '<table:table-cell office:value-type="string">'
                f"<text:p>{escape(value)}</text:p></table:table-cell>"
            )
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    of = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{of}:office:1.0" '
        f'xmlns:table="{of}:table:1.0" xmlns:text="{of}:text:1.0"><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def test_open_document_sheets(tmp_path: Path) -> None:
    table = read(written(tmp_path, ods(actas=CELLS), "a.ods"))
    assert rows_of(table) == WHOLE
    assert table.source.text[0] == "workbook (ods)"
    two = written(tmp_path, ods(one=CELLS[:2], two=[CELLS[0], *CELLS[2:]]), "b.ods")
    assert rows_of(read(two, sheet="*")) == WHOLE
    packed = written(tmp_path, zipped(**{"a.ods": ods(actas=CELLS)}), "c.zip")
    assert rows_of(read(packed)) == WHOLE


def test_an_open_document_that_is_no_sheet_is_an_archive_without_a_table(tmp_path: Path) -> None:
    data = zipped(mimetype=b"application/vnd.oasis.opendocument.text", **{"content.xml": b"<a/>"})
    with pytest.raises(InputError):
        read(written(tmp_path, data, "a.odt"))


@pytest.mark.parametrize(
    ("data", "how"),
    [
        (RECORDS, "JSON, a list of objects"),
        ({"data": RECORDS}, "JSON, the list 'data'"),
        ({"meta": {"made": "2030"}, "count": 3, "rows": RECORDS}, "JSON, the list 'rows'"),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_json_documents(tmp_path: Path, data: Any, how: str, indent: int | None) -> None:
    table = read(written(tmp_path, json.dumps(data, indent=indent), "a.json"))
    assert rows_of(table) == WHOLE
    assert table.source.text == ("text read as UTF-8", how)


def test_of_several_lists_one_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"actas": RECORDS, "areas": [{"x": 1}]}), "a.json")
    assert rows_of(read(path, sheet="actas")) == WHOLE
    with pytest.raises(InputError, match=r"several lists(.|\n)*did you mean 'actas'"):
        read(path, sheet="acta")


def html(rows: list[list[Any]], more: str = "") -> str:
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return f"<!DOCTYPE html><html><body>{more}<table>{''.join(lines)}</table></body></html>"


def test_the_largest_table_of_a_page(tmp_path: Path) -> None:
    menu = "<table><tr><td>Home</td></tr><tr><td>Results</td></tr></table>"
    path = written(tmp_path, html(CELLS, menu), "a.html")
    table = read(path)
    assert rows_of(table) == WHOLE
    assert table.source.text[1].startswith("HTML, table 2 of 2, the largest")
    assert rows_of(read(path, sheet="2")) == WHOLE
    with pytest.raises(InputError, match=r"no table of this number(.|\n)*1 \(1 row: 'Home'\); 2"):
        read(path, sheet="3")


def test_merged_cells_of_a_page_hold_in_each_place(tmp_path: Path) -> None:
    page = """<TABLE><THEAD><TR><TH>EDO<TH>MESA<TH>VALID<TH>A<TH>B</THEAD>
    <tr><td>Norte<td>01<td>12<td>8<td>4
    <tr><td rowspan="2">Sur<script>x()</script><td>02<td>1&nbsp;500<td><b>900</b><td>600
    <tr><td>03<td>7<td>0<td>7</TABLE>"""
    table = read(written(tmp_path, page, "a.xls"))
    assert rows_of(table) == WHOLE
    assert [state for (state,) in rows_of(table, "state")] == ["Norte", "Sur", "Sur"]


def test_a_page_names_its_encoding(tmp_path: Path) -> None:
    rows = [[cell if cell != "Norte" else "Ñuble" for cell in row] for row in CELLS]
    page = html(rows, '<meta charset="windows-1252">').encode("cp1252")
    assert rows_of(read(written(tmp_path, page, "a.html")), "state")[0] == ("Ñuble",)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<table><tr><td>A</td></tr></table>", "no table with rows"),
        (html([*CELLS, ["Source", "x"]]), "row 5: a row has another number of cells"),
        ("<table>" + "<tr><td><table>" * 2000, "no table with rows"),
        (html([["A", "B"], ["1"]]).replace("<td>1", '<td colspan="99999999">1'), "1,000 cells"),
    ],
)
def test_pages_that_are_not_read(tmp_path: Path, page: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(written(tmp_path, page, "a.html"))


def test_text_of_fixed_width_is_refused(tmp_path: Path) -> None:
    lines = ["".join(str(cell).ljust(8) for cell in row) for row in CELLS]
    with pytest.raises(InputError, match=r"fixed width(.|\n)*read_fwf"):
        read(written(tmp_path, "\n".join(lines), "a.txt"))


def polars() -> Any:
    return pytest.importorskip("polars")


def of_duckdb(records: list[dict[str, Any]]) -> Any:
    return pytest.importorskip("duckdb").from_arrow(pa.Table.from_pylist(records))


@pytest.mark.parametrize(
    "made",
    [
        pa.Table.from_pylist,
        lambda rows: pa.Table.from_pylist(rows).to_reader(),
        lambda rows: polars().DataFrame(rows),
        lambda rows: polars().DataFrame(rows).cast(str),
        of_duckdb,
        pd.DataFrame,
        list,
    ],
    ids=["arrow", "reader", "polars", "polars-str", "duckdb", "pandas", "dicts"],
)
def test_tables_in_memory(made: Any) -> None:
    table = read_actas(made(RECORDS), contest=CONTEST, mapping=MAPPING)
    assert rows_of(table) == WHOLE
    assert table.source.name == "(frame)"
    stations = [{"station": "1", "registered": 300}, {"station": "2", "registered": 250}]
    assert read_registry(made(stations), contest=CONTEST).registered == 550


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (7, "neither a file nor a table(.|\n)*found: int"),
        ([1, 2], "neither a file nor a table"),
        ([], "no rows|no column"),
    ],
)
def test_what_is_no_table(source: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_actas(source, contest=CONTEST, mapping=MAPPING)


def test_a_lazy_frame_is_collected_first() -> None:
    with pytest.raises(InputError, match=r"collect it first"):
        read_actas(polars().DataFrame(RECORDS).lazy(), contest=CONTEST, mapping=MAPPING)


def test_csv_stays_csv(tmp_path: Path) -> None:
    assert rows_of(read(written(tmp_path, CSV))) == WHOLE


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("900<sup>1</sup>", "900\n1"),
        ("9<sub>0</sub>", "9\n0"),
        ("<del>990</del>900", "990\n900"),
        ("<s>9</s> 900", "9\n900"),
        ("<strike>9</strike>900", "9\n900"),
        ("<ruby>900<rt>1</rt></ruby>", "900\n1"),
        ('<span style="display: none">7</span>900', "7\n900"),
        ('<span style="visibility:hidden">7</span>900', "7\n900"),
        ("9<b hidden>7</b>00", "9\n7\n00"),
        ('<i style="text-decoration:line-through">7</i>900', "7\n900"),
        ('900<span style="vertical-align:super">1</span>', "900\n1"),
        ("<select><option>9<option>900</select>", "9\n900"),
        ("<p>9</p><p>00</p>", "9\n00"),
        ("<div>9</div>00", "9\n00"),
        ("9<br>000", "9\n000"),
        ("9<br/>000", "9\n000"),
        ("9<table><tr><td>0</table>00", "9\n00"),
    ],
)
def test_pieces_of_a_cell_that_stand_apart_are_no_figure(
    tmp_path: Path, cell: str, text: str
) -> None:
    table = read(written(tmp_path, html(CELLS).replace("<td>900<", f"<td>{cell}<"), "a.html"))
    assert rows_of(table)[1] == ("02", 1500, None, 600)
    assert table.unread[["row", "column", "text"]].values.tolist() == [[3, "A", text]]


@pytest.mark.parametrize(
    "cell",
    [
        "<span>9</span><span>00</span>",
        '<b>9</b><a href="x">0</a><font color="red">0</font>',
        "<i>9</i><em>0</em><small>0</small><u></u><strong></strong>",
        '<p style="display:block">900</p>',
        '<span style="display: inline-block">9</span>00',
        "<div><p>900</p></div><br>",
        "900<script>1</script><style>2</style><template><b>3</b></template><noscript>4</noscript>",
        "900<template>1<template>2</template>3</template>",
        "\n  900\n",
    ],
)
def test_markup_that_leaves_a_figure_whole(tmp_path: Path, cell: str) -> None:
    table = read(written(tmp_path, html(CELLS).replace("<td>900<", f"<td>{cell}<"), "a.html"))
    assert rows_of(table) == WHOLE


def test_names_and_keys_of_a_page_are_one_line(tmp_path: Path) -> None:
    page = html(CELLS).replace("<td>VALID<", "<td>V<sub>o</sub>tos<br>2024<br><p>7</p><")
    page = page.replace("<td>Norte<", "<td><p>Norte</p>Grande<br>2<").replace(
        "<td>01<", "<td>0<br>1<"
    )
    table = read(written(tmp_path, page, "a.html"), lines={"valid": "Votos 2024 7"})
    assert rows_of(table, "station", "state", "valid")[0] == ("0 1", "Norte Grande 2", 12)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("<tr><td>Sur", "<tr hidden><td>Sur", "2 rows are hidden, and were read"),
        ("<tr><td>Norte", '<tr style="display:none"><td>Norte', "1 row is hidden, and was read"),
        ("<tr><td>Norte", "<tbody hidden><tr><td>Norte", "3 rows are hidden, and were read"),
        ("<tr><td>Sur", "<tbody hidden></tbody><tr><td>Sur", ""),
    ],
)
def test_hidden_rows_of_a_page_are_told(tmp_path: Path, before: str, after: str, said: str) -> None:
    table = read(written(tmp_path, html(CELLS).replace(before, after), "a.html"))
    assert rows_of(table) == WHOLE
    assert [text for text in table.source.text if "hidden" in text] == ([said] if said else [])


@pytest.mark.parametrize("tag", ["script", "noscript", "template"])
def test_a_page_that_is_silent_to_its_end_is_refused(tmp_path: Path, tag: str) -> None:
    page = html(CELLS).replace("<tr><td>Sur", f"<{tag}><tr><td>Sur")
    with pytest.raises(InputError, match=f"ends inside(.|\n)*<{tag}> that never ends"):
        read(written(tmp_path, page, "a.html"))
