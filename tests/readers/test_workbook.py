"""What a spreadsheet hides: merged cells, errors of formulas, other sheets, rows further up."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tallyverify.errors import InputError
from tallyverify.readers.kinds.formula_errors import Looked, formula_errors
from tallyverify.readers.kinds.open_document import cells_of_no_type
from tests.helpers.small import CONTEST, HEADER, WHOLE, read, rows_of
from tests.hostile.sound import packed, unpacked

CELLS: list[list[Any]] = [
    HEADER.split(","),
    ["Norte", "01", 12, 8, 4],
    ["Sur", "02", 1500, 900, 600],
    ["Sur", "03", 7, 0, 7],
]


def saved(folder: Path, rows: list[list[Any]], *merged: str, left: int = 0, **hidden: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "actas"
    for at, row in enumerate(rows, 1):
        for place, cell in enumerate(row, 1 + left):
            sheet.cell(at, place, cell)
    for cells in merged:
        sheet.merge_cells(cells)
    for name, state in hidden.items():
        book.create_sheet(name).sheet_state = state
    path = folder / "a.xlsx"
    book.save(path)
    return path


def test_rows_above_the_header_and_columns_on_the_left(tmp_path: Path) -> None:
    rows = [[], ["RESULTS"], [], *CELLS[:2], [], *CELLS[2:]]
    table = read(saved(tmp_path, rows, left=1), header=4)
    assert rows_of(table) == WHOLE
    assert rows_of(table, "row") == [(5,), (7,), (8,)]


def test_without_a_header_row_it_is_the_first_that_is_not_empty(tmp_path: Path) -> None:
    table = read(saved(tmp_path, [[], [], *CELLS], left=2))
    assert rows_of(table) == WHOLE
    assert rows_of(table, "row") == [(4,), (5,), (6,)]


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    rows = [["EDO", "MESA", "VALID", "VOTOS"], [None, None, None, "ANA", "BERTO"], *CELLS[1:]]
    path = saved(tmp_path, rows, "A1:A2", "D1:E1")
    votes = {"A": "VOTOS ANA", "B": "VOTOS BERTO"}
    assert rows_of(read(path, header=[1, 2], votes=votes)) == WHOLE


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (9, r"beyond(.|\n)*row 9(.|\n)*of the 5 rows"),
        (1, r"row 1: the header row is empty"),
        (5, "a header but no rows"),
    ],
)
def test_a_header_that_is_not_there_is_refused(tmp_path: Path, header: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(saved(tmp_path, [[], *CELLS]), header=header)


def test_merged_areas_are_one_text_for_each_of_their_rows(tmp_path: Path) -> None:
    rows = [["x"], CELLS[0], ["Norte", "01", 12, 8, 4], [], [None, "02", 9, 9, 0], CELLS[3]]
    table = read(saved(tmp_path, rows, "A3:A5"), header=2)
    assert rows_of(table, "state", "row") == [("Norte", 3), ("Norte", 5), ("Sur", 6)]
    assert "merged cells of 'EDO' read as one text for each of their rows" in table.source.text


def test_merged_figures_are_not_filled(tmp_path: Path) -> None:
    rows = [*CELLS[:3], ["Sur", "03", None, 0, 7]]
    table = read(saved(tmp_path, rows, "C3:C4"))
    assert rows_of(table) == [*WHOLE[:2], ("03", None, 0, 7)]


def test_merged_keys_are_filled_only_if_the_mapping_says_so(tmp_path: Path) -> None:
    rows = [*CELLS[:3], [None, "03", 7, 0, 7]]
    path = saved(tmp_path, rows, "A3:A4")
    table = read(path, station=["EDO", "MESA"])
    assert [row[0] for row in rows_of(table)] == ["Norte/01", "Sur/02", "/03"]
    assert "part of the key and has merged cells" in table.source.text[-1]
    table = read(path, station=["EDO", "MESA"], fill_down="EDO")
    assert [row[0] for row in rows_of(table)] == ["Norte/01", "Sur/02", "Sur/03"]


def test_errors_of_formulas_are_unread_and_told_by_cell(tmp_path: Path) -> None:
    rows = [*CELLS[:2], ["Sur", "02", "=C2+1", "#REF!", 600], ["#N/A", "03", 7, 0, "#DIV/0!"]]
    table = read(saved(tmp_path, rows, left=1))
    assert rows_of(table) == [WHOLE[0], ("02", None, None, 600), ("03", 7, 0, None)]
    assert rows_of(table, "state")[2] == ("",)
    assert table.unread[["row", "column", "text"]].values.tolist() == [
        [3, "A", "#REF!"],
        [3, "VALID", "a formula without a value"],
        [4, "B", "#DIV/0!"],
    ]
    told = next(said for said in table.source.text if said.startswith("errors of formulas"))
    for cell in ("E3 #REF!", "D3 a formula without a value", "B4 #N/A", "F4 #DIV/0!"):
        assert cell in told


def changed(path: Path, before: str, after: str) -> Path:
    """Change the XML of the first sheet."""
    data, out = path.read_bytes(), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                assert before.encode() in text
                text = text.replace(before.encode(), after.encode())
            new.writestr(entry, text)
    path.write_bytes(out.getvalue())
    return path


def test_a_formula_that_results_in_no_text_is_empty(tmp_path: Path) -> None:
    path = saved(tmp_path, [*CELLS[:3], ["Sur", "03", 7, 0, "=A1"]])
    table = read(changed(path, '<c r="E4"', '<c t="str" r="E4"'))
    assert rows_of(table)[2] == ("03", 7, 0, None)
    assert not len(table.unread)


NUMBER = '<c r="C3" t="n"><v>1500</v></c>'


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="C3"><v>15<!-- x -->00</v></c>', "15<!-- x -->00"),
        ('<c r="C3"><v>15<?x y?>00</v></c>', "15<?x y?>00"),
        ('<c r="C3"><v><![CDATA[1500]]></v></c>', "<![CDATA[1500]]>"),
        ('<c r="C3"><v>15&#48;0</v></c>', "15&#48;0"),
        ('<c r="C3"><v><x>15</x>00</v></c>', "<x>15</x>00"),
        ('<c r="C3" t="str"><f>A1</f><v><![CDATA[1500]]></v></c>', "<![CDATA[1500]]>"),
        ("<c r='C3' t='e'><v>#REF!</v></c>", "#REF!"),
        ('<c t = "e" r="C3"><f>A1</f><!-- x --><v>#N/A</v></c>', "#N/A"),
        ('<c r="C3" t="e"/>', "#ERROR"),
        ('<c r="C3"><f t="shared" si="0"/></c>', "a formula without a value"),
        ('<c r="C3"><f><![CDATA[A1<3]]></f></c>', "a formula without a value"),
        ('<c r="C3"><!-- y --><f>A1</f></c>', "a formula without a value"),
        ('<c r="C3"><v>NaN</v></c>', "#NUM!"),
        ('<c r="C3" t="b"><v>1</v></c>', "True"),
        ('<c r="C3" t="d"><v>2024-01-02T00:00:00</v></c>', "2024-01-02 00:00:00"),
    ],
)
def test_what_is_no_plain_number_is_unread_and_told_by_cell(
    tmp_path: Path, cell: str, text: str
) -> None:
    table = read(changed(saved(tmp_path, CELLS), NUMBER, cell))
    assert rows_of(table)[1] == ("02", None, 900, 600)
    assert table.unread[["row", "column", "text"]].values.tolist() == [[3, "VALID", text]]


ROW, LAST = '<row r="3">', '<row r="4">'


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (LAST, '<row r="3">', "row 3 below row 3: rows stand twice, or in no order"),
        (LAST, "<row r='1'>", "row 1 below row 3"),
        (NUMBER, NUMBER * 2, "the cell C3 behind the cell C3: cells stand twice, or in no order"),
        (NUMBER, f'<c r="E3"><v>9</v></c>{NUMBER}', "the cell C3 behind the cell E3"),
        (NUMBER, f"<c><v>9</v></c>{NUMBER}", "the cell C3 behind the cell C3"),
        (NUMBER, NUMBER.replace("C3", "C4"), "the cell D3 behind the cell C4"),
        (NUMBER, '<c r="C3"><v>5</v><v>6</v></c>', "two values in the cell C3"),
        (NUMBER, '<c r="C3"><v/><v>6</v></c>', "two values in the cell C3"),
        (NUMBER, '<c r="C3" t="inlineStr"><is><t>5</t></is><is><t>6</t></is></c>', "two values"),
        (NUMBER, '<c r="C3" t="inlineStr"><is><t>5</t></is><v>6</v></c>', "two values"),
        (NUMBER, '<c r="C3"><v>6</v><is><t>5</t></is></c>', "two values"),
        ("<worksheet ", "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet ", "a document type"),
        (LAST, f"</sheetData><sheetData>{LAST}", "a second table of cells"),
    ],
)
def test_figures_of_which_one_would_be_lost_are_refused(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    path = changed(saved(tmp_path, CELLS), before, after)
    with pytest.raises(InputError, match=f"sheet 'actas': the workbook is damaged(.|\n)*{words}"):
        read(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ROW, "<row>"),
        (LAST, '<row spans="1:5" r="4">'),
        (ROW, '<row r="3" spans="1:5" x14ac:dyDescent="0.25" xmlns:x14ac="urn:x">'),
        (NUMBER, '<c t="n"><v>1500</v></c>'),
        (NUMBER, '<c r="C3" s="1"><v>1500</v>\n</c>'),
        (NUMBER, '<c r="C3" t="inlineStr"><is><t>1500</t></is></c>'),
        (NUMBER, '<c r="C3"><f t="shared" ref="C3:C4" si="0">1+A1</f><v>1500</v></c>'),
        ("</sheetData>", "</sheetData><from><row>1</row><row>1</row></from>"),
    ],
)
def test_ways_to_write_a_sheet_that_lose_nothing(tmp_path: Path, before: str, after: str) -> None:
    assert rows_of(read(changed(saved(tmp_path, CELLS), before, after))) == WHOLE


@pytest.mark.parametrize("part", ["xl/worksheets/Sheet1.xml", "XL\\worksheets\\sheet1.xml"])
def test_a_sheet_is_found_whatever_the_case_of_its_part(tmp_path: Path, part: str) -> None:
    path, out = saved(tmp_path, CELLS), io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            text, name = old.read(entry), entry.filename
            if name == "xl/worksheets/sheet1.xml":
                name = part
                text = text.replace(NUMBER.encode(), b'<c r="C3" t="e"><v>#N/A</v></c>')
            new.writestr(name, text)
    path.write_bytes(out.getvalue())
    table = read(path)
    assert rows_of(table)[1] == ("02", None, 900, 600)
    assert any("C3 #N/A" in said for said in table.source.text)


def test_a_sheet_whose_part_is_not_found_says_so() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("xl/workbook.xml", '<w xmlns="urn:w"><sheet name="a" id="r1"/></w>')
        file.writestr("xl/_rels/workbook.xml.rels", '<r><l Id="r1" Target="no.xml"/></r>')
    found, (said,) = formula_errors(out.getvalue(), "a")
    assert (found, said) == (
        Looked(),
        "in this kind of workbook, an error of a formula reads as an empty cell",
    )


def test_comments_around_a_number_leave_it_whole(tmp_path: Path) -> None:
    cell = '<!-- a --><c r="C3"><!-- b --><v>1500</v></c>'
    assert rows_of(read(changed(saved(tmp_path, CELLS), NUMBER, cell))) == WHOLE


def test_a_last_row_of_formulas_alone_is_a_row(tmp_path: Path) -> None:
    table = read(saved(tmp_path, [*CELLS, [], [f"={at}" for at in range(5)]]))
    assert rows_of(table, "row") == [(2,), (3,), (4,), (6,)]
    assert table.unread["row"].tolist() == [6, 6, 6]


def test_a_sheet_that_cannot_be_looked_through_is_refused(tmp_path: Path) -> None:
    path = changed(saved(tmp_path, CELLS), NUMBER, f"{NUMBER}<!-- x --><c r='D3'>")
    with pytest.raises(InputError, match="damaged"):
        read(path)


def open_document(folder: Path, cell: str) -> Path:
    """Write an OpenDocument whose last count but one is this cell."""
    names = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }
    rows = [[_open_cell(one) for one in row] for row in CELLS]
    rows[3][3] = cell
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    spelt = " ".join(f'xmlns:{name}="{uri}"' for name, uri in names.items())
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    content = (
        f"<office:document-content {spelt}><office:body><office:spreadsheet>"
        f'<table:table table:name="old"><table:table-row>{rows[0][0]}</table:table-row>'
        "</table:table>"
        f'<table:table table:name="actas">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    path = folder / "a.ods"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", kind)
        file.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{space}"/>')
        file.writestr("content.xml", content)
    return path


def _open_cell(value: Any) -> str:
    kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
    return (
        f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'
    )


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (
            '<table:table-cell table:formula="of:=X1" office:value-type="string" '
            'office:string-value="" calcext:value-type="error"><text:p>#REF!</text:p>'
            "</table:table-cell>",
            "#REF!",
        ),
        (
            '<table:table-cell office:value-type="float" office:value="0" '
            'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>',
            "#N/A",
        ),
        ('<table:table-cell table:formula="of:=1+1"/>', "a formula without a value"),
        ("<table:table-cell><text:p>x7</text:p></table:table-cell>", "x7"),
        (
            '<table:table-cell office:value-type="float"><text:p>7</text:p></table:table-cell>',
            "a formula without a value",
        ),
        ('<table:table-cell office:value-type="percentage"/>', "a formula without a value"),
        (
            '<table:table-cell office:value-type="strange" office:value="7"/>',
            "a formula without a value",
        ),
        (
            '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
            "True",
        ),
        (
            '<table:table-cell office:value-type="date" office:date-value="2024-01-02"/>',
            "2024-01-02",
        ),
    ],
)
def test_cells_of_an_open_document_are_unread_and_told(
    tmp_path: Path, cell: str, text: str
) -> None:
    table = read(open_document(tmp_path, cell), sheet="actas")
    assert rows_of(table) == [*WHOLE[:2], ("03", 7, None, 7)]
    assert table.unread[["row", "column", "text"]].values.tolist() == [[4, "A", text]]


def test_an_error_of_an_open_document_that_is_repeated_stands_in_each_row(tmp_path: Path) -> None:
    path = open_document(tmp_path, '<table:table-cell table:formula="of:=1"/>')
    with zipfile.ZipFile(path) as file:
        head, sign, last = file.read("content.xml").rpartition(b"<table:table-row>")

    def repeated(rows: int) -> dict[tuple[int, int], str]:
        again = b'%b table:number-rows-repeated="%d">' % (sign[:-1], rows)
        return cells_of_no_type(head + again + last, "actas").texts

    assert repeated(2) == dict.fromkeys([(3, 3), (4, 3)], "a formula without a value")
    with pytest.raises(ValueError, match="too many"):
        repeated(2_000_000)


def test_an_open_document_without_errors(tmp_path: Path) -> None:
    table = read(open_document(tmp_path, _open_cell(0)), sheet="actas")
    assert rows_of(table) == WHOLE
    assert table.source.text == ("workbook (ods)",)


def test_hidden_sheets_are_told(tmp_path: Path) -> None:
    table = read(saved(tmp_path, CELLS, old="hidden", older="veryHidden"))
    assert table.source.text == (
        "workbook (xlsx)",
        "the sheet 'old' is hidden, and was not read",
        "the sheet 'older' is hidden, and was not read",
    )


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sheet 'old': the sheet is empty"):
        read(saved(tmp_path, CELLS, old="visible"), sheet="old", contest=CONTEST)


def with_part(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change a part of a workbook."""
    parts = unpacked(path.read_bytes())
    changed = change(parts[part])
    assert changed != parts[part]
    path.write_bytes(packed(parts | {part: changed}))
    return path


