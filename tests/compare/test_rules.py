"""Under which rule votes decide: D310 and D311 for a majority, a lead, a runoff."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Contest, Evidence, Report, Status
from tallyverify.checking import VotesLeft, outcomes_left
from tallyverify.records import Declared, Outcome, Rule
from tests.helpers.cases import declared_of, flagged, nation, report_of

MAJORITY = {"kind": "majority", "share": 0.5}
LEAD = {"kind": "lead", "share": 0.4, "lead": 0.1}


def contest(rule: dict[str, Any], **more: Any) -> Contest:
    candidates = [{"id": name} for name in "ABC"]
    return Contest.model_validate({"id": "t", "candidates": candidates, "rule": rule, **more})


def sheets(*votes: tuple[int, int, int], registered: int = 1000, **lines: int) -> list[Any]:
    return [
        {"registered": registered, **dict(zip("ABC", row, strict=True)), **lines} for row in votes
    ]


def said(a: int, b: int, c: int, registered: int, **more: Any) -> Declared:
    votes = {"A": a, "B": b, "C": c}
    return declared_of(nation(votes=votes, valid=a + b + c, **more), registered=registered)


def reason(report: Report) -> str:
    assert flagged(report) == []
    return report.check("D310").reason


def test_a_lead_that_is_settled_is_no_majority_that_is() -> None:
    rows = sheets((500, 300, 150))
    declared = said(500, 340, 170, 1060)
    assert reason(report_of(rows, declared, contest=contest({"kind": "plurality"}))) == "settled"
    report = report_of(rows, declared, contest=contest(MAJORITY))
    assert reason(report) == "not settled"
    (finding,) = report.of("D311")
    assert finding.evidence is Evidence.NOTE
    assert "by bulletin 1 nobody wins outright; by the sheets A wins outright" in finding.message
    assert report.headline.startswith("not settled by the seen votes: A 52.63 % (500)")
    assert report.verdict == "consistent"


@pytest.mark.parametrize(
    ("unseen", "settled"),
    [
        (49, "settled"),  # 500 of 950 + 49 is more than half
        (50, "not settled"),  # 500 of 1,000 is exactly half, and not more
    ],
)
def test_more_than_half_is_strict(unseen: int, settled: str) -> None:
    rows = sheets((500, 300, 150), registered=950)
    declared = said(500, 300, 150, 950 + unseen)
    assert reason(report_of(rows, declared, contest=contest(MAJORITY))) == settled


def test_a_third_is_a_third() -> None:
    rule = Rule(kind="majority", share="1/3")
    assert not rule.elects("A", {"A": 3, "B": 1}, 9)
    assert rule.elects("A", {"A": 4, "B": 1}, 11)
    assert Rule(kind="lead", share=0.4, lead=0.1).elects("A", {"A": 4, "B": 3}, 10)
    # As binary numbers, 0.1 × 3 is more than 0.3.
    assert rule.share == Fraction(1, 3)
    assert Rule(kind="lead", share=0.4, lead=0.1).lead == Fraction(1, 10)


def test_majority_of_ballots() -> None:
    rows = sheets((500, 300, 150), registered=1100, ballots=1000, null=50)
    declared = said(500, 300, 150, 1100, ballots=1000, null=50)
    of_valid = report_of(rows, declared, contest=contest(MAJORITY))
    assert reason(of_valid) == "settled"
    assert "A 52.63 % (500) and B 31.58 % (300) of 950 valid votes" in of_valid.headline
    of_all = report_of(rows, declared, contest=contest({**MAJORITY, "of": "ballots"}))
    assert reason(of_all) == "settled"
    assert "A 50.00 % (500) and B 30.00 % (300) of 1,000 ballots" in of_all.headline
    assert "nobody wins outright: settled" in of_all.headline
    assert of_all.check("D311").status is Status.PASSED


def test_ballots_that_the_sheets_do_not_tell() -> None:
    rule = contest({**MAJORITY, "of": "ballots"})
    report = report_of(sheets((500, 300, 150)), said(500, 300, 150, 1000), contest=rule)
    assert report.check("D310").status is Status.NOT_APPLICABLE
    assert "do not tell the ballots" in report.check("D310").reason
    assert report.check("D311").status is Status.NOT_APPLICABLE


def test_valid_votes_for_nobody_named_count_in_what_shares_are_of() -> None:
    rows = sheets((500, 300, 150), registered=1020, valid=1020)
    declared = declared_of(
        nation(votes={"A": 500, "B": 300, "C": 150}, valid=1020), registered=1020
    )
    report = report_of(rows, declared, contest=contest(MAJORITY))
    assert report.check("D310").reason == "settled"
    assert "A 49.02 % (500)" in report.headline
    assert "nobody wins outright: settled" in report.headline


@pytest.mark.parametrize(
    ("votes", "outcome"),
    [
        ((400, 300, 300), "A wins outright"),  # at least 40 % and 10 points
        ((399, 300, 301), "nobody wins outright"),
        ((400, 301, 299), "nobody wins outright"),
        ((501, 499, 0), "A wins outright"),  # more than half needs no lead
        ((500, 499, 1), "nobody wins outright"),
        ((390, 200, 410), "nobody wins outright"),
    ],
)
def test_a_share_with_a_lead(votes: tuple[int, int, int], outcome: str) -> None:
    report = report_of(sheets(votes), said(*votes, 1000), contest=contest(LEAD))
    assert reason(report) == "settled"
    assert f"{outcome}: settled" in report.headline
    assert report.check("D311").reason.endswith(outcome)


def test_half_is_enough_without_a_lead_unless_it_is_said() -> None:
    assert Rule(**LEAD).elects("A", {"A": 52, "B": 48}, 100)
    assert not Rule(**LEAD, majority=1).elects("A", {"A": 52, "B": 48}, 100)
    assert Rule(**LEAD, majority=0.45).elects("A", {"A": 46, "B": 44}, 100)
    assert Rule(kind="lead", share=0.6, lead=0.1).enough == 1


def test_declared_on_the_other_side_of_a_majority_that_is_settled() -> None:
    # Three sheets, all stations: A has 1,560 of 3,000, more than half whatever the rest holds.
    rows = sheets(*[(520, 300, 180)] * 3)
    report = report_of(rows, said(1400, 1000, 600, 3000, stations=3), contest=contest(MAJORITY))
    (finding,) = report.of("D311")
    assert finding.evidence is Evidence.DISCREPANCY  # one sheet explains it
    assert "could not make alike" in finding.message
    rows = sheets(*[(520, 300, 180)] * 30)
    worse = report_of(rows, said(14000, 10000, 6000, 30000, stations=30), contest=contest(MAJORITY))
    (finding,) = worse.of("D311")
    assert finding.evidence is Evidence.CONTRADICTION
    assert worse.verdict == "contradicted"
    # Who leads is not in question: without the rule nothing is said of it.
    plain = report_of(
        rows, said(14000, 10000, 6000, 30000, stations=30), contest=contest({"kind": "plurality"})
    )
    assert plain.of("D311") == ()


NULL_TYPED_WRONGLY = [{"null": 900}, {"null": 0}, {"blank": 900, "null": 200}]


@pytest.mark.parametrize("beside", NULL_TYPED_WRONGLY)
def test_an_outcome_is_proved_by_the_figures_of_its_rule(beside: dict[str, int]) -> None:
    """A slip of one vote makes half a majority; that null votes are far off proves no outcome."""
    rows = sheets(*[(50, 30, 20)] * 40, registered=200, valid=100, null=5, blank=0, ballots=105)
    slip = said(2001, 1200, 800, 8000, stations=40, complete=True)
    alone = report_of(rows, slip, contest=contest(MAJORITY))
    (finding,) = alone.of("D311")
    assert finding.evidence is Evidence.DISCREPANCY
    assert alone.verdict == "discrepant"
    wrong = said(2001, 1200, 800, 8000, stations=40, complete=True, **beside)
    report = report_of(rows, wrong, contest=contest(MAJORITY))
    (other,) = report.of("D311")
    assert other.evidence is Evidence.DISCREPANCY
    assert other.proof == finding.proof
    assert "at least 1 vote on them" in other.proof


@pytest.mark.parametrize("c", [300, 100])
def test_votes_for_others_are_figures_of_the_rule(c: int) -> None:
    """With C's votes left out, A has more than half of the rest: that C lacks them proves it."""
    rows = sheets(*[(50, 30, 20)] * 40, registered=200)
    low = said(2000, 1200, c, 8000, stations=40, complete=True)
    report = report_of(rows, low, contest=contest(MAJORITY))
    (finding,) = report.of("D311")
    assert finding.evidence is Evidence.CONTRADICTION
    assert f"at least {800 - c} votes" in finding.proof


