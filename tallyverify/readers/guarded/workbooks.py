"""Workbooks, opened in the guarded process: what is asked of it here, what it does below."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from tallyverify.errors import InputError
from tallyverify.language import told, told_as_json, told_from_json
from tallyverify.readers.files import Content
from tallyverify.readers.guarded.asking import asked
from tallyverify.readers.guarded.parts import NoAnswerError, Part
from tallyverify.readers.opening.sheets import asks_for_sheets
from tallyverify.readers.raw import Raw
from tallyverify.taken import takes_input

_FACTS = ("names", "first_row", "header", "sheet", "merged", "left", "blank")
_NUMBERS = "numbers"
"""Of the rows: a column behind the others, which are called by their places."""


def workbook_columns(
    content: Content, sheet: str | None, header: Sequence[int]
) -> tuple[Raw, tuple[str, ...]]:
    """Return the columns of a sheet, and what is hidden, as :mod:`..kinds.workbook` reads them."""
    (read,) = asked(
        f"{__name__}:columns_inside",
        content.name,
        content.data,
        lambda part: _columns(part, content.name),
        **_of(content),
        sheet=sheet,
        header=list(header),
    )
    return read


def sheets_to_read(content: Content, sheet: str | None, *, named: bool) -> list[str | None]:
    """Return the sheets to read, as :mod:`..opening.sheets` finds them; if ``named``, by name."""
    if not asks_for_sheets(content, sheet, named=named):
        return [sheet]
    (sheets,) = asked(
        f"{__name__}:sheets_inside",
        content.name,
        content.data,
        lambda part: [None if name is None else _text(name) for name in part.facts["sheets"]],
        **_of(content),
        sheet=sheet,
    )
    return sheets


@takes_input
def visible_sheets(content: Content) -> tuple[dict[str, list[list[str]]], list[str]]:
    """Return the cells of each sheet that is seen, and the names of the hidden ones with cells.

    Where those that are seen hold nothing below a header, all are taken for seen.
    """
    sheets: dict[str, list[list[str]]] = {}
    hidden: list[str] = []
    for name, rows in asked(
        f"{__name__}:visible_inside", content.name, content.data, _cells, **_of(content)
    ):
        if rows is None:
            hidden.append(name)
        else:
            sheets[name] = rows
    return sheets, hidden


def _of(content: Content) -> dict[str, Any]:
    return {"name": content.name, "kind": content.kind}


def _columns(part: Part, file: str) -> tuple[Raw, tuple[str, ...]]:
    facts, table = part.facts, _texts(part)
    names = [_text(name) for name in facts["names"]]
    if table.column_names != [*map(str, range(len(names))), _NUMBERS]:
        raise NoAnswerError
    raw = Raw(
        names,
        [column.combine_chunks() for column in table.columns[:-1]],
        file,
        first_row=_whole(facts["first_row"]),
        numbers=table.column(_NUMBERS).combine_chunks().to_numpy(),
        header=tuple(map(_whole, facts["header"])),
        sheet=_text(facts["sheet"]),
        left=_whole(facts["left"]),
        blank=_whole(facts["blank"]),
        merged=tuple((_whole(at), _whole(top), _whole(end)) for at, top, end in facts["merged"]),
    )
    return raw, tuple(map(told_from_json, facts["said"]))


def _cells(part: Part) -> tuple[str, list[list[str]] | None]:
    name = _text(part.facts["sheet"])
    if part.table is None:
        return name, None
    columns = [column.to_pylist() for column in _texts(part).columns]
    return name, [list(row) for row in zip(*columns, strict=True)]


def _texts(part: Part) -> pa.Table:
    """Return the table of a part: columns of text, perhaps with the numbers of the rows."""
    table = part.table
    if table is None:
        raise NoAnswerError
    for name, kind in zip(table.column_names, table.schema.types, strict=True):
        if kind != (pa.int64() if name == _NUMBERS else pa.string()):
            raise NoAnswerError
    return table


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise NoAnswerError
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise NoAnswerError
    return value


# In the guarded process.


def columns_inside(
    data: bytes, name: str, kind: str, sheet: str | None, header: list[int]
) -> Iterator[Part]:
    """Read a sheet."""
    from tallyverify.readers.kinds.workbook import read_workbook

    raw, said = read_workbook(_content(data, name, kind), sheet, header)
    facts = {fact: getattr(raw, fact) for fact in _FACTS}
    columns = {str(at): column for at, column in enumerate(raw.columns)}
    table = pa.table({**columns, _NUMBERS: raw.row_numbers})
    yield Part({**facts, "said": list(map(told_as_json, said))}, table)


def sheets_inside(data: bytes, name: str, kind: str, sheet: str | None) -> Iterator[Part]:
    """Say which sheets are meant."""
    from tallyverify.readers.opening.sheets import sheets_meant

    yield Part({"sheets": sheets_meant(_content(data, name, kind), sheet)})


def visible_inside(data: bytes, name: str, kind: str) -> Iterator[Part]:
    """Read all sheets that are seen, as they stand."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        seen = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        # Of sheets that are seen but empty nothing can be proposed: then of the hidden ones.
        if not any(book.get_sheet_by_name(name).height > 1 for name in seen):
            seen = book.sheet_names
        for one in book.sheet_names:
            sheet = book.get_sheet_by_name(one)
            if one in seen:
                yield Part({"sheet": one}, _table_of(sheet.to_python(skip_empty_area=False)))
            elif sheet.height:
                yield Part({"sheet": one})
    except (CalamineError, OSError, ValueError) as error:
        what = told("the workbook is damaged or cannot be read")
        raise InputError(what, file=name, found=str(error)[:120]) from None


def _content(data: bytes, name: str, kind: str) -> Content:
    return Content(name, name, "", kind, data, name)


def _table_of(rows: list[list[Any]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    texts = [pa.array([_as_text(cell) for cell in column], pa.string()) for column in columns]
    return pa.table(texts, names=list(map(str, range(len(texts)))))


def _as_text(cell: Any) -> str:
    # A spreadsheet holds every number as a float: 12.0 is how it says 12.
    whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15
    return str(int(cell)) if whole else str(cell).strip()
