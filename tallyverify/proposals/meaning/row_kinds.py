"""Rows that are no sheet (subtotals), sheets of another status, cells left empty to be filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from tallyverify.arrays import Mask
from tallyverify.errors import listed
from tallyverify.language import clauses, counted, formula, number, told, told_of
from tallyverify.proposals.columns import Column, kept
from tallyverify.proposals.meaning.totals import totals_named, totals_without_a_name
from tallyverify.proposals.words import CONTEST, OPTION, plain, status_named
from tallyverify.readers import labelled


@dataclass
class RowKinds:
    """The rows that are sheets of one contest, and the keys of a mapping that say so."""

    columns: list[Column]
    mapping: dict[str, Any] = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def row_kinds(columns: Sequence[Column]) -> RowKinds:
    """Fill merged cells, keep one contest, set subtotals aside, and read a status."""
    found = RowKinds(list(columns))
    if not _totals_by_rule(found):
        _labelled_totals(found)
        _unlabelled_totals(found)
    _fill_down(found)
    _one_contest(found)
    _read_status(found)
    return found


def _totals_by_rule(found: RowKinds) -> bool:
    """Set rows aside that a column calls totals, if their sums say so too."""
    rule = totals_named(found.columns)
    if rule is None:
        return False
    name, texts = rule.column.name, listed(rule.texts)
    found.mapping["subtotals"] = {"column": name, "equals": list(rule.texts)}
    found.evidence.append(
        told(
            "{column} tells {rows} of totals ({texts}) from those of {station}: they have the same "
            "sums in {columns}",
            column=name,
            rows=counted(int(rule.rows.sum()), "row", "rows"),
            texts=texts,
            station=repr(rule.station),
            columns=counted(rule.figures, "column", "columns"),
        )
    )
    found.questions.append(
        told(
            "Are the rows with {texts} in {column} sums of the others?",
            texts=texts,
            column=repr(name),
        )
    )
    found.columns = [
        column for column in kept(found.columns, ~rule.rows) if column.texts and column.name != name
    ]
    return True


def _labelled_totals(found: RowKinds) -> None:
    names = [c for c in found.columns if not c.is_count and not OPTION.search(c.plain)]
    total = np.zeros(len(found.columns[0].cells) if found.columns else 0, dtype=bool)
    labels: list[str] = []
    for column in names:
        here: Mask = labelled(column.cells)
        if 0 < here.sum() < 0.5 * len(here):
            labels += [str(t) for t in pc.unique(column.cells.filter(here)).to_pylist()]
            total |= here
    if total.any() and not total.all():
        found.mapping["subtotals"] = "leave_out"
        found.evidence.append(
            told(
                "{rows} of totals: {labels}",
                rows=counted(int(total.sum()), "row", "rows"),
                labels=listed(labels, 4),
            )
        )
        found.questions.append(
            told(
                "Are the rows named {labels} sums of others, to be left out?",
                labels=listed(labels, 4),
            )
        )
        found.columns = kept(found.columns, ~total)


def _unlabelled_totals(found: RowKinds) -> None:
    total = totals_without_a_name(found.columns)
    if not total.any():
        return
    rows = int(total.sum())
    found.mapping["subtotals"] = "leave_out"
    found.evidence.append(
        told_of(
            rows,
            "{count} row lacks a text that the others have, and is the sum of the rows beside it",
            "{count} rows lack a text that the others have, and are the sums of the rows beside "
            "them",
        )
    )
    found.questions.append(
        told_of(
            rows,
            "Is {count} row without a name of its own the sum of the rows beside it, to be left "
            "out?",
            "Are {count} rows without a name of their own sums of the rows beside them, to be left "
            "out?",
        )
    )
    found.columns = kept(found.columns, ~total)


def _fill_down(found: RowKinds) -> None:
    filled = []
    for column in found.columns:
        if _is_merged(column):
            found.mapping.setdefault("fill_down", []).append(column.name)
            found.evidence.append(
                told(
                    "{column} is written once and left empty below, {texts} in {rows} rows",
                    column=column.name,
                    texts=counted(len(column.texts), "text", "texts"),
                    rows=number(len(column.cells)),
                )
            )
            found.questions.append(
                told(
                    "Does an empty cell of {column} mean what stands above it?",
                    column=repr(column.name),
                )
            )
            filled.append(replace(column, cells=pc.fill_null_forward(column.cells)))
        else:
            filled.append(column)
    found.columns = filled


def _is_merged(column: Column) -> bool:
    """Whether texts begin runs of empty cells and never follow themselves."""
    there = column.cells.filter(pc.is_valid(column.cells))
    if column.is_count or column.empty[0] or column.empty.mean() < 0.4 or len(there) < 2:
        return False
    again = pc.equal(there.slice(1), there.slice(0, len(there) - 1))
    letters = any(any(map(str.isalpha, text)) for text in column.texts)
    return letters and not pc.any(again).as_py() and not OPTION.search(column.plain)


def _one_contest(found: RowKinds) -> None:
    """Keep the rows of one contest, where a column names several."""
    for column in found.columns:
        if not CONTEST.search(column.plain) or not 1 < len(column.texts) <= 500 or column.is_count:
            continue
        first = next((t for t in column.texts if plain(t).startswith("presid")), column.texts[0])
        found.mapping.setdefault("where", {})[column.name] = first
        others = [text for text in column.texts if text != first]
        found.evidence.append(
            told(
                "{column} names {contests} contests; the rows of {first} are read",
                column=column.name,
                contests=number(len(column.texts)),
                first=repr(first),
            )
        )
        found.questions.append(
            told(
                "Which contest is it? {first} was taken; there are also {others}.",
                first=repr(first),
                others=listed(others, 8),
            )
        )
        rows = pc.fill_null(pc.equal(column.cells, first), False).to_numpy(zero_copy_only=False)
        found.columns = [c for c in kept(found.columns, rows) if c.texts]
        return


def _read_status(found: RowKinds) -> None:
    for column in found.columns:
        if column.is_count or not 1 < len(column.texts) <= 8 or column.empty.any():
            continue
        meant = {text: status_named(text) for text in column.texts}
        placed = {text for text, status in meant.items() if status}
        if "counted" not in meant.values() or 2 * len(placed) <= len(meant):
            if {"annulled", "pending"} & set(meant.values()):
                found.questions.append(ask_of_status(column.name, listed(column.texts)))
            continue
        status: dict[str, Any] = {"column": column.name}
        for text, what in meant.items():
            status.setdefault(what or "pending", []).append(text)
        found.mapping["status"] = status
        said = clauses(
            formula("{status}: {texts}", status=key, texts=listed(texts))
            for key, texts in status.items()
            if key != "column"
        )
        found.evidence.append(
            told("{column} says which sheets count: {texts}", column=column.name, texts=said)
        )
        found.questions.append(
            told(
                "Is each status of {column} placed rightly ({texts})?",
                column=repr(column.name),
                texts=said,
            )
        )
        return


def ask_of_status(column: str, texts: str) -> str:
    """Ask of a column that is not read, and may say which sheets count."""
    return told(
        "Does {column} say which sheets count ({texts})? It is not read, so all do; mapping.status "
        "places each text under counted, annulled or pending.",
        column=repr(column),
        texts=texts,
    )
