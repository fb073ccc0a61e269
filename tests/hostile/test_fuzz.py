"""Sound files damaged at random: refused, or read as others read them."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from tallyverify.errors import InputError
from tallyverify.readers import read_actas
from tests.helpers.small import CONTEST, MAPPING, read, written
from tests.hostile.mutations import damaged
from tests.hostile.outside import outside
from tests.hostile.second_look import sums_by_others
from tests.hostile.sound import FORMATS, SUMS, sound
from tests.hostile.test_corpus import WRITTEN, case_of

QUICK = 12
ALL = 42
TEXTS = ("csv", "tsv", "json", "jsonl", "html", "gz")
"""Damaged files of each format: of 12 formats, 504."""


@pytest.mark.parametrize("name", FORMATS)
def test_sound_files_of_every_format_say_the_same(tmp_path: Path, name: str) -> None:
    table = read(written(tmp_path, sound(name), name))
    assert tuple(int(table.frame[candidate].sum()) for candidate in "AB") == SUMS


@pytest.mark.parametrize("name", [name for name in FORMATS if name.split(".")[-1] in TEXTS])
def test_a_damaged_file_is_refused_or_read_as_others_read_it(tmp_path: Path, name: str) -> None:
    for seed in range(QUICK):
        data = damaged(sound(name), random.Random(f"{name} {seed}"))
        truth = sums_by_others(name, data)
        try:
            table = read_actas(written(tmp_path, data, name), contest=CONTEST, mapping=MAPPING)
        except InputError:
            continue
        frame = table.frame
        if truth is not None and len(frame):
            assert tuple(int(frame[candidate].sum()) for candidate in "AB") == truth, seed


@pytest.mark.hours
@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_ends_in_words_soon_and_in_little_memory(tmp_path: Path, name: str) -> None:
    faults = {}
    for seed in range(ALL):
        folder = tmp_path / str(seed)
        folder.mkdir()
        data = damaged(sound(name), random.Random(f"{name} {seed} outside"))
        case_of(folder, name, data)
        ended = outside(
            "verify", "case", "--out", "out", "--checks", "rules,compare", folder=folder
        )
        found = ended.faults()
        if ended.code == 2 and ended.left:
            found.append(f"left behind: {sorted(ended.left)}")
        if ended.code in (0, 1):
            if not ended.left >= WRITTEN:
                found.append(f"not written: {sorted(WRITTEN - ended.left)}")
            truth = sums_by_others(name, data)
            if truth is not None and (reported := _sums(folder / "out")) != truth:
                found.append(f"A and B are {truth}, reported {reported}")
        if found:
            faults[seed] = (found, ended.err[-400:])
    assert not faults


def _sums(out: Path) -> tuple[int, ...]:
    """Return what the report holds of A and of B, with the rows that it says it left out."""
    told = json.loads((out / "report.json").read_text(encoding="utf-8"))["totals"]["votes"]
    with (out / "left_out.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    return tuple(
        told[candidate] + sum(int(row[f"figure {candidate}"] or 0) for row in rows)
        for candidate in "AB"
    )
