"""Slips of digits, against the same asked of the digits as they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tallyverify as tv
from tallyverify.reconcile import digit_slips

NUMBER = st.one_of(st.integers(0, 1500), st.integers(0, 10**10))


def by_hand(one: int, other: int) -> str:
    a, b = str(one), str(other)
    if one == other:
        return ""
    if len(a) == len(b):
        swapped = {a[:i] + a[i + 1] + a[i] + a[i + 2 :] for i in range(len(a) - 1)}
        if b in swapped:
            return "exchanged_digits"
        if len(a) > 1 and sum(x != y for x, y in zip(a, b, strict=True)) == 1:
            return "one_digit"
        return ""
    long, short, word = (a, b, "lost_digit") if len(a) > len(b) else (b, a, "added_digit")
    if len(long) == len(short) + 1 and short in {
        long[:i] + long[i + 1 :] for i in range(len(long))
    }:
        return word
    return ""


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [(784, 484, "one_digit"), (12, 21, "exchanged_digits"), (120, 12, "lost_digit")],
)
def test_the_slips_that_disputes_are_about(one: int, other: int, slip: str) -> None:
    assert digit_slips([one], [other]).tolist() == [slip]


@given(st.lists(st.tuples(NUMBER, NUMBER), max_size=6))
def test_as_by_the_digits_themselves(pairs: list[tuple[int, int]]) -> None:
    found = digit_slips([a for a, _ in pairs], [b for _, b in pairs]).tolist()
    assert found == [by_hand(a, b) for a, b in pairs]


@given(NUMBER, st.integers(0, 11), st.integers(0, 9))
def test_every_slip_of_one_digit_is_found(number: int, at: int, digit: int) -> None:
    text = str(number)
    at = min(at, len(text) - 1)
    for typed in (
        text[:at] + str(digit) + text[at:],
        text[:at] + text[at + 1 :],
        text[:at] + str(digit) + text[at + 1 :],
    ):
        # A number is not written with a zero in front.
        if typed and str(int(typed)) == typed and typed != text and len(typed) < 12:
            expected = not (len(text) == len(typed) == 1)
            assert bool(digit_slips([number], [int(typed)])[0]) is expected


def test_counts_alone_are_compared() -> None:
    with pytest.raises(tv.InputError):
        digit_slips([1, 2], [1])
    with pytest.raises(tv.InputError):
        digit_slips([-1], [1])
