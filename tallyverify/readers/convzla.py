"""The two files of tally sheets of Venezuela's election of 28 July 2024 (format ``convzla``).

V1 is UTF-8 with a byte-order mark and has the registered voters (``RE``); V2 is Latin-1 and has
none. In both, CENTRO is a nine-digit code whose leading zero was lost.
"""

from __future__ import annotations

from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.readers.raw import Raw
from tallyverify.records import Contest, Mapping

_LEVELS = {"state": "EDO", "municipality": "MUN", "parish": "PAR", "centre": "CENTRO"}
_LINES = {"registered": "RE", "valid": "VOTOS_VALIDOS", "null": "VOTOS_NULOS"}
_NEEDED = ("EDO", "MUN", "PAR", "CENTRO", "MESA", "VOTOS_VALIDOS", "VOTOS_NULOS")


def is_convzla(names: list[str]) -> bool:
    """Return whether a header is that of one of the two files."""
    return set(_NEEDED) <= set(names)


def convzla_mapping(raw: Raw, contest: Contest) -> Mapping:
    """Return the mapping for a file of this format and a contest of its candidates."""
    absent = [name for name in _NEEDED if name not in raw.names]
    if absent:
        raise InputError(
            told("the file is not of the format convzla"),
            file=raw.file,
            place=told("header"),
            found=told(
                "no {columns} among {there}",
                columns=listed(absent),
                there=listed(raw.distinct, 40),
            ),
            hint=told("describe the columns in a mapping instead of naming a format"),
        )
    return Mapping(
        station=("CENTRO", "MESA"),
        areas={level: column for level, column in _LEVELS.items() if level in contest.levels},
        lines={line: column for line, column in _LINES.items() if column in raw.names},
        votes={name: name for name in contest.candidate_ids},
        pad={"CENTRO": 9},
    )
