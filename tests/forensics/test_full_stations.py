"""Stations at 100 %: which they are, and that a clean twin has as many as is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify import Case, Contest, Evidence, Report, Status, read_actas, verify
from tallyverify.forensics import Stations, full_stations
from tallyverify.forensics.calibration.clean_twin import twin_model
from tallyverify.forensics.stations import stations_of
from tallyverify.simulate import clean_election


def small(seed: int, stations: int = 400, **more: Any) -> pd.DataFrame:
    """Sheets of hamlets, where everybody may well vote, and all for one."""
    sizes = np.array([2, 3, 4, 6, 9, 15, 300])
    options = {"turnout": 0.9, "sizes": sizes, "shares": {"A": 0.8, "B": 0.15, "C": 0.05}, **more}
    table = clean_election(stations=stations, seed=seed, **options).table
    return table.frame.drop(columns="row").copy()


def table_of(frame: pd.DataFrame, lines: tuple[str, ...] = ("registered", "ballots", "valid")):
    contest = Contest.model_validate(
        {
            "id": "small",
            "levels": ["state", "municipality", "parish", "centre"],
            "candidates": [{"id": one} for one in "ABC"],
            "lines": list(lines),
        }
    )
    kept = frame.drop(columns=[n for n in ("registered", "ballots", "valid") if n not in lines])
    return read_actas(kept.drop(columns=["null", "blank"]), contest=contest)


def stations(seed: int, lines: tuple[str, ...] = ("registered", "ballots", "valid")) -> Stations:
    return stations_of(table_of(small(seed), lines))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_which_they_are_by_reading_each_sheet(seed: int) -> None:
    frame = small(seed, 120)
    here = stations_of(table_of(frame))
    found = full_stations(here)
    rows = frame.set_index("station")
    for at, key in enumerate(here.key):
        row = rows.loc[key]
        votes = row[["A", "B", "C"]]
        assert found.everybody[at] == (row["ballots"] == row["registered"])
        assert found.one[at] == ((votes > 0).sum() == 1)
        assert found.whose[at] == (list(votes > 0).index(True) if found.one[at] else -1)
    assert found.found[2] == (found.everybody & found.one).sum()
    order = found.ranked
    assert set(order) == set(np.flatnonzero(found.everybody | found.one))
    kinds = (2 * found.one + found.everybody)[order]
    assert (np.diff(kinds) <= 0).all()
    assert all((np.diff(here.valid[order][kinds == kind]) <= 0).all() for kind in np.unique(kinds))


@pytest.mark.parametrize(
    "lines", [("registered", "ballots", "valid"), ("ballots", "valid"), ("valid",)]
)
def test_a_clean_twin_has_as_many_as_is_said(lines: tuple[str, ...]) -> None:
    """Against two hundred twins that are drawn: the mean within four standard errors."""
    here = stations(3, lines)
    found = full_stations(here)
    model = twin_model(here)
    drawn = []
    for at in range(200):
        twin = model.draw(5, at)
        everybody = here.with_turnout & (twin.ballots == np.nan_to_num(here.registered, nan=-1))
        one = (twin.valid > 0) & (twin.votes.max(axis=1) == twin.valid)
        drawn.append([everybody.sum(), one.sum(), (everybody & one).sum()])
    mean, sd = np.mean(drawn, axis=0), np.array(found.sd)
    assert (np.abs(mean - found.expected) <= 4 * sd / np.sqrt(len(drawn)) + 1e-9).all()
    assert found.expected[1] > 20
    assert (found.expected[0] > 20) == ("registered" in lines)
    # The standard error of a standard deviation is sd/√(2n): four of them.
    assert np.std(drawn, axis=0) == pytest.approx(sd, rel=4 / np.sqrt(2 * len(drawn)), abs=1e-9)


def test_row_order_does_not_matter() -> None:
    frame = small(4)
    found = [
        full_stations(stations_of(table_of(rows)))
        for rows in (frame, frame.sample(frac=1, random_state=2))
    ]
    assert found[0].expected == found[1].expected
    assert (found[0].ranked == found[1].ranked).all()
    assert found[0].sentence() == found[1].sentence()


def test_nobody_voted_for_one() -> None:
    """A station without a valid vote has given them to nobody."""
    here = stations(1)
    votes = here.votes.copy()
    votes[:5] = 0
    found = full_stations(replace(here, votes=votes, valid=votes.sum(axis=1)))
    assert not found.one[:5].any()
    assert (found.whose[:5] == -1).all()


def report_of(frame: pd.DataFrame, **options: Any) -> Report:
    table = table_of(frame, **options)
    return verify(Case(table.contest, table), checks="F506")


def full_of(frame: pd.DataFrame, where: slice, *, one: bool) -> pd.DataFrame:
    """Large stations at which everybody came, and, if asked, voted for A."""
    frame = frame.copy()
    frame.loc[where, ["registered", "ballots", "valid"]] = 700
    frame.loc[where, ["A", "B", "C"]] = [700, 0, 0] if one else [400, 200, 100]
    return frame


def test_the_note_tells_the_numbers_and_the_stations() -> None:
    frame = clean_election(stations=300, seed=2).table.frame.drop(columns="row")
    frame = full_of(full_of(frame, slice(0, 3), one=False), slice(4, 5), one=True)
    report = report_of(frame)
    assert report.check("F506").status is Status.PASSED
    whole, *each = report.of("F506")
    assert "everybody voted at 6 stations (a clean twin has " in whole.message
    assert "all for one candidate at 2 (" in whole.message
    assert ", both at 2 (" in whole.message
    assert "closed ones (ships, hospitals, barracks) honestly" in whole.message
    assert {finding.evidence for finding in report.of("F506")} == {Evidence.NOTE}
    keys = frame["station"].tolist()
    assert {finding.station for finding in each[:2]} == {keys[4], keys[5]}
    assert {finding.station for finding in each} == {*keys[:4], *keys[4:6]}
    assert each[0].message == (
        f"station {each[0].station}: all 700 registered voters voted and all 700 valid votes are "
        "for A"
    )
    assert each[2].message.endswith(": all 700 registered voters voted")


def test_all_for_one_is_told_where_turnout_is_not_known() -> None:
    frame = clean_election(stations=300, seed=2).table.frame.drop(columns="row")
    frame = full_of(frame, slice(4, 5), one=True)
    report = report_of(frame, lines=("valid",))
    assert report.check("F506").status is Status.NOT_APPLICABLE
    whole, *each = report.of("F506")
    assert whole.message.startswith("all valid votes are for one candidate at 2 stations")
    assert "turnout is not known" in whole.message
    assert [finding.message.endswith("valid votes are for A") for finding in each] == [True, True]


def test_at_most_twenty_stations_are_named() -> None:
    report = report_of(small(6, 600))
    _, *each = report.of("F506")
    assert len(each) == 20
