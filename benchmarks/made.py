"""Made-up elections of any size for the benchmarks: in memory, or as a Parquet file in chunks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tallyverify import Contest, Declared
from tallyverify.table.actas import ActaTable, Source

CANDIDATES = [f"C{number}" for number in range(10)]
LINES = ["registered", "ballots", "valid", "null", "blank"]
STATES, MUNICIPALITIES = 24, 335
CHUNK = 250_000

CONTEST = Contest.model_validate(
    {
        "id": "made",
        "levels": ["state", "municipality"],
        "candidates": [{"id": name} for name in CANDIDATES],
        "lines": [{"id": name} for name in LINES],
    }
)

_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
_COUNT = pd.ArrowDtype(pa.int64())


def columns(first: int, rows: int, seed: int = 1) -> dict[str, pa.Array]:
    """Return actas ``first`` to ``first + rows`` that add up, as Arrow columns."""
    rng = np.random.default_rng([seed, first])
    shares = rng.dirichlet(np.full(len(CANDIDATES), 2.0), STATES)
    place = (np.arange(first, first + rows) * 2654435761) % MUNICIPALITIES
    registered = rng.integers(200, 1000, rows)
    valid = rng.binomial(registered, 0.7)
    votes = rng.multinomial(valid, shares[place % STATES])
    null = rng.binomial(registered - valid, 0.02)
    blank = rng.binomial(registered - valid - null, 0.01)
    states = pa.array([f"State {code:02d}" for code in range(STATES)])
    municipalities = pa.array([f"Municipality {code:03d}" for code in range(MUNICIPALITIES)])
    keys = pa.array([f"{code // 8:08d}/{code % 8:02d}" for code in range(first, first + rows)])
    counts = {
        "registered": registered,
        "ballots": valid + null + blank,
        "valid": valid,
        "null": null,
        "blank": blank,
        **dict(zip(CANDIDATES, votes.T, strict=True)),
    }
    return {
        "station": keys,
        "state": states.take(pa.array(place % STATES)),
        "municipality": municipalities.take(pa.array(place)),
        **{name: pa.array(np.ascontiguousarray(values)) for name, values in counts.items()},
    }


def table(rows: int) -> ActaTable:
    """Return actas in memory, typed as a reader types them."""
    data = {"row": np.arange(1, rows + 1, dtype=np.int64)}
    for name, values in columns(0, rows).items():
        text = pa.types.is_string(values.type)
        data[name] = pd.array(values, dtype=_TEXT if text else _COUNT)
    return ActaTable(pd.DataFrame(data), CONTEST, source=Source(name="made", rows=rows))


FIGURES = ["valid", "null", "ballots", "registered", *CANDIDATES]


def declared(actas: pd.DataFrame) -> Declared:
    """Return a true result of the whole and of every state, in one bulletin."""
    return _announced(_by_state(actas), len(actas))


def _by_state(actas: pd.DataFrame) -> pd.DataFrame:
    return actas.groupby("state")[FIGURES].sum()


def _announced(sums: pd.DataFrame, stations: int) -> Declared:
    def row(area: dict[str, str], of: pd.Series) -> dict[str, object]:
        lines = {name: int(of[name]) for name in FIGURES if name not in CANDIDATES}
        return {"area": area, **lines, "votes": {name: int(of[name]) for name in CANDIDATES}}

    areas = [row({}, sums.sum()), *(row({"state": str(name)}, of) for name, of in sums.iterrows())]
    return Declared.model_validate(
        {
            "authority": "made up",
            "stations": stations,
            "registered": int(sums["registered"].sum()),
            "bulletins": [{"id": "1", "issued": "2024-01-01", "areas": areas}],
        }
    )


def write_case(folder: Path, rows: int) -> None:
    """Write a case whose actas are a Parquet file, a chunk at a time; its result is true."""
    writer = None
    sums = []
    for first in range(0, rows, CHUNK):
        chunk = pa.table(columns(first, min(CHUNK, rows - first)))
        writer = writer or pq.ParquetWriter(folder / "actas.parquet", chunk.schema)
        writer.write_table(chunk)
        sums.append(_by_state(chunk.to_pandas()))
    if writer is not None:
        writer.close()
    said = _announced(pd.concat(sums).groupby("state").sum(), rows)
    texts = {
        "declared.json": said.model_dump_json(exclude_none=True),
        "contest.json": CONTEST.model_dump_json(exclude_defaults=True),
        "case.json": '{"contest": "contest.json", "declared": "declared.json", '
        '"actas": {"file": "actas.parquet"}}',
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
