"""Names and keys: what is one up to its spelling, what is not, and what is told as nearly alike."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tallyverify.key_bytes import folded_keys
from tallyverify.names import SCRIPTS, folded, folded_key, look_alikes

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
QUOTES = "'\u2019\u2018\u02bc\u00b4`\uff07"
SPACES = " \u00a0\u2009\u202f\u3000\t"
UNSEEN = "\u200b\u00ad\ufeff\u2060\u200e"

words = st.text(st.sampled_from("abzÑéñçßäöşАбжЯёΔλ漢字אב'-"), min_size=1, max_size=8)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)
parts = st.text(st.sampled_from("0019aAbZñÁЖ"), min_size=1, max_size=6)


@given(st.text())
@example("\u2100 01")
@example("\u0149 \u00b4a")
@example("1.0.0 .0")
@example("И\u0130\u0307")
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded_key(folded_key(text)) == folded_key(text)


@given(names, st.data())
def test_what_spellings_of_one_name_differ_in(name: str, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
    other = unicodedata.normalize(form, name)
    for signs in (DASHES, QUOTES, SPACES):
        other = "".join(data.draw(st.sampled_from(signs)) if c == signs[0] else c for c in other)
    at = data.draw(st.integers(0, len(other)))
    other = f"  {other[:at]}{data.draw(st.sampled_from(UNSEEN))}{other[at:]}\t"
    assert folded(other) == folded(name)
    assert folded_key(other) == folded_key(name)
    assert folded(other.replace(" ", "  ")) == folded(name)
    if name == name.lower().upper().lower():  # not ß, whose capital is another letter
        assert folded(other.upper()) == folded(name)
        assert folded_key(other.upper()) == folded_key(name)


def test_another_width() -> None:
    assert folded("ＬＩＭＡ－１") == folded("Lima-1")
    assert folded_key("０１２／１") == folded_key("12/1")


def test_accents_are_not_folded() -> None:
    assert folded("Pená") != folded("Pena")
    assert folded_key("Pená/1") != folded_key("Pena/1")


# Letters that look the same.

LATIN, CYRILLIC, GREEK = (letters.split() for letters in SCRIPTS.values())


def test_a_word_that_mixes_scripts_is_taken_for_one() -> None:
    assert folded("C\u0430r\u0430cas") == folded("CARACAS")
    assert folded("Рост\u006fв-на-Дону") == folded("Ростов-на-Дону")
    assert folded("\u0391THENS") == folded("Athens")
    # Nothing to be done: neither script has all of these letters.
    assert folded("Zж") == "zж"


def test_a_word_of_one_script_is_a_word_of_its_own() -> None:
    assert folded("АВС") != folded("ABC")
    assert folded("АВС") == "авс"
    assert folded("Район B") != folded("Район В")
    words = ["".join(letters) for letters in (CYRILLIC, LATIN)]
    assert len({folded(word.upper()) for word in words}) == 2


@pytest.mark.parametrize("letters", [CYRILLIC, GREEK])
def test_keys_take_letters_that_look_the_same_as_one(letters: list[str]) -> None:
    alike = [(one, own) for one, own in zip(LATIN, letters, strict=True) if own != "."]
    for latin, own in alike:
        assert folded_key(f"12-{own.upper()}") == folded_key(f"12-{latin}")
    # And no two of one script.
    assert len({folded_key(own) for _, own in alike}) == len(alike)
    assert folded_key("Ж1") != folded_key("X1")


# Keys of stations.


@given(st.lists(parts, min_size=1, max_size=3), st.data())
def test_what_spellings_of_one_key_differ_in(key: list[str], data: st.DataObject) -> None:
    zeros = st.sampled_from(["", "0", "000"])
    other = [data.draw(zeros) + part if part[0].isdigit() else part for part in key]
    other = [
        part + ".0" if part.isdecimal() and data.draw(st.booleans()) else part for part in other
    ]
    between = data.draw(st.sampled_from(["/", " / ", "\uff0f"]))
    assert folded_key(between.join(other).upper()) == folded_key("/".join(key))


@given(*[st.lists(parts, min_size=1, max_size=3)] * 2)
@example(["1", "11"], ["11", "1"])
@example(["1-1", "1"], ["1", "1-1"])
def test_keys_are_not_merged_across_parts(one: list[str], other: list[str]) -> None:
    same = [folded_key(part) for part in one] == [folded_key(part) for part in other]
    assert (folded_key("/".join(one)) == folded_key("/".join(other))) == same


def test_keys_that_are_not_one() -> None:
    keys = ["1/11", "11/1", "1/1/1", "111", "1//11", "1-11", "-1", "1", "10", "01A", "A01", "0", ""]
    for one, other in combinations(keys, 2):
        assert folded_key(one) != folded_key(other), (one, other)
    assert folded_key("000") == folded_key("0.0") == "0"
    assert folded_key("12.") == folded_key("'012") == "12"
    assert folded_key("M0012b003") == folded_key("m12B3") == "m12b3"
    assert folded_key("M100") != folded_key("M10")
    assert folded_key("-") == "-"
    assert folded_key("1_02") == folded_key("1 – 2") == folded_key("1.2") == "1-2"


@given(st.lists(st.text(st.sampled_from("0019aAZ/-. ñ\u2013"), max_size=7), max_size=40))
@example(["0", "00", "", "0/0", "00-0", "a-", "-0", "0", "/", "//00"])
def test_many_keys_fold_as_one_does(keys: list[str]) -> None:
    expected = [folded_key(key) for key in keys]
    series = pd.Series(keys, dtype="str")
    for given_keys in (keys, np.array(keys, dtype=object), series, series.iloc[::-1].iloc[::-1]):
        assert folded_keys(given_keys).tolist() == expected
    assert folded_keys(series.iloc[1:]).tolist() == expected[1:]


def test_keys_that_are_no_text() -> None:
    assert folded_keys(pd.Series([7, 12])).tolist() == ["7", "12"]
    assert folded_keys(["01", None]).tolist() == ["1", ""]
    assert folded_keys(np.array([7, "08", None], dtype=object)).tolist() == ["7", "8", ""]


# What is nearly alike.


def told(declared: list[str], sheets: list[str]) -> list[tuple[str, str, str]]:
    return [(pair.one, pair.other, pair.differ) for pair in look_alikes(declared, sheets)]


def test_pairs_that_were_not_joined_are_told() -> None:
    assert told(["Peña"], ["PENA"]) == [("Peña", "PENA", "accents")]
    assert told(["St. Louis"], ["St Louis"]) == [("St. Louis", "St Louis", "punctuation")]
    assert told(["АТОМ"], ["ATOM"]) == [("АТОМ", "ATOM", "script")]
    for other in ("Casttilla", "Catilla", "Castlila", "Cascilla"):
        assert told(["Castilla"], [other]) == [("Castilla", other, "one letter")]


def test_pairs_that_are_not_told() -> None:
    assert told(["Lima", "Peña"], [" LIMA", "Pen\u0303a"]) == []
    assert told(["Lima", "Lina"], ["Lima"]) == []
    assert told(["District 3"], ["District 4"]) == []
    assert told(["District 1"], ["District 11"]) == []
    assert told(["Ica"], ["Ida"]) == []
    assert told(["Castilla"], ["Casttiila"]) == []
    assert told([], ["x"]) == told(["x"], []) == []


@given(st.lists(names, max_size=6), st.lists(names, max_size=6))
def test_a_pair_is_told_from_both_sides(here: list[str], there: list[str]) -> None:
    back = {(one, other, differ) for other, one, differ in told(there, here)}
    assert back == set(told(here, there))
    joined = set(map(folded, here)) & set(map(folded, there))
    assert all({folded(one), folded(other)}.isdisjoint(joined) for one, other, _ in back)
