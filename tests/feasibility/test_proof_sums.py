"""Sums and the least of a proof, in whole numbers to their last digit."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.feasibility.proving.proof import Proof, _exact_sum, _true

NONE = np.zeros(0, dtype=np.int64)


@given(st.lists(st.integers(-(2**62), 2**62), max_size=9))
def test_sums_beyond_64_bits_are_exact(values: list[int]) -> None:
    assert _exact_sum(np.array(values, dtype=np.int64)) == sum(values)


@given(st.integers(-50, 50), st.integers(1, 9))
def test_the_least_is_the_next_whole_number_and_nothing_below_0(bound: int, scale: int) -> None:
    proof = Proof("sheets", NONE, 0, scale, bound, NONE)
    assert proof.least == max(ceil(Fraction(bound, scale)), 0)


class Exact:
    """Figures of sheets that say each of them exactly."""

    def __init__(self, figures: Any) -> None:
        self.figures = figures

    def __getitem__(self, which: Any) -> Any:
        return self.figures[which]

    def differ(self, other: Exact) -> Any:
        return self.figures != other.figures


def test_what_a_sheet_says_exactly_is_weighed_exactly() -> None:
    rng = np.random.default_rng(4)
    figures, table = rng.integers(0, 300, (7, 5)), rng.integers(-99, 100, (3, 5))
    part: Any = SimpleNamespace(least=Exact(figures), most=Exact(figures.copy()))
    program: Any = None  # the figures alone decide
    assert (_true(program, table, part) == figures @ table.T).all()
