"""Record rules and table rules: is each sheet sound, and is each station there once?"""

from tallyverify.rules import reading, record, repeated, stations, unread

__all__ = ["CHECKS"]

CHECKS = tuple(
    sorted(
        (*record.CHECKS, *unread.CHECKS, *repeated.CHECKS, *stations.CHECKS, *reading.CHECKS),
        key=lambda check: check.code,
    )
)
