"""Readers: files as their publishers distribute them, into an ActaTable or a Registry.

In: a path or a DataFrame, a contest, a mapping. Out: columns, with all that was inferred and could
not be read. Begin with :mod:`tallyverify.readers.actas`; a cell becomes a number in
:mod:`tallyverify.readers.counts`.
"""

from tallyverify.readers.actas import ActaStream, open_actas, read_actas
from tallyverify.readers.bulletins import read_areas
from tallyverify.readers.files import check_exists
from tallyverify.readers.opening.places import Places, check_name, files_meant
from tallyverify.readers.stations import read_registry

__all__ = [
    "ActaStream",
    "Places",
    "check_exists",
    "check_name",
    "files_meant",
    "open_actas",
    "read_actas",
    "read_areas",
    "read_registry",
]
