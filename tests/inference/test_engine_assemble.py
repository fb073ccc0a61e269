"""From sheets and a registry to a population, and what is said on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.checking.stations_kept import Sheets
from tallyverify.errors import InputError, listed
from tallyverify.inference.prediction.sampling_frame import SamplingFrame, assemble_frame
from tallyverify.table.registry import Registry

LEVELS = ("state", "town")
Row = tuple[str, float, tuple[int, int], str, str]

# Key, registered voters on the sheet, votes, state, town.
ROWS: list[Row] = [
    ("b", 100, (30, 20), "South", "Quay"),
    ("d", 200, (80, 40), "North", "Quay"),
    ("a", 100, (10, 50), "South", "Port"),
]
PLACES = {
    "a": ("South", "Port"),
    "b": ("South", "Quay"),
    "c": ("North", "Hill"),
    "d": ("North", "Quay"),
}
VOTERS: dict[str, int | None] = {"a": 110, "b": 120, "c": 130, "d": 140}


def sheets_of(
    rows: Any = ROWS, read: Any = True, order: list[str] | None = None, areas: bool = True
) -> Sheets:
    station, registered, votes, state, town = (list(column) for column in zip(*rows, strict=True))
    columns: dict[str, Any] = {
        "station": np.array(station, dtype=object),
        "registered": np.array(registered, dtype=float),
        "votes": np.array(votes),
        "read": np.broadcast_to(read, len(rows)).copy(),
    }
    if order:
        columns["order"] = np.array(order, dtype=object)
    if areas:
        columns["area:state"] = np.array(state, dtype=object)
        columns["area:town"] = np.array(town, dtype=object)
    return Sheets(len(rows), (columns,))


def registry_of(keys: str = "abcd", areas: bool = True, **voters: int | None) -> Registry:
    rows = []
    for key in keys:
        state, town = PLACES[key]
        row: dict[str, Any] = {"station": key, "registered": {**VOTERS, **voters}[key]}
        rows.append({**row, "areas": {"state": state, "town": town}} if areas else row)
    return Registry.of(rows)


def joined(
    sheets: Sheets | None = None, registry: Registry | None = None, **more: Any
) -> SamplingFrame:
    sheets = sheets_of() if sheets is None else sheets
    return assemble_frame(sheets, ("A", "B"), LEVELS, registry, **more)


def same(ours: SamplingFrame, expected: SamplingFrame) -> None:
    one, other = ours.population, expected.population
    assert ours.keys.tolist() == expected.keys.tolist()
    for name in ("size", "seen", "votes"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for depth in range(one.tree.depth + 1):
        assert one.tree.of_station(depth).tolist() == other.tree.of_station(depth).tolist()
    for mine, theirs in ((one.covariates, other.covariates), (one.order, other.order)):
        assert (mine is None) == (theirs is None)
        if mine is not None and theirs is not None:
            np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    for name in ("areas", "voters_known", "capacity", "strangers", "unread", "notes", "mismatch"):
        assert getattr(ours, name) == getattr(expected, name)


def test_a_registry_lists_the_stations() -> None:
    found = joined(registry=registry_of("cdab"))
    population = found.population
    assert found.keys.tolist() == ["a", "b", "c", "d"]
    assert population.seen.tolist() == [True, True, False, True]
    assert population.votes.tolist() == [[10, 50], [30, 20], [0, 0], [80, 40]]
    assert population.size.tolist() == [110, 120, 130, 140]  # not those of the sheets
    assert (population.names, population.levels) == (("A", "B"), LEVELS)
    assert found.areas == ("North", "South")
    assert population.tree.of_station(1).tolist() == [1, 1, 0, 0]
    # Towns in the order of states and names: Hill and Quay of the north, Port and Quay.
    assert population.tree.of_station(2).tolist() == [2, 3, 0, 1]
    assert (found.capacity, found.voters_known, found.from_registry) == (130.0, True, True)
    assert (found.strangers, found.unread, found.notes, found.mismatch) == (0, 0, (), "")
    assert population.covariates is None
    assert population.order is None


def test_without_a_registry_the_sheets_list_the_stations() -> None:
    found = joined(sheets_of(read=[True, True, False]))
    assert found.keys.tolist() == ["a", "b", "d"]
    assert found.population.seen.tolist() == [False, True, True]
    assert found.population.votes.tolist() == [[0, 0], [30, 20], [80, 40]]
    assert found.population.size.tolist() == [100, 100, 200]
    assert (found.capacity, found.unread, found.from_registry) == (100.0, 1, False)
    assert joined(sheets_of(areas=False)).population.tree.depth == 1


def test_an_unread_sheet_is_a_station_not_seen() -> None:
    found = joined(sheets_of(read=[True, False, True]), registry_of())
    assert found.population.seen.tolist() == [True, True, False, False]
    assert (found.unread, found.capacity) == (1, 270.0)


@given(st.permutations("abcd"), st.permutations(range(3)))
def test_neither_order_matters(keys: list[str], rows: list[int]) -> None:
    extra = {"a": 5.0, "b": 1.0, "c": 2.0, "d": 8.0}
    given_by_key = pd.DataFrame({"past": {"a": 0.5, "b": 0.25, "d": 0.75}})

    def of(order: str, at: list[int]) -> SamplingFrame:
        registry = registry_of(order, c=None)
        frame = registry.frame.assign(poor=[extra[key] for key in order])
        sheets = sheets_of([ROWS[i] for i in at], order=[str(10 - i) for i in at])
        return joined(sheets, Registry(frame=frame), covariates=given_by_key.loc[list("dab")])

    same(of("".join(keys), rows), of("abcd", [0, 1, 2]))


def test_sheets_in_parts_are_the_same() -> None:
    one, two = sheets_of(ROWS[:1]), sheets_of(ROWS[1:])
    same(joined(one + two, registry_of()), joined(registry=registry_of()))


def test_a_stranger_is_added_with_a_note() -> None:
    rows = [*ROWS, ("x", 50, (9, 1), "North", "New")]
    found = joined(sheets_of(rows), registry_of())
    assert found.keys.tolist() == ["a", "b", "c", "d", "x"]
    assert found.strangers == 1
    assert found.population.seen[4]
    assert found.population.size[4] == 50
    assert found.population.tree.of_station(1)[4] == 0
    assert found.population.tree.units(2) == 5
    assert found.mismatch == ""
    assert found.notes == (
        "1 of 4 stations with a sheet (25.00 %) are not in the registry, such as 'x'; they were "
        "added to it",
    )


def test_sheets_that_do_not_belong_to_the_registry_are_told_apart() -> None:
    rows = [(f"0{key}" if key != "a" else key, *rest) for key, *rest in ROWS]
    rows = [*rows, ("zz", 10, (1, 1), "North", "Hill")]
    numbers = {"b": "0#12", "d": "0#14", "a": "0#11"}
    numbered = [(numbers[key], *rest) for key, *rest in ROWS]
    listed = Registry.of([{"station": f"0{key}", "registered": 10} for key in range(11, 15)])
    found = joined(sheets_of(numbered, areas=False), listed)
    assert found.mismatch == (
        "sheets and registry do not belong together: 3 of 3 stations with a sheet (100.00 %) are "
        "not in the registry, such as '0#11'; 100 % of them would match with letters and numbers "
        "only ('0#11' is there as '011')"
    )
    found = joined(sheets_of(rows), registry_of())
    assert found.mismatch.startswith("sheets and registry do not belong together: 3 of 4 stations")


def test_keys_in_another_spelling_are_the_same_stations() -> None:
    numbers = {"b": "00012", "d": "14.0", "a": "11"}
    numbered = [(numbers[key], *rest) for key, *rest in ROWS]
    listed = Registry.of([{"station": str(key), "registered": 10} for key in range(11, 15)])
    found = joined(sheets_of(numbered, areas=False), listed)
    assert found.keys.tolist() == ["11", "12", "13", "14"]
    assert found.population.seen.tolist() == [True, True, False, True]
    assert (found.strangers, found.mismatch) == (0, "")
    assert found.notes == (
        "2 stations found in the registry under another spelling of the key, such as '00012' as "
        "'12'",
    )


def test_zeros_within_a_key_make_no_stranger() -> None:
    keys = {"b": "m00012/1", "d": "M14/01", "a": "M011/001"}
    rows = [(keys[key], *rest) for key, *rest in ROWS]
    listed = Registry.of([{"station": f"M{n}/1", "registered": 10} for n in range(11, 15)])
    found = joined(sheets_of(rows, areas=False), listed)
    assert found.population.seen.tolist() == [True, True, False, True]
    assert (found.strangers, found.mismatch) == (0, "")


def test_sheets_of_one_station_under_two_spellings_are_not_counted_as_two() -> None:
    for spelling in ("b", " b"):
        rows: list[Row] = [
            (spelling, *ROWS[0][1:]),
            *ROWS[1:],
            ("B", 90, (40, 10), "South", "Quay"),
        ]
        found = joined(sheets_of(rows), registry_of())
        assert found.mismatch == (
            f"2 sheets stand for one station under several spellings of its key, such as "
            f"{listed(sorted(['B', spelling]))}: it cannot be told which of them counts"
        )


@pytest.mark.parametrize("strangers", [1, 2])
def test_half_of_the_keys_decide(strangers: int) -> None:
    rows: list[Row] = [
        *ROWS[:2],
        ("x", 1, (1, 1), "South", "Quay"),
        ("y", 1, (1, 1), "South", "Quay"),
    ]
    found = joined(sheets_of(rows[: 2 + strangers]), registry_of())
    if strangers == 2:
        assert "2 of 4 stations" in found.mismatch
        assert found.mismatch.endswith("; its keys look like 'a'")
        assert found.notes == ()
    else:
        assert found.mismatch == ""
        assert "1 of 3 stations" in found.notes[0]


def test_a_station_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError, match="stands in the actas twice") as caught:
        joined(sheets_of([*ROWS, ROWS[0], ROWS[0], ROWS[2]]), registry_of())
    assert caught.value.found == "'a', 'b'"
    assert "T201" in str(caught.value)


# Registered voters


@pytest.mark.parametrize("unknown", [None, 0])
def test_voters_that_are_not_known(unknown: int | None) -> None:
    # The sheets' own where the registry has none: 100 of station b.
    found = joined(registry=registry_of(b=unknown))
    assert found.population.size.tolist() == [110, 100, 130, 140]
    assert (found.capacity, found.notes) == (130.0, ())

    # Of no source: the voters that 50 votes take at the turnout of the others, 180 of 250.
    rows = [("b", np.nan, (30, 20), "South", "Quay"), *ROWS[1:]]
    found = joined(sheets_of(rows), registry_of(b=unknown))
    np.testing.assert_allclose(found.population.size, [110, 50 / (180 / 250), 130, 140])
    assert found.capacity == 130.0
    assert found.notes == (
        "1 station of 4 with no registered voters stated (missing or zero): a seen one counts "
        "with the voters that its votes would take at the overall turnout, an unseen one with "
        "their mean",
    )

    # An unseen one counts as the mean of those, or of the known if there are none.
    found = joined(sheets_of(rows), registry_of(b=unknown, c=unknown))
    assert found.population.size[2] == pytest.approx(50 / (180 / 250))
    # Of a list that is not known nothing is known; without voters, no more than the most seen.
    assert found.capacity == (50.0 if unknown == 0 else None)
    assert "2 stations of 4" in found.notes[0]


def test_of_a_list_that_is_not_known_the_mean_stands() -> None:
    found = joined(registry=registry_of(c=None))
    assert found.population.size[2] == pytest.approx((110 + 120 + 140) / 3)


def test_a_station_without_voters_holds_no_votes_unless_others_like_it_do() -> None:
    found = joined(registry=registry_of(c=0))
    assert found.keys.tolist() == ["a", "b", "d"]
    assert (found.empty, found.stations) == (1, 4)
    # Voters of other stations may yet come: no more than the most seen at any.
    assert found.capacity == 120.0
    assert found.notes == (
        "1 unseen station with 0 registered voters hold no votes: no seen station without voters "
        "on its list has any",
    )
    assert not found.lacks(4)
    assert found.lacks(5)


def test_a_row_of_zeros_says_nothing_of_its_list_unless_others_state_theirs() -> None:
    empty = ("c", 0, (0, 0), "North", "Hill")
    bare = joined(sheets_of([*ROWS, empty], read=[True] * 3 + [False]))
    assert bare.population.size[2] == pytest.approx(400 / 3)
    assert (bare.empty, bare.capacity) == (0, None)
    more = [*ROWS, empty, ("e", 7, (0, 0), "North", "Hill")]
    told = joined(sheets_of(more, read=[True] * 3 + [False] * 2))
    assert told.keys.tolist() == ["a", "b", "d", "e"]
    assert told.empty == 1


def test_unseen_lists_hold_no_more_than_the_declared_voters_leave() -> None:
    rows = [*ROWS, ("c", np.nan, (0, 0), "North", "Hill"), ("e", 30, (0, 0), "North", "Hill")]
    sheets = sheets_of(rows, read=[True] * 3 + [False] * 2)
    found = joined(sheets, registered=490)
    assert found.population.size.tolist() == [100, 100, 60, 200, 30]
    assert found.capacity == 90.0
    assert "the 1 unseen station whose voters are not stated have the 60 together" in found.notes[1]
    # Where fewer voters than stations are left, the unseen have no lists of their own.
    assert joined(sheets, registered=401).population.size[2] == pytest.approx(430 / 4)
    # Nor does it bound booths for voters of other stations.
    with_booth = registry_of("abcd", c=0)
    assert joined(registry=with_booth, registered=400).capacity == 120.0


def test_the_largest_excess_over_a_list_is_allowed_for_the_unseen() -> None:
    # 60 votes on a list of 40: half as many again.
    found = joined(registry=registry_of(a=40))
    assert found.capacity == 195.0
    assert found.room.tolist() == [0, 0, 195, 0]


def test_a_station_without_votes_still_has_a_voter() -> None:
    rows = [("b", 0, (0, 0), "South", "Quay"), *ROWS[1:]]
    assert joined(sheets_of(rows), registry_of(b=None)).population.size[1] == 1.0


def test_where_nobody_s_voters_are_known_all_count_alike() -> None:
    rows = [(key, np.nan, *rest) for key, _, *rest in ROWS]
    found = joined(sheets_of(rows), registry_of(a=None, b=0, c=None, d=None))
    assert found.population.size.tolist() == [1.0] * 4
    assert (found.voters_known, found.capacity) == (False, None)
    assert found.notes == (
        "the registered voters of the stations are not known: each counts as one of equal size, "
        "and there is no turnout",
    )
    known = joined(sheets_of(rows), registry_of(a=None, b=0, d=None))
    assert known.population.size.tolist() == [1.0] * 4
    assert known.notes[0] == "of no seen station the registered voters are known"
    full = [*rows, ("c", np.nan, (1, 1), "North", "Hill")]
    assert joined(sheets_of(full)).capacity == 0.0


# Areas


def test_stations_without_an_area_lie_in_none() -> None:
    rows = [(*ROWS[0][:3], "", ""), ROWS[1], (*ROWS[2][:3], " ", "")]
    found = joined(sheets_of(rows))
    population = found.population
    assert found.areas == ("North", "", "")
    assert population.tree.of_station(1).tolist() == [1, 2, 0]  # each a unit of its own
    assert [lone.tolist() for lone in population.lone] == [[False, True, True]] * 2
    assert found.notes == ("2 stations of 3 name no state: estimated by the country, in no state",)
    # What is no area has no size of one.
    assert population.designs[0][:, 0].tolist() == [np.log(200)] * 3
    some = [(*ROWS[0][:3], "South", ""), *ROWS[1:]]
    found = joined(sheets_of(some))
    assert found.areas == ("North", "South")
    assert found.population.tree.of_station(2).tolist() == [1, 2, 0]
    assert found.notes == ("1 station of 3 name no town: estimated by the state, in no town",)
    # A level that nobody names is none.
    none = [(*row[:3], "", row[4]) for row in ROWS]
    assert joined(sheets_of(none)).population.levels == ("town",)


def test_spellings_of_an_area_are_one() -> None:
    spelt = ("SOUTH", "North", " south ")
    rows = [(*row[:3], state, row[4]) for row, state in zip(ROWS, spelt, strict=True)]
    found = joined(sheets_of(rows))
    assert found.areas == ("North", " south ")  # the first of the spellings
    assert found.population.tree.of_station(1).tolist() == [1, 1, 0]


def test_the_registry_says_where_a_station_lies() -> None:
    rows = [(*row[:3], "Elsewhere", "Nowhere") for row in ROWS]
    same(joined(sheets_of(rows), registry_of()), joined(registry=registry_of()))
    # Levels that it does not have are left out, for the unseen would lie nowhere.
    found = joined(registry=registry_of(areas=False))
    assert (found.population.levels, found.areas, found.population.tree.depth) == ((), (), 1)


def test_strata_are_some_of_the_levels() -> None:
    found = joined(registry=registry_of(), strata=["town"])
    assert found.population.levels == ("town",)
    assert found.areas == ("Hill", "Port", "Quay")
    assert found.population.tree.of_station(1).tolist() == [1, 2, 0, 2]
    assert joined(registry=registry_of(), strata=["town", "state"]).population.levels == LEVELS
    with pytest.raises(InputError, match="that the registry has") as caught:
        joined(registry=registry_of(), strata=["stat"])
    assert (caught.value.found, caught.value.expected) == ("'stat'", "'state', 'town'")
    assert caught.value.hint == "did you mean 'state'?"
    with pytest.raises(InputError, match="that the actas have") as caught:
        joined(sheets_of(areas=False), strata=["state"])
    assert caught.value.expected == "none: it names no areas"


# Order and covariates


def test_the_order_of_counting() -> None:
    found = joined(sheets_of(order=["19:40", "19:42", "19:41"]), registry_of())
    assert found.population.order is not None
    assert found.order_lost == ""
    np.testing.assert_array_equal(found.population.order, [70860, 70800, np.nan, 70920])
    odd = joined(sheets_of(order=["soon", "later", "19:41"]), registry_of())
    assert odd.population.order is None
    assert odd.order_lost.startswith("the order of counting cannot")
    assert odd.notes[0].startswith(
        "the order of counting is not used: the order of counting cannot"
    )
    assert "\n" not in odd.notes[0]


@pytest.mark.parametrize(
    ("order", "lost"),
    [
        (["19:40", "", "19:41"], "1 station seen have no place in the order of counting"),
        (["7", "7", "7"], "3 stations seen have one place in the order of counting"),
        (["05/06/2030", "06/06/2030", "07/06/2030"], "the order of counting cannot be read"),
    ],
)
def test_an_order_that_is_lost(order: list[str], lost: str) -> None:
    found = joined(sheets_of(order=order), registry_of())
    assert found.population.order is None
    assert found.order_lost.startswith(lost)
    assert found.notes[0].startswith(f"the order of counting is not used: {lost}")


def test_a_tenth_of_the_seen_may_have_no_place_in_the_order() -> None:
    rows = [(f"{at}", 100.0, (30, 20), "South", "Quay") for at in range(22)]
    told = "stations without a place in the order: taken not to be late"
    for gaps in (2, 3):
        order = [""] * gaps + [str(at) for at in range(gaps, 20)] + ["", ""]
        read = np.arange(22) < 20  # of stations that were not seen no place is needed
        found = joined(sheets_of(rows, read, order, areas=False))
        assert (found.population.order is None) == (found.order_lost != "") == (gaps == 3)
        assert any(told in note for note in found.notes) == (gaps == 2)


def test_further_numbers_of_the_registry_are_covariates_by_voter() -> None:
    frame = registry_of().frame.assign(
        poor=[11, 24, 13, np.nan], word=list("wxyz"), floor=[1, 2, 3, 4]
    )
    found = joined(registry=Registry(frame=frame))
    assert found.population.covariates is not None
    expected = [[0.1, 1 / 110], [0.2, 2 / 120], [0.1, 3 / 130], [0.4 / 3, 4 / 140]]
    np.testing.assert_allclose(found.population.covariates, expected)
    assert found.notes == (
        "covariates: log of registered voters, poor, floor",
        "1 station without a covariate: the mean stands there",
    )


def test_given_covariates_are_taken_by_station() -> None:
    past = pd.DataFrame({"turnout": [0.5, 0.7, 0.9]}, index=["d", "nobody", "a"])
    found = joined(registry=registry_of(), covariates=past)
    assert found.population.covariates is not None
    np.testing.assert_allclose(found.population.covariates[:, 0], [0.9, 0.7, 0.7, 0.5])
    assert found.notes[0] == "covariates: log of registered voters, turnout"
    assert found.notes[1].startswith("2 stations without a covariate")


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (pd.DataFrame({"t": ["x", "y"]}, index=["a", "b"]), r"column 't': covariates are numbers"),
        (pd.DataFrame({"t": [1.0, 2.0]}, index=["a", "a"]), r"each station once"),
        (pd.DataFrame({"t": [1.0, 2.0]}, index=["A", "B"]), r"a covariate is known of no station"),
        (pd.DataFrame({"t": [np.nan, np.inf]}, index=["a", "b"]), r"known of no station"),
    ],
)
def test_covariates_that_do_not_fit_are_refused(past: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        joined(registry=registry_of(), covariates=past)
