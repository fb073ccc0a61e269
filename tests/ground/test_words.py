"""Figures, names and values as messages show them."""

from __future__ import annotations

from tallyverify.engine.all_checks import select
from tallyverify.errors import nearest, printable, shown
from tallyverify.findings import meaningful
from tallyverify.language import counted, number, points
from tallyverify.names import folded
from tallyverify.readers.kinds.encoding import damaged


def test_control_characters_are_spelt_out() -> None:
    assert printable("PQ.\x1b[2JX") == r"PQ.\x1b[2JX"
    assert shown("12\x1b[31m") == r"'12\x1b[31m'"


def test_the_nearest_name_is_suggested() -> None:
    assert nearest("votos", ["VOTOS", "mesa"]) == "did you mean 'VOTOS'?"


def test_figures_as_people_read_them() -> None:
    figures = (number(1977376), number(-3), number(None))
    assert figures == ("1,977,376", "−3", "not read")
    assert (counted(1, "sheet", "sheets"), counted(1200, "batch", "batches")) == (
        "1 sheet",
        "1,200 batches",
    )
    assert (points(-0.0878), points(0.1056, sign="+")) == ("−8.78", "+10.56")


def test_a_published_fraction_has_six_digits_and_a_count_all_of_them() -> None:
    published = [meaningful(x) for x in (10058774, 0.7708200002679859, 567.397214278271)]
    assert published == [10058774, 0.77082, 567.397]


def test_spellings_of_one_area() -> None:
    assert folded("  SAN  Martin ") == folded("San Martin")


def test_damaged_letters() -> None:
    names = ["PEÑALVER", "PEÃ‘ALVER", "PEÃ±ALVER", "GARC\ufffdA"]
    assert damaged(names) == tuple(names[1:])


def test_checks_are_selected_in_the_order_of_the_catalogue() -> None:
    assert [check.code for check in select("D301,R103")] == ["R103", "D301"]
