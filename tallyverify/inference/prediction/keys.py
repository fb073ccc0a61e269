"""Keys of stations that do not match: which way of writing them would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tallyverify.errors import shown

if TYPE_CHECKING:
    from tallyverify.arrays import Texts

_ZEROS = re.compile(r"(^|[^0-9])0+(?=[0-9])")
_FORMS: dict[str, Callable[[str], str]] = {
    "without leading zeros": lambda key: _ZEROS.sub(r"\1", key),
    "without spaces around it": lambda key: key.strip(),
    "without regard to capitals": lambda key: key.strip().casefold(),
    "without a decimal part": lambda key: re.sub(r"\.0+$", "", key),
    "with letters and digits only": lambda key: re.sub(r"[\W_]", "", key).casefold(),
    "without zeros, spaces, points and signs": lambda key: re.sub(
        r"[\W_]", "", _ZEROS.sub(r"\1", re.sub(r"\.0+$", "", key.strip().casefold()))
    ),
}
_MOST = 20_000


def nearest_form(strangers: Iterable[str], listed: Texts) -> str:
    """Say how keys that a registry does not have would match it, if at least half would."""
    some = sorted(strangers)[:_MOST]
    best, most = "", 0
    for words, form in _FORMS.items():
        there = {form(str(key)): str(key) for key in listed}
        there.pop("", None)
        hit = [key for key in some if form(key) in there]
        # Of forms that do equally well the first is the plainest.
        if len(hit) > most and 2 * len(hit) >= len(some):
            most = len(hit)
            example = f"{shown(hit[0])} is there as {shown(there[form(hit[0])])}"
            best = f"{100 * most / len(some):.0f} % of them would match {words} ({example})"
    return best
