"""Coverage of the estimate's intervals, false accusations and power, on whole elections.

Of an election that was counted in full, stations are hidden in each pattern; what is left is
studied exactly as ``verify`` would, with all stations as the registry; and the result is compared
with the truth, which the method never sees. The tables in docs/inference.md are this script's.

    python benchmarks/coverage.py NAME ... [--share 0.2] [--masks 50] [--out FILE.json]
    python benchmarks/coverage.py --tables FILE.json ...

NAME is one of the elections described in tests/readers/mappings (the files must be at hand, see
CONTRIBUTING.md) or ``simulated-SEED``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tallyverify.checking.context import CaseFacts  # noqa: E402
from tallyverify.checking.stations_kept import Sheets, summarise_sheets  # noqa: E402
from tallyverify.draws import stream  # noqa: E402
from tallyverify.inference.estimating.outcome import true_outcome  # noqa: E402
from tallyverify.inference.estimating.patterns import PATTERNS, hide, patterns_of  # noqa: E402
from tallyverify.inference.estimating.request import EstimateRequest  # noqa: E402
from tallyverify.inference.estimating.study import study  # noqa: E402
from tallyverify.inference.estimating.whole_count import estimate_of  # noqa: E402
from tallyverify.inference.margin_evidence import margin_evidence  # noqa: E402
from tallyverify.inference.prediction.sampling_frame import assemble_frame  # noqa: E402
from tallyverify.table.actas import ActaTable  # noqa: E402
from tallyverify.table.registry import Registry  # noqa: E402

MOVED = (0.0, 0.02, 0.05, 0.10)
"""Points (as fractions) moved from the first to the second in what is declared."""


def table_of(name: str) -> ActaTable:
    """Return a whole election, real or simulated."""
    if name.startswith("simulated-"):
        from tallyverify.simulate import clean_election

        return clean_election(stations=15_000, seed=int(name.removeprefix("simulated-"))).table
    from tests.helpers.real import table_of as real_table

    return real_table(name)


def runs(name: str, share: float, masks: int, seed: int) -> Iterator[dict[str, Any]]:
    """Hide, study and compare; one record for each mask."""
    table = table_of(name)
    contest = table.contest
    facts = CaseFacts(contest, None, None, table.source, table.levels, table.lines, table.votes)
    sheets = summarise_sheets(table, facts)
    columns = sheets.columns
    # Sheets that were never read have no truth to compare with; they are left out of the country.
    columns = {key: column[columns["read"]] for key, column in columns.items()}
    whole = Sheets(len(columns["station"]), (columns,))
    everyone = assemble_frame(whole, contest.candidate_ids, contest.levels).population
    areas = {level: columns[f"area:{level}"] for level in table.levels}
    voters = pd.array(np.nan_to_num(columns["registered"]).astype(np.int64), dtype="int64[pyarrow]")
    registry = Registry(
        frame=pd.DataFrame({"station": columns["station"], **areas, "registered": voters})
    )
    first = everyone.tree.of_station(1)
    votes = np.column_stack([np.bincount(first, column) for column in everyone.votes.T])
    by_area = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1)
    for pattern in patterns_of(everyone):
        for mask in range(masks):
            rng = stream(seed, list(PATTERNS).index(pattern), mask)
            hidden = hide(everyone, pattern, share, rng)
            left = {key: column[~hidden] for key, column in columns.items()}
            asked = EstimateRequest(registry, masks=40, seed=mask)
            found = study(
                Sheets(int((~hidden).sum()), (left,)), contest.candidate_ids, contest.levels, asked
            )
            record: dict[str, Any] = {"election": name, "pattern": pattern, "share": share}
            if found.refused or found.outcome is None:
                yield {**record, "refused": found.refused}
                continue
            truth = true_outcome(everyone, everyone.seen, found.pair)
            half = found.outcome.half_width(found.calibration.inflation, 0.95)
            held = np.abs(found.outcome.estimate - truth) <= half + 1e-12
            total = everyone.votes.sum(axis=0)
            first_votes, second_votes = (float(total[k]) for k in found.pair)
            every = float(total.sum())
            grades = [
                margin_evidence(
                    found,
                    first_votes - moved * every,
                    second_votes + moved * every,
                    every,
                    whole=True,
                    confirmed=True,
                )
                for moved in MOVED
            ]
            estimate = estimate_of(found)
            everybody = everyone.votes.sum(axis=0) / everyone.votes.sum()
            yield {
                **record,
                "held": [bool(x) for x in held],
                "all": _held(estimate.shares, contest.candidate_ids, everybody),
                "areas": [
                    one
                    for area, share in zip(estimate.areas, by_area, strict=True)
                    if area.seen < area.stations
                    for one in _held(area.shares, contest.candidate_ids, share, found.pair)
                ],
                "width": float(2 * half[2]),
                "error": float((found.outcome.estimate - truth)[2]),
                "inflation": found.calibration.inflation,
                "outside": [one.outside for one in grades],
                "anomaly": [str(one.evidence) == "anomaly" for one in grades],
            }


def _held(
    shares: dict[str, Any], names: Any, truth: Any, which: tuple[int, ...] | None = None
) -> list[bool]:
    """Return which intervals hold the truth: of all candidates, or of some."""
    chosen = range(len(names)) if which is None else which
    return [
        bool(shares[names[k]].low - 1e-12 <= truth[k] <= shares[names[k]].high + 1e-12)
        for k in chosen
    ]


def tables(records: list[dict[str, Any]]) -> str:
    """Return the tables as Markdown."""
    frame = pd.DataFrame([record for record in records if "held" in record])
    refused = pd.DataFrame([record for record in records if "refused" in record])
    lines = [
        "| election | pattern | masks | refused | margin | first two, margin | all candidates | "
        "areas | width | bias | error × |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    frame["kept"] = [np.mean(held[:3]) for held in frame["held"]]
    frame["everybody"] = [np.mean(held) for held in frame["all"]]
    frame["local"] = [np.mean(held) if held else np.nan for held in frame["areas"]]
    frame["margin"] = [held[2] for held in frame["held"]]
    for (election, pattern), rows in frame.groupby(["election", "pattern"], sort=False):
        gone = 0
        if len(refused):
            gone = int(((refused.election == election) & (refused.pattern == pattern)).sum())
        bias = f"{100 * rows.error.mean():+.2f}".replace("-", "−")
        lines.append(
            f"| {election} | {pattern} | {len(rows)} | {gone} | {100 * rows.margin.mean():.0f} % | "
            f"{100 * rows.kept.mean():.1f} % | {100 * rows.everybody.mean():.1f} % | "
            f"{100 * rows.local.mean():.1f} % | {100 * rows.width.mean():.2f} | {bias} | "
            f"{rows.inflation.mean():.2f} |"
        )
    by = frame.groupby("pattern", sort=False).kept.mean()
    lines += [
        "",
        f"Overall {100 * frame.kept.mean():.1f} % ({len(frame)} masks, {len(refused)} refused); by "
        "pattern: " + ", ".join(f"{name} {100 * value:.1f} %" for name, value in by.items()) + ". "
        f"All candidates {100 * frame.everybody.mean():.1f} %, areas "
        f"{100 * frame.local.mean():.1f} %.",
        "",
        "| declared | masks | outside 95 % | graded an anomaly |",
        "|---|--:|--:|--:|",
    ]
    for at, moved in enumerate(MOVED):
        outside = np.mean([row[at] for row in frame["outside"]])
        above = [row[at] for row in frame["anomaly"]]
        what = "the truth" if not moved else f"{100 * moved:g} points moved"
        lines.append(
            f"| {what} | {len(frame)} | {100 * outside:.1f} % | {sum(above)} "
            f"({100 * np.mean(above):.1f} %) |"
        )
    lines += ["", "Graded an anomaly, by pattern:", "", "| pattern | masks | truth | 2 | 5 | 10 |"]
    lines += ["|---|--:|--:|--:|--:|--:|"]
    for pattern, rows in frame.groupby("pattern", sort=False):
        rates = np.mean(np.array(rows["anomaly"].tolist()), axis=0)
        lines.append(
            f"| {pattern} | {len(rows)} | " + " | ".join(f"{100 * r:.1f} %" for r in rates) + " |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="+")
    parser.add_argument("--share", type=float, default=0.2)
    parser.add_argument("--masks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--tables", action="store_true")
    asked = parser.parse_args()
    if asked.tables:
        read = [json.loads(Path(name).read_text()) for name in asked.names]
        print(tables([record for part in read for record in part]))
        return
    records: list[dict[str, Any]] = []
    for name in asked.names:
        for record in runs(name, asked.share, asked.masks, asked.seed):
            records.append(record)
            if asked.out:
                asked.out.write_text(json.dumps(records))
    print(tables(records))


if __name__ == "__main__":
    main()
