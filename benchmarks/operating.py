"""Operating characteristics of the forensic tests: false positives, power, verdicts on real files.

Elections are simulated with the structure of real ones (sizes, nested effects, overdispersion
within centres), clean and altered with a known dose; every test is run on each. For the rates each
simulated election is calibrated on twins of its own, as ``verify`` does it; so that this ends
within minutes, the structure is that of some whole areas of the largest level, with 5,000 stations
or more. The tables in docs/forensics.md are this script's.

    python benchmarks/operating.py rates NAME ... [--runs 200] [--out FILE.json]
    python benchmarks/operating.py power NAME ... [--runs 20] [--out FILE.json]
    python benchmarks/operating.py real NAME ... [--out FILE.json]
    python benchmarks/operating.py klimek NAME ... [--runs 20] [--out FILE.json]
    python benchmarks/operating.py --tables FILE.json ...

NAME is one of the elections described in tests/readers/mappings (the files must be at hand, see
CONTRIBUTING.md) or ``simulated-STATIONS``.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tallyverify.forensics.calibration.battery import TESTED, battery  # noqa: E402
from tallyverify.forensics.calibration.power import power  # noqa: E402
from tallyverify.forensics.calibration.rejection_rate import ALPHA  # noqa: E402
from tallyverify.forensics.indicator import share_interval  # noqa: E402
from tallyverify.forensics.stations import stations_of  # noqa: E402
from tallyverify.forensics.study import turnout_of  # noqa: E402
from tallyverify.forensics.turnout.klimek import klimek  # noqa: E402
from tallyverify.simulate import clean_election, clean_like, structure_of  # noqa: E402
from tallyverify.table.actas import ActaTable  # noqa: E402

DOSES = {
    "targets": [0.01, 0.03],
    "digits": [0.03, 0.1, 0.3],
    "stuffing": [0.3],
    "extreme": [0.03, 0.1],
    "moved": [0.3],
    "swapped": [0.05],
    "copied": [0.05, 0.2],
}
"""Shares of the stations altered. Targets are multiples of 5 %, of the valid votes or turnout."""

SHARES = {"targets": {"of": "share", "direction": "nearest"}}
TURNOUTS = {"targets": {"of": "turnout", "direction": "nearest"}}

KINDS = ((DOSES, SHARES, " of share"), ({"targets": DOSES["targets"]}, TURNOUTS, " of turnout"))

CHUNK = 10

JUDGED = ("F501", "F502", "F503", "F504", "F505")
"""The dip is tried on twins as well, but described and never flagged."""


def table_of(name: str) -> ActaTable:
    """Return a whole election, real or simulated."""
    if name.startswith("simulated-"):
        return clean_election(stations=int(name.removeprefix("simulated-")), seed=1).table
    from tests.helpers.real import table_of as real_table

    return real_table(name)


def part_of(table: ActaTable, least: int) -> ActaTable:
    """Return whole areas of the largest level, in the order of a hash, with so many stations."""
    if len(table) <= least or not table.levels:
        return table
    names = table.frame[table.levels[0]].astype(object).fillna("")
    order = sorted(set(names), key=lambda name: zlib.crc32(str(name).encode()))
    sizes = np.cumsum([int((names == name).sum()) for name in order])
    taken = order[: int(np.searchsorted(sizes, least)) + 1]
    return table.take(names.isin(taken).to_numpy())


def some(job: tuple[str, str, int, int]) -> list[dict[str, Any]]:
    """Simulate a few elections of one structure."""
    kind, name, first, runs = job
    if kind != "power":
        return {"rates": _rates, "klimek": _klimek}[kind](name, first, runs)
    structure = structure_of(table_of(name))
    rows = []
    for doses, options, mark in KINDS:
        found = power(structure, doses, runs=runs, seed=1000 + first, options=options)
        for row in found.to_frame().to_dict("records"):
            if row["alteration"] == "none" and doses is not DOSES:
                continue  # the same clean elections once more
            if row["alteration"] == "targets":
                row["alteration"] += mark
            rows.append({"structure": name, **row})
    return rows


def _rates(name: str, first: int, runs: int) -> list[dict[str, Any]]:
    """Return the tests of clean elections, each calibrated on twins of its own."""
    structure = structure_of(part_of(table_of(name), 5000))
    rows = []
    for run in range(first, first + runs):
        found = battery(clean_like(structure, seed=1000 + run).table, twins=200, seed=run)
        for one in found.tests:
            p = one.result.pvalue
            used = not one.refused and p is not None and one.calibration is not None
            low = used and one.calibration.scaled_by_rate(p) <= ALPHA
            rows.append(
                {
                    "structure": name,
                    "stations": len(structure),
                    "run": run,
                    "alteration": "none",
                    "dose": 0.0,
                    "code": one.code,
                    "figure": one.figure,
                    "runs": 1,
                    "refused": int(not used),
                    "rejected": int(low),
                    "flagged": int(one.flagged),
                }
            )
    return rows


def _klimek(name: str, first: int, runs: int) -> list[dict[str, Any]]:
    """Return what F507 says, as in a report, of the leader of clean elections."""
    structure = structure_of(part_of(table_of(name), 5000))
    rows = []
    for run in range(first, first + runs):
        stations = stations_of(clean_like(structure, seed=1000 + run).table)
        there, _ = turnout_of(stations)
        found = klimek(
            stations.votes[there, stations.ranked[0]],
            stations.valid[there],
            stations.registered[there],
            seed=run,
            recoveries=10,
        )
        effect, extreme = found.effect, found.extreme
        rows.append(
            {
                "klimek": name,
                "stations": len(structure),
                "refused": found.refused,
                "incremental": effect and [effect.value, effect.low, effect.high],
                "extreme": extreme and [extreme.value, extreme.low, extreme.high],
            }
        )
    return rows


def _print_klimek(rows: list[dict[str, Any]]) -> None:
    """Print how often F507 refuses, and the shares that it takes as stuffed where it does not."""
    print(
        "| clean elections like | refused | incremental: median, most | above 0 | extreme: most |"
    )
    print("|---|---|---|---|---|")
    for name in sorted({row["klimek"] for row in rows}):
        here = [row for row in rows if row["klimek"] == name]
        said = [row for row in here if not row["refused"]]
        cells = ["–", "–", "–"]
        if said:
            value, low, _ = np.array([row["incremental"] for row in said]).T
            extreme = max(row["extreme"][0] for row in said)
            cells = [
                f"{100 * np.median(value):.0f} %, {100 * value.max():.0f} %",
                f"{int((low > 0).sum())} of {len(said)}",
                f"{100 * extreme:.1f} %",
            ]
        print(f"| {name} | {len(here) - len(said)} of {len(here)} | " + " | ".join(cells) + " |")


def real(name: str) -> list[dict[str, Any]]:
    """Return the tests of a real election."""
    frame = battery(table_of(name)).to_frame()
    return [{"election": name, **row} for row in frame.to_dict("records")]


def tables(rows: list[dict[str, Any]]) -> None:
    """Print what was simulated, or found, as Markdown."""
    if "klimek" in rows[0]:
        _print_klimek(rows)
        return
    if "election" in rows[0]:
        _print_real(rows)
        return
    kinds: dict[tuple[str, float], dict[tuple[str, str], list[dict[str, Any]]]]
    kinds = defaultdict(lambda: defaultdict(list))
    for row in rows:
        kinds[row["alteration"], row["dose"]][row["structure"], row["code"]].append(row)
    names = sorted({row["structure"] for row in rows})
    for (alteration, dose), found in kinds.items():
        heads = [*names, "all"] if alteration == "none" and len(names) > 1 else names
        print(f"\n{alteration} {100 * dose:g} %\n\n| test | " + " | ".join(heads) + " |")
        print("|---|" + "---|" * len(heads))
        for code in TESTED:
            cells = [_cell(found.get((name, code), []), alteration) for name in names]
            if alteration == "none" and len(names) > 1:
                cells.append(_cell([row for name in names for row in found[name, code]], "none"))
            print(f"| {code} | " + " | ".join(cells) + " |")
        if alteration == "none":
            cells = [_any(rows, name) for name in heads]
            print("| any flag, adjusted | " + " | ".join(cells) + " |")


def _any(rows: list[dict[str, Any]], name: str) -> str:
    here = [row for row in rows if name in (row["structure"], "all") and "run" in row]
    runs = {(row["structure"], row["run"]) for row in here}
    flagged = {(row["structure"], row["run"]) for row in here if row["flagged"]}
    return f"{len(flagged)} of {len(runs)}" if runs else "–"


def _cell(rows: list[dict[str, Any]], alteration: str) -> str:
    """The mean rate of clean elections over figures, or the highest of altered ones.

    Of altered ones also in how many the figure was flagged after adjustment.
    """
    by_figure: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_figure[row["figure"]].append(row)
    sums = [
        np.sum([(r["rejected"], r["flagged"], r["runs"] - r["refused"], r["runs"]) for r in of], 0)
        for of in by_figure.values()
    ]
    used = [counts for counts in sums if counts[2]]
    if not used:
        return "refuses"
    if alteration == "none":
        rejected, _, tried, _ = np.sum(used, axis=0)
        low, high = share_interval(int(rejected), int(tried))
        return f"{100 * rejected / tried:.1f} % ({100 * low:.1f}–{100 * high:.1f}) of {tried:,}"
    # Refusing is not rejecting: of all runs.
    rejects = max(rejected / runs for rejected, _, _, runs in used)
    flags = max(flagged / runs for _, flagged, _, runs in used)
    return f"{100 * rejects:.0f}, {100 * flags:.0f}"


def _print_real(rows: list[dict[str, Any]]) -> None:
    print("| election | test | figure | p | adjusted | rejects clean | stations |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        if row["not_applicable"] or row["code"] not in JUDGED:
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
    parser.add_argument("what", nargs="?", choices=["rates", "power", "real", "klimek"])
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
