"""Candidates and levels of a declared result are the contest's, up to their spelling."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify import Contest, InputError
from tallyverify.errors import shown
from tallyverify.records.declared import Declared
from tests.helpers.cases import report_of, table_of

CONTEST = Contest.model_validate(
    {
        "id": "t",
        "levels": ["estado", "São Tomé"],
        "candidates": [{"id": "Ana"}, {"id": "Jo-Ann O'Hara"}, {"id": "Peña"}],
    }
)


def fitted(*rows: dict[str, Any], contest: Contest = CONTEST) -> Declared:
    given = {"bulletins": [{"id": "1", "areas": list(rows)}]}
    return Declared.model_validate(given).fitting(contest, "declared.json")


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        ("ANA", "Ana"),
        ("Ａｎａ", "Ana"),
        ("\u0410n\u0430", "Ana"),  # Cyrillic first and last letters
        ("jo\u2013ann  O\u2019Hara", "Jo-Ann O'Hara"),
        ("Pen\u0303a", "Peña"),
    ],
)
def test_a_candidate_in_another_spelling_is_one_and_said(spelt: str, name: str) -> None:
    declared = fitted({"votes": {spelt: 9}, "percentages": {spelt: 90.0}, "valid": 10})
    [row] = declared.bulletins[0].areas
    assert (row.votes, row.percentages) == ({name: 9}, {name: 90.0})
    [votes, share] = declared.respelt
    assert votes == f"declared.json: candidate {shown(spelt)} read as {shown(name)}"
    assert share.startswith("declared.json: percentage ")
    # Fitted once more, nothing changes, and it is still said.
    assert declared.fitting(CONTEST, "x").respelt == declared.respelt


def test_members_of_groups_and_names_of_groups() -> None:
    [row] = (
        fitted(
            {
                "votes": {"ana": 5},
                "groups": [{"name": "Others", "candidates": ["PEÑA", "JO-ANN O'HARA"]}],
                "percentages": {"ANA": 55.0, "others": 45.0},
                "valid": 9,
            }
        )
        .bulletins[0]
        .areas
    )
    assert row.candidates == {"Ana"}
    assert row.percentage_members == {"Ana": ("Ana",), "Others": ("Peña", "Jo-Ann O'Hara")}


def test_percentages_need_no_total_where_their_votes_are_spelt_otherwise() -> None:
    [row] = fitted({"votes": {"ana": 5}, "percentages": {"Ana": 50.0}}).bulletins[0].areas
    assert (row.votes, row.percentages) == ({"Ana": 5}, {"Ana": 50.0})


def test_a_level_in_another_spelling() -> None:
    declared = fitted({"area": {"sao tome\u0301".replace("sao", "sa\u0303o"): "X", "Estado": "N"}})
    [row] = declared.bulletins[0].areas
    assert list(row.area.items()) == [("estado", "N"), ("São Tomé", "X")]
    assert any("level 'Estado' read as 'estado'" in said for said in declared.respelt)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"votes": {"ana": 5, "ANA": 4}}], ("candidate in two spellings", "'ana'", "'ANA'")),
        (
            [{"votes": {"ana": 5}, "groups": [{"name": "x", "candidates": ["Ana"], "votes": 1}]}],
            ("candidate in two spellings", "'ana'", "'Ana'"),
        ),
        ([{"area": {"Estado": "N", "estado": "N"}}], ("level in two", "'Estado'", "'estado'")),
        (
            [{"area": {"Estado": "N"}}, {"area": {"estado": "N"}}],
            ("declared twice", "'Estado'", "'estado': 'N'"),
        ),
        ([{"area": {"Estado": "N"}}, {"area": {"estado": "n"}}], ("under two spellings",)),
        # Nearly alike is not the same: these are refused, with the nearest.
        ([{"votes": {"Pena": 5}}], ("no candidate of this name", "'Peña'")),
        ([{"area": {"estados": "N"}}], ("no level of this name", "did you mean 'estado'?")),
    ],
)
def test_what_could_be_two_is_refused_with_both(
    rows: list[dict[str, Any]], words: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        fitted(*rows)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_name_that_is_two_of_the_contest() -> None:
    contest = Contest.model_validate({"id": "t", "candidates": [{"id": "Ana"}, {"id": "ANA"}]})
    with pytest.raises(InputError) as caught:
        fitted({"votes": {"ana": 5}}, contest=contest)
    assert all(word in str(caught.value) for word in ("'ana'", "'Ana'", "'ANA'"))
    # As it stands there it is one of them.
    assert not fitted({"votes": {"Ana": 5, "ANA": 4}}, contest=contest).respelt


def test_the_report_says_so() -> None:
    contest = Contest.model_validate(
        {"id": "t", "levels": ["estado"], "candidates": [{"id": "Ana"}, {"id": "Eva"}]}
    )
    sheets = table_of([{"estado": "N", "Ana": 60, "Eva": 40}] * 3, contest)
    rows = [
        {"votes": {"ANA": 180, "Eva": 120}, "complete": True},
        {"area": {"Estado": "N"}, "votes": {"Ana": 180, "Eva": 120}, "complete": True},
    ]
    declared = Declared.model_validate({"bulletins": [{"id": "1", "areas": rows}]})
    report = report_of(sheets, declared, contest=contest)
    assert report.verdict == "consistent"
    said = report.check("T209").reason
    assert "candidate 'ANA' read as 'Ana'" in said
    assert "level 'Estado' read as 'estado'" in said
