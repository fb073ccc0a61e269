"""The estimate as it is called: what it says, when it is refused, what must not change it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify import ActaTable, Contest, InputError, Registry, read_actas
from tallyverify.inference import Estimate, backtest, estimate, ratio, registry_from
from tallyverify.simulate import clean_election, hide_stations


@cache
def whole() -> ActaTable:
    return clean_election(stations=600, seed=11).table


@cache
def registry() -> Registry:
    return registry_from(whole())


@cache
def partial(pattern: str = "centres") -> ActaTable:
    return hide_stations(whole(), 0.25, seed=3, pattern=pattern)  # type: ignore[arg-type]


@cache
def found(**asked: Any) -> Estimate:
    return estimate(partial(), registry(), masks=20, **asked)


def totals(table: ActaTable) -> dict[str, int]:
    return {name: int(table.figure(name)[0].sum()) for name in table.contest.candidate_ids}


def shares(table: ActaTable) -> dict[str, float]:
    votes = totals(table)
    return {name: count / sum(votes.values()) for name, count in votes.items()}


def test_it_holds_the_truth_of_a_clean_election() -> None:
    truth = shares(whole())
    for name, share in found().shares.items():
        assert share.low <= truth[name] <= share.high
        assert share.high - share.low < 0.03
    assert found().margin is not None
    ranked = sorted(truth, key=lambda name: -truth[name])
    assert (found().margin.leader, found().margin.runner_up) == tuple(ranked[:2])
    assert found().inflation >= 1


def test_shares_sum_to_one_and_totals_to_the_valid_votes() -> None:
    assert sum(share.estimate for share in found().shares.values()) == pytest.approx(1)
    valid = sum(total.estimate for total in found().totals.values())
    for name, total in found().totals.items():
        assert total.estimate / valid == pytest.approx(found().shares[name].estimate, abs=2e-4)
        assert total.low >= totals(partial())[name]


def test_areas_add_up_to_the_country() -> None:
    assert {area.area for area in found().areas} == set(whole().frame["state"].unique())
    for name, total in found().totals.items():
        by_area = sum(area.totals[name].estimate for area in found().areas)
        assert by_area == pytest.approx(total.estimate, rel=1e-9)
    assert sum(area.stations for area in found().areas) == len(whole())


@pytest.mark.parametrize("method", ["prediction", "ratio"])
def test_a_census_has_no_width(method: Any) -> None:
    census = estimate(whole(), registry(), method=method, strata=["state"])
    assert census.refused == ""
    assert census.unseen == {"stations": 0, "registered": 0}
    assert census.backtest == ()
    truth = shares(whole())
    for name, share in census.shares.items():
        assert share.low == pytest.approx(truth[name], abs=1e-12)
        assert share.high == pytest.approx(truth[name], abs=1e-12)
    for name, total in census.totals.items():
        assert round(total.low) == round(total.high) == totals(whole())[name]
    for area in census.areas:
        for share in area.shares.values():
            assert share.high - share.low < 1e-9


def test_row_order_and_registry_order_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    table = partial()
    mixed = replace(table, frame=table.frame.iloc[rng.permutation(len(table))])
    frame = registry().frame.iloc[rng.permutation(len(registry()))].reset_index(drop=True)
    again = estimate(mixed, Registry(frame=frame), masks=20)
    assert again.to_json() == found().to_json()


def test_the_seed_moves_only_the_backtest() -> None:
    other = estimate(partial(), registry(), masks=20, seed=1)
    assert other.backtest != found().backtest
    assert other.margin is not None
    assert found().margin is not None
    assert other.margin.interval.estimate == found().margin.interval.estimate


def test_relabelled_candidates_permute_the_result() -> None:
    table = partial()
    ids = table.contest.candidate_ids
    turned = dict(zip(ids, (*ids[1:], ids[0]), strict=True))
    contest = Contest.model_validate(
        {"id": "turned", "levels": table.contest.levels, "candidates": [{"id": i} for i in ids]}
    )
    frame = table.frame[["station", *table.levels, "registered", *ids]].rename(columns=turned)
    again = estimate(read_actas(frame, contest=contest), registry(), masks=20)
    for name in ids:
        mine, its = found().shares[name], again.shares[turned[name]]
        assert its.estimate == pytest.approx(mine.estimate, abs=1e-10)
        assert its.low == pytest.approx(mine.low, abs=1e-8)
        assert its.high == pytest.approx(mine.high, abs=1e-8)


def test_a_stratum_split_at_random_changes_nothing_systematic() -> None:
    """Over 30 random splits the mean estimate stays within its own simulation error."""
    table = partial("random")
    votes = np.column_stack([table.figure(name)[0] for name in table.contest.candidate_ids])
    valid = votes.sum(axis=1)
    one = ratio(votes, valid, stations=len(whole()))
    rng = np.random.default_rng(2)
    moved = []
    for _ in range(30):
        half = rng.integers(0, 2, len(whole()))
        codes = half[: len(table)]
        split = ratio(votes, valid, codes, stations=np.bincount(half))
        moved.append(split.ratio - one.ratio)
        assert split.se == pytest.approx(one.se, rel=0.1)
    moved_by = np.array(moved)
    error = moved_by.std(axis=0, ddof=1) / np.sqrt(len(moved))
    assert (np.abs(moved_by.mean(axis=0)) < 3 * error + 1e-12).all()
    assert (np.abs(moved_by) < 2 * one.se).all()


@settings(max_examples=40, deadline=None)
@given(
    votes=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=2, max_size=8),
    voters=st.integers(1, 500),
)
def test_an_unseen_station_never_narrows_the_bounds(
    votes: list[tuple[int, int]], voters: int
) -> None:
    contest = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    stations = [f"{at:02d}" for at in range(len(votes))]
    rows = pd.DataFrame(
        {
            "station": stations,
            "registered": 200,
            "A": [a for a, _ in votes],
            "B": [b for _, b in votes],
        }
    )
    table = read_actas(rows, contest=contest)
    known = [{"station": name, "registered": 200} for name in stations]
    more = [*known, {"station": "new", "registered": voters}]
    before = estimate(table, Registry.of(known)).bounds
    after = estimate(table, Registry.of(more)).bounds
    if sum(map(sum, votes)) == 0:
        return
    assert before is not None
    assert after is not None
    for name in ("A", "B"):
        assert after.low[name] <= before.low[name]
        assert after.high[name] >= before.high[name]


def test_the_interval_lies_within_the_bounds() -> None:
    bounds = found().bounds
    assert bounds is not None
    for name, share in found().shares.items():
        assert bounds.low[name] <= share.low <= share.estimate <= share.high <= bounds.high[name]


def test_a_higher_level_is_wider() -> None:
    wide = found(level=0.99)
    for name, share in found().shares.items():
        assert wide.shares[name].low < share.low
        assert wide.shares[name].high > share.high
        assert wide.shares[name].estimate == share.estimate


# What is known of the unseen decides the method.


def by_state() -> pd.DataFrame:
    frame = whole().frame.assign(registered=whole().frame["registered"].astype(int))
    return (
        frame.groupby("state")
        .agg(stations=("station", "size"), registered=("registered", "sum"))
        .reset_index()
    )


def test_numbers_by_area() -> None:
    answer = estimate(partial("random"), expected=by_state(), masks=20)
    assert answer.method.startswith("ratio estimate by registered voters, ")
    assert "number by area" in answer.method
    assert "random draw within each stratum" in answer.assumption
    assert answer.unseen["stations"] == len(whole()) - len(partial("random"))
    truth = shares(whole())
    for name, share in answer.shares.items():
        assert share.low <= truth[name] <= share.high


def test_numbers_of_the_country() -> None:
    voters = int(whole().figure("registered")[0].sum())
    answer = estimate(partial("random"), stations=len(whole()), registered=voters, masks=20)
    assert "unstratified" in answer.method
    assert "whole country" in answer.assumption
    assert "learnt" not in {row.pattern for row in answer.backtest}
    # How the unseen are missing is not known: the pattern that asks for most sets the factor.
    assert (
        answer.inflation
        == backtest(partial("random"), stations=len(whole()), registered=voters, masks=20).inflation
    )
    assert answer.bounds is not None
    used = int(partial("random").figure("registered")[0].sum())
    assert answer.bounds.unseen_votes == voters - used


def test_stations_without_votes_in_the_file_are_unseen() -> None:
    table = whole()
    frame = table.frame.copy()
    gone = ~frame["station"].isin(partial().frame["station"])
    for name in (*table.votes, "null", "blank", "valid", "ballots"):
        if name in frame:
            frame.loc[gone, name] = 0
    bare = estimate(replace(table, frame=frame))
    assert "150 rows of the actas with no votes" in bare.refused
    answer = estimate(replace(table, frame=frame), masks=20, method="prediction")
    assert answer.unseen["stations"] == int(gone.sum())
    assert "stand in the actas without votes" in answer.method
    assert "the actas list every station" in answer.assumption
    for name, share in answer.shares.items():
        assert share.estimate == pytest.approx(found().shares[name].estimate, abs=1e-9)


def test_of_nothing_known_nothing_is_said() -> None:
    answer = estimate(partial())
    assert "nothing says which stations were not seen" in answer.refused
    assert answer.shares == {}
    assert answer.margin is None
    assert answer.unseen == {"stations": None, "registered": None}
    assert repr(answer).startswith("<Estimate refused: nothing says")


# Bad input.


def test_keys_that_do_not_match_are_refused_with_the_nearest_form() -> None:
    frame = registry().frame.assign(
        station=registry().frame["station"].astype(str).str.replace("/", "#")
    )
    answer = estimate(partial(), Registry(frame=frame))
    assert answer.refused.startswith("sheets and registry do not belong together: 450 of 450")
    assert "100 % of them would match with letters and numbers only" in answer.refused
    assert answer.unseen["stations"] is None


def test_keys_in_another_spelling_are_found_and_said() -> None:
    frame = registry().frame.assign(station="00" + registry().frame["station"].astype(str))
    answer = estimate(partial(), Registry(frame=frame), masks=20)
    assert answer.shares == found().shares
    said = "450 stations found in the registry under another spelling of the key, such as "
    assert any(note.startswith(said) for note in answer.notes)


def test_some_strangers_are_added_and_said() -> None:
    frame = registry().frame
    first = partial().frame["station"].iloc[0]
    answer = estimate(partial(), Registry(frame=frame[frame["station"] != first]), masks=20)
    assert any("1 of 450 stations with a sheet" in note for note in answer.notes)
    assert answer.seen["stations"] == 450


def test_registered_voters_missing_or_zero() -> None:
    frame = registry().frame.copy()
    voters = frame["registered"].astype("Int64")
    voters.iloc[:30] = pd.NA
    voters.iloc[30:40] = 0
    frame["registered"] = voters.astype("int64[pyarrow]")
    bare = partial().frame.drop(columns="registered")
    answer = estimate(replace(partial(), frame=bare), Registry(frame=frame), masks=20)
    assert any("40 stations of 600 with no registered voters" in note for note in answer.notes)
    assert answer.refused == ""
    for name, share in answer.shares.items():
        assert share.estimate == pytest.approx(found().shares[name].estimate, abs=0.02)


def test_no_registered_voters_at_all() -> None:
    frame = registry().frame.drop(columns="registered")
    nothing = registry_from(replace(whole(), frame=whole().frame.drop(columns="registered")))
    assert nothing.frame["registered"].isna().all()
    assert list(frame["station"]) == list(nothing.frame["station"])
    bare = partial().frame.drop(columns="registered")
    answer = estimate(replace(partial(), frame=bare), nothing, masks=20)
    assert answer.turnout is None
    assert answer.bounds is None
    assert answer.settled is False
    assert any("there is no turnout" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"strata": ["stat"], "registry": True}, "did you mean 'state'?"),
        ({"method": "rato", "registry": True}, "did you mean 'ratio'?"),
        ({"patterns": ["centers"], "registry": True}, "did you mean 'centres'?"),
        ({"patterns": ["late"], "registry": True}, "the last to report"),
        ({"level": 95, "registry": True}, "a level is a fraction"),
        ({"masks": 0, "registry": True}, "masks are 10 to"),
        ({"stations": 10}, "more stations were seen than are expected"),
        ({"stations": -1}, "a number of the country is a count"),
        ({"stations": 600, "registered": 1000}, "more registered voters were seen"),
    ],
)
def test_what_cannot_be_asked(asked: dict[str, Any], words: str) -> None:
    known = registry() if asked.pop("registry", False) else None
    with pytest.raises(InputError, match=words.replace("?", r"\?")):
        estimate(partial(), known, **asked)


def test_one_name_by_itself_is_one_name() -> None:
    one = backtest(partial(), registry(), strata="state", pattern="random", masks=20)
    assert one == backtest(partial(), registry(), strata=["state"], pattern=["random"], masks=20)


def test_a_backtest_refuses_what_an_estimate_refuses() -> None:
    with pytest.raises(InputError, match="a number of the country is a count"):
        backtest(partial(), stations=-1)


def test_expected_numbers_that_do_not_fit() -> None:
    right = by_state()
    with pytest.raises(InputError, match="more stations were seen"):
        estimate(partial("random"), expected=right.assign(stations=1))
    with pytest.raises(InputError, match="an area stands in the expected numbers twice"):
        estimate(partial("random"), expected=pd.concat([right, right]))
    with pytest.raises(InputError, match="areas that the expected numbers do not have"):
        estimate(partial("random"), expected=right.iloc[1:])
    with pytest.raises(InputError, match="missing, negative or no whole number"):
        estimate(partial("random"), expected=right.assign(stations=-1))
    with pytest.raises(InputError, match="expected numbers are by areas"):
        estimate(partial("random"), expected=right.drop(columns="state"))


def test_a_stratum_seen_nowhere_is_refused() -> None:
    state = whole().frame["state"].iloc[0]
    table = partial("random")
    left = table.take((table.frame["state"] != state).to_numpy())
    answer = estimate(left, expected=by_state())
    assert answer.refused.startswith("nothing was seen in 1 stratum")
    assert str(state) in answer.refused


def test_a_station_twice_is_refused() -> None:
    table = partial()
    frame = pd.concat([table.frame, table.frame.iloc[[0]]], ignore_index=True)
    with pytest.raises(InputError, match="stands in the actas twice"):
        estimate(replace(table, frame=frame), registry())


def test_a_later_file_gives_the_registry_and_never_its_votes() -> None:
    known = registry_from(whole())
    assert set(known.frame.columns) == {"station", *whole().levels, "registered"}
    earlier = registry_from(whole(), earlier=True)
    extra = set(earlier.frame.columns) - set(known.frame.columns)
    assert extra == {f"earlier {name}" for name in whole().contest.candidate_ids}


def test_an_earlier_election_sharpens_the_estimate() -> None:
    """With the truth itself as the earlier election, little is left unknown."""
    sharp = estimate(partial(), registry_from(whole(), earlier=True), masks=20)
    assert any("earlier" in note for note in sharp.notes)
    assert sharp.margin is not None
    assert found().margin is not None
    width = sharp.margin.interval.high - sharp.margin.interval.low
    assert width < 0.2 * (found().margin.interval.high - found().margin.interval.low)
