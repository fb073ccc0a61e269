"""How time and memory grow with the size of what is read, for each kind of input.

Each size is read in a process of its own, which first reads a small one: what that takes is no
growth, and is taken off. Time is of the processor. The exponent is the slope of the logarithms: 1
is linear, 2 a square. What a limit refuses is measured until it is refused.

    python benchmarks/growth.py [--quick] [KIND …]
"""

from __future__ import annotations

import io
import json
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measure import HERE, Row, process

MOST = 1.2
"""Exponent that is aimed at: n log n looks like 1.1 at these sizes."""
SMALLEST = 0.05, 8.0
"""Seconds and megabytes below which a growth is noise: then no exponent is told."""

CONTEST = {"id": "t", "levels": ["state"], "candidates": [{"id": "A"}, {"id": "B"}]}
MAPPING: dict[str, Any] = {
    "station": "MESA",
    "areas": {"state": "EDO"},
    "lines": {"valid": "VALID"},
    "votes": {"A": "A", "B": "B"},
}
HEADER = "EDO,MESA,VALID,A,B"
CELLS = HEADER.split(",")


def sheet(at: int, state: str = "N") -> str:
    """Return a row of ten votes."""
    return f"{state},{at:07d},10,6,4"


def lines(*rows: str) -> bytes:
    """Return rows below the header."""
    return ("\n".join((HEADER, *rows)) + "\n").encode()


def objects(n: int, **more: Any) -> list[dict[str, Any]]:
    """Return rows as objects."""
    return [dict(zip(CELLS, sheet(at).split(","), strict=True)) | more for at in range(n)]


def result(sheets: int, **more: Any) -> dict[str, Any]:
    """Return the true result of so many sheets."""
    return {"valid": 10 * sheets, "votes": {"A": 6 * sheets, "B": 4 * sheets}, **more}


