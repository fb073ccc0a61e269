"""Record rules and table rules: is each sheet sound, and is each station there once?

In: rows as they were read. Out: R101 to R106, T201 to T209. Begin with
:mod:`tallyverify.rules.record`.
"""

from tallyverify.rules import reading, record, repeated, stations, unread
from tallyverify.rules.record import summarise_valid_lines

__all__ = ["CHECKS", "summarise_valid_lines"]

CHECKS = tuple(
    sorted(
        (*record.CHECKS, *unread.CHECKS, *repeated.CHECKS, *stations.CHECKS, *reading.CHECKS),
        key=lambda check: check.code,
    )
)
