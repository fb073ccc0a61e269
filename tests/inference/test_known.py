"""What is known of stations bounds what is estimated of them, and each of them counts once."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import ActaTable, Case, Contest, Registry, Report, read_actas, verify
from tallyverify.errors import InputError
from tallyverify.inference import estimate, registry_from
from tallyverify.inference.estimating.result import Estimate
from tallyverify.simulate import clean_election, hide_stations
from tests.helpers.cases import declared_of, nation
from tests.helpers.tiers import costly

CONTEST = Contest.model_validate(
    {"id": "toy", "levels": ["county"], "candidates": [{"id": "A"}, {"id": "B"}]}
)


def rows_of(seed: int, count: int = 60, areas: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = rng.integers(200, 500, count)
    county = np.arange(count) % areas
    votes = rng.binomial(size, 0.6)
    a = rng.binomial(votes, 0.4 + 0.05 * (county % 3))
    return pd.DataFrame(
        {
            "station": [f"s{at:03d}" for at in range(count)],
            "county": [f"c{at}" for at in county],
            "registered": size,
            "A": a,
            "B": votes - a,
        }
    )


def table_of(frame: pd.DataFrame) -> ActaTable:
    return read_actas(frame, contest=CONTEST)


def verified(
    frame: pd.DataFrame, registry: Registry | None = None, **declared: Any
) -> tuple[Report, Estimate]:
    votes = {name: int(frame[name].sum()) for name in "AB"}
    declared = {"stations": len(frame), "registered": int(frame["registered"].sum()), **declared}
    case = Case(CONTEST, table_of(frame), declared_of(nation(votes=votes), **declared), registry)
    report = verify(case, checks="rules,compare,inference")
    return report, report.picture.estimate


# Lists of voters


def test_unseen_stations_without_voters_get_no_votes() -> None:
    frame = rows_of(1)
    frame.loc[[5, 21, 40], ["registered", "A", "B"]] = 0
    frame.loc[33, ["registered", "A", "B"]] = [14, 0, 0]
    report, found = verified(frame)
    (settled,) = report.of("D310")
    assert settled.expected == 14
    assert found.unseen["stations"] == 4
    counted = int(frame[["A", "B"]].to_numpy().sum())
    total = sum(interval.estimate for interval in found.totals.values())
    assert counted < total <= counted + 14
    assert found.bounds is not None
    assert found.bounds.unseen_votes == 14
    assert any(note.startswith("3 unseen stations with 0 registered") for note in found.notes)


def test_where_only_stations_without_voters_are_unseen_the_sum_stands() -> None:
    frame = rows_of(2)
    lists = Registry.of(
        [
            *(
                {"station": k, "registered": int(n)}
                for k, n in frame[["station", "registered"]].to_numpy()
            ),
            *({"station": f"z{at}", "registered": 0} for at in range(3)),
        ]
    )
    found = estimate(table_of(frame), lists)
    assert found.refused == ""
    assert {name: interval.estimate for name, interval in found.totals.items()} == {
        name: frame[name].sum() for name in "AB"
    }
    assert "each that can hold votes was seen" in found.method
    assert found.unseen["stations"] == 3


def test_special_booths_are_taken_as_those_seen() -> None:
    """Booths for voters of other stations have no list and hold votes."""
    frame = rows_of(3)
    frame.loc[:7, "registered"] = 0
    lists = registry_from(table_of(frame))
    found = estimate(table_of(frame.drop(index=[2, 5])), lists)
    booths = frame.loc[[0, 1, 3, 4, 6, 7], ["A", "B"]].sum(axis=1)
    counted = frame.drop(index=[2, 5])[["A", "B"]].to_numpy().sum()
    total = sum(interval.estimate for interval in found.totals.values()) - counted
    assert total == pytest.approx(2 * booths.mean(), rel=0.1)
    assert found.bounds is not None
    assert found.bounds.unseen_votes == 2 * booths.max()


counties = st.sampled_from(["c0", "c1", "c2", ""])
stations = st.tuples(st.integers(0, 90), st.integers(0, 60), st.integers(0, 60), counties)


@costly
@given(
    st.lists(stations, min_size=26, max_size=40),
    st.sets(st.integers(0, 25), min_size=1, max_size=6),
    st.floats(0.5, 0.9),
)
def test_no_estimate_is_below_the_count_or_beyond_the_lists(
    rows: list[tuple[int, int, int, str]], hidden: set[int], level: float
) -> None:
    columns = list(zip(*rows, strict=True))
    frame = pd.DataFrame(dict(zip(("registered", "A", "B", "county"), columns, strict=True)))
    frame.insert(0, "station", [f"s{at:03d}" for at in range(len(rows))])
    lists = registry_from(table_of(frame))
    seen = frame.drop(index=sorted(hidden))
    seen = seen[seen["A"] + seen["B"] > 0]
    if not len(seen):
        return
    one, other = (estimate(table_of(seen), lists, masks=10, level=at) for at in (level, 0.95))
    if one.refused:
        return
    on_lists = seen[seen["registered"] > 0]
    excess = max(1.0, ((on_lists["A"] + on_lists["B"]) / on_lists["registered"]).max())
    unseen = frame[~frame["station"].isin(seen["station"])]
    booths = seen.loc[seen["registered"] == 0, ["A", "B"]].sum(axis=1)
    most = np.ceil(unseen["registered"] * excess).sum()
    most += (unseen["registered"] == 0).sum() * (booths.max() if len(booths) else 0)
    if not len(on_lists):
        most = np.inf
    counted = {name: int(seen[name].sum()) for name in "AB"}
    total = sum(interval.estimate for interval in one.totals.values())
    assert sum(counted.values()) <= total + 1e-6
    assert total <= sum(counted.values()) + most + len(unseen) + 1e-6
    for name, votes in counted.items():
        assert one.totals[name].low >= votes
        assert one.totals[name].low <= one.totals[name].estimate <= one.totals[name].high
    for area in one.areas:
        assert area.area
        inside = seen[seen["county"] == area.area]
        assert all(area.totals[name].low >= inside[name].sum() for name in "AB")
    # A higher level is never narrower.
    for kind in ("shares", "totals"):
        for name in "AB":
            narrow, wide = getattr(one, kind)[name], getattr(other, kind)[name]
            assert wide.low <= narrow.low
            assert narrow.high <= wide.high


# Keys


def renamed(frame: pd.DataFrame, which: Any, spell: Any) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[which, "station"] = [spell(key) for key in frame.loc[which, "station"]]
    return frame


@pytest.mark.parametrize(
    "spell",
    [
        lambda key: key.replace("s", "s0"),
        str.upper,
        lambda key: f"S{key[1:]} .",
        lambda key: f"S00{key[1:]}",
    ],
)
def test_keys_that_differ_in_zeros_case_or_spaces_are_one(spell: Any) -> None:
    frame = rows_of(4)
    lists = registry_from(table_of(frame))
    seen = frame.iloc[10:]
    plain = estimate(table_of(seen), lists)
    spelt = estimate(table_of(renamed(seen, range(30, 45), spell)), lists)
    assert spelt.totals == plain.totals
    assert spelt.unseen == plain.unseen
    assert "15 stations found in the registry under another spelling" in " ".join(spelt.notes)


def test_strangers_beyond_the_declared_stations_are_refused() -> None:
    frame = rows_of(5)
    lists = registry_from(table_of(frame))
    odd = renamed(frame, range(12), lambda key: f"t{key[1:]}")
    found = estimate(table_of(odd), lists, stations=len(frame))
    assert found.refused.startswith(
        "the registry has 60 stations, and 12 sheets are of stations that it does not have: 72 "
        "together, more than the 60 declared"
    )
    assert not found.totals
    # Where more are declared, they are stations that the registry lacks.
    assert not estimate(table_of(odd), lists, stations=72).refused


def test_one_sheet_under_two_spellings_is_refused_and_counts_once_in_a_case() -> None:
    frame = rows_of(6)
    again = renamed(frame.iloc[[9]], [9], lambda key: key.replace("s", "S0"))
    both = pd.concat([frame.iloc[:50], again], ignore_index=True)
    with pytest.raises(InputError, match="several spellings of its key") as caught:
        estimate(table_of(both), registry_from(table_of(frame)))
    assert caught.value.found == "'S0009', 's009'"
    _, found = verified(both, registry_from(table_of(frame)), stations=60)
    assert found.unseen["stations"] == 10
    assert found.seen["stations"] == 50


# Areas


@cache
def without_areas() -> tuple[ActaTable, ActaTable, set[str]]:
    """A whole count, its rows with every ninth one's areas lost, and the keys of these."""
    whole = clean_election(stations=900, seed=12).table
    frame = whole.frame.copy()
    lost = np.arange(len(frame)) % 9 == 4
    for level in whole.levels:
        frame.loc[lost, level] = "NA"
    plain = frame.drop(columns="row").astype(object)
    table = read_actas(plain, contest=whole.contest)
    return whole, table, set(frame["station"][lost])


