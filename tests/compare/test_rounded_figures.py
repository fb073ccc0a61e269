"""D305: counts that were typed from percentages, against every percentage there is."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Evidence
from tallyverify.compare import rounded_counts
from tallyverify.errors import InputError
from tests.helpers.cases import asked, nation

SHEETS = [{"state": "N", "town": "x", "A": 1, "B": 1, "C": 1}]
of = partial(asked, SHEETS)


def nearest_of(counts: list[int], total: int, decimals: int) -> bool:
    """Try every percentage there is: is each count the nearest whole number to one of them?"""
    scale = 10 ** (decimals + 2)
    return total > 0 and all(
        any(2 * abs(count * scale - total * step) <= scale for step in range(scale + 1))
        for count in counts
    )


@given(st.lists(st.integers(0, 400), min_size=1, max_size=4), st.integers(0, 1))
def test_rounded_counts_against_every_percentage(counts: list[int], decimals: int) -> None:
    total = sum(counts)
    assert rounded_counts(counts, total, decimals).flagged == nearest_of(counts, total, decimals)


@given(st.integers(1, 3000), st.integers(0, 1))
def test_the_chance_is_that_of_the_numbers_beside_a_percentage(total: int, decimals: int) -> None:
    """Of the total + 1 honest counts, so many lie within one half of a product."""
    scale = 10 ** (decimals + 2)
    beside = {
        whole
        for step in range(scale + 1)
        for whole in range(total * step // scale, total * step // scale + 2)
        if 2 * abs(whole * scale - total * step) <= scale
    }
    test = rounded_counts([total, total], total, decimals)
    assert test.pvalue >= min(1.0, len(beside) / (total + 1)) - 1e-12
    if total >= 2 * scale:  # no two percentages share a number
        assert test.pvalue == pytest.approx(min(1.0, len(beside) / total))
    three = rounded_counts([total, total, 0, total], total, decimals)
    assert three.pvalue == pytest.approx(test.pvalue**2)
    assert rounded_counts([total], total, decimals).pvalue == 1
    assert rounded_counts([0, 0], total, decimals).pvalue == 1


def test_counts_below_ten_steps_weigh_nothing() -> None:
    """Steps of 100: of these, the first three counts are of ten steps or more."""
    assert rounded_counts([7_000, 1_001, 1_000, 999], 10_000, 0).pvalue == (101 / 10_000) ** 2


@pytest.mark.parametrize("voters", [10_500, 12_000, 14_500, 19_000])
def test_many_small_lists_are_no_calculation(voters: int) -> None:
    """Lists with a vote or two each lie next to a step of one vote or so, all at once."""
    random = np.random.default_rng(voters)
    flagged = 0
    for _ in range(200):
        small = random.integers(1, 3 if voters < 14_000 else 2, size=60).tolist()
        large = random.multinomial(voters - sum(small), [0.4, 0.35, 0.2, 0.05]).tolist()
        test = rounded_counts([*large, *small], voters, 2)
        flagged += test.flagged
        assert test.pvalue * 4 > 0.001
    assert flagged or voters > 15_000  # by chance, as honest counts are


def test_rounded_counts_at_the_ends_of_what_is_taken() -> None:
    nothing = rounded_counts([0, 0], 0, 1)
    assert (nothing.flagged, nothing.pvalue) == (False, 1.0)
    assert rounded_counts([1, 2], 3, 0).percentages == ("33", "67")
    assert rounded_counts([1, 2], 3, 12).decimals == 12
    assert rounded_counts([1, 2], 3, 2).percentages == ("33.33", "66.67")
    assert rounded_counts([1, 2], 3, 0).products == pytest.approx((0.99, 2.01))
    for decimals in (-1, 13):
        with pytest.raises(InputError, match="decimals are 0 to 12"):
            rounded_counts([1, 2], 3, decimals)
    for counts, total in (([-1, 4], 3), ([1, 2], -3), ([], 3)):
        with pytest.raises(InputError, match="the counts are votes"):
            rounded_counts(counts, total, 1)


TYPED = {"A": 5150092, "B": 4445978, "C": 462704}


def test_counts_typed_from_percentages_are_told_with_each_product() -> None:
    report = of("D305", nation(votes=TYPED, valid=10058774))
    (finding,) = report.of("D305")
    assert finding.evidence is Evidence.IMPROBABLE
    assert finding.observed == 3
    assert finding.expected == round(3 * 1001 / 10058774, 6)
    assert finding.arithmetic == (
        "10,058,774 × 51.2 % = 5,150,092.288 → 5,150,092 (A); "
        "10,058,774 × 44.2 % = 4,445,978.108 → 4,445,978 (B); "
        "10,058,774 × 4.6 % = 462,703.604 → 462,704 (C)"
    )
    assert "each of the 3 counts is the nearest integer to a percentage with one decimal" in (
        finding.message
    )
    assert "with probability 9.9e-09 (at most 4e-08 over 4 tests)" in finding.message
    check = report.check("D305")
    assert (check.statistic, check.pvalue) == (1, pytest.approx(9.9e-9, rel=0.01))
    assert check.reason == "4 tests: 1 declared area × percentages with 0 to 3 decimals"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({}, 1),  # all candidates are declared
        ({"votes": {"A": 5150092, "B": 4908682}, "valid": 10058774}, 1),
        ({"votes": {"A": 5150092, "B": 4908682}}, 0),  # not all, and no total
        ({"votes": {"A": 5150092, "B": 4908682}, "valid": 10058775}, 0),
        # Rounded each for itself, they may miss it a little.
        ({"votes": {"A": 333002, "B": 333002, "C": 334002}, "valid": 1000005}, 1),
        ({"votes": {"A": 5150092}, "valid": 5150092}, 0),  # one count is its own total
        ({"from_percentages": 1}, 0),
    ],
)
def test_which_votes_make_up_a_total(row: dict[str, Any], told: int) -> None:
    report = of("D305", nation(**{"votes": TYPED, **row}))
    assert len(report.of("D305")) == told


@pytest.mark.parametrize(
    ("votes", "flagged"), [((3226, 1935, 1290), False), ((3226, 1936, 1291), True)]
)
def test_the_level_holds_for_all_tests_together(votes: tuple[int, ...], flagged: bool) -> None:
    """Of 6,451 and of 6,453 votes: 50, 30 and 20 %, and 4 × (102 / T)² beside 0.001."""
    assert (4 * (102 / sum(votes)) ** 2 < 0.001) is flagged
    assert rounded_counts(list(votes), sum(votes), 0).flagged
    report = of("D305", nation(votes=dict(zip("ABC", votes, strict=True))))
    assert bool(report.of("D305")) is flagged
    for one in report.of("D305"):
        assert one.expected == round(3 * 101 / 6453, 6)
        assert one.difference is None
    pvalue = report.check("D305").pvalue
    assert pvalue == (pytest.approx((102 / 6453) ** 2, rel=1e-5) if flagged else None)
