"""tallyverify estimate on good input: estimate.json as its schema says, always the same files."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tallyverify.command.app import run
from tallyverify.report.drawings.estimate_figures import FIGURES
from tallyverify.simulate import clean_election, hide_stations
from tallyverify.simulate.write import write_case
from tests.helpers.command import SAMPLES, Command, spawned
from tests.helpers.tiers import slow_but

# The contract of estimate.json: every object's keys, in this order; what follows is extra.
ESTIMATE = "schema method assumption level seen unseen shares totals turnout margin bounds settled"
ESTIMATE += " outcome backtest inflation areas notes refused"
BETWEEN = "estimate low high"
PATTERN = "pattern masks failed hidden coverage raw_coverage mean_width bias largest_tilt"
DRAWN = {
    "clean": ["interval.svg"],  # nothing is unseen
    "partial": ["backtest.svg", "interval.svg", "sensitivity.svg"],
    "venezuela-2024": ["backtest.svg", "interval.svg", "sensitivity.svg"],
}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def shuffled(path: Path, seed: int = 1) -> None:
    """Put the rows of a CSV file into another order."""
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    before = list(rows)
    random.Random(seed).shuffle(rows)
    assert rows != before
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


class Kept(dict[str, tuple[bytes, dict[str, bytes]]]):
    """What is printed and what is written about each sample, made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __missing__(self, name: str) -> tuple[bytes, dict[str, bytes]]:
        out = self.folder / name / "some" / "out"
        printed = io.TextIOWrapper(io.BytesIO())
        told = ["estimate", str(SAMPLES / name), "--format", "json", "--out", str(out)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["tallyverify", *told])
            patch.setattr(sys, "stdout", printed)
            assert run() == 0
        printed.seek(0)
        self[name] = (printed.buffer.read(), files(out))
        assert os.fsencode(self.folder) not in b"".join((self[name][0], *files(out).values()))
        return self[name]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("estimates"))


