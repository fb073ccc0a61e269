"""Keys and names that look the same: never two stations or areas, nor one, without a word."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from itertools import islice, product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import ActaTable, Contest, Registry
from tallyverify.language import in_language
from tallyverify.names import UNSEEN, folded, folded_key
from tallyverify.readers.counts import Thousands, read_counts
from tallyverify.table import look, looking_alike, with_code_points
from tallyverify.table.looks import _groups, looks_of
from tests.helpers.cases import declared_of, report_of, table_of

EVERY = [chr(at) for at in range(sys.maxunicode + 1) if not 0xD800 <= at < 0xE000]


def _of(category: str) -> list[str]:
    return [letter for letter in EVERY if unicodedata.category(letter) == category]


def _compatible(ascii_class: str) -> list[str]:
    """Characters that Unicode decomposes to one of these, and nothing more."""
    found = (letter for letter in EVERY if not letter.isascii())
    return [letter for letter in found if unicodedata.normalize("NFKD", letter) in ascii_class]


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
IN_GROUPS = [(group[0], other) for group in _groups() for other in group[1:]]
CLASSES: dict[str, list[tuple[str, str]]] = {
    "confusables of UTS 39": IN_GROUPS,
    "letters of another width or style": [
        (unicodedata.normalize("NFKD", one), one) for one in _compatible([*LETTERS])
    ],
    "digits of another width or style": [
        (unicodedata.normalize("NFKD", one), one) for one in _compatible([*"0123456789"])
    ],
    "spaces": [(" ", space) for space in _of("Zs") if space != " "],
    "unseen": [("", unseen) for unseen in map(chr, UNSEEN)],
}
"""Pairs that look the same: a character and another one, by the class of the other."""


def _two(character: str, other: str) -> tuple[str, str]:
    return f"A{character}1", f"A{other}1"


def _sheets(keys: Iterable[str]) -> ActaTable:
    votes = [
        {"station": key, "state": "N", "town": "x", "A": 5 + at, "B": 5}
        for at, key in enumerate(keys)
    ]
    return table_of([{**row, "C": 4} for row in votes])


@pytest.mark.parametrize("name", CLASSES)
def test_keys_that_look_the_same_are_told(name: str) -> None:
    """Each pair by itself: one finding or note for the two, with a code point."""
    pairs = [_two(*pair) for pair in CLASSES[name]]
    assert len(pairs) > 10
    assert [pair for pair in pairs if look(pair[0]) != look(pair[1])] == []
    # In one table: pair by pair under a number of its own.
    keys = [f"{at}/{key}" for at, pair in enumerate(pairs) for key in pair]
    report = report_of(_sheets(keys), checks="T202")
    told = {str(f.station).split("/")[0]: f.message for f in report.of("T202") if f.station}
    more = report.check("T202").statistic
    assert (len(told), more) == (min(len(pairs), 1000), 0)
    assert [message for message in told.values() if "U+" not in message] == []


@pytest.mark.parametrize("name", CLASSES)
def test_areas_that_look_the_same_are_told(name: str) -> None:
    """Each pair under its own number: a note if it stays two, and said if it is taken as one."""
    pairs = [_two(f"{at}{one}", f"{at}{two}") for at, (one, two) in enumerate(CLASSES[name], 100)]
    areas = [area for pair in pairs for area in pair]
    report = report_of(
        [{"state": area, "town": "x", "A": 1, "B": 2, "C": 3} for area in areas], checks="T209"
    )
    two = [pair for pair in pairs if folded(pair[0]) != folded(pair[1])]
    check, notes = report.check("T209"), [f.message for f in report.of("T209")]
    assert len(notes) == min(len(two), 1000)
    assert [note for note in notes if "not taken as one" not in note or "U+" not in note] == []
    if len(two) < len(pairs):
        assert check.reason.startswith(f"{len(pairs) - len(two):,} names of state are written")
        assert "U+" in check.reason


def test_digits_of_every_script_are_read_or_not_read_and_never_left_out() -> None:
    digits = [digit for digit in _of("Nd") if not digit.isascii()]
    assert len(digits) > 600
    for texts in (digits, [f"1{digit}2" for digit in digits], [f"{digit}0" for digit in digits]):
        read = read_counts(pa.array(texts), Thousands())
        assert read.texts == texts
        assert read.values.null_count == len(texts)


def test_digits_of_other_scripts_in_keys_are_told() -> None:
    for key in ("B3", "B\uff13", "B\U0001d7db"):  # of another width or style they are one
        assert report_of(_sheets([key]), checks="T209").check("T209").reason == ""
    assert report_of(_sheets(["B\u0663"]), checks="T209").check("T209").reason == (
        "'station' holds digits of other scripts than 0 to 9: as parts of keys they are compared "
        "as they stand"
    )


def test_a_look_alike_of_a_declared_area_is_told() -> None:
    rows = [{"state": "N\u043erte", "town": "x", "A": 1, "B": 2, "C": 3}]
    declared = declared_of({"areas": [{"area": {"state": "Norte"}, "votes": {"A": 1}}]})
    reason = report_of(rows, declared, checks="T209").check("T209").reason
    assert reason == (
        "1 name of state is written in different characters that look the same, 'Norte' (U+006F) "
        "and 'N\u043erte' (U+043E): taken as one"
    )


def test_a_look_alike_of_a_registered_station_is_told() -> None:
    registry = Registry.of([{"station": "\ua4d31"}, {"station": "B1"}])
    (finding,) = report_of(_sheets(["D1"]), registry=registry, checks="T203").of("T203")
    assert finding.message == (
        "station D1 is not in the registry; the registry has '\ua4d31' (U+A4D3)"
    )
    # Those that the registry lists are two, and looks are no news.
    both = Registry.of([{"station": "\ua4d31"}, {"station": "D1"}])
    assert report_of(_sheets(["\ua4d31", "D1"]), registry=both, checks="T202").of("T202") == ()
    assert len(report_of(_sheets(["\ua4d31", "D1"]), checks="T202").of("T202")) == 1


def test_one_sheet_under_two_keys_that_look_the_same_says_which_characters() -> None:
    same = [{"station": key, "state": "N", "town": "x", "A": 7, "B": 5, "C": 4} for key in KEYS]
    (finding,) = report_of(same, checks="T201").of("T201")
    assert "under two spellings A1 (U+0041) and \u04101 (U+0410), with the same" in finding.message


KEYS = ("A1", "\u04101")


def test_ids_of_a_contest_that_look_the_same_are_told() -> None:
    contest = Contest.model_validate(
        {"id": "t", "candidates": [{"id": "A"}, {"id": "\u0410"}, {"id": "B"}]}
    )
    table = table_of([{"A": 1, "\u0410": 2, "B": 3}], contest)
    (note,) = report_of(table, contest=contest, checks="T209").of("T209")
    assert note.message == (
        "the ids 'A' (U+0041) and '\u0410' (U+0410) of the contest look the same and are not one"
    )


def test_what_does_not_look_the_same_is_not_told() -> None:
    keys = ["A1", "a1x", "B1", "\u04111", "10", "11", "AL", "CI", "N", "\u0418"]
    assert looking_alike(keys) == []
    report = report_of(_sheets(keys), checks="T202")
    assert [f.station for f in report.of("T202") if "look the same" in f.message] == []
    assert with_code_points(keys) == keys


def test_each_of_many_that_look_the_same_is_held_against_one() -> None:
    assert with_code_points(["00", "0O", "O0"]) == ["00 (U+0030)", "0O (U+004F)", "O0 (U+004F)"]


def test_of_many_keys_that_look_the_same_a_message_names_some() -> None:
    keys = ["".join(each) for each in islice(product("O0", repeat=12), 300)]
    (note,) = (f for f in report_of(_sheets(keys), checks="T202").of("T202") if f.observed == 300)
    assert "and 270 more look the same and are of different characters" in note.message
    assert "and 270 more" in note.arithmetic
    assert len(note.message) + len(note.arithmetic) < 3000
    areas = [{"state": key, "town": "x", "A": 1, "B": 2, "C": 3} for key in keys]
    (area,) = report_of(areas, checks="T209").of("T209")
    assert "and 270 more of state look the same" in area.message


def test_of_many_keys_of_the_registry_that_look_the_same_a_message_names_some() -> None:
    keys = ["".join(each) for each in islice(product("O0", repeat=6), 50)]
    registry = Registry.of([{"station": key} for key in keys[1:]])
    (finding,) = report_of(_sheets(keys[:1]), registry=registry, checks="T203").of("T203")
    assert finding.message.startswith("station OOOOOO is not in the registry; the registry has ")
    assert finding.message.endswith(" and 19 more")


def test_many_rows_of_one_station_are_told_in_every_language() -> None:
    each = [{"state": f"N{at:04}", "A": at} for at in range(1200)]
    rows = [{"station": "1", "town": "x", **one, "B": 1, "C": 4} for one in each]
    report = report_of(rows, checks="T202,T204")
    (figures,), (areas,) = report.of("T202"), report.of("T204")
    assert "A 0 against 1 against 2" in figures.arithmetic
    assert "N0000 / x and N0001 / x" in areas.arithmetic
    for finding in (figures, areas):  # rows, and figures or areas
        assert finding.arithmetic.count("and 1,170 more") == 2
        assert in_language(finding.arithmetic, "es").count("y 1.170 más") == 2


def test_groups_of_names_are_parted_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group is not looked for among all others."""

    class Group(list[str]):
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            raise AssertionError("a group is held against another")

    def groups(texts: Iterable[str]) -> list[list[str]]:
        return [Group(group) for group in looking_alike(texts)]

    monkeypatch.setattr("tallyverify.rules.reading.looking_alike", groups)
    areas = ("Lima", "L\u0456ma", "1O", "10")
    rows = [{"state": area, "town": "x", "A": 1, "B": 2, "C": 3} for area in areas]
    report = report_of(rows, checks="T209")
    assert report.check("T209").reason.startswith("1 name of state is written in different")
    assert len(report.of("T209")) == 1


@given(st.lists(st.text(st.sampled_from("01OIl|'` aA\u0410\u200b-\u2013e\u0301é"), max_size=4)))
def test_many_looks_are_as_each(texts: list[str]) -> None:
    assert looks_of(np.array(texts, dtype=object)).tolist() == [look(text) for text in texts]


@given(st.text())
def test_a_look_of_a_look_is_the_same(text: str) -> None:
    assert look(look(text)) == look(text)


@pytest.mark.hours
@pytest.mark.parametrize("name", CLASSES)
def test_every_key_of_a_class_by_itself(name: str) -> None:
    for pair in (_two(*one) for one in CLASSES[name]):
        found = report_of(_sheets(pair), checks="T201,T202").findings
        told = [f for f in found if set(pair) & {f.station}]
        assert told, (pair, folded_key(pair[0]) == folded_key(pair[1]))
        assert "U+" in told[0].message
