"""D303, D304: sums and percentages beside totals, each limit from both of its sides."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tallyverify import Contest, Evidence, Registry, Status
from tallyverify.compare.declared.percentages import _off
from tallyverify.records import AreaResult
from tests.helpers.cases import CONTEST, asked, figures, nation

VOTES = {"A": 500, "B": 400, "C": 100}
NOTE, QUALITY, CONTRADICTION = Evidence.NOTE, Evidence.QUALITY, Evidence.CONTRADICTION
SHEETS = [{"state": "N", "town": "x", "A": 1, "B": 1, "C": 1}]
of = partial(asked, SHEETS)


def test_parts_are_told_with_their_sum_and_their_total() -> None:
    report = of("D303", nation(votes=VOTES, valid=900, null=7, blank=3, ballots=1100))
    first, second = report.of("D303")
    assert figures(first) == (1000, 900, 100)
    assert first.message.endswith(
        "the candidates' votes sum to 1,000, the valid votes are declared as 900"
    )
    assert first.arithmetic == ("500 (A) + 400 (B) + 100 (C) = 1,000; 900 (valid); difference 100")
    assert first.evidence is CONTRADICTION
    assert figures(second) == (910, 1100, -190)
    assert (
        "valid, null, blank papers sum to 910, the ballots are declared as 1,100" in second.message
    )
    assert second.arithmetic == (
        "900 (valid) + 7 (null) + 3 (blank) = 910; 1,100 (ballots); difference −190"
    )
    assert report.check("D303").reason == "2 sums"
    assert report.check("D303").statistic == sum(
        one.evidence is not NOTE for one in (first, second)
    )


@pytest.mark.parametrize(
    ("row", "asked", "found"),
    [
        ({"valid": 1000}, "1 sum", 0),
        ({"valid": 999}, "1 sum", 1),
        ({"valid": 1001}, "1 sum", 1),
        ({"votes": {"A": 500}, "valid": 501}, "1 sum", 0),  # of candidates who are not declared
        ({"votes": {"A": 500}, "valid": 499}, "1 sum", 1),
        ({"ballots": 1000}, "1 sum", 0),
        ({"ballots": 999}, "1 sum", 1),
        ({"ballots": 1001}, "1 sum", 0),
        ({"valid": 1000, "null": 5, "ballots": 1005}, "2 sums", 0),
        ({"valid": 1000, "null": 5, "ballots": 1006}, "2 sums", 0),  # blank ones are not declared
        ({"valid": 1000, "null": 5, "blank": 0, "ballots": 1006}, "2 sums", 1),
        ({"valid": 1000, "blank": 5, "ballots": 1006}, "2 sums", 0),
        ({"null": 5, "blank": 0, "ballots": 1006}, "1 sum", 0),  # nor is what is valid
        ({"votes": {}, "valid": 1000, "ballots": 999}, "1 sum", 1),
        ({"votes": {}, "null": 1000, "ballots": 999}, "", 0),
    ],
)
def test_which_sums_are_asked_and_which_do_not_come_out(
    row: dict[str, Any], asked: str, found: int
) -> None:
    report = of("D303", nation(**{"votes": VOTES, **row}))
    assert len(report.of("D303")) == found
    if asked:
        assert report.check("D303").reason == asked
    else:
        assert report.check("D303").status is Status.NOT_APPLICABLE


def test_papers_with_several_votes_are_no_sum() -> None:
    contest = Contest.model_validate({**CONTEST.model_dump(), "votes_allowed": 2})
    report = of("D303", nation(votes=VOTES, ballots=600), contest=contest)
    assert report.of("D303") == ()
    # But no more than two for each registered voter.
    for registered, voted in ((500, ()), (499, (500,))):
        row = nation(votes=VOTES, registered=registered)
        found = of("D303", row, contest=contest).of("D303")
        assert tuple(one.observed for one in found) == voted


@pytest.mark.parametrize(
    ("registered", "row", "found"),
    [
        (1000, {}, None),
        (999, {}, (1000, 999)),
        (1010, {"valid": 1010}, None),
        (1009, {"valid": 1010}, (1010, 1009)),
        (1020, {"valid": 1010, "ballots": 1020}, None),
        (1019, {"valid": 1010, "ballots": 1020}, (1020, 1019)),
        (2000, {"registered": 999}, (1000, 999)),
        (999, {"registered": 2000}, (1000, 999)),
        (2000, {"registered": 0}, None),  # a booth without a list
    ],
)
def test_votes_beside_registered_voters(
    registered: int, row: dict[str, Any], found: tuple[int, int] | None
) -> None:
    report = of("D303", nation(**{"votes": VOTES, **row}), registered=registered)
    of_voters = [one for one in report.of("D303") if "registered voters" in one.message]
    assert [(one.observed, one.expected) for one in of_voters] == ([found] if found else [])
    for one in of_voters:
        assert one.evidence is QUALITY
        assert f"{one.observed:,.0f} votes are declared for {one.expected:,.0f}" in one.message
        assert one.arithmetic == f"{one.observed:,.0f} − {one.expected:,.0f} = 1"


def test_votes_beside_the_voters_of_an_area_are_a_note() -> None:
    rows = {"areas": [{"votes": VOTES}, {"area": {"state": "N"}, "votes": VOTES, "registered": 9}]}
    (finding,) = of("D303", rows, registered=5000).of("D303")
    assert (finding.evidence, finding.observed, finding.expected) == (NOTE, 1000, 9)


@pytest.mark.parametrize(
    ("registered", "stations", "sizes", "found"),
    [
        (2222, 2, (1000, 1000), False),  # a tenth of the larger may have come or gone
        (2223, 2, (1000, 1000), True),
        (1800, 2, (1000, 1000), False),
        (1799, 2, (1000, 1000), True),
        (2223, 3, (1000, 1000), False),  # the registry may lack one
        (2223, 2, (1000, None), False),  # not every list is known
    ],
)
def test_declared_voters_beside_those_of_the_registry(
    registered: int, stations: int, sizes: tuple[int | None, ...], found: bool
) -> None:
    listed = [
        {"station": f"{at:03d}", **({} if size is None else {"registered": size})}
        for at, size in enumerate(sizes, start=1)
    ]
    report = of(
        "D303",
        nation(votes=VOTES),
        registered=registered,
        stations=stations,
        registry=Registry.of(listed),
    )
    of_lists = [one for one in report.of("D303") if "the registry" in one.message]
    assert [figures(one) for one in of_lists] == (
        [(registered, 2000, registered - 2000)] if found else []
    )


@pytest.mark.parametrize(
    ("votes", "off", "more"),
    [
        (52_100, False, False),
        (52_149, False, False),
        (52_150, False, False),  # half a unit is rounded
        (52_151, True, False),
        (52_199, True, False),
        (52_200, True, True),  # a whole unit is neither cut off nor moved
        (52_050, False, False),
        (52_049, True, False),
        (52_000, True, True),
    ],
)
def test_a_percentage_is_off_beyond_half_a_unit_and_by_more_from_a_unit_on(
    votes: int, off: bool, more: bool
) -> None:
    row = AreaResult(votes={"A": votes}, percentages={"A": 52.1}, valid=100_000)
    found = _off(row, "A", "valid votes", 100_000)
    assert (found is not None) is off
    if found is not None:
        assert found.more_than_a_unit is more
        assert (found.votes, found.total, found.name) == (votes, 100_000, "valid votes")


def test_a_percentage_is_told_with_its_share() -> None:
    row = nation(votes=VOTES, valid=1000, ballots=1000, percentages={"A": 53.0, "B": 40.0})
    (finding,) = of("D304", row).of("D304")
    assert figures(finding) == (50.0, 53.0, -3.0)
    assert "A is declared with 53 %, its votes are 50.0000 % of the valid votes" in finding.message
    assert finding.arithmetic == "500 / 1,000 = 50.000000 %"
    assert finding.evidence is CONTRADICTION
    assert of("D304", row).check("D304").reason == "1 area"
    assert of("D304", row).check("D304").statistic == 1


def test_a_percentage_that_is_cut_off_is_a_note() -> None:
    row = nation(votes={"A": 507, "B": 493, "C": 0}, valid=1000, percentages={"A": 50, "B": 49})
    report = of("D304", row)
    (finding,) = report.of("D304")
    assert finding.evidence is NOTE
    assert figures(finding) == (50.7, 50, 0.7)
    assert finding.message.endswith("cut off, or moved so that all sum to 100, that is explained")
    assert report.check("D304").statistic == 0


def test_a_share_is_told_to_a_millionth_of_a_point() -> None:
    row = nation(votes={"A": 1, "B": 149, "C": 150}, valid=300, ballots=300, percentages={"A": 2.0})
    (finding,) = of("D304", row).of("D304")
    assert figures(finding) == (0.333333, 2.0, -1.66667)
    assert finding.arithmetic == "1 / 300 = 0.333333 %"


def test_what_the_votes_prove_without_a_percentage_is_not_its_own() -> None:
    """500 votes of 400 valid ones exclude each other; that A has all of them adds nothing."""
    row = nation(votes={"A": 500, "B": 0, "C": 0}, valid=400, ballots=450)
    row["areas"][0]["percentages"] = {"A": 100.0}
    (finding,) = of("D304", row).of("D304")
    assert (finding.evidence, finding.proof) == (NOTE, "")
    row["areas"][0]["percentages"] = {"A": 80.0}  # of 450 at the most: fewer than 400
    (finding,) = of("D304", row).of("D304")
    assert finding.evidence is CONTRADICTION


def test_of_several_totals_the_one_that_fits_best_is_taken() -> None:
    row = nation(
        votes=VOTES,
        valid=1000,
        null=250,
        ballots=1250,
        percentages={"A": 40.0, "B": 32.0, "C": 12.0},  # of the ballots, but C, of whom it is 8
    )
    (finding,) = of("D304", row).of("D304")
    assert "C is declared with 12 %, its votes are 8.0000 % of the ballots" in finding.message
    assert finding.arithmetic == "100 / 1,250 = 8.000000 %"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"percentages": {"A": 45.0}}, "from 1,087 to 1,136"),
        ({"percentages": {"A": 1.0}, "votes": {"A": 9, "B": 1, "C": 0}}, "from 450 up"),
    ],
)
def test_a_total_that_is_not_declared_would_explain_them(row: dict[str, Any], words: str) -> None:
    votes = row.get("votes", VOTES)
    bulletin = nation(**{"votes": VOTES, "valid": sum(votes.values()), **row})
    (finding,) = of("D304", bulletin).of("D304")
    assert finding.evidence is NOTE
    assert finding.arithmetic == words