def test_ballots_are_figures_of_a_rule_that_is_of_them() -> None:
    rule = {**MAJORITY, "of": "ballots"}
    rows = sheets(*[(51, 30, 19)] * 40, registered=200, valid=100, null=20, blank=0, ballots=120)
    low = said(2040, 1200, 760, 8000, stations=40, complete=True, ballots=4000)
    report = report_of(rows, low, contest=contest(rule))
    (finding,) = report.of("D311")
    assert finding.evidence is Evidence.CONTRADICTION
    of_valid = report_of(rows, low, contest=contest(MAJORITY))
    assert of_valid.of("D311") == ()
    assert of_valid.verdict == "contradicted"  # the ballots are wrong, whoever wins


def test_a_note_says_what_keeps_an_outcome_from_being_proved() -> None:
    """Valid votes with the blank ones on the sheets, and perhaps without in the bulletin."""
    rows = sheets(*[(50, 30, 19)] * 40, registered=200, valid=102, blank=3, null=0, ballots=102)
    without = said(2000, 1200, 760, 8000, stations=40, complete=True)
    report = report_of(rows, without, contest=contest(MAJORITY))
    (finding,) = report.of("D311")
    assert finding.evidence is Evidence.NOTE
    assert report.verdict == "consistent"
    assert "could not make alike; its votes and their total do not prove it by themselves" in (
        finding.message
    )
    assert "(do valid votes hold the blank ones?) is open" in finding.message
    assert finding.proof == ""


