"""Long files: one row per station and option."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify import Case, verify
from tallyverify.errors import InputError
from tallyverify.readers import read_actas
from tallyverify.table.actas import ActaTable
from tests.helpers.small import CONTEST, rows_of, written

LONG: dict[str, Any] = {
    "layout": "long",
    "station": "precinct",
    "areas": {"state": "county"},
    "option": "candidate",
    "count": "votes",
    "votes": {"A": "Ann Ay", "B": "Bob Bee"},
    "lines": {"valid": "Total"},
}
HEADER = "county,precinct,office,candidate,votes"
ROWS = (
    "N,P1,President,Ann Ay,8",
    "N,P1,President,Bob Bee,4",
    "N,P1,President,Total,12",
    "S,P2,President,Ann Ay,3",
    "S,P2,President,Bob Bee,0",
    "S,P2,President,Total,3",
)


def read(folder: Path, *rows: str, **changed: Any) -> ActaTable:
    path = written(folder, "\n".join([HEADER, *rows]))
    return read_actas(path, contest=CONTEST, mapping={**LONG, **changed})


def test_rows_become_one_acta_each(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS)
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]
    assert rows_of(table, "row", "state") == [(2, "N"), (5, "S")]
    assert table.source.rows == 6


def test_rows_of_one_station_need_not_be_neighbours(tmp_path: Path) -> None:
    mixed = [ROWS[at] for at in (3, 2, 5, 1, 4, 0)]
    assert sorted(rows_of(read(tmp_path, *mixed))) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]


def test_an_option_without_a_row_is_missing_not_zero(tmp_path: Path) -> None:
    assert rows_of(read(tmp_path, *ROWS[:4], ROWS[5])) == [("P1", 12, 8, 4), ("P2", 3, 3, None)]


def test_a_second_row_of_an_option_begins_a_second_acta(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS, "N,P1,President,Ann Ay,9", "N,P1,President,Bob Bee,4")
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0), ("P1", None, 9, 4)]
    assert rows_of(table, "row")[2] == (8,)


def test_an_unknown_option_is_an_error_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"does not place(.|\n)*'Bob Be'(.|\n)*mean 'Bob Bee'"):
        read(tmp_path, *ROWS, "S,P2,President,Bob Be,4")
    with pytest.raises(InputError, match=r"'Write-ins'(.|\n)*mapping.ignore"):
        read(tmp_path, *ROWS, "S,P2,President,Write-ins,4")


def test_an_option_that_has_no_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no rows for(.|\n)*'Ann Ai'(.|\n)*mean 'Ann Ay'"):
        read(tmp_path, *ROWS, votes={"A": ["Ann Ai", "Ann Ay"], "B": "Bob Bee"})


def test_ignored_texts_are_left_out(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS, "S,P3,President,Write-ins,4", ignore="Write-ins")
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]


def test_where_keeps_one_contest(tmp_path: Path) -> None:
    other = ("N,P1,Governor,Cy Cee,99", "N,P1,Governor,Total,99")
    table = read(tmp_path, other[0], *ROWS, other[1], where={"office": "President"})
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]
    assert rows_of(table, "row") == [(3,), (6,)]
    with pytest.raises(InputError, match=r"no row has(.|\n)*'President'(.|\n)*'Mayor'"):
        read(tmp_path, *ROWS, where={"office": "Mayor"})


def test_where_takes_one_of_several_texts(tmp_path: Path) -> None:
    rows = [ROWS[0].replace("President", "Pres."), *ROWS[1:]]
    table = read(tmp_path, *rows, where={"office": ["President", "Pres."]})
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]


def test_an_option_may_be_the_sum_of_several_texts(tmp_path: Path) -> None:
    rows = [*ROWS, "N,P1,President,A. Ay,10", "S,P2,President,A. Ay,x"]
    table = read(tmp_path, *rows, votes={"A": ["Ann Ay", "A. Ay"], "B": "Bob Bee"})
    assert rows_of(table) == [("P1", 12, 18, 4), ("P2", 3, None, 0)]


def test_an_unread_cell_is_named_by_its_acta_and_option(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS[:4], "S,P2,President,Bob Bee,four", ROWS[5])
    assert rows_of(table)[1] == ("P2", 3, 3, None)
    assert table.unread.to_dict("records") == [
        {"row": 5, "station": "P2", "column": "Bob Bee", "text": "four", "reason": "illegible"}
    ]


def test_a_large_count_is_exact(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS[:2], "N,P1,President,Total,9999999999")
    assert rows_of(table) == [("P1", 9_999_999_999, 8, 4)]


def test_no_row_of_any_option_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rows for an option"):
        read(tmp_path, "S,P3,President,Write-ins,4", ignore="Write-ins")


def test_the_same_text_for_two_figures_is_an_error(tmp_path: Path) -> None:
    for changed in (
        {"votes": {"A": "Ann Ay", "B": "Ann Ay"}, "ignore": "Bob Bee"},
        {"votes": {"A": "Ann Ay", "B": ["Bob Bee", "Ann Ay"]}},
        {"lines": {"valid": "Ann Ay"}, "ignore": "Total"},
        {"ignore": "Ann Ay"},
        {"ignore": "Total"},
    ):
        with pytest.raises(InputError, match=r"counted twice: '(Ann Ay|Total)'"):
            read(tmp_path, *ROWS, **changed)


def test_of_listed_texts_what_is_there_is_added(tmp_path: Path) -> None:
    rows = [*ROWS[:3], *(row.replace("Ann Ay", "A. AY") for row in ROWS[3:])]
    table = read(tmp_path, *rows, votes={"A": ["Ann Ay", "A. AY"], "B": "Bob Bee"})
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]
    table = read(
        tmp_path, *rows, "N,P1,President,A. AY,-", votes={"A": ["Ann Ay", "A. AY"], "B": "Bob Bee"}
    )
    assert rows_of(table)[0] == ("P1", 12, None, 4)


def test_absent_may_mean_zero(tmp_path: Path) -> None:
    rows = (*ROWS[:4], "S,P3,President,Write-ins,4")
    table = read(tmp_path, *rows, absent="zero", ignore="Write-ins")
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", None, 3, 0), ("P3", None, 0, 0)]
    table = read(tmp_path, *ROWS[:1], absent="zero")
    assert rows_of(table) == [("P1", None, 8, 0)]
    assert "no station has a row for 'Bob Bee': zero votes" in table.source.text


def test_an_unread_count_is_not_absent(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS[:4], "S,P2,President,Bob Bee,x", absent="zero")
    assert rows_of(table)[1] == ("P2", None, 3, None)


def test_a_line_with_a_column_of_its_own(tmp_path: Path) -> None:
    voters = ["90", "90", "90", "70", "", "71"]
    rows = [f"{row},{n}" for row, n in zip(ROWS, voters, strict=True)]
    path = written(tmp_path, "\n".join([HEADER + ",VOTERS", *rows]))
    lines = {"valid": "Total", "registered": {"column": "VOTERS"}}
    table = read_actas(path, contest=CONTEST, mapping={**LONG, "lines": lines})
    assert rows_of(table, "station", "registered", "valid") == [("P1", 90, 12), ("P2", None, 3)]
    assert table.unread[["row", "station", "column", "text"]].values.tolist() == [
        [5, "P2", "VOTERS", "70 ≠ 71"]
    ]
    path.write_text(path.read_text().replace(",71", ",70"))
    table = read_actas(path, contest=CONTEST, mapping={**LONG, "lines": lines})
    assert rows_of(table, "registered") == [(90,), (70,)]
    path.write_text(path.read_text().replace("Total,3,70", "Total,3,x"))
    table = read_actas(path, contest=CONTEST, mapping={**LONG, "lines": lines})
    assert rows_of(table, "registered")[1] == (None,)
    assert table.unread["text"].tolist() == ["x"]


def test_several_columns_name_the_option(tmp_path: Path) -> None:
    rows = [row.replace("Ann Ay", "Ay").replace("President", "Red") for row in ROWS]
    rows = [row.replace("Red", "") if "Total" in row else row for row in rows]
    votes = {"A": "Ay / Red", "B": "Bob Bee / Red"}
    table = read(tmp_path, *rows, option=["candidate", "office"], votes=votes)
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]
    with pytest.raises(InputError, match=r"column 'candidate', 'office'(.|\n)*'Ay / Green'"):
        read(tmp_path, *rows, "N,P1,Green,Ay,1", option=["candidate", "office"], votes=votes)


def test_a_station_whose_rows_name_two_areas_is_in_both(tmp_path: Path) -> None:
    rows = [ROWS[0].replace("N,", "S,"), *ROWS[1:]]
    names = ("station", "state", "valid", "A", "B")
    table = read(tmp_path, *rows)
    assert rows_of(table, *names) == [
        ("P1", "S", 12, 8, 4),
        ("P1", "N", 12, 8, 4),
        ("P2", "S", 3, 3, 0),
    ]
    assert sorted(rows_of(read(tmp_path, *rows[::-1]), *names)) == sorted(rows_of(table, *names))
    assert len(read(tmp_path, ROWS[0].replace("N,", "n,"), *ROWS[1:])) == 2


@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    columns = HEADER.split(",")
    rows = [ROWS[0].replace("N,", "S,"), *ROWS[1:]]
    frame = pd.DataFrame([rows[at].split(",") for at in order], columns=columns)
    table = read_actas(frame, contest=CONTEST, mapping=LONG)
    assert sorted(rows_of(table, "station", "state", "valid", "A", "B")) == [
        ("P1", "N", 12, 8, 4),
        ("P1", "S", 12, 8, 4),
        ("P2", "S", 3, 3, 0),
    ]


def test_parts_of_one_station_lie_in_one_area(tmp_path: Path) -> None:
    rows = [ROWS[0].replace("N,", "S,"), *ROWS[1:]]
    with pytest.raises(InputError, match="parts of one station lie in two areas"):
        read(tmp_path, *rows, repeated="sum")


# Rows that give an option again.


def again(*batches: str, folder: Path) -> ActaTable:
    """Read two sheets of one station, 8 + 4 = 12 and 7 + 6 = 13, each row with its batch."""
    figures = (("Ann Ay", 8, 7), ("Bob Bee", 4, 6), ("Total", 12, 13))
    rows = [
        f"N,P1,President,{name},{both[at]},{batches[at]}"
        for name, *both in figures
        for at in (1, 0)
    ]
    path = written(folder, "\n".join([HEADER + ",batch", *rows]))
    return read_actas(path, contest=CONTEST, mapping=LONG)


def test_rows_that_agree_in_the_other_columns_are_of_one_sheet(tmp_path: Path) -> None:
    for batches in (("1", "2"), ("2", "1"), ("9", "10"), ("a", "b")):
        table = again(*batches, folder=tmp_path)
        assert sorted(rows_of(table)) == [("P1", 12, 8, 4), ("P1", 13, 7, 6)]
        assert table.one_sheet.all()
        assert table.source.settled == ()


def test_where_nothing_says_which_rows_are_of_one_sheet_none_is_judged(tmp_path: Path) -> None:
    table = again("1", "1", folder=tmp_path)
    assert sorted(rows_of(table)) == [("P1", 12, 7, 4), ("P1", 13, 8, 6)]
    assert not table.one_sheet.any()
    assert table.source.settled[0].startswith("of 1 station some option stands in several rows")
    report = verify(Case(CONTEST, table), checks="rules")
    assert report.of("R101") == ()
    assert [f.observed for f in report.of("T202") if f.station] == [2]
    # One more row of one option: which sheet it is of, the others do not say.
    table = read(tmp_path, *ROWS, "N,P1,President,Ann Ay,9")
    assert table.one_sheet.tolist() == [False, True, False]
    # Rows that are added up need not be told apart.
    table = read(tmp_path, *ROWS, "N,P1,President,Ann Ay,9", repeated="sum")
    assert table.one_sheet.all()


def test_of_rows_that_differ_in_one_figure_alone_the_sheets_are_known(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS, *ROWS[1:3], "N,P1,President,Ann Ay,9")
    assert rows_of(table)[::2] == [("P1", 12, 8, 4), ("P1", 12, 9, 4)]
    assert table.one_sheet.all()


def test_what_the_rows_of_a_station_should_repeat_and_do_not_is_said(tmp_path: Path) -> None:
    kinds = ["urban", "", "rural", "rural", "rural", ""]
    rows = [f"{row},{kind}" for row, kind in zip(ROWS, kinds, strict=True)]
    path = written(tmp_path, "\n".join([HEADER + ",KIND", *rows]))
    table = read_actas(path, contest=CONTEST, mapping={**LONG, "kind": "KIND"})
    assert rows_of(table, "station", ":kind") == [("P1", ""), ("P2", "rural")]
    (finding,) = verify(Case(CONTEST, table), checks="R106").of("R106")
    assert finding.message == (
        "actas.csv: row 2, column 'KIND': rows of this station differ, 'rural ≠ urban'; neither is "
        "taken"
    )


@pytest.mark.parametrize("place", ["", "a ", "z "])
@pytest.mark.parametrize("beside", ["share", "row", "digest"])
@settings(max_examples=5)
@given(st.permutations(range(6)))
def test_what_goes_with_the_votes_tells_no_sheets_apart(
    place: str, beside: str, order: list[int]
) -> None:
    """Such a column stands wherever in the alphabet; the batches are what all options share."""
    said = {"share": ("67", "54", "33", "46", "100", "99"), "row": tuple("142356")}
    said["digest"] = ("9f", "03", "c1", "77", "2b", "e0")
    figures = (("Ann Ay", 8, 7), ("Bob Bee", 4, 6), ("Total", 12, 13))
    rows = [
        {"county": "N", "precinct": "P1", "candidate": name, "votes": str(votes), "batch": batch}
        for name, *both in figures
        for batch, votes in zip("12", both, strict=True)
    ]
    frame = pd.DataFrame(rows)
    frame[place + beside] = said[beside]
    for columns, mixed in ((list(frame), False), (frame.columns.drop("batch"), True)):
        table = read_actas(frame.loc[order, list(columns)], contest=CONTEST, mapping=LONG)
        assert bool(table.source.settled) is mixed
        if not mixed:
            assert sorted(rows_of(table, "valid", "A", "B")) == [(12, 8, 4), (13, 7, 6)]
