"""Two captures: what differs, by what, who gains; against figures that are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tallyverify as tv
from tallyverify.reconcile import Reconciliation, document_of, reconcile_captures
from tallyverify.records import Tolerance
from tests.helpers.real import path_of, realdata, table_of
from tests.reconcile.small import capture, rows_of


def small_country(seed: int = 3) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Live and final of 800 stations: 80 differ in valid, 20 of them in votes, 8 are zeroed."""
    rng = np.random.default_rng(seed)
    live = []
    for n in range(800):
        a, b = map(int, rng.integers(20, 200, 2))
        row = {"station": f"{n:04d}", "state": f"S{n % 4}", "A": a, "B": b, "C": 5}
        live.append({**row, "valid": a + b + 5, "null": 3})
    final = [dict(row) for row in live]
    changed = rng.permutation(800)[:80]
    for at, row in enumerate(changed):
        new = final[row]
        if at < 8:
            new.update({"A": 0, "B": 0, "C": 0, "valid": 0})
        elif at < 20:
            new.update({"A": new["A"] + 30, "valid": new["valid"] + 30})
        else:
            new.update({"valid": new["valid"] + 1})
    return live, final


def test_live_against_final_of_a_small_country() -> None:
    live, final = map(capture, small_country())
    pair = reconcile_captures(live, final, names=("live", "final"))
    assert (pair.common, pair.differ) == (800, 80)
    assert pair.by_figure["valid"].stations == 80
    assert pair.differ_in_votes == 20
    counts = pair.became_counts
    assert counts["zeroed"] == 8
    assert counts["slip"] + counts["votes"] == 12
    assert counts["lines"] == 60
    assert sum(counts.values()) == 80


@realdata
def test_the_quick_count_of_bolivia_against_its_final_count() -> None:
    """706 of 32,806 common ones differ (../shared/data/README.md); 1,749 came later."""
    pair = reconcile_captures(
        table_of("bolivia-2019-trep2"), table_of("bolivia-2019-final"), names=("trep", "final")
    )
    assert (pair.common, pair.differ) == (32_806, 706)
    assert [one.stations for one in pair.only] == [0, 1_749]
    assert pair.by_figure["MAS"].net == 3_796
    assert pair.by_figure["CC"].net == 2_301


@realdata
def test_the_two_venezuelan_files_agree() -> None:
    pair = reconcile_captures(table_of("venezuela-2024-v1"), table_of("venezuela-2024-v2"))
    assert (pair.common, pair.differ) == (24_530, 0)
    assert [one.stations for one in pair.only] == [2, 543]


@realdata
def test_two_totals_in_one_row_of_chile() -> None:
    """Votes against signed voters: 9,719 boxes differ, 147 of them by more than five."""
    key = {"station": ["REGION", "ELECTORAL.DISTRICT", "BALLOT.BOX"]}
    votes = [*(f"C{n}" for n in range(1, 8)), "BLANK.VOTES", "NULL.VOTES"]
    ages = [f"X{n}.{n + 9}" for n in range(20, 80, 10)]
    contest = tv.Contest.model_validate({"id": "chile", "candidates": [{"id": "papers"}]})
    papers, voters = (
        tv.read_actas(
            path_of("chile-2021"),
            contest=contest,
            mapping=key | {"votes": {"papers": columns}},
        )
        for columns in (votes, ["X18.19", *ages, "X80."])
    )
    assert reconcile_captures(papers, voters).differ == 9_719
    beyond = reconcile_captures(papers, voters, tolerance=Tolerance(votes=5))
    assert (beyond.differ, beyond.within_tolerance) == (147, 9_719 - 147)


def test_swapped_options_and_votes_that_came() -> None:
    one = capture(rows_of([("1", 20, 12), ("2", 0, 0), ("3", 7, 7)]))
    other = capture(rows_of([("1", 12, 20), ("2", 30, 40), ("3", 7, 7)]))
    pair = reconcile_captures(one, other)
    assert pair.became.tolist() == ["swapped", "loaded", ""]
    (swapped,) = document_of([pair]).swapped
    assert (swapped.options, swapped.first, swapped.second) == (("A", "B"), (20, 12), (12, 20))


