"""Files of fixed width: one of stations, one of their votes, joined by the key to wide columns."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import number, told, told_of
from tallyverify.readers.files import Content, load
from tallyverify.readers.kinds.encoding import to_utf8
from tallyverify.readers.opening.archives import is_left_out
from tallyverify.readers.opening.places import files_meant
from tallyverify.readers.profiles.profile import Profile, RecordLayout
from tallyverify.readers.raw import Raw
from tallyverify.table import Source, SourcePart

_KEY = ("PROCESO", "ANO", "MES", "VUELTA", "PROVINCIA", "MUNICIPIO", "DISTRITO", "SECCION", "MESA")
_OPTION, _COUNT, _CALLED = "CANDIDATURA", "VOTOS", "SIGLAS"
_MEMBER = "*[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9].[Dd][Aa][Tt]"
_NAME = re.compile(r"(?:.*/)?(\d\d)(\d{6})\.dat", re.IGNORECASE)

Key = tuple[str, ...]


@dataclass(frozen=True)
class _Records:
    """The lines of one file, cut into columns."""

    content: Content
    numbers: list[int]
    columns: dict[str, list[str]]

    @property
    def keys(self) -> list[Key]:
        return list(zip(*(self.columns[name] for name in _KEY), strict=True))


def read_records(path: Path, profile: Profile, name: str) -> tuple[Raw, Source]:
    """Return the stations of an archive or folder with a column of votes for each candidature.

    A candidature without a record in a station has no votes there.
    """
    files = _files(path, profile, name)
    stations = _cut(files["stations"], profile.records["stations"])
    votes = _cut(files["votes"], profile.records["votes"])
    of_station = _rows_by_key(stations)
    codes = sorted(set(votes.columns[_OPTION]))
    cells: dict[str, list[str]] = {code: ["0"] * len(stations.numbers) for code in codes}
    seen: set[tuple[Key, str]] = set()
    for line, key, code, count in zip(
        votes.numbers, votes.keys, votes.columns[_OPTION], votes.columns[_COUNT], strict=True
    ):
        if key not in of_station or (key, code) in seen:
            what = (
                told("votes of a candidature stand twice for one station")
                if key in of_station
                else told("votes of a station that is not among the stations")
            )
            raise InputError(
                what,
                file=votes.content.name,
                place=told("line {line}", line=number(line)),
                found=shown("/".join((*key, code))),
                hint=told("the files may be of two elections; fetch the archive again"),
            )
        seen.add((key, code))
        cells[code][of_station[key]] = count
    columns = {**stations.columns, **cells}
    raw = Raw(
        list(columns),
        [pa.chunked_array([pa.array(texts, pa.string())]) for texts in columns.values()],
        stations.content.name,
        first_row=1,
        numbers=np.array(stations.numbers, dtype=np.int64),
    )
    return raw, _source(path, stations, votes, len(codes))


def names_in_records(path: Path, profile: Profile, name: str) -> dict[str, str]:
    """Return the names of candidatures by their codes, where the archive has them."""
    content = _files(path, profile, name).get("names")
    if content is None or "names" not in profile.records:
        return {}
    cut = _cut(content, profile.records["names"])
    return dict(zip(cut.columns[_OPTION], cut.columns[_CALLED], strict=True))


def _source(path: Path, stations: _Records, votes: _Records, codes: int) -> Source:
    places = files_meant(path)
    said = (
        told(
            "records of fixed width: {stations} and {votes}",
            stations=stations.content.name,
            votes=votes.content.name,
        ),
        told_of(codes, "{count} candidature", "{count} candidatures"),
    )
    rows = len(stations.numbers)
    blank = max(stations.numbers, default=0) - rows
    if stations.content.file == votes.content.file:
        return Source(places.name, stations.content.sha256, rows, said, blank=blank)
    both = [stations.content, votes.content]
    other = votes.content
    listing = "".join(f"{one.sha256}  {one.file}\n" for one in both)
    parts = (
        SourcePart(
            stations.content.name,
            stations.content.file,
            stations.content.sha256,
            rows,
            stations.numbers[0],
            stations.numbers[-1],
        ),
        # None of its rows are stations, but they are what was read too.
        SourcePart(other.name, other.file, other.sha256, 0, 1, 0),
    )
    sha256 = hashlib.sha256(listing.encode()).hexdigest()
    return Source(places.name, sha256, rows, said, parts=parts, blank=blank)


def _files(path: Path, profile: Profile, name: str) -> dict[str, Content]:
    """Return the files of a format, each the only one of its number."""
    places = files_meant(path)
    contents = []
    for file in places.files:
        packed = places.members or (_MEMBER if is_archive(file) else None)
        if packed is None and (not _NAME.fullmatch(file.name) or is_left_out(file.name)):
            continue
        contents += list(load(file, profile.encoding, name=places.named(file), members=packed))
    numbered: dict[str, dict[str, Content]] = {}
    for content in contents:
        found = _NAME.fullmatch(content.inner)
        if found:
            of_kind = numbered.setdefault(found[2], {})
            if found[1] in of_kind:
                raise InputError(
                    told("two files have the same number"),
                    file=places.name,
                    found=listed([of_kind[found[1]].inner, content.inner]),
                )
            of_kind[found[1]] = content
    needed = {role: profile.records[role].files for role in ("stations", "votes")}
    whole = [of for of in numbered.values() if set(needed.values()) <= of.keys()]
    if len(whole) != 1:
        there = [content.inner for content in contents]
        raise InputError(
            told("the file is not of the format {name}", name=name)
            if not whole
            else told("the archive holds stations of several elections"),
            file=places.name,
            found=listed(there, 20) or told("no file NNTTAAMM.DAT"),
            expected=told("one file {stations}TTAAMM.DAT and one {votes}TTAAMM.DAT", **needed),
            hint=told("take the archive …_MESA.zip, with results by mesa"),
        )
    return {
        role: whole[0][of.files] for role, of in profile.records.items() if of.files in whole[0]
    }


def is_archive(file: Path) -> bool:
    """Return whether a file begins as a zip archive does."""
    try:
        with file.open("rb") as stream:
            return stream.read(2) == b"PK"
    except OSError:
        return False


def _cut(content: Content, layout: RecordLayout) -> _Records:
    data, _, _ = to_utf8(content.data, "latin-1", content.name)
    lines = [(at, line) for at, line in enumerate(data.decode().split("\n"), 1) if line.strip()]
    lines = [(at, line.rstrip("\r")) for at, line in lines]
    width = max(last for _, last in layout.columns.values())
    for at, line in lines:
        if len(line) < width:
            raise InputError(
                told("a line is shorter than the format's columns"),
                file=content.name,
                place=told("line {line}", line=number(at)),
                found=told_of(len(line), "{count} character", "{count} characters"),
                expected=told("at least {width}", width=number(width)),
                hint=told("the file may have been cut off; fetch it again"),
            )
    columns: dict[str, list[str]] = {
        name: [line[first - 1 : last].strip() for _, line in lines]
        for name, (first, last) in layout.columns.items()
    }
    return _Records(content, [at for at, _ in lines], columns)


def _rows_by_key(stations: _Records) -> dict[Key, int]:
    keys: list[Any] = stations.keys
    twice = [key for key, times in Counter(keys).items() if times > 1]
    if twice:
        raise InputError(
            told("a station stands twice among the stations"),
            file=stations.content.name,
            found=shown("/".join(twice[0])),
        )
    return {key: at for at, key in enumerate(keys)}
