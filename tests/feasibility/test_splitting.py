"""Several partial bulletins with exact sums: a world is shown, and none where there is none."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify import Case, Contest, Declared, Report, load_case, read_actas, verify
from tallyverify.feasibility.proving.subset_sums import Effort, subsets
from tests.engine.test_real_verdicts import SAMPLE, bolivia_bulletins
from tests.helpers.real import realdata, table_of

NAMES = ["A", "B", "C", "D"]
CONTEST = Contest.model_validate(
    {
        "id": "split",
        "levels": ["state"],
        "candidates": [{"id": name} for name in NAMES],
        "lines": ["null"],
    }
)


def counted(
    seed: int,
    *,
    bulletins: int = 3,
    areas: int = 4,
    size: int = 70,
    rows: str = "areas",
    stations: bool = True,
    unit: int = 1,
) -> Case:
    """Return a case in which every station enters with one of the bulletins, and all is seen."""
    rng = np.random.default_rng(seed)
    area = np.repeat(np.arange(areas), size)
    figures = {name: unit * rng.integers(0, 90, size=len(area)) for name in NAMES}
    figures["null"] = unit * rng.integers(0, 12, size=len(area))
    enters = rng.integers(0, bulletins, size=len(area))
    frame = pd.DataFrame({"station": np.arange(len(area)).astype(str), **figures})
    frame["state"] = [f"S{at}" for at in area]

    def row(at: int | None, held: Any) -> dict[str, Any]:
        said: dict[str, Any] = {"votes": {name: int(figures[name][held].sum()) for name in NAMES}}
        said["null"] = int(figures["null"][held].sum())
        said |= {"stations": int(held.sum())} if stations else {}
        return said | ({"area": {"state": f"S{at}"}} if at is not None else {})

    places = [None] * (rows != "areas") + list(range(areas)) * (rows != "country")
    told = [
        {
            "id": f"b{b}",
            "issued": f"2024-07-{20 + b}",
            "areas": [row(at, (enters <= b) & ((area == at) | (at is None))) for at in places],
        }
        for b in range(bulletins)
    ]
    declared = Declared.model_validate({"stations": len(area), "bulletins": told})
    return Case(CONTEST, read_actas(frame, contest=CONTEST), declared)


def one_vote_more(case: Case) -> Case:
    """Return the case with a vote more in a total of the first bulletin."""
    assert case.declared is not None
    data: dict[str, Any] = case.declared.model_dump(exclude_none=True)
    data["bulletins"][0]["areas"][0]["votes"]["A"] += 1
    return replace(case, declared=Declared.model_validate(data))


def shown(case: Case) -> tuple[str, int | None]:
    """Return the verdict, and how many sheets are wrong in the world that is shown."""
    report: Report = verify(case, checks="compare")
    assert report.feasibility is not None
    return report.verdict, report.feasibility.sheets_wrong[1]


@pytest.mark.parametrize("rows", ["areas", "both"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_bulletins_by_area(seed: int, rows: str) -> None:
    assert shown(counted(seed, rows=rows)) == ("consistent", 0)


def test_bulletins_that_do_not_state_their_stations() -> None:
    assert shown(counted(1, stations=False)) == ("consistent", 0)


@pytest.mark.parametrize(("size", "bulletins"), [(40, 2), (300, 2), (1000, 3), (3000, 2)])
def test_bulletins_of_the_country_alone(size: int, bulletins: int) -> None:
    case = counted(5, areas=1, size=size, bulletins=bulletins, rows="country")
    assert shown(case) == ("consistent", 0)


def test_areas_of_few_stations() -> None:
    assert shown(counted(6, areas=30, size=30, bulletins=2, rows="both")) == ("consistent", 0)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.hours)])
def test_no_world_is_shown_where_none_is(seed: int) -> None:
    # Every sheet holds even figures: an odd total needs a wrong sheet.
    case = one_vote_more(counted(seed, areas=1, bulletins=2, rows="country", unit=2))
    assert shown(case)[1] != 0


def test_an_altered_total_of_few_stations_is_in_no_world() -> None:
    case = counted(2, areas=1, size=8, bulletins=2, rows="country")
    assert shown(case) == ("consistent", 0)
    assert shown(one_vote_more(case))[1] != 0


def test_the_clean_sample_has_no_wrong_sheet() -> None:
    assert shown(load_case(SAMPLE.parent / "clean")) == ("consistent", 0)


@realdata
def test_stages_of_bolivia_are_one_count() -> None:
    table = table_of("bolivia-2019-final")
    assert shown(Case(table.contest, table, bolivia_bulletins())) == ("consistent", 0)


@settings(max_examples=60)
@given(st.data())
def test_subsets_are_all_that_add_up(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 3))
    vector = st.lists(st.integers(-9, 9), min_size=rows, max_size=rows)
    added = np.array(data.draw(st.lists(vector, min_size=1, max_size=9)), dtype=np.int64)
    chosen = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(added), max_size=len(added))), dtype=bool
    )
    missing = added[chosen].sum(axis=0)
    found = {tuple(one.tolist()) for one in subsets(added, missing, chosen, Effort())}
    every = (np.array(one) for one in product([False, True], repeat=len(added)))
    right = {tuple(one.tolist()) for one in every if (added[one].sum(axis=0) == missing).all()}
    assert found <= right
    assert len(found) == min(len(right), 64)


@pytest.mark.parametrize("size", [24, 48, 72])
@pytest.mark.parametrize("figure", [0, 1])
def test_sums_that_are_all_alike_fit_into_memory(size: int, figure: int) -> None:
    added = np.full((size, 2), figure, dtype=np.int64)
    inside = np.arange(size) % 2 == 0
    missing = added[inside].sum(axis=0)
    for chosen in subsets(added, missing, inside, Effort(1 << 22)):
        assert (added[chosen].sum(axis=0) == missing).all()
