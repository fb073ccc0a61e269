"""Kinds of stations: given by a column, or plain from keys and lists; hidden as a pattern."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tallyverify import ActaTable, Contest, InputError, read_actas
from tallyverify.arrays import Mask, Texts
from tallyverify.inference import Estimate, backtest, estimate, registry_from
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.kinds import _forms, _named_or_told, kinds_of
from tallyverify.inference.prediction.population import Population
from tallyverify.simulate import clean_election, hide_stations
from tallyverify.table import KIND
from tests.helpers.tiers import slow_but


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


def test_a_few_odd_keys_hide_no_kinds() -> None:
    letters = np.array(["B"] * 800 + ["C"] * 600 + ["S"] * 97, dtype=object)
    for odd in ([], ["M"], ["M", "X", ""], ["M"] * 9 + ["X"] * 8):
        keys = texts(*(f"{at:05d}{one}" for at, one in enumerate([*letters, *odd])))
        codes, names = kinds_of(keys, np.full(len(keys), 5.0), None)
        told = {f"keys with {one}" for one in "BCS"}
        assert set(names) == told | ({"keys with other letters"} if odd else set())
        assert [names[code] for code in codes[:1497]] == [f"keys with {one}" for one in letters]


@pytest.mark.parametrize(
    ("letters", "forms"),
    [
        ({"B": 60, "C": 40}, {"keys with B", "keys with C"}),
        ({"": 60, "C": 40}, {"keys without letters", "keys with C"}),
        ({"B": 60, "C": 40, "M": 5}, {"keys with B", "keys with C", "keys with other letters"}),
        ({"B": 60, "C": 40, "M": 6}, {""}),  # more than a twentieth are odd
        ({"B": 60, "C": 9}, {""}),  # ten make a kind
        ({"B": 90, "C": 10}, {"keys with B", "keys with C"}),
        ({"B": 100}, {""}),
        (dict.fromkeys("ABCDEFGHIJKL", 10), {f"keys with {one}" for one in "ABCDEFGHIJKL"}),
        (dict.fromkeys("ABCDEFGHIJKLM", 10), {""}),  # thirteen are too many
    ],
)
def test_forms_of_keys(letters: dict[str, int], forms: set[str]) -> None:
    each = [one for one, count in letters.items() for _ in range(count)]
    keys = texts(*(f"{at}{one}" for at, one in enumerate(each)))
    found = _forms(keys, [])
    assert set(found) == forms
    assert len({(one, form) for one, form in zip(each, found, strict=True)}) == len(letters)
    small = texts(*(str(key).lower() for key in keys))
    assert _forms(small, []) == found


def test_forms_that_are_areas_are_none_with_odd_keys_too() -> None:
    keys = texts(*(f"{'ABC'[at % 3]}-{at}" for at in range(60)), "M-61")
    assert set(_forms(keys, [np.append(np.arange(60) % 3, 3)])) == {""}
    assert len(set(_forms(keys, [np.arange(61) // 20]))) == 4


def test_what_a_column_does_not_name_is_told_by_what_is_plain() -> None:
    assert _named_or_told(["post", "not named", "not named"], ["B", "C", ""]) == [
        "post",
        "C",
        "not named",
    ]


def test_a_column_stands_beside_letters() -> None:
    keys = texts(*(f"{at}{'B' if at % 2 else 'C'}" for at in range(40)))
    given = texts(*(["Rural"] * 20 + ["Urban"] * 20))
    codes, names = kinds_of(keys, np.full(40, 5.0), given)
    assert set(names) == {f"{a}, keys with {b}" for a in ("rural", "urban") for b in "BC"}
    assert [names[code] for code in codes[[0, 1, 38, 39]]] == [
        "rural, keys with C",
        "rural, keys with B",
        "urban, keys with C",
        "urban, keys with B",
    ]
    # Where the column names only some, letters tell of the others.
    given = texts(*(["Abroad"] * 20 + [""] * 20))
    assert set(kinds_of(keys, np.full(40, 5.0), given)[1]) == {
        "abroad",
        "keys with B",
        "keys with C",
    }
    # Where both together are too many, the column alone tells.
    many = texts(*(f"kind {at % 7}" for at in range(40)))
    assert set(kinds_of(keys, np.full(40, 5.0), many)[1]) == set(many)


def test_stations_of_a_kind_by_which_it_is_learnt() -> None:
    """Ten, unless a draw by lot would have seen fewer too."""
    kind = np.repeat([0, 1], [900, 100])

    def of(common: int, rare: int) -> Population:
        seen = np.zeros(1000, dtype=bool)
        seen[:common] = seen[900 : 900 + rare] = True
        votes = np.column_stack([seen, seen]).astype(float)
        tree = AreaTree.of([np.arange(1000) % 5], 1000)
        found = Population(tree, np.ones(1000), seen, votes, ("a", "b"), ("state",))
        return replace(found, kind=kind, kinds=("booth", "post"))

    assert of(800, 0).unseen_kinds.tolist() == [1]
    assert of(800, 9).unseen_kinds.tolist() == [1]
    assert of(800, 10).unseen_kinds.tolist() == []
    assert of(800, 100).unseen_kinds.tolist() == []  # none of them is asked for
    assert of(30, 2).unseen_kinds.tolist() == []  # of all 32: as many as a lot leaves
    assert of(30, 0).unseen_kinds.tolist() == [1]  # nothing is nothing
    assert of(800, 9).kind_shares is None
    shares = of(800, 10).kind_shares
    assert shares is not None
    assert shares.tolist() == (kind[:, None] == 1).tolist()
    fewer = of(10, 60).kind_shares  # the commonest of the seen is what others are held against
    assert fewer is not None
    assert fewer.tolist() == (kind[:, None] == 0).tolist()


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
    assert "nothing was seen of the kind 'post', of which" in refused
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


# Kinds of which a part was seen


Special = tuple[ActaTable, ActaTable, Mask]
"""The whole, what was seen of it, and which stations are special."""


def with_special(seed: int, seen_of_it: float, share: float, stations: int = 1500) -> Special:
    """Return an election in which 6 % of the stations give the first candidate such a share.

    Of the others 85 % are seen; ``seen_of_it`` is a number of stations where it is above 1.
    """
    rng = np.random.default_rng(seed)
    table = clean_election(stations=stations, seed=seed).table
    special = rng.random(stations) < 0.06
    valid = table.figure("valid")[0]
    one, two, three = table.contest.candidate_ids
    first = rng.binomial(valid, share)
    votes = {one: first, two: valid - first, three: 0 * valid}
    types = table.frame[list(votes)].dtypes.to_dict()
    frame = table.frame.assign(
        **{name: np.where(special, votes[name], table.figure(name)[0]) for name in votes},
    ).astype(types)
    kind = pd.array(np.where(special, "special", "ordinary"))
    whole = replace(table, frame=frame.assign(**{KIND: kind}))
    seen = ~special & (rng.random(stations) < 0.85)
    of_it = np.flatnonzero(special)
    known = round(seen_of_it * (1 if seen_of_it > 1 else len(of_it)))
    seen[rng.permutation(of_it)[:known]] = True
    return whole, whole.take(seen), special


def margin_held(whole: ActaTable, found: Estimate) -> bool:
    assert found.margin is not None
    votes = {name: int(whole.figure(name)[0].sum()) for name in whole.contest.candidate_ids}
    gap = votes[found.margin.leader] - votes[found.margin.runner_up]
    return found.margin.interval.holds(gap / sum(votes.values()))


@pytest.mark.parametrize("known", [0, 2, 9])
def test_too_few_stations_of_a_kind_give_no_estimate(known: int) -> None:
    whole, seen, special = with_special(1, known, 0.93)
    refused = estimate(seen, registry_from(whole)).refused
    asked = int(special.sum()) - known
    much = "nothing was" if known == 0 else f"only {known} stations were"
    assert refused.startswith(f"{much} seen of the kind 'special', of which {asked} are unseen (")
    plain = replace(whole, frame=whole.frame.drop(columns=KIND))
    blind = replace(seen, frame=seen.frame.drop(columns=KIND))
    assert estimate(blind, registry_from(plain)).refused == ""  # nothing tells the kind


def held_of(seeds: int, seen_of_it: float, share: float) -> tuple[int, int]:
    """Return how many intervals of the margin hold the whole, and how many there are."""
    held = []
    for seed in range(seeds):
        whole, seen, _ = with_special(seed, seen_of_it, share)
        found = estimate(seen, registry_from(whole))
        if found.margin is not None:
            held.append(margin_held(whole, found))
    return sum(held), len(held)


@pytest.mark.parametrize("seen_of_it", slow_but([0.3], [0.3, 0.85]))
def test_a_kind_of_which_a_part_was_seen_is_learnt(seen_of_it: float) -> None:
    held, asked = held_of(8, seen_of_it, 0.93)
    assert asked == 8
    assert held >= 7


@pytest.mark.hours
@pytest.mark.parametrize("share", [0.7, 0.93])
@pytest.mark.parametrize("seen_of_it", [0.3, 0.5, 0.85])
def test_kinds_seen_in_part_are_held(seen_of_it: float, share: float) -> None:
    held, asked = held_of(16, seen_of_it, share)
    print(f"{share}, {seen_of_it} of the kind seen: {held} of {asked}")
    assert asked >= 15
    assert held >= 0.9 * asked


@pytest.mark.parametrize("odd", [0, 3])
def test_letters_of_keys_refuse_what_a_column_would(odd: int) -> None:
    """Three keys of 1,500 with another letter hide nothing."""
    whole, _, special = with_special(2, 0, 0.93)
    rng = np.random.default_rng(2)
    letter = np.where(special, "S", np.where(rng.random(len(whole)) < 0.5, "B", "C"))
    letter[rng.permutation(np.flatnonzero(~special))[:odd]] = "M"
    keys = [f"{at:05d}{one}" for at, one in enumerate(letter)]
    frame = whole.frame.drop(columns=KIND).assign(station=pd.array(keys))
    lettered = replace(whole, frame=frame)
    found = estimate(lettered.take(~special), registry_from(lettered))
    assert found.refused.startswith("nothing was seen of the kind 'keys with S', of which")
