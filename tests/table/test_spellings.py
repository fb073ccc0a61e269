"""One sheet under two spellings of its key, against a plain reading of the rows, one by one."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Case, Contest, Registry, verify
from tallyverify.names import folded, folded_key
from tallyverify.table import Respelt
from tests.engine.test_folds import InParts
from tests.helpers.cases import CONTEST, declared_of, flagged, nation, report_of, table_of

Row = dict[str, Any]
KEYS = ["1", "01", "001", "1.0", "b-2", "B–02", "c"]

rows_of = st.lists(
    st.fixed_dictionaries(
        {
            "station": st.sampled_from(KEYS),
            "state": st.sampled_from(["N", "N", " n", "S"]),
            "town": st.just("x"),
            "valid": st.sampled_from([None, 15]),
            "A": st.sampled_from([1, 1, 2]),
            "B": st.just(7),
            "C": st.just(7),
        }
    ),
    min_size=1,
    max_size=10,
)
listed = st.one_of(st.none(), st.lists(st.sampled_from(KEYS), min_size=1, unique=True))


def _plain(rows: list[Row], known: list[str]) -> tuple[dict[str, list[str]], int, int, list[str]]:
    """Stations by what becomes of them, those that count, their votes for A, keys told of."""
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_key[row["station"]].append(row)
    sheets: dict[Any, list[Row]] = defaultdict(list)
    found: dict[str, list[str]] = {"T201": [], "T202": [], "T204": []}
    moved: dict[bool, list[str]] = {False: [], True: []}
    what: dict[str, set[Any]] = defaultdict(set)
    first: dict[str, str] = {}
    for key, group in sorted(by_key.items()):
        figures = {(row["valid"], row["A"]) for row in group}
        areas = {folded(row["state"]) for row in group}
        apart = [one for one in known if folded_key(one) == folded_key(key)]
        own = key if len(apart) > 1 else folded_key(key)
        unsettled = len(figures) > 1 or len(areas) > 1
        what[own].add(key if unsettled else (*figures, *areas))
        first.setdefault(own, key)
        if len(figures) > 1:
            found["T202"].append(key)
        if len(areas) > 1:
            moved[len(figures) > 1].append(key)
        if not unsettled:
            sheets[own, *figures, *areas] += group
    contested = [by_key[key] for key in {*found["T202"], *moved[False], *moved[True]}]
    found["T201"] = [group[0]["station"] for group in sheets.values() if len(group) > 1]
    found["T204"] = moved[False] + moved[True]
    told = [key for own, key in first.items() if len(what[own]) > 1]
    counting = [*sheets.values(), *contested]
    return found, len(counting), sum(min(row["A"] for row in one) for one in counting), told


@given(rows_of, listed, st.lists(st.integers(0, 10), max_size=3), st.randoms())
def test_against_each_key_by_itself(
    rows: list[Row], known: list[str] | None, edges: list[int], random: Any
) -> None:
    found, stations, votes, told = _plain(rows, known or [])
    registry = Registry.of([{"station": key} for key in known]) if known else None
    table = table_of(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = table.take(np.array(order))
    for actas in (table, InParts(shuffled, tuple(edges))):
        case = Case(CONTEST, actas, None, registry)  # type: ignore[arg-type]
        report = verify(case, checks="rules")
        by_code = {
            code: [f.station for f in report.of(code) if f.evidence != "note"] for code in found
        }
        assert by_code == found
        assert [f.station for f in report.of("T202") if f.evidence == "note"] == told
        assert report.coverage.stations == stations
        assert report.totals.votes["A"] == votes


def _sheet(station: str, votes: int = 7, **more: Any) -> Row:
    return {"station": station, "state": "N", "town": "x", "A": votes, "B": 5, "C": 4, **more}


def test_one_sheet_under_two_spellings_counts_once_and_is_said() -> None:
    rows = [_sheet("007/1"), _sheet("8/1"), _sheet("7/01", state=" n"), _sheet("7.0/1")]
    report = report_of(rows, declared_of(nation(votes={"A": 14, "B": 10, "C": 8})))
    assert report.coverage.stations == 2
    assert flagged(report) == ["T201"]
    (one,) = report.of("T201")
    assert one.message == (
        "station 007/1 stands 3 times, under 3 spellings 007/1, 7.0/1 and 7/01, with the same "
        "figures; it counts once"
    )
    assert (one.observed, one.arithmetic) == (3, "rows 1, 4, 3")
    (two,) = report_of([*rows[1:3], _sheet("08/1")], checks="T201").of("T201")
    assert "under two spellings 08/1 and 8/1, with the same" in two.message


def test_two_sheets_under_two_spellings_count_each_and_are_told() -> None:
    report = report_of([_sheet("001"), _sheet("1", 9), _sheet("2")])
    assert report.coverage.stations == 3
    assert report.totals.votes["A"] == 23
    assert flagged(report) == []
    (note,) = report.of("T202")
    assert note.message.startswith("the keys 001 and 1 differ only in their spelling")
    assert note.arithmetic == "rows 1, 2: A 7 against 9"
    (note,) = report_of([_sheet("001"), _sheet("1", state="S")]).of("T202")
    assert note.arithmetic == "rows 1, 2: N / x and S / x"


def test_spellings_that_the_registry_lists_are_two_stations() -> None:
    both = Registry.of([{"station": "001"}, {"station": "1"}])
    report = report_of([_sheet("001"), _sheet("1")], registry=both)
    assert (report.coverage.stations, flagged(report)) == (2, [])
    # A third spelling may be either of them.
    report = report_of([_sheet("001"), _sheet("01")], registry=both)
    assert report.coverage.stations == 2
    assert report.of("T203")[0].message == (
        "station 01 is not in the registry; the registry has '001' and '1'"
    )


def test_votes_of_one_sheet_under_two_spellings_are_no_coincidence() -> None:
    rng = np.random.default_rng(5)
    contest = Contest.model_validate(
        {"id": "8", "levels": ["state"], "candidates": [{"id": name} for name in "ABCDEFGH"]}
    )
    votes = dict(zip("ABCDEFGH", map(int, rng.integers(20, 90, 8)), strict=True))
    rows = [{"station": key, "state": "N", **votes} for key in ("1", "01", "001")]
    assert report_of(rows, contest=contest).of("T207") == ()
    rows[1]["state"] = "S"
    assert [f.observed for f in report_of(rows, contest=contest).of("T207")] == [2]


# The registry.


@pytest.fixture
def registry() -> Registry:
    return Registry.of([{"station": key} for key in ("001", "02", "2", "A–3")])


@pytest.mark.parametrize(
    ("stations", "at"),
    [
        (["001", "2", "02"], [0, 2, 1]),
        (["1", "a-03"], [0, 3]),
        (["002"], [-1]),  # 02 or 2
        (["1", "001"], [-1, 0]),  # there as it is spelt
        (["1", "01"], [-1, -1]),  # either
        (["1", "1"], [0, 0]),
        (["9", ""], [-1, -1]),
        ([], []),
    ],
)
def test_where_stations_stand(registry: Registry, stations: list[str], at: list[int]) -> None:
    assert registry.positions(np.array(stations, dtype=object)).tolist() == at


def test_an_empty_registry_has_no_station(registry: Registry) -> None:
    empty = Registry(frame=registry.frame.iloc[:0])
    assert empty.positions(["1"]).tolist() == [-1]


def test_stations_under_another_spelling_are_said(registry: Registry) -> None:
    report = report_of([_sheet("1"), _sheet("2"), _sheet("a-3")], registry=registry)
    assert report.of("T203") == ()
    assert report.check("T203").reason == (
        "2 stations found in the registry under another spelling of the key, such as '1' as '001'"
    )
    some = Respelt(1, ("b", "B")) + Respelt() + Respelt(2, ("a", "A"))
    assert some == Respelt(3, ("a", "A"))
    assert Respelt().words == ""
