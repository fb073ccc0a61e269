"""Bytes of a file, with zip and gzip undone; hostile until proven otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import counted, told
from tallyverify.readers.guarded.packed import GZIP, ZIP, unpacked
from tallyverify.readers.opening.archives import MAX_BYTES, too_large
from tallyverify.taken import takes_input

_CHUNK = 1024**2
_PACKED_TWICE = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_PACKED = (told("this packing is not read"), told("unpack it, or pack it as zip or gz"))
_BINARY = {
    b"%PDF": (
        told("this is a PDF, a picture of a table"),
        told(
            "take its tables out with pdfplumber, camelot or tabula, check them against the page, "
            "and save them as CSV"
        ),
    ),
    b"ARROW1": (told("this is an Arrow (Feather) file"), told("write it as Parquet")),
    b"SQLite format 3": (told("this is a SQLite database"), told("export the table as CSV")),
    b"BZh": _PACKED,
    b"7z\xbc\xaf": _PACKED,
    b"Rar!": _PACKED,
}


@dataclass(frozen=True)
class Content:
    """What a file, or a member of an archive, holds: text, xlsx, xls, ods or parquet."""

    name: str  # for messages
    file: str
    sha256: str  # of the file
    kind: str
    data: bytes
    inner: str  # the name of the member, or of the file


@takes_input
def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@takes_input
def check_exists(path: Path) -> None:
    """Raise an InputError unless the path is a file of a readable size."""
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:
        raise _unreadable(path.name, error) from None
    if is_folder:
        raise InputError(told("this is a folder, a file is expected"), file=path.name)
    if not is_file:
        folder = path.parent
        there = sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
        raise InputError(
            told("there is no such file"),
            file=path.name,
            expected=told("one of the files there: {files}", files=listed(there))
            if there
            else None,
            hint=nearest(path.name, there),
        )
    size = path.stat().st_size
    if size == 0:
        nothing = counted(0, "byte", "bytes")
        raise InputError(told("the file is empty"), file=path.name, found=nothing)
    if size > MAX_BYTES and path.suffix != ".parquet":
        raise too_large(path.name, size)


def changed_meanwhile(name: str) -> InputError:
    """Return the error for a file that is another one than when its reading began."""
    return InputError(
        told("the file was changed while it was read"),
        file=name,
        hint=told("wait until nothing writes to it, and begin again"),
    )


def _unreadable(name: str, error: OSError) -> InputError:
    return InputError(told("the file cannot be read"), file=name, found=error.strerror)


@takes_input
def load(
    path: Path, encoding: str | None = None, *, name: str | None = None, members: str | None = None
) -> Iterator[Content]:
    """Yield what a file holds, one layer of zip or gzip undone: of an archive, each member.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        Of its text, where it is known.
    name : str, optional
        What it is called in messages, if not by its own name.
    members : str, optional
        Pattern of the names of the members to read.
    """
    check_exists(path)
    name = name or path.name
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(name, error) from None
    whole = Content(name, name, hashlib.sha256(raw).hexdigest(), "", raw, name)
    if members is not None and not raw.startswith(ZIP):
        raise _no_members(name, members)
    if not raw.startswith((ZIP, GZIP)):
        yield replace(whole, kind=_kind(raw, name, encoding))
        return
    for one in unpacked(raw, name, members):
        if one.data is raw and members is not None:
            raise _no_members(name, members)
        inside = replace(whole, name=one.name, data=one.data, inner=one.member)
        if one.kind:
            yield replace(inside, kind=one.kind)
        elif one.data.startswith(_PACKED_TWICE):
            raise InputError(told("an archive inside an archive is not unpacked"), file=one.name)
        else:
            yield replace(inside, kind=_kind(one.data, one.name, encoding))


def _no_members(name: str, members: str) -> InputError:
    what = told("this is no zip archive, and has no members")
    return InputError(what, file=name, found=members)


def _kind(data: bytes, name: str, encoding: str | None) -> str:
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if not data.strip():
        raise blank(name)
    head = data[:_CHUNK]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or (
        encoding is not None and b"\x00" in "a".encode(encoding)
    )
    known = next((words for mark, words in _BINARY.items() if data.startswith(mark)), None)
    if known or (not wide and b"\x00" in data):
        what, hint = known or (
            told("this is a binary file, not a table"),
            told("export the sheet as CSV"),
        )
        raise InputError(
            what,
            file=name,
            found=told("it begins with {bytes}", bytes=shown(bytes(head[:12]))),
            expected=told(
                "CSV or TSV text (plain, zip or gz), xlsx, xls, ods, Parquet, JSON or HTML"
            ),
            hint=hint,
        )
    return "text"


def blank(name: str) -> InputError:
    """Return the error for a file without a single character to read."""
    return InputError(
        told("the file holds nothing but white space"),
        file=name,
        hint=told("fetch it again; the export may have failed"),
    )
