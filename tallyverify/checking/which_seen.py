"""Which stations were seen: the one answer, for every family."""

from __future__ import annotations

from tallyverify.arrays import Mask
from tallyverify.checking.context import CaseFacts
from tallyverify.table import ActaTable


def seen_in(part: ActaTable, facts: CaseFacts) -> Mask:
    """Return which rows of a part, in which each station stands once, were seen; shape (rows,).

    A vote was read on the sheet, and the station is not declared annulled. Whoever needs more than
    that of a station (that every vote was read, that its areas are known) asks for it besides.
    """
    return part.seen & ~facts.is_annulled(part.frame["station"])
