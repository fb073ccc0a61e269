"""Kinds of stations: given by a column, or plain from keys and lists; hidden as a pattern."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tallyverify import ActaTable, Contest, InputError, read_actas
from tallyverify.arrays import Texts
from tallyverify.inference import backtest, estimate, registry_from
from tallyverify.inference.prediction.kinds import kinds_of
from tallyverify.simulate import clean_election, hide_stations
from tallyverify.table import KIND


def texts(*given: str) -> Texts:
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


def of_kinds(stations: int, postal: float) -> ActaTable:
    """Return an election in which a column of the file says which stations are postal boards."""
    table = clean_election(stations=stations, seed=3).table
    sort = np.where(np.random.default_rng(1).random(stations) < postal, "post", "booth")
    return replace(table, frame=table.frame.assign(**{KIND: pd.array(sort)}))


def test_an_unseen_kind_gives_no_estimate_unless_it_is_small() -> None:
    table = of_kinds(1200, 0.1)
    seen = table.take((table.frame[KIND] != "post").to_numpy())
    refused = estimate(seen, registry_from(table)).refused
    assert "nothing was seen of the stations of the kind 'post'" in refused
    few = of_kinds(1200, 0.004)
    assert not estimate(
        few.take((few.frame[KIND] != "post").to_numpy()), registry_from(few)
    ).refused


def test_whole_kinds_are_hidden_in_the_backtest_and_set_no_factor() -> None:
    table = of_kinds(1200, 0.2)
    seen = hide_stations(table, 0.2, seed=1)
    found = backtest(seen, registry_from(table))
    assert {"kinds", "learnt"} <= {row.pattern for row in found.rows}
    assert found.setting == "learnt"
    plain = replace(table, frame=table.frame.drop(columns=KIND))
    others = backtest(hide_stations(plain, 0.2, seed=1), registry_from(plain))
    assert "kinds" not in {row.pattern for row in others.rows}


def test_a_mapping_names_the_column() -> None:
    contest = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    rows = [
        {"no": at, "sort": "post" if at % 2 else "booth", "n": 100, "A": 40, "B": 30}
        for at in range(6)
    ]
    mapping = {
        "station": ["no"],
        "kind": "sort",
        "lines": {"registered": "n"},
        "votes": {"A": "A", "B": "B"},
    }
    table = read_actas(rows, contest=contest, mapping=mapping)
    assert table.frame[KIND].tolist() == ["booth", "post"] * 3
    assert registry_from(table).frame[KIND].tolist() == ["booth", "post"] * 3
    with pytest.raises(InputError, match="sortt"):
        read_actas(rows, contest=contest, mapping={**mapping, "kind": "sortt"})


def test_letters_that_name_areas_are_no_kinds() -> None:
    keys = texts(*(f"{'ABC'[at % 3]}-{at}" for at in range(60)))
    state = np.arange(60) % 3
    assert kinds_of(keys, np.full(60, 5.0), None, [state])[1] == ("all",)
    county = np.arange(60) % 6
    assert kinds_of(keys, np.full(60, 5.0), None, [county])[1] == ("all",)
    other = np.arange(60) // 20
    assert len(kinds_of(keys, np.full(60, 5.0), None, [other])[1]) == 3


def test_kinds_that_the_registry_does_not_name_refuse_nothing() -> None:
    table = of_kinds(1200, 0.2)
    registry = registry_from(replace(table, frame=table.frame.drop(columns=KIND)))
    found = estimate(hide_stations(table, 0.2, seed=1), registry)
    assert found.refused == ""
