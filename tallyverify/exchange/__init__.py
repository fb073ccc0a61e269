"""Sheets in the formats that others read: a table to a file, and one kind of file to another.

In: a table, or anything that read_actas reads. Out: a file written whole, and in words what its
format has no place for. Begin with :mod:`tallyverify.exchange.converting`.
"""

from typing import TYPE_CHECKING

from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify.exchange.converting import Converted, convert
    from tallyverify.exchange.targets import TARGETS, WrittenSheets, sheets_as

__all__ = ["TARGETS", "Converted", "WrittenSheets", "convert", "sheets_as"]

__getattr__ = hand_on(
    __name__,
    {"converting": ("Converted", "convert"), "targets": ("TARGETS", "WrittenSheets", "sheets_as")},
)
