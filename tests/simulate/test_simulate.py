"""Simulated elections: reproducible, exact where exactness is promised, random where it is not."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.readers import read_actas, read_registry
from tallyverify.records.contest import Contest
from tallyverify.records.declared import Declared
from tallyverify.simulate import (
    bulletin_of,
    clean_election,
    fit_totals,
    hide_stations,
    write_case,
)
from tallyverify.simulate.hide import PATTERNS

LEVELS = ["state", "municipality", "parish", "centre"]
CONTEST = Contest.model_validate(
    {"id": "t", "levels": LEVELS, "candidates": [{"id": "A"}, {"id": "B"}, {"id": "C"}]}
)


@pytest.fixture(scope="module")
def election():
    return clean_election(stations=1200, seed=5)


def dispersion(table):
    """χ²/df of the station × candidate table within centres, by the textbook formula."""
    names = list(table.contest.candidate_ids)
    chi2 = df = 0.0
    for _, centre in table.frame.groupby("centre"):
        cells = centre[names].to_numpy(dtype=float)
        cells = cells[:, cells.sum(axis=0) > 0]
        expected = cells.sum(axis=1, keepdims=True) * cells.sum(axis=0) / cells.sum()
        chi2 += ((cells - expected) ** 2 / expected).sum()
        df += (cells.shape[0] - 1) * (cells.shape[1] - 1)
    return chi2 / df


def sums(table, names):
    return {name: int(table.figure(name)[0].sum()) for name in names}


def test_same_seed_same_election(election):
    again = clean_election(stations=1200, seed=5)
    pd.testing.assert_frame_equal(election.table.frame, again.table.frame)
    other = clean_election(stations=1200, seed=6)
    assert not election.table.frame["A"].equals(other.table.frame["A"])


def test_streams_are_independent(election):
    """Another turnout leaves areas, sizes and centres' shares as they were."""
    other = clean_election(stations=1200, seed=5, turnout=0.4)
    same = ["station", *LEVELS, "registered"]
    pd.testing.assert_frame_equal(election.table.frame[same], other.table.frame[same])
    assert other.truth["ballots"] < election.truth["ballots"]


@pytest.mark.parametrize("wanted", [1.0, 1.2, 1.6])
def test_overdispersion_within_centres(wanted):
    # 4,000 stations give about 4,000 degrees of freedom: a standard error near 0.022 × wanted.
    table = clean_election(stations=4000, seed=1, overdispersion=wanted).table
    assert dispersion(table) == pytest.approx(wanted, rel=0.1)


def test_lines_of_every_sheet_add_up(election):
    frame = election.table.frame
    assert (frame[["A", "B", "C"]].sum(axis=1) == frame["valid"]).all()
    assert (frame[["valid", "null", "blank"]].sum(axis=1) == frame["ballots"]).all()
    assert (frame["ballots"] <= frame["registered"]).all()
    assert not frame["station"].duplicated().any()


def test_areas_are_nested(election):
    frame = election.table.frame
    for above, below in pairwise(LEVELS):
        assert len(frame[[above, below]].drop_duplicates()) == frame[below].nunique()
        assert frame[below].nunique() > frame[above].nunique()
    centre = frame["station"].astype(object).str.split("/").str[0]
    assert (centre == frame["centre"].astype(object)).all()


def test_sizes_are_resampled():
    sizes = np.array([10, 20, 30])
    frame = clean_election(stations=500, seed=1, sizes=sizes).table.frame
    assert set(frame["registered"].tolist()) == {10, 20, 30}


def test_one_level_and_one_candidate():
    election = clean_election(
        stations=3,
        seed=0,
        shares={"A": 1.0},
        branching={"town": 1},
        share_deviations={},
        turnout_deviations={},
    )
    assert election.truth["A"] == election.truth["valid"]


def test_declared_is_the_sum_of_the_sheets(election):
    declared = election.declared(by=("state", "municipality"), partial=0.7)
    partial, final = declared.in_order
    assert declared.stations == 1200
    assert partial.of({}).stations == 840
    assert partial.of({}).coverage == 0.7
    assert final.of({}).votes == {name: election.truth[name] for name in "ABC"}
    for depth in (1, 2):
        inside = [row for row in final.areas if len(row.area) == depth]
        assert sum(row.valid for row in inside) == election.truth["valid"]
        assert sum(row.stations for row in inside) == 1200
    assert all(partial.of({}).votes[name] < final.of({}).votes[name] for name in "ABC")


def test_bulletin_of_no_station(election):
    nothing = election.table.take(np.zeros(1200, dtype=bool))
    whole = bulletin_of(nothing, id="0", by=["state"]).of({})
    assert whole.valid == 0
    assert whole.percentages == {}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_hiding_does_not_depend_on_the_order_of_rows(election, pattern):
    seen = hide_stations(election.table, 0.3, seed=9, pattern=pattern)
    assert len(seen) == 840
    shuffled = election.table.take(np.random.default_rng(1).permutation(1200))
    again = hide_stations(shuffled, 0.3, seed=9, pattern=pattern)
    assert set(seen.frame["station"]) == set(again.frame["station"])
    other = hide_stations(election.table, 0.3, seed=10, pattern=pattern)
    assert set(seen.frame["station"]) != set(other.frame["station"])