def test_a_declared_runoff_that_the_sheets_do_not_exclude() -> None:
    rule = {**MAJORITY, "runoff": "the second round"}
    rows = sheets((520, 300, 180), (520, 180, 300))
    report = report_of(rows, said(1450, 900, 650, 3000), contest=contest(rule))
    assert flagged(report) == []
    (finding,) = report.of("D311")
    assert "by bulletin 1 the second round of A and B; by the sheets A wins outright" in (
        finding.message
    )
    assert "could still make alike" in finding.message


def test_who_goes_to_a_runoff_that_is_named_is_part_of_the_outcome() -> None:
    rule = {**MAJORITY, "runoff": "the second round"}
    rows = sheets(*[(450, 300, 250)] * 29, (451, 297, 252))
    swapped = said(13501, 7502, 8997, 30000, stations=30)
    report = report_of(rows, swapped, contest=contest(rule))
    (finding,) = report.of("D311")
    assert finding.evidence is Evidence.CONTRADICTION
    assert "second round of A and C; by the sheets the second round of A and B" in finding.message
    assert report_of(rows, swapped, contest=contest(MAJORITY)).of("D311") == ()
    same = report_of(rows, said(13501, 8997, 7502, 30000, stations=30), contest=contest(rule))
    assert reason(same) == "settled"
    assert same.check("D311").reason.endswith("the second round of A and B")
    open_ = report_of(rows, said(14000, 10000, 9000, 33000), contest=contest(rule))
    assert reason(open_) == "not settled"
    assert "up to 3,000 votes: A may win outright, or nobody" in open_.headline
    # B leads C by 1,495; A lacks more votes to a half than are left.
    second = report_of(rows, said(14000, 9000, 8600, 31600), contest=contest(rule))
    assert reason(second) == "not settled"
    assert (
        "up to 1,600 votes: nobody wins outright, but who goes to the second round is open"
        in second.headline
    )


