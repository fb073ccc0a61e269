"""Keys of two tables: joined where they are one, and never to another station."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.names import folded_key
from tallyverify.table import match_keys, no_key_in_common

KEYS = st.text("0123456789/-. aAñnÑ", min_size=1, max_size=7)


def joined(first: list[str], second: list[str], **how: object) -> dict[str, str]:
    match = match_keys(first, second, **how)  # type: ignore[arg-type]
    return {second[at]: first[to] for at, to in enumerate(match.places) if to >= 0}


@pytest.mark.parametrize(
    ("first", "second", "form"),
    [
        ("001/01", "001/01", "spelt"),
        ("001/01", "1/1", "folded"),
        ("A-12", "a-12", "folded"),
        ("101", "101.0", "folded"),
        ("Peña/3", "pena/3", "accents"),
        ("12-3", "12/3", "accents"),
        ("12 3", "12.3", "folded"),
    ],
)
def test_each_form_joins_what_is_one(first: str, second: str, form: str) -> None:
    match = match_keys([first, "other"], ["else", second])
    assert match.places.tolist() == [-1, 0]
    assert match.forms == {form: 1}


def test_parts_joined_with_their_zeros() -> None:
    first = [f"{centre}/{mesa}" for centre in ("250601011", "20101001") for mesa in (1, 2, 12)]
    second = [f"{c}{m:02d}" for c in ("250601011", "020101001") for m in (1, 2, 12)]
    assert joined(first, second) == dict(zip(second, first, strict=True))
    assert joined(second, first) == dict(zip(first, second, strict=True))


def test_a_part_that_is_wider_on_the_joined_side() -> None:
    first = [f"{centre}/{mesa}" for centre in (101, 102) for mesa in (1, 2, 3)]
    second = [f"{centre}{mesa:03d}" for centre in (101, 102) for mesa in (1, 2, 3)]
    assert joined(first, second) == dict(zip(second, first, strict=True))


def test_parts_joined_without_zeros_may_be_another_station() -> None:
    """111 is 1/11 or 11/1: it is joined to neither, and suggested for none of two."""
    first = ["1/11", "11/1", "1/2"]
    match = match_keys(first, ["111", "12"])
    assert match.places.tolist() == [-1, -1]
    assert match.suggested == {"1/2": "12"}


def test_few_keys_that_could_be_joined_by_chance_are_not() -> None:
    first = [f"{a}/{b:02d}" for a in range(10) for b in range(10)]
    assert joined(first, ["101", "x1", "x2", "x3"]) == {}


def test_what_two_keys_of_one_side_have_joins_none() -> None:
    assert joined(["1", "01"], ["001"]) == {}
    assert joined(["1"], ["01", "001"]) == {}
    assert joined(["1", "01"], ["01", "001"]) == {"01": "01"}


def test_a_crosswalk_comes_first() -> None:
    """Also where a key was given to another station since."""
    assert joined(["1", "2"], ["1", "9"], crosswalk={"1": "2", "9": "01"}) == {"1": "2", "9": "1"}


def test_what_a_crosswalk_names_is_joined_by_it_or_not_at_all() -> None:
    """The capture numbers stations from 1, the actas from 2, and each has another half."""
    assert joined(["5", "7", "8"], ["5", "9"], crosswalk={"5": "99", "9": "7"}) == {"9": "7"}
    actas, other = [str(n) for n in range(1, 100, 2)], [str(n) for n in range(1, 100, 2)]
    assert joined(actas, other, crosswalk={str(n): str(n + 1) for n in range(1, 100)}) == {}
    assert joined(["1", "2", "3"], ["1", "2", "3"], crosswalk={"1": "3", "2": "3"}) == {}


def test_marks_of_other_scripts_make_other_letters() -> None:
    assert joined(["が1", "й2", "ñ3"], ["か1", "и2", "n3"]) == {"n3": "ñ3"}


def test_joined_parts_without_a_zero_are_only_suggested() -> None:
    match = match_keys(["1/11", "2/12"], ["111", "212"])
    assert match.places.tolist() == [-1, -1]
    assert match.suggested == {"1/11": "111", "2/12": "212"}


def test_a_crosswalk_of_two_keys_to_one_joins_neither() -> None:
    assert joined(["1"], ["8", "9"], crosswalk={"8": "1", "9": "1"}) == {}


@given(st.lists(KEYS, max_size=8), st.lists(KEYS, max_size=8))
def test_no_key_is_joined_twice_or_without_its_digits(first: list[str], second: list[str]) -> None:
    match = match_keys(first, second)
    met = match.places[match.places >= 0].tolist()
    assert len(met) == len(set(met))
    assert sum(match.forms.values()) == len(met)
    for row, at in enumerate(match.places):
        if at >= 0:
            one, other = (
                sorted(c for c in folded_key(key) if c in "123456789")
                for key in (first[at], second[row])
            )
            assert one == other


@given(st.lists(KEYS, min_size=1, max_size=8, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_keys_is_nothing(keys: list[str], random: object) -> None:
    second = [key.replace("/", "-").upper() for key in keys]
    shuffled = second.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert joined(keys, second) == joined(keys, shuffled)


def test_keys_that_match_nowhere_are_shown_with_their_forms() -> None:
    error = no_key_in_common([f"S-{n}A" for n in range(9)], [f"{n}" for n in range(9)], ("x", "y"))
    said = str(error)
    assert "x and y have no station in common" in said
    assert said.count("→") == 10
    assert "'S-1A' → 's/1a'" in said
    assert "same digits in them" in said


def test_an_empty_key_is_no_station() -> None:
    assert joined(["", "1"], ["", "1"]) == {"1": "1"}
    assert np.array_equal(match_keys([], ["1"]).places, [-1])
