"""Operating characteristics of the forensic tests: false positives, power, verdicts on real files.

Elections are simulated with the structure of whole elections (sizes, nested effects, overdispersion
within centres), clean and altered with a known dose; every test is run on each. The tables in
docs/forensics.md are this script's.

    python benchmarks/operating.py rates NAME ... [--runs 200] [--out FILE.json]
    python benchmarks/operating.py power NAME ... [--runs 20] [--out FILE.json]
    python benchmarks/operating.py real NAME ... [--out FILE.json]
    python benchmarks/operating.py --tables FILE.json ...

NAME is one of the elections described in tests/mappings (the files must be at hand, see
CONTRIBUTING.md) or ``simulated-STATIONS``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tallyverify.forensics.battery import TESTED, battery  # noqa: E402
from tallyverify.forensics.power import power  # noqa: E402
from tallyverify.simulate import clean_election, structure_of  # noqa: E402
from tallyverify.table import ActaTable  # noqa: E402

DOSES = {
    "targets": [0.01, 0.03, 0.1],
    "digits": [0.03, 0.1, 0.3],
    "stuffing": [0.1, 0.3],
    "extreme": [0.03, 0.1],
    "moved": [0.1, 0.3],
    "swapped": [0.01, 0.05],
    "copied": [0.05, 0.2],
}
"""Shares of the stations altered. Targets are shares of the leader at multiples of 5 %."""

OPTIONS = {"targets": {"of": "share", "direction": "nearest"}}

CHUNK = 10


def table_of(name: str) -> ActaTable:
    """Return a whole election, real or simulated."""
    if name.startswith("simulated-"):
        return clean_election(stations=int(name.removeprefix("simulated-")), seed=1).table
    from tests.real import table_of as real_table

    return real_table(name)


def some(job: tuple[str, str, int, int]) -> list[dict[str, Any]]:
    """Simulate a few elections of one structure."""
    kind, name, first, runs = job
    found = power(
        structure_of(table_of(name)),
        DOSES if kind == "power" else {},
        runs=runs,
        seed=1000 + first,
        options=OPTIONS,
    )
    return [{"structure": name, **row} for row in found.to_frame().to_dict("records")]


def real(name: str) -> list[dict[str, Any]]:
    """Return the tests of a real election."""
    frame = battery(table_of(name)).to_frame()
    return [{"election": name, **row} for row in frame.to_dict("records")]


def tables(rows: list[dict[str, Any]]) -> None:
    """Print what was simulated, or found, as Markdown."""
    if "election" in rows[0]:
        _print_real(rows)
        return
    kinds: dict[tuple[str, float], dict[tuple[str, str], list[dict[str, Any]]]]
    kinds = defaultdict(lambda: defaultdict(list))
    for row in rows:
        kinds[row["alteration"], row["dose"]][row["structure"], row["code"]].append(row)
    names = sorted({row["structure"] for row in rows})
    for (alteration, dose), found in kinds.items():
        print(f"\n{alteration} {100 * dose:g} %\n\n| test | " + " | ".join(names) + " |")
        print("|---|" + "---|" * len(names))
        for code in TESTED:
            cells = [_cell(found.get((name, code), []), alteration) for name in names]
            print(f"| {code} | " + " | ".join(cells) + " |")


def _cell(rows: list[dict[str, Any]], alteration: str) -> str:
    """The mean rate of clean elections over figures, or the highest of altered ones."""
    by_figure: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_figure[row["figure"]].append(row)
    sums = [
        (sum(r["rejected"] for r in of), sum(r["runs"] - r["refused"] for r in of))
        for of in by_figure.values()
    ]
    used = [(k, n) for k, n in sums if n]
    if not used:
        return "refuses"
    if alteration == "none":
        k, n = np.sum(used, axis=0)
        return f"{100 * k / n:.1f} % ({len(used)} × {n // len(used)})"
    return f"{100 * max(k / n for k, n in used):.0f} %"


def _print_real(rows: list[dict[str, Any]]) -> None:
    print("| election | test | figure | p | adjusted | rejects clean | stations |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        if row["not_applicable"]:
            continue
        flag = " **flagged**" if row["adjusted"] <= 0.05 else ""
        print(
            f"| {row['election']} | {row['code']} | {row['figure']} | {row['pvalue']:.2g} "
            f"| {row['adjusted']:.2g}{flag} | {100 * row['rejects_clean']:.1f} % "
            f"| {row['stations']:,} |"
        )


def main() -> None:
    """Simulate, or print tables of what was simulated before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["rates", "power", "real"])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--tables", type=Path, nargs="+", default=[])
    given = parser.parse_args()
    rows = [row for path in given.tables for row in json.loads(path.read_text())]
    if given.what == "real":
        rows += [row for name in given.names for row in real(name)]
    elif given.what:
        jobs = [
            (given.what, name, first, min(CHUNK, given.runs - first))
            for name in given.names
            for first in range(0, given.runs, CHUNK)
        ]
        with ProcessPoolExecutor(2) as pool:
            rows += [row for part in pool.map(some, jobs) for row in part]
    if given.out:
        given.out.write_text(json.dumps(rows))
    tables(rows)


if __name__ == "__main__":
    main()
