"""How much of a file is read: files are hostile until they are read."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tallyverify.errors import InputError
from tallyverify.language import number, told
from tallyverify.taken import takes_input

LONGEST_SIDE = 65_535
"""Pixels of a side of a picture: more the reader of codes does not take."""
MOST_BYTES = 2**30
"""Of a file. A larger one is no photograph, and it is held in memory as it is."""


@takes_input
@dataclass(frozen=True)
class ScanLimits:
    """What is refused as too large or too slow, file by file.

    Attributes
    ----------
    megapixels : int
        Of an image, as its header states, before it is decoded; 1 to 2000.
    pages : int
        Of a PDF or TIFF; 1 to 100,000.
    seconds : int
        For a page, from opening it to the last preparation; 1 to 3600.

    Examples
    --------
    >>> ScanLimits().megapixels
    120
    """

    megapixels: int = 120
    pages: int = 1000
    seconds: int = 60

    def __post_init__(self) -> None:
        most = {"megapixels": 2000, "pages": 100_000, "seconds": 3600}
        for name, value in asdict(self).items():
            if not 1 <= value <= most[name]:
                raise InputError(
                    told("a limit is out of range"),
                    place=name,
                    found=number(value),
                    expected=told("1 to {most}", most=number(most[name])),
                )
