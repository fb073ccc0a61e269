"""Outlying stations and areas: planted ones come first, clean elections stay unflagged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.forensics.places.outlying import outlying_stations
from tallyverify.forensics.places.outlying_areas import outlying_areas
from tallyverify.forensics.places.outlying_result import percent_of
from tallyverify.simulate import clean_election
from tests.helpers.real import realdata, table_of
from tests.helpers.tiers import slow_rows_but


def clean(seed, stations=1500):
    """Return the arrays of a clean election, as the functions take them."""
    election = clean_election(stations=stations, seed=seed)
    table = election.table
    return {
        "votes": np.column_stack([table.figure(name)[0] for name in ("A", "B", "C")]),
        "areas": [table.frame[level].astype(str).to_numpy() for level in election.contest.levels],
        "registered": table.figure("registered")[0].copy(),
        "ballots": table.figure("ballots")[0].copy(),
    }


def real(name):
    table = table_of(name)
    frame = table.frame
    turnout = {"registered", "ballots"} & set(frame.columns) if "registered" in frame else set()
    return {
        "votes": np.column_stack([table.figure(column)[0] for column in table.votes]),
        "areas": [frame[level].astype(str).to_numpy() for level in table.levels],
        **{key: table.figure(key)[0] for key in turnout},
        "candidates": list(table.votes),
        "area_names": list(table.levels),
    }


def test_clean_elections_are_seldom_flagged():
    """Where nothing is wrong the false discovery rate is the chance of any flag."""
    any_ = [outlying_stations(**clean(seed, 700)).statistic > 0 for seed in range(40)]
    assert np.mean(any_) <= 0.075


@pytest.mark.hours
def test_large_clean_elections_are_seldom_flagged():
    any_ = [outlying_stations(**clean(seed, 6000)).statistic > 0 for seed in range(40)]
    assert np.mean(any_) <= 0.1


def test_clean_areas_are_seldom_flagged():
    any_ = [outlying_areas(**clean(seed)).statistic > 0 for seed in range(20)]
    assert np.mean(any_) <= 0.1


def test_a_planted_station_comes_first_with_its_reason():
    data = clean(1)
    _, where, number = np.unique(data["areas"][-1], return_inverse=True, return_counts=True)
    share = data["votes"][:, 0] / data["votes"].sum(axis=1)
    at = np.flatnonzero((number[where] >= 4) & (np.abs(share - 0.4) < 0.1))[0]
    moved = (data["votes"][at, 1] * 9) // 10
    data["votes"][at] += [moved, -moved, 0]
    found = outlying_stations(
        **data, candidates=["Ana", "Luis", "Eva"], area_names=["state", "town", "parish", "centre"]
    )
    first = found.ranked().iloc[0]
    assert first["row"] == at
    assert first["flagged"]
    assert first["aspect"] in {"Ana", "Luis"}
    others = number[where][at] - 1
    assert first["reason"].startswith(f"{first['aspect']} has ")
    assert f"; {others} other stations of its centre have " in first["reason"]
    assert found.statistic == found.flagged.sum()


def test_a_planted_turnout_comes_first():
    data = clean(2)
    data["ballots"][9] = data["registered"][9]
    found = outlying_stations(**data)
    first = found.ranked(1).iloc[0]
    assert (first["row"], first["aspect"], first["flagged"]) == (9, "turnout", True)
    assert first["reason"].startswith("Turnout is 100.0 % here; ")


def test_more_ballots_than_voters_is_counted_and_not_looked_at():
    data = clean(3)
    data["ballots"][:4] = data["registered"][:4] + 50
    found = outlying_stations(**data)
    assert found.left_out["more ballots than registered voters (turnout only)"] == 4
    assert np.isnan(found.aspects[-1].score[:4]).all()
    assert found.used == 1500


def test_a_planted_area_comes_first():
    data = clean(4, 4000)
    names, where, number = np.unique(data["areas"][-1], return_inverse=True, return_counts=True)
    at = np.flatnonzero(number == 4)[0]
    whole = data["votes"][where == at]
    data["votes"][where == at] = np.column_stack([whole[:, 0] // 20, whole[:, 1:]])
    data["votes"][where == at, 1] += whole[:, 0] - whole[:, 0] // 20
    found = outlying_areas(**data, area_names=["state", "town", "parish", "centre"])
    first = found.table.iloc[0]
    assert (first["level"], first["area"]) == ("centre", names[at])
    assert first["stations"] == 4
    assert f"centre {names[at]} (4 stations)" in first["reason"]
    # Its stations agree with each other: none of them departs from its own centre.
    assert not outlying_stations(**data).flagged[where == at].any()


def test_relabelling_the_candidates_does_not_change_the_ranking():
    data = clean(5)
    data["votes"][3] = data["votes"][3][[1, 0, 2]]
    one = outlying_stations(**data)
    other = outlying_stations(**{**data, "votes": data["votes"][:, [2, 0, 1]]})
    np.testing.assert_allclose(one.station_pvalue, other.station_pvalue, rtol=1e-6)
    np.testing.assert_array_equal(one.flagged, other.flagged)
    assert one.ranked(20)["row"].tolist() == other.ranked(20)["row"].tolist()
    areas, others = (
        outlying_areas(**{**data, "votes": data["votes"][:, order]}).table
        for order in ([0, 1, 2], [2, 0, 1])
    )
    np.testing.assert_allclose(areas["pvalue"], others["pvalue"], rtol=1e-6)


def test_the_order_of_the_rows_does_not_matter():
    data = clean(6)
    mixed = np.random.default_rng(1).permutation(1500)
    other = {key: value[mixed] for key, value in data.items() if key != "areas"}
    other["areas"] = [labels[mixed] for labels in data["areas"]]
    one, two = outlying_stations(**data), outlying_stations(**other)
    np.testing.assert_array_equal(one.station_pvalue[mixed], two.station_pvalue)
    np.testing.assert_array_equal(one.adjusted[mixed], two.adjusted)
    assert outlying_areas(**data).table.equals(outlying_areas(**other).table)


def test_missing_levels_single_stations_and_zero_rows_are_handled():
    data = clean(7)
    data["votes"][:5] = 0
    data["ballots"][:5] = 0
    for areas in ([], data["areas"][:1], [*data["areas"], np.arange(1500)]):
        found = outlying_stations(data["votes"], areas=areas)
        assert found.left_out["nothing to hold it against"] == 5
        assert found.used == 1495
        assert (found.which[:5] == -1).all()
        assert found.ranked(3)["reason"].str.contains("expected").all()


def test_too_few_stations_are_refused():
    data = clean(8, 120)
    found = outlying_stations(**data)
    assert found.refused == "fewer than 200 stations can be held against others"
    assert len(found.ranked()) == 0
    assert found.statistic is None
    areas = outlying_areas(**data)
    assert areas.refused
    assert len(areas.table) == 0


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.floats(0, 2))
def test_pvalues_are_probabilities_and_adjusting_never_lowers_them(seed, spread):
    rng = np.random.default_rng(seed)
    odds = rng.normal(0, spread, 250)
    first = rng.binomial(rng.integers(0, 40, 250), 1 / (1 + np.exp(-odds)))
    found = outlying_stations(
        np.column_stack([first, rng.integers(0, 30, 250)]), areas=[np.arange(250) // 5]
    )
    if found.refused:
        return
    known = ~np.isnan(found.station_pvalue)
    assert ((found.station_pvalue[known] >= 0) & (found.station_pvalue[known] <= 1)).all()
    assert (found.adjusted[known] >= found.station_pvalue[known] - 1e-12).all()
    for aspect in found.aspects:
        held = ~np.isnan(aspect.expected)
        assert (aspect.low[held] <= aspect.expected[held]).all()
        assert (aspect.expected[held] <= aspect.high[held]).all()


def test_shares_are_written_with_one_decimal():
    assert percent_of(0.4567) == "45.7 %"


@pytest.mark.parametrize("function", [outlying_stations, outlying_areas])
@pytest.mark.parametrize(
    "options",
    [
        {"level": 0},
        {"areas": [[1]]},
        {"candidates": ["one"]},
        {"area_names": ["a", "b"]},
        {"registered": [1]},
        {"ballots": [1.5, 2], "registered": [3, 3]},
    ],
)
def test_malformed_input_is_refused(function, options):
    with pytest.raises(InputError):
        function([[1, 2], [3, 4]], **{"areas": [[1, 1]], **options})


@realdata
def test_bolivia_has_a_station_whose_figures_stand_a_line_off():
    """Mesa 51352: 21F has 77 % among twelve mesas with 1 to 3 %: worth a look at the paper."""
    found = outlying_stations(**real("bolivia-2019-final"))
    first = found.ranked(1).iloc[0]
    station = table_of("bolivia-2019-final").frame["station"].iloc[first["row"]]
    assert str(station) == "51352"
    assert "12 other stations of its place have" in first["reason"]
    assert 1 <= found.statistic <= 35


@realdata
@pytest.mark.parametrize(
    ("name", "most"),
    slow_rows_but([("vermont-2020", 0)], [("venezuela-2024-v1", 5), ("vermont-2020", 0)]),
)
def test_real_elections_have_few_that_stand_out(name, most):
    assert outlying_stations(**real(name)).statistic <= most


@pytest.mark.slow
@realdata
def test_the_areas_of_real_elections_are_ranked():
    found = outlying_areas(**real("vermont-2020"))
    assert found.statistic == 0
    assert found.table.iloc[0]["reason"].startswith(
        "trump has 10.3 % in town Burlington (7 station"
    )
