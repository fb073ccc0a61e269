"""Names of a case made of a file's own: short, printable, each for one thing."""

from __future__ import annotations

import re

from tallyverify.records import ALL_OPTIONS

_RESERVED = ("station", "row", "order", ALL_OPTIONS)
_LINES = ("registered", "signed", "ballots", "valid", "null", "blank")
_LONGEST = 60
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


class Identifiers:
    """Gives each text a name that no other bears."""

    def __init__(self) -> None:
        self._taken = {*_RESERVED, *_LINES}

    def of(self, text: str) -> str:
        """Return a name for a text.

        Examples
        --------
        >>> ids = Identifiers()
        >>> ids.of("Ana"), ids.of("Ana"), ids.of("valid")
        ('Ana', 'Ana 2', 'valid 2')
        """
        base = self.name(text)[:_LONGEST].strip() or "unnamed"
        name, number = base, 2
        while name in self._taken:
            name, number = f"{base} {number}", number + 1
        self._taken.add(name)
        return name

    @staticmethod
    def name(text: str) -> str:
        """Return a text as people may read it."""
        return _UNPRINTABLE.sub(" ", text).strip()[:500]
