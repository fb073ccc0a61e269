"""What rows and codes mean: proposed where the evidence is plain, asked about where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tallyverify as tv
from tallyverify.records import Cut, Subtotals
from tests.propose.missions import ENGLISH, SHAPES, header, rows_of, truth_of

TRUTH = truth_of(ENGLISH, seed=3)


def frame(**columns: Any) -> pd.DataFrame:
    """Return the sheets, with further columns or others in their place, given by row."""
    whole = pd.DataFrame(rows_of(TRUTH), columns=header(ENGLISH)).astype(str)
    return whole.assign(**{n: [one(at) for at in range(len(whole))] for n, one in columns.items()})


def of_shape(folder: Path, name: str) -> tv.Proposal:
    (path,) = SHAPES[name](folder, TRUTH)
    return tv.propose(path)


def asked(proposal: tv.Proposal, *words: str) -> bool:
    return any(all(word in one for word in words) for one in proposal.questions)


# --- Order of arrival ---------------------------------------------------------------------------


def clock(at: int) -> str:
    return f"2031-05-04 {19 + at // 20:02}:{at % 20 * 3:02}"


@pytest.mark.parametrize("name", ["Received", "Hora de llegada", "X"])
def test_times_that_go_up_are_the_order_of_arrival(name: str) -> None:
    proposal = tv.propose(frame(**{name: clock}))
    assert proposal.mapping.order == name
    assert proposal.mapping.station == ("Precinct",)
    assert asked(proposal, f"Does '{name}' say when each sheet arrived?")


@pytest.mark.parametrize(("name", "order"), [("Received", "Received"), ("X", None)])
def test_times_out_of_order_are_taken_by_their_name_alone(name: str, order: str | None) -> None:
    proposal = tv.propose(frame(**{name: lambda at: clock(at * 7 % 48)}))
    assert proposal.mapping.order == order
    assert asked(proposal, repr(name), "mapping.order")


def test_rows_that_are_numbered_have_no_order() -> None:
    assert tv.propose(frame(No=lambda at: str(at + 1))).mapping.order is None
    numbered = tv.propose(frame(Sequence=lambda at: str(at * 7 % 48 + 1)))
    assert numbered.mapping.order == "Sequence"


def test_hours_past_midnight_and_other_days_are_asked_about() -> None:
    for time in (
        lambda at: f"{(19 + at // 8) % 24:02}:05",
        lambda at: f"4/5/31 {19 + at // 20}:05",
    ):
        proposal = tv.propose(frame(Received=time))
        assert proposal.mapping.order is None
        assert asked(proposal, "'Received'", "2030-05-05T21:30")


# --- Totals -------------------------------------------------------------------------------------


def test_a_column_that_tells_totals_is_a_rule(tmp_path: Path) -> None:
    proposal = of_shape(tmp_path, "levels_named")
    rule = Subtotals(column="Level", equals=("Country", "County"))
    assert proposal.mapping.subtotals == rule
    assert proposal.mapping.areas == {"county": "County", "ward": "Ward"}
    assert any("same sums in 8 columns" in said for said in proposal.evidence)
    assert asked(proposal, "'Country', 'County' in 'Level' sums")


def test_a_column_of_kinds_is_no_rule() -> None:
    proposal = tv.propose(frame(Level=lambda at: "urban" if at % 3 else "rural"))
    assert proposal.mapping.subtotals is None


def test_totals_without_a_label_are_found_where_they_stand(tmp_path: Path) -> None:
    proposal = of_shape(tmp_path, "totals_above")
    assert proposal.mapping.subtotals == "leave_out"
    assert any(said.startswith("4 rows lack a text") for said in proposal.evidence)
    table = tv.read_actas(tmp_path / "a.csv", contest=proposal.contest, mapping=proposal.mapping)
    assert len(table) == 48


def test_a_row_without_a_text_is_no_total_by_that_alone() -> None:
    some = frame()
    some.loc[[5, 20], "Ward"] = ""
    assert tv.propose(some).mapping.subtotals is None


# --- Ballots that are nobody's ------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Challenged", "Votos impugnados", "Contested ballots", "Litigieux"]
)
def test_ballots_that_are_nobodys_are_no_candidate(name: str) -> None:
    some = frame(**{name: lambda at: str(at % 7)}).drop(columns="Valid votes")
    some["Ballots cast"] = (some["Ballots cast"].astype(int) + some[name].astype(int)).astype(str)
    proposal = tv.propose(some)
    assert list(proposal.mapping.votes.values()) == list(ENGLISH.candidates)
    assert proposal.mapping.lines[name] == name
    assert proposal.contest.ballot_lines == ("null", "blank", name)
    assert asked(proposal, repr(name), "count for nobody")
    table = tv.read_actas(some, contest=proposal.contest, mapping=proposal.mapping)
    assert int(table.figure(name)[0].sum()) == some[name].astype(int).sum()


def test_in_a_long_file_too() -> None:
    options = [*ENGLISH.candidates, "Spoilt", "Challenged ballots"]
    rows = [
        (ENGLISH.places[one.place], one.number, option, (*one.votes, one.null, one.blank)[at])
        for one in TRUTH.stations
        for at, option in enumerate(options)
    ]
    proposal = tv.propose(pd.DataFrame(rows, columns=["County", "Precinct", "Option", "Votes"]))
    assert list(proposal.mapping.votes.values()) == list(ENGLISH.candidates)
    assert proposal.mapping.lines["Challenged ballots"] == "Challenged ballots"


# --- Keys inside texts --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Mesa {}", "acta-{}.pdf", "PS/{} (A)", "ж{}ß"])
def test_a_number_between_the_same_words_is_the_key(text: str) -> None:
    some = frame(Precinct=lambda at: text.format(f"{at * 3:04}"))
    proposal = tv.propose(some)
    (code,) = proposal.mapping.station
    assert isinstance(code, Cut)
    table = tv.read_actas(some, contest=proposal.contest, mapping=proposal.mapping)
    assert table.frame["station"].tolist() == [f"{at * 3:04}" for at in range(48)]


def test_a_key_that_varies_in_two_places_is_asked_about(tmp_path: Path) -> None:
    proposal = of_shape(tmp_path, "key_within_a_code")
    assert proposal.mapping.station == ("Precinct",)
    assert asked(proposal, "first part of 'Precinct'", "'1001' of '1001-000.pdf'")


def test_a_status_in_words_that_are_not_known_is_asked_about() -> None:
    some = frame(Sheet=lambda at: ("in order", "annulled", "elsewhere")[(at % 9 == 0) + (at == 5)])
    proposal = tv.propose(some)
    assert proposal.mapping.status is None
    assert asked(proposal, "Does 'Sheet' say which sheets count", "mapping.status")


def test_rows_without_any_cell_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    frame().to_csv(path, index=False)
    path.write_text(path.read_text() + ",,,,,,,,,,\n" * 3)
    proposal = tv.propose(path)
    assert proposal.mapping.station == ("Precinct",)
    assert not proposal.questions
