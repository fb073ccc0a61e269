"""What is kept of each sheet: few bytes, and put together again as it was read."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.checking import CaseFacts
from tallyverify.feasibility import summarise_witnesses
from tests.helpers.cases import table_of

figures = st.sampled_from([None, 0, 7, 127, 128, 40_000, 3_000_000_000])
sheets = st.lists(
    st.fixed_dictionaries(dict.fromkeys(("ballots", "A", "B", "C"), figures)),
    min_size=1,
    max_size=9,
)


def _kept(rows: list[dict[str, Any]], parts: int) -> Any:
    table = table_of([{"state": "N", **row} for row in rows])
    facts = CaseFacts.of(table)
    first, *others = (summarise_witnesses(part, facts) for part in table.parts(parts))
    for other in others:
        first = other + first  # in whichever order they come
    return first


@given(sheets, st.integers(1, 4))
def test_sheets_are_put_together_as_they_were_read(rows: list[Any], parts: int) -> None:
    columns = _kept(rows, parts).columns()
    votes = [[row[name] for name in "ABC"] for row in rows]
    assert columns["station"].tolist() == [f"{at:03d}" for at in range(1, len(rows) + 1)]
    assert columns["least"][:].tolist() == [[vote or 0 for vote in row] for row in votes]
    assert columns["most"][:].tolist() == [[-1 if v is None else v for v in row] for row in votes]
    assert columns["ballots"][:].tolist() == [
        -1 if row["ballots"] is None else row["ballots"] for row in rows
    ]
    assert set(columns["valid"][:]) == {-1}
    assert all(columns[name][:].dtype == np.int64 for name in ("least", "most", "ballots", "site"))


def test_a_sheet_is_kept_in_few_bytes() -> None:
    rows = [{"ballots": 600, "A": 300, "B": 200, "C": at % 100} for at in range(2000)]
    (chunk,) = _kept(rows, 1).chunks
    size = sum(getattr(column, "nbytes", 0) for column in chunk.values())
    # Votes and ballots in two bytes each, the key, and a byte for each line and mark.
    assert size <= 36 * len(rows)
