"""Whether tables have the same columns, however they are spelt and in whatever order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import clauses, told
from tallyverify.names import folded
from tallyverify.readers.raw import Raw
from tallyverify.taken import takes_input


@takes_input
def with_names_of(first: Raw, other: Raw) -> tuple[Raw, tuple[str, ...]] | None:
    """Return columns in the order and spelling of a first table, and what was respelt.

    None if they are not the same columns.
    """
    names, here = first.names, other.names
    spelt, own = [folded(name) for name in names], [folded(name) for name in here]
    if sorted(spelt) != sorted(own) or (spelt != own and len(set(own)) < len(own)):
        return None
    order = range(len(own)) if spelt == own else [own.index(name) for name in spelt]
    said = tuple(
        told("column {column} read as {other}", column=shown(here[at]), other=shown(name))
        for name, at in zip(names, order, strict=True)
        if here[at] != name
    )
    place = {at: new for new, at in enumerate(order)}
    raw = replace(
        other,
        names=names,
        columns=[other.columns[at] for at in order],
        merged=tuple((place[at], top, bottom) for at, top, bottom in other.merged if at in place),
    )
    return raw, said


def other_columns(first: Raw, other: Raw) -> InputError:
    """Return the error for a table whose columns are not those of a first one."""
    spelt, own = Counter(map(folded, first.names)), Counter(map(folded, other.names))
    lacking = [name for name in first.distinct if folded(name) in spelt - own]
    besides = [name for name in other.distinct if folded(name) in own - spelt]
    found = []
    if lacking:
        found.append(told("no {columns}", columns=listed(lacking, 12)))
    if besides:
        found.append(told("besides {columns}", columns=listed(besides, 12)))
    if not found:
        columns = listed(other.names, 12)
        found.append(told("the columns {columns} in another order", columns=columns))
    return InputError(
        told("its columns are not those of {file}, read as one table with it", file=first.file),
        file=other.file,
        place=told("header"),
        found=clauses(found),
        expected=listed(first.names, 30),
        hint=told(
            "leave it out by a pattern that does not fit it (such as actas-*.csv, all.zip/*.csv "
            "or, for sheets, Mesa*), or give it the same columns"
        ),
    )
