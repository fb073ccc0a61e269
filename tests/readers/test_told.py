"""What readers notice and refuse is told: it can be said in Spanish too, wherever it goes."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from tallyverify import Contest, InputError, read_actas
from tallyverify.language import Told, in_language

CONTEST = Contest.model_validate(
    {"id": "t", "levels": ["state"], "candidates": [{"id": "A"}, {"id": "B"}]}
)
MAPPING = {"station": "S", "votes": {"A": "A", "B": "B"}}


def read(rows: list[list[str]], columns: str = "SAB", **more: Any) -> Any:
    given = [dict(zip(columns, row, strict=True)) for row in rows]
    return read_actas(given, contest=CONTEST, mapping=MAPPING | more)


def test_what_became_of_rows_is_said_in_both_languages() -> None:
    rows = [["1", "20", "30", "1"], ["1", "30", "40", "2"], ["2", "3", "4", "1"]]
    source = pickle.loads(pickle.dumps(read(rows, "SABV", repeated={"latest": "V"}).source))
    assert source.settled == ("1 row superseded by a later one of the station (column 'V')",)
    assert [in_language(said, "es") for said in source.settled] == [
        "1 fila reemplazada por una posterior de la misma mesa (columna 'V')"
    ]


def test_subtotals_and_why_they_are_some() -> None:
    rows = [["1", "200", "300"], ["2", "310", "401"], ["3", "20", "9"], ["Total", "530", "710"]]
    source = read(rows).source
    assert [in_language(said, "es") for said in source.subtotals] == ["fila 4: 'Total'"]
    assert [in_language(why, "es") for why in source.subtotal_why] == [
        "su clave está vacía o dice total"
    ]


def test_subtotals_by_a_rule_are_listed_in_one_line() -> None:
    rows = [["1", "2", "3", "m"], ["2", "4", "5", "m"], ["N", "6", "8", "n"], ["", "6", "8", "m"]]
    rule = {"column": "L", "equals": ["n"]}
    (said,) = read(rows, "SABL", subtotals=rule).source.settled
    assert said == "left out as subtotals: \"row 3: 'N'\""
    assert in_language(said, "es") == "excluidas como subtotales: \"fila 3: 'N'\""


def test_columns_that_are_exchanged() -> None:
    contest = Contest.model_validate(
        {"id": "t", "lines": ["valid"], "candidates": [{"id": "A"}, {"id": "B"}]}
    )
    rows = [
        {"S": str(n), "A": str(100 + n), "B": str(90 + 7 * n % 41), "V": str(190 + n + 7 * n % 41)}
        for n in range(30)
    ]
    wrong = {"station": "S", "votes": {"A": "A", "B": "V"}, "lines": {"valid": "B"}}
    noticed = read_actas(rows, contest=contest, mapping=wrong).source.noticed
    assert noticed is not None
    assert in_language(noticed.mend, "es") == (
        "las actas cuadran en 30 de las 30 filas probadas si se intercambian 'B' y 'V'"
    )


@pytest.mark.parametrize(
    ("more", "part", "spanish"),
    [
        ({"station": "X"}, "found", "el mapeo pide 'X'"),
        ({"station": "X"}, "place", "encabezado"),
        ({"where": {"A": "9"}}, "what", "ninguna fila tiene lo que pide mapping.where"),
        ({"header": 2}, "what", "un data frame ya nombra sus columnas, y no tiene fila de"),
        ({"repeated": {"latest": "B"}}, "expected", "un número, como en las filas anteriores"),
    ],
)
def test_errors_are_told(more: dict[str, Any], part: str, spanish: str) -> None:
    with pytest.raises(InputError) as error:
        read([["1", "2", "3"], ["1", "2", "x"]], **more)
    text = getattr(error.value, part)
    assert isinstance(text, Told)
    assert in_language(text, "es").startswith(spanish)
