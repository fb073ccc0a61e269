"""What came of reading a file a second time, with another library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnlikeCell:
    """A cell that two libraries read differently; where one has no such cell, it is empty there."""

    row: int  # as a spreadsheet counts
    column: str
    first: str
    second: str


@dataclass(frozen=True)
class SecondReading:
    """One file, member of an archive or sheet, and the cells that another library reads otherwise.

    Attributes
    ----------
    file : str
        Its name, as in messages.
    library : str
        What read it a second time; empty where nothing did.
    cells : int
        How many cells were compared, those of the header with them.
    unlike : int
        How many of these differ.
    shown : tuple of UnlikeCell
        The first of them.
    refused : str
        What the second library said, where it could not read the file at all.
    reason : str
        Why there was no second reading, in words; empty where there was one.
    """

    file: str
    library: str = ""
    cells: int = 0
    unlike: int = 0
    shown: tuple[UnlikeCell, ...] = ()
    refused: str = ""
    reason: str = ""
