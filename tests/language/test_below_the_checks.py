"""Records, arrays, progress and proposals in Spanish: what stands below the checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tallyverify as tv
from tallyverify.arrays import counts, same_length
from tallyverify.errors import InputError, printable
from tallyverify.language import Told, in_language, retold, speaking, told
from tallyverify.names import look_alikes
from tallyverify.progress import Reporter
from tallyverify.records import STANDARD_BALANCES, Outcome, Rule
from tests.propose import sheets


def spanish(text: str) -> str:
    return in_language(text, "es")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"kind": "plurality"}, "gana quien tiene más votos"),
        ({"kind": "majority", "of": "ballots"}, "más de 50 % de las papeletas"),
        (
            {"kind": "lead", "share": 0.4, "lead": 0.125, "runoff": "la segunda vuelta"},
            "más de 50 % de los votos válidos, o al menos 40 % y 12,5 puntos más que el segundo; "
            "si no, los dos con más votos pasan a la segunda vuelta",
        ),
        (
            {"kind": "lead", "share": "1/3", "lead": "1/7", "majority": 1},
            "al menos 1/3 de los votos válidos y 1/7 de ese total más que el segundo",
        ),
    ],
)
def test_a_rule(rule: dict[str, Any], said: str) -> None:
    assert spanish(Rule.model_validate(rule).words) == said


def test_an_outcome_names_candidates_as_they_are_called() -> None:
    rule = Rule.model_validate({"kind": "majority", "runoff": "Segunda vuelta"})
    assert spanish(rule.outcome_words(Outcome("A"))) == "A gana directamente"
    assert spanish(rule.outcome_words(Outcome(None, ("A", "B")))) == "Segunda vuelta entre A y B"


def test_titles_of_standard_balances_are_told_and_those_of_a_contest_are_its_own() -> None:
    titles = [one.title for forms in STANDARD_BALANCES.values() for one in forms]
    assert all(isinstance(title, Told) for title in titles)
    assert "papeletas" in retold(STANDARD_BALANCES["R103"][0], "es").title
    contest = tv.Contest.model_validate({"id": "x", "candidates": [{"id": "A"}, {"id": "B"}]})
    acta = tv.Acta(station="7", lines={"valid": 1200}, votes={"A": 800, "B": 500})
    (finding,) = retold(acta.check(contest), "es")
    assert finding.message == (
        "mesa 7: no se cumple la regla «los votos de los candidatos suman los votos válidos»"
    )
    assert finding.arithmetic == "800 (A) + 500 (B) = 1.300; 1.200 (valid); diferencia 100"


def test_what_was_read_otherwise_is_said_in_both_languages() -> None:
    contest = tv.Contest.model_validate({"id": "x", "candidates": [{"id": "Ana"}]})
    rows = [{"valid": 9, "votes": {"ANA": 9}}]
    declared = tv.Declared.model_validate({"bulletins": [{"id": "1", "areas": rows}]})
    (said,) = declared.fitting(contest, "d.json").noticing([]).respelt
    assert said == "d.json: candidate 'ANA' read as 'Ana'"
    assert spanish(said) == "d.json: el candidato 'ANA' se leyó como 'Ana'"


def test_arrays_and_names() -> None:
    with speaking("es"):
        with pytest.raises(InputError) as wrong:
            counts(told("valid votes"), [1200.5, -1, 3])
        assert str(wrong.value) == (
            "votos válidos: se esperan números enteros de personas, todos conocidos\n"
            "  hallado: 1200,5 en la posición 0, y 1 más\n"
            "  esperado: números enteros a partir de 0, menores que 2.147.483.648"
        )
        with pytest.raises(InputError, match="los arreglos difieren en longitud"):
            same_length(votes=np.zeros(2), valid=np.zeros(3))
    (pair,) = look_alikes(["Peña"], ["Pena"])
    assert (pair.differ, spanish(pair.differ)) == ("accents", "acentos")


def test_the_bar_of_progress_speaks_the_language_of_its_maker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[str] = []

    class Bar:
        def update(self, task: Any, *, description: str, completed: int, total: int) -> None:
            shown.append(description)

    with speaking("es"):
        reporter = Reporter()
    monkeypatch.setattr(reporter, "_bar", Bar())
    reporter(told("reading"), 1, 2)
    assert shown == ["lectura"]


def test_what_is_printed_is_said() -> None:
    with speaking("es"):
        assert printable(told("unknown key")) == "clave desconocida"


def test_a_proposal_and_its_case_folder(tmp_path: Path) -> None:
    proposal = tv.propose(sheets.with_merged_cells_and_totals(tmp_path))
    assert all(isinstance(one, Told) for one in (*proposal.evidence, *proposal.questions))
    with speaking("es"):
        said = str(proposal)
        proposal.write(tmp_path / "caso")
    assert "clave: Mesa; distinta en cada una de 36 filas" in said
    assert "¿Significa una celda vacía de 'Departamento' lo que figura encima de ella?" in said
    readme = (tmp_path / "caso" / "README.md").read_text(encoding="utf-8")
    assert "## Lo que solo usted puede responder\n\n1. ¿Son sumas de otras" in readme
    assert '"votes": {"Ana Paz": 0, "Berto Rey": 0, "Carla Gil": 0}' in readme


def test_a_table_without_votes_is_refused_in_spanish() -> None:
    with speaking("es"), pytest.raises(InputError) as refused:
        tv.propose(pd.DataFrame({"MESA": ["x", "y"]}))
    assert str(refused.value).splitlines()[0].endswith("ninguna columna puede contener votos")