def test_what_was_not_read_is_not_zero() -> None:
    one = capture([{"station": "1", "A": 20, "B": 12, "C": 0}, {"station": "2", "A": 4, "B": 5}])
    other = capture([{"station": "1", "A": 20, "B": "", "C": 0}, {"station": "2", "C": ""}])
    pair = reconcile_captures(one, other)
    assert pair.differ == 0
    assert pair.became.tolist() == ["unread", "unread"]
    assert pair.by_figure["B"].only_first == 2
    assert pair.by_figure["A"].first == pair.by_figure["A"].second == 20
    assert document_of([pair]).zeroed == ()


def test_a_lower_bound_differs_only_where_it_says_more() -> None:
    sheets = capture(rows_of([("1", 20, 12), ("2", 20, 12), ("3", 20, 12)]))
    photos = capture(rows_of([("1", 25, 3), ("2", 20, 12), ("3", 1, 1)]))
    pair = reconcile_captures(sheets, photos, kinds=("sheets", "lower_bound"))
    assert pair.differing.tolist() == [True, False, False]
    assert pair.by_figure["A"].net == 5
    turned = reconcile_captures(photos, sheets, kinds=("lower_bound", "sheets"))
    assert turned.by_figure["A"].net == -5
    bounds = reconcile_captures(photos, sheets, kinds=("lower_bound", "lower_bound"))
    assert bounds.differ == 0


def test_a_station_that_stands_twice_is_not_compared() -> None:
    one = capture(rows_of([("1", 20, 12), ("01", 21, 12), ("2", 5, 5), ("2", 5, 5)]))
    pair = reconcile_captures(one, capture(rows_of([("1", 1, 1), ("2", 5, 5)])))
    assert (pair.common, pair.differ) == (1, 0)
    assert pair.twice == (("01",), ())


def test_tolerances() -> None:
    base = {"station": "1", "A": 1000, "B": 500, "C": 0, "valid": 1500}
    one, other = capture([base]), capture([{**base, "A": 1015}])

    def differs(**tolerance: Any) -> bool:
        return bool(reconcile_captures(one, other, tolerance=Tolerance(**tolerance)).differ)

    assert [differs(votes=n) for n in (14, 15)] == [True, False]
    assert [differs(percent=p, of="valid") for p in (0.99, 1.0)] == [True, False]
    # Of the smaller of both wholes, and exact: 1.5 % of 1,000 is 15.
    assert [differs(percent=p, of="A") for p in (1.49, 1.5)] == [True, False]
    with pytest.raises(tv.InputError, match="tolerance is of a figure"):
        differs(percent=1, of="null")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"votes": 1, "percent": 1.0, "of": "A"},
        {"percent": 1.0},
        {"votes": 2, "of": "A"},
        {"votes": -1},
    ],
)
def test_a_tolerance_is_one_of_two(wrong: dict[str, Any]) -> None:
    with pytest.raises(tv.InputError):
        Tolerance.model_validate(wrong)


def test_a_percentage_of_an_unread_whole_allows_nothing() -> None:
    one = capture([{"station": "1", "A": 10, "B": 5, "C": 0, "valid": ""}])
    other = capture([{"station": "1", "A": 11, "B": 5, "C": 0, "valid": 16}])
    assert reconcile_captures(one, other, tolerance=Tolerance(percent=50, of="valid")).differ == 1


def test_candidates_are_summed_where_one_capture_does_not_tell_options_apart() -> None:
    contest = tv.Contest.model_validate(
        {"id": "o", "candidates": [{"id": "A", "options": ["P", "Q"]}, {"id": "B"}]}
    )
    parties = tv.read_actas(
        pd.DataFrame({"k": ["1"], "P": [4], "Q": [6], "B": [3]}),
        contest=contest,
        mapping={"station": "k", "votes": {"P": "P", "Q": "Q", "B": "B"}},
    )
    sums = tv.read_actas(
        pd.DataFrame({"k": ["1"], "A": [11], "B": [3]}),
        contest=contest,
        mapping={"station": "k", "votes": {"A": "A", "B": "B"}},
    )
    pair = reconcile_captures(parties, sums)
    assert pair.options == ("A", "B")
    assert pair.by_figure["A"].net == 1


