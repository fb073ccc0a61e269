"""Copies that the user has: known by their SHA-256, whatever they are called."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tallyverify.datasets.cache import reason
from tallyverify.datasets.known_sets import DATASETS, DataFile, KnownSet
from tallyverify.errors import InputError
from tallyverify.language import clauses, counted, told

_MOST = 64 * 1024**2
"""Bytes up to which a copy is looked into: every published file is far smaller."""
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf", b"Rar!")


def copies_given(known: KnownSet, paths: Iterable[Path]) -> dict[str, bytes]:
    """Return what the copies hold, by the name of the published file that each is.

    Each is read once: what was hashed is what is returned.

    Raises
    ------
    InputError
        If one cannot be read, or is none of the set's files.
    """
    from tallyverify.readers import check_exists

    found: dict[str, bytes] = {}
    by_hash = {file.sha256: file.name for file in known.files}
    for path in paths:
        check_exists(path)
        try:
            with path.open("rb") as stream:
                raw = stream.read(_MOST)
                whole = hashlib.sha256(raw)
                size = len(raw)
                while more := stream.read(1024**2):
                    whole.update(more)
                    size += len(more)
        except OSError as error:
            what = told("the file cannot be read")
            raise InputError(what, file=path.name, found=reason(error)) from None
        sha256 = whole.hexdigest()
        if sha256 not in by_hash:
            raise _unknown(known, path.name, raw, size, sha256)
        found[by_hash[sha256]] = raw
    return found


def _unknown(known: KnownSet, name: str, raw: bytes, size: int, sha256: str) -> InputError:
    for other in DATASETS.values():
        if sha256 in (file.sha256 for file in other.files):
            return InputError(
                told("this copy is a file of another data set"),
                file=name,
                found=told("a file of {name}", name=other.name),
                expected=_expected(known),
                hint=told("tallyverify fetch {name} --from FILE", name=other.name),
            )
    return InputError(
        told("this copy is none of the published files"),
        file=name,
        found=told("{size}, SHA-256 {sha256}", size=counted(size, "byte", "bytes"), sha256=sha256),
        expected=_expected(known),
        hint=_look(known, raw, size),
    )


def _expected(known: KnownSet) -> str:
    return clauses(file.described() for file in known.files)


def _look(known: KnownSet, raw: bytes, size: int) -> str:
    """Return in what a wrong copy seems to differ, and what to do."""
    if is_web_page(raw):
        return told("it is a web page: save the file itself")
    if raw.startswith(_PACKED):
        return told("it is packed: unpack it first")
    for file in known.files:
        if _rewritten(raw, file):
            return told(
                "it has the text of {file}, but a program changed its encoding or the ends of its "
                "lines: fetch the file itself, byte for byte",
                file=file.name,
            )
    for file in known.files:
        if size == file.size:
            return told(
                "it has as many bytes as {file}, but not the same: it was damaged or altered; "
                "fetch the file itself, or verify this one as a case of its own (tallyverify "
                "verify --actas)",
                file=file.name,
            )
    return told(
        "fetch the file itself, or verify this one as a case of its own (tallyverify verify "
        "--actas)"
    )


def is_web_page(raw: bytes) -> bool:
    """Return whether bytes begin as a page of the web does."""
    return raw[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _rewritten(raw: bytes, file: DataFile) -> bool:
    """Whether bytes are a file's but for its encoding, its mark at the head, or its line ends."""
    plain = {text.replace(b"\r\n", b"\n") for text in _encodings(raw)}
    ways = plain | {text.replace(b"\n", b"\r\n") for text in plain}
    return file.sha256 in {hashlib.sha256(text).hexdigest() for text in ways}


def _encodings(raw: bytes) -> Iterator[bytes]:
    yield raw
    for read in ("utf-8-sig", "latin-1"):
        for written in ("utf-8-sig", "utf-8", "latin-1"):
            with suppress(UnicodeError):
                yield raw.decode(read).encode(written)
