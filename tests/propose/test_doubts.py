"""What cannot be known from a file is asked; and names do not outweigh sums."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tallyverify as tv
from tallyverify.proposals.cells import text_grid
from tallyverify.proposals.header import header_rows
from tests.propose import sheets


def frame() -> pd.DataFrame:
    return pd.DataFrame(list(sheets.tallies()), columns=list(sheets.HEADER)).astype(str)


def asked(frame: pd.DataFrame, *words: str) -> tv.Proposal:
    """Propose for a frame, and find a question with these words."""
    proposal = tv.propose(frame)
    found = [q for q in proposal.questions if all(word in q for word in words)]
    assert len(found) == 1, proposal.questions
    return proposal


def test_a_sheet_in_the_file_twice_is_asked_about() -> None:
    whole = frame()
    twice = pd.concat([whole, whole.iloc[[3]]], ignore_index=True)
    proposal = asked(twice, "1 row with the key of another (Mesa)", "repeated")
    assert proposal.mapping.station == ("Mesa",)


def test_ways_of_voting_add_up() -> None:
    whole = frame().drop(columns="Municipio")
    rows = pd.concat([whole.assign(Modalidad=mode) for mode in ("urna", "correo")])
    proposal = asked(rows.reset_index(drop=True), "differ in Modalidad", "add up")
    assert proposal.mapping.repeated == "sum"
    assert proposal.mapping.station == ("Mesa",)


def test_codes_that_a_spreadsheet_spoilt_are_asked_about() -> None:
    whole = frame()
    whole["Mesa"] = [f"{at}-A" for at in range(len(whole))]
    whole.loc[4:6, "Mesa"] = ["2030-05-01 00:00:00", "1.2E+11", "2030-06-01"]
    asked(whole, "Mesa holds '2030-05-01 00:00:00'", "made dates or powers of ten")


def test_figures_that_are_none_are_asked_about() -> None:
    whole = frame()
    whole.loc[2, "Ana Paz"] = "ilegible"
    asked(whole, "'Ana Paz' holds what is no count: 'ilegible'")


def test_lost_zeros_are_put_back() -> None:
    whole = frame()
    whole["Mesa"] = [str(9_999_990 + at) for at in range(len(whole))]
    proposal = asked(whole, "all codes of 'Mesa' have 8 digits")
    assert proposal.mapping.pad == {"Mesa": 8}


def test_a_zero_lost_from_short_codes_is_asked_about() -> None:
    whole = frame()
    whole["Mesa"] = [str(1000 * (3 + at // 3) + 17 * at) for at in range(len(whole))]
    proposal = asked(whole, "'Mesa' has codes of 4 and 5 digits", '"pad": {"Mesa": 5}')
    assert proposal.mapping.pad == {}


def test_numbers_one_after_another_have_lost_nothing() -> None:
    whole = frame()
    whole["Mesa"] = [str(990 + at) for at in range(len(whole))]
    assert not any("zero" in question for question in tv.propose(whole).questions)


@pytest.mark.parametrize("end", [",0", ".0"])
def test_counts_that_a_library_wrote_with_a_decimal_are_counts(end: str) -> None:
    whole = frame()
    for name in sheets.HEADER[3:]:
        whole[name] += end
    proposal = tv.propose(whole)
    assert list(proposal.mapping.votes) == ["Ana Paz", "Berto Rey", "Carla Gil"]
    assert "Válidos = Ana Paz + Berto Rey + Carla Gil on 36 of 36 rows" in proposal.evidence


def test_a_code_and_its_name_are_one_level() -> None:
    whole = frame()
    whole.insert(0, "COD_DEP", whole["Departamento"].map({"Norte": "1", "Centro": "2", "Sur": "3"}))
    proposal = tv.propose(whole)
    assert proposal.mapping.areas["departamento"] == "Departamento"
    assert "COD_DEP is the code of Departamento" in proposal.evidence
    assert len(proposal.mapping.areas) == 2


def test_areas_are_found_by_nesting_where_their_names_say_nothing() -> None:
    whole = frame().rename(columns={"Departamento": "Feld 1", "Municipio": "Feld 2"})
    assert list(tv.propose(whole).mapping.areas.values()) == ["Feld 1", "Feld 2"]


def test_areas_written_from_small_to_large_are_turned_round() -> None:
    whole = frame()
    turned = whole[["Mesa", "Municipio", "Departamento", *sheets.HEADER[3:]]]
    assert list(tv.propose(turned).mapping.areas.values()) == ["Departamento", "Municipio"]


@pytest.mark.parametrize("name", ["ID", "PAR", "NO", "PR", "MESA REDONDA"])
def test_a_sum_outweighs_a_name(name: str) -> None:
    proposal = tv.propose(frame().rename(columns={"Berto Rey": name}))
    assert list(proposal.mapping.votes.values()) == ["Ana Paz", name, "Carla Gil"]
    assert proposal.mapping.station == ("Mesa",)


def test_a_register_without_a_name_is_found_by_its_size() -> None:
    proposal = asked(frame().rename(columns={"Inscritos": "X"}), "Is 'X' the number of registered")
    assert proposal.mapping.lines["registered"] == "X"


def test_without_a_sum_no_column_is_taken_for_the_register_by_its_size() -> None:
    some = frame()[["Mesa", "Ana Paz", "Berto Rey"]].assign(**{"Ana Paz": "900"})
    proposal = asked(some, "No column is the sum of the votes")
    assert tuple(proposal.mapping.votes) == ("Ana Paz", "Berto Rey")


def test_a_proposal_is_the_same_whatever_the_order_of_the_rows() -> None:
    whole = frame()
    turned = whole.iloc[::-1].reset_index(drop=True)
    assert tv.propose(whole).mapping == tv.propose(turned).mapping


def test_a_header_of_numbers_is_a_header() -> None:
    rows = [["depto", "mesa", "0008", "0022", "nulos"], ["a", "1", "4", "6", "0"]]
    assert header_rows([*rows, ["b", "2", "9", "1", "1"]]) == (0,)


def test_rows_of_another_width_are_told() -> None:
    grid = text_grid("M,A,B\n1,2,3\n2,3,4\nSource: the commission\n", "a.csv")
    assert grid.raw.rows == 2
    assert "1 row with another number of cells" in grid.questions[0]


CELLS = st.one_of(
    st.integers(-5, 10**6).map(str),
    st.sampled_from(["", "Total", "-", "NaN", "1.234", "0,5", '"', "Norte", "mesa", "\x00", "#1"]),
    st.text(max_size=6),
)


@settings(max_examples=150)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=7), min_size=1, max_size=9), st.booleans())
def test_any_table_is_proposed_for_or_refused(rows: list[list[str]], as_text: bool) -> None:
    """Whatever stands in the cells: a proposal that can be printed, or an InputError."""
    try:
        if as_text:
            stream = io.StringIO()
            for row in rows:
                stream.write(";".join(row) + "\n")
            grid = text_grid(stream.getvalue(), "a.csv")
            columns = zip(grid.raw.distinct, grid.raw.columns, strict=True)
            proposal = tv.propose(pd.DataFrame({n: c.to_pylist() for n, c in columns}))
        else:
            proposal = tv.propose(pd.DataFrame([(row * 7)[:7] for row in rows]))
    except tv.InputError:
        return
    assert str(proposal).isprintable() or "\n" in str(proposal)
    assert proposal.contest.candidates


def test_a_number_of_the_row_is_no_vote() -> None:
    whole = frame().drop(columns=["Válidos", "Total votos", "Nulos", "Blancos"])
    whole.insert(0, "N", [str(at + 1) for at in range(len(whole))])
    assert "N" not in tv.propose(whole).mapping.votes.values()


def test_a_register_that_may_be_a_candidate_is_asked_about() -> None:
    names = {"Inscritos": "Personas"}
    whole = frame().drop(columns=["Válidos", "Total votos", "Nulos", "Blancos"])
    asked(whole.rename(columns=names), "'Personas' holds as many as all other votes")


@pytest.mark.parametrize(
    ("blank", "null"), [("VB", "VN"), ("Schede bianche", "Schede nulle"), ("Leer", "Ungültig")]
)
def test_blank_and_spoilt_votes_are_no_candidates(blank: str, null: str) -> None:
    names = {"Blancos": blank, "Nulos": null, "Total votos": "SUFRAGARON"}
    whole = frame().drop(columns="Válidos").rename(columns=names)
    proposal = tv.propose(whole)
    assert list(proposal.mapping.votes) == ["Ana Paz", "Berto Rey", "Carla Gil"]
    assert proposal.mapping.lines["blank"] == blank
    assert proposal.mapping.lines["null"] == null


def test_what_may_be_blank_or_spoilt_is_asked_about() -> None:
    names = {"Blancos": "X1", "Nulos": "X2", "Total votos": "Cuenta"}
    asked(frame().drop(columns="Válidos").rename(columns=names), "does it hold blank or spoilt")


@pytest.mark.parametrize("text", ["não contabilizada", "no verificada", "not accepted"])
def test_a_status_that_says_no_counts_nothing(text: str) -> None:
    whole = frame()
    whole["Estado"] = ["contabilizada" if at % 5 else text for at in range(len(whole))]
    status = tv.propose(whole).mapping.status
    assert status is not None
    assert (status.counted, status.pending) == (("contabilizada",), (text,))


def test_an_area_between_a_code_and_its_name_stays() -> None:
    whole = frame()
    whole.insert(0, "UBIGEO", [f"{100 + at // 4}" for at in range(len(whole))])
    assert set(tv.propose(whole).mapping.areas.values()) == {"Departamento", "Municipio"}


@pytest.mark.parametrize("name", ["NIVEL", "CANAL", "X"])
def test_what_each_station_has_a_row_of_is_asked_about(name: str) -> None:
    whole, other = frame(), frame()
    for column in sheets.HEADER[3:]:
        other[column] = other[column].to_numpy()[::-1]
    both = pd.concat([whole.assign(**{name: "A"}), other.assign(**{name: "B"})])
    asked(both.reset_index(drop=True), f"Each station has a row for each text of '{name}'")


def test_totals_with_keys_of_their_own_are_asked_about() -> None:
    whole = frame()
    sums = whole.iloc[:12].copy().iloc[:1]
    figures = list(sheets.HEADER[3:])
    sums[figures] = [[str(n) for n in whole.iloc[:12][figures].astype(int).sum()]]
    rows = pd.concat([whole.iloc[:12], sums.assign(Mesa="9001"), whole.iloc[12:]])
    asked(rows.reset_index(drop=True), "may be sums of others")


@pytest.mark.parametrize("text", ["1-Jan", "3-ene", "3/12/2030"])
def test_codes_that_became_dates_of_any_form_are_asked_about(text: str) -> None:
    whole = frame()
    whole["Mesa"] = [f"{at}-{at + 40}" for at in range(len(whole))]
    whole.loc[5, "Mesa"] = text
    asked(whole, "did a spreadsheet rewrite it", text)


@pytest.mark.parametrize("copies", [1, 3, 12])
def test_rows_that_stand_twice_leave_the_key_alone(copies: int) -> None:
    whole = frame()
    twice = pd.concat([whole, whole.iloc[:copies]], ignore_index=True)
    proposal = asked(twice, "with the key of another (Mesa), and the same figures")
    assert proposal.mapping.station == ("Mesa",)
