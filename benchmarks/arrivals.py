"""Estimates while the count goes on: do the intervals hold, at which width, what is refused?

Each simulated election has towns and villages that vote otherwise, larger stations that vote
otherwise, a small state far away (abroad), and, in ``steady``, votes that move with the hour. Its
stations report in seven orders; at 10, 20, … 90 % of the count the rest is estimated, with all
stations as the registry. The table in docs/inference.md is this script's.

    python benchmarks/arrivals.py [--elections 8] [--stations 2500] [--streams small urban …]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tallyverify as tv
from tallyverify.arrays import Floats
from tallyverify.inference import registry_from
from tallyverify.simulate import clean_election
from tallyverify.table.actas import ActaTable

STREAMS = {
    "chance": "in an order by chance",
    "small": "small stations first",
    "large": "large stations first",
    "urban": "towns first",
    "abroad": "abroad last",
    "centre": "one computer centre (municipality) after the other",
    "steady": "later stations vote otherwise, whatever their area and size",
}
SIZE, URBAN, ABROAD, STEADY = 0.3, 0.8, 1.5, 0.5
"""What they add to the log odds of the first against the second."""


def election(seed: int, stations: int) -> tuple[ActaTable, dict[str, Floats]]:
    """Return an election, and when each station reports in each stream."""
    table = clean_election(stations=stations, seed=seed).table
    rng = np.random.default_rng(seed)
    frame, (one, two) = table.frame, table.contest.candidate_ids[:2]
    size = np.log(table.figure("registered")[0].astype(float))
    size = (size - size.mean()) / size.std()
    town = pd.factorize(frame["state"].astype(str) + "/" + frame["municipality"].astype(str))[0]
    urban = (rng.random(town.max() + 1) < 0.5)[town]
    abroad = (frame["state"] == frame["state"].value_counts().index[-1]).to_numpy()
    hidden, noise = rng.normal(size=stations), rng.normal(size=stations)
    both = (table.figure(one)[0] + table.figure(two)[0]).astype(float)
    share = np.clip(table.figure(one)[0] / np.maximum(both, 1), 0.01, 0.99)
    lean = SIZE * size + URBAN * (urban - 0.5) + ABROAD * abroad + STEADY * hidden
    odds = share / (1 - share) * np.exp(lean)
    votes = np.round(both * odds / (1 + odds)).astype(np.int64)
    kinds = frame[[one, two]].dtypes.to_dict()
    frame = frame.assign(**{one: votes, two: both.astype(np.int64) - votes}).astype(kinds)
    delay = rng.exponential(size=town.max() + 1)[town]
    times = {
        "chance": noise,
        "small": size + 0.7 * noise,
        "large": -size + 0.7 * noise,
        "urban": noise - 1.5 * urban,
        "abroad": noise + 5.0 * abroad,
        "centre": delay + 0.2 * noise,
        "steady": hidden + noise,
    }
    return replace(table, frame=frame), times


def cuts(seed: int, stations: int, streams: list[str]) -> Iterator[dict[str, object]]:
    """Estimate at each cut of each stream of an election."""
    table, times = election(seed, stations)
    names, registry = table.contest.candidate_ids, registry_from(table)
    total = np.array([table.figure(name)[0].sum() for name in names], dtype=float)
    for stream in streams:
        rank = np.argsort(np.argsort(times[stream], kind="stable"))
        order = pd.array([str(at) for at in rank])
        ordered = replace(table, frame=table.frame.assign(order=order))
        for cut in range(10, 100, 10):
            found = tv.inference.estimate(ordered.take(rank < cut * stations / 100), registry)
            record: dict[str, object] = {"stream": stream, "cut": cut, "refused": found.refused}
            if found.margin is not None:
                at = found.margin.interval
                first, second = map(names.index, (found.margin.leader, found.margin.runner_up))
                truth = (total[first] - total[second]) / total.sum()
                record |= {"held": at.low <= truth <= at.high, "width": 100 * (at.high - at.low)}
            yield record


def table_of(records: pd.DataFrame) -> str:
    """Return, by stream and cut, how many intervals held of how many, and their mean width."""
    lines = ["| stream | " + " | ".join(f"{cut} %" for cut in range(10, 100, 10)) + " | all |"]
    lines.append("|---|" + "--:|" * 10)
    for stream, rows in records.groupby("stream", sort=False):
        cells = []
        for _, one in rows.groupby("cut"):
            given = one[one["refused"] == ""]
            held = (
                f"{int(given['held'].astype(bool).sum())}/{len(given)}, {given['width'].mean():.1f}"
            )
            cells.append(held if len(given) else "–")
        given = rows[rows["refused"] == ""]
        whole = f"{100 * given['held'].astype(bool).mean():.0f} %" if len(given) else "–"
        lines.append(f"| {STREAMS[str(stream)]} | " + " | ".join(cells) + f" | {whole} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elections", type=int, default=8)
    parser.add_argument("--stations", type=int, default=2500)
    parser.add_argument("--streams", choices=STREAMS, nargs="+", default=list(STREAMS))
    given = parser.parse_args()
    records = [
        record
        for seed in range(given.elections)
        for record in cuts(seed, given.stations, given.streams)
    ]
    print(table_of(pd.DataFrame(records)))


if __name__ == "__main__":
    main()