def test_patterns_hide_what_they_say(election):
    def hidden(pattern):
        seen = hide_stations(election.table, 0.3, seed=2, pattern=pattern)
        return election.table.frame[~election.table.frame["station"].isin(seen.frame["station"])]

    everybody = election.table.frame
    for pattern, level in (("centres", "centre"), ("areas", "state")):
        part = hidden(pattern).groupby(level).size() / everybody.groupby(level).size()
        assert part.dropna().between(0.0001, 0.9999).sum() <= 1
    assert hidden("small")["valid"].mean() < 0.9 * everybody["valid"].mean()
    assert hidden("random")["valid"].mean() == pytest.approx(everybody["valid"].mean(), rel=0.05)


def test_hidden_stations_are_a_fair_draw(election):
    """Over seeds each station is hidden as often as the share says."""
    stations = election.table.frame["station"]
    times = np.zeros(1200)
    for seed in range(100):
        times += ~stations.isin(hide_stations(election.table, 0.3, seed=seed).frame["station"])
    # Binomial(100, 0.3): mean 30, standard deviation 4.6.
    assert times.mean() == pytest.approx(30)
    assert times.std() == pytest.approx(4.58, rel=0.1)


@given(
    totals=st.lists(
        st.tuples(st.integers(1, 40), *[st.integers(0, 5000)] * 4), min_size=1, max_size=4
    ),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=25, deadline=None)
def test_fitted_sums_are_exact(totals, seed):
    columns = ["stations", "A", "B", "C", "null"]
    frame = pd.DataFrame(totals, columns=columns, index=[f"S{i}" for i in range(len(totals))])
    table = fit_totals(frame, CONTEST, seed=seed)
    by_state = table.frame.groupby("state")
    assert by_state.size().tolist() == frame["stations"].tolist()
    assert by_state[columns[1:]].sum().astype(int).to_numpy().tolist() == (
        frame[columns[1:]].to_numpy().tolist()
    )
    assert (table.frame[["A", "B", "C"]].sum(axis=1) == table.frame["valid"]).all()


def test_fitted_sheets_are_as_dispersed_as_asked():
    totals = pd.DataFrame({"stations": [3000], "A": [800_000], "B": [450_000], "C": [50_000]})
    table = fit_totals(totals, CONTEST, seed=3)
    assert dispersion(table) == pytest.approx(1.2, rel=0.1)


def test_written_case_reads_back(election, tmp_path):
    declared = election.declared(partial=0.5)
    shuffled = election.table.take(np.random.default_rng(1).permutation(1200))
    pieces = ("centre", "mesa")
    for folder, table in (("a", election.table), ("b", shuffled)):
        write_case(
            tmp_path / folder,
            table,
            declared=declared,
            registry=election.registry,
            station=pieces,
        )
    for file in (tmp_path / "a").iterdir():
        content = file.read_bytes()
        assert b"\r" not in content
        assert content == (tmp_path / "b" / file.name).read_bytes()
    case = json.loads((tmp_path / "a" / "case.json").read_text())
    contest = Contest.model_validate_json((tmp_path / "a" / case["contest"]).read_text())
    assert contest == election.contest
    back = Declared.model_validate_json((tmp_path / "a" / case["declared"]).read_text())
    assert back == declared
    actas, registry = case["actas"], case["registry"]
    table = read_actas(tmp_path / "a" / actas["file"], contest=contest, mapping=actas["mapping"])
    ours = election.table.frame.sort_values("station").drop(columns="row")
    assert table.frame.drop(columns="row").to_numpy().tolist() == ours.to_numpy().tolist()
    stations = read_registry(
        tmp_path / "a" / registry["file"], contest=contest, mapping=registry["mapping"]
    )
    assert stations.registered == election.registry.registered


def test_key_in_one_column(election, tmp_path):
    write_case(tmp_path, election.table)
    table = read_actas(tmp_path / "actas.csv", contest=election.contest)
    assert sums(table, "ABC") == sums(election.table, "ABC")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stations": 0}, "0 stations"),
        ({"seed": -1}, "not negative"),
        ({"shares": {"A": 0.0}}, "above 0"),
        ({"turnout": 1.0}, "between 0 and 1"),
        ({"null": 0.6, "blank": 0.6}, "leave valid votes"),
        ({"sizes": np.array([], dtype=np.int64)}, "at least 1"),
        ({"overdispersion": 0.9}, "1 or more"),
        ({"share_deviations": {"region": 1.0}}, "'region'"),
        ({"contest": CONTEST, "shares": {"X": 1.0}}, "does not fit"),
    ],
)
def test_wrong_parameters_are_explained(options, said):
    with pytest.raises(InputError, match=said):
        clean_election(**{"stations": 10, "seed": 1, **options})


def test_wrong_totals_hiding_and_keys_are_explained(election, tmp_path):
    with pytest.raises(InputError, match="no 'C'"):
        fit_totals(pd.DataFrame({"stations": [1], "A": [1], "B": [1]}), CONTEST, seed=1)
    row = pd.DataFrame({"stations": [0], "A": [1], "B": [1], "C": [1]})
    with pytest.raises(InputError, match="at least one station"):
        fit_totals(row, CONTEST, seed=1)
    with pytest.raises(InputError, match="counts"):
        fit_totals(row.assign(stations=1, null=-1), CONTEST, seed=1)
    with pytest.raises(InputError, match="no 'centre'"):
        fit_totals(
            row.assign(stations=1), CONTEST, seed=1, branching={"municipality": 2, "parish": 2}
        )
    with pytest.raises(InputError, match="'smal'"):
        hide_stations(election.table, 0.1, seed=1, pattern="smal")
    with pytest.raises(InputError, match="a piece for each column"):
        write_case(tmp_path, election.table, station=("x", "y", "z"))
    with pytest.raises(InputError, match="differs from its area"):
        write_case(tmp_path, election.table, station=("parish", "mesa"))
