"""Actas and registry by column; where they came from, their areas, stations that stand twice.

In: columns from a reader. Out: :class:`ActaTable`, whole or in parts. Begin with
:mod:`tallyverify.table.actas`.
"""

from tallyverify.table.actas import (
    DIFFERS,
    MARK,
    MIXED,
    UNREAD_COLUMNS,
    ActaParts,
    ActaTable,
    together,
)
from tallyverify.table.areas import area_codes
from tallyverify.table.earlier import listed_stations, with_earlier
from tallyverify.table.groups import Groups
from tallyverify.table.key_matching import KeyMatch, match_keys, no_key_in_common
from tallyverify.table.left_out import (
    FIGURE,
    LEFT_OUT,
    REASONS,
    FileRows,
    check_no_row_lost,
    file_rows_of,
    logs_joined,
    rows_logged,
    sheets_left_out,
)
from tallyverify.table.looks import look, looking_alike, with_code_points
from tallyverify.table.noticed import Beside, Noticed, Spoiled, StatusTexts, SumsByText
from tallyverify.table.registry import EARLIER, KIND, RegisteredStation, Registry, Respelt
from tallyverify.table.repeats import RARE, HashMatches, Index, Repeats
from tallyverify.table.second_reading import SecondReading, UnlikeCell
from tallyverify.table.source import Source, SourcePart
from tallyverify.table.spellings import Spellings, with_folded_areas
from tallyverify.table.text_type import TEXT

__all__ = [
    "DIFFERS",
    "EARLIER",
    "FIGURE",
    "KIND",
    "LEFT_OUT",
    "MARK",
    "MIXED",
    "RARE",
    "REASONS",
    "TEXT",
    "UNREAD_COLUMNS",
    "ActaParts",
    "ActaTable",
    "Beside",
    "FileRows",
    "Groups",
    "HashMatches",
    "Index",
    "KeyMatch",
    "Noticed",
    "RegisteredStation",
    "Registry",
    "Repeats",
    "Respelt",
    "SecondReading",
    "Source",
    "SourcePart",
    "Spellings",
    "Spoiled",
    "StatusTexts",
    "SumsByText",
    "UnlikeCell",
    "area_codes",
    "check_no_row_lost",
    "file_rows_of",
    "listed_stations",
    "logs_joined",
    "look",
    "looking_alike",
    "match_keys",
    "no_key_in_common",
    "rows_logged",
    "sheets_left_out",
    "together",
    "with_code_points",
    "with_earlier",
    "with_folded_areas",
]