FORMULA = '<c r="C3"><f>D3+E3</f><v>{}</v></c>'


@pytest.mark.parametrize("zero", ["0", "0.0", "-0"])
def test_the_0_of_formulas_that_are_worked_out_as_the_workbook_opens(
    tmp_path: Path, zero: str
) -> None:
    """So xlsxwriter writes them, and pandas by it: a spreadsheet shows the sum."""
    path = changed(saved(tmp_path, CELLS), NUMBER, FORMULA.format(zero))
    table = read(path)  # openpyxl writes that all is to be worked out anew
    assert rows_of(table)[1] == ("02", None, 900, 600)
    (unread,) = table.unread[["row", "column", "text"]].values.tolist()
    assert unread == [3, "VALID", "a formula without a value"]
    assert any("C3 a formula without a value" in said for said in table.source.text)


@pytest.mark.parametrize("value", ["1500", "0"])
def test_other_values_of_formulas_hold(tmp_path: Path, value: str) -> None:
    path = changed(saved(tmp_path, CELLS), NUMBER, FORMULA.format(value))
    if value == "0":
        with_part(path, "xl/workbook.xml", lambda xml: xml.replace(b' fullCalcOnLoad="1"', b""))
    table = read(path)
    assert rows_of(table)[1] == ("02", int(value), 900, 600)
    assert not len(table.unread)


