"""One table out of a file, or of many files, members of archives and sheets, none left out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from os.path import commonpath
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa

from tallyverify.arrays import Counts
from tallyverify.errors import InputError, listed
from tallyverify.language import number, told, told_of
from tallyverify.readers.files import Content, load
from tallyverify.readers.guarded.workbooks import sheets_to_read
from tallyverify.readers.kinds.formats import read_raw
from tallyverify.readers.opening.archives import MAX_BYTES, too_large
from tallyverify.readers.opening.places import files_meant
from tallyverify.readers.opening.same_columns import other_columns, with_names_of
from tallyverify.readers.raw import Merged, Raw
from tallyverify.readers.words import cell_place
from tallyverify.records import Mapping
from tallyverify.table import Source, SourcePart
from tallyverify.taken import takes_input

FILE, SHEET = "(file)", "(sheet)"
"""Columns that a mapping may name beside those of the file: the names of file and sheet."""


@dataclass(frozen=True)
class Unit:
    """One table: of a file, a member of an archive or a sheet."""

    raw: Raw
    content: Content
    sheet: str
    said: tuple[str, ...]
    respelt: tuple[str, ...] = ()

    @property
    def typed(self) -> bool:
        """Whether its cells have types."""
        return self.content.kind == "parquet"

    @property
    def part(self) -> SourcePart:
        """What it is of the whole."""
        raw, content = self.raw, self.content
        first, last = int(raw.row_numbers[0]), int(raw.row_numbers[-1])
        return SourcePart(raw.file, content.file, content.sha256, raw.rows, first, last)


def read_files(path: Path, given: Mapping | None) -> tuple[Raw, Source, bool]:
    """Return the unread columns of all that a path means, their source, and whether typed."""
    units: list[Unit] = []
    for one in units_of(path, given):
        unit = replace(one, content=replace(one.content, data=b""))
        units.append(_like(units[0], unit) if units else unit)
    if len(units) == 1:
        one = units[0]
        raw, content = one.raw, one.content
        source = Source(content.file, content.sha256, raw.rows, one.said, blank=raw.blank)
        return _with_names(one.raw, units, given), source, one.typed
    parts = tuple(unit.part for unit in units)
    respelt = tuple(dict.fromkeys(said for unit in units for said in unit.respelt))
    source = Source(rows=sum(p.rows for p in parts), text=_noticed(units), respelt=respelt)
    source = replace(source, parts=parts, blank=sum(unit.raw.blank for unit in units))
    name, sha256, _ = source.files[0]
    if len(source.files) > 1:
        listing = "".join(f"{sha256}  {name}\n" for name, sha256, _ in source.files)
        name, sha256 = files_meant(path).name, hashlib.sha256(listing.encode()).hexdigest()
    source = replace(source, name=name, sha256=sha256)
    return (
        _with_names(_joined(units, name, given.fill_down if given else ()), units, given),
        source,
        units[0].typed,
    )


def units_of(path: Path, given: Mapping | None) -> Iterator[Unit]:
    """Yield each table of all that a path means, with the bytes that it was read from."""
    places = files_meant(path)
    size = 0
    for file in places.files:
        name, encoding = places.named(file), given.encoding if given else None
        for content in load(file, encoding, name=name, members=places.members):
            size += len(content.data)
            if size > MAX_BYTES and len(places.files) > 1:
                raise too_large(places.name, size)
            yield from _units(content, given)


def _units(content: Content, given: Mapping | None) -> Iterator[Unit]:
    sheets = sheets_to_read(
        content,
        given.sheet if given else None,
        named=given is not None and SHEET in given.columns,
    )
    for sheet in sheets:
        name = f"{content.name}: {sheet}" if len(sheets) > 1 else content.name
        raw, said = read_raw(
            replace(content, name=name),
            encoding=given.encoding if given else None,
            separator=given.separator if given else None,
            sheet=sheet,
            wanted=given.columns if given else (),
            header=given.header_rows if given else (),
        )
        yield Unit(raw, content, sheet or "", said)


def _like(first: Unit, unit: Unit) -> Unit:
    """Return a table with its columns in the order, and the spelling, of the first."""
    names, here = first.raw.names, unit.raw.names
    if unit.typed != first.typed:
        raise InputError(
            told("files of two kinds cannot be read as one table"),
            file=unit.raw.file,
            found=unit.content.kind,
            expected=told("{kind}, as {file}", kind=first.content.kind, file=first.raw.file),
            hint=told("give each kind a pattern, or write them all as Parquet"),
        )
    if here == names:
        return unit
    alike = with_names_of(first.raw, unit.raw)
    if alike is None:
        raise other_columns(first.raw, unit.raw)
    raw, said = alike
    return replace(unit, raw=raw, respelt=said)


def _check_first_row(unit: Unit, fill_down: tuple[str, ...]) -> None:
    """Refuse a first cell that would be filled from the last row of another file."""
    for column in fill_down:
        if not unit.raw.text(column)[0].as_py():
            raise InputError(
                told("an empty cell to be filled down has nothing above it in its own file"),
                file=unit.raw.file,
                place=cell_place(str(unit.raw.row_numbers[0]), column),
                hint=told("mapping.fill_down is for cells that mean what stands above them"),
            )


def _joined(units: list[Unit], name: str, fill_down: tuple[str, ...]) -> Raw:
    for unit in units:
        _check_first_row(unit, fill_down)
    first = units[0].raw
    places = [str(at) for at in range(len(first.names))]
    tables = [pa.table(unit.raw.columns, names=places) for unit in units]
    try:
        whole = pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise InputError(
            told("a column is of one type in one file and of another type in another"),
            file=name,
            found=str(error).splitlines()[0][:120],
            hint=told("write them all again with the same types"),
        ) from None
    numbers, merged = _numbered(units)
    raws = [unit.raw for unit in units]
    return replace(
        first,
        columns=list(whole.columns),
        file=name,
        numbers=numbers,
        merged=merged,
        lines=any(raw.lines for raw in raws),
        encoding=first.encoding if len({raw.encoding for raw in raws}) == 1 else None,
        separator=first.separator if len({raw.separator for raw in raws}) == 1 else None,
        header=first.header if len({raw.header for raw in raws}) == 1 else (),
        sheet=first.sheet if len({raw.sheet for raw in raws}) == 1 else None,
    )


def _numbered(units: list[Unit]) -> tuple[Counts, tuple[Merged, ...]]:
    """Return the numbers of rows, and the merged cells, numbered through as `Source.row` undoes."""
    numbers: list[Counts] = []
    merged: list[Merged] = []
    start = units[0].part.first_row
    for unit in units:
        first, last = unit.part.first_row, unit.part.last_row
        numbers.append(unit.raw.row_numbers + (start - first))
        for column, top, bottom in unit.raw.merged:
            # Rows without any cell are none, also where they were merged.
            begin, end = max(top, first), min(bottom, last)
            if end > begin:
                merged.append((column, begin + start - first, end + start - first))
        start += last - first + 1
    return np.concatenate(numbers), tuple(merged)


def _noticed(units: list[Unit]) -> tuple[str, ...]:
    """Say how many tables were read, and how; what was so in some only, of how many."""
    ends = {"first": units[0].raw.file, "last": units[-1].raw.file}
    together = told_of(
        len(units),
        "{count} file read as one table: {first} to {last}",
        "{count} files read as one table: {first} to {last}",
        **ends,
    )
    if all(unit.sheet for unit in units):
        together = told_of(
            len(units),
            "{count} sheet read as one table: {first} to {last}",
            "{count} sheets read as one table: {first} to {last}",
            **ends,
        )
    how = Counter(said for unit in units for said in dict.fromkeys(unit.said))
    return together, *(_said_of_some(said, n, len(units)) for said, n in how.items())


def _said_of_some(said: str, some: int, every: int) -> str:
    if some == every:
        return said
    return told("{said} (in {some} of {all})", said=said, some=number(some), all=number(every))


def _with_names(raw: Raw, units: list[Unit], given: Mapping | None) -> Raw:
    """Return columns with those of the names of files and sheets that the mapping asks for."""
    asked = [name for name in (FILE, SHEET) if given and name in given.columns]
    for name in asked:
        names = (
            names_of_files([unit.content for unit in units])
            if name == FILE
            else [unit.sheet for unit in units]
        )
        if name in raw.names or not all(names):
            raise InputError(
                told(
                    "the file has a column of this name; it stands for the name of the file or "
                    "sheet"
                )
                if name in raw.names
                else told("there are no sheets to name"),
                file=raw.file,
                place=told("column {column}", column=name),
                found=listed(raw.names) if name in raw.names else units[0].content.kind,
                hint=told("rename the column {column}", column=name)
                if name in raw.names
                else told("name {column}", column=FILE),
            )
        sizes = [unit.raw.rows for unit in units]
        texts = pa.DictionaryArray.from_arrays(
            pa.array(np.repeat(np.arange(len(units), dtype=np.int32), sizes)), pa.array(names)
        ).cast(pa.string())
        raw = replace(raw, names=[*raw.names, name], columns=[*raw.columns, texts])
    return raw


@takes_input
def names_of_files(contents: Sequence[Content]) -> list[str]:
    """Return each file's (or member's) name without its ending, and with folders that differ."""
    files = {content.file for content in contents}
    paths = []
    for content in contents:
        inner = content.inner
        path = PurePosixPath(
            f"{content.file}/{inner}" if len(files) > 1 and inner != content.file else inner
        )
        paths.append(path)
    shared = commonpath([str(path.parent) for path in paths])
    return [path.relative_to(shared).with_suffix("").as_posix() for path in paths]
