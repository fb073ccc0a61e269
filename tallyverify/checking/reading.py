"""How the file was read, for checks that ask whether it was read as it is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tallyverify.checking.seen import Seen
from tallyverify.table import Noticed, Repeats


@dataclass(frozen=True, eq=False)
class RowsRead:
    """What the rows say together of how they were read.

    A finding at ``quality`` of a check that gets this puts the meaning of the file in doubt: then
    no sum over its sheets is compared with anything, and the verdict is never ``consistent``.
    """

    rows: Any  # counts over every row, as the checks' own ``summarise`` makes them
    seen: Seen
    repeats: Repeats
    noticed: Noticed

    @property
    def contested(self) -> int:
        """Rows of stations that stand several times with different figures."""
        return int(self.repeats.different.size.sum())


def too_many(rows: int, of: int, least: int = 3) -> bool:
    """Return whether this is more than a tenth, and more than happens among few rows."""
    return rows > max(of / 10, least)
