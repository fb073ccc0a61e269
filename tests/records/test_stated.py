"""What a declared result says of itself: its extent, its percentages, its annulled stations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tallyverify.errors import InputError
from tallyverify.records import Contest, Declared

NAMES = ("A", "B", "C")
CONTEST: dict[str, Any] = {
    "id": "t",
    "levels": ["state"],
    "candidates": [{"id": name} for name in NAMES],
}


def declared(*rows: dict[str, Any], of: dict[str, Any] | None = None, **more: Any) -> Declared:
    bulletin = {"id": "1", "areas": list(rows), **(of or {})}
    return Declared.model_validate({"bulletins": [bulletin], **more})


def fitted(row: dict[str, Any], **contest: Any) -> Declared:
    return declared(row).fitting(Contest.model_validate(CONTEST | contest), "declared.json")


SAID: dict[str, list[Any]] = {
    "complete": [True, False],
    "coverage_basis": ["stations", "registered"],
    "all_votes_at_stations": [True, False],
    "from_percentages": [0, 1, 6],
}
WHOLE_FILE = ("coverage_basis", "all_votes_at_stations")


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, some in SAID.items() for v in some])
def test_a_row_says_it_else_its_bulletin_else_the_file(name: Any, value: Any) -> None:
    other = next(some for some in [*SAID[name], None] if some != value)
    told = [declared({name: value}, of={name: other}), declared({}, of={name: value})]
    if name in WHOLE_FILE:
        told += [declared({}, **{name: value}), declared({}, of={name: value}, **{name: other})]
    for one in told:
        bulletin = one.bulletins[0]
        assert one.stated(bulletin, bulletin.areas[0], name) == value
    silent = declared({})
    assert silent.stated(silent.bulletins[0], silent.bulletins[0].areas[0], name) is None


WRONG: list[tuple[str, Any, str]] = [
    ("complete", 1, "boolean"),
    ("complete", "yes", "boolean"),
    ("complet", True, "did you mean 'complete'?"),
    ("coverage_basis", "voters", "'stations' or 'registered'"),
    ("coverage_base", "stations", "did you mean 'coverage_basis'?"),
    ("all_votes_at_stations", "true", "boolean"),
    ("all_votes_at_station", True, "did you mean 'all_votes_at_stations'?"),
    ("from_percentages", 7, "less than or equal to 6"),
    ("from_percentages", -1, "greater than or equal to 0"),
    ("from_percentages", True, "integer"),
    ("from_percentages", 1.0, "integer"),
    ("from_percentage", 1, "did you mean 'from_percentages'?"),
    ("annulled", -1, "greater than or equal to 0"),
    ("annulled", True, "a whole number, or a list of their keys"),
    ("annulled", "17", "a whole number, or a list of their keys"),
    ("annulled", 1.5, "a whole number, or a list of their keys"),
    ("annulled", ["17", "17"], "twice: '17'"),
    ("annulled", [17], "text"),
    ("annulled", [""], "at least 1"),
    ("anulled", 1, "did you mean 'annulled'?"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
@pytest.mark.parametrize("level", ["row", "bulletin", "file"])
def test_what_is_misspelt_or_absurd_is_refused(
    name: str, value: Any, words: str, level: str
) -> None:
    with pytest.raises(InputError) as caught:
        declared(
            {name: value} if level == "row" else {},
            of={name: value} if level == "bulletin" else {},
            **({name: value} if level == "file" else {}),
        )
    message = str(caught.value.in_file("declared.json"))
    # A key that this level does not have is unknown there; the others are refused for their value.
    assert words in message or f"unknown key\n  found: '{name}'" in message
    assert len(message.splitlines()) <= 4


@pytest.mark.parametrize("stations", [0, 3, ["17", "00101/1"], []])
def test_annulled_stations_are_a_number_or_keys(stations: Any) -> None:
    expected = stations if isinstance(stations, int) else tuple(stations)
    one = declared({"annulled": stations}, annulled=stations, stations=4)
    assert one.annulled == one.bulletins[0].areas[0].annulled == expected
    assert Declared.model_validate_json(one.model_dump_json()) == one


@pytest.mark.parametrize("stations", [5, ["1", "2", "3", "4", "5"]])
def test_no_more_stations_are_annulled_than_there_are(stations: Any) -> None:
    with pytest.raises(InputError, match="5 annulled stations are more than the 4 declared"):
        declared({}, annulled=stations, stations=4)


def test_a_bulletin_may_belong_to_a_series() -> None:
    assert declared({}, of={"series": " quick "}).bulletins[0].series == "quick"
    assert declared({}).bulletins[0].series == ""
    for wrong in ({"serie": "quick"}, {"series": "a\nb"}, {"series": None}, {"series": "x" * 101}):
        with pytest.raises(InputError, match="serie"):
            declared({}, of=wrong)


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ((1, 45, 100), ("0.005", "0.015", "0.445", "0.455", "0.995", "1")),
        ((0.8, 99.75), ("0.0075", "0.0085", "0.99745", "0.99755")),
        ((0.97, 1), ("0.965", "0.975", "0.995", "1")),
        ((0.9687, 0.8), ("0.96865", "0.96875", "0.795", "0.805")),
        ((33.333333, 1.1), ("0.3333333250", "0.3333333350", "0.0105", "0.0115")),
    ],
)
def test_coverage_has_one_unit_in_one_file(
    stated: tuple[float, ...], read: tuple[str, ...]
) -> None:
    bulletins = [
        {"id": str(at), "areas": [{"coverage": coverage}, {"area": {"state": "N"}}]}
        for at, coverage in enumerate(stated)
    ]
    one = Declared.model_validate({"bulletins": bulletins})
    ranges = [bulletin.areas[0].coverage_range for bulletin in one.bulletins]
    assert [end for both in ranges if both for end in both] == list(map(Fraction, read))
    assert all(bulletin.areas[1].coverage is None for bulletin in one.bulletins)
    assert Declared.model_validate_json(one.model_dump_json()) == one


def test_noise_of_binary_fractions_is_no_precision() -> None:
    (bulletin,) = declared({"coverage": 0.1 + 0.2}).bulletins
    assert bulletin.areas[0].coverage_range == (Fraction("0.295"), Fraction("0.305"))


@pytest.mark.parametrize("coverage", [0.8, 80, 0.99])
def test_what_is_complete_has_no_smaller_coverage(coverage: float) -> None:
    for one in ({"complete": True, "coverage": coverage}, {"coverage": coverage}):
        with pytest.raises(InputError, match=r"'1' is complete and has a coverage of \d\d %"):
            declared(one, of={"complete": True})
    assert declared({"complete": False, "coverage": coverage}, of={"complete": True}).bulletins
    assert declared({"complete": True, "coverage": coverage}, annulled=2).bulletins
    assert declared({"complete": True, "coverage": 99.6}).bulletins
    assert declared({"complete": True, "coverage": 1}).bulletins


@pytest.mark.parametrize("total", ["valid", "ballots", "registered"])
def test_percentages_may_stand_alone_beside_a_total(total: str) -> None:
    one = fitted(
        {
            total: 1000,
            "groups": [{"name": "others", "candidates": ["B", "C"]}],
            "percentages": {"A": 51.2, "others": 48.8},
        }
    )
    row = one.bulletins[0].areas[0]
    assert row.percentage_members == {"A": ("A",), "others": ("B", "C")}
    assert (row.figures, row.members, row.candidates) == ({}, {}, set())
    with pytest.raises(InputError, match="percentages for 'A', for which no votes"):
        declared({"percentages": {"A": 51.2}})
    with pytest.raises(InputError, match="did you mean 'A'"):
        fitted({total: 1000, "percentages": {"AA": 51.2}})


@pytest.mark.parametrize(
    ("percentages", "fits"),
    [
        ({"A": 70.0, "B": 40.0, "C": 20.0}, False),
        ({"A": 100, "B": 3, "C": 0}, True),
        ({"A": 100, "B": 4, "C": 0}, False),
        ({"A": 51.25, "B": 48.76, "C": 0.01}, True),
        ({"A": 51.25, "B": 48.75, "C": 0.04}, False),
        ({"A": 60.5, "B": 20.1, "C": 20.1, "rest": 39.5}, True),
    ],
)
def test_percentages_sum_to_a_hundred_and_what_rounding_adds(
    percentages: dict[str, float], fits: bool
) -> None:
    row: dict[str, Any] = {"valid": 1000, "percentages": percentages}
    if "rest" in percentages:  # B and C are in it, and not summed again
        row["groups"] = [{"name": "rest", "candidates": ["B", "C"]}]
    if fits:
        assert fitted(row)
    else:
        with pytest.raises(InputError, match="sum to too much"):
            fitted(row)
    assert fitted(row, votes_allowed=2)


def test_several_votes_have_a_limit_too() -> None:
    row = {"ballots": 1000, "percentages": {"A": 90.1, "B": 80.1, "C": 70.2}}
    with pytest.raises(InputError) as caught:
        fitted(row, votes_allowed=2)
    assert "240.4 % in the whole" in str(caught.value)
    assert "200 % at most, and 0.3 for rounding" in str(caught.value)
    assert fitted(row, votes_allowed=3)


def test_a_changed_copy_keeps_nothing_that_was_worked_out() -> None:
    one = declared({"area": {"state": "N"}})
    assert one.in_order
    assert one.bulletins[0].of({}) is None
    other = one.model_copy(update={"bulletins": ()})
    assert (other.in_order, other.areas) == ((), ({},))
    assert one.bulletins[0].model_copy(update={"areas": ()}).of({"state": "N"}) is None


@pytest.mark.parametrize(
    ("row", "whole"),
    [
        ({}, None),
        ({"stations": 9}, None),
        ({"complete": True}, True),
        ({"complete": False, "coverage": 1}, False),
        ({"coverage": 1}, True),
        ({"coverage": 0.9999}, False),
        ({"coverage": 0.8}, False),
    ],
)
def test_a_bulletin_says_whether_it_is_whole(row: dict[str, Any], whole: bool | None) -> None:
    one = declared(row)
    assert one.says_whole(one.bulletins[0], one.bulletins[0].areas[0]) is whole
    # An area within that states less makes a rounded coverage less than whole, not a plain word.
    less = declared(row, {"area": {"state": "N"}, "coverage": 0.97})
    said = less.says_whole(less.bulletins[0], less.bulletins[0].areas[0])
    assert said is (False if row == {"coverage": 1} else whole)