RAISED, STRUCK = '<vertAlign val="superscript"/>', "<strike/>"


def runs(first: str, second: str, *, of_first: str = "", of_second: str = "") -> str:
    """Return a text of two runs in XML."""
    return "".join(
        f"<r><rPr><sz val='9'/>{marks}</rPr><t>{text}</t></r>"
        for text, marks in ((first, of_first), (second, of_second))
    )


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (runs("1500", "1", of_second=RAISED), "1500\n1"),
        (runs("1400", "1500", of_first=STRUCK), "1400\n1500"),
        (runs("1500", "1", of_second='<vertAlign val="subscript"/>'), "1500\n1"),
        (runs("1", "500") + "<rPh sb='0' eb='1'><t>7</t></rPh>", None),
        (runs("15", "00", of_first='<strike val="0"/>'), None),
        (runs("15", "00", of_first='<vertAlign val="baseline"/>'), None),
    ],
)
def test_parts_of_a_text_that_stand_apart_are_no_figure(
    tmp_path: Path, text: str, read_as: str | None, inline: bool
) -> None:
    path = saved(tmp_path, CELLS)
    if inline:
        changed(path, NUMBER, f'<c r="C3" t="inlineStr"><is>{text}</is></c>')
    else:
        changed(path, NUMBER, '<c r="C3" t="s"><v>1</v></c>')
        add_shared(path, text)
    table = read(path)
    if read_as is None:
        assert rows_of(table) == WHOLE
        return
    assert rows_of(table)[1] == ("02", None, 900, 600)
    assert table.unread[["row", "column", "text"]].values.tolist() == [[3, "VALID", read_as]]
    assert "text that is raised, lowered or struck out stands apart in: C3" in table.source.text


