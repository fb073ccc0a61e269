"""The report is of what the sheets say: not of the order, the files or the kind they come in."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import ActaTable, Case, InputError, load_case, read_actas, verify
from tests.helpers.command import SAMPLES
from tests.helpers.same_report import without_places
from tests.helpers.small import CONTEST, HEADER, MAPPING, ROWS, WHOLE, rows_of
from tests.helpers.tiers import costly

Write = Callable[[pd.DataFrame, Path], Any]


def _csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


KINDS: dict[str, Write] = {
    "csv": _csv,
    "xlsx": lambda frame, path: frame.to_excel(path, index=False),
    "parquet": lambda frame, path: frame.to_parquet(path, index=False),
    "jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
}


def _in_parts(frame: pd.DataFrame, path: Path, parts: int) -> None:
    path.mkdir()
    for at in range(parts):
        _csv(frame.iloc[at::parts], path / f"part{at:03}.csv")


def _shuffled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    chance = random.Random(seed)
    rows, columns = list(range(len(frame))), list(frame.columns)
    chance.shuffle(rows)
    chance.shuffle(columns)
    return frame.iloc[rows][columns]


def _forms(frame: pd.DataFrame, figures: list[str]) -> Iterator[tuple[str, str, Write]]:
    """Yield the forms of one content: a name, the file and how it is written."""
    typed = frame.assign(**{name: pd.to_numeric(frame[name]) for name in figures})
    for parts in (1, 7, 100):
        mixed = _shuffled(frame, parts)
        yield (
            f"{parts} parts",
            "actas",
            lambda _, path, mixed=mixed, parts=parts: _in_parts(mixed, path, parts),
        )
    for kind, write in KINDS.items():
        yield f"{kind} of text", f"actas.{kind}", write
        yield f"{kind} of numbers", f"actas.{kind}", lambda _, path, w=write: w(typed, path)
        yield (
            f"{kind} shuffled",
            f"actas.{kind}",
            lambda _, path, w=write: w(_shuffled(frame, 1), path),
        )


def _reports(
    sample: str, folder: Path, forms: Callable[[str], bool], rows: int | None, checks: str | None
) -> dict[str, Any]:
    """Return the report of each form of a sample's sheets, or of its first rows and some copies."""
    case: dict[str, Any] = json.loads((SAMPLES / sample / "case.json").read_text())
    mapping = case["actas"]["mapping"]
    figures = [*mapping["lines"].values(), *mapping["votes"].values()]
    frame = pd.read_csv(SAMPLES / sample / "actas.csv", dtype=str, nrows=rows)
    if rows:
        # One sheet twice, one with another figure, one in another area, an empty cell.
        again = frame.head(4).copy()
        again.loc[1, figures[-1]], again.loc[3, figures[-1]] = "1", "0"
        again.loc[2, "state"] = "State 09"
        frame = pd.concat([frame, again], ignore_index=True)
        frame.loc[9, figures[-1]] = None
        del case["registry"]
    found = {}
    for name, file, write in _forms(frame, figures):
        if forms(name):
            here = folder / name
            shutil.copytree(SAMPLES / sample, here, ignore=shutil.ignore_patterns("actas.csv"))
            write(frame, here / file)
            case["actas"]["file"] = file
            (here / "case.json").write_text(json.dumps(case))
            found[name] = without_places(verify(load_case(here), checks=checks))
    return found


def _all_the_same(reports: dict[str, Any]) -> dict[str, Any]:
    (name, first), *others = reports.items()
    for other, report in others:
        assert report == first, f"{other} against {name}"
    return dict(first)


def test_first_sheets_of_a_sample(tmp_path: Path) -> None:
    few = {"1 parts", "7 parts", "100 parts", "xlsx shuffled", "parquet of numbers"}
    forms = {*few, "jsonl of text", "csv of text"}
    reports = _reports("partial", tmp_path, forms.__contains__, 100, "rules,D301")
    assert reports.keys() == forms
    report = _all_the_same(reports)
    assert {one["code"] for one in report["findings"]} >= {"R106", "T201", "T202", "T204"}


