"""Make the reports that the tests hold new ones to: ``python tests/report/golden/make.py``.

Run it after a change that is meant to change reports, and read the difference (``git diff``)
before keeping it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tallyverify import Report, load_case, verify

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[2] / "data" / "samples"
NAMES = ("clean", "partial", "venezuela-2024")


def golden(report: Report) -> str:
    """Return report.json of a sample's report, its version left out."""
    text = report.to_json()
    version = json.loads(text)["version"]
    return text.replace(f'"version": "{version}"', '"version": ""', 1)


if __name__ == "__main__":
    for name in NAMES:
        text = golden(verify(load_case(SAMPLES / name)))
        (HERE / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"tests/report/golden/{name}.json\n")
