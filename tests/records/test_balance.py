"""Balances: one rule, two readers, and missing figures that are unknown rather than zero."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.records.balance import (
    ALL_OPTIONS,
    STANDARD_BALANCES,
    Balance,
    evaluate_record,
    evaluate_table,
)

NAMES = ("a", "b", "c", "d", "registered", ALL_OPTIONS)
MANY = 400


@st.composite
def balances(draw: st.DrawFn) -> Balance:
    """A balance of two to five figures, some of them optional."""
    names = draw(st.permutations(NAMES))
    marked = [name + "?" * draw(st.booleans()) for name in names[: draw(st.integers(2, 5))]]
    cut = draw(st.integers(1, len(marked) - 1))
    return Balance(
        code="own",
        left=" + ".join(marked[:cut]),
        op=draw(st.sampled_from(["==", "<=", ">="])),
        right=" + ".join(marked[cut:]),
        tolerance=draw(st.integers(0, 5)),
        unless_zero=draw(st.none() | st.sampled_from(NAMES)),
    )


figures = st.none() | st.integers(0, 8) | st.integers(0, 10**10)
on_sheets = st.sets(st.sampled_from(NAMES[:5]))


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, list[int | None]]]:
    """Records with the same names; each name has one figure, and the options have two."""
    present = draw(st.sets(st.sampled_from(NAMES), min_size=1))
    sizes = {name: 2 if name == ALL_OPTIONS else 1 for name in NAMES if name in present}
    return draw(
        st.lists(
            st.fixed_dictionaries(
                {name: st.lists(figures, min_size=n, max_size=n) for name, n in sizes.items()}
            ),
            min_size=1,
            max_size=6,
        )
    )


def as_columns(records: list[dict[str, list[int | None]]]) -> Any:
    def figure(name: str) -> Any:
        values = np.array([sum(v or 0 for v in row[name]) for row in records], dtype=np.int64)
        missing = np.array([None in row[name] for row in records])
        return values, missing if missing.any() else None

    return figure


@given(balances(), tables(), on_sheets)
def test_record_and_table_agree(
    balance: Balance, records: list[dict[str, list[int | None]]], on_sheet: set[str]
) -> None:
    table = evaluate_table(balance, list(records[0]), as_columns(records), on_sheet)
    for at, record in enumerate(records):
        one = evaluate_record(balance, record, on_sheet)
        if table is None:
            assert one is None
        elif table.exempt[at]:
            assert one is None
            assert (table.fails[at], table.open[at]) == (False, False)
        else:
            assert one is not None
            verdict = "fails" if table.fails[at] else "open" if table.open[at] else "holds"
            assert (one.verdict, one.left, one.right) == (verdict, table.left[at], table.right[at])


def holds(balance: Balance, left: int, right: int) -> bool:
    return {
        "==": abs(left - right) <= balance.tolerance,
        "<=": left <= right + balance.tolerance,
        ">=": left + balance.tolerance >= right,
    }[balance.op]


small = st.none() | st.integers(0, 6)


@pytest.mark.parametrize("op", ["==", "<=", ">="])
@given(a=small, b=small, c=small, d=small, tolerance=st.integers(0, 2))
def test_it_fails_only_if_no_value_of_the_missing_could_mend_it(
    op: Any, a: int | None, b: int | None, c: int | None, d: int | None, tolerance: int
) -> None:
    balance = Balance(code="own", left="a + b", op=op, right="c + d", tolerance=tolerance)
    record = {"a": a, "b": b, "c": c, "d": d}
    outcome = evaluate_record(balance, {name: [count] for name, count in record.items()})
    assert outcome is not None
    choices = [range(16) if count is None else [count] for count in record.values()]
    mended = any(holds(balance, w + x, y + z) for w, x, y, z in product(*choices))
    known = None not in record.values()
    assert outcome.verdict == (("holds" if known else "open") if mended else "fails")


@pytest.mark.parametrize(
    ("balance", "record", "verdict"),
    [
        ({"left": "a + b", "op": "==", "right": "c"}, {"a": 3, "b": 4, "c": 7}, "holds"),
        ({"left": "a + b", "op": "==", "right": "c"}, {"a": 3, "b": 4, "c": 8}, "fails"),
        ({"left": "a + b", "op": "==", "right": "c"}, {"a": 3, "b": None, "c": 8}, "open"),
        ({"left": "a + b", "op": "==", "right": "c"}, {"a": 9, "b": None, "c": 8}, "fails"),
        ({"left": "a", "op": "==", "right": "c", "tolerance": 1}, {"a": 9, "c": 8}, "holds"),
        ({"left": "a", "op": "==", "right": "c", "tolerance": 1}, {"a": 7, "c": 8}, "holds"),
        ({"left": "a", "op": "==", "right": "c", "tolerance": 1}, {"a": 10, "c": 8}, "fails"),
        ({"left": "a", "op": "<=", "right": "c"}, {"a": 8, "c": 8}, "holds"),
        ({"left": "a", "op": "<=", "right": "c"}, {"a": 9, "c": 8}, "fails"),
        ({"left": "a", "op": "<=", "right": "c"}, {"a": 9, "c": None}, "open"),
        ({"left": "a", "op": "<=", "right": "c"}, {"a": None, "c": 0}, "open"),
        ({"left": "a", "op": ">=", "right": "c"}, {"a": 7, "c": 8}, "fails"),
        ({"left": "a", "op": ">=", "right": "c"}, {"a": None, "c": 8}, "open"),
        ({"left": "a + b?", "op": "==", "right": "c"}, {"a": 8, "c": 8}, "holds"),
        ({"left": "a + b?", "op": "==", "right": "c"}, {"a": 8, "b": 1, "c": 8}, "fails"),
        ({"left": "a + b?", "op": "==", "right": "c"}, {"a": 8, "b": None, "c": 8}, "open"),
        ({"left": "a", "op": "==", "right": "c"}, {"a": 8}, None),
        ({"left": "b?", "op": "==", "right": "c"}, {"c": 8}, None),
        ({"left": "a", "op": "<=", "right": "c", "unless_zero": "c"}, {"a": 8, "c": 0}, None),
        ({"left": "a", "op": "<=", "right": "c", "unless_zero": "c"}, {"a": 8, "c": 1}, "fails"),
        ({"left": "a", "op": "<=", "right": "c", "unless_zero": "c"}, {"a": 8, "c": None}, "open"),
    ],
)
def test_verdicts(
    balance: dict[str, Any], record: dict[str, int | None], verdict: str | None
) -> None:
    outcome = evaluate_record(
        Balance(code="own", **balance), {name: [count] for name, count in record.items()}
    )
    assert (outcome and outcome.verdict) == verdict


def test_an_optional_line_of_the_paper_is_needed_if_it_was_not_recorded() -> None:
    balance = Balance(code="own", left="a + b?", op="==", right="c")
    record = {"a": [8], "c": [9]}
    assert evaluate_record(balance, record) is not None
    assert evaluate_record(balance, record, on_sheet=["b"]) is None


def test_the_standard_rules_use_the_first_form_that_the_sheet_allows() -> None:
    def forms(code: str, *present: str) -> list[bool]:
        return [form.sides(present) is not None for form in STANDARD_BALANCES[code]]

    assert forms("R101", ALL_OPTIONS, "valid") == [True]
    assert forms("R102", ALL_OPTIONS, "valid", "null", "ballots") == [True, True]
    assert forms("R102", ALL_OPTIONS, "null", "ballots") == [False, True]
    assert forms("R102", ALL_OPTIONS, "ballots") == [False, False]
    assert forms("R103", ALL_OPTIONS, "registered") == [False, False, True]
    assert forms("R104", ALL_OPTIONS, "valid", "signed") == [False, True, True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"left": "a +"},
        {"left": ""},
        {"left": "?"},
        {"left": "a + a"},
        {"right": "a + c"},
        {"op": "="},
        {"op": "<"},
        {"tolerance": -1},
        {"tolerance": 1.5},
        {"tolerance": True},
        {"code": ""},
        {"tolerence": 1},
    ],
)
def test_balances_that_say_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Balance.model_validate({"code": "own", "left": "a", "op": "==", "right": "b", **wrong})