def test_a_row_without_anything_is_none_in_any_kind(tmp_path: Path) -> None:
    rows = [row.split(",") for row in ROWS]
    text = pd.DataFrame([*rows[:2], [None] * 5, rows[2]], columns=HEADER.split(","))
    typed = text.assign(**{name: pd.to_numeric(text[name]) for name in ("VALID", "A", "B")})
    tables: dict[str, Any] = {"frame": text, "typed": typed}
    tables["list"] = json.loads(text.to_json(orient="records"))
    views = pl.DataFrame(tables["list"])
    tables["views"] = views.with_columns(pl.col("EDO").cast(pl.Categorical))
    tables["arrow"] = pa.Table.from_pandas(typed.astype({"EDO": "category"}))
    for kind, write in KINDS.items():
        for name, frame in (("text", text), ("typed", typed)):
            tables[f"{kind} {name}"] = tmp_path / f"{name}.{kind}"
            write(frame, tables[f"{kind} {name}"])
    for name, table in tables.items():
        found = read_actas(table, contest=CONTEST, mapping=MAPPING)
        first, *_, last = found.frame["row"]
        assert rows_of(found) == WHOLE, name
        assert (found.source.rows, found.source.blank, last - first) == (3, 1, 3), name
        assert (found.source.subtotals, len(found.left_out)) == ((), 0), name
    with pytest.raises(InputError, match="a header but no rows"):
        read_actas(text.iloc[2:3], contest=CONTEST, mapping=MAPPING)


@pytest.mark.hours
@pytest.mark.parametrize("sample", ["clean", "partial", "venezuela-2024"])
def test_all_sheets_of_a_sample(sample: str, tmp_path: Path) -> None:
    _all_the_same(_reports(sample, tmp_path, lambda _: True, None, None))


# Long files.

LONG: dict[str, Any] = {
    "layout": "long",
    "station": "precinct",
    "areas": {"state": "county"},
    "option": "candidate",
    "count": "votes",
    "votes": {"A": "Ann", "B": "Bob"},
    "lines": {"valid": "Total", "registered": {"column": "voters"}},
    "kind": "kind",
    "marks": ["machine"],
    "order": "batch",
}
COLUMNS = ["county", "precinct", "candidate", "votes", "voters", "kind", "machine", "batch"]
long_rows = st.lists(
    st.tuples(
        st.sampled_from(["N", "N", "n", "S", ""]),
        st.sampled_from(["P1", "P2", "P3"]),
        st.sampled_from(["Ann", "Bob", "Total"]),
        st.sampled_from(["0", "4", "8", "12", "x", ""]),
        st.sampled_from(["90", "90", "90", "91", "?", ""]),
        st.sampled_from(["urban", "urban", "rural", ""]),
        st.sampled_from(["1", "1", "2"]),
        st.sampled_from(["1", "1", "2"]),
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: [*rows, *(("N", "P0", name, "3", "9", "urban", "1", "1") for name in NAMES)])
NAMES = ("Ann", "Bob", "Total")


def _read(frame: pd.DataFrame, parts: int, folder: str, changed: dict[str, Any]) -> ActaTable:
    path = Path(folder, f"{parts} parts", "actas")
    path.parent.mkdir()
    _in_parts(frame, path, parts)
    return read_actas(path, contest=CONTEST, mapping={**LONG, **changed})


def _in_order(frame: pd.DataFrame) -> list[str]:
    cells = frame.drop(columns="row").itertuples(index=False, name=None)
    return sorted(repr([None if pd.isna(cell) else cell for cell in row]) for row in cells)


mixed = given(
    long_rows,
    st.randoms(use_true_random=False),
    st.integers(2, 4),
    st.sampled_from([{}, {"absent": "zero"}, {"repeated": {"latest": "batch"}}]),
)


def _both(
    rows: list[tuple[str, ...]], chance: random.Random, parts: int, changed: dict[str, Any]
) -> tuple[ActaTable, ActaTable]:
    frame = pd.DataFrame(rows, columns=COLUMNS)
    order = list(range(len(rows)))
    chance.shuffle(order)
    with tempfile.TemporaryDirectory() as folder:
        one = _read(frame, 1, folder, changed)
        return one, _read(frame.iloc[order], parts, folder, changed)


@costly
@mixed
def test_a_long_file_is_one_table_in_any_order_and_any_parts(
    rows: list[tuple[str, ...]], chance: random.Random, parts: int, changed: dict[str, Any]
) -> None:
    one, other = _both(rows, chance, parts, changed)
    assert _in_order(one.frame) == _in_order(other.frame)
    assert _in_order(one.unread) == _in_order(other.unread)
    assert one.source.settled == other.source.settled
    assert one.source.noticed == other.source.noticed


@pytest.mark.hours
@mixed
def test_the_report_of_a_long_file_is_one_in_any_order_and_any_parts(
    rows: list[tuple[str, ...]], chance: random.Random, parts: int, changed: dict[str, Any]
) -> None:
    one, other = (
        without_places(verify(Case(CONTEST, table), checks="rules"))
        for table in _both(rows, chance, parts, changed)
    )
    assert one == other
