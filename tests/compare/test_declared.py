"""D303–D309: what was declared against itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Evidence, Registry, Status
from tallyverify.compare import rounded_counts
from tallyverify.errors import InputError
from tests.helpers.cases import declared_of, flagged, nation, report_of

SHEETS = [{"state": "N", "town": "x", "A": 1, "B": 1, "C": 1}]


def codes(*bulletins: dict[str, Any], **more: Any) -> list[str]:
    return flagged(report_of(SHEETS, declared_of(*bulletins, **more), checks="compare"))


def test_parts_against_totals() -> None:
    votes = {"A": 5, "B": 4, "C": 1}
    assert codes(nation(votes=votes, valid=10)) == []
    assert codes(nation(votes=votes, valid=11)) == []  # written in, or blank ones among the valid
    assert codes(nation(votes=votes, valid=9)) == ["D303", "D312"]
    assert codes(nation(votes={"A": 5, "B": 4}, valid=11)) == []  # C is not declared
    assert codes(nation(votes={"A": 5, "B": 7}, valid=11)) == ["D303", "D312"]
    assert codes(nation(votes=votes, valid=10, null=1, ballots=11)) == []
    assert codes(nation(votes=votes, valid=10, null=1, ballots=10)) == ["D303", "D312"]
    assert codes(nation(votes=votes, valid=10, ballots=12)) == []  # null votes are not declared


def test_parts_beyond_their_total_by_one_are_a_slip_and_by_more_are_not() -> None:
    votes = {"A": 50, "B": 40, "C": 10}
    one = report_of(SHEETS, declared_of(nation(votes=votes, valid=99)))
    assert one.verdict == "discrepant"
    (finding,) = one.of("D303")
    assert finding.evidence is Evidence.DISCREPANCY
    assert "exclude each other, by at least 1 vote" in finding.proof
    more = report_of(SHEETS, declared_of(nation(votes=votes, valid=90)))
    assert more.verdict == "contradicted"
    assert "exclude each other, by at least 10 votes" in more.of("D303")[0].proof


def test_more_votes_than_registered_voters_prove_nothing() -> None:
    """Rolls change, and people vote off the list."""
    votes = {"A": 5, "B": 4, "C": 1}
    report = report_of(SHEETS, declared_of(nation(votes=votes, valid=10), registered=9))
    assert flagged(report) == ["D303"]
    assert report.of("D303")[0].evidence is Evidence.QUALITY
    assert report.verdict == "consistent"
    # Sheets with lists, none of them exceeded, leave no room for the tenth vote.
    listed = [{**SHEETS[0], "registered": 3}]
    report = report_of(listed, declared_of(nation(votes=votes, valid=10), registered=9))
    assert "D302" in flagged(report)


@pytest.mark.parametrize(
    ("percentages", "evidence"),
    [
        ({"A": 51.95, "B": 43.18}, set()),
        ({"A": 51.96}, {Evidence.NOTE}),  # moved by a unit so that all sum to 100
        ({"A": 51.97}, {Evidence.DISCREPANCY}),  # by less than a thousandth of the largest figure
        ({"A": 52.97}, {Evidence.CONTRADICTION}),
        ({"B": 43.17}, {Evidence.NOTE}),  # 43.1757 cut off, not rounded
        ({"A": 52.0, "B": 43}, set()),  # as many decimals as are stated
    ],
)
def test_percentages(percentages: dict[str, float], evidence: set[Evidence]) -> None:
    """Counts of bulletin 2, Venezuela 2024 (published)."""
    row = nation(
        votes={"A": 6408844, "B": 5326104, "C": 600936},
        valid=12335884,
        ballots=12335884,
        percentages=percentages,
    )
    report = report_of(SHEETS, declared_of(row), checks="D304")
    assert {finding.evidence for finding in report.findings} == evidence


def test_percentages_may_be_of_ballots() -> None:
    row = nation(
        votes={"A": 50, "B": 40, "C": 10},
        valid=100,
        null=25,
        ballots=125,
        percentages={"A": 40.0, "B": 32.0},
    )
    assert codes(row) == []


def test_rounded_counts_of_the_first_bulletin() -> None:
    """METHODS.md: T·p = 5,150,092.288; 4,445,978.108; 462,703.604; p about 9.9e-9."""
    test = rounded_counts([5150092, 4445978, 462704], 10058774, 1)
    assert test.flagged
    assert test.products == pytest.approx((5150092.288, 4445978.108, 462703.604))
    assert test.pvalue == pytest.approx(9.9e-9, rel=0.01)


def test_second_bulletin_is_not_rounded() -> None:
    counts = [6408844, 5326104, 152360, 116421, 92903, 84231, 64452, 40902, 29611, 20056]
    assert sum(counts) == 12335884
    assert not any(rounded_counts(counts, 12335884, decimals).flagged for decimals in (0, 1, 2, 3))


@given(
    st.integers(1_000_000, 50_000_000),
    st.lists(st.integers(1, 200), min_size=3, max_size=6),
    st.integers(0, 2),
)
def test_counts_typed_from_percentages_are_found(
    total: int, weights: list[int], decimals: int
) -> None:
    scale = 10 ** (decimals + 2)
    steps = [weight * scale // sum(weights) for weight in weights]
    steps[0] += scale - sum(steps)
    made = [round(total * step / scale) for step in steps]
    if sum(made) == total:
        assert rounded_counts(made, total, decimals).flagged


@pytest.mark.parametrize(
    ("counts", "total", "decimals"),
    [([], 100, 1), ([-1, 101], 100, 1), ([60, 40], -1, 1), ([60, 40], 100, -1), ([6], 6, 99)],
)
def test_what_are_no_counts_is_refused(counts: list[int], total: int, decimals: int) -> None:
    with pytest.raises(InputError):
        rounded_counts(counts, total, decimals)


def test_rounded_counts_false_alarms_stay_below_their_level() -> None:
    """Honest national results of 2 to 4 candidates: at most 0.001 of them are flagged."""
    rng = np.random.default_rng(20240728)
    alarms = 0
    runs = 3000
    for _ in range(runs):
        total = int(rng.integers(2_000, 3_000_000))
        counts = rng.multinomial(total, rng.dirichlet(np.ones(rng.integers(2, 5)))).tolist()
        tests = [rounded_counts(counts, total, decimals) for decimals in (0, 1, 2, 3)]
        alarms += any(test.flagged and test.pvalue * 4 < 0.001 for test in tests)
    assert alarms <= 9  # 3 expected at the level; P(Poisson(3) > 9) = 0.001


def test_small_totals_are_never_flagged_as_rounded() -> None:
    assert "D305" not in codes(nation(votes={"A": 50, "B": 40, "C": 10}, valid=100))


def test_later_bulletin_holds_less() -> None:
    first = nation(votes={"A": 50, "B": 40, "C": 10}, valid=100)
    last = nation(votes={"A": 60, "B": 39, "C": 21}, valid=120)
    assert codes(first, last) == ["D306", "D312"]
    alone = [nation(votes=dict(one["areas"][0]["votes"])) for one in (first, last)]
    assert report_of(SHEETS, declared_of(*alone)).verdict == "discrepant"  # by one vote
    # With B put right, the valid votes would have to change too: still a vote for each figure.
    assert report_of(SHEETS, declared_of(first, last)).verdict == "discrepant"
    last = nation(votes={"A": 60, "B": 30, "C": 30}, valid=120)
    assert report_of(SHEETS, declared_of(first, last)).verdict == "contradicted"
    corrected = {**last, "correction": True}
    report = report_of(SHEETS, declared_of(first, corrected))
    assert flagged(report) == []
    assert "corrected by a later one" in report.of("D306")[0].message


def test_bulletins_are_taken_by_time_of_issue() -> None:
    late = {**nation(votes={"A": 60, "B": 41, "C": 19}, valid=120), "issued": "2024-08-02"}
    early = {**nation(votes={"A": 50, "B": 40, "C": 10}, valid=100), "issued": "2024-07-29T00:10"}
    assert codes(late, early) == []


def test_group_of_an_earlier_bulletin_against_candidates_of_the_later() -> None:
    group = [{"name": "others", "candidates": ["B", "C"], "votes": 60}]
    first = nation(votes={"A": 50}, groups=group, valid=110)
    last = nation(votes={"A": 50, "B": 40, "C": 19}, valid=110)
    assert codes(first, last) == ["D306", "D312"]
    assert "others" in report_of(SHEETS, declared_of(first, last)).of("D306")[0].message


def test_batch_that_cannot_be() -> None:
    first = nation(votes={"A": 50, "B": 40}, valid=100)
    last = nation(votes={"A": 75, "B": 40}, valid=120)
    report = report_of(SHEETS, declared_of(first, last))
    assert flagged(report) == ["D307", "D312"]
    assert report.verdict == "contradicted"


def test_batch_larger_than_its_stations() -> None:
    registry = Registry.of([{"station": f"{at:03d}", "registered": 10} for at in range(1, 21)])
    first = nation(votes={"A": 50, "B": 40, "C": 10}, valid=100, stations=18)
    last = nation(votes={"A": 60, "B": 46, "C": 15}, valid=121, stations=20)
    assert flagged(report_of(SHEETS, declared_of(first, last, stations=20), registry)) == ["D312"]
    fits = nation(votes={"A": 60, "B": 46, "C": 14}, valid=120, stations=20)
    assert flagged(report_of(SHEETS, declared_of(first, fits, stations=20), registry)) == []
    # Last year's registry may lack a station.
    assert flagged(report_of(SHEETS, declared_of(first, last), registry)) == []


def test_areas_against_their_parent() -> None:
    def states(*votes: int, **parent: Any) -> dict[str, Any]:
        rows = [
            {"area": {"state": name}, "votes": {"A": count}, "stations": 2}
            for name, count in zip("NS", votes, strict=False)
        ]
        return {"areas": [{"votes": {"A": 10}, **parent}, *rows]}

    assert codes(states(6, 4, stations=4)) == []
    assert codes(states(6, 5, stations=4)) == ["D308", "D312"]
    assert codes(states(6, 3, stations=4)) == ["D308", "D312"]
    assert report_of(SHEETS, declared_of(states(9, 8, stations=4))).verdict == "contradicted"
    # Rows of a bulletin that is not whole may be of different hours.
    report = report_of(SHEETS, declared_of(states(6, 5)))
    assert flagged(report) == []
    assert "different hours" in report.of("D308")[0].message
    report = report_of(SHEETS, declared_of(states(6, 3)))
    assert flagged(report) == []
    assert "not known" in report.of("D308")[0].message


@pytest.mark.parametrize(
    ("coverage", "stations", "wrong"),
    [
        (0.8, 80, False),
        (0.8, 79, False),
        (0.9687, 97, True),
        (0.8, 85, True),
        (1, 100, False),
        (1, 99, False),
        (1, 98, True),
        (None, 101, True),
        (80, 80, False),
    ],
)
def test_coverage_against_stations(coverage: float | None, stations: int, wrong: bool) -> None:
    row = nation(votes={"A": 9, "B": 9, "C": 9}, coverage=coverage, stations=stations)
    assert ("D309" in codes(row, stations=100, coverage_basis="stations")) == wrong
    report = report_of(SHEETS, declared_of(row, stations=100))
    assert bool(report.of("D309")) == wrong
    if wrong and stations < 100:  # it may be of voters
        assert report.of("D309")[0].evidence is Evidence.NOTE


def test_more_stations_than_there_are() -> None:
    row = nation(votes={"A": 9, "B": 9, "C": 9}, stations=130)
    report = report_of(SHEETS, declared_of(row, stations=100))
    assert report.of("D309")[0].evidence is not Evidence.NOTE


def test_nothing_declared_is_said_by_every_check() -> None:
    report = report_of(SHEETS)
    assert report.verdict == "insufficient"
    for result in report.checks:
        if result.family == "compare" and result.code != "D313":  # which asks of sheets alone
            assert result.status is Status.NOT_APPLICABLE
            assert result.reason
