"""Every family is told of the same stations that they were seen."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Case, Registry, verify
from tallyverify.checking import summarise_sheets
from tallyverify.engine.all_checks import select
from tallyverify.engine.folding import find_suspects, fold_rows
from tallyverify.feasibility import summarise_witnesses
from tests.engine.test_folds import InParts
from tests.helpers.cases import CONTEST, declared_of, table_of

KEYS = [f"{n:02d}" for n in range(8)]
REGISTRY = Registry.of(
    [{"station": key, "areas": {"state": "N"}, "registered": 50} for key in KEYS]
)
Row = dict[str, Any]
few = st.sampled_from([None, 0, 0, 3, 5])
sheets = st.lists(
    st.fixed_dictionaries(
        {
            "station": st.sampled_from(KEYS),
            "state": st.sampled_from(["N", "N", "S", None]),
            "town": st.just("x"),
            "ballots": st.sampled_from([None, 0, 20]),
            "A": few,
            "B": few,
            "C": few,
        }
    ),
    min_size=1,
    max_size=10,
)


def _case(rows: list[Row], annulled: list[str], edges: list[int] = []) -> Case:  # noqa: B006
    areas = [{"votes": {"A": 9}}, {"area": {"state": "N"}, "votes": {"A": 9}}]
    declared = declared_of({"areas": areas}, annulled=annulled or None)
    actas: Any = InParts(table_of(rows), tuple(edges))
    return Case(CONTEST, actas, declared, REGISTRY)


def _folded(case: Case) -> dict[str, set[str]]:
    """Which stations each family takes as seen."""
    tell = lambda what, done, of: None  # noqa: E731
    suspects, _ = find_suspects(case, tell)
    sums, _, seen = fold_rows(case, case.facts, select(None), suspects, tell)
    kept, rows = sums[summarise_sheets].columns, sums[summarise_witnesses].columns()
    assert seen.stations.stations == seen.totals.stations[0] == seen.stations.seen.sum()
    return {
        "registry": set(REGISTRY.index[seen.stations.seen]),
        "read": set(kept["station"][kept["read"]]),
        "witnesses": set(rows["station"][rows["seen"]]),
    }


def _plain(rows: list[Row], annulled: list[str]) -> dict[str, set[str]]:
    """The same, station by station."""
    found = defaultdict(set)
    by_station = defaultdict(list)
    for row in rows:
        by_station[row["station"]].append(row)
    for key, group in by_station.items():
        votes = sum(min(row[name] or 0 for row in group) for name in "ABC")
        if not votes or key in annulled:
            continue
        found["registry"].add(key)
        one = len({tuple(row.items()) for row in group}) == 1
        if one and None not in (group[0][name] for name in "ABC"):
            found["read"].add(key)
        if all(row["state"] for row in group):
            found["witnesses"].add(key)
    return found


@given(
    sheets,
    st.lists(st.sampled_from(KEYS), max_size=2, unique=True),
    st.lists(st.integers(0, 9), max_size=2),
)
def test_families_agree_on_the_stations_seen(
    rows: list[Row], annulled: list[str], edges: list[int]
) -> None:
    found, expected = _folded(_case(rows, annulled, edges)), _plain(rows, annulled)
    assert found == {name: expected[name] for name in found}
    assert found["read"] | found["witnesses"] <= found["registry"]


SHEET = {"state": "N", "town": "x", "ballots": 20, "A": 9, "B": 6, "C": 5}
SPECIAL: dict[str, tuple[list[Row], bool]] = {
    "a sheet like any other": ([SHEET], True),
    "ballots, and no vote at all": ([{**SHEET, "A": 0, "B": 0, "C": 0}], False),
    "ballots, and no vote read": ([{**SHEET, "A": None, "B": None, "C": None}], False),
    "one vote not read": ([{**SHEET, "A": None}], True),
    "no area named": ([{**SHEET, "state": None}], True),
    "twice, the same": ([SHEET, SHEET], True),
    "twice, with different figures": ([SHEET, {**SHEET, "B": 7}], True),
    "twice, one of them not loaded": ([SHEET, {**SHEET, "A": 0, "B": 0, "C": 0}], False),
    "twice, in two areas": ([SHEET, {**SHEET, "state": "S"}], True),
    "annulled": ([{**SHEET, "station": "07"}], False),
}


@pytest.mark.parametrize("kind", SPECIAL)
def test_a_station_is_seen_or_not_for_the_report_and_every_check(kind: str) -> None:
    rows, seen = SPECIAL[kind]
    annulled = kind == "annulled"
    every = [{"station": "00", **SHEET}, *({"station": "01", **row} for row in rows)]
    report = verify(_case(every, ["7"] if annulled else []))
    assert report.coverage.stations == 1 + seen
    assert report.of("T205")[0].observed == 1 + seen
    assert report.of("T205")[0].expected == len(KEYS) - annulled
    assert bool(report.of("T206")) == kind.startswith("ballots")
    assert report.totals.votes["A"] == (18 if seen and kind != "one vote not read" else 9)
