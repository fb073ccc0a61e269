"""Bytes of a file, with zip and gzip of one file undone; hostile until proven otherwise."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from tallyverify.errors import InputError, listed, nearest, shown

MAX_BYTES = 2 * 1024**3
"""No file is read beyond this size, packed or unpacked."""

MAX_RATIO = 200
"""A packed file that grows more than this (beyond the first 64 MiB) is refused as a bomb."""

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
_PACKED_TWICE = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True)
class Content:
    """What a file holds once unpacked: ``kind`` is text, xlsx, xls or parquet."""

    name: str
    sha256: str
    kind: str
    data: bytes
    inner: str


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_exists(path: Path) -> None:
    """Raise an InputError unless the path is a file of a readable size."""
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:
        raise InputError("the file cannot be read", file=path.name, found=error.strerror) from None
    if is_folder:
        raise InputError("this is a folder, a file is expected", file=path.name)
    if not is_file:
        folder = path.parent
        there = sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
        raise InputError(
            "there is no such file",
            file=path.name,
            expected=f"one of the files there: {listed(there)}" if there else None,
            hint=nearest(path.name, there),
        )
    size = path.stat().st_size
    if size == 0:
        raise InputError("the file is empty", file=path.name, found="0 bytes")
    if size > MAX_BYTES and path.suffix != ".parquet":
        raise _too_large(path.name, size)


def load(path: Path, encoding: str | None = None) -> Content:
    """Read a file, whose encoding may be known, and undo one layer of zip or gzip."""
    check_exists(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError("the file cannot be read", file=path.name, found=error.strerror) from None
    sha256 = hashlib.sha256(raw).hexdigest()
    data, inner = raw, path.name
    if raw.startswith(b"PK") and not _is_workbook(raw, path.name):
        data, inner = _unzipped(raw, path.name)
    elif raw.startswith(b"\x1f\x8b"):
        data = _gunzipped(raw, path.name)
        inner = path.name.removesuffix(".gz")
    if data is not raw and data.startswith(_PACKED_TWICE) and not _is_workbook(data, path.name):
        raise InputError("an archive inside an archive is not unpacked", file=path.name)
    return Content(path.name, sha256, _kind(data, path.name, encoding), data, inner)


def _kind(data: bytes, name: str, encoding: str | None) -> str:
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith(b"PK"):
        return "xlsx"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if not data.strip():
        raise blank(name)
    head = data[:_CHUNK]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or (
        encoding is not None and b"\x00" in "a".encode(encoding)
    )
    if data.startswith(b"%PDF") or (not wide and b"\x00" in data):
        raise InputError(
            "this is a binary file, not a table",
            file=name,
            found=f"it begins with {shown(bytes(head[:12]))}",
            expected="CSV or TSV text (plain, zip or gz), xlsx, xls, Parquet or JSON lines",
            hint="export the sheet as CSV",
        )
    return "text"


def damaged_file(name: str, kind: str, found: str) -> InputError:
    """Return the error for a file that cannot be opened."""
    return InputError(
        f"the {kind} is damaged or was cut off",
        file=name,
        found=found,
        hint="fetch the file again and compare its size",
    )


def blank(name: str) -> InputError:
    """Return the error for a file without a single character to read."""
    return InputError(
        "the file holds nothing but white space",
        file=name,
        hint="fetch it again; the export may have failed",
    )


def _is_workbook(raw: bytes, name: str) -> bool:
    if not raw.startswith(b"PK"):
        return False
    with _archive(raw, name) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names:
            return False
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
    return True


def _archive(raw: bytes, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        found = f"{len(raw):,} bytes without a readable directory"
        raise damaged_file(name, "zip archive", found) from None


def _unzipped(raw: bytes, name: str) -> tuple[bytes, str]:
    with _archive(raw, name) as archive:
        entries = [
            entry
            for entry in archive.infolist()
            if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")
        ]
        if len(entries) != 1:
            raise InputError(
                "an archive of exactly one file is expected",
                file=name,
                found=f"{len(entries)}: {listed([e.filename for e in entries], 8)}",
                hint="unpack it and name the file that holds the actas",
            )
        entry = entries[0]
        _check_growth(name, entry.compress_size, entry.file_size)
        out = io.BytesIO()
        try:
            with archive.open(entry) as stream:
                while block := stream.read(_CHUNK):
                    out.write(block)
                    _check_growth(name, entry.compress_size, out.tell())
        except _UNPACK_ERRORS as error:
            raise InputError(
                "the archive cannot be unpacked",
                file=name,
                found=str(error)[:100],
                hint="fetch the file again; encrypted archives are not read",
            ) from None
    return out.getvalue(), Path(entry.filename).name


def _gunzipped(raw: bytes, name: str) -> bytes:
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
        raise _too_large(name, unpacked)
    if unpacked > _FREE_GROWTH and unpacked > MAX_RATIO * max(packed, 1):
        raise InputError(
            "the archive unpacks to far more than a table would; refused",
            file=name,
            found=f"{packed:,} bytes grow to {unpacked:,} or more",
            expected=f"at most {MAX_RATIO} times the packed size",
            hint="if it is what it seems, unpack it and name the file inside",
        )


def _too_large(name: str, size: int) -> InputError:
    return InputError(
        "the file is too large",
        file=name,
        found=f"{size:,} bytes",
        expected=f"at most {MAX_BYTES:,} bytes of text; Parquet may be larger",
        hint="convert it to Parquet, which is read part by part",
    )
