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


def damaged_file(name: str, kind: str, found: str) -> InputError:
    """Return the error for a file that cannot be opened."""
    return InputError(
        f"the {kind} is damaged or was cut off",
        file=name,
        found=found,
        hint="fetch the file again and compare its size",
    )


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
                "the workbook is damaged or was cut off",
                file=name,
                found=f"a part that does not unpack as it was packed: {shown(broken)}",
                hint="fetch the file again, or save it again as xlsx",
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
        found = f"{len(raw):,} bytes without a readable directory"
        raise damaged_file(name, "zip archive", found) from None


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
                    "the archive cannot be unpacked",
                    file=name,
                    place=entry.filename if len(entries) > 1 else None,
                    found=str(error)[:100],
                    hint="fetch the file again; encrypted archives are not read",
                ) from None
            done += out.tell()
            told = f"{name}: {entry.filename}" if len(entries) > 1 else name
            yield told, entry.filename, out.getvalue()


def _members(archive: zipfile.ZipFile, name: str, pattern: str | None) -> list[zipfile.ZipInfo]:
    entries = [e for e in archive.infolist() if not e.is_dir() and not is_left_out(e.filename)]
    times = Counter(entry.filename for entry in entries)
    for entry in entries:
        problem = _problem(entry, times)
        if problem:
            raise InputError(
                f"a member of the archive {problem}; it is not read",
                file=name,
                found=shown(entry.filename),
                hint="pack the files again, each once and without folders above them",
            )
    names = [entry.filename for entry in entries]
    if pattern is not None:
        entries = [entry for entry in entries if fnmatchcase(entry.filename, pattern)]
    if not entries:
        raise InputError(
            "no member of the archive has such a name" if names else "the archive holds no file",
            file=name,
            found=shown(pattern) if names else None,
            expected=f"one of {listed(names)}, or a pattern such as *.csv" if names else None,
            hint=nearest(pattern or "", names),
        )
    check_number(len(entries), name)
    return sorted(entries, key=lambda entry: entry.filename)


def _problem(entry: zipfile.ZipInfo, times: Counter[str]) -> str | None:
    if re.search(r"^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)", entry.filename):
        return "has a name that leads out of it"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    return "stands in it twice" if times[entry.filename] > 1 else None


def check_number(files: int, name: str) -> None:
    """Raise an InputError if there are more files than can be meant."""
    if files > MAX_MEMBERS:
        raise InputError(
            "these are too many files",
            file=name,
            found=f"{files:,}",
            expected=f"at most {MAX_MEMBERS:,}",
            hint="put them together in one file",
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
        raise damaged_file(name, "gzip file", str(error)[:100]) from None
    return out.getvalue()


def _check_growth(name: str, packed: int, unpacked: int) -> None:
    if unpacked > MAX_BYTES:
        raise too_large(name, unpacked)
    if unpacked > _FREE_GROWTH and unpacked > MAX_RATIO * max(packed, 1):
        raise InputError(
            "the archive unpacks to far more than a table would; refused",
            file=name,
            found=f"{packed:,} bytes grow to {unpacked:,} or more",
            expected=f"at most {MAX_RATIO} times the packed size",
            hint="if it is what it seems, unpack it and name the file inside",
        )


def too_large(name: str, size: int) -> InputError:
    """Return the error for more bytes than are read."""
    return InputError(
        "the file is too large",
        file=name,
        found=f"{size:,} bytes",
        expected=f"at most {MAX_BYTES:,} bytes of text; Parquet may be larger",
        hint="convert it to Parquet, which is read part by part",
    )