@pytest.mark.parametrize("pattern", ["random", "centres"])
def test_rows_that_name_no_area_are_estimated_by_the_country(pattern: Any) -> None:
    whole, table, lost = without_areas()
    seen = hide_stations(whole, 0.25, seed=2, pattern=pattern).frame["station"]
    part = table.take(table.frame["station"].isin(seen).to_numpy())
    found = estimate(part, registry_from(table))
    assert found.refused == ""
    assert {area.area for area in found.areas} == set(whole.frame["state"])
    told = f"{len(lost)} stations of 900 name no state: estimated by the country, in no state"
    assert told in found.notes
    names = whole.contest.candidate_ids
    totals = {name: whole.figure(name)[0].sum() for name in names}
    assert found.margin is not None
    margin = totals[found.margin.leader] - totals[found.margin.runner_up]
    assert found.margin.interval.holds(margin / sum(totals.values()))
    everywhere = sum(area.stations for area in found.areas)
    assert everywhere == len(whole) - len(lost)


def test_where_all_unseen_name_no_area_the_country_stands_for_them() -> None:
    _, table, lost = without_areas()
    part = table.take(~table.frame["station"].isin(lost).to_numpy())
    found = estimate(part, registry_from(table))
    assert found.refused == ""
    assert [row.pattern for row in found.backtest if row.masks] == ["learnt"]
    unseen = sum(i.estimate for i in found.totals.values()) - found.seen["valid"]
    sizes = table.figure("registered")[0]
    gone = table.frame["station"].isin(lost).to_numpy()
    turnout = found.seen["valid"] / sizes[~gone].sum()
    assert unseen == pytest.approx(turnout * sizes[gone].sum(), rel=0.05)


def test_numbers_by_area_are_added_up_where_sheets_name_none() -> None:
    frame = rows_of(7)
    frame.loc[::11, "county"] = "NA"
    expected = pd.DataFrame({"county": [f"c{at}" for at in range(6)], "stations": [12] * 6})
    found = estimate(table_of(frame), expected=expected)
    assert found.refused == ""
    assert found.unseen["stations"] == 12
    assert "strata are not used: sheets that name no area belong to none" in found.notes
    by_ratio = estimate(table_of(frame.iloc[4:]), registry_from(table_of(frame)), method="ratio")
    assert by_ratio.refused == ""
