"""Which rung a proof bears, exactly at each limit, and which of several readings is the weakest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Evidence
from tallyverify.checking import CaseFacts
from tallyverify.feasibility import grading
from tallyverify.feasibility.allowance import (
    WRONG_SHARES,
    allowed_for,
    annulled_number,
    default_allowance,
)
from tallyverify.feasibility.grading import Grading, ProvedReading, weight_of
from tallyverify.feasibility.proving.bounds import ProvedBound
from tallyverify.records import Allowance
from tests.helpers.cases import CONTEST, declared_of, nation

GRADING = Grading(allowed=2, mean_ballots=100.0, largest=5999)
DISCREPANCY, CONTRADICTION = Evidence.DISCREPANCY, Evidence.CONTRADICTION


@dataclass(frozen=True)
class Unseen:
    seen: Any
    lists: Any
    cap: Any


@dataclass(frozen=True)
class Stated:
    """A program, as far as grading looks into it."""

    bound: ProvedBound
    unseen: Unseen
    rows: tuple[Any, ...] = ()


NONE = Unseen(np.zeros(0, bool), np.zeros(0, int), np.zeros(0, int))


def bound(sheets: int = 0, votes: int = 0, misfit: int = 0, rows: int = 1) -> ProvedBound:
    proof: Any = SimpleNamespace(
        multipliers=np.ones(rows, int),
        scale=1,
        cost="sheets",
        room_multiplier=0,
        bound=sheets,
    )
    return ProvedBound(sheets, votes, misfit, (proof,) if sheets or misfit else ())


def stated(*args: int, unseen: Unseen = NONE) -> Any:
    return Stated(bound(*args), unseen)


NOTHING, SLIGHT, GRAVE = stated(), stated(1, 10), stated(9, 9000)


@pytest.mark.parametrize(
    ("sheets", "votes", "rung"),
    [
        (0, 0, None),
        (1, 900, DISCREPANCY),
        (2, 900, DISCREPANCY),  # as many as are allowed for
        (3, 200, DISCREPANCY),  # no more votes than those hold
        (3, 201, CONTRADICTION),
    ],
)
def test_more_sheets_and_more_votes_than_are_allowed_for(
    sheets: int, votes: int, rung: Evidence | None
) -> None:
    proved = bound(sheets, votes)
    assert GRADING.rung(ProvedReading(stated(), proved, False, False)) == rung


@pytest.mark.parametrize(
    ("misfit", "papers", "rung"),
    [
        (1, 1, DISCREPANCY),
        (5, 1, DISCREPANCY),  # one in a thousand of 5,999
        (6, 1, CONTRADICTION),
        (7, 7, DISCREPANCY),  # a vote for each figure
        (8, 7, CONTRADICTION),
    ],
)
def test_figures_that_exclude_each_other_by_more_than_slips(
    misfit: int, papers: int, rung: Evidence
) -> None:
    rows = [SimpleNamespace(of_stations=False)] * papers + [SimpleNamespace(of_stations=True)]
    program: Any = Stated(bound(), NONE, tuple(rows))
    proved = bound(misfit=misfit, rows=papers + 1)
    assert GRADING.rung(ProvedReading(program, proved, False, False)) == rung


@pytest.fixture
def as_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each program prove what it states, and larger unseen stations a tenth of it."""

    def of(program: Any) -> ProvedBound:
        if (program.unseen.cap > 10).any():
            return bound(program.bound.sheets // 10, program.bound.votes // 10)
        return program.bound

    def again(program: Any, *_: Any) -> Any:
        used = program.unseen.cap[program.unseen.seen | (program.unseen.cap > 10)].sum()
        return SimpleNamespace(bound=program.bound.sheets - int(used > 0))

    monkeypatch.setattr(grading, "bound_of", of)
    monkeypatch.setattr(grading, "proved", again)


@pytest.mark.usefixtures("as_stated")
@pytest.mark.parametrize(
    ("programs", "rung", "taken", "capped"),
    [
        ([NOTHING], None, False, False),
        ([SLIGHT], DISCREPANCY, False, False),
        ([GRAVE], CONTRADICTION, False, False),
        ([GRAVE, NOTHING], CONTRADICTION, False, False),
        ([GRAVE, GRAVE], CONTRADICTION, False, False),
        ([NOTHING, NOTHING], None, False, False),
        ([SLIGHT, NOTHING], DISCREPANCY, False, False),
        ([NOTHING, SLIGHT], DISCREPANCY, True, False),
        ([SLIGHT, SLIGHT], DISCREPANCY, True, False),
        ([NOTHING, GRAVE], DISCREPANCY, True, True),
        ([SLIGHT, GRAVE], DISCREPANCY, True, True),
    ],
)
def test_taking_a_bulletin_as_whole_lifts_no_further_than_discrepancy(
    programs: list[Any], rung: Evidence | None, taken: bool, capped: bool
) -> None:
    one = GRADING.verified(tuple(programs))
    assert (one.rung, one.reading.taken, one.capped) == (rung, taken, capped)
    assert not one.sized
    assert not one.reading.voters
    assert GRADING.verified(tuple(programs), True).reading.voters


@pytest.mark.usefixtures("as_stated")
@pytest.mark.parametrize(
    ("readings", "rung", "voters"),
    [
        ([GRAVE, SLIGHT], DISCREPANCY, True),
        ([SLIGHT, GRAVE], DISCREPANCY, False),
        ([SLIGHT, NOTHING], None, True),
        ([NOTHING, GRAVE], None, False),
        ([SLIGHT, SLIGHT], DISCREPANCY, False),
        ([stated(2, 10), stated(1, 90)], DISCREPANCY, True),
        ([stated(1, 90), stated(1, 10)], DISCREPANCY, True),
        ([GRAVE, stated(8, 9000)], CONTRADICTION, True),
    ],
)
def test_the_weakest_reading_bears_the_rung(
    readings: list[Any], rung: Evidence | None, voters: bool
) -> None:
    one = GRADING.weakest(tuple((program,) for program in readings))
    assert (one.rung, one.reading.voters) == (rung, voters)


def test_proofs_are_ordered_by_rung_before_all_else() -> None:
    made = [
        grading.Verified(rung, ProvedReading(stated(), bound(*key), False, False))
        for rung, key in (
            (None, (9, 9)),
            (DISCREPANCY, (1, 5)),
            (DISCREPANCY, (1, 6)),
            (DISCREPANCY, (2, 1)),
            (CONTRADICTION, (1, 1)),
        )
    ]
    made.reverse()
    assert sorted(made, key=weight_of) == made[::-1]


@pytest.mark.usefixtures("as_stated")
@pytest.mark.parametrize(
    ("unseen", "sized"),
    [
        ((False, 0, 10), True),  # of unknown size: they may be four times as large
        ((False, 0, 3), True),  # 4 × 3 = 12
        ((True, 0, 10), False),  # seen
        ((False, 50, 10), False),  # with a list
        ((False, 0, 0), False),  # of no paper
        ((False, 0, 2), False),  # the proof makes no use of it
    ],
)
def test_unseen_stations_of_unknown_size_may_be_larger(
    unseen: tuple[bool, int, int], sized: bool
) -> None:
    seen, lists, cap = unseen
    of_one = Unseen(np.array([seen]), np.array([lists]), np.array([cap]))
    one = GRADING.verified((stated(9, 9000, unseen=of_one),))
    assert (one.rung, one.sized) == (DISCREPANCY if sized else CONTRADICTION, sized)
    # Where the rest is a contradiction all the same, it stays one.
    more = GRADING.verified((stated(90, 90_000, unseen=of_one),))
    assert (more.rung, more.sized) == (CONTRADICTION, False)


@given(
    st.integers(0, 60_000),
    st.sampled_from(["definitive", "provisional"]),
    st.lists(st.tuples(st.integers(0, 900), st.sampled_from([0.0, 0.005, 0.25])), max_size=2),
)
def test_the_default_is_the_mean_and_two_standard_deviations(
    seen: int, capture: str, beside: list[tuple[int, float]]
) -> None:
    share = Fraction(str(WRONG_SHARES[capture]))
    expected = share * max(0, seen - sum(sheets for sheets, _ in beside))
    expected += sum((sheets * Fraction(str(p)) for sheets, p in beside), Fraction(0))
    allowance = default_allowance(seen, capture, tuple(beside))

    def enough(sheets: int) -> bool:
        return sheets >= expected and (sheets - expected) ** 2 >= 4 * expected

    assert allowance >= 1
    assert enough(allowance)
    assert allowance == 1 or not enough(allowance - 1)


@pytest.mark.parametrize(("seen", "sheets"), [(200, 3), (800, 8), (801, 9), (1800, 15), (0, 1)])
def test_the_default_where_it_comes_out_whole(seen: int, sheets: int) -> None:
    assert default_allowance(seen, "definitive") == sheets


def facts_of(**more: Any) -> CaseFacts:
    annulled = more.pop("annulled", None)
    rows = more.pop("rows", nation(votes={"A": 1}))
    return CaseFacts(CONTEST, declared_of(rows, annulled=annulled), **more)


def test_what_a_case_states_is_allowed_for() -> None:
    def of(seen: int, **own: float) -> tuple[int, str]:
        one = allowed_for(facts_of(allowance=Allowance.model_validate(own)), seen)
        return one.sheets, one.origin

    assert of(400, sheets=0) == (0, "set in the case; the default would be 5")
    said = "set in the case as 7 % of 100 sheets; the default would be 2"
    assert of(100, share=0.07) == (7, said)  # 0.07 × 100 is a little more than 7 in floats
    assert of(101, share=0.07)[0] == 8
    usual = allowed_for(facts_of(), 400)
    assert usual.sheets == 5
    assert usual.origin == "0.5 % of 400 sheets, with two standard deviations"
    early = allowed_for(facts_of(capture="provisional"), 40)
    assert early.sheets == 3
    assert (
        early.origin == "2.5 % of 40 sheets of a provisional capture, with two standard deviations"
    )
    other = allowed_for(facts_of(beside=((100, 0.25), (0, 0.5))), 300)
    # 200 × 0.5 % + 100 × 25 % = 26, and twice its root, 10.198
    assert other.sheets == 37
    assert other.origin == (
        "0.5 % of 200 sheets, with two standard deviations; 25 % of 100 of another capture"
    )
    own = allowed_for(facts_of(beside=((100, 0.25),), allowance=Allowance(sheets=1)), 300)
    assert (own.sheets, own.origin) == (1, "set in the case; the default would be 37")


def test_stations_that_are_annulled_as_a_number_are_allowed_for_besides() -> None:
    assert annulled_number(CaseFacts(CONTEST)) == 0
    assert annulled_number(facts_of()) == 0
    assert annulled_number(replace(facts_of(), declared=declared_of(stations=9))) == 0
    assert annulled_number(facts_of(annulled=3)) == 3
    assert annulled_number(facts_of(annulled=("001",))) == 0
    one = allowed_for(facts_of(annulled=1), 400)
    assert one.sheets == 6
    assert one.origin.endswith("; 1 station annulled, which is not said")
    rows = {
        "areas": [
            {"votes": {"A": 1}, "annulled": 2},
            {"area": {"state": "N"}, "votes": {"A": 1}, "annulled": 3},
            {"area": {"state": "S"}, "votes": {"A": 1}, "annulled": 4},
            {"area": {"state": "W"}, "votes": {"A": 1}, "annulled": ["007"]},
        ]
    }
    assert annulled_number(facts_of(rows=rows)) == 7
    assert annulled_number(facts_of(rows=nation(votes={"A": 1}, annulled=2))) == 2
