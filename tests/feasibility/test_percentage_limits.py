"""What percentages allow, against every count and total tried; to the last vote of each limit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tallyverify import Contest
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.percentages import (
    allowed,
    bases_of,
    percentage_rows,
    undeclared_total,
    unit_of,
)
from tallyverify.records import AreaResult
from tests.helpers.cases import CONTEST, declared_of, nation

VOTES = {"A": 50, "B": 40, "C": 10}


def facts_of(votes_allowed: int = 1, **more: Any) -> CaseFacts:
    contest = Contest.model_validate({**CONTEST.model_dump(), "votes_allowed": votes_allowed})
    return CaseFacts(contest, declared_of(nation(votes=VOTES), **more))


def rows_of(facts: CaseFacts | None = None, **row: Any) -> list[tuple[str, int, int]]:
    return list(percentage_rows(AreaResult(**row), facts or facts_of()))


@pytest.mark.parametrize(
    ("stated", "decimals"),
    [(51, 0), (100.0, 0), (0.0, 0), (51.5, 1), (51.95, 2), (0.125, 3), (50.0, 0), (10.10, 1)],
)
def test_a_unit_is_one_of_the_last_digit(stated: float, decimals: int) -> None:
    assert unit_of(stated) == Fraction(1, 10**decimals)


@example(0, 400)
@given(st.integers(0, 1000), st.integers(1, 400))
def test_what_is_allowed_is_every_count_within_a_unit(tenths: int, total: int) -> None:
    stated, unit = Fraction(tenths, 10), Fraction(1, 10 if tenths % 10 else 1)
    fit = [v for v in range(total + 9) if abs(Fraction(100 * v, total) - stated) <= unit]
    least, most = allowed(tenths / 10, total)
    assert list(range(least, most + 1)) == fit
    assert least >= 0


def test_totals_that_percentages_may_be_of() -> None:
    facts = facts_of(registered=500)
    assert bases_of(AreaResult(votes=VOTES, valid=101, blank=5, null=7, ballots=113), facts) == {
        "valid votes": 101,
        "valid and blank votes": 106,
        "ballots": 113,
        "registered voters": 500,
    }
    own = AreaResult(votes=VOTES, valid=101, registered=300, blank=0)
    assert bases_of(own, facts) == {"valid votes": 101, "registered voters": 300}
    town = AreaResult(votes=VOTES, valid=101, area={"state": "N"})
    assert bases_of(town, facts) == {"valid votes": 101}
    assert bases_of(AreaResult(votes=VOTES, ballots=113, null=7, blank=5), facts_of()) == {
        "ballots": 113,
        "votes declared": 100,
        "ballots without null ones": 106,
    }
    assert bases_of(AreaResult(votes=VOTES, ballots=113, null=0), facts_of()) == {
        "ballots": 113,
        "votes declared": 100,
        "ballots without null ones": 113,
    }
    some = AreaResult(votes={"A": 50, "B": 40}, ballots=113)
    assert bases_of(some, facts_of()) == {"ballots": 113}
    # Of votes, where a paper has several.
    twice = AreaResult(votes=VOTES, valid=60)
    assert bases_of(twice, facts_of(2)) == {"valid votes": 60, "votes declared": 100}
    assert bases_of(twice, facts_of(1)) == {"valid votes": 60}
    valid_too = AreaResult(votes=VOTES, valid=101, ballots=113, null=7)
    assert bases_of(valid_too, facts_of()) == {"valid votes": 101, "ballots": 113}


@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 300),
    st.integers(0, 300),
    st.sampled_from([None, 60, 150, 400]),
    st.sampled_from([1, 2]),
)
def test_an_undeclared_total_is_any_that_explains_every_percentage(
    a: int, b: int, of_a: int, of_b: int, ballots: int | None, per: int
) -> None:
    facts = facts_of(per)
    row = AreaResult(
        votes={"A": a, "B": b},
        valid=a,
        ballots=ballots,
        percentages={"A": of_a / 10, "B": of_b / 10},
    )
    found = undeclared_total(row, facts)

    def explains(total: int) -> bool:
        if per * total < a + b or (ballots and total > ballots):
            return False
        return all(
            abs(Fraction(100 * votes, total) - Fraction(stated, 10))
            <= Fraction(1, 10 if stated % 10 else 1)
            for votes, stated in ((a, of_a), (b, of_b))
        )

    fit = [total for total in range(1, 700) if explains(total)]
    if found is None:
        assert fit == []
    else:
        low, high = found
        assert fit == [t for t in range(1, 700) if low <= t and (high is None or t <= high)]


def test_the_most_that_a_total_can_be_is_what_is_declared_first() -> None:
    row = {"votes": VOTES, "percentages": {"A": 10.0}}
    facts = facts_of(registered=450)  # 50 of 454.5 to 555.6 are 9 to 11 %
    assert undeclared_total(AreaResult(**row), facts) is None
    assert undeclared_total(AreaResult(**row), facts_of(registered=455)) is not None
    assert undeclared_total(AreaResult(**row, registered=455), facts) is not None
    assert undeclared_total(AreaResult(**row, registered=455, ballots=454), facts) is None
    assert undeclared_total(AreaResult(**row), facts_of()) == (
        Fraction(5000, 11),
        Fraction(5000, 9),
    )


def test_percentages_that_are_explained_say_nothing_more() -> None:
    assert rows_of(votes=VOTES, valid=100) == []
    assert rows_of(votes=VOTES, valid=100, percentages={"A": 50.0}) == []
    # Of a total that is not declared: 40 of 111.1 to 117.6 are 35 % give or take one.
    assert rows_of(votes={"A": 40}, valid=80, percentages={"A": 35.0}) == []


def test_percentages_that_no_total_explains_are_of_the_nearest() -> None:
    shares = {"A": 70.0}
    assert rows_of(votes=VOTES, valid=100, ballots=200, percentages=shares) == [("A", 69, 71)]
    assert rows_of(votes=VOTES, valid=200, ballots=100, percentages=shares) == [("A", 69, 71)]
    # Of several, only those that are off say more.
    two = {"A": 50.0, "B": 47.0}
    assert rows_of(votes=VOTES, valid=100, percentages=two) == [("B", 46, 48)]
    # Without any total there is nothing that they could be of.
    assert rows_of(votes={"A": 50, "B": 40}, percentages=shares) == []


def test_percentages_without_votes_allow_what_any_total_allows() -> None:
    shares = {"A": 51.2}
    assert rows_of(valid=1000, ballots=1100, percentages=shares) == [("A", 511, 564)]
    assert rows_of(ballots=1100, percentages=shares) == [("A", 0, 564)]
    # Beside votes, of the totals that explain these.
    both = {"A": 50.0, "B": 40.0, "C": 10.5}
    assert rows_of(votes={"A": 50, "B": 40}, valid=100, percentages=both) == [("C", 11, 10)]


def test_percentages_of_valid_votes_or_more() -> None:
    shares = {"A": 51.1, "B": 40.8, "C": 8.1}
    # Together they are 100 give or take 0.3, so of 1,003.009 at the most.
    assert rows_of(valid=1000, percentages=shares) == [
        ("A", 510, 513),
        ("B", 407, 410),
        ("C", 80, 82),
    ]
    assert rows_of(valid=1000, percentages={"A": 51.1}) == [("A", 510, 1000)]
    assert rows_of(facts_of(2), valid=1000, percentages=shares)[0] == ("A", 510, 1000)
    # At the limit: three shares of one point are no more than their rounding.
    ones = {"A": 1.0, "B": 1.0, "C": 1.0}
    assert rows_of(valid=1000, percentages=ones) == [(name, 0, 1000) for name in "ABC"]
    more = {"A": 99.9, "B": 0.1, "C": 0.1}  # they may sum to less than is valid
    assert rows_of(valid=1000, percentages=more)[0] == ("A", 998, 1000)
    assert rows_of(valid=1000, percentages=more)[1] == ("B", 0, 2)


def test_percentages_of_some_candidates_bound_their_total() -> None:
    """What has 20 and 30 points of a total is, with 1,000 valid, of about 2,000 at the most."""
    some = {"A": 20.0, "B": 30.0}
    most = Fraction(100_000, 50 - 2)
    assert rows_of(valid=1000, percentages=some) == [
        ("A", 190, int(21 * most / 100)),
        ("B", 290, int(31 * most / 100)),
    ]
    # Nor do more vote than are registered; nor fewer than are valid, whatever the list says.
    assert rows_of(facts_of(registered=1100), valid=1000, percentages={"A": 20.0}) == [
        ("A", 190, 231)
    ]
    assert rows_of(valid=1000, registered=1050, percentages={"A": 20.0}) == [("A", 190, 220)]
    assert rows_of(valid=1000, registered=900, percentages={"A": 20.0}) == [("A", 190, 210)]
    # Where each voter has several votes, they may be of these.
    assert rows_of(facts_of(2, registered=1100), valid=1000, percentages=some)[0] == (
        ("A", 190, 1000)
    )


@given(
    votes=st.lists(st.integers(0, 300), min_size=3, max_size=3),
    beside=st.integers(0, 400),
    named=st.sets(st.sampled_from("ABC"), min_size=1),
    decimals=st.integers(0, 2),
    counted=st.booleans(),
)
def test_true_percentages_of_any_total_exclude_no_true_votes(
    votes: list[int], beside: int, named: set[str], decimals: int, counted: bool
) -> None:
    """Of valid votes, or of ballots, or of all who are registered: none of which is declared."""
    valid = sum(votes)
    held, total = dict(zip("ABC", votes, strict=True)), valid + beside
    if not valid:
        return
    shares = {name: round(100 * held[name] / total, decimals) for name in sorted(named)}
    first = {"A": held["A"]} if counted else {}
    facts = facts_of(registered=total)
    for label, least, most in rows_of(facts, valid=valid, votes=first, percentages=shares):
        assert least <= held[label] <= most
