"""Sound bytes damaged at random, in the ways of broken transfers and of people with intent."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.hostile.sound import packed, unpacked

ODD = (
    b'"', b'""', b"'", b"\x00", b"\xff", b"\r", b"\n\n", b",", b";", b"\t", b"-", b"=1+1", b"1e3",
    b"1.5", b"1,234", b"1.234", b"\xc2\xa0", b"\xe2\x80\xae", b"\x1b[31m", b"NaN", b"#REF!", b"inf",
    b"99999999999999999999", b"<!--x-->", b"]]>", b"<![CDATA[", b"&lt;", b"{", b"[" * 200, b"}",
    b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xd9\xa3", b"\xc2\xbd", b"true", b"null", b"TOTAL",
)  # fmt: skip
"""What stands in a cell, or breaks out of one, and has been misread somewhere."""


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Change one to four bytes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """Cut the end off."""
    return data[: chance.randrange(len(data))]


def doubled(data: bytes, chance: random.Random) -> bytes:
    """Repeat a stretch somewhere."""
    start = chance.randrange(len(data))
    stretch = data[start : start + chance.choice((1, 16, 200, 5000))]
    place = chance.randrange(len(data))
    return data[:place] + stretch * chance.choice((1, 2, 50)) + data[place:]


def holed(data: bytes, chance: random.Random) -> bytes:
    """Take a stretch out."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((1, 3, 40, 400)) :]


def inserted(data: bytes, chance: random.Random) -> bytes:
    """Put something odd in."""
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(ODD) + data[place:]


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """Put something odd in the place of a number, or at its end."""
    numbers = list(re.finditer(rb"\d+", data))
    if not numbers:
        return inserted(data, chance)
    number = chance.choice(numbers)
    kept = number.end() if chance.random() < 0.5 else number.start()
    return data[:kept] + chance.choice(ODD) + data[number.end() :]


def grown(data: bytes, chance: random.Random) -> bytes:
    """Make one number of it enormous: a length, a place, a count."""
    place = chance.randrange(len(data))
    return data[:place] + chance.choice((b"\xff" * 4, b"\x7f" * 8, b"9" * 12)) + data[place + 4 :]


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flipped, cut, doubled, holed, inserted, spoilt, grown,
)  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return bytes damaged in one way; in an archive, half the time a part before it is packed."""
    way = chance.choice(WAYS)
    if not data.startswith(b"PK") or chance.random() < 0.5:
        return way(data, chance)
    parts = unpacked(data)
    name = chance.choice([name for name, part in parts.items() if part])
    return packed({**parts, name: way(parts[name], chance)})
