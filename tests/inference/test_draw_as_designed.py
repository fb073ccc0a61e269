"""A drawn sample lies as its design says, or there is no estimate from it."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallyverify import ActaTable, Case, InputError, Status, verify
from tallyverify.arrays import Codes, Floats, Mask
from tallyverify.checking import CaseFacts, Sheets
from tallyverify.inference import draw_as_designed, registry_from
from tallyverify.inference.draw_as_designed import not_as_designed
from tallyverify.records import Sampling
from tallyverify.simulate import clean_election
from tallyverify.table import Registry
from tests.helpers.cases import declared_of, nation
from tests.helpers.tiers import slow_rows_but

MANY = 2000
LEVELS = ("state", "municipality", "parish", "centre")


@cache
def election() -> ActaTable:
    return clean_election(stations=MANY, seed=1).table


@cache
def registry() -> Registry:
    return registry_from(election())


@cache
def codes(*levels: str) -> Codes:
    """Return the area of each station by these levels."""
    first, *further = (registry().frame[level].astype(str) for level in levels)
    names = first.str.cat(further, sep=" / ") if further else first
    return pd.factorize(names.to_numpy(dtype=object), sort=True)[0]


def some(stations: int, seed: int, chance: Floats | None = None) -> Mask:
    """Return so many stations drawn from all alike, or with these chances."""
    chosen = np.random.default_rng(seed).choice(MANY, stations, replace=False, p=chance)
    return np.isin(np.arange(MANY), chosen)


def each(stratum: Codes, stations: int | Floats, seed: int) -> Mask:
    """Return stations drawn within strata: so many of each, or this share of each."""
    key = pd.Series(np.random.default_rng(seed).random(MANY))
    rank = key.groupby(stratum).rank().to_numpy()
    there = np.bincount(stratum)[stratum]
    drawn: Mask = rank <= (stations if isinstance(stations, int) else stations * there)
    return drawn


def areas_of(level: str, share: float, seed: int) -> Mask:
    """Return every station of areas drawn by lot."""
    area = codes(*LEVELS[: LEVELS.index(level) + 1])
    return (np.random.default_rng(seed).random(int(area.max()) + 1) < share)[area]


def by_size(seed: int) -> Mask:
    voters = registry().sizes[0].astype(float)
    return some(300, seed, voters / voters.sum())


def unequally(seed: int) -> Mask:
    """Return as many stations of each state, whether it is large or small."""
    return each(codes("state"), 25, seed)


def why(drawn: Mask, sampling: Sampling | None = None, **known: Any) -> str:
    """Return in what stations drawn are not what a design says: by default, drawn from all."""
    keys = registry().frame["station"].to_numpy(dtype=object)
    sheets = Sheets(int(drawn.sum()), ({"station": keys[drawn]},))
    facts = CaseFacts(election().contest, **{"registry": registry(), **known})
    return not_as_designed(sheets, sampling or of_all(), facts)


def of_all(stations: int = MANY, **more: Any) -> Sampling:
    return Sampling(kind="drawn", stations={"all": stations}, **more)


def of_states(**other: int) -> Sampling:
    numbers = registry().frame["state"].astype(str).value_counts().to_dict()
    return Sampling(kind="drawn", strata=("state",), stations={**numbers, **other})


CLUSTERED = {
    "municipalities": (lambda seed: areas_of("municipality", 0.2, seed), "more unevenly than"),
    "parishes": (lambda seed: areas_of("parish", 0.15, seed), "more unevenly than"),
    "as many of each state": (unequally, "areas of the level state more unevenly"),
    "by size": (by_size, "of some sizes were drawn more often"),
}


@pytest.mark.parametrize("how", CLUSTERED)
def test_a_draw_of_another_kind_is_told(how: str) -> None:
    drawn, words = CLUSTERED[how]
    told = [why(drawn(seed)) for seed in range(20)]
    assert sum(words in one for one in told) >= 18


def test_whole_parishes_within_strata_are_told_too() -> None:
    for seed in range(10):
        told = why(areas_of("parish", 0.15, seed), of_states())
        assert "more unevenly than a draw of stations by lot" in told
        assert "level state" not in told  # the strata may have parts of their own


def test_chances_by_size_within_strata_are_told() -> None:
    """Strata of their own sizes: held are stations against those of their own stratum."""
    voters = registry().sizes[0].astype(float)
    for seed in range(5):
        drawn = some(400, seed, voters**2 / (voters**2).sum())
        assert "of their stratum" in why(drawn, of_states())


@pytest.mark.parametrize("how", ["from all", "a share of each state", "as many of each state"])
def test_honest_draws_are_taken_for_what_they_are(how: str) -> None:
    state = codes("state")
    told = []
    for seed in range(40):
        if how == "from all":
            told.append(why(some(300, seed)))
        elif how == "a share of each state":
            told.append(why(each(state, np.full(MANY, 0.15), seed), of_states()))
        else:
            told.append(why(each(state, 25, seed), of_states()))
    assert sum(one != "" for one in told) <= 1


@pytest.mark.parametrize(
    ("strata", "stations"),
    slow_rows_but([((), 20), (("state",), 100)], product([(), ("state",)], [20, 100, 400])),
)
def test_each_test_of_a_draw_refuses_few_honest_ones(
    strata: tuple[str, ...], stations: int
) -> None:
    """Of 300 draws: by level, and by size; the most was 2.3 %, of 20 stations, and 3 % in all."""
    stratum = codes(*strata) if strata else np.zeros(MANY, dtype=np.intp)
    own = [codes(*strata, *LEVELS[: depth + 1]) for depth in range(len(LEVELS))]
    refused = np.zeros(len(LEVELS) + 1)
    for seed in range(300):
        drawn = each(stratum, np.full(MANY, stations / MANY), seed)
        missing = (~drawn).astype(float)
        refused[:-1] += [draw_as_designed._uneven(area, stratum, missing) for area in own]
        refused[-1] += draw_as_designed._by_size(registry(), drawn, stratum)
    assert (refused <= (0.03 if stations < 100 else 0.02) * 300).all(), refused / 300


def test_of_a_sample_that_is_not_all_in_that_is_said() -> None:
    """What is in by chance is a draw; of what came in by size it is not said that it was drawn."""
    drawn = some(600, 1)
    design = of_all(drawn=600)
    by_chance = drawn & (np.random.default_rng(2).random(MANY) < 0.6)
    assert why(by_chance, design) == ""
    voters = registry().sizes[0]
    small = drawn & (voters < np.quantile(voters[drawn], 0.6))
    assert why(small, design) == (
        "stations of some sizes were drawn, or came in, more often than others of their stratum"
    )
    assert "sizes were drawn more often" in why(small, of_all(drawn=int(small.sum())))
    near = drawn & (codes("state") < 6)
    assert why(near, design).endswith("areas were drawn, or came in, or chances differ")


def test_numbers_of_the_design_are_held_against_the_list_and_the_declared_number() -> None:
    drawn = some(300, 1)
    assert why(drawn, of_all(MANY - 10)) == (
        "the design of the sample has 1,990 stations in all, the registry 2,000"
    )
    declared = declared_of(nation(votes={"A": 1}), stations=2100)
    assert why(drawn, declared=declared) == (
        "the design of the sample has 2,000 stations in all, 2,100 are declared"
    )
    assert why(drawn, of_all(2100), registry=None, declared=declared) == ""
    assert "2,100 are declared" in why(drawn, registry=None, declared=declared)
    assert why(drawn, of_all(MANY - 10), registry=None) == ""  # nothing to hold it against


def test_numbers_of_strata_that_were_swapped_are_told() -> None:
    numbers = of_states().stations
    large, small = max(numbers, key=numbers.__getitem__), min(numbers, key=numbers.__getitem__)
    swapped = of_states(**{large: numbers[small], small: numbers[large]})
    told = why(each(codes("state"), 25, 1), swapped)
    assert "stations in the stratum" in told
    assert told.endswith(f"the registry {numbers[min(large, small)]}")
    other = {**numbers, "Nowhere": numbers[large]}
    del other[large]
    renamed = Sampling(kind="drawn", strata=("state",), stations=other)
    assert f"has 0 stations in the stratum '{large}'" in why(some(300, 1), renamed)


def test_what_the_list_does_not_tell_is_not_held_against_it() -> None:
    drawn = areas_of("municipality", 0.2, 1)
    assert why(drawn) != ""
    bare = Registry(frame=registry().frame.drop(columns=list(LEVELS)))
    assert why(drawn, registry=bare) == ""
    assert why(drawn, of_states(), registry=bare) == ""  # of which stratum stations are
    unsized = registry().frame.assign(registered=pd.array([pd.NA] * MANY, dtype="Int64"))
    assert why(by_size(1)) != ""
    assert why(by_size(1), registry=Registry(frame=unsized)) == ""


def test_the_order_of_the_list_does_not_matter() -> None:
    turned = Registry(frame=registry().frame.iloc[::-1].reset_index(drop=True))
    for drawn in (some(300, 1), unequally(1), by_size(1), areas_of("parish", 0.2, 1)):
        assert why(drawn, registry=turned) == why(drawn)


@pytest.mark.parametrize("drawn", [0, -1, 2001])
def test_no_design_draws_none_or_more_than_all(drawn: int) -> None:
    with pytest.raises(InputError, match="drawn"):
        of_all(drawn=drawn)
    assert of_all(drawn=1).drawn == 1
    assert of_all(drawn=MANY).drawn == MANY


@pytest.mark.parametrize("how", [*CLUSTERED, "swapped"])
def test_no_such_sample_makes_the_truth_improbable(how: str) -> None:
    table = election()
    drawn = each(codes("state"), 25, 1) if how == "swapped" else CLUSTERED[how][0](1)
    sampling = of_all(drawn=int(drawn.sum()))
    if how == "swapped":
        numbers = of_states().stations
        turned = dict(zip(numbers, reversed(numbers.values()), strict=True))
        sampling = Sampling(kind="drawn", strata=("state",), stations=turned)
    votes = {name: int(table.figure(name)[0].sum()) for name in table.contest.candidate_ids}
    result = declared_of(nation(votes=votes, complete=True), stations=MANY)
    case = Case(table.contest, table.take(drawn), result, registry(), sampling=sampling)
    report = verify(case, checks="inference")
    check = report.check("I401")
    assert check.status is Status.NOT_APPLICABLE
    told = why(drawn, sampling)
    assert told
    assert told in check.reason
    assert report.counts()["improbable"] == 0
    assert report.exit_code == 0
