"""Papers of free stations are dealt out to stations with lists of their own."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.feasibility.proving.placing import _dealt
from tests.helpers.cases import declared_of, report_of


def deal(groups: list[tuple[int, int]], caps: list[int]) -> bool:
    sizes = np.array(caps, dtype=np.int64)
    return _dealt(groups, sizes, np.zeros_like(sizes)) is not None


def can(groups: list[tuple[int, int]], caps: list[int]) -> bool:
    """Try every way to deal stations out."""
    if not groups:
        return True
    size, papers = groups[0]
    return any(
        sum(caps[at] for at in chosen) >= papers
        and (size > 0 or not papers)
        and can(groups[1:], [cap for at, cap in enumerate(caps) if at not in chosen])
        for chosen in combinations(range(len(caps)), size)
    )


def test_one_large_list_holds_for_one_station_only() -> None:
    assert deal([(1, 900), (2, 150)], [1000, 100, 100])
    assert not deal([(1, 900), (1, 150)], [1000, 100])
    assert not deal([(0, 1)], [10])


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), max_size=3),
    st.lists(st.integers(1, 20), min_size=6, max_size=6),
)
def test_what_is_dealt_out_can_be(groups: list[tuple[int, int]], caps: list[int]) -> None:
    if deal(groups, caps):
        assert can(groups, caps)


def test_wrong_sheets_hold_no_more_than_their_own_lists() -> None:
    """One list is of 2,000 voters, the others of 60: of these, wrong ones hold 60 papers each."""
    rows = [{"A": 30, "B": 20, "C": 0, "registered": 60} for _ in range(59)]
    rows.append({"A": 30, "B": 20, "C": 0, "registered": 2000})
    votes = {"A": 30 * 60, "B": 20 * 60 + 2300, "C": 0}
    row = {"votes": votes, "complete": True, "all_votes_at_stations": True}
    section = report_of(rows, declared_of({"areas": [row]}, stations=60)).feasibility
    # k wrong ones hold at the most 2,000 + 60 (k − 1), the others 50 each; 5,300 are declared.
    assert section is not None
    assert section.sheets_wrong == (36, 36)
