"""Speed and memory as ratios measured within one run. ``--quick``: smaller, rougher."""

from __future__ import annotations

import argparse
import os
import platform

import captures
import command_line
import forensics
import guarded
import in_memory
import inference
import light_import
import reading
import repeats
import row_by_row
import streaming

PARTS = (
    light_import,
    command_line,
    reading,
    guarded,
    repeats,
    in_memory,
    row_by_row,
    inference,
    captures,
    forensics,
    streaming,
)
HEAD = ("what", "measured", "against", "ratio", "target", "met")


def main() -> None:
    """Measure every part and print its rows as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller and rougher")
    names = [part.__name__ for part in PARTS]
    parser.add_argument("--only", choices=names, nargs="+", default=names)
    given = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print("| " + " | ".join(HEAD) + " |")
    print("|" + "---|" * len(HEAD))
    missed = 0
    for part in PARTS:
        for row in part.rows(given.quick) if part.__name__ in given.only else ():
            met = {True: "yes", False: "NO", None: ""}[row.met]
            cells = (row.what, row.measured, row.against, row.ratio, row.target, met)
            print("| " + " | ".join(cells) + " |", flush=True)
            missed += row.met is False
    print(f"\n{missed} targets missed" if missed else "\nevery target met")


if __name__ == "__main__":
    main()
