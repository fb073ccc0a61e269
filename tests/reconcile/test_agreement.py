"""More than two captures, against the same asked cell by cell."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tallyverify as tv
from tallyverify.reconcile import agreement_of
from tests.reconcile.small import capture, rows_of

VOTES = st.one_of(st.none(), st.integers(0, 3))
CAPTURE = st.dictionaries(st.integers(0, 4), st.tuples(VOTES, VOTES), min_size=1)


def table(rows: dict[int, tuple[int | None, int | None]]) -> tv.ActaTable:
    cells: list[dict[str, Any]] = [
        {"station": str(k), "A": "" if a is None else a, "B": "" if b is None else b, "C": 0}
        for k, (a, b) in rows.items()
    ]
    return capture(cells)


@settings(max_examples=60, deadline=None)
@given(st.lists(CAPTURE, min_size=2, max_size=4))
def test_the_majority_is_that_of_a_count_by_hand(every: list[Any]) -> None:
    found = agreement_of({f"c{n}": table(rows) for n, rows in enumerate(every)})
    several = sorted(k for k in range(5) if sum(k in rows for rows in every) > 1)
    assert found.station.tolist() == [str(k) for k in several]
    for row, key in enumerate(several):
        for at in (0, 1):
            said = [rows[key][at] for rows in every if key in rows and rows[key][at] is not None]
            value, most = Counter(said).most_common(1)[0] if said else (None, 0)
            wanted = value if 2 * most > len(said) else -1
            assert found.majority[row, at] == (-1 if wanted is None else wanted)
            if said and len(set(said)) == len(said) > 1:
                assert found.no_two[row]
    pairs = {(one, other): (common, agree) for one, other, common, agree in found.pairs()}
    assert len(pairs) == len(every) * (len(every) - 1) // 2


def test_who_is_alone_against_the_others() -> None:
    said = {
        "x": capture(rows_of([("1", 9, 5), ("2", 7, 5), ("3", 1, 1)])),
        "y": capture(rows_of([("01", 9, 5), ("02", 8, 5), ("03", 2, 1)])),
        "z": capture(rows_of([("1", 6, 5), ("2", 8, 5), ("3", 3, 1)])),
    }
    found = agreement_of(said)
    assert found.against == {"x": 1, "y": 0, "z": 1}
    assert (found.all_agree.sum(), found.by_majority.sum(), found.no_two.sum()) == (0, 2, 1)
    frame = found.to_frame()
    assert frame["A"].tolist()[:2] == [9, 8]
    assert frame["A"].isna().tolist() == [False, False, True]


def test_captures_without_a_common_figure_are_refused() -> None:
    with pytest.raises(tv.InputError, match="two captures"):
        agreement_of({"x": capture(rows_of([("1", 1, 1)]))})
