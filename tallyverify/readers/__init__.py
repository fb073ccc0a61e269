"""Readers: files as their publishers distribute them, into an ActaTable or a Registry.

In: a path or a DataFrame, a contest, a mapping. Out: columns, with all that was inferred and could
not be read. Begin with :mod:`tallyverify.readers.actas`; a cell becomes a number in
:mod:`tallyverify.readers.counts`.
"""

from tallyverify.readers.actas import ActaStream, open_actas, read_actas
from tallyverify.readers.counts import Thousands, read_counts, thousands_of
from tallyverify.readers.encoding import to_utf8
from tallyverify.readers.files import Content, check_exists, load
from tallyverify.readers.formats import read_raw
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.subtotals import labelled
from tallyverify.readers.stations import read_registry

__all__ = [
    "ActaStream",
    "Content",
    "Raw",
    "Thousands",
    "check_exists",
    "labelled",
    "load",
    "open_actas",
    "read_actas",
    "read_counts",
    "read_raw",
    "read_registry",
    "thousands_of",
    "to_utf8",
]
