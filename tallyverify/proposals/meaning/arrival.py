"""When sheets arrived: a column of times, or of numbers in the order of arrival."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tallyverify.arrays import Floats
from tallyverify.errors import listed
from tallyverify.language import Told, formatted, number, told
from tallyverify.proposals.columns import Column

_ARRIVAL = re.compile(
    r"\b(?:arriv\w*|llegada|recep\w*|recib\w*|received|receiv\w*|transmi\w*|upload\w*|captur\w*|"
    r"entered|ingres\w*|digit\w*|sequence|secuencia|reported|processed|procesad\w*|timestamp|"
    r"arrivee|recu|recebid\w*|wplyw\w*)\b"
)
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}.*")
_UPWARDS = 0.95
_FEWEST = 10


@dataclass
class Arrival:
    """The column that says in which order sheets came, if one does."""

    column: Column | None = None
    evidence: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def find_arrival(columns: Sequence[Column], used: set[str]) -> Arrival:
    """Return the order of arrival: times that go up with the rows, or that are named so.

    Numbers are taken only where the name speaks of arriving, since rows are often numbered.
    """
    found = Arrival()
    doubtful: list[str] = []
    for column in columns:
        if column.name in used or len(column.cells) < _FEWEST:
            continue
        named = bool(_ARRIVAL.search(column.plain))
        moments = _moments(column) if column.is_time else None
        if moments is None and named and column.numeric and not column.decimal:
            moments = np.where(column.known, column.counts.astype(float), np.nan)
        if moments is None:
            doubtful += [column.name] if column.is_time else []
            continue
        there = moments[np.isfinite(moments)]
        up = float((np.diff(there) >= 0).mean()) if len(there) > 1 else 0.0
        plainly = len(there) >= 0.9 * len(moments) and len(np.unique(there)) > 0.1 * len(there)
        if found.column is None and plainly and (named or up >= _UPWARDS):
            found.column = column
            found.evidence.append(_upwards(column, len(np.unique(there)), up))
            found.questions.append(
                told(
                    "Does {column} say when each sheet arrived? It is used to ask whether late "
                    "sheets differ; if it is something else, take it out of mapping.order.",
                    column=repr(column.name),
                )
            )
        elif column.is_time or named:
            doubtful.append(column.name)
    if doubtful:
        found.questions.append(
            told(
                "Do {columns} say when sheets arrived? Then name one in mapping.order, its times "
                "written as 2030-05-05T21:30.",
                columns=listed(doubtful),
            )
        )
    return found


def _upwards(column: Column, different: int, up: float) -> Told:
    share = formatted(100 * up, ".0f")
    if column.is_time:
        return told(
            "{column} holds {count} different times, which go up from row to row in {share}% of "
            "the file: the order of arrival",
            column=column.name,
            count=number(different),
            share=share,
        )
    return told(
        "{column} holds {count} different numbers, which go up from row to row in {share}% of the "
        "file: the order of arrival",
        column=column.name,
        count=number(different),
        share=share,
    )


def _moments(column: Column) -> Floats | None:
    """Return times as seconds, nan where there is none; None where they give no order."""
    texts = pd.Series(column.cells.to_pylist(), dtype=object)
    short = ~texts.fillna("").str.fullmatch(_DATED.pattern)
    if short.all():
        texts = "1970-01-01 " + texts.str.zfill(5)
    elif short.sum() > 0.1 * len(short):
        return None
    read = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    passed = (read - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    seconds: Floats = np.asarray(passed, dtype=np.float64)
    there = seconds[np.isfinite(seconds)]
    # Hours on both sides of midnight, without their day, give no order.
    if not len(there) or (short.all() and there.min() < 6 * 3600 and there.max() >= 18 * 3600):
        return None
    return seconds
