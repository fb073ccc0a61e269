"""Text of unknown encoding to UTF-8, and signs that letters were damaged on the way."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from itertools import islice

from tallyverify.errors import InputError, shown
from tallyverify.language import number, told
from tallyverify.taken import takes_input

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED = ["latin_1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "iso8859_2", "koi8_r"]


@takes_input
def to_utf8(data: bytes, encoding: str | None, name: str) -> tuple[bytes, str, bool]:
    """Return the text as UTF-8 without a mark, its encoding, and whether that was a guess.

    A byte-order mark decides; else strict UTF-8; else the text is Latin-1, or cp1252 where it
    uses that set's own signs, unless its letters speak clearly for another script.
    """
    if encoding is None:
        for mark, marked in _BOMS:
            if data.startswith(mark):
                if marked == "utf-8":
                    return _decoded(data[len(mark) :], "utf-8", name), "utf-8-sig", False
                return _decoded(data, marked, name), marked, False
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            guess = _guess(data)
            return _decoded(data, guess, name), guess, True
        return data, "utf-8", False
    return _decoded(data, encoding, name).removeprefix(codecs.BOM_UTF8), encoding, False


def _decoded(data: bytes, encoding: str, name: str) -> bytes:
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        raise InputError(
            told("the text is not {encoding}", encoding=encoding),
            file=name,
            place=told("byte {byte}", byte=number(at)),
            found=shown(bytes(data[max(at - 10, 0) : at + 10])),
            hint=told("leave mapping.encoding out to have it detected"),
        ) from None


def _guess(data: bytes) -> str:
    high = set(data) - set(range(128))
    windows = bool(high & set(range(0x80, 0xA0)))
    undefined = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
    western = "cp1252" if windows and not high & undefined else "latin-1"
    # Words with their neighbours are what a detector can judge; digits only drown them.
    found = re.finditer(rb"[A-Za-z\x80-\xff .]+", data[: 4 * 1024**2])
    words = (word for one in found if not (word := one.group()).isascii())
    sample = b"\n".join(dict.fromkeys(islice(words, 4000)))
    if sum(byte >= 128 for byte in sample) < 0.3 * max(len(sample), 1):
        return western  # mostly ASCII letters: a western or central European text
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_GUESSED).best()
    if best is not None and best.encoding in ("cp1251", "koi8_r", "cp1253"):
        return str(best.encoding)
    return western


_SUSPECT = re.compile("[\u0080-\u024f\u20ac\u2018-\u2022\u201e\u2026\u2122\ufffd]")


def damaged(names: Iterable[str | None]) -> tuple[str, ...]:
    """Return the names that were once decoded with the wrong encoding (mojibake).

    A name is damaged if it holds the replacement character, or if its letters, written as
    Latin-1 or cp1252, are valid UTF-8 of fewer letters: ``PEÃ‘ALVER`` for ``PEÑALVER``.
    """
    return tuple(name for name in names if name and _SUSPECT.search(name) and _is_damaged(name))


def _is_damaged(name: str) -> bool:
    if "\ufffd" in name:
        return True
    for encoding in ("latin-1", "cp1252"):
        try:
            if len(name.encode(encoding).decode("utf-8")) < len(name):
                return True
        except UnicodeError:
            continue
    return False
