"""Zip, gzip and zipped workbooks, undone in memory; hostile until proven otherwise."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import counted, number, told

MAX_BYTES = 2 * 1024**3
"""No file is read beyond this size, packed or unpacked."""

MAX_RATIO = 200
"""A packed file that grows more than this (beyond the first 64 MiB) is refused as a bomb."""

MAX_MEMBERS = 100_000
"""No archive and no folder of more files is read."""

_FREE_GROWTH = 64 * 1024**2
_CHUNK = 1024**2
_UNPACK_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_NOT_ASKED = re.compile(r"(^|/)(__MACOSX/|\.(?!\.)|~\$|Thumbs\.db$|desktop\.ini$)")


def is_left_out(name: str) -> bool:
    """Return whether a file is what systems leave beside files: hidden, or a lock."""
    return bool(_NOT_ASKED.search(name))


def damaged_file(name: str, what: str, found: str) -> InputError:
    """Return the error for a file that cannot be opened; ``what`` says that it is damaged."""
    hint = told("fetch the file again and compare its size")
    return InputError(what, file=name, found=found, hint=hint)


def workbook_kind(raw: bytes, name: str) -> str | None:
    """Return xlsx or ods if bytes are such a workbook, each part of which unpacks; else None."""
    if not raw.startswith(b"PK"):
        return None
    with _archive(raw, name) as archive:
        kind = _kind_of(archive)
        if kind is None:
            return None
        packed = sum(entry.compress_size for entry in archive.infolist())
        _check_growth(name, packed, sum(entry.file_size for entry in archive.infolist()))
        try:
            broken = archive.testzip()
        except _UNPACK_ERRORS as error:
            broken = str(error)[:100]
        if broken is not None:
            raise InputError(
                told("the workbook is damaged or was cut off"),
                file=name,
                found=told(
                    "a part that does not unpack as it was packed: {part}", part=shown(broken)
                ),
                hint=told("fetch the file again, or save it again as xlsx"),
            )
    return kind


def _kind_of(archive: zipfile.ZipFile) -> str | None:
    names = archive.namelist()
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx"
    if "mimetype" not in names or "content.xml" not in names:
        return None
    try:
        with archive.open("mimetype") as stream:
            return "ods" if stream.read(100).strip() == _ODS else None
    except _UNPACK_ERRORS:
        return None


def _archive(raw: bytes, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        size = counted(len(raw), "byte", "bytes")
        found = told("{bytes} without a readable directory", bytes=size)
        what = told("the zip archive is damaged or was cut off")
        raise damaged_file(name, what, found) from None


def unzipped(raw: bytes, name: str, pattern: str | None) -> Iterator[tuple[str, str, bytes]]:
    """Yield members of a zip archive by name: the name for messages, the member's, its bytes.

    Nothing is written. All are unpacked, or those that fit a pattern.

    Raises
    ------
    InputError
        If there is none, a name leads out of the archive or stands twice, a member is a link, or
        it cannot be unpacked or would grow too much.
    """
    with _archive(raw, name) as archive:
        entries = _members(archive, name, pattern)
        done = 0
        for entry in entries:
            done += entry.file_size
            _check_growth(name, len(raw), done)
        done = 0
        for entry in entries:
            out = io.BytesIO()
            try:
                with archive.open(entry) as stream:
                    while block := stream.read(_CHUNK):
                        out.write(block)
                        _check_growth(name, len(raw), done + out.tell())
            except _UNPACK_ERRORS as error:
                raise InputError(
                    told("the archive cannot be unpacked"),
                    file=name,
                    place=entry.filename if len(entries) > 1 else None,
                    found=str(error)[:100],
                    hint=told("fetch the file again; encrypted archives are not read"),
                ) from None
            done += out.tell()
            called = f"{name}: {entry.filename}" if len(entries) > 1 else name
            yield called, entry.filename, out.getvalue()


def _members(archive: zipfile.ZipFile, name: str, pattern: str | None) -> list[zipfile.ZipInfo]:
    entries = [e for e in archive.infolist() if not e.is_dir() and not is_left_out(e.filename)]
    times = Counter(entry.filename for entry in entries)
    for entry in entries:
        problem = _problem(entry, times)
        if problem:
            raise InputError(
                problem,
                file=name,
                found=shown(entry.filename),
                hint=told("pack the files again, each once and without folders above them"),
            )
    names = [entry.filename for entry in entries]
    if pattern is not None:
        entries = [entry for entry in entries if fnmatchcase(entry.filename, pattern)]
    if not entries:
        raise InputError(
            told("no member of the archive has such a name")
            if names
            else told("the archive holds no file"),
            file=name,
            found=shown(pattern) if names else None,
            expected=told("one of {names}, or a pattern such as *.csv", names=listed(names))
            if names
            else None,
            hint=nearest(pattern or "", names),
        )
    check_number(len(entries), name)
    return sorted(entries, key=lambda entry: entry.filename)


def _problem(entry: zipfile.ZipInfo, times: Counter[str]) -> str | None:
    if re.search(r"^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)", entry.filename):
        return told("a member of the archive has a name that leads out of it; it is not read")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return told("a member of the archive is a link; it is not read")
    if times[entry.filename] > 1:
        return told("a member of the archive stands in it twice; it is not read")
    return None


def check_number(files: int, name: str) -> None:
    """Raise an InputError if there are more files than can be meant."""
    if files > MAX_MEMBERS:
        raise InputError(
            told("these are too many files"),
            file=name,
            found=number(files),
            expected=told("at most {most}", most=number(MAX_MEMBERS)),
            hint=told("put them together in one file"),
        )


def gunzipped(raw: bytes, name: str) -> bytes:
    """Return what a gzip file holds."""
    out = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            while block := stream.read(_CHUNK):
                out.write(block)
                _check_growth(name, len(raw), out.tell())
    except (EOFError, OSError, zlib.error) as error:
        what = told("the gzip file is damaged or was cut off")
        raise damaged_file(name, what, str(error)[:100]) from None
    return out.getvalue()


def _check_growth(name: str, packed: int, unpacked: int) -> None:
    if unpacked > MAX_BYTES:
        raise too_large(name, unpacked)
    if unpacked > _FREE_GROWTH and unpacked > MAX_RATIO * max(packed, 1):
        raise InputError(
            told("the archive unpacks to far more than a table would; refused"),
            file=name,
            found=told(
                "{packed} bytes grow to {unpacked} or more",
                packed=number(packed),
                unpacked=number(unpacked),
            ),
            expected=told("at most {times} times the packed size", times=number(MAX_RATIO)),
            hint=told("if it is what it seems, unpack it and name the file inside"),
        )


def too_large(name: str, size: int) -> InputError:
    """Return the error for more bytes than are read."""
    return InputError(
        told("the file is too large"),
        file=name,
        found=counted(size, "byte", "bytes"),
        expected=told(
            "at most {bytes} bytes of text; Parquet may be larger", bytes=number(MAX_BYTES)
        ),
        hint=told("convert it to Parquet, which is read part by part"),
    )
