"""D303 to D309: the figures that a finding names, and each limit from both of its sides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Contest, Evidence, Finding, Registry, Report, Status
from tallyverify.compare import rounded_counts
from tallyverify.compare.declared.percentages import _off
from tallyverify.errors import InputError
from tallyverify.records import AreaResult
from tests.helpers.cases import CONTEST, declared_of, nation, report_of

SHEETS = [{"state": "N", "town": "x", "A": 1, "B": 1, "C": 1}]
VOTES = {"A": 500, "B": 400, "C": 100}
NOTE, QUALITY = Evidence.NOTE, Evidence.QUALITY
DISCREPANCY, CONTRADICTION = Evidence.DISCREPANCY, Evidence.CONTRADICTION


def of(code: str, *bulletins: dict[str, Any], **more: Any) -> Report:
    registry = more.pop("registry", None)
    contest = more.pop("contest", CONTEST)
    return report_of(SHEETS, declared_of(*bulletins, **more), registry, code, contest)


def figures(one: Finding) -> tuple[Any, ...]:
    return one.observed, one.expected, one.difference


# D303


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


# D304


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


# D305


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
    test = rounded_counts([1, 1], total, decimals)
    assert test.pvalue >= min(1.0, len(beside) / (total + 1)) - 1e-12
    if total >= 2 * scale:  # no two percentages share a number
        assert test.pvalue == pytest.approx(min(1.0, len(beside) / total))
    assert rounded_counts([1, 1, 0, 1], total, decimals).pvalue == pytest.approx(test.pvalue**2)
    assert rounded_counts([total], total, decimals).pvalue == 1
    assert rounded_counts([0, 0], total, decimals).pvalue == 1


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


# D306 and D307


def test_what_fell_is_told_with_both_figures() -> None:
    first = nation(votes={"A": 500, "B": 400, "C": 100}, valid=1000)
    last = nation(votes={"A": 600, "B": 300, "C": 300}, valid=1200)
    report = of("D306", first, last)
    (finding,) = report.of("D306")
    assert figures(finding) == (300, 400, -100)
    assert (finding.candidate, finding.bulletin) == ("B", "2")
    assert finding.arithmetic == "300 − 400 = −100"
    assert "bulletin 2 declares 300 for B, 100 fewer than bulletin 1 before it" in finding.message
    assert finding.evidence is CONTRADICTION
    check = report.check("D306")
    assert (check.reason, check.statistic) == ("1 pair", 1)


@pytest.mark.parametrize("line", ["valid", "null", "blank", "ballots", "stations"])
def test_a_line_that_falls_by_one_beside_others_that_stay(line: str) -> None:
    lines = {"valid": 1000, "null": 40, "blank": 30, "ballots": 1070, "stations": 9}
    votes = {"A": 1, "B": 1}
    days = [
        {**nation(votes=votes, **row), "issued": f"2024-07-2{at}"}
        for at, row in enumerate((lines, {**lines, line: lines[line] - 1}))
    ]
    report = of("D306", *days, stations=20)
    (finding,) = report.of("D306")
    assert figures(finding) == (lines[line] - 1, lines[line], -1)
    assert finding.candidate is None
    assert report.check("D306").statistic == 1


@pytest.mark.parametrize(("together", "found"), [(60, 0), (61, 0), (59, 1)])
def test_candidates_who_are_a_group_in_the_later(together: int, found: int) -> None:
    first = nation(votes={"A": 50, "B": 40, "C": 20})
    group = [{"name": "others", "candidates": ["B", "C"], "votes": together}]
    report = of("D306", first, nation(votes={"A": 50}, groups=group))
    assert len(report.of("D306")) == found
    for one in report.of("D306"):
        assert figures(one) == (together, 60, together - 60)
    # A group that holds one more says nothing of those alone.
    wider = [{"name": "others", "candidates": ["A", "B", "C"], "votes": 100}]
    assert of("D306", first, nation(votes={}, groups=wider, valid=120)).of("D306")


def test_bulletins_corrected_are_no_fall() -> None:
    first = {**nation(votes=VOTES), "issued": "2024-07-28"}
    last = {**nation(votes={"A": 1, "B": 1, "C": 1}), "correction": True, "issued": "2024-07-29"}
    report = of("D306", first, last)
    assert [one.evidence for one in report.of("D306")] == [NOTE]
    assert report.check("D306").status is Status.NOT_APPLICABLE
    third = {**nation(votes={"A": 2, "B": 2, "C": 0}), "issued": "2024-07-30"}
    check = of("D306", first, last, third).check("D306")
    assert (check.statistic, check.reason) == (1, "1 pair")


@pytest.mark.parametrize(("valid", "found"), [(1099, 1), (1100, 0), (1101, 0)])
def test_a_candidate_gains_more_than_was_added_in_all(valid: int, found: int) -> None:
    first = nation(votes={"A": 500, "B": 400}, valid=1000)
    last = nation(votes={"A": 600, "B": 400}, valid=valid)
    report = of("D307", first, last)
    sure = [one for one in report.of("D307") if one.expected is not None]
    assert len(sure) == found
    for one in sure:
        assert figures(one) == (100, 99, 1)
        assert one.arithmetic == "100 > 99"
        assert "A gains 100 votes where 99 valid votes were added in all" in one.message
        assert one.evidence is DISCREPANCY
    assert report.check("D307").reason == "1 batch"
    assert report.check("D307").statistic == found


@pytest.mark.parametrize(("valid", "found"), [(1149, 1), (1150, 0)])
def test_candidates_gain_more_together_than_was_added(valid: int, found: int) -> None:
    first = nation(votes={"A": 500, "B": 400}, valid=1000)
    last = nation(votes={"A": 600, "B": 450}, valid=valid)
    sure = [one for one in of("D307", first, last).of("D307") if one.expected is not None]
    assert len(sure) == found
    for one in sure:
        assert figures(one) == (150, 149, 1)
        assert one.arithmetic == "100 (A) + 50 (B) = 150 > 149"


def test_a_batch_is_told_beside_what_was_seen() -> None:
    first = nation(votes={"A": 500, "B": 400}, valid=1000)
    last = nation(votes={"A": 530, "B": 460}, valid=1100)
    (note,) = of("D307", first, last).of("D307")
    assert (note.evidence, note.candidate, note.observed) == (NOTE, "B", 0.6)
    assert note.arithmetic == "60 / 100 = 60.00 %"
    assert "100 valid votes were added, 60.00 % of them for B" in note.message
    same = nation(votes={"A": 500, "B": 400}, valid=1000)
    assert of("D307", first, same).of("D307") == ()
    less = nation(votes={"A": 500, "B": 400}, valid=999)
    assert of("D307", first, less).of("D307") == ()  # that is for D306
    without = nation(votes={"A": 530, "B": 460})
    assert of("D307", first, without).check("D307").status is Status.NOT_APPLICABLE
    gained = nation(votes={"A": 510, "B": 400}, valid=1000)
    (finding,) = of("D307", first, gained).of("D307")  # ten votes of none that were added
    assert (figures(finding), finding.arithmetic) == ((10, 0, 10), "10 > 0")
    by_one = nation(votes={"A": 501, "B": 400}, valid=1001)
    (note,) = of("D307", first, by_one).of("D307")
    assert note.arithmetic == "1 / 1 = 100.00 %"


def test_a_batch_beside_seen_areas_one_of_which_has_just_its_share() -> None:
    sheets = [{"state": f"S{at}", "A": 60 + 5 * at, "B": 40, "C": 0} for at in range(8)]
    first = nation(votes={"A": 500, "B": 400}, valid=1000)
    last = nation(votes={"A": 560, "B": 440}, valid=1100)
    (note,) = report_of(sheets, declared_of(first, last), checks="D307").of("D307")
    says = "in 8 seen areas of like size it was 60.00 to 70.37 %, 8 of them as high"
    assert says in note.message


# D308 and D309


@pytest.mark.parametrize(
    ("south", "more", "found"),
    [
        (400, {}, None),
        (401, {}, (1001, 1000)),
        (399, {}, (999, 1000)),
        (399, {"stations": 5}, (999, 1000)),
    ],
)
def test_areas_sum_to_their_parent(
    south: int, more: dict[str, Any], found: tuple[int, int] | None
) -> None:
    rows = [
        {"votes": {"A": 1000}, "stations": 4, **more},
        {"area": {"state": "N"}, "votes": {"A": 600}, "stations": 2},
        {"area": {"state": "S"}, "votes": {"A": south}, "stations": 2},
    ]
    report = of("D308", {"areas": rows})
    told = [one for one in report.of("D308") if one.message.find("A: 2 areas") >= 0]
    assert [(one.observed, one.expected) for one in told] == ([found] if found else [])
    for one in told:
        gap = south - 400
        assert one.difference == gap
        spelt = f"{600 + south:,} − 1,000 = {'−' if gap < 0 else ''}{abs(gap)}"
        assert one.arithmetic == spelt
        assert f"2 areas below sum to {600 + south:,}, 1,000 are declared" in one.message
        assert one.evidence is (NOTE if more else DISCREPANCY)
    check = report.check("D308")
    assert check.reason == "1 parent area"
    assert check.statistic == sum(one.evidence is not NOTE for one in report.of("D308"))


@pytest.mark.parametrize(
    ("listed", "evidence"),
    [(("N", "S"), DISCREPANCY), (("N", "S", "W"), NOTE), (("N",), NOTE)],
)
def test_areas_are_all_there_if_the_registry_names_no_other(
    listed: tuple[str, ...], evidence: Evidence
) -> None:
    registry = Registry.of(
        [{"station": f"{at:03d}", "areas": {"state": name}} for at, name in enumerate(listed, 1)]
    )
    rows = [
        {"votes": {"A": 1000}, "complete": True},
        {"area": {"state": "N"}, "votes": {"A": 600}, "complete": True},
        {"area": {"state": "S"}, "votes": {"A": 399}, "complete": True},
    ]
    report = of("D308", {"areas": rows}, registry=registry, stations=len(listed))
    (finding,) = report.of("D308")
    assert figures(finding) == (999, 1000, -1)
    assert finding.evidence is evidence


def test_a_registry_without_any_station_there_names_no_area() -> None:
    registry = Registry.of([{"station": "001", "areas": {"state": "S", "town": "z"}}])
    towns = [
        {"area": {"state": "N", "town": town}, "votes": {"A": votes}, "complete": True}
        for town, votes in (("x", 600), ("y", 399))
    ]
    rows = [{"area": {"state": "N"}, "votes": {"A": 1000}, "complete": True}, *towns]
    report = of("D308", {"areas": rows}, registry=registry, stations=1)
    (finding,) = report.of("D308")
    assert (finding.evidence, figures(finding)) == (NOTE, (999, 1000, -1))


def test_beyond_the_most_proofs_it_is_said_that_none_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tallyverify.compare.declared.nested.MOST_PROOFS", 1)
    rows = [
        {"votes": {"A": 1000, "B": 900, "C": 0}, "stations": 4},
        {"area": {"state": "N"}, "votes": {"A": 700, "B": 600, "C": 0}, "stations": 2},
        {"area": {"state": "S"}, "votes": {"A": 400, "B": 350, "C": 0}, "stations": 2},
    ]
    first, second = of("D308", {"areas": rows}).of("D308")
    assert (figures(first), first.evidence is NOTE) == ((1100, 1000, 100), False)
    assert (figures(second), second.evidence) == ((950, 900, 50), NOTE)
    assert second.message.endswith("larger differences were proved first, and this one was not")


def test_towns_lie_in_their_state_and_not_in_the_country_beside_it() -> None:
    def rows(town: int) -> dict[str, Any]:
        return {
            "areas": [
                {"votes": {"A": 1000}, "stations": 4},
                {"area": {"state": "N"}, "votes": {"A": 1000}, "stations": 4},
                {"area": {"state": "N", "town": "x"}, "votes": {"A": town}, "stations": 4},
            ]
        }

    fits = of("D308", rows(1000))
    assert fits.of("D308") == ()
    assert fits.check("D308").reason == "2 parent areas"
    (finding,) = of("D308", rows(1100)).of("D308")
    assert finding.area == {"state": "N"}
    assert figures(finding) == (1100, 1000, 100)
    # Without the state, the towns are next below the country.
    left = {"areas": [rows(1100)["areas"][0], rows(1100)["areas"][2]]}
    (finding,) = of("D308", left).of("D308")
    assert finding.area == {}


def test_lines_are_summed_over_the_areas_that_declare_them() -> None:
    rows = [
        {"votes": {"A": 1000}, "null": 9, "stations": 4},
        {"area": {"state": "N"}, "votes": {"A": 600}, "null": 9, "stations": 2},
        {"area": {"state": "S"}, "votes": {"A": 400}, "stations": 2},
    ]
    assert of("D308", {"areas": rows}).of("D308") == ()
    rows[1]["null"] = 10
    (finding,) = of("D308", {"areas": rows}).of("D308")
    assert figures(finding) == (10, 9, 1)
    rows[1]["null"] = 8
    (finding,) = of("D308", {"areas": rows}).of("D308")
    assert (finding.evidence, figures(finding)) == (NOTE, (8, 9, -1))


@pytest.mark.parametrize(
    ("coverage", "stations", "expected"),
    [
        # 96.87 % give or take 0.005, and as much again where it was cut off.
        (0.9687, 9686, None),
        (0.9687, 9688, None),
        (0.9687, 9685, 9687),
        (0.9687, 9689, 9687),
    ],
)
def test_a_coverage_may_be_off_by_a_unit(
    coverage: float, stations: int, expected: int | None
) -> None:
    row = nation(votes=VOTES, coverage=coverage, stations=stations)
    for basis, evidence in (("stations", QUALITY), ("registered", NOTE)):
        report = of("D309", row, stations=10_000, coverage_basis=basis)
        found = report.of("D309")
        assert [one.expected for one in found] == ([expected] if expected else [])
        for one in found:
            assert one.observed == stations
            share = f"{stations / 100:g}"
            assert one.arithmetic == f"{stations:,} of 10,000 stations = {share} %"
            assert "a coverage of 96.865 to 96.875 % is claimed" in one.message
            assert f"the stations counted are {share} %" in one.message
            assert one.evidence is evidence or basis == "stations"
            assert one.evidence is not NOTE or basis == "registered"
        assert report.check("D309").reason == "1 area"
        assert report.check("D309").statistic == len(found)


@pytest.mark.parametrize(("stations", "found"), [(10, 0), (11, 1)])
def test_more_stations_counted_than_there_are(stations: int, found: int) -> None:
    report = of("D309", nation(votes=VOTES, stations=stations), stations=10)
    assert len(report.of("D309")) == found
    for one in report.of("D309"):
        assert figures(one) == (11, 10, 1)
        assert one.arithmetic == "11 of 10 stations: 1 too many"
        assert "11 stations are counted where there are 10" in one.message
        assert one.evidence is not NOTE


@pytest.mark.parametrize(("declared", "found"), [(3, 0), (2, 1)])
def test_more_sheets_than_stations_that_are_declared(declared: int, found: int) -> None:
    rows = [{**SHEETS[0], "station": f"{at}"} for at in range(3)]
    report = report_of(rows, declared_of(nation(votes=VOTES), stations=declared), checks="D309")
    assert len(report.of("D309")) == found
    for one in report.of("D309"):
        assert (one.evidence, *figures(one)) == (QUALITY, 3, 2, 1)
        assert one.arithmetic == "3 − 2 = 1"
        assert "sheets of 3 stations, and 2 are declared" in one.message
    status = report.check("D309").status
    assert status is (Status.FLAGGED if found else Status.NOT_APPLICABLE)
