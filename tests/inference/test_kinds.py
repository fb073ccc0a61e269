"""Kinds of stations: given by a column, or plain from keys and lists; hidden as a pattern."""

from __future__ import annotations

import numpy as np

from tallyverify.inference.prediction.kinds import kinds_of


def texts(*given: str) -> np.ndarray:
    return np.array(given, dtype=object)


def test_a_column_names_them_folded() -> None:
    keys = texts(*map(str, range(4)))
    codes, names = kinds_of(keys, np.full(4, 5.0), texts("Postal", " postal", "", "URBAN"))
    assert [names[code] for code in codes] == ["postal", "postal", "not named", "urban"]


def test_letters_of_keys_tell_them_where_they_are_few() -> None:
    keys = texts(*(f"12-{at}-{'B' if at % 2 else 'C'}" for at in range(40)))
    codes, names = kinds_of(keys, np.full(40, 5.0), None)
    assert names == ("keys with B", "keys with C")
    assert codes.tolist() == [1, 0] * 20
    named = texts(*(f"{chr(65 + at % 26)}{chr(65 + at // 26)}" for at in range(100)))
    assert kinds_of(named, np.full(100, 5.0), None)[1] == ("all",)
    rare = texts(*(["1B"] * 50 + ["2X"]))
    assert kinds_of(rare, np.full(51, 5.0), None)[1] == ("all",)


def test_stations_without_a_list_are_a_kind() -> None:
    voters = np.array([400.0] * 30 + [0.0] * 12)
    codes, names = kinds_of(texts(*map(str, range(42))), voters, None)
    assert names == ("all", "no voters on the list")
    assert codes.sum() == 12
    unknown = np.where(voters == 0, np.nan, voters)
    assert kinds_of(texts(*map(str, range(42))), unknown, None)[1] == ("all",)
