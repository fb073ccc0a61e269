"""Dose and response: what is altered is seen, what is not is not, and counts hold together."""

from __future__ import annotations

import pytest

from tallyverify import InputError
from tallyverify.forensics import power
from tallyverify.simulate import clean_election, structure_of

LIKE = structure_of(clean_election(stations=1500, seed=3).table)
FOUND = power(
    LIKE, {"targets": [0.02, 0.3], "digits": [0.5]}, codes=["F502", "F504"], runs=8, seed=4
)


def test_more_is_seen_of_more() -> None:
    rates = [FOUND.of("none", 0.0, "F504"), *(FOUND.of("targets", d, "F504") for d in (0.02, 0.3))]
    assert rates == sorted(rates)
    assert rates[0] <= 0.25
    assert rates[2] == 1
    # Invented digits are seen in the last digit, and round turnouts are not.
    assert FOUND.of("digits", 0.5, "F502") == 1
    assert FOUND.of("targets", 0.3, "F502") <= 0.25


def test_adjustment_flags_no_more_than_is_rejected() -> None:
    for row in FOUND.rows:
        assert 0 <= row.flagged <= row.rejected <= row.runs - row.refused
        assert row.interval[0] <= row.rate <= row.interval[1]
    turnout = [
        r for r in FOUND.rows if (r.alteration, r.dose, r.figure) == ("targets", 0.3, "turnout")
    ]
    assert [row.flagged for row in turnout] == [8]
    # What is plain alone is plain among others as well; what is not, less so.
    assert sum(row.flagged for row in FOUND.rows) < sum(row.rejected for row in FOUND.rows)


def test_as_a_frame() -> None:
    frame = FOUND.to_frame()
    assert len(frame) == len(FOUND.rows)
    assert set(frame["alteration"]) == {"none", "targets", "digits"}
    assert (frame["rate"] == frame["rejected"] / frame["runs"]).all()
    assert "3 rates" not in repr(FOUND)
    assert repr(FOUND).startswith("<Power: 4 kinds of elections, ")


def test_same_seed_same_rates() -> None:
    again = power(
        LIKE, {"targets": [0.02, 0.3], "digits": [0.5]}, codes=["F502", "F504"], runs=8, seed=4
    )
    assert again == FOUND


def test_what_was_not_simulated() -> None:
    with pytest.raises(InputError, match="not simulated"):
        FOUND.of("targets", 0.1, "F504")
    with pytest.raises(InputError, match="no such alteration"):
        power(LIKE, {"target": [0.1]}, runs=1)
    # Declared totals and publication leave the sheets as they are.
    with pytest.raises(InputError, match="no such alteration"):
        power(LIKE, {"withheld": [0.1]}, runs=1)
    with pytest.raises(InputError, match="no test has this code"):
        power(LIKE, {"targets": [0.1]}, codes=["F599"])
    with pytest.raises(InputError, match="takes a dict as 'alterations'"):
        power(LIKE, {"targets": 0.1})  # type: ignore[dict-item]
    with pytest.raises(InputError, match="0 runs"):
        power(LIKE, {"targets": [0.1]}, runs=0)
