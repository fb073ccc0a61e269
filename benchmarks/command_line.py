"""The command line on the actas of Venezuela 2024, whole process, against reading the file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import ROOT, Row, at_most, process

CASE = ROOT / "data" / "samples" / "venezuela-2024"
REAL = Path(os.environ.get("TALLYVERIFY_REALDATA", ROOT.parent / "shared" / "data"))
BARE = """
import sys
import pandas, scipy.stats
pandas.read_csv(sys.argv[1], encoding=sys.argv[2])
"""


def rows(quick: bool) -> Iterator[Row]:
    """Compare the two processes, run in turns."""
    real = REAL / "venezuela-2024" / "RESULTADOS_2024_CSV_V2.csv"
    if real.is_file():
        name, file, encoding = "real", real, "latin-1"
        case = ["--actas", real, "--contest", CASE / "contest.json"]
        case += ["--declared", CASE / "declared.json"]
    else:
        name, file, encoding = "sample (no real file here)", CASE / "actas.csv", "utf-8"
        case = [CASE]
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as out:
        verify = ["-m", "tallyverify", "verify", *case, "--checks", "rules,compare", "--out", out]
        for _ in range(3 if quick else 7):
            # Exit code 1: something is contradicted, as it is here.
            ours.append(process(*verify, allowed=(1,)))
            bare.append(process("-c", BARE, file, encoding))
    fastest, reading = min(r.seconds for r in ours), min(r.seconds for r in bare)
    yield Row(
        f"verify, 25,073 actas, {name}",
        f"{fastest:.2f} s, {min(r.peak_mb for r in ours):.0f} MB",
        f"import pandas, scipy.stats; read_csv: {reading:.2f} s",
        *at_most(fastest / reading, 2),
    )
