"""An estimate with its intervals for 150,000 stations, and 200 masks of a backtest on 30,000.

Run as a script it measures in its own process and prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from measure import Row, best, told

STATIONS, FEWER = 150_000, 30_000


def rows(quick: bool) -> Iterator[Row]:
    """Measure against the seconds that were set for two cores, and against a plain sum by area."""
    took, _ = told("inference.py", 1 if quick else 3)
    whole, masks, plain = took["estimate"], took["masks"], took["plain"]
    yield Row(
        f"estimate with calibrated intervals, {STATIONS:,} stations × 10 candidates",
        f"{whole:.1f} s",
        "5 s, set for 2 cores",
        f"{whole / 5:.2f}×",
        "≤ 1×",
        whole <= 5,
    )
    yield Row(
        f"the same, {STATIONS:,} stations × 10 candidates",
        f"{whole:.1f} s",
        f"pandas groupby of the votes by municipality: {plain:.3f} s",
        f"{whole / plain:.0f}×",
        "",
    )
    yield Row(
        f"backtest, 200 masks on {FEWER:,} stations",
        f"{masks:.1f} s",
        "60 s, set for 2 cores",
        f"{masks / 60:.2f}×",
        "≤ 1×",
        masks <= 60,
    )


def main(repeats: int) -> None:
    """Measure, and print seconds as JSON."""
    import made

    from tallyverify.inference import backtest, estimate, registry_from
    from tallyverify.simulate import hide_stations

    table = made.table(STATIONS)
    registry = registry_from(table)
    seen = hide_stations(table, 0.2, seed=1)
    small = made.table(FEWER)
    some, known = hide_stations(small, 0.2, seed=1), registry_from(small)

    def whole() -> None:
        if estimate(seen, registry).refused:
            raise SystemExit("a made-up election must have an estimate")

    def masks() -> None:
        found = backtest(some, known, pattern="random", masks=134)
        if sum(row.masks for row in found.rows) < 200:
            raise SystemExit(f"fewer than 200 masks: {found!r}")

    by = ["state", "municipality"]
    plain = seen.frame[[*by, *made.CANDIDATES]]
    took = {
        "estimate": best(whole, repeats),
        "masks": best(masks, repeats),
        "plain": best(lambda: plain.groupby(by).sum(), repeats),
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main(int(sys.argv[1]))
