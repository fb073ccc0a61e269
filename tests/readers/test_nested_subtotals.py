"""Totals of totals, told apart by stems of keys, by place and by arithmetic; and what is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallyverify import Case, Contest, verify
from tallyverify.errors import InputError
from tallyverify.readers import ActaStream, read_actas
from tallyverify.readers.rows.blocks import totals_by_place
from tallyverify.records import Mapping
from tallyverify.table.actas import ActaTable
from tests.helpers.cases import declared_of, nation

CONTEST = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
Row = tuple[str, str, int, int]  # level, name, A, B


def nested(
    sizes: tuple[tuple[int, ...], ...] = ((4, 5, 3), (6, 1, 4)),
    *,
    after: bool = False,
    stems: bool = False,
    seed: int = 1,
) -> list[Row]:
    """A country of regions of districts of stations, each total before or after what it adds up.

    ``sizes``: stations by region and district.
    """
    random = np.random.default_rng(seed)
    number = iter(range(1000))

    def station(name: str) -> Iterator[Row]:
        a, b = random.integers(100, 500, 2)
        yield "Station", name if stems else f"s{next(number)}", int(a), int(b)

    def total(level: str, name: str, rows: list[Row]) -> list[Row]:
        own = [row for row in rows if row[0] == "Station"]
        head = (level, name, sum(row[2] for row in own), sum(row[3] for row in own))
        return [*rows, head] if after else [head, *rows]

    country: list[Row] = []
    for at, districts in enumerate(sizes):
        region: list[Row] = []
        for here, size in enumerate(districts):
            name = f"{'PQRS'[at]}{here + 1}"
            own = [row for nth in range(size) for row in station(f"{name}-{nth + 1}")]
            region += total("District", name, own)
        country += total("Region", f"Region {'PQRS'[at]}", region)
    return total("Country", "Land", country)


def read(rows: list[Row], **mapping: Any) -> ActaTable:
    frame = pd.DataFrame(rows, columns=["kind", "name", "A", "B"]).astype(str)
    return read_actas(
        frame,
        contest=CONTEST,
        mapping={"station": "name", "votes": {"A": "A", "B": "B"}, **mapping},
    )


def stations(rows: list[Row]) -> list[str]:
    return [row[1] for row in rows if row[0] == "Station"]


def votes(rows: list[Row]) -> dict[str, int]:
    own = [row for row in rows if row[0] == "Station"]
    return {"A": sum(row[2] for row in own), "B": sum(row[3] for row in own)}


def verdict(table: ActaTable, rows: list[Row]) -> str:
    return verify(Case(CONTEST, table, declared_of(nation(votes=votes(rows))))).verdict


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stems", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_nested_totals_are_found(after: bool, stems: bool, seed: int) -> None:
    # A district with one station, too, which equals its total.
    rows = nested(after=after, stems=stems, seed=seed)
    table = read(rows)
    assert len(table.source.subtotals) == 9
    assert verdict(table, rows) == "insufficient"
    out = read(rows, subtotals="leave_out")
    assert out.frame["station"].tolist() == stations(rows)
    assert verdict(out, rows) == "consistent"
    report = verify(Case(CONTEST, out), checks="rules")
    assert len(report.of("T208")) == 9
    assert all("equals the sum" in finding.arithmetic for finding in report.of("T208"))


@pytest.mark.parametrize("seed", range(5))
def test_in_another_order_they_are_not_passed_over(seed: int) -> None:
    rows = nested(((4, 5, 3), (6, 2, 4)), seed=seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    mixed = [rows[at] for at in order]
    for how in ({}, {"subtotals": "leave_out"}):
        table = read(mixed, **how)
        assert table.source.subtotals_left_out is None
        assert verdict(table, rows) == "insufficient"
        assert set(stations(rows)) <= set(table.frame["station"])


@pytest.mark.parametrize("order", [False, True])
def test_stems_of_keys_tell_in_any_order(order: bool) -> None:
    rows = [row for row in nested(stems=True) if row[0] in ("District", "Station")]
    rows = sorted(rows, key=lambda row: (row[3], row[1])) if order else rows
    out = read(rows, subtotals="leave_out")
    assert sorted(out.frame["station"]) == sorted(stations(rows))


def test_a_station_that_equals_its_neighbour_is_no_total() -> None:
    rows = [("Station", f"s{at}", 300 + at, 200) for at in range(6)]
    rows.insert(3, ("Station", "again", 303, 200))
    assert read(rows).source.subtotals == ()


@pytest.mark.parametrize("size", [5, 30, 400])
def test_stations_are_no_totals(size: int) -> None:
    for seed in range(40):
        random = np.random.default_rng(seed)
        sizes = random.pareto(1.5, size) * 60 + 20
        rows = [
            ("Station", f"s{at}", int(of * share), int(of * (1 - share)))
            for at, (of, share) in enumerate(
                zip(sizes, random.uniform(0.2, 0.8, size), strict=True)
            )
        ]
        assert read(rows).source.subtotals == ()


def test_a_chance_sum_in_a_large_file_is_no_total() -> None:
    random = np.random.default_rng(0)
    values = random.integers(100, 400, (200, 3))
    values[50] = values[51:54].sum(axis=0)
    none = np.zeros(200, dtype=bool)
    assert not totals_by_place(values, none, ~none).any()
    few = values[48:56]
    assert totals_by_place(few, none[:8], ~none[:8]).tolist() == [at == 2 for at in range(8)]


def test_rows_are_totals_by_a_rule() -> None:
    rows = nested()
    rule = {"column": "kind", "equals": ["Country", "Region", "District"]}
    table = read(rows, subtotals=rule)
    assert table.frame["station"].tolist() == stations(rows)
    assert (table.source.left_out, table.source.subtotals_left_out) == (9, True)
    assert verdict(table, rows) == "consistent"
    # What the rule leaves is looked at as ever.
    part = read(rows, subtotals={**rule, "equals": ["Region", "District"]})
    assert [words.split(": ")[1] for words in part.source.subtotals] == ["'Land'"]
    assert part.source.left_out == 8
    assert "left out as subtotals" in part.source.settled[0]
    assert verdict(part, rows) == "insufficient"
    with pytest.raises(InputError, match=r"text that no row has[\s\S]*did you mean 'Region'"):
        read(rows, subtotals={"column": "kind", "equals": "Regions"})
    with pytest.raises(InputError, match="no column of this name"):
        read(rows, subtotals={"column": "level", "equals": "Region"})


def test_no_more_rows_are_left_out_than_kept() -> None:
    rows = nested(((1, 2), (1, 1)))
    table = read(rows, subtotals="leave_out")
    assert len(table) == len(rows)
    assert verdict(table, rows) == "insufficient"
    assert "no fewer rows than are kept" in verify(Case(CONTEST, table)).of("T208")[0].arithmetic


AREAS = Contest.model_validate(
    {"id": "t", "levels": ["town"], "candidates": [{"id": "A"}, {"id": "B"}]}
)
PARTIAL: dict[str, Any] = {
    "station": ["town", "no"],
    "areas": {"town": "town"},
    "votes": {"A": "A", "B": "B"},
}


def partial(*rows: tuple[Any, ...], **mapping: Any) -> ActaTable:
    frame = pd.DataFrame(rows, columns=["town", "no", "A", "B"]).astype(str)
    return read_actas(frame, contest=AREAS, mapping={**PARTIAL, **mapping})


TOWNS = (("N", 1, 30, 40), ("N", 2, 50, 10), ("S", 1, 20, 25), ("S", 2, 30, 35))


def test_a_key_with_an_empty_part_is_a_station() -> None:
    table = partial(*TOWNS, ("", 1, 20, 30), ("", 2, 22, 30), ("", 3, 21, 31))
    assert table.source.subtotals == ()


def test_it_is_a_total_if_it_is_the_sum() -> None:
    rows = (*TOWNS, ("N", "", 80, 50), ("S", "", 50, 60), ("E", 1, 9, 8), ("E", "", 9, 8))
    table = partial(*rows, subtotals="leave_out")
    assert table.frame["station"].tolist() == ["N/1", "N/2", "S/1", "S/2", "E/1"]


def test_it_stays_open_if_it_may_be_one() -> None:
    # A sheet is lacking, so that the total is more than the sum.
    rows = (*TOWNS, ("N", "", 90, 60))
    for mapping in ({}, {"subtotals": "leave_out"}):
        table = partial(*rows, **mapping)
        assert table.source.subtotals_left_out is None
        assert [words.split(":")[0] for words in table.source.subtotals] == ["row 5"]
        assert len(table) == 5


def test_keys_of_merged_cells_that_collide_are_told() -> None:
    rows = (("N", 1, 30, 40), ("", 2, 50, 10), ("S", 1, 20, 25), ("", 2, 30, 35))
    table = partial(*rows)
    assert table.source.subtotal_rows == (2, 4)
    assert "fill_down" in table.source.subtotal_why[0]
    assert partial(*rows, subtotals="keep").source.subtotals_left_out is False


def test_parts_of_a_file_show_no_sums(tmp_path: Path) -> None:
    frame = pd.DataFrame(TOWNS, columns=["town", "no", "A", "B"]).astype({"no": str})
    frame.loc[4] = [None, "1", 10, 10]
    frame.to_parquet(tmp_path / "a.parquet")
    stream = ActaStream(tmp_path / "a.parquet", AREAS, Mapping.model_validate(PARTIAL))
    (table,) = stream.parts()
    assert table.source.subtotal_rows == (5,)
    assert table.source.subtotals_left_out is None


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_sums_are_found_in_a_file_of_any_kind_that_is_read_whole(kind: str, tmp_path: Path) -> None:
    rows = [("N", "1", 90, 60), ("N", "2", 70, 50), ("N", "3", 80, 20), ("N", "4", 240, 130)]
    frame = pd.DataFrame(rows, columns=["town", "no", "A", "B"])
    path = tmp_path / f"a.{kind}"
    write = {"csv": frame.to_csv, "parquet": frame.to_parquet, "json": frame.to_json}[kind]
    write(path, **({"orient": "records"} if kind == "json" else {"index": False}))
    table = read_actas(path, contest=AREAS, mapping=PARTIAL)
    assert list(table.source.subtotal_why) == ["it equals the sum of its area's rows"]


def test_a_label_in_an_area_is_seen_where_its_key_was_filled_down(tmp_path: Path) -> None:
    rows = "town,no,A,B\nN,1,30,40\n,2,50,10\nTotal,,80,#REF!\n"
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    mapping = {**PARTIAL, "fill_down": ["town"], "subtotals": "leave_out"}
    table = read_actas(tmp_path / "a.csv", contest=AREAS, mapping=mapping)
    assert len(table) == 2
    assert table.source.left_out == 1
