"""The report is the same whatever the order of rows and columns, and the number of parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import ActaStream, Case, Contest, load_case, verify
from tallyverify.readers import actas as reader
from tallyverify.simulate import clean_election, write_case
from tallyverify.table.actas import ActaTable
from tallyverify.table.source import Source
from tests.helpers.cases import CONTEST, declared_of, table_of
from tests.helpers.tiers import costly

AREAS = [("N", "x"), ("N", "y"), ("S", "x"), ("S", "z")]
small = st.integers(0, 12)
figures = st.one_of(st.none(), small)
rows_of_actas = st.lists(
    st.fixed_dictionaries(
        {
            "station": st.sampled_from([f"{n:02d}" for n in range(12)]),
            "area": st.sampled_from(AREAS),
            "registered": figures,
            "valid": figures,
            "null": figures,
            "A": figures,
            "B": small,
            "C": small,
        }
    ),
    min_size=1,
    max_size=14,
)
DECLARED = declared_of(
    {
        "areas": [
            {
                "votes": {"A": 10, "B": 9},
                "groups": [{"name": "rest", "candidates": ["C"], "votes": 3}],
                "valid": 22,
                "coverage": 0.8,
            }
        ]
    },
    {
        "areas": [
            {"votes": {"A": 20, "B": 19, "C": 5}, "valid": 44},
            {"area": {"state": "N"}, "votes": {"A": 11, "B": 9}},
            {"area": {"state": "S", "town": "x"}, "votes": {"A": 3, "C": 1}, "valid": 12},
        ]
    },
    stations=12,
    registered=100,
)


def _table(rows: list[dict[str, Any]]) -> ActaTable:
    return table_of(
        [
            {
                "state": row["area"][0],
                "town": row["area"][1],
                **{k: v for k, v in row.items() if k != "area"},
            }
            for row in rows
        ]
    )


@dataclass(frozen=True)
class InParts:
    """A table handed over in parts of given sizes."""

    table: ActaTable
    edges: tuple[int, ...]

    @property
    def contest(self) -> Contest:
        return self.table.contest

    @property
    def source(self) -> Source:
        return self.table.source

    def parts(self) -> Iterator[ActaTable]:
        edges = sorted({0, *(edge % len(self.table) for edge in self.edges), len(self.table)})
        for start, stop in pairwise(edges):
            chosen = np.zeros(len(self.table), dtype=bool)
            chosen[start:stop] = True
            part = self.table.take(chosen)
            mine = self.table.unread["row"].isin(part.frame["row"])
            log = self.table.left_out.iloc[: 0 if start else None]
            yield replace(part, unread=self.table.unread[mine], left_out=log)


def _report(actas: Any) -> str:
    return verify(Case(CONTEST, actas, DECLARED)).to_json()


@costly
@given(rows_of_actas, st.randoms(use_true_random=False))
def test_row_order(rows: list[dict[str, Any]], random: Any) -> None:
    table = _table(rows)
    order = list(range(len(table)))
    random.shuffle(order)
    assert _report(table.take(np.array(order))) == _report(table)


@costly
@given(
    st.lists(st.tuples(*[st.integers(0, 900)] * 8), min_size=2, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abcdef")), min_size=3, max_size=9),
    st.randoms(use_true_random=False),
)
def test_row_order_of_repeated_votes(
    votes: list[tuple[int, ...]], rows: list[tuple[int, str]], random: Any
) -> None:
    """Stations that repeat, with votes that are distinctive enough for T207 to judge."""
    names = "ABCDEFGH"
    contest = Contest.model_validate({"id": "eight", "candidates": [{"id": n} for n in names]})
    table = table_of(
        [
            {"station": key, **dict(zip(names, votes[at % len(votes)], strict=True))}
            for at, key in rows
        ],
        contest,
    )
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.take(np.array(order))
    assert verify(Case(contest, shuffled)).to_json() == verify(Case(contest, table)).to_json()


@costly
@given(rows_of_actas, st.lists(st.integers(0, 14), max_size=5))
def test_partition(rows: list[dict[str, Any]], edges: list[int]) -> None:
    table = _table(rows)
    assert _report(InParts(table, tuple(edges))) == _report(table)


@costly
@given(rows_of_actas, st.randoms(use_true_random=False))
def test_column_order(rows: list[dict[str, Any]], random: Any) -> None:
    table = _table(rows)
    columns = list(table.frame.columns)
    random.shuffle(columns)
    assert _report(replace(table, frame=table.frame[columns])) == _report(table)


@given(rows_of_actas)
def test_record_and_table_find_the_same(rows: list[dict[str, Any]]) -> None:
    table = _table(rows)
    report = verify(Case(CONTEST, table), checks="R101,R102,R103,R104,R105")
    by_table = sorted((f.code, f.station, f.arithmetic) for f in report.findings)
    by_record = sorted(
        (f.code, f.station, f.arithmetic) for acta in table.actas() for f in acta.check(CONTEST)
    )
    assert by_table == by_record


def test_streamed_parquet_gives_the_same_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    election = clean_election(seed=5)
    write_case(
        tmp_path,
        election.table,
        declared=election.declared(by=["state"]),
        registry=election.registry,
    )
    whole = load_case(tmp_path)
    whole.actas.frame.drop(columns="row").to_parquet(  # type: ignore[attr-defined]
        tmp_path / "actas.parquet", row_group_size=200
    )
    monkeypatch.setattr(reader, "STREAM_ROWS", 0)
    streamed = load_case(tmp_path, actas=tmp_path / "actas.parquet")
    assert isinstance(streamed.actas, ActaStream)
    in_batches = replace(streamed, actas=replace(streamed.actas, batch=137))
    monkeypatch.setattr(reader, "STREAM_ROWS", 10**9)
    in_memory = load_case(tmp_path, actas=tmp_path / "actas.parquet")
    assert isinstance(in_memory.actas, ActaTable)
    # What no mapping reads is looked at in a file that is read whole only: T211 and T213.
    looked = replace(in_memory.actas, source=replace(in_memory.actas.source, noticed=None))
    in_memory = replace(in_memory, actas=looked)
    assert verify(in_batches).to_json() == verify(in_memory).to_json()
    assert verify(in_batches).verdict == "consistent"
    assert verify(in_batches).totals == verify(whole).totals


def test_findings_beyond_the_limit_are_counted_and_the_same_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [
        {"state": "N", "town": "x", "valid": 5, "A": 4, "B": at % 7, "C": 0} for at in range(2600)
    ]
    table = table_of(rows)
    report = verify(Case(CONTEST, table), checks="R101")
    failing = sum(1 for at in range(2600) if at % 7 != 1)
    assert len(report.of("R101")) == 1000
    assert f"{failing - 1000:,} more findings" in report.check("R101").reason
    assert report.check("R101").statistic == failing
    split = verify(Case(CONTEST, InParts(table, (100, 1700))), checks="R101")  # type: ignore[arg-type]
    assert split.to_json() == report.to_json()


def test_a_subtotal_in_a_later_batch_stops_the_sums_too(tmp_path: Path) -> None:
    rows = [{"state": "N", "A": at, "B": 1, "C": 1} for at in range(300)]
    rows.append({"state": "N", "station": "TOTAL", "A": 44_850, "B": 300, "C": 300})
    frame = table_of(rows).frame.drop(columns="row")
    frame.to_parquet(tmp_path / "actas.parquet")
    stream = ActaStream(tmp_path / "actas.parquet", CONTEST, batch=100)
    report = verify(Case(CONTEST, stream, DECLARED))
    assert report.check("D301").status == "not_applicable"
    assert "'N / TOTAL'" in report.of("T208")[0].message
    assert report.verdict == "insufficient"


def test_a_table_that_lacks_an_option_reads_as_its_records_do() -> None:
    contest = Contest.model_validate(
        {"id": "t", "candidates": [{"id": "A", "options": ["a1", "a2"]}, {"id": "B"}]}
    )
    whole = table_of([{"a1": 3, "a2": 4, "B": 5, "valid": 10}], contest)
    table = replace(whole, frame=whole.frame.drop(columns="a2"))
    assert verify(Case(contest, table), checks="R101").of("R101") == ()
    assert [acta.check(contest) for acta in table.actas()] == [[]]
    short = replace(table, frame=table.frame.assign(valid=7))
    (finding,) = verify(Case(contest, short), checks="R101").of("R101")
    assert [f.arithmetic for a in short.actas() for f in a.check(contest)] == [finding.arithmetic]
