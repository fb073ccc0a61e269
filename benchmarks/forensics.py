"""The exact counts, and the whole battery with its calibration, as seconds and as ratios.

Run as a script it measures in its own process and prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from measure import Row, best, told

MANY, COARSE, FEWER, MORE = 95_000, 66_000, 25_000, 100_000
RESAMPLES = 10
PUBLISHED = 1000


def rows(quick: bool) -> Iterator[Row]:
    """Measure against the seconds that were set for two cores, and against drawing anew."""
    took, _ = told("forensics.py", 1 if quick else 3, 0 if quick else 1)
    exact, drawn = took["exact"], took["drawn"] * PUBLISHED / RESAMPLES
    yield _row(f"F504 (integer percentages), {MANY:,} stations", exact, 1)
    yield Row(
        f"the same, {MANY:,} stations",
        f"{exact:.2f} s",
        f"numpy, {PUBLISHED:,} redraws of each count (from {RESAMPLES}): {drawn:.0f} s",
        f"{exact / drawn:.4f}×",
        "",
    )
    yield _row(f"F505 (coarse shares), {COARSE:,} stations", took["coarse"], 5)
    yield _row(f"all indicators, calibrated, {FEWER:,} actas × 10 candidates", took["fewer"], 10)
    if "more" in took:
        yield _row(f"all indicators, calibrated, {MORE:,} actas × 10 candidates", took["more"], 40)


def _row(what: str, took: float, most: float) -> Row:
    return Row(
        what,
        f"{took:.2f} s",
        f"{most} s, set for 2 cores",
        f"{took / most:.2f}×",
        "≤ 1×",
        took <= most,
    )


def main(repeats: int, large: bool) -> None:
    """Measure, and print seconds as JSON."""
    import made
    import numpy as np

    from tallyverify.case.folder import Case
    from tallyverify.engine.verification import verify
    from tallyverify.forensics import coarse_shares, integer_percentages
    from tallyverify.forensics.calibration import rejection_rate

    rng = np.random.default_rng(1)
    registered = rng.integers(100, 3000, MANY)
    ballots = rng.binomial(registered, rng.beta(8, 5, MANY))
    votes = rng.binomial(ballots, rng.beta(6, 6, MANY))

    def drawn() -> None:
        for _ in range(RESAMPLES):
            came = rng.binomial(registered, ballots / registered) / registered
            won = rng.binomial(ballots, votes / np.maximum(ballots, 1)) / np.maximum(ballots, 1)
            np.sum((np.abs(100 * came % 1) < 0.05) | (np.abs(100 * won % 1) < 0.05))

    def whole(stations: int) -> float:
        table = made.table(stations)
        case = Case(contest=table.contest, actas=table)

        def once() -> None:
            rejection_rate._CACHE.clear()  # rates that were worked out before
            verify(case, checks="forensics")

        return best(once, repeats)

    some = slice(0, COARSE)
    took = {
        "exact": best(lambda: integer_percentages(votes, ballots, registered), repeats),
        "drawn": best(drawn, repeats),
        "coarse": best(lambda: coarse_shares(votes[some], ballots[some]), repeats),
        "fewer": whole(FEWER),
    }
    if large:
        took["more"] = whole(MORE)
    print(json.dumps(took))


if __name__ == "__main__":
    main(int(sys.argv[1]), bool(int(sys.argv[2])))
