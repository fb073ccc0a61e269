"""What an estimate comes to under the contest's rule, and the chance where a sample was drawn."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Case, Contest, Declared, InputError, verify
from tallyverify.inference import Estimate, chance_above, estimate, registry_from
from tallyverify.inference.estimating.request import EstimateRequest
from tallyverify.inference.estimating.study import study_table
from tallyverify.inference.estimating.whole_count import estimate_of, factors_of
from tallyverify.inference.outcome_chance import chance_of_all, chance_of_either, estimated_outcome
from tallyverify.records import Outcome
from tallyverify.simulate import clean_election, hide_stations


@cache
def whole() -> Any:
    return clean_election(stations=600, seed=11).table


def under(**rule: Any) -> Estimate:
    contest = whole().contest
    more = {"rule": rule} if rule else {}
    asked = Contest.model_validate({**contest.model_dump(mode="json"), **more})
    part = replace(hide_stations(whole(), 0.25, seed=3, pattern="centres"), contest=asked)
    return estimate(part, registry_from(whole()), masks=20)


@cache
def plain() -> Estimate:
    return under()


def test_the_rule_is_printed_and_no_chance_is_told_of_sheets_that_were_collected() -> None:
    found = plain()
    assert found.margin is not None
    assert found.outcome is not None
    assert found.bounds is not None
    assert found.outcome.rule == "most votes win"
    assert found.outcome.at_estimate == Outcome(found.margin.leader)
    assert found.outcome.clear == (found.margin.interval.low > 0)
    assert found.outcome.chance is None
    assert found.settled == found.bounds.settled
    written = json.loads(found.to_json())
    assert written["outcome"]["at_estimate"] == {"winner": found.margin.leader, "finalists": []}
    assert written["settled"] is written["outcome"]["settled"]


def test_a_majority_lies_on_either_side_of_the_interval() -> None:
    found = plain()
    assert found.margin is not None
    leader = found.shares[found.margin.leader]
    for share, winner, clear in (
        (leader.low - 0.01, found.margin.leader, found.margin.interval.low > 0),
        (leader.high + 0.01, None, True),
        ((leader.high + leader.estimate) / 2, None, False),
        ((leader.low + leader.estimate) / 2, found.margin.leader, False),
    ):
        answer = under(kind="majority", share=round(share, 6)).outcome
        assert answer is not None
        assert answer.at_estimate == Outcome(winner)
        assert answer.clear == clear
        assert f"more than {100 * share:.3f}"[:12] in answer.words


def test_a_lead_is_held_against_the_margin() -> None:
    found = plain()
    assert found.margin is not None
    at = found.margin.interval
    least = {"kind": "lead", "share": 0.01, "majority": 1}
    below, above = (max(at.low - 0.01, 0.0), at.high + 0.01)
    answer = under(**least, lead=round(below, 6)).outcome
    assert answer is not None
    assert answer.at_estimate == Outcome(found.margin.leader)
    answer = under(**least, lead=round(above, 6)).outcome
    assert answer is not None
    assert answer.at_estimate == Outcome(None)
    assert answer.clear


def test_settled_by_the_rule() -> None:
    found = under(kind="majority", share=0.01)
    assert found.bounds is not None
    assert found.settled == found.bounds.settled
    assert under(kind="majority", share=0.99).settled  # nobody can have it


def test_what_the_estimate_does_not_tell() -> None:
    found = under(kind="majority", of="ballots")
    assert found.outcome is not None
    assert found.outcome.at_estimate is None
    assert not found.settled
    assert "does not tell the outcome: the rule takes shares of ballots" in found.outcome.words
    refused = plain().refusing("for a test")
    assert refused.outcome is not None
    assert refused.outcome.at_estimate is None
    assert refused.outcome.words == ""
    assert json.loads(refused.to_json())["outcome"]["at_estimate"] is None


@pytest.mark.parametrize("rule", [{"kind": "plurality"}, {"kind": "majority", "share": 0.5}])
def test_the_chance_of_a_drawn_sample(rule: dict[str, Any]) -> None:
    contest = Contest.model_validate({**whole().contest.model_dump(mode="json"), "rule": rule})
    part = replace(hide_stations(whole(), 0.25, seed=3, pattern="random"), contest=contest)
    asked = EstimateRequest(registry=registry_from(whole()), masks=20, patterns=(), contest=contest)
    study = study_table(part, asked)
    assert study.shares is not None
    found = estimate_of(study)
    factors = factors_of(study, study.shares.estimate)
    drawn = estimated_outcome(study, contest, found, factors, drawn=True)
    assert drawn.chance is not None
    low, high = drawn.chance
    assert 0 <= low <= high <= 1
    assert (low > 0.975 - 1e-9) or not drawn.clear
    assert "chance" in drawn.words


def test_i401_says_where_a_declared_result_is_on_the_other_side() -> None:
    found = plain()
    assert found.margin is not None
    leader = found.margin.leader
    share = round((found.shares[leader].estimate) - 0.02, 4)
    contest = Contest.model_validate(
        {
            **whole().contest.model_dump(mode="json"),
            "rule": {"kind": "majority", "share": share},
        }
    )
    part = replace(hide_stations(whole(), 0.25, seed=3, pattern="centres"), contest=contest)
    total = sum(round(one.estimate) for one in found.totals.values())
    votes = {name: round(one.estimate) for name, one in found.totals.items()}
    less = int(0.03 * total)
    votes[leader] -= less
    votes[found.margin.runner_up] += less
    said = {"bulletins": [{"id": "1", "areas": [{"votes": votes, "coverage": 1}]}]}
    case = Case(contest, part, Declared.model_validate(said), registry_from(whole()))
    told = verify(case, checks="I401").of("I401")
    assert "under the rule (more than" in told[0].message
    assert "under the rule it comes to: nobody wins outright, the estimate to: " in told[1].message


@given(
    st.floats(-1, 1),
    st.floats(1e-6, 1),
    st.floats(-1, 1),
    st.floats(2, 1e6),
)
def test_chance_is_monotone_and_turns_round(
    estimate: float, error: float, threshold: float, freedom: float
) -> None:
    chance = chance_above(estimate, error, threshold, freedom=freedom)
    other = chance_above(-estimate, error, -threshold, freedom=freedom)
    assert chance + other == pytest.approx(1)
    assert chance_above(estimate + 0.1, error, threshold, freedom=freedom) >= chance


def test_chance_is_the_other_side_of_the_interval() -> None:
    """Student's t, 10 degrees of freedom: 2.228139 bounds the central 95 % (tables)."""
    assert chance_above(2.228139 * 0.01, 0.01, 0.0, freedom=10) == pytest.approx(0.975, abs=1e-7)
    assert chance_above(0.1, 0.0, 0.1) == 0.0
    assert chance_above(0.1, 0.0, 0.09) == 1.0
    for error in (-0.1, np.nan, np.inf):
        with pytest.raises(InputError, match="standard error"):
            chance_above(0.1, error)


def test_chances_of_conditions_that_are_not_independent() -> None:
    assert chance_of_all([(0.9, 0.9), (0.8, 0.8)]) == pytest.approx((0.7, 0.8))
    assert chance_of_all([]) == (1, 1.0)
    assert chance_of_all([(0.3, 0.3), (0.2, 0.2)]) == (0.0, 0.2)
    assert chance_of_either((0.6, 0.6), (0.3, 0.4)) == pytest.approx((0.6, 1.0))
