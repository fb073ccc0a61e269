"""How the lines of sheets relate, at each limit, and what a sheet that fails them still says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tallyverify import Contest
from tallyverify.checking import CaseFacts
from tallyverify.feasibility import summarise_witnesses
from tallyverify.feasibility.figures.papers import OTHER, UNCLASSED
from tallyverify.feasibility.sheets.conventions import Conventions, conventions_of
from tallyverify.feasibility.sheets.mending import Sheet, mended
from tallyverify.feasibility.sheets.witnesses import witnessed
from tests.helpers.cases import CONTEST, table_of

LINES = ["valid", "null", "blank", "ballots"]


def sheet(extra: int, blank: int | None, more: int = 0) -> dict[str, Any]:
    """A sheet of 30 votes, and so many more in its valid line and in its ballots."""
    valid = 30 + extra
    ballots = valid + 4 + more
    return {"A": 20, "B": 9, "C": 1, "valid": valid, "null": 4, "blank": blank, "ballots": ballots}


def told(rows: list[dict[str, Any]], includes: bool | None = None, allowed: int = 1) -> Conventions:
    more = {"lines": LINES, "valid_includes_blank": includes, "votes_allowed": allowed}
    contest = Contest.model_validate({**CONTEST.model_dump(), **more})
    table = table_of([{"state": "N", **row} for row in rows], contest)
    facts = CaseFacts.of(table)
    return conventions_of(summarise_witnesses(table, facts).columns(), facts)


PLAIN, BLANK, ABOVE, BELOW = sheet(0, 5), sheet(5, 5), sheet(8, 5), sheet(-3, 5)
NONE_BLANK, SUMMED = sheet(0, 0), sheet(0, 5, 5)


@pytest.mark.parametrize(
    ("rows", "includes", "kind"),
    [
        ([PLAIN] * 10, None, "="),
        ([BLANK] * 10, None, "blank"),
        ([ABOVE] * 10, None, "over"),
        ([PLAIN] * 5 + [BELOW] * 5, None, "="),  # half of them fail it, and no more
        ([PLAIN] * 4 + [BELOW] * 6, None, "over"),
        # What is above is a slip on two of ten, as many as there are by slips alone; not on three.
        ([PLAIN] * 8 + [ABOVE] * 2, None, "="),
        ([PLAIN] * 7 + [ABOVE] * 3, None, "over"),
        ([PLAIN] * 36 + [ABOVE] * 4, None, "="),  # one in ten
        ([PLAIN] * 35 + [ABOVE] * 5, None, "over"),
        # Slips go both ways: one of four that is below, and of five.
        ([PLAIN] * 6 + [ABOVE] * 3 + [BELOW], None, "="),
        ([PLAIN] * 6 + [ABOVE] * 4 + [BELOW], None, "over"),
        ([NONE_BLANK] * 7 + [BLANK] * 3, True, "blank"),
        ([NONE_BLANK] * 10, True, "blank"),
        ([NONE_BLANK] * 10, None, "="),
        ([sheet(0, None)] * 10, True, "="),  # no blank line shows that it is within
        ([{**PLAIN, "valid": None}] * 10, None, "="),
    ],
)
def test_how_the_valid_line_relates(
    rows: list[dict[str, Any]], includes: bool | None, kind: str
) -> None:
    assert told(rows, includes).valid == kind


def test_papers_with_several_votes_have_a_line_of_their_own() -> None:
    assert told([PLAIN] * 10, allowed=2).valid == "over"
    assert not told([PLAIN] * 10, allowed=2).ballots


@pytest.mark.parametrize(
    ("apart", "others", "summed", "words"),
    [(10, 0, True, 0), (5, 5, True, 0), (4, 6, False, 1)],
)
def test_whether_ballots_are_the_sum_of_the_papers(
    apart: int, others: int, summed: bool, words: int
) -> None:
    found = told([sheet(0, 5, 5)] * apart + [sheet(0, 5, 9)] * others)
    assert (found.valid, found.ballots, len(found.words)) == ("=", summed, words)


@pytest.mark.parametrize(("more", "among"), [(5, False), (0, True)])
def test_blank_votes_within_a_valid_line_or_beside_it(more: int, among: bool) -> None:
    found = told([sheet(8, 5, more)] * 10)
    assert (found.valid, found.ballots, found.among) == ("over", True, among)
    assert found.blank_apart is not among


NAMES = ("A", "B")
FIGURES = st.integers(0, 12)


@example(9, 3, 20, 0, 0, 20, "=")
@example(9, 3, 12, 0, 5, 12, "=")
@example(9, 3, 17, 0, 5, 20, "blank")
@given(FIGURES, FIGURES, FIGURES, FIGURES, FIGURES, FIGURES, st.sampled_from(["=", "blank"]))
def test_a_sheet_is_mended_in_every_way_that_changes_one_figure(
    a: int, b: int, valid: int, null: int, blank: int, ballots: int, kind: str
) -> None:
    figures = {"A": a, "B": b, "valid": valid, "null": null, "blank": blank, "ballots": ballots}

    def sound(one: dict[str, int]) -> bool:
        inside, beside = (one["blank"], 0) if kind == "blank" else (0, one["blank"])
        return (
            one["valid"] == one["A"] + one["B"] + inside
            and one["ballots"] == one["valid"] + one["null"] + beside
        )

    ways = [
        changed
        for name, old in figures.items()
        for new in range(60)
        if new != old and sound(changed := {**figures, name: new})
    ]
    each = {name: [way[name] for way in ways] for name in figures if ways}
    hull = {name: (min(values), max(values)) for name, values in each.items()}
    given_lines = {name: figures[name] for name in LINES}
    found = mended(
        Sheet((a, b), (False, False), given_lines), Conventions(kind, True, ()), NAMES, ()
    )
    assert (found or {}) == hull


def test_lines_that_were_not_read_are_mended_by_none() -> None:
    plain = Conventions("=", True, ())
    only_valid = {"valid": 20, "ballots": -1, "null": -1, "blank": -1}
    found = mended(Sheet((9, 3), (False, False), only_valid), plain, NAMES, ())
    assert found == {"A": (9, 17), "B": (3, 11), "valid": (12, 20)}
    assert mended(Sheet((9, 3), (False, True), only_valid), plain, NAMES, ()) is None


def weighed(*rows: dict[str, Any]) -> Any:
    """Weigh sheets with lists of 100 voters."""
    more = {"lines": LINES}
    contest = Contest.model_validate({**CONTEST.model_dump(), **more})
    table = table_of([{"state": "N", "registered": 100, **row} for row in rows], contest)
    facts = CaseFacts.of(table)
    return witnessed(summarise_witnesses(table, facts).columns(), facts)


@pytest.mark.parametrize(
    ("null", "blank", "ballots", "most"),
    [
        (4, 5, None, 0),  # all its papers are named
        (4, 5, 39, 9),  # as the ballots are told, null and blank papers are among the rest
        (4, None, None, 70),  # of a list of 100
        (None, 5, None, 70),
        (None, None, None, 70),
    ],
)
def test_papers_of_no_class_that_a_sheet_may_hold(
    null: int | None, blank: int | None, ballots: int | None, most: int
) -> None:
    row = {**SUMMED, "ballots": ballots, "null": null, "blank": blank}
    sheets = weighed(*[SUMMED] * 10, row)
    assert (sheets.low(UNCLASSED)[-1], sheets.high(UNCLASSED)[-1]) == (0, most)


@pytest.mark.parametrize(("blank", "most"), [(0, 7), (1, 6), (5, 2), (7, 0), (9, 0)])
def test_votes_for_others_in_a_valid_line_that_is_above_the_rest(blank: int, most: int) -> None:
    row = sheet(7, blank)
    sheets = weighed(*[BLANK] * 10, row)
    assert sheets.conventions.valid == "blank"
    assert sheets.sound.tolist() == [True] * 10 + [blank == 7]
    assert sheets.high(OTHER)[-1] == most


@pytest.mark.parametrize(("sound", "top", "cap"), [(9, -1, -1), (10, 34, 68)])
def test_the_most_seen_is_of_ten_sheets_at_least(sound: int, top: int, cap: int) -> None:
    sheets = weighed(*[{**PLAIN, "registered": None}] * sound)
    assert sheets.limits.top == top
    assert set(sheets.limits.cap.tolist()) == {cap}


def test_where_no_sheet_is_sound_none_says_what_others_may_hold() -> None:
    sheets = weighed(*[{**BELOW, "registered": None}] * 10)
    assert not sheets.sound.any()
    assert sheets.limits.top == -1
    assert set(sheets.limits.cap.tolist()) == {-1}
