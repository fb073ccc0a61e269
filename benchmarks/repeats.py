"""A file in which every station stands twice, whole process, against the same stations once."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import Process, Row, at_most, process

STATIONS = 25_000
COPIES = {"once": 0, "equal copies": 0, "unequal copies": 1}
"""What each station's second sheet adds to one candidate's votes."""


def rows(quick: bool) -> Iterator[Row]:
    """Verify one capture, and two that agree or differ at every station, in turns."""
    ran: dict[str, list[Process]] = {name: [] for name in COPIES}
    with tempfile.TemporaryDirectory() as folder:
        process(Path(__file__), folder)
        for _ in range(2 if quick else 5):
            for name, runs in ran.items():
                case = Path(folder) / name
                verify = ["-m", "tallyverify", "verify", case, "--checks", "rules,compare"]
                # Exit code 1: with every station unsettled, something may be contradicted.
                runs.append(process(*verify, "--out", case / "out", allowed=(0, 1)))
    seconds = {name: min(run.seconds for run in runs) for name, runs in ran.items()}
    peak = {name: min(run.peak_mb for run in runs) for name, runs in ran.items()}
    for name in list(COPIES)[1:]:
        yield Row(
            f"verify, {STATIONS:,} stations twice, {name}",
            f"{seconds[name]:.2f} s, {peak[name]:.0f} MB",
            f"each station once: {seconds['once']:.2f} s, {peak['once']:.0f} MB",
            *at_most(seconds[name] / seconds["once"], 2),
        )


def write(folder: Path) -> None:
    """Write the cases, as CSV files."""
    import made
    import pandas as pd

    actas = pd.DataFrame({name: of.to_pylist() for name, of in made.columns(0, STATIONS).items()})
    said = made.declared(actas).model_dump_json(exclude_none=True)
    for name, more in COPIES.items():
        again = actas.assign(**{line: actas[line] + more for line in ("ballots", "valid", "C0")})
        case = folder / name
        case.mkdir()
        both = actas if name == "once" else pd.concat([actas, again])
        both.to_csv(case / "actas.csv", index=False)
        files = {"contest": "contest.json", "declared": "declared.json"}
        texts = {
            "contest.json": made.CONTEST.model_dump_json(exclude_defaults=True),
            "declared.json": said,
            "case.json": json.dumps({**files, "actas": {"file": "actas.csv"}}),
        }
        for text, content in texts.items():
            (case / text).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
