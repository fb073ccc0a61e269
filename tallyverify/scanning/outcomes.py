"""What became of a file and of each of its pages, as data: words are made of it when it is told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.model import Model

PageStatus = Literal[
    "read",  # one payload
    "several",  # payloads that differ
    "not_payload",  # a code whose text is no payload
    "illegible",  # a code was seen and could not be read
    "no_code",
    "damaged",
    "locked",  # by a password
    "too_large",
    "unsupported",  # a kind of picture that is not read
    "unreadable",  # the system does not give it
    "ended",  # the reading process ended by itself
    "too_slow",
    "not_reached",  # behind a page at which the process ended
    "skipped",
]
OUTSIDE = ("unreadable", "ended", "too_slow", "not_reached")
"""What may be otherwise next time, though the file is the same."""

_Whole = Annotated[int, Field(ge=0, le=2**53, strict=True)]
_QrText = Annotated[str, StringConstraints(max_length=8000)]


class PageOutcome(Model):
    """What became of one page; of a file that could not be opened, page 0.

    Attributes
    ----------
    page : int
        Counted from 1.
    status : str
        ``read``, or why not.
    how : str
        The preparation by which the code was read: ``as_it_is``, ``sharpened``, …
    text : str
        The payload, where one was read.
    others : tuple of str
        Other texts on the page; of ``several``, the payloads.
    unread : bool
        Whether another code was seen that could not be read.
    width, height : int
        Pixels of the page as it was read.
    what : str
        Of ``too_large``: pixels, side, bytes, pages or memory. Of ``skipped``: why.
    found, limit : int
        What is too large, and what is read at most.
    said : str
        What a library or the system says of it.

    Examples
    --------
    >>> PageOutcome(page=1, status="no_code").text
    ''
    """

    page: _Whole
    status: PageStatus
    how: Annotated[str, StringConstraints(max_length=40)] = ""
    text: _QrText = ""
    others: Annotated[tuple[_QrText, ...], Field(max_length=300)] = ()
    unread: Annotated[bool, Field(strict=True)] = False
    width: _Whole = 0
    height: _Whole = 0
    what: Annotated[str, StringConstraints(max_length=20)] = ""
    found: _Whole = 0
    limit: _Whole = 0
    said: Annotated[str, StringConstraints(max_length=500)] = ""

    @model_validator(mode="after")
    def _read_is_a_payload(self) -> PageOutcome:
        from tallyverify.readers import read_payload

        if self.status == "read":
            try:
                read_payload(self.text)
            except InputError as error:
                raise ValueError(str(error.what)) from None
        elif self.text:
            raise ValueError(told("only a page that was read has a payload"))
        return self


class FileOutcome(Model):
    """What became of one file.

    Attributes
    ----------
    file : str
        Name in the folder, with ``/`` between folders.
    size : int
        Bytes.
    sha256 : str
        Of its bytes; nothing where they were not read.
    pages : tuple of PageOutcome
        In their order.

    Examples
    --------
    >>> FileOutcome(file="a.jpg", size=3, pages=(PageOutcome(page=1, status="no_code"),)).is_read
    False
    """

    file: str
    size: _Whole = 0
    sha256: Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")] = ""
    pages: Annotated[tuple[PageOutcome, ...], Field(min_length=1)]

    @property
    def is_read(self) -> bool:
        """Whether every page gave a payload."""
        return all(page.status == "read" for page in self.pages)

    @property
    def is_final(self) -> bool:
        """Whether the same bytes would end in the same again."""
        return not any(page.status in OUTSIDE for page in self.pages)


def whole_file(file: str, status: PageStatus, **facts: str | int) -> FileOutcome:
    """Return the outcome of a file of which no page was reached."""
    size, sha256 = facts.pop("size", 0), facts.pop("sha256", "")
    page = PageOutcome.model_validate({"page": 0, "status": status, **facts})
    return FileOutcome.model_validate(
        {"file": file, "size": size, "sha256": sha256, "pages": (page,)}
    )
