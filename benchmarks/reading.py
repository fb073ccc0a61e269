"""A CSV of a million sheets: what the second look at it and the meanings of rows add to reading.

In seconds of the processor, which other work on the machine disturbs less.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measure import Row, at_most, told

ROWS = 1_000_000
PLAIN: dict[str, Any] = {
    "station": "CODE",
    "areas": {"state": "STATE"},
    "lines": {name: name for name in ("registered", "ballots", "valid", "null", "blank")},
    "votes": {f"C{number}": f"C{number}" for number in range(10)},
}
MEANT: dict[str, Any] = {
    **PLAIN,
    "station": [{"column": "SCAN", "pattern": "([0-9/]+)-.*"}],
    "areas": {"state": "STATE, ONCE"},
    "fill_down": "STATE, ONCE",
    "status": {"column": "STATUS", "counted": "counted", "annulled": "void", "pending": "open"},
    "repeated": "sum",
}


def rows(quick: bool) -> Iterator[Row]:
    """Read one file in three ways, in turns, in one process; propose for another."""
    size = ROWS // 10 if quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        seconds, _ = told("reading.py", folder, size, 2 if quick else 4)
    plain = f"the same, neither: {seconds['plain']:.2f} s"
    what = f"{size:,} sheets × 10 candidates, CSV"
    for name, said in (
        ("gate", "read and looked at twice, rows judged"),
        ("meant", "read with fill_down, status, repeated and a pattern"),
        ("both", "both together"),
    ):
        ratio = seconds[name] / seconds["plain"]
        target = at_most(ratio, 1.2) if name == "both" else (f"{ratio:.2f}×", "")
        yield Row(f"{what}: {said}", f"{seconds[name]:.2f} s", plain, *target)
    yield Row(
        "init, 100,000 rows",
        f"{seconds['init']:.2f} s",
        "5 s, set for 2 cores",
        *at_most(seconds["init"] / 5, 1),
    )


def write(path: Path, size: int) -> None:
    """Write the sheets; one in a hundred in two parts."""
    import made
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pacsv

    cells = made.columns(0, size)
    order = pc.sort_indices(cells["state"])
    cells = {name: column.take(order) for name, column in cells.items()}
    part = pa.array(range(size))
    part = pc.subtract(part, pc.cast(pc.equal(pc.bit_wise_and(part, 127), 127), pa.int64()))
    keys, state = cells.pop("station").take(part), cells.pop("state").take(part)
    again = pc.equal(state.slice(1), state.slice(0, size - 1))
    again = pa.concat_arrays([pa.array([False]), again])
    cells["registered"] = cells["registered"].take(part)
    text = pa.array(["counted"] * 18 + ["void", "open"])
    named = {
        "CODE": pc.binary_join_element_wise(keys, pc.cast(pa.array(range(size)), pa.string()), "."),
        "SCAN": pc.binary_join_element_wise(keys, "-scan.pdf", ""),
        "STATE": state,
        "STATE, ONCE": pc.if_else(again, "", state),
        "STATUS": text.take(pc.cast(pc.bit_wise_and(part, 15), pa.int64())),
        **cells,
    }
    named.pop("municipality")
    pacsv.write_csv(pa.table(named), path)


def main(folder: Path, size: int, repeats: int) -> dict[str, float]:
    """Return the best seconds of each way."""
    import made

    from tallyverify import Contest, propose, read_actas
    from tallyverify.case import Case
    from tallyverify.readers import actas
    from tallyverify.rules.as_read import summarise_as_read
    from tallyverify.table import ActaTable, Noticed

    path = folder / "sheets.csv"
    write(path, size)
    write(folder / "init.csv", 100_000)
    contest = Contest.model_validate({**made.CONTEST.model_dump(), "levels": ["state"]})
    look = actas.noticed

    def read(mapping: dict[str, Any], *, gate: bool) -> float:
        start = time.process_time()
        actas.noticed = look if gate else lambda *_: Noticed()
        table: ActaTable = read_actas(path, contest=contest, mapping=mapping)
        if gate:
            summarise_as_read(table, Case(contest, table).facts)
        return time.process_time() - start

    ways = {
        "plain": (PLAIN, False), "gate": (PLAIN, True), "meant": (MEANT, False),
        "both": (MEANT, True),
    }  # fmt: skip
    seconds = dict.fromkeys(ways, float("inf"))
    for _ in range(repeats):
        for name, (mapping, gate) in ways.items():
            seconds[name] = min(seconds[name], read(mapping, gate=gate))
    start = time.process_time()
    propose(folder / "init.csv")
    seconds["init"] = time.process_time() - start
    return seconds


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
