"""How many pages of actas are read, by what photographs do to them, and how long a page takes.

``python benchmarks/scanning.py [--pages 40] [--keep rows.jsonl] [--out docs/scanning.md]`` takes
an hour; what is in ``--keep`` is not measured again. Pages are made, seeded, with the QR code of a
made acta on 1700 × 2600 pixels of strokes that look like print. A page counts as read if its
payload comes out; any other payload is *wrong*. Times are of the processor, on one core, from the
grey page on; the last table is from the bytes of a file on.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tallyverify.scanning.images import pages_of  # noqa: E402
from tallyverify.scanning.limits import ScanLimits  # noqa: E402
from tallyverify.scanning.page_reading import read_page  # noqa: E402
from tests.helpers.acta_pages import CELLS, Cell, page_of, payload_of  # noqa: E402

BEGIN, END = "<!-- recovery: begin -->\n", "<!-- recovery: end -->\n"


@dataclass(frozen=True)
class Row:
    """What became of the pages of one cell."""

    name: str
    dose: float
    unit: str
    pages: int
    plain: int  # read as they are
    read: int
    wrong: int
    beside: int  # read, with another code said to be there
    by: dict[str, int]
    milliseconds: float

    @property
    def what(self) -> tuple[str, float, str, int]:
        """What was measured."""
        return self.name, self.dose, self.unit, self.pages


def measured(cell: Cell, pages: int) -> Row:
    """Read the pages of a cell."""
    plain = read = wrong = beside = 0
    by: Counter[str] = Counter()
    took = []
    for seed in range(pages):
        text, image = cell.page(seed)
        grey = np.asarray(image)
        start = time.process_time()
        found = read_page(grey)
        took.append(1000 * (time.process_time() - start))
        if found["status"] == "read":
            right = found["text"] == text
            read += right
            wrong += not right
            plain += found["how"] == "as_it_is"
            beside += bool(found["unread"])
            by[found["how"]] += 1
        elif found["status"] == "several":
            wrong += 1
    mean = float(np.mean(took))
    return Row(cell.name, cell.dose, cell.unit, pages, plain, read, wrong, beside, dict(by), mean)


def table(rows: list[Row]) -> str:
    """Return the rates as a table."""
    lines = [
        "| what | how much | read as it is | read | wrong | ms a page |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        dose = f"{row.dose:g} {row.unit}" if row.unit else ""
        plain, read = (f"{100 * one / row.pages:g}%" for one in (row.plain, row.read))
        lines.append(
            f"| {row.name} | {dose} | {plain} | {read} | {row.wrong} | {row.milliseconds:.0f} |"
        )
    return "\n".join(lines) + "\n"


def files(pages: int) -> str:
    """Return how long clean pages take, from the bytes of a file to the payload."""
    kinds = {"JPEG": ("jpeg", {"quality": 85}), "PNG": ("png", {}), "PDF": ("pdf", {})}
    lines = ["| file | mean ms | 95 % within ms |", "|---|--:|--:|"]
    for kind, (name, how) in kinds.items():
        took = []
        for seed in range(pages):
            text = payload_of(seed)
            image = page_of(text, np.random.default_rng([seed, 2]), module=4)
            held = io.BytesIO()
            image.save(held, name, **how)
            start = time.process_time()
            (grey,) = pages_of(held.getvalue(), ScanLimits()).pictures
            assert isinstance(grey, np.ndarray), grey
            found = read_page(grey)
            took.append(1000 * (time.process_time() - start))
            assert found["text"] == text
        took = took[1:]  # the first loads the library
        lines.append(f"| {kind} | {np.mean(took):.0f} | {np.percentile(took, 95):.0f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and put the tables into a page if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--only", nargs="+", help="names of degradations")
    parser.add_argument("--keep", type=Path, help="file for the rows, to go on with another time")
    parser.add_argument("--out", type=Path, help="page between whose marks the tables are put")
    given = parser.parse_args()
    cells = [cell for cell in CELLS if not given.only or cell.name in given.only]
    kept = {}
    if given.keep and given.keep.exists():
        lines = given.keep.read_text("utf-8").splitlines()
        kept = {row.what: row for row in (Row(**json.loads(line)) for line in lines)}
    left = [one for one in cells if (one.name, one.dose, one.unit, given.pages) not in kept]
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        for row in pool.map(measured, left, [given.pages] * len(left)):
            kept[row.what] = row
            print(row, file=sys.stderr, flush=True)
            if given.keep:
                with given.keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(row)) + "\n")
    rows = [kept[one.name, one.dose, one.unit, given.pages] for one in cells]
    text = (
        f"{given.pages} pages in each row.\n\n{table(rows)}\nOf {sum(row.pages for row in rows):,} "
        f"pages {sum(row.read for row in rows):,} were read, {sum(row.wrong for row in rows)} of "
        f"them wrongly.\n\n{files(given.pages)}"
    )
    print(text)
    if given.out:
        page = given.out.read_text(encoding="utf-8")
        head, _, rest = page.partition(BEGIN)
        given.out.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
