"""Columns, and options of a long file, that a mapping names in another spelling than the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.errors import shown
from tallyverify.language import told
from tallyverify.model import Model
from tallyverify.names import KnownNames
from tallyverify.readers.raw import Raw
from tallyverify.records import Mapping
from tallyverify.table import with_code_points

_COLUMNS = ("column", "latest", "first")
"""Fields of a mapping's parts that name a column."""


def spelt_alike(name: str, among: Iterable[str]) -> str | None:
    """Return the one name that is this one up to its spelling; None where two are, or none."""
    return _only(KnownNames(among).of(name))


def _only(found: tuple[str, ...]) -> str | None:
    return found[0] if len(found) == 1 else None


def with_columns_of(raw: Raw, mapping: Mapping) -> tuple[Mapping, tuple[str, ...]]:
    """Return the mapping with columns spelt as in the file, and in words which were not.

    A column that the file has as it is named stays. Of two names none is taken for a column.
    """
    if all(map(raw.has, mapping.columns)):
        return mapping, ()
    known = KnownNames(raw.distinct)
    there = {name: name if raw.has(name) else _only(known.of(name)) for name in mapping.columns}
    times = Counter(there.values())
    names = {name: own for name, own in there.items() if own and own != name and times[own] == 1}
    if not names:
        return mapping, ()

    def own(given: Any) -> Any:
        if isinstance(given, tuple):
            return tuple(map(own, given))
        if isinstance(given, Model):
            return given.model_copy(
                update={key: own(getattr(given, key)) for key in _COLUMNS if hasattr(given, key)}
            )
        return names.get(given, given)

    def owns(given: dict[str, Any]) -> dict[str, Any]:
        return {name: own(columns) for name, columns in given.items()}

    changed: dict[str, Any] = {
        "station": own(mapping.station),
        "areas": owns(mapping.areas),
        "order": own(mapping.order),
        "kind": own(mapping.kind),
        "fill_down": own(mapping.fill_down),
        "marks": own(mapping.marks),
    }
    for key in ("status", "repeated", "subtotals"):
        given = getattr(mapping, key)
        changed[key] = own(given) if isinstance(given, Model) else given
    for key in ("where", "where_not", "pad"):
        changed[key] = {own(name): value for name, value in getattr(mapping, key).items()}
    if mapping.layout == "long":
        parts = {name: own(c) for name, c in mapping.lines.items() if isinstance(c, Model)}
        changed |= {"option": own(mapping.option), "count": own(mapping.count)}
        changed["lines"] = mapping.lines | parts
    else:
        changed |= {"lines": owns(mapping.lines), "votes": owns(mapping.votes)}
    said = tuple(
        told("{name} read from column {column}", name=name, column=own)
        for name, own in map(_both_shown, names.items())
    )
    return mapping.model_copy(update=changed), said


def with_texts_of(column: pa.Array, known: list[str]) -> tuple[pa.Array, tuple[str, ...]]:
    """Return a column's texts spelt as those that are known, and in words which were not."""
    spelt, exact = KnownNames(known), set(known)
    there = pc.unique(column)
    strange = [text for text in there.to_pylist() if text not in exact]
    taken = {text: one for text in strange if (one := _only(spelt.of(text)))}
    if taken:
        own = pa.array([taken.get(text, text) for text in there.to_pylist()], there.type)
        column = own.take(pc.index_in(column, there))
    return column, tuple(
        told("{text} read as {other}", text=text, other=one)
        for text, one in map(_both_shown, taken.items())
    )


def _both_shown(names: tuple[str, str]) -> tuple[str, str]:
    """Return two names as they may stand in a message, with what they differ in if they look so."""
    one, other = with_code_points(names, shown)
    return one, other
