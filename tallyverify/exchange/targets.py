"""The formats that sheets are written in, and what each has no place for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tallyverify.errors import UnknownNameError
from tallyverify.exchange.cells import TableCells, first_listed
from tallyverify.exchange.report_document import as_report_json
from tallyverify.exchange.report_xml import as_report_xml
from tallyverify.exchange.statement_lines import as_statements
from tallyverify.exchange.wide_files import as_csv, as_json_lines, as_parquet
from tallyverify.language import told, told_of
from tallyverify.table import KIND, ActaTable
from tallyverify.taken import takes_input

_Writing = Callable[[TableCells], bytes]
_WRITERS: dict[str, _Writing] = {
    "csv": as_csv,
    "jsonl": as_json_lines,
    "parquet": as_parquet,
    "nist-json": as_report_json,
    "nist-xml": as_report_xml,
    "actasum": as_statements,
}
TARGETS = tuple(_WRITERS)
"""Names of the formats."""


@takes_input
@dataclass(frozen=True)
class WrittenSheets:
    """Sheets as a file of some format.

    Attributes
    ----------
    data : bytes
        The file.
    left_out : tuple of str
        What the format has no place for, in words.

    Examples
    --------
    >>> WrittenSheets(b"station,A", ()).left_out
    ()
    """

    data: bytes
    left_out: tuple[str, ...]


@takes_input
def sheets_as(table: ActaTable, to: str) -> WrittenSheets:
    """Write a table of sheets in a format, and say what that has no place for.

    Parameters
    ----------
    table : ActaTable
        The sheets.
    to : str
        One of ``TARGETS``.

    Returns
    -------
    WrittenSheets
        The file's bytes, the same for the same table, and what is not in it.

    Raises
    ------
    InputError
        If there is no such format, or the table cannot be written in it at all.

    Examples
    --------
    >>> import pandas as pd, tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> rows = pd.DataFrame({"station": ["1", "=2"], "A": ["5", "x"], "B": ["3", ""]})
    >>> table = tv.read_actas(rows, contest=contest)
    >>> print(sheets_as(table, "csv").data.decode(), end="")
    station,A,B
    1,5,3
    '=2,x,
    >>> sheets_as(table, "parquet").left_out
    ("1 cell that was not read is missing, its text left out: =2, A: 'x'",)
    """
    if to not in _WRITERS:
        raise UnknownNameError.of(told("no such format to write"), to, TARGETS)
    cells = TableCells(table)
    return WrittenSheets(_WRITERS[to](cells), tuple(_left_out(cells, to)))


def _left_out(cells: TableCells, to: str) -> list[str]:
    if to in ("csv", "jsonl"):
        return cells.beside_lost()
    if to == "parquet":
        return [*cells.unread_lost(), *cells.beside_lost()]
    never = cells.never_read
    said = []
    if never:
        said.append(told("lines without a figure on any sheet: {lines}", lines=first_listed(never)))
    if to != "actasum":
        return [*cells.unread_lost(), *cells.beside_lost(), *said]
    kinds = cells.table.frame.get(KIND)
    held = kinds is None or set(kinds.dropna()) <= {"station", "aggregate"}
    nameless = sum(not row.station for row in cells)
    if nameless:
        said.append(
            told_of(
                nameless,
                "{count} sheet without a key is left out: a statement names its station",
                "{count} sheets without a key are left out: a statement names its station",
            )
        )
    return [*cells.beside_lost(kind=not held), *said]
