"""A file of a known format to unread columns: its header found, its cells unwrapped."""

from __future__ import annotations

import operator
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.readers.files import Content, load
from tallyverify.readers.kinds.encoding import to_utf8
from tallyverify.readers.opening.many import read_files
from tallyverify.readers.opening.places import files_meant
from tallyverify.readers.profiles.fixed_width import is_archive, read_records
from tallyverify.readers.profiles.profile import Profile
from tallyverify.readers.raw import Raw
from tallyverify.records import Mapping
from tallyverify.table import Source

_WRAPPED = {'="…"': r'^="(.*)"$', "'…'": r"^'(.*)'$", "'…": r"^'(.*)$"}
_MOST_LINES = 100
_SIGNS = re.compile(r"[,;|\t]")


def read_profiled(path: Path, profile: Profile, name: str) -> tuple[Raw, Source, bool]:
    """Return the unread columns of a file of a format, their source, and whether typed."""
    path = tables_of(path, profile)
    if profile.records:
        raw, source = read_records(path, profile, name)
        return raw, source, False
    header = _header_row(path, profile, name) if profile.begins else None
    known = Mapping(
        station=(profile.begins or profile.station[-1][0],),
        header=header,
        encoding=profile.encoding,
        separator=profile.separator,
    )
    raw, source, typed = read_files(path, known)
    bare = unwrapped(raw, profile)
    if bare is not raw:
        said = told("signs taken away by which a spreadsheet is told that a cell is text")
        source = replace(source, unwrapped=True).noticing((said,))
    return bare, source, typed


def tables_of(path: Path, profile: Profile) -> Path:
    """Return where the tables of a format lie: those members of an archive that hold them."""
    return path / profile.members if profile.members and is_archive(path) else path


def _header_row(path: Path, profile: Profile, name: str) -> int | None:
    """Return the row that begins with the format's first column, counted from 1."""
    places = files_meant(path)
    for content in load(places.files[0], profile.encoding, members=places.members):
        if content.kind != "text":
            return None
        for at, line in enumerate(_lines(content, profile), start=1):
            first = _SIGNS.split(line, maxsplit=1)[0].strip().strip("\"'=")
            if first == profile.begins:
                return at
        break
    raise InputError(
        told("the file is not of the format {name}", name=name),
        file=places.name,
        found=told("no line that begins with {column}", column=repr(profile.begins)),
        expected=told("the header in one of the first {lines} lines", lines=str(_MOST_LINES)),
        hint=told("describe the columns in a mapping instead of naming a format"),
    )


def _lines(content: Content, profile: Profile) -> list[str]:
    data, _, _ = to_utf8(content.data[: 1024**2], None, content.name)
    return data.decode("utf-8", "replace").splitlines()[:_MOST_LINES]


def unwrapped(raw: Raw, profile: Profile) -> Raw:
    """Return columns without the signs that a cell is text; the same where there are none."""
    columns, names = list(raw.columns), list(raw.names)
    if "'…" in profile.unwrapped:
        names = [name.removeprefix("'") for name in names]
    for wrapping in profile.unwrapped:
        columns = [_unwrapped(column, _WRAPPED[wrapping]) for column in columns]
    same = all(map(operator.is_, columns, raw.columns)) and names == raw.names
    return raw if same else replace(raw, names=names, columns=columns)


def _unwrapped(column: pa.Array, pattern: str) -> pa.Array:
    if not pa.types.is_string(column.type):
        return column
    if not pc.any(pc.match_substring_regex(column, pattern)).as_py():
        return column
    return pc.replace_substring_regex(column, pattern, r"\1")