@dataclass(frozen=True)
class Input:
    """Actas of some size, and perhaps a result: with one the case is verified, else only read."""

    data: bytes
    name: str = "actas.csv"
    declared: dict[str, Any] | None = None
    contest: dict[str, Any] | None = None
    mapping: dict[str, Any] | None = None

    def write(self, folder: Path) -> None:
        """Write the case."""
        folder.mkdir()
        (folder / self.name).write_bytes(self.data)
        actas = {"file": self.name, "mapping": self.mapping or MAPPING}
        case = {"contest": self.contest or CONTEST, "declared": self.declared, "actas": actas}
        for role in ("contest", "declared"):
            (folder / f"{role}.json").write_text(json.dumps(case[role] or {}), encoding="utf-8")
            case[role] = f"{role}.json"
        if self.declared is None:
            del case["declared"]
        (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")


def latin_cell(n: int) -> Input:
    rows = (f"{HEADER},X", f"{sheet(1)},{'a' * n}", f"{sheet(2, 'Ñ')},é")
    return Input("\n".join(rows).encode("latin-1"))


def latin_rows(n: int) -> Input:
    return Input(lines(*(sheet(at, "Ñandú") for at in range(n))).decode().encode("latin-1"))


def csv_rows(n: int) -> Input:
    return Input(lines(*map(sheet, range(n))))


def csv_columns(n: int) -> Input:
    more = ",".join(f"c{at}" for at in range(n))
    rows = [f"{sheet(at)}{',1' * n}" for at in range(3)]
    return Input("\n".join((f"{HEADER},{more}", *rows)).encode())


def quoted_rows(n: int) -> Input:
    return Input(lines(*(f'"N\nN",{at},10,6,4' for at in range(n))))


def json_lines(n: int) -> Input:
    return Input("\n".join(map(json.dumps, objects(n))).encode(), "actas.jsonl")


def json_list(n: int) -> Input:
    return Input(json.dumps({"of": "t", "rows": objects(n)}).encode(), "actas.json")


def json_other_keys(n: int) -> Input:
    rows = [row | {f"k{at}": 1} for at, row in enumerate(objects(n))]
    return Input("\n".join(map(json.dumps, rows)).encode(), "actas.jsonl")


def json_line_ends(n: int) -> Input:
    return Input(json.dumps(objects(1)[0]).encode() + b"\n" * n + b"x", "actas.jsonl")


def _page(rows: str, after: str = "") -> Input:
    head = "".join(f"<th>{name}" for name in CELLS)
    return Input(f"<table><tr>{head}{rows}</table>{after}".encode(), "actas.html")


def html_rows(n: int) -> Input:
    return _page("".join("<tr><td>" + sheet(at).replace(",", "<td>") for at in range(n)))


def html_merged(n: int) -> Input:
    wide = "<tr><td rowspan=1000>x" * n
    return _page("<tr><td>N<td>1<td>10<td>6<td>4", f"<table>{wide}</table>")


def html_instructions(n: int) -> Input:
    return _page("<tr><td>N<td>1<td>10<td>6<td>4", "<?a " * n + ">")


def members(n: int) -> Input:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for at in range(n):
            archive.writestr(f"{at}.csv", lines(sheet(at)))
    return Input(out.getvalue(), "actas.zip")


def long_rows(n: int) -> Input:
    votes = {f"c{at}": f"c{at}" for at in range(10)}
    rows = [f"N,{at // 10},C{at % 10},1" for at in range(10 * n)]
    mapping = {"layout": "long", "option": "O", "count": "V", "votes": votes}
    return Input(
        "\n".join(("EDO,MESA,O,V", *rows)).encode(),
        contest=CONTEST | {"candidates": [{"id": name} for name in votes]},
        mapping={"station": "MESA", "areas": {"state": "EDO"}, **mapping},
    )


def sheets_verified(n: int) -> Input:
    return Input(lines(*map(sheet, range(n))), declared={"bulletins": [_bulletin(n)]})


def unread_cells(n: int) -> Input:
    rows = (f"N,{at},10,6,x{at}" if at % 2 else sheet(at) for at in range(n))
    return Input(lines(*rows), declared={"bulletins": [_bulletin(n)]})


def repeated_sheets(n: int) -> Input:
    rows = (f"N,{at // 2},{10 + at % 2},6,{4 + at % 2}" for at in range(n))
    return Input(lines(*rows), declared={"bulletins": [_bulletin(n)]})


def broken_sums(n: int) -> Input:
    rows = (f"N,{at},10,6,{at}" for at in range(n))
    return Input(lines(*rows), declared={"bulletins": [_bulletin(n)]})


def areas(n: int) -> Input:
    rows = (sheet(at, f"S{at}") for at in range(n))
    parts = [result(1, area={"state": f"S{at}"}) for at in range(n)]
    bulletin = {"id": "1", "areas": [result(n), *parts]}
    return Input(lines(*rows), declared={"bulletins": [bulletin]})


def options(n: int) -> Input:
    names = [f"c{at}" for at in range(n)]
    rows = [f"N,{at},{n}{',1' * n}" for at in range(3)]
    votes = dict.fromkeys(names, 3)
    return Input(
        "\n".join((f"EDO,MESA,VALID,{','.join(names)}", *rows)).encode(),
        declared={"bulletins": [{"id": "1", "areas": [{"valid": 3 * n, "votes": votes}]}]},
        contest=CONTEST | {"candidates": [{"id": name} for name in names]},
        mapping=MAPPING | {"votes": {name: name for name in names}},
    )


def bulletins(n: int) -> Input:
    several = [
        _bulletin(100, str(at), f"2024-01-{1 + at // 1440:02d}T{at // 60 % 24:02d}:{at % 60:02d}")
        for at in range(n)
    ]
    return Input(lines(*map(sheet, range(100))), declared={"bulletins": several})


def _bulletin(stations: int, name: str = "1", issued: str = "2024-01-01") -> dict[str, Any]:
    return {"id": name, "issued": issued, "areas": [result(stations, stations=stations)]}


KINDS: dict[Callable[[int], Input], int] = {
    latin_cell: 16_000,
    latin_rows: 5_000,
    csv_rows: 40_000,
    csv_columns: 2_000,
    quoted_rows: 5_000,
    json_lines: 2_500,
    json_list: 2_500,
    json_other_keys: 4_000,
    json_line_ends: 50_000,
    html_rows: 1_000,
    html_merged: 2_500,
    html_instructions: 25_000,
    members: 400,
    long_rows: 20_000,
    sheets_verified: 5_000,
    unread_cells: 2_500,
    repeated_sheets: 2_500,
    broken_sums: 5_000,
    areas: 25,
    options: 50,
    bulletins: 10,
}
"""Kinds of input, and the smallest of their four sizes."""


def rows(quick: bool, only: tuple[str, ...] = ()) -> Iterator[Row]:
    """Measure each kind at four sizes, each twice the one before; ``quick``: at three."""
    for make, smallest in KINDS.items():
        if only and make.__name__ not in only:
            continue
        sizes = [smallest * 2**step for step in range(3 if quick else 4)]
        ran = [_apart(make.__name__, n) for n in sizes]
        seconds, peaks = [one["seconds"] for one in ran], [one["mb"] for one in ran]
        slopes = [
            _slope(sizes, values, least)
            for values, least in zip((seconds, peaks), SMALLEST, strict=True)
        ]
        refused = ", the last refused" if ran[-1]["refused"] else ""
        told = ["–" if one is None else f"n^{one:.1f}" for one in slopes]
        yield Row(
            f"{make.__name__}, {sizes[0]:,} to {sizes[-1]:,}{refused}",
            f"{', '.join(f'{one:.2f}' for one in seconds)} s",
            f"peak + {', '.join(f'{one:.0f}' for one in peaks)} MB",
            f"time {told[0]}, memory {told[1]}",
            f"≤ n^{MOST}",
            all(one is None or round(one, 1) <= MOST for one in slopes),
        )


def _apart(name: str, n: int) -> dict[str, Any]:
    """Write an input and read it, in a process each: what writes it would hold more than it."""
    with tempfile.TemporaryDirectory() as folder:
        process(HERE / "growth.py", "--write", name, n, folder)
        read: dict[str, Any] = json.loads(process(HERE / "growth.py", "--read", folder).printed)
        return read


def _slope(sizes: list[int], values: list[float], least: float) -> float | None:
    """Return by what power of the size values grow, of those that are more than noise."""
    there = [(n, value) for n, value in zip(sizes, values, strict=True) if value > least]
    if len(there) < 2:
        return None
    return float(np.polyfit(*np.log(np.array(there)).T, 1)[0])


def measured(folder: Path) -> dict[str, Any]:
    """Read an input after a small one; return what it takes beyond that."""
    import tallyverify as tv

    def read(case: Path) -> bool:
        try:
            loaded = tv.load_case(case)
            if loaded.declared is not None:
                tv.verify(loaded, checks="rules,compare").to_json()
        except tv.InputError:
            return True
        return False

    for _ in range(2):
        started = time.process_time()
        read(folder / "small")
        small = time.process_time() - started
    before = _peak()
    started = time.process_time()
    refused = read(folder / "large")
    seconds = time.process_time() - started - small
    return {"seconds": max(seconds, 0.0), "mb": _peak() - before, "refused": refused}


def _peak() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1024**2


def main(*given: str) -> None:
    """Print the table, or measure one input."""
    if given[:1] == ("--write",):
        make = next(make for make in KINDS if make.__name__ == given[1])
        make(4).write(Path(given[3]) / "small")
        make(int(given[2])).write(Path(given[3]) / "large")
        return
    if given[:1] == ("--read",):
        print(json.dumps(measured(Path(given[1]))))
        return
    kinds = tuple(name for name in given if name != "--quick")
    for row in rows("--quick" in given, kinds):
        met = "yes" if row.met else "NO"
        cells = (row.what, row.measured, row.against, row.ratio, row.target, met)
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
