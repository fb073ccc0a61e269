"""Record rules and table rules: is each sheet sound, is each station there once, is all read right?

In: rows as they were read. Out: R101 to R106, T201 to T218. Begin with
:mod:`tallyverify.rules.record`; what puts the meaning of a whole file in doubt (T211 to T218)
begins in :mod:`tallyverify.rules.as_read`.
"""

from tallyverify.rules import (
    alike,
    areas,
    concurrent,
    extent,
    meaning,
    reading,
    record,
    repeated,
    stations,
    unread,
)
from tallyverify.rules.as_read import summarise_as_read

__all__ = ["CHECKS", "GATE", "summarise_as_read"]

GATE = (unread.T218, *meaning.CHECKS, *areas.CHECKS, *extent.CHECKS)
"""Checks whose findings above a note put the meaning of the input in doubt."""

CHECKS = tuple(
    sorted(
        (
            *record.CHECKS,
            *unread.CHECKS,
            *repeated.CHECKS,
            *alike.CHECKS,
            *stations.CHECKS,
            *reading.CHECKS,
            *concurrent.CHECKS,
            *GATE,
        ),
        key=lambda check: check.code,
    )
)