@pytest.mark.parametrize(
    "row",
    [
        {"votes": {"A": 480}, "groups": [{"name": "o", "candidates": ["B", "C"], "votes": 520}]},
        {"votes": {"A": 510}},
        {"votes": {"A": 510, "B": 300}},
        {"votes": {"A": 510, "B": 500, "C": 0}, "valid": 1000},
    ],
)
def test_an_outcome_that_the_bulletin_leaves_open(row: dict[str, Any]) -> None:
    report = report_of(sheets((600, 250, 150)), declared_of(nation(**row)), None, "D311")
    assert report.check("D311").status is not Status.ERROR
    report = report_of(
        sheets((600, 250, 150)), declared_of(nation(**row)), None, "D311", contest(MAJORITY)
    )
    assert report.check("D311").status is Status.NOT_APPLICABLE


def test_a_group_that_cannot_be_one_winner_leaves_nothing_open() -> None:
    groups = [{"name": "o", "candidates": ["B", "C"], "votes": 480}]
    declared = declared_of(nation(votes={"A": 520}, groups=groups, valid=1000))
    report = report_of(sheets((600, 250, 150)), declared, None, "D311", contest(MAJORITY))
    assert report.check("D311").reason.endswith("A wins outright")


def test_the_rule_is_printed_where_none_is_said() -> None:
    rows = sheets((500, 300, 150))
    report = report_of(rows, said(500, 300, 150, 1000), contest=contest({"kind": "plurality"}))
    assert report.of("D310")[0].arithmetic.startswith("rule: most votes win; ")
    report = report_of(rows, said(500, 300, 150, 1000), contest=contest(LEAD))
    assert report.of("D310")[0].arithmetic.startswith(
        "rule: more than 50 % of the valid votes, or at least 40 % and 10 points more than the "
        "second; "
    )


def test_a_figure_that_was_not_read_leaves_a_majority_open() -> None:
    rows = sheets((300, 150, 40), (300, 100, 60), registered=500)
    rows[1]["B"] = None  # 300 of 1,000 voters: B may have up to 140 at the second
    declared = said(600, 290, 100, 1000)
    report = report_of(rows, declared, contest=contest(MAJORITY))
    assert reason(report) == "settled"  # 600 of at most 1,000
    rows[1]["A"] = None
    assert reason(report_of(rows, declared, contest=contest(MAJORITY))) == "not settled"


few = st.integers(0, 6)
votes3 = st.tuples(few, few, few)
shares = st.sampled_from([0, 0.25, "1/3", 0.4, 0.5, "2/3", 0.75, 1])
rules = st.one_of(
    st.just(Rule(kind="plurality")),
    st.builds(Rule, kind=st.just("majority"), share=shares, runoff=st.sampled_from(["", "later"])),
    st.builds(
        lambda share, lead, runoff: Rule(kind="lead", share=share, lead=lead, runoff=runoff),
        shares,
        shares,
        st.sampled_from(["", "later"]),
    ),
)


@given(rules, votes3, votes3, few, st.integers(0, 4))
def test_settled_is_what_every_way_to_fill_the_unseen_comes_to(
    rule: Rule, low: tuple[int, ...], more: tuple[int, ...], beside: int, unseen: int
) -> None:
    """Brute force over all unseen votes; where seen figures are open too, nothing is overlooked."""
    open_ = sum(more) % 2 == 0
    high = tuple(a + (b % 3 if open_ else 0) for a, b in zip(low, more, strict=True))
    found = outcomes_left(
        rule,
        VotesLeft(
            dict(zip("ABC", low, strict=True)),
            dict(zip("ABC", high, strict=True)),
            (beside, beside),
            unseen,
        ),
    )
    reached: set[Outcome] = set()
    for seen in product(*(range(a, b + 1) for a, b in zip(low, high, strict=True))):
        for cast in product(range(unseen + 1), repeat=4):
            if sum(cast) <= unseen:
                votes = {n: v + c for n, v, c in zip("ABC", seen, cast, strict=False)}
                reached.add(rule.outcome(votes, sum(votes.values()) + beside + cast[3]))
    assert {one.winner for one in reached} - {None} == set(found.may_win)
    if found.settled is not None:
        winners = {one.winner for one in reached}
        assert winners == {found.settled.winner}
        assert not rule.runoff or reached == {found.settled}
    elif not open_ and not rule.runoff:
        assert len(reached) > 1 or not rule.of_shares
    assert not any(found.exclude(one) for one in reached)
