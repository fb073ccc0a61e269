"""A crosswalk: a table of two columns, keys of a capture and the keys that they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tallyverify.arrays import Texts
from tallyverify.errors import InputError, listed, shown
from tallyverify.key_bytes import folded_keys
from tallyverify.language import number, told
from tallyverify.names import folded, folded_key
from tallyverify.readers import Raw, load, read_raw

_COLUMNS = 2
_OF_CAPTURE, _OF_ACTAS = ("capture", "from", "second"), ("actas", "to", "first")


def read_crosswalk(path: Path, keys: Any) -> tuple[dict[str, str], str]:
    """Read a crosswalk; return keys of the capture with those of the actas, and the digest.

    Parameters
    ----------
    path : Path
        A table of two columns, with a header. Columns named ``capture`` and ``actas`` say which is
        which; else the column with more of the capture's keys is the capture's.
    keys : array_like of str
        The keys of the capture.

    Raises
    ------
    InputError
        If it has other than two columns, or gives two keys to one.
    """
    contents = list(load(path))
    if len(contents) != 1:
        raise InputError(told("a crosswalk is one table"), file=path.name)
    raw, _ = read_raw(contents[0])
    if len(raw.names) != _COLUMNS:
        raise InputError(
            told("a crosswalk has two columns: keys of the capture, and of the actas"),
            file=path.name,
            found=listed(raw.names),
            expected=told("two columns, named capture and actas"),
        )
    cells = [raw.text(name).fill_null("").to_numpy(zero_copy_only=False) for name in raw.distinct]
    one, other = cells[::-1] if _turned(raw, cells, keys) else cells
    found: dict[str, str] = {}
    rows: dict[str, int] = {}
    sources: dict[str, str] = {}
    for place, (of_capture, of_actas) in enumerate(zip(one, other, strict=True)):
        if not of_capture or not of_actas:
            continue
        row, key = int(raw.row_numbers[place]), folded_key(of_capture)
        if folded_key(found.setdefault(key, of_actas)) != folded_key(of_actas):
            raise InputError(
                told("a crosswalk gives one key two stations"),
                file=path.name,
                place=told(
                    "rows {first} and {second}", first=number(rows[key]), second=number(row)
                ),
                found=told(
                    "{key} is {one}, and is {other}",
                    key=shown(of_capture),
                    one=shown(found[key]),
                    other=shown(of_actas),
                ),
                expected=told("one row for each key"),
            )
        rows.setdefault(key, row)
        target = folded_key(of_actas)
        if (first := sources.setdefault(target, key)) != key:
            raise InputError(
                told("a crosswalk gives two keys one station"),
                file=path.name,
                place=told(
                    "rows {first} and {second}", first=number(rows[first]), second=number(row)
                ),
                found=shown(of_actas),
                expected=told("one row for each station"),
            )
    return found, contents[0].sha256


def _turned(raw: Raw, cells: list[Texts], keys: Any) -> bool:
    """Whether the second column is the capture's."""
    first, second = map(folded, raw.names)
    if first in _OF_CAPTURE or second in _OF_ACTAS:
        return False
    if first in _OF_ACTAS or second in _OF_CAPTURE:
        return True
    known = set(folded_keys(keys))
    here, there = (sum(key in known for key in folded_keys(column)) for column in cells)
    return there > here
