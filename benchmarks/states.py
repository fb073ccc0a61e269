"""Samples drawn by lot of which a part came in: do the intervals hold, how wide, what is refused?

States of Mexico 2006 (see CONTRIBUTING.md for the file). Of each, casillas are drawn by lot within
districts, as a quick count draws them, and some of the drawn do not come in, in five patterns. The
estimate has the design and what came in; beside it, on the same sheets, stands the separate ratio
estimate by itself, which takes what came in for the draw. The table in docs/inference.md is this
script's.

    python benchmarks/states.py [--samples 100] [--patterns complete cut …]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tallyverify as tv
from tallyverify.arrays import Floats, Mask
from tallyverify.draws import stream
from tallyverify.errors import InputError
from tallyverify.inference import Estimate, registry_from
from tallyverify.readers import read_actas
from tallyverify.records import Sampling
from tallyverify.table.actas import ActaTable
from tests.helpers.real import contest_of, described, path_of

STATES = ("11", "14", "16", "19", "21", "30")
"""Guanajuato, Jalisco, Michoacán, Nuevo León, Puebla, Veracruz."""
PATTERNS = {
    "complete": "every drawn station",
    "cut": "cut short: small and urban ones come first",
    "trend": "cut short: those where a party is weak come first",
    "party": "missing in proportion to a party's share",
    "type": "large and extraordinary ones missing more",
}
DRAWN = 0.08
IN = 0.65
"""Share of the drawn that come in, but for ``complete``."""
TREND = 0.2
"""Correlation of the time of arrival with the party's share."""


@dataclass(frozen=True, eq=False)
class State:
    """A state: its casillas, and what their absence may go by."""

    table: ActaTable
    votes: Floats  # (casillas, candidates)
    district: pd.Series
    large: Floats  # (casillas,): standardised log of the voters
    rural: Mask
    extra: Mask


def states() -> list[State]:
    """Read the states."""
    name = "mexico-2006"
    mapping = {**described(name)["actas"]["mapping"], "kind": "casilla"}
    whole = read_actas(path_of(name), contest=contest_of(name), mapping=mapping)
    columns = pd.read_csv(path_of(name), usecols=["casilla_id", "rural", "casilla"], dtype=str)
    columns = columns.set_index("casilla_id").loc[whole.frame["station"].astype(str)]
    found = []
    for code in STATES:
        here = (whole.frame["state"].astype(str) == code).to_numpy()
        table = whole.take(here)
        voters = np.log(np.maximum(table.figure("registered")[0].astype(float), 50))
        state = State(
            table,
            np.column_stack([table.figure(name)[0] for name in table.votes]).astype(float),
            table.frame["district"].astype(str),
            (voters - voters.mean()) / voters.std(),
            (columns["rural"] == "1.0").to_numpy()[here],
            (columns["casilla"] == "E").to_numpy()[here],
        )
        found.append(state)
    return found


def drawn(state: State, rng: np.random.RandomState) -> Mask:
    """Draw the same share of every district by lot."""
    key = pd.Series(rng.random_sample(len(state.table)))
    districts = key.groupby(state.district.to_numpy())
    mask: Mask = (districts.rank() <= np.round(DRAWN * districts.transform("size"))).to_numpy()
    return mask


def came_in(
    state: State, sample: Mask, pattern: str, rng: np.random.RandomState
) -> tuple[Mask, Floats | None]:
    """Return which of the drawn came in, and when where that is told; (casillas,) each."""
    if pattern == "complete":
        return sample, None
    valid = np.maximum(state.votes.sum(axis=1), 1)
    first, second = np.argsort(-state.votes.sum(axis=0))[:2]
    party = state.votes[:, first if rng.random_sample() < 0.5 else second] / valid
    noise = rng.normal(size=len(sample))
    if pattern in ("cut", "trend"):
        lean = (party - party[sample].mean()) / party[sample].std()
        time = TREND * lean + (1 - TREND**2) ** 0.5 * noise
        if pattern == "cut":
            time = 0.5 * state.large + 1.0 * state.rural + noise
        rank = np.full(len(sample), np.inf)
        rank[sample] = np.argsort(np.argsort(time[sample]))
        return rank < IN * sample.sum(), rank
    weigh = party if pattern == "party" else 1.0 + 2.0 * (state.large > 0.5) + 2.0 * state.extra
    missing = np.minimum((1 - IN) * weigh / weigh[sample].mean(), 1)
    return sample & (rng.random_sample(len(sample)) >= missing), None


