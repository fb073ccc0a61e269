"""Bounds and outcomes left open, against every way to hand out the votes that no sheet shows."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.checking import OutcomesLeft, VotesLeft, bounds_of, outcomes_left
from tallyverify.errors import InputError
from tallyverify.records import Outcome, Rule

RULES = (
    Rule(kind="plurality"),
    Rule(kind="majority", share=0.5),
    Rule(kind="majority", share=0.5, runoff="runoff"),
    Rule(kind="lead", share=0.4, lead=0.1, runoff="runoff"),
)


@given(
    st.sampled_from(RULES),
    st.lists(st.integers(0, 6), min_size=3, max_size=3),
    st.integers(0, 3),
    st.integers(0, 4),
)
def test_what_is_left_open_is_what_some_votes_come_to(
    rule: Rule, votes: list[int], blank: int, unseen: int
) -> None:
    """Exact where the unseen alone are open, each anybody's, or nobody's."""
    named = dict(zip("ABC", votes, strict=True))
    left = outcomes_left(rule, VotesLeft(named, named, (blank, blank), unseen))
    reached = set()
    for more in product(range(unseen + 1), repeat=3):
        if sum(more) <= unseen:
            count = {name: named[name] + extra for name, extra in zip("ABC", more, strict=True)}
            reached.add(rule.outcome(count, sum(count.values()) + blank))
    winners = {outcome.winner for outcome in reached}
    assert set(left.may_win) == {name for name in winners if name is not None}
    if left.settled is not None:
        assert reached == {left.settled}
    elif len(reached) == 1 and winners != {None}:
        raise AssertionError("settled, and not told")


def test_the_base_of_shares_is_the_least_at_best_and_the_most_at_worst() -> None:
    left = VotesLeft({"A": 5, "B": 4}, {"A": 7, "B": 6}, (1, 3), 2)
    assert left.best("A") == ({"A": 9, "B": 4}, 14)
    assert left.worst("A", "B") == ({"A": 5, "B": 8}, 16)


@pytest.mark.parametrize(
    ("third", "unseen", "finalists"),
    [
        (19, 0, ("A", "B")),
        (20, 0, None),  # a tie for the second place
        (17, 2, ("A", "B")),
        (18, 2, None),
    ],
)
def test_who_goes_to_the_runoff_is_sure_only_beyond_a_tie(
    third: int, unseen: int, finalists: tuple[str, ...] | None
) -> None:
    votes = {"C": third, "B": 20, "A": 30, "D": 0}
    rule = Rule(kind="majority", share=0.9, runoff="runoff")
    left = outcomes_left(rule, VotesLeft(votes, votes, (0, 0), unseen))
    assert left.settled == (None if finalists is None else Outcome(None, finalists))
    assert left.may_win == ()


def test_who_is_excluded() -> None:
    runoff = Outcome(None, ("A", "B"))
    for settled in (None, runoff):
        assert not OutcomesLeft(("A",), settled).exclude(Outcome("A"))
        assert OutcomesLeft(("A",), settled).exclude(Outcome("B"))
    assert not OutcomesLeft((), None).exclude(Outcome(None, ("A", "C")))
    assert OutcomesLeft((), runoff).exclude(Outcome(None, ("A", "C")))
    assert not OutcomesLeft((), runoff).exclude(runoff)


@pytest.mark.parametrize(("unseen", "settled"), [(0, True), (19, True), (20, False), (21, False)])
def test_a_lead_is_settled_only_if_it_is_larger_than_the_unseen(unseen: int, settled: bool) -> None:
    found = bounds_of({"C": 5, "B": 40, "A": 60}, unseen, "so many")
    assert (found.leader, found.runner_up, found.lead) == ("A", "B", 20)
    assert (found.unseen_votes, found.settled, found.words) == (unseen, settled, "so many")
    whole = 105 + unseen
    assert found.low == {"C": 5 / whole, "B": 40 / whole, "A": 60 / whole}
    assert found.high["B"] == (40 + unseen) / whole


def test_bounds_of_nothing_are_all_that_can_be() -> None:
    found = bounds_of({"A": 0, "B": 0}, 0)
    assert found.low == {"A": 0.0, "B": 0.0}
    assert found.high == {"A": 1.0, "B": 1.0}
    assert not found.settled
    with pytest.raises(InputError, match="at least two candidates"):
        bounds_of({"A": 1}, 0)
