"""What a file holds that its mapping does not read, and what speaks against how it reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spoiled:
    """Codes that a spreadsheet has rewritten."""

    column: str
    form: str  # in words
    rows: int
    example: str
    lost: bool = True  # what stood there cannot be told from what stands there now


@dataclass(frozen=True)
class StatusTexts:
    """A column that is not read, whose texts look like statuses of sheets."""

    column: str
    texts: tuple[tuple[str, int], ...]  # with their rows
    not_counted: int  # rows whose text says that the sheet does not count (yet)


@dataclass(frozen=True)
class SumsByText:
    """The votes of each candidate by the texts of a column that is not read."""

    column: str
    texts: tuple[str, ...]
    rows: tuple[int, ...]  # of each text
    candidates: tuple[str, ...]
    votes: tuple[tuple[int, ...], ...]  # by text and candidate
    together: tuple[int, ...] = ()  # for stations with several rows: their texts, as a set of bits


@dataclass(frozen=True)
class Beside:
    """Columns that are not read and make up what the votes lack of a line."""

    columns: tuple[str, ...]
    line: str
    rows: int
    judged: int


@dataclass(frozen=True)
class Noticed:
    """What a reader noticed of a file that it read whole, besides what it was asked for.

    Attributes
    ----------
    filtered : int
        Rows of the file that became no acta: left out by ``where`` or ``where_not``.
    totals, like_stations : int
        Actas left out as totals, and how many of these are of a station's size.
    repeated : int
        Rows whose key stood in the file before.
    unique_with : tuple of str
        The fewest columns that would make the key name each row once.
    other_lists : int
        Keys that stand several times, with different numbers of registered voters.
    unlike : int
        Rows that ``repeated`` takes for versions of one sheet and that look like other stations'.
    copied : int
        Rows that ``repeated`` adds up and that hold all figures of another row of their station.
    spoiled, statuses, beside : tuple
        Codes that were rewritten, and columns that were not read.
    by_text : tuple of SumsByText
        Votes by text of each column that is not read, or part of the key, and has few.
    twins : int
        Rows that hold all figures of another station's, and more of these than chance makes.
    versions : tuple of str and int
        A column of the key that tells only rows apart that are alike otherwise, and how many.
    elsewhere : int
        Rows without any figure that have some in columns which are not read.
    mend : str
        What would make balances hold that fail on most rows, in words.
    """

    filtered: int = 0
    totals: int = 0
    like_stations: int = 0
    repeated: int = 0
    unique_with: tuple[str, ...] = ()
    other_lists: int = 0
    unlike: int = 0
    copied: int = 0
    spoiled: tuple[Spoiled, ...] = ()
    statuses: tuple[StatusTexts, ...] = ()
    beside: tuple[Beside, ...] = ()
    by_text: tuple[SumsByText, ...] = ()
    twins: int = 0
    versions: tuple[str, int] = ("", 0)
    elsewhere: int = 0
    mend: str = ""