def add_shared(path: Path, text: str) -> None:
    """Give a workbook a part of texts that cells share, the second of which is this."""
    parts = unpacked(path.read_bytes())
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{space}"><si><t>x</t></si><si>{text}</si></sst>'.encode()
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = f'<Relationship Id="rId99" Type="{kind}" Target="/xl/sharedStrings.xml"/>'
    links = "xl/_rels/workbook.xml.rels"
    end = b"</Relationships>"
    parts[links] = parts[links].replace(end, link.encode() + end)
    path.write_bytes(packed(parts))


def test_a_raised_letter_and_a_raised_mark_of_a_column_stay(tmp_path: Path) -> None:
    text = runs("N", "o", of_second=RAISED)
    path = changed(saved(tmp_path, CELLS), "<t>Norte</t>", text)
    assert rows_of(read(path), "state")[0] == ("No",)
    path = changed(saved(tmp_path, CELLS), "<t>VALID</t>", runs("V1", "2", of_second=RAISED))
    assert rows_of(read(path, lines={"valid": "V12"})) == WHOLE


@pytest.mark.parametrize("mark", ['hidden="1"', "hidden='true'"])
def test_hidden_rows_are_told(tmp_path: Path, mark: str) -> None:
    path = changed(saved(tmp_path, CELLS), '<row r="3"', f'<row r="3" {mark}')
    table = read(path)
    assert rows_of(table) == WHOLE
    assert table.source.text == ("workbook (xlsx)", "1 row is hidden, and was read")


