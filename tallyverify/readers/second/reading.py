"""read_twice: what other libraries read in the files of a table, held against the first reading."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.readers.files import changed_meanwhile
from tallyverify.readers.kinds.encoding import to_utf8
from tallyverify.readers.opening.many import Unit, units_of
from tallyverify.readers.profiles.opening import tables_of
from tallyverify.readers.profiles.profile import profile_named, profile_names
from tallyverify.readers.second.apart import NotReadError, columns_of_file, rows_of_sheet
from tallyverify.readers.second.comparing import compared_with_columns, compared_with_rows
from tallyverify.readers.second.text_rows import text_rows
from tallyverify.records import Mapping
from tallyverify.table import SecondReading, Source
from tallyverify.taken import takes_input

_LIBRARIES = {"xlsx": "openpyxl", "parquet": "polars"}
"""What reads a kind of file a second time; delimited text is read by Python's own csv module."""


@takes_input
def read_twice(
    path: Path,
    mapping: Mapping | None = None,
    format: str | None = None,
    source: Source | None = None,
) -> tuple[SecondReading, ...]:
    """Read the files of a table with other libraries, and compare them cell by cell.

    Parameters
    ----------
    path : Path
        A file, a folder, or several by a pattern, as for :func:`read_actas`.
    mapping : Mapping, optional
        As the table was read by: its encoding, separator, header and sheet.
    format : str, optional
        Name of its format, where that was named.
    source : Source, optional
        The files as they were read first: the second reading must be of the same bytes.

    Returns
    -------
    tuple of SecondReading
        One of each file, member of an archive or sheet.

    Raises
    ------
    InputError
        If a file cannot be read, or the library for its kind is not installed, or it
        was changed since it was read first.

    Examples
    --------
    >>> one, = read_twice(Path("data/samples/clean/actas.csv"))
    >>> one.library, one.cells > 1500, one.unlike
    ('csv', True, 0)
    """
    if format is not None and format in profile_names():
        profile = profile_named(format)
        if profile.records:
            reason = told("no second library reads files of the format {name}", name=format)
            return (SecondReading(path.name, reason=reason),)
        path = tables_of(path, profile)
    units = units_of(path, mapping)
    return tuple(map(_second, units if source is None else _unchanged(units, source)))


def _unchanged(units: Iterator[Unit], source: Source) -> Iterator[Unit]:
    """Yield the tables of the same files; raise an InputError for one that is another now."""
    first = {(name, sha256) for name, sha256, _ in source.files}
    again = set()
    for unit in units:
        file = unit.content.file, unit.content.sha256
        if file not in first:
            raise changed_meanwhile(unit.content.file)
        again.add(file)
        yield unit
    for name, _ in sorted(first - again):
        raise changed_meanwhile(name)


def _second(unit: Unit) -> SecondReading:
    raw, content = unit.raw, unit.content
    if content.kind == "text" and raw.separator is not None:
        data, *_ = to_utf8(content.data, raw.encoding, content.name)
        try:
            return compared_with_rows(raw, text_rows(data, raw.separator), "csv")
        except csv.Error as error:
            return SecondReading(raw.file, "csv", refused=str(error))
    library = _LIBRARIES.get(content.kind)
    if library is None:
        return SecondReading(raw.file, reason=_why_not(content.kind))
    _check_installed(library, raw.file)
    try:
        if library == "polars":
            return compared_with_columns(raw, columns_of_file(content), library)
        return compared_with_rows(raw, rows_of_sheet(content, raw.sheet or ""), library)
    except NotReadError as error:
        return SecondReading(raw.file, library, refused=str(error))
    except InputError as error:  # it breaks, or takes more than its limits
        return SecondReading(raw.file, library, refused=error.what)


def _why_not(kind: str) -> str:
    if kind == "text":
        return told("no second library reads HTML, JSON and the like")
    return told("no second library that is looked after reads {kind}", kind=kind)


def _check_installed(library: str, file: str) -> None:
    if find_spec(library) is None:
        raise InputError(
            told("the library for a second reading is not installed"),
            file=file,
            found=told("no {packages}", packages=library),
            hint='pip install "tallyverify[second-reading]"',
        )
