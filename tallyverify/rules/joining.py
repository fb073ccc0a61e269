"""Names one after another, the last with "and" before it."""

from __future__ import annotations

from tallyverify.language import enumerated, told


def and_last(names: list[str]) -> str:
    """Return names as a list: ``a, b and c``."""
    if len(names) < 2:
        return enumerated(names)
    return told("{first} and {last}", first=enumerated(names[:-1]), last=names[-1])
