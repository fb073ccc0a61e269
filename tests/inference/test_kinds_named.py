"""Kinds that a column names of some stations only, and keys with a few odd ones among them."""

from __future__ import annotations

import numpy as np

from tallyverify.inference.prediction.kinds import kinds_of
from tallyverify.inference.prediction.population import NOT_NAMED

KEYS = np.array([f"{at:04d}{'BC'[at % 2]}" for at in range(200)], dtype=object)
VOTERS = np.full(200, 400.0)


def named(of: dict[str, str], blank: slice) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return the kind of each key by its letter; empty in a part."""
    texts = np.array([of[str(key)[-1]] for key in KEYS], dtype=object)
    texts[blank] = ""
    return texts


def test_a_column_that_only_the_sheets_have_makes_no_kind_of_the_others() -> None:
    given = named({"B": "basica", "C": "contigua"}, slice(0, 100))
    seen = np.arange(200) >= 100
    assert kinds_of(KEYS, VOTERS, given, seen=seen)[1] == ("keys with B", "keys with C")
    digits = np.array([f"{at:04d}" for at in range(200)], dtype=object)
    assert set(kinds_of(digits, VOTERS, given, seen=seen)[1]) == {"basica", "contigua", NOT_NAMED}


def test_where_seen_ones_have_no_name_either_letters_tell_of_those() -> None:
    given = named({"B": "abroad", "C": "abroad"}, slice(50, 200))
    seen = np.arange(200) >= 20
    assert set(kinds_of(KEYS, VOTERS, given, seen=seen)[1]) == {
        "abroad",
        "keys with B",
        "keys with C",
    }


def test_where_nothing_else_is_plain_what_has_no_name_stays_without_one() -> None:
    digits = np.array([f"{at:04d}" for at in range(200)], dtype=object)
    given = np.array(["special"] * 20 + [""] * 180, dtype=object)
    assert kinds_of(digits, VOTERS, given)[1] == (NOT_NAMED, "special")


def test_odd_keys_make_no_kinds_of_areas() -> None:
    keys = np.array([f"{'ABCDE'[at // 40]}{at:04d}" for at in range(200)], dtype=object)
    areas = [np.arange(200) // 40]
    assert kinds_of(keys, VOTERS, None, areas)[1] == ("all",)
    keys[[3, 90, 150]] = ["A0003X", "C0090X", "D0150Y"]
    assert kinds_of(keys, VOTERS, None, areas)[1] == ("all",)
