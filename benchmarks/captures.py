"""Two captures of the same stations held beside each other, against reading one of them."""

from __future__ import annotations

from collections.abc import Iterator

from measure import Row, at_most, best

OPTIONS = "ABCDEFGH"


def rows(quick: bool) -> Iterator[Row]:
    """Reconcile two tables whose keys differ in their zeros, a fiftieth of them in a figure."""
    import numpy as np
    import pandas as pd

    import tallyverify as tv

    stations = 100_000 if quick else 1_000_000
    rng = np.random.default_rng(0)
    contest = tv.Contest.model_validate(
        {"id": "t", "levels": ["state"], "candidates": [{"id": name} for name in OPTIONS]}
    )
    frame = pd.DataFrame(
        {
            "station": [f"{at // 40 + 1:06d}/{at % 40:02d}" for at in range(stations)],
            "state": [f"S{at // 50_000}" for at in range(stations)],
            **{name: rng.poisson(60, stations) for name in OPTIONS},
        }
    )
    other = frame.assign(station=[key.lstrip("0") for key in frame["station"]])
    differ = rng.random(stations) < 0.02
    other.loc[differ, "A"] += rng.integers(1, 50, int(differ.sum()))
    other = other.sample(frac=1, random_state=1)

    def read(rows_of: pd.DataFrame) -> tv.ActaTable:
        return tv.read_actas(rows_of, contest=contest)

    first, second = read(frame), read(other)

    def reconcile() -> None:
        tv.reconcile.reconcile_captures(first, second).to_json()

    seconds, reading = best(reconcile, 2), best(lambda: read(frame), 2)
    yield Row(
        f"reconcile 2 × {stations:,} stations",
        f"{seconds:.2f} s",
        f"reading one of them: {reading:.2f} s",
        *at_most(seconds / reading, 4),
    )
