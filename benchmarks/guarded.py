"""Files opened in a process of their own, against the same work without it.

In seconds of the processor, of both processes together, which other work on the machine disturbs
less. Run as a script it reads one file, and prints JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from measure import Row, told

ROWS = 25_000
MOST_SECONDS = 0.4
OPTIONS = "ABCDEFGHIJ"
KINDS = {"xlsx": 1, "parquet": 40}
"""Of files, and how many times the rows they have."""


def rows(quick: bool) -> Iterator[Row]:
    """Read each file in both ways, in turns, each time in a process that begins anew."""
    with tempfile.TemporaryDirectory() as folder:
        for kind, times in KINDS.items():
            path = Path(folder, f"sheets.{kind}")
            write(path, ROWS * times)
            seconds = dict.fromkeys(("inside", "beside"), float("inf"))
            for _ in range(1 if quick else 5):
                for how in seconds:
                    said, _ = told("guarded.py", how, path)
                    seconds[how] = min(seconds[how], said["seconds"])
            costs = seconds["beside"] - seconds["inside"]
            asked = kind == "xlsx"
            yield Row(
                f"{ROWS * times:,} rows × {len(OPTIONS)} options, {kind}, opened beside",
                f"{seconds['beside']:.2f} s",
                f"inside: {seconds['inside']:.2f} s",
                f"{seconds['beside'] / seconds['inside']:.2f}×",
                f"≤ {MOST_SECONDS} s more ({costs:.2f} s)" if asked else f"{costs:.2f} s more",
                costs <= MOST_SECONDS if asked else None,
            )


def write(path: Path, size: int) -> None:
    """Write made-up sheets."""
    import pandas as pd

    draw = random.Random(1)
    columns: dict[str, list[Any]] = {"station": [f"{at:07d}" for at in range(size)]}
    columns |= {name: [draw.randrange(800) for _ in range(size)] for name in OPTIONS}
    frame = pd.DataFrame(columns)
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_parquet(path)


def main(how: str, path: Path) -> dict[str, float]:
    """Return the seconds of the processor that reading takes, without the imports for the rest."""
    import tallyverify as tv
    from tallyverify.readers.guarded import asking, packed, parquet_files, workbooks

    contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": n} for n in OPTIONS]})
    tv.read_actas([{"station": "1", **dict.fromkeys(OPTIONS, 1)}], contest=contest)
    if how == "inside":
        for module in (packed, parquet_files, workbooks):
            vars(module)["asked"] = _here
    start = _seconds()
    tv.read_actas(path, contest=contest)
    asking.end_idle()
    return {"seconds": _seconds() - start}


def _here(
    function: str, file: str, data: bytes, taken: Any, *, size: int = 0, **arguments: Any
) -> Iterator[Any]:
    module, name = function.split(":")
    for part in getattr(import_module(module), name)(data, **arguments):
        yield taken(part)


def _seconds() -> float:
    """Return the seconds of the processor so far, of this process and those that it ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
