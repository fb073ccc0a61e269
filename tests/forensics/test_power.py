"""Dose and response: what is altered is seen, what is not is not, and counts hold together."""

from __future__ import annotations

from functools import cache

import pytest

from tallyverify import InputError
from tallyverify.forensics import Power, power
from tallyverify.simulate import Structure, clean_election, structure_of

DOSES = {"small": {"digits": [0.5]}, "whole": {"targets": [0.02, 0.3], "digits": [0.5]}}
"""Of two elections of 1,000 stations in every run, of eight of 1,500 where more is asked."""
sizes = pytest.mark.parametrize("size", ["small", pytest.param("whole", marks=pytest.mark.slow)])


@cache
def like(stations: int) -> Structure:
    return structure_of(clean_election(stations=stations, seed=3).table)


def asked(size: str) -> Power:
    stations, runs = {"small": (1000, 2), "whole": (1500, 8)}[size]
    return power(like(stations), DOSES[size], codes=["F502", "F504"], runs=runs, seed=4)


found = cache(asked)


@pytest.mark.slow
def test_more_is_seen_of_more() -> None:
    whole = found("whole")
    rates = [whole.of("none", 0.0, "F504"), *(whole.of("targets", d, "F504") for d in (0.02, 0.3))]
    assert rates == sorted(rates)
    assert rates[0] <= 0.25
    assert rates[2] == 1
    # Invented digits are seen in the last digit, and round turnouts are not.
    assert whole.of("digits", 0.5, "F502") == 1
    assert whole.of("targets", 0.3, "F502") <= 0.25


def test_invented_digits_are_seen() -> None:
    assert found("small").of("digits", 0.5, "F502") == 1
    assert found("small").of("none", 0.0, "F502") < 1


@sizes
def test_rates_and_counts_hold_together(size: str) -> None:
    for row in found(size).rows:
        assert 0 <= row.flagged <= row.rejected <= row.runs - row.refused
        assert row.interval[0] <= row.rate <= row.interval[1]


@pytest.mark.slow
def test_adjustment_flags_no_more_than_is_rejected() -> None:
    rows = found("whole").rows
    turnout = [r for r in rows if (r.alteration, r.dose, r.figure) == ("targets", 0.3, "turnout")]
    assert [row.flagged for row in turnout] == [8]
    # What is plain alone is plain among others as well; what is not, less so.
    assert sum(row.flagged for row in rows) < sum(row.rejected for row in rows)


@sizes
def test_as_a_frame(size: str) -> None:
    frame = found(size).to_frame()
    assert len(frame) == len(found(size).rows)
    assert set(frame["alteration"]) == {"none", *DOSES[size]}
    assert (frame["rate"] == frame["rejected"] / frame["runs"]).all()
    kinds = 1 + sum(map(len, DOSES[size].values()))
    assert repr(found(size)).startswith(f"<Power: {kinds} kinds of elections, ")


@sizes
def test_same_seed_same_rates(size: str) -> None:
    assert asked(size) == found(size)


def test_what_was_not_simulated() -> None:
    with pytest.raises(InputError, match="not simulated"):
        found("small").of("targets", 0.1, "F504")
    with pytest.raises(InputError, match="no such alteration"):
        power(like(1000), {"target": [0.1]}, runs=1)
    # Declared totals and publication leave the sheets as they are.
    with pytest.raises(InputError, match="no such alteration"):
        power(like(1000), {"withheld": [0.1]}, runs=1)
    with pytest.raises(InputError, match="no test has this code"):
        power(like(1000), {"targets": [0.1]}, codes=["F599"])
    with pytest.raises(InputError, match="takes a dict as 'alterations'"):
        power(like(1000), {"targets": 0.1})  # type: ignore[dict-item]
    with pytest.raises(InputError, match="0 runs"):
        power(like(1000), {"targets": [0.1]}, runs=0)