@pytest.fixture(params=slow_but(["clean", "partial"], DRAWN))
def sample(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def data(kept: Kept, sample: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(kept[sample][0])
    return read


@pytest.fixture
def partial(tmp_path: Path) -> Path:
    """Return a copy of the sample that lacks stations."""
    return shutil.copytree(SAMPLES / "partial", tmp_path / "case")


@pytest.fixture
def ordered(tmp_path: Path) -> Path:
    """Return a case whose actas say when each was counted."""
    election = clean_election(stations=200, seed=4)
    table = hide_stations(election.table, 0.2, seed=4)
    folder = write_case(
        tmp_path / "ordered", table, declared=election.declared(), registry=election.registry
    )
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    case["actas"]["mapping"]["order"] = "sent"
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    with (folder / "actas.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (folder / "actas.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*rows[0], "sent"])
        writer.writeheader()
        # A few at a time, so that there are ties.
        writer.writerows({**row, "sent": (at * 37 % 160) // 3} for at, row in enumerate(rows))
    return folder


def written(command: Command, case: Path, *options: str | Path) -> dict[str, bytes]:
    """Estimate, and return what was written."""
    out = case.parent / "out"
    outcome = command("estimate", case, "--out", out, *options)
    assert (outcome.code, outcome.err) == (0, "")
    return files(out)


def test_what_is_written(kept: Kept, sample: str) -> None:
    printed, there = kept[sample]
    assert sorted(there) == sorted([*DRAWN[sample], "estimate.json", "made_with.json"])
    assert there["estimate.json"] == printed
    for text in there.values():
        assert text.endswith(b"\n")
        assert b"\r" not in text
        assert os.fsencode(SAMPLES.parent) not in text
        assert not re.search(rb"\d\d:\d\d:\d\d|(19|20)\d\d-\d\d-\d\d|Matplotlib", text)
        host = socket.gethostname().encode()
        assert len(host) < 8 or host not in text


def test_keys_stand_in_the_order_of_the_contract(data: dict[str, Any]) -> None:
    assert " ".join(data) == ESTIMATE
    assert data["schema"] == "tallyverify/estimate/1"
    assert " ".join(data["seen"]) == "stations registered valid"
    assert " ".join(data["unseen"]) == "stations registered"
    for part in (data["shares"], data["totals"]):
        assert {" ".join(row) for row in part.values()} == {BETWEEN}
        assert list(part) == list(data["bounds"])
    assert " ".join(data["margin"]) == f"leader runner_up {BETWEEN}"
    assert {" ".join(row) for row in data["bounds"].values()} == {"low high"}
    assert {" ".join(row) for row in data["backtest"]} <= {PATTERN}
    assert {" ".join(row) for row in data["areas"]} <= {"area seen stations shares totals"}


def test_it_is_what_the_published_schema_says(command: Command, data: dict[str, Any]) -> None:
    schema = json.loads(command("schema", "estimate").out)
    assert list(schema["properties"]) == schema["required"] == ESTIMATE.split()
    validator = Draft202012Validator(schema)
    assert [error.message for error in validator.iter_errors(data)] == []
    assert not validator.is_valid({**data, "host": "x"})
    for key in data:
        assert not validator.is_valid({name: data[name] for name in data if name != key})
    assert not validator.is_valid({**data, "seen": {**data["seen"], "valid": None}})
    assert not validator.is_valid({**data, "level": "95 %"})


def test_numbers_agree_with_each_other(sample: str, data: dict[str, Any]) -> None:
    shares, totals, margin, bounds = (data[k] for k in ("shares", "totals", "margin", "bounds"))
    assert data["level"] == 0.95
    assert sum(share["estimate"] for share in shares.values()) == pytest.approx(1, abs=1e-5)
    for area in ({"shares": shares, "totals": totals}, *data["areas"]):
        for part in ("shares", "totals"):
            for row in area[part].values():
                assert 0 <= row["low"] <= row["estimate"] <= row["high"]
                assert part == "totals" or row["high"] <= 1
        assert all(isinstance(row["estimate"], int) for row in area["totals"].values())
    for name, share in shares.items():
        assert bounds[name]["low"] <= share["low"]
        assert share["high"] <= bounds[name]["high"]
        valid = sum(total["estimate"] for total in totals.values())
        assert totals[name]["estimate"] / valid == pytest.approx(share["estimate"], abs=1e-5)
    first, second = margin["leader"], margin["runner_up"]
    assert sorted(shares, key=lambda name: -shares[name]["estimate"])[:2] == [first, second]
    assert margin["low"] <= margin["estimate"] <= margin["high"]
    assert margin["estimate"] == pytest.approx(
        shares[first]["estimate"] - shares[second]["estimate"], abs=1e-5
    )
    assert data["settled"] is (bounds[first]["low"] > bounds[second]["high"]) or sample == "partial"
    assert data["inflation"] >= 1
    if data["turnout"] is not None:
        assert 0 < data["turnout"]["low"] <= data["turnout"]["estimate"] <= data["turnout"]["high"]
    if data["areas"]:
        assert sum(area["seen"] for area in data["areas"]) == data["seen"]["stations"]
        every = data["seen"]["stations"] + data["unseen"]["stations"]
        assert sum(area["stations"] for area in data["areas"]) == every
    for row in data["backtest"]:
        assert 0 <= row["coverage"] <= 1
        assert row["mean_width"] > 0
    assert bool(data["backtest"]) is bool(data["unseen"]["stations"])
    assert data["refused"] == ""


def test_same_bytes_wherever_whenever_and_for_whomever(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    case = os.path.relpath(SAMPLES / "partial", tmp_path)
    ended = spawned(
        "estimate",
        case,
        "--out",
        "out",
        USER="user",
        TZ="XYZ3",
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONIOENCODING="ascii",  # a terminal that knows no more
        PYTHONHASHSEED="7",
        OMP_NUM_THREADS="2",
        SOURCE_DATE_EPOCH="1",
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert files(tmp_path / "out") == kept["partial"][1]
    assert "95 % interval" in ended.stdout.decode("ascii")
    assert os.fsencode(tmp_path) not in ended.stdout


def test_the_seed_draws_the_masks(command: Command, kept: Kept) -> None:
    printed = kept["partial"][0]
    assert command("estimate", SAMPLES / "partial", "--format", "json").out.encode() == printed
    other = command("estimate", SAMPLES / "partial", "--format", "json", "--seed", "7").out
    first, second = json.loads(printed), json.loads(other)
    assert first["backtest"] != second["backtest"]
    for name, share in first["shares"].items():
        assert second["shares"][name]["estimate"] == share["estimate"]
    same = "schema method assumption level seen unseen bounds settled notes refused"
    assert {key for key in first if first[key] == second[key]} >= set(same.split())


@pytest.mark.parametrize("names", [["actas.csv"], ["actas.csv", "stations.csv"]])
def test_the_order_of_rows_changes_nothing(
    command: Command,
    kept: Kept,
    partial: Path,
    names: list[str],
) -> None:
    for seed, name in enumerate(names):
        shuffled(partial / name, seed)
    assert written(command, partial) == kept["partial"][1]


def test_an_order_of_counting_is_drawn(command: Command, ordered: Path) -> None:
    first = written(command, ordered)
    assert sorted(first) == sorted(
        [*(f"{name}.svg" for name in FIGURES), "estimate.json", "made_with.json"]
    )
    assert b"% of the stations counted" in first["cumulative.svg"]
    shuffled(ordered / "actas.csv")
    assert written(command, ordered) == first
    text = (ordered / "actas.csv").read_text(encoding="utf-8")
    (ordered / "actas.csv").write_text(re.sub(r",\d+$", ",late", text, flags=re.M), "utf-8")
    shutil.rmtree(ordered.parent / "out")
    without = written(command, ordered)
    assert sorted(without) == ["estimate.json", "made_with.json"]
    refused = json.loads(without["estimate.json"])["refused"]
    assert refused.startswith("the order of counting cannot be read")
    assert "leave it out of the mapping" in refused


def test_single_files(command: Command, kept: Kept, partial: Path) -> None:
    case = json.loads((partial / "case.json").read_text(encoding="utf-8"))
    (partial / "map.json").write_text(json.dumps(case["actas"]["mapping"]), encoding="utf-8")
    other = (partial / "actas.csv").rename(partial.parent / "more.csv")
    sheets = ("--actas", other, "--mapping", partial / "map.json", "--format", "json")
    outcome = command("estimate", partial, *sheets)
    assert (outcome.code, outcome.err, outcome.out.encode()) == (0, "", kept["partial"][0])
    rest = ("--contest", partial / "contest.json", "--declared", partial / "declared.json")
    outcome = command("estimate", *sheets, *rest)
    alone = json.loads(outcome.out)
    assert (outcome.code, outcome.err, alone["refused"]) == (0, "", "")
    assert "of the unseen only their number by area is known" in alone["method"]


def test_what_is_printed_says_what_is_written(
    command: Command, kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    outcome = command("estimate", SAMPLES / "partial", "--out", "out")
    assert (outcome.code, outcome.err) == (0, "")
    assert "\x1b" not in outcome.out
    names = ["estimate.json", "made_with.json", "interval.svg", "sensitivity.svg", "backtest.svg"]
    assert outcome.out.endswith(f"\nwritten: {', '.join(f'out/{name}' for name in names)}\n")
    assert str(tmp_path) not in outcome.out
    data = json.loads(kept["partial"][0])
    assert f"Method: {data['method']}. Assumed: {data['assumption']}." in outcome.out.replace(
        "\n", " "
    ).replace("  ", " ")
    for row in data["backtest"]:
        assert re.search(rf"^{row['pattern']} +{row['masks']} ", outcome.out, re.M)
