"""How much of its area a declared row holds, exactly at each limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tallyverify import Registry
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.extents import Extent, count_rows, extents, same_hours
from tallyverify.feasibility.figures.published import Series
from tallyverify.records import Declared
from tests.helpers.cases import CONTEST, declared_of, nation

VOTES = {"A": 9}


class Seen:
    """So many sheets of stations with so many voters each, as far as extents look into them."""

    def __init__(self, stations: int, voters: int = 100) -> None:
        self.stations = np.array([f"{at:03d}" for at in range(stations)])
        self.registered = np.full(stations, voters)

    def __len__(self) -> int:
        return len(self.stations)

    def within(self, area: int) -> tuple[int, int]:
        return len(self) - area, len(self)


def series_of(declared: Declared) -> Series:
    return Series("", tuple((one, one.areas) for one in declared.in_order), (), "")


def held(
    *bulletins: dict[str, Any],
    seen: int = 60,
    voters: int = 100,
    registry: Registry | None = None,
    **more: Any,
) -> dict[tuple[int, int], Extent]:
    declared = declared_of(*bulletins, **more)
    facts = CaseFacts(CONTEST, declared, registry, levels=("state",))
    sheets: Any = Seen(seen, voters)
    return extents(series_of(declared), facts, sheets)


def of(row: dict[str, Any], **more: Any) -> Extent:
    """Return what the row of a bulletin holds that is not the last."""
    return held(nation(votes=VOTES, **row), nation(votes=VOTES), **more)[0, 0]


def ranges(one: Extent) -> tuple[Any, ...]:
    return one.whole, one.stations, one.seen, one.voters


@pytest.mark.parametrize(
    ("row", "more", "expected"),
    [
        ({"complete": True}, {}, (True, None, None, None)),
        ({"complete": False}, {}, (False, None, None, None)),
        ({"stations": 100}, {"stations": 100}, (True, (100, 100), None, None)),
        ({"stations": 99}, {"stations": 100}, (False, (99, 99), None, None)),
        ({"stations": 99, "complete": False}, {"stations": 100}, (False, (99, 99), None, None)),
        ({"stations": 60}, {"stations": 60}, (True, (60, 60), None, None)),
        # More sheets than stations: a station may have several.
        ({"stations": 50}, {"stations": 50}, (True, None, None, None)),
        ({"stations": 49}, {"stations": 50}, (False, (49, 59), None, None)),
        ({"stations": 59}, {"stations": 59}, (True, None, None, None)),
        ({"stations": 58}, {"stations": 59}, (False, (58, 59), None, None)),
        ({"stations": 40}, {}, (False, (40, 40), None, None)),
        # A coverage of 100 % is of 99.5 % at least.
        ({"coverage": 1}, {"stations": 199}, (True, (199, 199), None, None)),
        ({"coverage": 1}, {"stations": 200}, (False, (199, 200), None, None)),
        ({"coverage": 1}, {"stations": 1000}, (False, (995, 1000), None, None)),
        ({"coverage": 1}, {"seen": 199}, (True, None, None, None)),
        ({"coverage": 1}, {"seen": 200}, (False, None, (199, 200), None)),
        ({"coverage": 1, "complete": False}, {"stations": 100}, (False, (100, 100), None, None)),
        # Others are rounded to their last digit.
        ({"coverage": 0.8}, {"stations": 100}, (False, (80, 80), None, None)),
        ({"coverage": 0.8}, {"stations": 1000}, (False, (795, 805), None, None)),
        ({"coverage": 0.801}, {"stations": 1000}, (False, (801, 801), None, None)),
        ({"coverage": 0.8}, {"stations": 10, "seen": 5}, (False, (8, 8), None, None)),
        # No whole number lies within: either side.
        ({"coverage": 0.8012}, {"stations": 100}, (False, (80, 81), None, None)),
        ({"coverage": 0.8}, {}, (False, None, None, None)),
    ],
)
def test_stations_that_a_row_holds(
    row: dict[str, Any], more: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert ranges(of(row, **more)) == expected


@pytest.mark.parametrize(
    ("row", "more", "words"),
    [
        ({"complete": True}, {}, "it is declared complete"),
        ({"complete": False}, {}, ""),
        ({"stations": 100}, {"stations": 100}, "it holds all 100 stations"),
        ({"stations": 50}, {"stations": 50}, "it holds all 50 stations"),
        ({"stations": 1}, {"stations": 100}, "it holds 1 station"),
        ({"coverage": 1}, {"stations": 199}, "a coverage of 100 % leaves out at most 0 stations"),
        ({"coverage": 1}, {"stations": 200}, "a coverage of 100 % leaves out at most 1 station"),
        (
            {"coverage": 0.8, "coverage_basis": "stations"},
            {"stations": 99, "registered": 6000},
            "it holds 79.5 to 80.5 % of the stations",
        ),
        ({"coverage": 0.8, "coverage_basis": "stations"}, {"registered": 6000}, ""),
        (
            {"coverage": 0.8, "coverage_basis": "registered"},
            {"stations": 99, "registered": 6000},
            "its stations have 79.5 to 80.5 % of the registered voters",
        ),
        ({"coverage": 0.8, "coverage_basis": "registered"}, {"stations": 99}, ""),
        ({"coverage": 0.8}, {}, "it holds 79.5 to 80.5 % of the stations, or of the voters"),
    ],
)
def test_it_is_said_in_words(row: dict[str, Any], more: dict[str, Any], words: str) -> None:
    said = of(row, **more).words
    assert said == (f"bulletin 1, the whole country: {words}" if words else "")


def test_voters_that_a_row_holds() -> None:
    by_voters = {"coverage": 0.8, "coverage_basis": "registered"}
    # 79.5 to 80.5 % of 10,000, and the 4,000 who are on no seen list may be among them.
    unknown = of(by_voters, registered=10_000)
    assert ranges(unknown) == (False, None, None, (3950, 8050))
    assert not unknown.either
    assert of(by_voters, registered=6000).voters == (4770, 4830)
    assert of(by_voters, registered=5000).voters == (3975, 4025)
    assert of({"coverage": 0.01, "coverage_basis": "registered"}, registered=10_000).voters == (
        0,
        150,
    )
    # Every list is known: of these, or of those declared.
    known = of(by_voters, registered=6100, stations=60)
    assert ranges(known) == (False, None, None, (4770, 4910))
    assert of(by_voters, registered=5900, stations=60).voters == (4691, 4830)
    # Without lists, or voters declared, nothing is known of it.
    assert of(by_voters, registered=6100, voters=0).voters is None
    assert of(by_voters).voters is None
    assert of(by_voters).words == ""
    # Annulled stations may be on no list.
    some = of(by_voters, registered=6100, stations=60, annulled=["001"])
    assert some.voters == (4750, 4910)
    both = of({"coverage": 0.8}, registered=6000, stations=60)
    assert (both.either, both.stations, both.voters) == (True, (48, 48), (4770, 4830))


def test_voters_of_a_registry_that_lists_every_station() -> None:
    def listed(**last: int) -> Registry:
        rows = [{"station": f"{at:03d}", "registered": 100} for at in range(60)]
        return Registry.of([*rows, {"station": "060", **last}])

    by_voters = {"coverage": 0.8, "coverage_basis": "registered"}
    # 6,000 seen and 500 unseen: 79.5 to 80.5 % of 6,500 are 5,167.5 to 5,232.5.
    one = of(by_voters, registered=6500, stations=61, registry=listed(registered=500))
    assert one.voters == (5168, 5232)
    two = of(by_voters, registered=6500, stations=61, registry=listed())
    assert two.voters == (4668, 5232)  # one list is not known


@pytest.mark.parametrize(
    ("row", "more", "share"),
    [
        ({}, {}, (775, 825)),  # a unit more to each side, and one in a hundred
        ({}, {"annulled": 3}, (772, 825)),
        ({}, {"annulled": ["007"]}, (774, 825)),
        ({"coverage_basis": "registered"}, {}, None),
        ({"coverage_basis": None}, {}, None),
        ({"stations": None}, {}, None),
        ({"coverage": None}, {}, None),
        ({"coverage": 0.01}, {}, (0, 35)),
        ({"coverage": 0.99}, {}, (965, 1000)),
        ({}, {"stations": 99, "seen": 9}, (77, 81)),
        ({}, {"stations": 250, "seen": 9}, (195, 205)),
        ({}, {"stations": None}, None),
    ],
)
def test_stations_that_a_coverage_allows_beside_their_number(
    row: dict[str, Any], more: dict[str, Any], share: tuple[int, int] | None
) -> None:
    stated = {"coverage": 0.8, "stations": 7, "coverage_basis": "stations", **row}
    stated = {name: value for name, value in stated.items() if value is not None}
    assert of(stated, **{"stations": 1000, **more}).share == share


def test_only_a_last_bulletin_that_says_nothing_is_taken_as_whole() -> None:
    silent = nation(votes=VOTES)
    two = held(silent, silent)
    assert (two[0, 0].whole, two[0, 0].taken) == (False, False)
    assert (two[1, 0].whole, two[1, 0].taken) == (True, True)
    assert "is taken as the whole count" in two[1, 0].words
    for says in ({"complete": False}, {"coverage": 0.5}, {"stations": 3}, {"complete": True}):
        (one,) = held(nation(votes=VOTES, **says)).values()
        assert not one.taken, says
    # What one of its rows says, it says.
    rows = {"areas": [{"votes": VOTES}, {"area": {"state": "N"}, "votes": VOTES, "stations": 3}]}
    assert not any(one.taken for one in held(rows).values())


def test_a_row_of_100_percent_that_has_an_area_of_less() -> None:
    def both(country: float, state: float) -> tuple[Extent, Extent]:
        rows = [
            {"votes": VOTES, "coverage": country},
            {"area": {"state": "N"}, "votes": VOTES, "coverage": state},
        ]
        found = held({"areas": rows}, seen=200)
        return found[0, 0], found[0, 1]

    assert [one.seen for one in both(1, 1)] == [(199, 200), (198, 200)]
    assert [one.seen for one in both(0.9, 1)] == [None, (198, 200)]
    assert [one.seen for one in both(1, 0.9)] == [None, None]
    # Levels that the sheets lack are no rows.
    town = {"areas": [{"votes": VOTES}, {"area": {"town": "x"}, "votes": VOTES}]}
    assert set(held(town)) == {(0, 0)}


def test_rows_that_bound_stations_or_voters() -> None:
    declared = declared_of(nation(votes=VOTES), nation(votes=VOTES))
    series = series_of(declared)

    def rows(one: Extent, *, voters: bool) -> list[tuple[str, int, int, bool]]:
        found = count_rows(series, {(1, 0): one}, voters=voters)
        assert all((row.bulletin, row.bulletin_id, row.area) == (1, "2", 0) for row in found)
        return [(row.figure.kind, row.low, row.high, row.of_stations) for row in found]

    stations, voters = ("stations", 3, 4, True), ("registered", 30, 40, True)
    both = Extent(False, stations=(3, 4), voters=(30, 40))
    assert rows(both, voters=False) == rows(both, voters=True) == [stations]
    either = Extent(False, stations=(3, 4), voters=(30, 40), either=True)
    assert rows(either, voters=False) == [stations]
    assert rows(either, voters=True) == [voters]
    alone = Extent(False, voters=(30, 40))
    assert rows(alone, voters=False) == rows(alone, voters=True) == [voters]
    perhaps = Extent(False, voters=(30, 40), either=True)
    assert (rows(perhaps, voters=False), rows(perhaps, voters=True)) == ([], [voters])
    seen = Extent(False, seen=(5, 6))
    assert rows(seen, voters=False) == [("seen", 5, 6, True)]
    beside = Extent(False, share=(7, 8))
    assert rows(beside, voters=False) == [("stations", 7, 8, True)]
    assert rows(Extent(True), voters=False) == []


@pytest.mark.parametrize(
    ("stations", "alike"),
    [
        ((4, 2, 2), True),
        ((5, 2, 2), False),
        ((3, 2, 2), False),
        ((4, 2, None), False),
        ((None, 2, 2), False),
        ((2, 0, 2), True),
    ],
)
def test_rows_of_one_hour_are_those_whose_stations_add_up(
    stations: tuple[int | None, ...], alike: bool
) -> None:
    areas: list[dict[str, Any]] = [{}, {"area": {"state": "N"}}, {"area": {"state": "S"}}]
    rows = [
        {"votes": VOTES, **area, **({} if count is None else {"stations": count})}
        for area, count in zip(areas, stations, strict=True)
    ]
    declared = declared_of({"areas": rows})
    facts = CaseFacts(CONTEST, declared, levels=("state", "town"))
    series = series_of(declared)
    assert same_hours(series, {}, facts) is alike
    # Where the country is whole, or all rows are, they are whatever is stated.
    whole = {(0, 0): Extent(True)}
    assert same_hours(series, whole, facts)
    assert same_hours(series, {(0, at): Extent(True) for at in range(3)}, facts)
    assert same_hours(series, {(0, 1): Extent(True), (0, 2): Extent(True)}, facts) is alike
    taken = {(0, 0): Extent(True, taken=True)}
    assert same_hours(series, taken, facts)
    assert same_hours(series, taken, facts, taken=False) is alike
    # One row is of one hour; and so is every bulletin, or none.
    alone = declared_of(nation(votes=VOTES))
    assert same_hours(series_of(alone), {}, CaseFacts(CONTEST, alone, levels=("state",)))
    two = declared_of(nation(votes=VOTES), {"areas": rows})
    facts = CaseFacts(CONTEST, two, levels=("state", "town"))
    assert same_hours(series_of(two), {}, facts) is alike


@pytest.mark.parametrize(("state", "alike"), [(4, True), (3, False)])
def test_one_state_beside_the_country(state: int, alike: bool) -> None:
    rows = [
        {"votes": VOTES, "stations": 4},
        {"area": {"state": "N"}, "votes": VOTES, "stations": state},
    ]
    declared = declared_of({"areas": rows})
    facts = CaseFacts(CONTEST, declared, levels=("state",))
    assert same_hours(series_of(declared), {}, facts) is alike


def test_states_without_the_country_are_not_known_to_be_of_one_hour() -> None:
    rows = [{"area": {"state": name}, "votes": VOTES, "stations": 2} for name in "NS"]
    declared = declared_of({"areas": rows})
    facts = CaseFacts(CONTEST, declared, levels=("state",))
    assert not same_hours(series_of(declared), {}, facts)
    whole = {(0, at): Extent(True) for at in (1, 2)}
    assert same_hours(series_of(declared), whole, facts)


def test_towns_within_a_state_are_not_added_to_it() -> None:
    rows = [
        {"votes": VOTES, "stations": 4},
        {"area": {"state": "N"}, "votes": VOTES, "stations": 4},
        {"area": {"state": "N", "town": "x"}, "votes": VOTES, "stations": 1},
    ]
    declared = declared_of({"areas": rows})
    facts = CaseFacts(CONTEST, declared, levels=("state", "town"))
    assert same_hours(series_of(declared), {}, facts)
    without = CaseFacts(CONTEST, declared)  # the sheets name no area: one row is left
    assert same_hours(series_of(declared), {}, without)
