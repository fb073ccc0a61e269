"""Tables of an HTML page as rows of text, merged cells told in each place that they cover."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.readers.opening.html_cells import SILENT, CellText, is_hidden
from tallyverify.readers.opening.table_limits import as_cells, check_cells, check_columns

Grid = list[list[str]]


@dataclass(frozen=True)
class PageTable:
    """A table of a page, and how many of its rows a browser does not show."""

    rows: Grid
    hidden: int = 0


_MOST_SPAN = 1000  # as browsers have it
_PARTS = ("thead", "tbody", "tfoot")
_OF_TABLES = ("td", "th", "tr", *_PARTS)


@dataclass
class _Cells:
    """Cells of a page: how many it writes, and how many they are where merged ones spread."""

    file: str
    written: int = 0
    spread: int = 0

    def check(self) -> None:
        check_cells(
            self.spread, self.written, self.file, told("save the table as CSV, no cells merged")
        )


@dataclass
class _Table:
    cells: _Cells
    hides: bool = False  # all of it
    part_hides: bool = False  # a head, body or foot
    row_hides: bool = False
    hidden: int = 0
    rows: Grid = field(default_factory=list)
    # Of cells that reach down: their text, and how many more rows, by column.
    below: dict[int, tuple[str, int]] = field(default_factory=dict)
    row: list[str] | None = None
    cell: CellText | None = None
    spans: tuple[int, int] = (1, 1)

    def end_cell(self) -> None:
        if self.cell is None:
            return
        self.open_row()
        text = self.cell.text
        across, down = self.spans
        self.cells.written += 1
        self.cells.spread += across * as_cells(text)
        self.cells.check()
        for _ in range(across):
            if down > 1 and self.row is not None:
                self.below[len(self.row)] = (text, down - 1)
            self.put(text)
        self.cell = None

    def put(self, text: str) -> None:
        if self.row is not None:
            self.row.append(text)
            self.fill()

    def fill(self) -> None:
        """Put down what cells of rows above reach to here."""
        while self.row is not None and len(self.row) in self._reaching:
            text, _ = self._reaching.pop(len(self.row))
            self.row.append(text)
            self.cells.spread += as_cells(text)

    def open_row(self) -> None:
        if self.row is None:
            self.row = []
            self._reaching = dict(self.below)
            self.below = {at: (text, n - 1) for at, (text, n) in self.below.items() if n > 1}
            self.fill()
            self.cells.check()

    def end_row(self) -> None:
        self.end_cell()
        if self.row:
            check_columns(len(self.row), self.cells.file)
            self.rows.append(self.row)
            self.hidden += self.hides or self.part_hides or self.row_hides
        self.row, self.row_hides = None, False

    _reaching: dict[int, tuple[str, int]] = field(default_factory=dict)


class _Tables(HTMLParser):
    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.cells = _Cells(file)
        self.done: list[_Table] = []
        self.open: list[_Table] = []
        self.silent, self.silences = "", 0  # the script or the like that is open, how many deep

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in SILENT:
            self.silent = self.silent or tag
            self.silences += tag == self.silent
        if self.silent:
            return
        if self.open and self.open[-1].cell is not None and tag not in _OF_TABLES:
            self.open[-1].cell.begin(tag, given)
        if tag == "table":
            self.open.append(_Table(self.cells, hides=is_hidden(given)))
        elif self.open:
            table = self.open[-1]
            if tag in ("td", "th"):
                table.end_cell()
                table.open_row()
                table.cell = CellText()
                table.spans = (_span(given.get("colspan")), _span(given.get("rowspan")))
            elif tag == "tr":
                table.end_row()
                table.open_row()
                table.row_hides = is_hidden(given)
            elif tag in _PARTS:
                table.end_row()
                table.part_hides = is_hidden(given)

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            self.silences -= tag == self.silent
            self.silent = self.silent if self.silences else ""
            return
        if not self.open:
            return
        if tag in ("td", "th"):
            self.open[-1].end_cell()
        elif tag in ("tr", *_PARTS):
            self.open[-1].end_row()
            self.open[-1].part_hides &= tag == "tr"
        elif tag == "table":
            table = self.open.pop()
            table.end_row()
            self.done.append(table)
        if self.open and self.open[-1].cell is not None:
            self.open[-1].cell.mark(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1].cell is not None and not self.silent:
            self.open[-1].cell.say(data)


def _span(given: str | None) -> int:
    return min(max(int(given), 1), _MOST_SPAN) if given and given.strip().isdecimal() else 1


def tables_in(page: str, file: str) -> list[PageTable]:
    r"""Return the tables of a page that end, as rows of the text of their cells.

    Raises
    ------
    InputError
        If the page ends inside a tag, a comment, a script or the like, or is a table of far more
        cells than it writes.

    Examples
    --------
    >>> page = "<table><tr><th>A<th>B<tr><td rowspan=2>x<td>1<tr><td>2<sup>1</sup></table>"
    >>> tables_in(page, "a.html")
    [PageTable(rows=[['A', 'B'], ['x', '1'], ['x', '2\n1']], hidden=0)]
    """
    _check_ends(page, file)
    parser = _Tables(file)
    try:
        # A section of XML is no section in a page: to browsers it is a comment up to the next ">".
        parser.feed(page.replace("<![", "<! ["))
        parser.close()
    except ValueError as error:  # a reference to a character of thousands of digits
        what = told("the page cannot be read")
        hint = told("save the table as CSV")
        raise InputError(what, file=file, found=str(error)[:100], hint=hint) from None
    if parser.silent:
        raise _cut_off(file, told("{tag} that never ends", tag=f"<{parser.silent}>"))
    for table in parser.open:
        table.end_row()
    return [PageTable(table.rows, table.hidden) for table in (*parser.done, *parser.open)]


def _check_ends(page: str, file: str) -> None:
    """Refuse a page that is cut off: the parser would look for the end from each tag anew."""
    for opens, closes in (("<", ">"), ("<!--", "-->")):
        if page.rfind(opens) > page.rfind(closes):
            found = told("{opens} without {closes} after it", opens=opens, closes=closes)
            raise _cut_off(file, found)


def _cut_off(file: str, found: str) -> InputError:
    return InputError(
        told("the page ends inside a tag or a comment"),
        file=file,
        found=found,
        hint=told("the file may have been cut off; fetch it again"),
    )
