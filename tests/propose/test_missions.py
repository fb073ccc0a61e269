"""Spreadsheets of observer missions: what is proposed, and that it is read as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

import tallyverify as tv
from tests.propose import sheets

LINES = {
    "valid": "Válidos", "blank": "Blancos", "null": "Nulos", "ballots": "Total votos",
    "registered": "Inscritos",
}  # fmt: skip
CANDIDATES = ("Ana Paz", "Berto Rey", "Carla Gil")
AREAS = {"departamento": "Departamento", "municipio": "Municipio"}


def read(path: Path, *, times: int = 1) -> tv.ActaTable:
    """Read a file as proposed, and hold its sums against the true ones."""
    proposal = tv.propose(path)
    table = tv.read_actas(path, contest=proposal.contest, mapping=proposal.mapping)
    assert len(table) == 36
    assert table.frame["station"].is_unique
    true = sheets.sums()
    wanted = [*(true[name] for name in CANDIDATES), *(true[name] for name in LINES.values())]
    found = [int(table.figure(n)[0].sum()) for n in [*proposal.contest.candidate_ids, *LINES]]
    assert found == [times * count for count in wanted]
    return table


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    mapping = tv.propose(sheets.with_titles(tmp_path)).mapping
    assert mapping.header == 4
    assert mapping.station == ("Mesa",)
    assert mapping.areas == AREAS
    assert mapping.lines == LINES
    assert tuple(mapping.votes) == CANDIDATES


def test_titles_are_read_over(tmp_path: Path) -> None:
    read(sheets.with_titles(tmp_path))


def test_merged_cells_are_filled_and_totals_left_out(tmp_path: Path) -> None:
    proposal = tv.propose(sheets.with_merged_cells_and_totals(tmp_path))
    assert proposal.mapping.fill_down == ("Departamento",)
    assert proposal.mapping.subtotals == "leave_out"
    assert proposal.mapping.areas == AREAS
    assert any("Total Norte" in said for said in proposal.evidence)
    assert any("'Departamento' mean what stands above" in asked for asked in proposal.questions)
    read(sheets.with_merged_cells_and_totals(tmp_path))


def test_merged_cells_are_read_as_filled(tmp_path: Path) -> None:
    table = read(sheets.with_merged_cells_and_totals(tmp_path))
    assert table.frame["departamento"].value_counts().to_dict() == dict.fromkeys(
        sheets.DEPARTMENTS, 12
    )


def test_two_rows_name_the_columns_together(tmp_path: Path) -> None:
    mapping = tv.propose(sheets.with_two_header_rows(tmp_path)).mapping
    assert mapping.header == (2, 3)
    assert list(mapping.votes.values()) == ["Votos Ana", "Votos Berto", "Votos Carla"]
    assert mapping.lines["ballots"] == "Totales Emitidos"
    assert mapping.station == ("Mesa",)


def test_two_rows_of_names_are_read(tmp_path: Path) -> None:
    read(sheets.with_two_header_rows(tmp_path))


def test_a_sheet_a_district_makes_one_table(tmp_path: Path) -> None:
    proposal = tv.propose(sheets.with_a_sheet_a_district(tmp_path))
    assert proposal.mapping.sheet == "*"
    assert proposal.mapping.station == ("(sheet)", "Mesa")
    assert proposal.mapping.areas == {"sheet": "(sheet)"}
    assert "'Norte', 'Centro', 'Sur'" in proposal.questions[0]


def test_a_sheet_a_district_is_read(tmp_path: Path) -> None:
    read(sheets.with_a_sheet_a_district(tmp_path))


def test_semicolons_thousands_and_a_title(tmp_path: Path) -> None:
    proposal = tv.propose(sheets.with_semicolons(tmp_path))
    mapping = proposal.mapping
    assert (mapping.separator, mapping.header, mapping.thousands) == (";", 3, ".")
    assert mapping.lines == LINES
    assert "not UTF-8" in proposal.questions[0]


def test_semicolons_are_read(tmp_path: Path) -> None:
    read(sheets.with_semicolons(tmp_path), times=9)


def test_each_status_has_its_meaning(tmp_path: Path) -> None:
    proposal = tv.propose(sheets.with_a_status(tmp_path))
    status = proposal.mapping.status
    assert status is not None
    assert status.column == "Estado del acta"
    assert (status.counted, status.annulled) == (("Contabilizada",), ("Anulada",))
    assert status.pending == ("Pendiente",)
    assert proposal.mapping.areas == {"region": "Region"}
    assert proposal.mapping.lines == {"ballots": "Suma", "registered": "Padron"}


def test_a_long_file_with_the_register_in_each_row(tmp_path: Path) -> None:
    proposal = tv.propose(sheets.long_with_station_columns(tmp_path))
    mapping = proposal.mapping
    assert (mapping.layout, mapping.option, mapping.count) == ("long", "Candidato", "Votos")
    assert mapping.station == ("JRV",)
    assert {n: mapping.lines[n] for n in ("null", "blank", "ballots")} == {
        "null": "Nulos", "blank": "Blancos", "ballots": "Total",
    }  # fmt: skip
    assert mapping.station_columns == {"registered": ("Inscritos",)}
    assert tuple(mapping.votes) == ("Ana", "Berto", "Carla")


def test_a_long_file_is_read_with_its_register(tmp_path: Path) -> None:
    path = sheets.long_with_station_columns(tmp_path)
    proposal = tv.propose(path)
    table = tv.read_actas(path, contest=proposal.contest, mapping=proposal.mapping)
    true = sheets.sums()
    assert int(table.figure("registered")[0].sum()) == true["Inscritos"]
    assert int(table.figure("ballots")[0].sum()) == true["Total votos"]


@pytest.mark.parametrize("lost", ["Ana Paz", "Válidos", "Nulos"])
def test_a_proposal_holds_without_any_one_column(tmp_path: Path, lost: str) -> None:
    at = sheets.HEADER.index(lost)
    rows = [list(sheets.HEADER), *map(list, sheets.tallies())]
    path = sheets.saved(tmp_path / "less.xlsx", [row[:at] + row[at + 1 :] for row in rows])
    mapping = tv.propose(path).mapping
    assert tuple(mapping.votes) == tuple(name for name in CANDIDATES if name != lost)
    assert mapping.lines["registered"] == "Inscritos"
    assert mapping.lines["ballots"] == "Total votos"
