"""Versions, captures, serial numbers and second contests are asked about, and are no key."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import tallyverify as tv
from tests.helpers.command import Command
from tests.propose import sheets
from tests.propose.test_doubts import asked, frame

LINES = ["Ana Paz", "Berto Rey", "Carla Gil", "Nulos", "Blancos"]


def with_some_corrected(whole: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Return a second version of the first rows, one figure of each corrected."""
    second = whole.iloc[:rows].copy()
    for name in ("Ana Paz", "Válidos", "Total votos", "Inscritos"):
        second[name] = [str(int(text) + 3) for text in second[name]]
    return second


@pytest.mark.parametrize("name", ["Version", "Copia No", "Serial", "Tanda"])
@pytest.mark.parametrize("rows", [4, 36])
def test_a_column_that_tells_copies_apart_is_no_key(name: str, rows: int) -> None:
    whole = frame()
    second = with_some_corrected(whole, rows)
    marks = ("A", "B") if name == "Tanda" else ("1", "2")
    both = pd.concat([whole.assign(**{name: marks[0]}), second.assign(**{name: marks[1]})])
    if name == "Serial":
        both[name] = [str(77_000 + 7 * at) for at in range(len(both))]
    proposal = tv.propose(both.reset_index(drop=True))
    assert proposal.mapping.station == ("Mesa",)
    assert any("repeated" in question for question in proposal.questions)


def test_stations_of_one_centre_are_no_copies() -> None:
    whole = frame().drop(columns="Municipio").assign(Centro=[f"C{at // 4:02}" for at in range(36)])
    whole["Mesa"] = [str(1 + at % 4) for at in range(36)]
    proposal = tv.propose(whole)
    assert set(proposal.mapping.station) == {"Centro", "Mesa"}
    assert not any("copies" in question for question in proposal.questions)


def test_stations_of_equal_size_are_no_copies() -> None:
    """As in Argentina, where a full table has 350 voters."""
    whole = frame().drop(columns="Municipio").assign(Inscritos="900")
    whole["Centro"] = [f"C{at // 4:02}" for at in range(36)]
    whole["Mesa"] = [str(1 + at % 4) for at in range(36)]
    assert set(tv.propose(whole).mapping.station) == {"Centro", "Mesa"}


def long_file() -> pd.DataFrame:
    places = ["Departamento", "Municipio", "Mesa", "Inscritos"]
    return frame().melt(places, LINES, var_name="Opcion", value_name="Votos")


def test_copies_in_a_long_file() -> None:
    both = pd.concat([long_file().assign(Copia=mark) for mark in "12"], ignore_index=True)
    assert asked(both, "Copia alone tells").mapping.station == ("Mesa",)


@pytest.mark.parametrize("name", ["Cod", "Nivel"])
def test_one_of_several_contests_is_read(name: str) -> None:
    senate = {"Ana Paz": "Zoe Luz", "Berto Rey": "Yago Sol", "Carla Gil": "Xul Mar"}
    other = long_file().replace({"Opcion": senate})
    both = pd.concat([long_file().assign(**{name: "P"}), other.assign(**{name: "S"})])
    proposal = asked(both.reset_index(drop=True), "several contests", "'S'")
    assert proposal.mapping.where == {name: "P"}
    assert proposal.mapping.station == ("Mesa",)
    assert [option.id for option in proposal.contest.candidates] == list(senate)


def test_without_a_register_contests_are_only_asked_about() -> None:
    """Blocs of like size look the same."""
    senate = {"Ana Paz": "Zoe Luz", "Berto Rey": "Yago Sol", "Carla Gil": "Xul Mar"}
    other = long_file().replace({"Opcion": senate})
    both = pd.concat([long_file().assign(Cod="P"), other.assign(Cod="S")], ignore_index=True)
    proposal = asked(both.drop(columns="Inscritos"), "several contests", "All rows are read")
    assert proposal.mapping.where == {}


def test_blocs_within_the_register_are_no_contests() -> None:
    whole = long_file()
    whole["Bloque"] = ["I" if name in LINES[:2] else "D" for name in whole["Opcion"]]
    whole["Votos"] = "60"
    assert tv.propose(whole).mapping.where == {}


def test_candidates_of_a_district_are_one_contest_each_elsewhere() -> None:
    """Where the stations differ with the candidates, nothing is left out."""
    local = long_file()
    south = local["Departamento"] == "Sur"
    local.loc[south & (local["Opcion"] == "Ana Paz"), "Opcion"] = "Zoe Luz"
    assert tv.propose(local).mapping.where == {}


def test_parties_are_no_contests() -> None:
    parties = {"Ana Paz": "G", "Berto Rey": "G", "Carla Gil": "O", "Nulos": "O", "Blancos": "O"}
    whole = long_file()
    whole["Bloque"] = whole["Opcion"].map(parties)
    whole["Votos"] = [
        text if of == "G" else str(int(text) // 9)
        for text, of in zip(whole["Votos"], whole["Bloque"], strict=True)
    ]
    assert tv.propose(whole).mapping.where == {}


def test_two_versions_end_in_no_false_verdict(command: Command, tmp_path: Path) -> None:
    """The true result, with each sheet in two versions of which one is a slip apart."""
    whole = frame()
    second = with_some_corrected(whole, 1)
    both = pd.concat([whole.assign(Version="1"), whole.assign(Version="2")], ignore_index=True)
    both.loc[36, second.columns] = second.iloc[0]
    both.to_csv(tmp_path / "sheets.csv", index=False)
    command("init", tmp_path / "sheets.csv", "--out", tmp_path / "case")
    sums = sheets.sums()
    votes = {name: sums[name] for name in ("Ana Paz", "Berto Rey", "Carla Gil")}
    row = {"valid": sums["Válidos"], "votes": votes}
    declared = {"bulletins": [{"id": "1", "complete": True, "areas": [row]}]}
    (tmp_path / "case" / "declared.json").write_text(json.dumps(declared), encoding="utf-8")
    report = tv.verify(tv.load_case(tmp_path / "case"), checks="rules,compare")
    assert report.verdict == "consistent", report.reason


def test_names_that_stand_above_the_wrong_figures_are_not_passed() -> None:
    """Valid votes that are less than the votes are a line, which then fails to add up."""
    whole = frame()
    figures = list(sheets.HEADER[3:])
    shifted = whole.copy()
    shifted[figures] = whole[[*figures[2:], *figures[:2]]].to_numpy()
    proposal = tv.propose(shifted)
    lines = {*proposal.mapping.lines}
    assert {"valid", "ballots"} & lines
    assert any("above the right figures" in q for q in proposal.questions)