def test_captures_of_other_contests_or_stations_are_refused() -> None:
    other = tv.Contest.model_validate({"id": "u", "candidates": [{"id": "X"}, {"id": "Y"}]})
    table = tv.read_actas(pd.DataFrame({"station": ["1"], "X": [1], "Y": [2]}), contest=other)
    with pytest.raises(tv.InputError, match="different contests"):
        reconcile_captures(capture(rows_of([("1", 1, 1)])), table)
    with pytest.raises(tv.InputError, match="no station in common"):
        reconcile_captures(capture(rows_of([("1", 1, 1)])), capture(rows_of([("2", 1, 1)])))
    votes, lines = (
        replace(one, frame=one.frame[["row", "station", *names]])
        for one in (capture([{"station": "1", "A": 1, "B": 2, "C": 3, "valid": 6}]),)
        for names in (["A", "B", "C"], ["valid"])
    )
    with pytest.raises(tv.InputError, match="no figure in common"):
        reconcile_captures(votes, lines)


COUNT = st.one_of(st.none(), st.integers(0, 300))
ROW = st.fixed_dictionaries({"A": COUNT, "B": COUNT, "C": COUNT, "valid": COUNT})


def table(rows: dict[int, dict[str, Any]]) -> tv.ActaTable:
    return capture(
        [
            {
                "station": f"{key:03d}",
                "state": f"S{key % 2}",
                **{name: "" if value is None else value for name, value in row.items()},
            }
            for key, row in rows.items()
        ]
    )


CAPTURES = st.dictionaries(st.integers(0, 8), ROW, min_size=1)


@settings(max_examples=60, deadline=None)
@given(CAPTURES, CAPTURES)
def test_as_by_hand(one: dict[int, dict[str, Any]], other: dict[int, dict[str, Any]]) -> None:
    """Every count against a loop over plain dictionaries, and the other way round its mirror."""
    common = one.keys() & other.keys()
    if not common:
        return
    pair = reconcile_captures(table(one), table(other))
    assert pair.common == len(common)
    assert [n.stations for n in pair.only] == [len(one) - len(common), len(other) - len(common)]
    differ = set()
    for name in ("A", "B", "C", "valid"):
        both = [k for k in common if one[k][name] is not None and other[k][name] is not None]
        apart = {k for k in both if one[k][name] != other[k][name]}
        differ |= apart
        found = pair.by_figure[name]
        assert found.stations == len(apart)
        assert found.net == sum(other[k][name] - one[k][name] for k in both)
        assert found.more + found.less == found.stations
    assert pair.differ == len(differ)
    _same_either_way(pair, reconcile_captures(table(other), table(one)))
    by_state = [group for group in pair.by_area if len(group.group) == 1]
    assert sum(group.common for group in by_state) == pair.common
    assert sum(group.differ for group in by_state) == pair.differ
    assert sum(group.differ for group in pair.by_size) == pair.differ
    for name in "ABC":
        assert sum(group.net.get(name, 0) for group in by_state) == pair.by_figure[name].net


def _same_either_way(pair: Reconciliation, turned: Reconciliation) -> None:
    assert pair.differ == turned.differ
    for name, figure in pair.by_figure.items():
        assert turned.by_figure[name].net == -figure.net
    mirrored = {"zeroed": "loaded", "loaded": "zeroed"}
    assert [mirrored.get(kind, kind) for kind in pair.became] == turned.became.tolist()


@settings(max_examples=20, deadline=None)
@given(CAPTURES, CAPTURES, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_nothing(
    one: dict[int, dict[str, Any]], other: dict[int, dict[str, Any]], random: Any
) -> None:
    if not one.keys() & other.keys():
        return
    shuffled = list(other.items())
    random.shuffle(shuffled)
    first = reconcile_captures(table(one), table(other))
    second = reconcile_captures(table(one), table(dict(shuffled)))
    assert first.to_json() == second.to_json()
    assert first.to_frame().equals(second.to_frame())


def test_the_largest_effect_on_the_lead_comes_first() -> None:
    one = capture(rows_of([("1", 100, 80), ("2", 100, 80), ("3", 100, 80)]))
    other = capture(rows_of([("1", 101, 80), ("2", 90, 95), ("3", 120, 100)]))
    pair = reconcile_captures(one, other)
    # Station 3 has more votes changed, but the lead is the same there.
    assert [one.station for one in document_of([pair]).stations] == ["2", "1", "3"]
