"""Which stations were seen: the one answer, for every family."""

from __future__ import annotations

from tallyverify.arrays import Mask
from tallyverify.checking.context import CaseFacts
from tallyverify.table import ActaTable


def seen_in(part: ActaTable, facts: CaseFacts) -> Mask:
    """Return which rows of a part, in which each station stands once, were seen; shape (rows,).

    A vote was read on the sheet, and it is part of the result: neither annulled nor pending.
    Whoever needs more than that of a station (that every vote was read, that its areas are known)
    asks for it besides.
    """
    return shown_in(part, facts) & ~facts.is_pending(part.frame["station"])


def shown_in(part: ActaTable, facts: CaseFacts) -> Mask:
    """Return which rows show a sheet that is, or may yet be, part of the result; shape (rows,)."""
    return part.seen & ~facts.is_annulled(part.frame["station"])
