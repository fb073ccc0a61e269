"""Keys that stand inside a wider text: ``Mesa 0012``, ``acta-0012.pdf``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tallyverify.language import Told, number, told
from tallyverify.proposals.columns import Column

_ONE_NUMBER = re.compile(r"(\D*)(\d+)(\D*)", re.DOTALL | re.ASCII)
_FIRST_PART = re.compile(r"([^\W\d_]*\d[^\W_]*)([-_/ .].+)", re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST = 10
_SAMPLE = 200


@dataclass(frozen=True)
class KeyInside:
    """What of a column's texts may be the key: a pattern, or only a question."""

    pattern: str = ""
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def key_inside(column: Column) -> KeyInside:
    """Return the number that all texts of a column hold between the same words, if they do.

    Then nothing is lost: each text is another number. What else could be cut out is asked.
    """
    texts = column.texts
    some = texts[:_SAMPLE]
    if len(texts) < _FEWEST or not (
        all(map(_ONE_NUMBER.fullmatch, some)) or all(map(_FIRST_PART.fullmatch, some))
    ):
        return KeyInside()
    whole = [_ONE_NUMBER.fullmatch(text) for text in texts]
    parts = {(found[1], found[3]) for found in whole if found}
    if all(whole) and len(parts) == 1:
        before, after = next(iter(parts))
        if _LETTER.search(before + after):
            pattern = f"{re.escape(before)}([0-9]+){re.escape(after)}"
            said = told(
                "each text of {column} is a number between {before} and {after}: the number is "
                "the key",
                column=column.name,
                before=repr(before),
                after=repr(after),
            )
            return KeyInside(pattern, (said,))
    first = [_FIRST_PART.fullmatch(text) for text in texts]
    if all(first):
        heads = {found[1] for found in first if found}
        tails = {found[2] for found in first if found}
        if len(heads) >= 0.99 * len(texts) and len(tails) > 1:
            head = first[0][1] if first[0] else ""
            return KeyInside(questions=(_first_part(column, head, len(heads)),))
    return KeyInside()


def _first_part(column: Column, head: str, heads: int) -> Told:
    return told(
        "Is only the first part of {column} the station ({head} of {text})? It differs in {heads} "
        'of {texts} texts. Then say in mapping.station {{"column": {column}, "pattern": '
        '"…(…)…"}}.',
        column=repr(column.name),
        head=repr(head),
        text=repr(column.texts[0]),
        heads=number(heads),
        texts=number(len(column.texts)),
    )
