"""read_actas: a file of tally sheets, in whatever shape it was published, into an ActaTable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from tallyverify.errors import InputError, RecordError
from tallyverify.language import told
from tallyverify.readers.build import as_wide, build_wide
from tallyverify.readers.counts import Thousands, thousands_of
from tallyverify.readers.files import changed_meanwhile, check_exists, digest
from tallyverify.readers.guarded.parquet_files import (
    BATCH_ROWS,
    parquet_batches,
    parquet_head,
)
from tallyverify.readers.kinds.formats import header_only
from tallyverify.readers.kinds.header import check_no_header
from tallyverify.readers.long import build_long
from tallyverify.readers.noticing import noticed
from tallyverify.readers.opening.decided import as_decided
from tallyverify.readers.opening.many import FILE
from tallyverify.readers.profiles.known_formats import mapping_for, opened_columns
from tallyverify.readers.profiles.profile import profile_names
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.not_meant import parted
from tallyverify.readers.rows.row_meaning import check_conditions, no_row_kept, texts_of
from tallyverify.readers.rows.said_of_rows import needs_every_row
from tallyverify.readers.rows.settling import settle
from tallyverify.records import Contest, Mapping
from tallyverify.table import ActaTable, Source, check_no_row_lost, file_rows_of, logs_joined
from tallyverify.taken import takes_input

STREAM_ROWS = 1_000_000


@takes_input
def read_actas(
    source: Any,
    *,
    contest: Contest,
    mapping: Mapping | dict[str, Any] | None = None,
    format: str | None = None,
) -> ActaTable:
    """Read tally sheets into a table.

    Parameters
    ----------
    source : path, frame, Arrow table or list of dict
        CSV or TSV (plain, zip or gz), xlsx, xls, ods, Parquet, JSON or HTML: a file, a folder, or
        several by a pattern (``actas/*.csv``, ``all.zip/*.csv``); or a table of pandas, polars,
        DuckDB or anything else that exports Arrow.
    contest : Contest
        What was voted on.
    mapping : Mapping or dict, optional
        Where the figures stand. Without one, a known format is recognised, or the columns must
        bear the contest's own names (``station``, levels, lines, options or candidates).
    format : str, optional
        Name of a known format, e.g. ``convzla`` or ``brazil-bu`` (docs/formats.md lists them).

    Returns
    -------
    ActaTable
        One row per acta; cells that could not be read exactly are missing, and listed in
        ``unread``.

    Raises
    ------
    InputError
        If the file cannot be read, or does not fit the mapping or the contest.

    Examples
    --------
    >>> import pandas as pd
    >>> contest = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> table = read_actas(pd.DataFrame({"MESA": ["01"], "A": ["1,204"], "B": ["x"]}),
    ...     contest=contest, mapping={"station": "MESA", "votes": {"A": "A", "B": "B"}})
    >>> table.frame[["station", "A", "B"]].values.tolist()
    [['01', 1204, <NA>]]
    """
    given = _as_mapping(mapping)
    raw, where_from, typed = opened_columns(source, given, format)
    fitted, respelt, noted = mapping_for(raw, contest, given, format)
    thousands = _thousands(raw, fitted, typed)
    said = (*where_from.text, *noted, *filter(None, [thousands.said]))
    where_from = replace(
        where_from,
        text=said,
        respelt=(*where_from.respelt, *respelt),
        mapping=as_decided(fitted, raw, thousands),
        grouping="" if typed else "".join(sorted(thousands.grouping)),
        decimal="" if typed else "".join(sorted(thousands.decimal)),
    )
    build = build_long if fitted.layout == "long" else build_wide
    table, suspect = build(raw, fitted, contest, thousands, where_from)
    settled = settle(table, suspect, fitted, arithmetic=True)
    check_no_row_lost(raw.rows, file_rows_of(settled), len(settled.left_out), raw.file)
    found = noticed(raw, fitted, table, settled, thousands)
    return replace(settled, source=replace(settled.source, noticed=found))


@takes_input
def open_actas(
    path: str | Path,
    *,
    contest: Contest,
    mapping: Mapping | dict[str, Any] | None = None,
    format: str | None = None,
) -> ActaTable | ActaStream:
    """Read actas as :func:`read_actas` does, but leave a large Parquet file on disk.

    A Parquet file of more than a million rows comes as an :class:`ActaStream`, which is checked
    part by part; the report is the same but for what only a file read whole can show.

    Examples
    --------
    >>> from tallyverify import load_case
    >>> contest = load_case("data/samples/clean").contest
    >>> columns = {"station": ["centre", "mesa"], "votes": {name: name for name in "ABCD"}}
    >>> len(open_actas("data/samples/clean/actas.csv", contest=contest, mapping=columns))
    1500
    """
    given = _as_mapping(mapping)
    whole = format in profile_names() or (
        given is not None
        and (given.layout == "long" or needs_every_row(given) or FILE in given.columns)
    )
    if Path(path).suffix.lower() == ".parquet" and Path(path).is_file() and not whole:
        check_exists(Path(path))
        stream = ActaStream(Path(path), contest, given, format)
        if stream.source.rows > STREAM_ROWS:
            return stream
    return read_actas(path, contest=contest, mapping=given, format=format)


@takes_input
@dataclass(frozen=True, eq=False)
class ActaStream:
    """Actas in a wide Parquet file, read one batch of rows at a time.

    Attributes
    ----------
    path : Path
        The file.
    contest : Contest
        What was voted on.
    mapping : Mapping, optional
        Where the figures stand.
    format : str, optional
        Name of a known format.
    batch : int
        Rows per part.

    Examples
    --------
    >>> import tempfile
    >>> contest = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}]})
    >>> import pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "actas.parquet")
    ...     pd.DataFrame({"station": ["1", "2"], "A": [5, 7]}).to_parquet(path)
    ...     [len(part) for part in ActaStream(path, contest, batch=1).parts()]
    [1, 1]
    """

    path: Path
    contest: Contest
    mapping: Mapping | None = None
    format: str | None = None
    batch: int = BATCH_ROWS

    @cached_property
    def _head(self) -> tuple[list[str], int]:
        """Names of the columns, and the number of rows."""
        _ = self._read  # before anything of it is believed
        return parquet_head(self.path)

    @cached_property
    def source(self) -> Source:
        """Name, digest and number of rows of the file, and what the reader noticed."""
        name, rows = self.path.name, self._head[1]
        return Source(name, self._read[1], rows, text=("Parquet",), mapping=self._fitted[0])

    @cached_property
    def _read(self) -> tuple[tuple[int, ...], str]:
        """Return what tells the file from another one in its place, and its digest."""
        return _identity(self.path), digest(self.path)

    def _check_unchanged(self) -> None:
        if (_identity(self.path), digest(self.path)) != self._read:
            raise changed_meanwhile(self.path.name)

    @cached_property
    def _fitted(self) -> tuple[Mapping, tuple[str, ...]]:
        names = self._head[0]
        check_no_header(self.mapping.header_rows if self.mapping else (), self.path.name, "Parquet")
        if self.mapping is not None and needs_every_row(self.mapping):
            raise InputError(
                told("what rows mean hangs on other rows, and this file is read in parts"),
                file=self.path.name,
                place=told("mapping.fill_down, mapping.status or mapping.repeated"),
                hint=told("read it whole, with read_actas"),
            )
        raw = Raw(names, [], self.path.name)
        return mapping_for(raw, self.contest, self.mapping, self.format)[:2]

    def parts(self) -> Iterator[ActaTable]:
        """Yield the file's rows in batches, each a table."""
        mapping, respelt = self._fitted
        if not self.source.rows:
            raise header_only(self.path.name, self._head[0])
        source = replace(self.source, respelt=respelt).noticing(self._conditions)
        thousands = _thousands(Raw([], [], self.path.name), mapping, True)
        row = 1
        # A part waits for the log of the batches after it in which no row is a sheet.
        waiting: ActaTable | None = None
        logs: list[pd.DataFrame] = []
        for batch in self._batches(mapping.columns):
            raw, out = parted(self._raw(batch, row), mapping)
            row += batch.num_rows
            if not raw.rows:
                logs += [out.log(mapping, thousands)] if out is not None else []
                continue
            if waiting is not None:
                yield replace(waiting, left_out=logs_joined(logs))
                logs = []
            table, suspect = as_wide(raw, out, mapping, self.contest, thousands, source)
            waiting = settle(table, suspect, mapping, arithmetic=False)
            left = waiting.left_out
            check_no_row_lost(batch.num_rows, file_rows_of(waiting), len(left), self.path.name)
            logs.append(left)
        self._check_unchanged()
        if waiting is None:
            raise no_row_kept(self.path.name, mapping)
        yield replace(waiting, left_out=logs_joined(logs))

    @cached_property
    def _conditions(self) -> tuple[str, ...]:
        """Check what ``where`` and ``where_not`` ask for, in a pass over their columns alone."""
        mapping, _ = self._fitted
        names = [*mapping.where, *mapping.where_not]
        if not names:
            return ()
        met: dict[str, dict[str, None]] = {name: {} for name in names}
        for batch in self._batches(names):
            for name, texts in texts_of(self._raw(batch, 1), mapping).items():
                met[name] |= dict.fromkeys(texts)
        return check_conditions({n: list(t) for n, t in met.items()}, mapping, self.path.name)

    def _raw(self, batch: Any, first_row: int) -> Raw:
        return Raw(list(batch.schema.names), list(batch.columns), self.path.name, first_row)

    def _batches(self, columns: Iterable[str]) -> Iterator[Any]:
        asked_for = {column.split("#")[0] for column in columns}
        read = [name for name in self._head[0] if name in asked_for]
        return parquet_batches(self.path, read, self.batch)


def _identity(path: Path) -> tuple[int, ...]:
    """Return what the system knows of a file, which also changes when it is written in place."""
    now = path.stat()
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


def _as_mapping(mapping: Mapping | dict[str, Any] | None) -> Mapping | None:
    if mapping is None or isinstance(mapping, Mapping):
        return mapping
    try:
        return Mapping.model_validate(mapping)
    except RecordError as error:
        raise error.in_file("mapping") from None


def _thousands(raw: Raw, mapping: Mapping, typed: bool) -> Thousands:
    if typed:
        # A typed file says what its numbers are; the same must hold whatever part is read.
        return thousands_of([], mapping.thousands)
    if mapping.layout == "long":
        names = [mapping.count or ""]
    else:
        names = [part for parts in mapping.figures.values() for part in parts]
    return thousands_of((raw.column(name) for name in names), mapping.thousands)
