"""docs/scanning.md says what is so: keys, options, limits, the mapping, the code."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import get_args

import typer

import tallyverify as tv
from tallyverify.command.app import app
from tallyverify.readers import QR_COLUMNS, Raw
from tallyverify.readers.acta_qr import acta_qr_mapping
from tallyverify.records import Mapping
from tallyverify.scanning import ScanLimits
from tallyverify.scanning.outcomes import PageStatus
from tests.helpers.acta_pages import CELLS
from tests.helpers.command import ROOT, SAMPLES

PAGE = (ROOT / "docs" / "scanning.md").read_text(encoding="utf-8")


def keys(heading: str) -> dict[str, list[str]]:
    """Return the cells of a table by its first one."""
    rows = PAGE.split(heading)[1].split("\n\n")[0].splitlines()[1:]
    cells = [re.split(r" ?\| ?", row.strip("| ")) for row in rows]
    return {re.findall(r"`([\w-]+)", row[0])[0]: row[1:] for row in cells if "`" in row[0]}


def test_every_status_is_told() -> None:
    assert [*keys("| status | what it means |")] == [*get_args(PageStatus)]


def test_options_and_their_defaults() -> None:
    command = typer.main.get_command(app).commands["scan"]  # type: ignore[attr-defined]
    options = {one.opts[0]: one.default for one in command.params if one.opts[0].startswith("--")}
    told = keys("| option | default | what it says |")
    assert [*told] == [*options]
    for name, value in asdict(ScanLimits()).items():
        assert told[f"--{name}"][0] == str(value) == str(options[f"--{name}"])


def test_the_mapping_is_the_one_that_is_used() -> None:
    contest = tv.load_case(SAMPLES / "venezuela-2024").contest
    raw = Raw(list(QR_COLUMNS), [], "actas.csv")
    used = acta_qr_mapping(raw, contest.model_copy(update={"levels": ()}))
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    written = Mapping.model_validate(json.loads(block))
    assert written.figures == used.figures
    assert (written.station, written.pad) == (used.station, used.pad)


def test_the_code_runs() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(block, "scanning.md", "exec", dont_inherit=True), names)
    last = block.strip().splitlines()[-1]
    value, told = last.split("  # ")
    assert repr(eval(value, names)) == told


def test_rates_stand_there_and_nothing_was_read_wrongly() -> None:
    rows = re.findall(r"^\| (\w+) \|.*?\| (\S+)% \| (\S+)% \| (\d+) \| \d+ \|$", PAGE, re.M)
    assert [row[0] for row in rows] == [cell.name for cell in CELLS]
    assert {row[3] for row in rows} == {"0"}
    assert all(float(plain) <= float(read) for _, plain, read, _ in rows)
    assert re.search(r"Of [\d,]+ pages [\d,]+ were read, 0 of them wrongly", PAGE)
    times = re.findall(r"^\| (?:JPEG|PNG|PDF) \| (\d+) \| (\d+) \|$", PAGE, re.M)
    assert len(times) == 3
    assert all(int(within) < 150 for _, within in times)
