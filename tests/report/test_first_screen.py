"""What every face shows first: the verdict and its figure, sheets beside declared, what next."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tallyverify import Report, load_case, verify
from tallyverify.report import Summary, summary_of
from tallyverify.report.first_screen.sentences import deciding
from tallyverify.report.words import status_word
from tests.helpers.cases import declared_of, nation, report_of
from tests.helpers.command import SAMPLES
from tests.helpers.samples import sample_report

SHEETS = [{"state": "N", "town": "a", "valid": 100, "A": 60, "B": 40, "C": 0} for _ in range(40)]


@pytest.fixture(scope="module")
def venezuela() -> Report:
    return verify(load_case(SAMPLES / "venezuela-2024"), checks="compare,inference")


def summary(report: Report) -> Summary:
    assert report.summary is not None
    return report.summary


def test_the_sentence_names_what_cannot_be_true_together(venezuela: Report) -> None:
    assert summary(venezuela).sentence.startswith(
        "CONTRADICTED, if the sheets are authentic: they hold 7,303,480 votes for Edmundo "
        "González; bulletin 2 (96.87 % of the stations) declares 5,326,104. By the sheets Edmundo "
        "González is ahead, by the bulletin Nicolás Maduro. For the declared figures to be true, "
        "at least 3,351 of the 25,073 sheets would have to be wrong; 148 are allowed for, as "
        "honest mistakes. The same verdict holds for bulletin 1."
    )
    asked, every = len(venezuela.answered), len(venezuela.checks)
    assert summary(venezuela).sentence.endswith(f" Only {asked} of the {every} checks were run.")


def test_the_figures_stand_beside_each_other(venezuela: Report) -> None:
    rows = {row.label: row for row in summary(venezuela).figures}
    first, last = rows["Edmundo González"].declared
    assert (rows["Edmundo González"].sheets, first.votes, last.votes) == (
        7_303_480,
        4_445_978,
        5_326_104,
    )
    assert (first.difference, last.difference) == (2_857_502, 1_977_376)
    assert rows["others (all 8)"].sheets == 267_640  # those declared together, on the sheets
    assert rows["others (all 8)"].declared[0].difference == 267_640 - 462_704
    assert rows["valid votes"].sheets == 10_887_262
    assert summary(venezuela).subtraction.endswith("= 1,977,376")
    assert "authentic" in summary(venezuela).rests_on
    assert not summary(venezuela).equal


def test_equal_to_the_vote_is_said() -> None:
    whole = nation(valid=4000, votes={"A": 2400, "B": 1600, "C": 0}, complete=True)
    found = summary(report_of(SHEETS, declared_of(whole)))
    assert found.equal
    assert "declares exactly what the sheets hold, figure by figure" in found.sentence
    assert found.next == "Nothing, by these checks."
    one_off = nation(valid=4000, votes={"A": 2399, "B": 1601, "C": 0}, complete=True)
    assert not summary(report_of(SHEETS, declared_of(one_off))).equal
    # A percentage has no difference in votes: that all is equal is then not said.
    shares = nation(valid=4000, percentages={"A": 60.0, "B": 40.0}, complete=True)
    assert not summary(report_of(SHEETS, declared_of(shares))).equal


def test_a_discrepancy_says_how_few_sheets() -> None:
    off = nation(valid=4000, votes={"A": 2390, "B": 1610, "C": 0}, complete=True)
    found = summary(report_of(SHEETS, declared_of(off)))
    assert found.sentence.startswith(
        "DISCREPANT: the sheets hold 2,400 votes for A; bulletin 1 (the whole count) declares "
        "2,390. For the declared figures to be true, at least 1 of the 40 sheets would have to be "
        "wrong"
    )
    assert found.next.startswith("How the declared figures")


def test_figures_that_exclude_each_other_need_no_authentic_sheets() -> None:
    row = {"valid": 10, "null": 5, "blank": 1, "ballots": 3, "votes": {"A": 6, "B": 4, "C": 0}}
    report = report_of(SHEETS[:1], declared_of(nation(**row)))
    assert report.verdict == "contradicted"
    assert "if the sheets are authentic" not in summary(report).sentence
    assert "exclude each other" in summary(report).sentence


def test_the_bulletin_that_asks_for_most_decides(venezuela: Report) -> None:
    found = deciding(venezuela)
    assert found is not None
    assert (found.code, found.bulletin, found.candidate) == ("D301", "2", "EG")
    turned = venezuela.model_copy(update={"findings": venezuela.findings[::-1]})
    assert deciding(turned) == found


def test_what_the_unseen_would_need_is_said_where_it_is_the_point() -> None:
    report = verify(load_case(SAMPLES / "partial"), checks="compare,inference")
    assert summary(report).needs == (
        "Bulletin final leaves 197,211 votes for stations without a sheet. Its figure of Candidate "
        "A takes 90,168 of them (45.72 %); on the sheets Candidate A has 44.46 %."
    )
    assert "on the sheets of 70.00 % of the stations" in summary(report).sentence
    assert "Candidate A ahead, 301,570 votes (44.83 %)" in summary(report).declared
    assert summary(report).next == "The 450 stations without a sheet."


def test_percentages_alone_are_shown_without_a_difference() -> None:
    row = nation(valid=4000, percentages={"A": 60.0, "B": 40.0})
    found = summary(report_of(SHEETS, declared_of(row))).figures[0].declared[0]
    assert (found.votes, found.percentage, found.difference) == (None, 60.0, None)


def test_only_the_last_two_bulletins_stand_there() -> None:
    votes = {"A": 2400, "B": 1600, "C": 0}
    three = [nation(valid=4000, votes=votes) for _ in range(3)]
    found = summary(report_of(SHEETS, declared_of(*three)))
    assert [one.id for one in found.bulletins] == ["2", "3"]


def test_nothing_declared_is_told(venezuela: Report) -> None:
    found = summary(report_of(SHEETS))
    assert found.sentence.startswith("INSUFFICIENT: ")
    assert found.bulletins == ()
    assert found.figures[0].sheets == 2400


def test_it_stands_in_the_json_and_is_what_the_report_says(venezuela: Report) -> None:
    written: dict[str, Any] = json.loads(venezuela.to_json())["summary"]
    assert Summary.model_validate(written) == summary(venezuela) == summary_of(venezuela)
    assert len(str(summary(venezuela))) < 1500  # fits in a message


@pytest.mark.parametrize(("sample", "most"), [("venezuela-2024", 33), ("clean", 20)])
def test_the_terminal_shows_little(sample: str, most: int) -> None:
    report = sample_report(sample)
    text = report.to_text(width=80)
    lines = text.splitlines()
    assert len(lines) <= most
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith(report.verdict.upper())
    assert lines[-1].startswith(report.verdict.upper())
    assert len(report.to_text(width=80, verbose=True).splitlines()) > 2 * most


def test_passed_is_said_only_where_the_answer_is_yes() -> None:
    report = sample_report("partial")
    words = {check.code: status_word(check) for check in report.checks}
    assert words["D301"] == "passed"
    assert words["D310"] == "noted"  # not settled
    assert words["R104"] == "n/a"
    assert words["F501"] == "not flagged"
    assert words["F506"] == "noted"
    asked = verify(load_case(SAMPLES / "venezuela-2024"), checks="D301,D305,D312")
    words = {check.code: status_word(check) for check in asked.checks}
    assert (words["D301"], words["D305"]) == ("flagged (contradiction)", "flagged (improbable)")
    assert words["R101"] == "not asked"


def test_what_excludes_itself_is_told_before_what_sheets_hold() -> None:
    row = {"valid": 2000, "votes": {"A": 1400, "B": 1600, "C": 0}, "complete": True}
    found = report_of(SHEETS, declared_of(nation(**row)))
    assert found.feasibility is not None
    assert found.feasibility.figures_exclude_each_other
    decides = deciding(found)
    assert decides is not None
    assert decides.code == "D303"
    assert "the sheets hold" not in summary(found).sentence