def test_hidden_rows_without_a_number_and_of_nothing(tmp_path: Path) -> None:
    path = changed(saved(tmp_path, CELLS), '<row r="3"', '<row hidden="1"')
    path = changed(path, '<row r="4"', '<row hidden="1"')
    path = changed(path, "</sheetData>", '<row r="9" hidden="1"/></sheetData>')
    assert "2 rows are hidden, and were read" in read(path).source.text


def open_text(inside: str, beside: str = "") -> str:
    """Return a cell of an OpenDocument of text with markup in it."""
    text = f"<text:p>{inside}</text:p>{beside}"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


@pytest.mark.parametrize(
    ("inside", "read_as"),
    [
        ("1<text:tab/>2", "1\n2"),
        ("1<text:line-break/>2", "1\n2"),
        ("12<text:frame>9</text:frame>", "12\n9"),
        ('12<text:span text:style-name="raised">1</text:span>', "12\n1"),
        ('<text:span text:style-name="struck">7</text:span>12', "7\n12"),
    ],
)
def test_parts_of_a_text_of_an_open_document_that_stand_apart_are_no_figure(
    tmp_path: Path, inside: str, read_as: str
) -> None:
    path = with_part(open_document(tmp_path, open_text(inside)), "content.xml", with_styles)
    table = read(path, sheet="actas")
    assert rows_of(table) == [*WHOLE[:2], ("03", 7, None, 7)]
    assert table.unread[["row", "column", "text"]].values.tolist() == [[4, "A", read_as]]
    assert "text that is raised, lowered or struck out stands apart in: D4" in table.source.text


