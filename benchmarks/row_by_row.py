"""Validation of every row as a pydantic Acta: does it stream, or pile up?

Run as a script it measures in its own process and prints JSON.
"""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Iterator

from measure import Row, at_most, told


def rows(quick: bool) -> Iterator[Row]:
    """Compare the peak of what is allocated while few and while many rows are validated."""
    few, many = (20_000, 60_000) if quick else (20_000, 200_000)
    peaks = {actas: told("row_by_row.py", actas)[0]["peak_mb"] for actas in (few, many)}
    yield Row(
        f"ActaTable.actas(), {many:,} rows",
        f"peak {peaks[many]:.1f} MB beyond the table",
        f"{few:,} rows: {peaks[few]:.1f} MB",
        *at_most(peaks[many] / peaks[few], 1.1),
    )


def main(actas: int) -> None:
    """Validate every row, and print the peak of what Python and NumPy allocated for it."""
    import made

    table = made.table(actas)
    tracemalloc.start()
    seen = sum(1 for _ in table.actas())
    peak = tracemalloc.get_traced_memory()[1]
    if seen != actas:
        raise SystemExit(f"{seen} rows came out of {actas}")
    print(json.dumps({"peak_mb": peak / 1024**2}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
