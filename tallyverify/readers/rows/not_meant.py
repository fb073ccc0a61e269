"""Rows of a file that the mapping does not ask for: told apart, and put into the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Codes, Mask
from tallyverify.errors import listed, shown
from tallyverify.language import told
from tallyverify.readers.codes import station_keys
from tallyverify.readers.counts import Thousands, read_counts
from tallyverify.readers.raw import Raw
from tallyverify.records import Mapping
from tallyverify.table import rows_logged

_IGNORED = told("mapping.ignore names its option")


@dataclass(frozen=True, eq=False)
class NotMeant:
    """Rows that belong to no sheet."""

    rows: Raw
    code: Codes  # place of each one's reason, shape (rows,)
    reasons: tuple[tuple[str, str], ...]  # a stable word, and words

    def log(self, mapping: Mapping, thousands: Thousands) -> pd.DataFrame:
        """Return the rows with their keys, and what they count as far as it can be read."""
        reason, words = (np.array(texts, dtype=object) for texts in zip(*self.reasons, strict=True))
        figures: dict[str, Any] = {}
        others: dict[str, Any] = {}
        if mapping.layout == "long":
            others["option"] = option_texts(self.rows, mapping.options_in)
            others["count"] = self._counts(mapping.count or "", mapping, thousands)
        else:
            for name, parts in mapping.figures.items():
                columns = [self._counts(part, mapping, thousands) for part in parts]
                figures[name] = reduce(pc.add, columns)
        return rows_logged(
            self.rows.row_numbers,
            station_keys(self.rows, mapping),
            reason[self.code],
            words[self.code],
            figures,
            **others,
        )

    def _counts(self, name: str, mapping: Mapping, thousands: Thousands) -> pa.Array:
        return read_counts(self.rows.column(name), thousands, mapping.missing).values


def rows_kept(raw: Raw, mapping: Mapping) -> Raw:
    """Return the rows that ``where`` asks for and ``where_not`` does not leave out."""
    code, _ = _conditions(raw, mapping)
    return raw.keep(pa.array(code == 0)) if code.any() else raw


def parted(raw: Raw, mapping: Mapping) -> tuple[Raw, NotMeant | None]:
    """Return the rows that ``where`` and ``where_not`` keep, and those that they leave out."""
    code, reasons = _conditions(raw, mapping)
    out = code > 0
    if not out.any():
        return raw, None
    rows = raw.only(mapping.columns).keep(pa.array(out))
    return raw.keep(pa.array(~out)), NotMeant(rows, code[out] - 1, tuple(reasons))


def _conditions(raw: Raw, mapping: Mapping) -> tuple[Codes, list[tuple[str, str]]]:
    """Return for each row the first condition that leaves it out, from 1 (0: none), and these."""
    code = np.zeros(raw.rows, dtype=np.intp)
    reasons: list[tuple[str, str]] = []
    for name, texts in mapping.where.items():
        reasons.append(("where", _asked(name, texts)))
        code[(code == 0) & ~_any_of(raw, name, texts)] = len(reasons)
    for name, texts in mapping.where_not.items():
        reasons.append(("where_not", _not_asked(name, texts)))
        code[(code == 0) & _any_of(raw, name, texts)] = len(reasons)
    return code, reasons


def ignored(raw: Raw, mapping: Mapping, which: pa.Array) -> NotMeant | None:
    """Return the rows of a mask, as rows of options that ``ignore`` names."""
    rows = raw.only(mapping.columns).keep(which)
    if not rows.rows:
        return None
    return NotMeant(rows, np.zeros(rows.rows, dtype=np.intp), (("ignore", _IGNORED),))


def option_texts(raw: Raw, names: Sequence[str]) -> pa.Array:
    """Return the text of each row's option, those of several columns joined, without empty ones."""
    columns = [pc.fill_null(raw.text(name), "") for name in names]
    if len(columns) == 1:
        return columns[0]
    there = [pc.if_else(pc.equal(column, ""), None, column) for column in columns]
    return pc.binary_join_element_wise(*there, " / ", null_handling="skip")


def _any_of(raw: Raw, name: str, texts: str | tuple[str, ...]) -> Mask:
    found: Mask = np.asarray(pc.is_in(raw.text(name), pa.array(texts_asked(texts), pa.string())))
    return found


def _asked(name: str, texts: str | tuple[str, ...]) -> str:
    return told(
        "mapping.where asks for {texts} in {column}",
        texts=listed(texts_asked(texts), 6),
        column=shown(name),
    )


def _not_asked(name: str, texts: str | tuple[str, ...]) -> str:
    return told(
        "mapping.where_not leaves out {texts} in {column}",
        texts=listed(texts_asked(texts), 6),
        column=shown(name),
    )


def texts_asked(texts: str | tuple[str, ...]) -> list[str]:
    """Return the texts of a condition, be it one or several."""
    return [texts] if isinstance(texts, str) else list(texts)