def with_styles(xml: bytes) -> bytes:
    styles = "".join(
        f'<text:style text:name="{name}"><text:text-properties text:{what}/></text:style>'
        for name, what in (
            ("raised", 'text-position="super 58%"'),
            ("struck", 'text-line-through-style="solid"'),
            ("plain", 'text-position="0% 100%" text:text-line-through-style="none"'),
        )
    )
    return xml.replace(b"<office:body>", f"{styles}<office:body>".encode())


@pytest.mark.parametrize(
    "cell",
    [
        open_text('<text:span>1</text:span><text:span text:style-name="plain">2</text:span>'),
        open_text("<text:a>12</text:a><office:annotation><text:p>9</text:p></office:annotation>"),
        open_text("12", "<office:annotation><text:p>9<text:tab/>9</text:p></office:annotation>"),
    ],
)
def test_markup_of_an_open_document_that_leaves_a_figure_whole(tmp_path: Path, cell: str) -> None:
    path = with_part(open_document(tmp_path, cell), "content.xml", with_styles)
    table = read(path, sheet="actas")
    assert rows_of(table) == [*WHOLE[:2], ("03", 7, 12, 7)]
    assert table.source.text == ("workbook (ods)",)


def test_a_table_inside_a_cell_of_an_open_document_is_refused(tmp_path: Path) -> None:
    inner = "<table:table><table:table-row><table:table-cell/></table:table-row></table:table>"
    with pytest.raises(InputError, match=r"a\.ods: sheet 'actas': a cell of the sheet holds a tab"):
        read(open_document(tmp_path, open_text("7", inner)), sheet="actas")


@pytest.mark.parametrize("state", ["collapse", "filter"])
def test_hidden_rows_of_an_open_document_are_told(tmp_path: Path, state: str) -> None:
    mark = f'<table:table-row table:visibility="{state}"><'.encode()

    def hide(xml: bytes) -> bytes:
        head, _, last = xml.rpartition(b"<table:table-row><")
        none = (
            mark[:-1] + b'<table:table-cell table:number-columns-repeated="9"/></table:table-row>'
        )
        return head + mark + last.replace(b"</table:table>", none + b"</table:table>", 1)

    path = with_part(open_document(tmp_path, _open_cell(0)), "content.xml", hide)
    table = read(path, sheet="actas")
    assert rows_of(table) == WHOLE
    assert table.source.text == ("workbook (ods)", "1 row is hidden, and was read")


def test_text_far_too_deep_in_an_open_document_is_refused(tmp_path: Path) -> None:
    deep = "<text:span>" * 2_000 + "7" + "</text:span>" * 2_000
    with pytest.raises(InputError, match=r"damaged(.|\n)*more than 50 deep"):
        read(open_document(tmp_path, open_text(deep)), sheet="actas")
