"""Rules and comparisons over Parquet files larger and larger: is peak memory flat?

Run as a script it verifies one file in its own process, streamed or whole, and prints JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from measure import Row, process, told

MOST_MB = 600


def rows(quick: bool) -> Iterator[Row]:
    """Verify files of growing size, each in its own process."""
    # A Parquet file of more than a million rows is streamed.
    sizes = (1_000_001, 3_000_000) if quick else (1_000_001, 3_000_000, 10_000_000)
    first = 0.0
    for actas in sizes:
        with tempfile.TemporaryDirectory() as folder:
            process(Path(__file__), "make", folder, actas)
            said, ran = told("streaming.py", "stream", folder)
            if actas == sizes[0]:
                whole, in_memory = told("streaming.py", "whole", folder)
        first = first or ran.peak_mb
        yield Row(
            f"streaming {actas:,} actas, {said['seconds']:.0f} s",
            f"peak {ran.peak_mb:.0f} MB",
            f"{sizes[0]:,} actas: {first:.0f} MB",
            f"{ran.peak_mb / first:.2f}×",
            f"≤ {MOST_MB} MB",
            ran.peak_mb <= MOST_MB,
        )
        if actas == sizes[0]:
            same = whole["report"] == said["report"]
            yield Row(
                f"the same {actas:,} actas read whole",
                f"peak {in_memory.peak_mb:.0f} MB",
                "streamed",
                "same report" if same else "another report",
                "same report",
                same,
            )


def main(how: str, folder: Path) -> None:
    """Verify a case, and print seconds and the report's digest as JSON."""
    import tallyverify as tv

    warnings.simplefilter("ignore")
    start = time.perf_counter()
    case = tv.load_case(folder)
    if not isinstance(case.actas, tv.ActaStream):
        raise SystemExit("a file of this size is expected to be streamed")
    if how == "whole":
        table = tv.read_actas(folder / "actas.parquet", contest=case.contest)
        case = replace(case, actas=table)
    report = tv.verify(case, checks="rules,compare")
    if report.verdict != "consistent":
        raise SystemExit(f"made-up actas must agree with themselves: {report!r}")
    said = {
        "seconds": time.perf_counter() - start,
        # Checks of how a file was read are not asked of one that is read in parts.
        "report": hashlib.sha256(
            report.model_copy(update={"checks": ()}).to_json().encode()
        ).hexdigest(),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        import made

        made.write_case(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(sys.argv[1], Path(sys.argv[2]))
