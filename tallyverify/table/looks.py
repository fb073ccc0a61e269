"""What a key or a name looks like: texts of different characters that a reader takes for one.

What :mod:`tallyverify.names` folds is one; what only looks so is told, and joined with nothing.
Which characters look the same is said by Unicode (UTS 39, in ``look_alikes.txt``).
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np

from tallyverify.arrays import Texts
from tallyverify.language import enumerated, formula
from tallyverify.names import UNSEEN

# White space of any kind, and the pattern of Braille without a dot.
_SPACES = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u2800"
)
_MOST_POINTS = 5
_ODD = r"^ | $|[^ !-&(-HJ-NP-_a-km-{}~]"
"""Texts without any of these look like no other of their kind: each is its own form."""


def look(text: str) -> str:
    """Return a form that texts share which a reader cannot tell apart.

    Examples
    --------
    >>> look("А1") == look("A1"), look("1O1") == look("101"), look("Peña") == look("Pena")
    (True, True, False)
    """
    table = _look_table()
    if text.isascii():
        return text.translate(table).strip()
    form = unicodedata.normalize("NFKD", text.translate(UNSEEN)).translate(table)
    return unicodedata.normalize("NFKD", form).strip()


def looking_alike(texts: Iterable[str]) -> list[list[str]]:
    """Return groups of different texts that look the same, sorted.

    Examples
    --------
    >>> looking_alike(["A1", "B1", "А1"])
    [['A1', 'А1']]
    """
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts:
        groups[look(text)].add(text)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def with_code_points(texts: Iterable[str], shown: Callable[[str], str] = str) -> list[str]:
    """Return texts, each that looks like others of them with the characters it differs in.

    Each is held against one other, the first that looks so: many are as quick as few.

    ``shown``: how a text is written in the message.

    Examples
    --------
    >>> with_code_points(["A1", "А1", "B2"])
    ['A1 (U+0041)', 'А1 (U+0410)', 'B2']
    """
    texts = list(texts)
    alike = {text: group for group in looking_alike(texts) for text in group}
    return [
        formula("{text} ({points})", text=shown(text), points=enumerated(points))
        if text in alike and (points := _points(text, alike[text]))
        else shown(text)
        for text in texts
    ]


def _points(text: str, group: list[str]) -> list[str]:
    """Return the first code points by which a text differs from the first other of its group."""
    other = group[1] if text == group[0] else group[0]
    own: Iterable[str] = Counter(text) - Counter(other)
    if len(other) == len(text):
        own = dict.fromkeys(a for a, b in zip(text, other, strict=True) if a != b)
    return [f"U+{ord(character):04X}" for character in own][:_MOST_POINTS]


@lru_cache(maxsize=1)
def _groups() -> tuple[str, ...]:
    lines = Path(__file__).with_name("look_alikes.txt").read_text("utf-8").splitlines()
    given = (line.split() for line in lines if not line.startswith("#"))
    return tuple("".join(chr(int(point, 16)) for point in points) for points in given)


@lru_cache(maxsize=1)
def _look_table() -> dict[int, str]:
    """Return by character the first of those that look the same; of white space, the space."""
    table = {ord(character): group[0] for group in _groups() for character in group}
    return table | dict.fromkeys(map(ord, _SPACES), " ")


def looks_of(texts: Texts) -> Texts:
    """Return what each of many texts looks like; shape (texts,)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.array(texts, pa.large_string(), from_pandas=True).fill_null("")
    odd = np.flatnonzero(pc.match_substring_regex(column, _ODD).to_numpy(zero_copy_only=False))
    forms: Texts = column.to_numpy(zero_copy_only=False).copy()
    known = {text: look(text) for text in dict.fromkeys(forms[odd])}
    forms[odd] = [known[text] for text in forms[odd]]
    return forms
