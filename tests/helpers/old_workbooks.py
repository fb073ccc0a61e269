"""Workbooks of Excel 97 (.xls), made byte by byte: nothing that writes them is at hand."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls_bytes(rows: Sequence[Sequence[str | int]], sheet: str = "actas") -> bytes:
    """Return a workbook of one sheet: a stream of records in a compound file."""
    return _compound(_book(rows, sheet))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _book(rows: Sequence[Sequence[str | int]], sheet: str) -> bytes:
    begin, end = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)), _record(0xA, b"")
    name = struct.pack("<BB", len(sheet), 0) + sheet.encode("ascii")
    place = len(begin) + 4 + 6 + len(name) + len(end)
    head = begin + _record(0x85, struct.pack("<IBB", place, 0, 0) + name) + end
    cells = b"".join(
        _cell(row, column, cell)
        for row, line in enumerate(rows)
        for column, cell in enumerate(line)
    )
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    size = struct.pack("<IIHHH", 0, len(rows), 0, len(rows[0]), 0)
    return head + begin + _record(0x200, size) + cells + end


def _cell(row: int, column: int, cell: str | int) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, int):
        return _record(0x203, place + struct.pack("<d", cell))
    return _record(0x204, place + struct.pack("<HB", len(cell), 0) + cell.encode("ascii"))


def _compound(stream: bytes) -> bytes:
    """Return a compound file: header, table of sectors, folder of names, the one stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(stream) // _SECTOR
    table = [_TABLE, _END, *range(3, 2 + sectors), _END]
    if len(table) > _SECTOR // 4:
        raise ValueError("a larger workbook needs a second table")
    table += [_FREE] * (_SECTOR // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0)
    header += struct.pack("<I", _FREE) * 108
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return header + struct.pack("<128I", *table) + folder.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    entry += struct.pack("<III", _FREE, _FREE, child) + bytes(36)
    return entry + struct.pack("<IQ", start, size)
