"""The mapping as used: what nobody had said of a file, and what was decided in reading it."""

from __future__ import annotations

from typing import TypeVar

from tallyverify.readers.counts import Thousands, thousands_of
from tallyverify.readers.raw import Raw
from tallyverify.records import Mapping

AnyMapping = TypeVar("AnyMapping", bound=Mapping)


def as_decided(mapping: AnyMapping, raw: Raw, thousands: Thousands) -> AnyMapping:
    """Return a mapping by which the same file is read alike, and nothing needs to be found out.

    Encoding, separator, row of the header, sheet and thousands separator are filled in; where
    several files were read as one table, only what is so in all of them.
    """
    header = raw.header[0] if len(raw.header) == 1 else raw.header or mapping.header
    return mapping.model_copy(
        update={
            "encoding": raw.encoding or mapping.encoding,
            "separator": raw.separator,  # one that was named for a workbook parts nothing
            "header": header,
            "sheet": mapping.sheet or raw.sheet,
            "thousands": mapping.thousands or _sign(thousands),
        }
    )


def _sign(thousands: Thousands) -> str | None:
    """Return the sign that, if it were named, would make the figures read as they were."""
    for sign in ".,":
        named = thousands_of((), sign)
        if (named.grouping, named.decimal) == (thousands.grouping, thousands.decimal):
            return sign
    return None