def plain(state: State, seen: Mask) -> dict[str, object]:
    """Return what the ratio estimate by districts says by itself of the margin."""
    codes, names = pd.factorize(state.district)
    votes, stations = state.votes[seen], np.bincount(codes, minlength=len(names))
    try:
        found = tv.inference.ratio(votes, votes.sum(axis=1), codes[seen], stations=stations)
    except InputError as error:
        return {"refused": str(error)}
    total = state.votes.sum(axis=0)
    first, second = np.argsort(-total)[:2]
    weights = np.zeros(len(total))
    weights[[first, second]] = 1.0, -1.0
    at = found.contrast(weights)
    held = at.low <= weights @ total / total.sum() <= at.high
    return {"refused": "", "held": held, "width": 100 * (at.high - at.low)}


def judged(state: State, found: Estimate) -> dict[str, object]:
    """Return whether the interval of the margin held the truth, and its width in points."""
    if found.margin is None:
        return {"refused": found.refused}
    votes = dict(zip(state.table.contest.candidate_ids, state.votes.sum(axis=0), strict=True))
    lead = votes[found.margin.leader] - votes[found.margin.runner_up]
    at = found.margin.interval
    held = at.low <= lead / state.votes.sum() <= at.high
    return {"refused": "", "held": held, "width": 100 * (at.high - at.low)}


def sample(state: State, pattern: str, seed: int) -> Iterator[dict[str, object]]:
    """Draw a sample, lose a part of it, and estimate in each way."""
    rng = stream(seed, list(PATTERNS).index(pattern))
    lot = drawn(state, rng)
    seen, order = came_in(state, lot, pattern, rng)
    table = state.table.take(seen)
    if order is not None:
        times = pd.array([str(int(at)) for at in order[seen]])
        table = replace(table, frame=table.frame.assign(order=times))
    design = Sampling(
        kind="drawn",
        strata=("district",),
        stations=state.district.value_counts().to_dict(),
        drawn=int(lot.sum()),
    )
    registry = registry_from(state.table)
    ways = {
        "draw": judged(state, tv.inference.estimate(table, sampling=design)),
        "registry": judged(state, tv.inference.estimate(table, registry)),
        "ratio": plain(state, seen),
    }
    for way, said in ways.items():
        yield {"pattern": pattern, "seed": seed, "way": way, **said}


def cells(rows: pd.DataFrame) -> str:
    """Return, of one way, how many intervals held of how many, those refused and the mean width."""
    given = rows[rows["refused"] == ""]
    if given.empty:
        return f"– | {len(rows)} | –"
    held = int(given["held"].astype(bool).sum())
    return f"{held}/{len(given)} | {len(rows) - len(given)} | {given['width'].mean():.1f}"


def table_of(records: pd.DataFrame) -> str:
    """Return the table as Markdown."""
    lines = [
        "| what came in | the draw stated | refused | width | a registry alone | refused | width | "
        "ratio estimate | refused | width |",
        "|---|" + "--:|" * 9,
    ]
    for pattern, rows in records.groupby("pattern", sort=False):
        ways = [cells(rows[rows["way"] == way]) for way in ("draw", "registry", "ratio")]
        lines.append(f"| {PATTERNS[str(pattern)]} | " + " | ".join(ways) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--patterns", choices=PATTERNS, nargs="+", default=list(PATTERNS))
    given = parser.parse_args()
    every = states()
    records = [
        record
        for pattern in given.patterns
        for seed in range(given.samples)
        for record in sample(every[seed % len(every)], pattern, seed)
    ]
    print(table_of(pd.DataFrame(records)))


if __name__ == "__main__":
    main()
