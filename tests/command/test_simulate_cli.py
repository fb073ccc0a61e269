"""``tallyverify simulate``: what it writes, that it verifies, and what it refuses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tallyverify import load_case
from tallyverify.command.shared.write_simulation import FILES
from tests.helpers.command import SAMPLES, Command
from tests.helpers.real import described, path_of, realdata

WRITTEN = sorted(FILES[:-1])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(command: Command, *args: str | Path, out: Path, says: tuple[str, ...]) -> None:
    """Exit 2, one message without a traceback, and nothing written."""
    before = sorted(out.parent.rglob("*"))
    outcome = command("simulate", out, *args)
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    assert "defect" not in outcome.err
    for text in says:
        assert text in outcome.err, outcome.err
    assert sorted(out.parent.rglob("*")) == before


def test_a_clean_case_is_written_and_consistent(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "case"
    outcome = command("simulate", out, "--stations", "300", "--seed", "5")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("simulated: 300 stations, seed 5\nwritten: ")
    assert all(str(out / name) in outcome.out for name in WRITTEN)
    assert sorted(contents(out)) == WRITTEN
    verified = command("verify", out, "--format", "json")
    assert verified.code == 0
    report = json.loads(verified.out)
    assert report["verdict"] == "consistent"
    assert report["coverage"]["stations"] == report["coverage"]["stations_expected"] == 300
    truth = pd.read_csv(out / "truth.csv", keep_default_na=False)
    assert len(truth) == 300
    assert (truth["altered"] == 0).all()
    assert (truth["kind"] == "").all()
    actas = pd.read_csv(out / "actas.csv")
    assert actas["A"].tolist() == truth["clean_A"].tolist()


def test_same_seed_same_bytes_wherever(tmp_path: Path) -> None:
    kept = []
    for at, seed in enumerate(("1", "1", "2")):
        cwd = tmp_path / str(at)
        cwd.mkdir()
        args = ["simulate", "out", "--stations", "60", "--seed", seed, "--alter", "digits=0.2"]
        ended = subprocess.run(
            [sys.executable, "-m", "tallyverify", *args],
            cwd=cwd,
            env={**os.environ, "TZ": f"XYZ{at}", "PYTHONHASHSEED": str(at)},
            check=False,
        )
        assert ended.returncode == 0
        kept.append(contents(cwd / "out"))
    assert kept[0] == kept[1] != kept[2]


def test_altered_sheets_with_the_truth(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "case"
    alter = ("--alter", "stuffing=0.1", "--alter", "swapped=.05", "--alter", "withheld=0.2")
    args = ("--stations", "400", "--candidate", "B", *alter)
    outcome = command("simulate", out, *args)
    for said in (
        "stuffing: 40 stations, for 'B'\n",
        "swapped: 20 stations, of 'B' and another\n",
        "withheld: 80 stations, good ones of 'B'\n",
    ):
        assert said in outcome.out
    truth = pd.read_csv(out / "truth.csv", keep_default_na=False)
    actas = pd.read_csv(out / "actas.csv")
    assert (len(truth), len(actas)) == (400, 320)
    assert truth["kind"].str.contains("stuffing").sum() == 40
    assert truth["kind"].str.contains("withheld").sum() == 80
    assert ((truth["kind"] != "") == (truth["altered"] == 1)).all()
    both = actas.merge(truth, on="station", validate="one_to_one")
    assert len(both) == 320
    assert not both["kind"].str.contains("withheld").any()
    stuffed = both[both["kind"] == "stuffing"]
    assert (stuffed["B"] > stuffed["clean_B"]).all()
    assert (stuffed["A"] == stuffed["clean_A"]).all()
    same = both[both["kind"] == ""]
    for name in ("registered", "ballots", "valid", "A", "B", "C"):
        assert (same[name] == same[f"clean_{name}"]).all()
    # What is declared is the sum of all sheets as altered: arithmetic sees nothing.
    report = json.loads(command("verify", out, "--format", "json").out)
    assert {row["evidence"] for row in report["findings"]} <= {"note", "anomaly"}
    clean = tmp_path / "clean"
    command("simulate", clean, "--stations", "400")
    totals = [json.loads((each / "declared.json").read_text())["bulletins"][0]["areas"][0]
              for each in (out, clean)]  # fmt: skip
    assert totals[0]["stations"] == totals[1]["stations"] == 400
    assert totals[0]["valid"] > totals[1]["valid"]


def test_typed_results_keep_their_truth(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "case"
    outcome = command("simulate", out, "--stations", "500", "--alter", "typed=1")
    assert "declared results" in outcome.out
    assert sorted(contents(out)) == sorted(FILES)
    truth = pd.read_csv(out / "truth_declared.csv", keep_default_na=False)
    actas = pd.read_csv(out / "actas.csv")
    assert truth["clean_A"][0] == actas["A"].sum()
    declared = json.loads((out / "declared.json").read_text())["bulletins"][0]["areas"][0]
    assert declared["votes"]["A"] != actas["A"].sum()
    report = json.loads(command("verify", out, "--format", "json").out)
    assert "D305" in {row["code"] for row in report["findings"] if row["evidence"] == "improbable"}


def without_lists(folder: Path) -> Path:
    """The Venezuelan sample as if its sheets did not say how many voters are registered."""
    shutil.copytree(SAMPLES / "venezuela-2024", folder)
    case = json.loads((folder / "case.json").read_text())
    del case["actas"]["mapping"]["lines"]["registered"]
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    return folder


def test_like_a_case(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "case"
    assert command("simulate", out, "--like", without_lists(tmp_path / "bare")).code == 0
    ours, theirs = load_case(out), load_case(SAMPLES / "venezuela-2024")
    assert ours.contest.candidate_ids == theirs.contest.candidate_ids
    frame, other = ours.actas.frame, theirs.actas.frame  # type: ignore[attr-defined]
    assert sorted(frame["valid"] + frame["null"]) == sorted(other["valid"] + other["null"])
    assert frame.groupby("state").size().sort_values().tolist() == (
        other.groupby("state").size().sort_values().tolist()
    )
    # Without registered voters the register says only which stations there are.
    assert len(ours.registry or ()) == len(frame) == 25_073
    assert command("verify", out, "--checks", "rules,compare").code == 0


def test_like_a_case_in_parts(command: Command, tmp_path: Path) -> None:
    """Parquet is read in parts; the structure is that of all of them."""
    case = tmp_path / "parquet"
    assert command("simulate", case, "--stations", "200").code == 0
    frame = pd.read_csv(case / "actas.csv", dtype={"station": str, "centre": str})
    frame.to_parquet(case / "actas.parquet")
    described = json.loads((case / "case.json").read_text())
    described["actas"]["file"] = "actas.parquet"
    for name, given in (("one", "csv"), ("two", "parquet")):
        if given == "parquet":
            (case / "case.json").write_text(json.dumps(described), encoding="utf-8")
        assert command("simulate", tmp_path / name, "--like", case).code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.slow
@realdata
def test_like_a_real_case(command: Command, tmp_path: Path) -> None:
    real: dict[str, Any] = described("venezuela-2024-v1")
    case = tmp_path / "real"
    case.mkdir()
    path = path_of("venezuela-2024-v1")
    (case / path.name).write_bytes(path.read_bytes())
    actas = {**real["actas"], "file": path.name}
    (case / "contest.json").write_text(json.dumps(real["contest"]), encoding="utf-8")
    content = {"contest": "contest.json", "actas": actas}
    (case / "case.json").write_text(json.dumps(content), encoding="utf-8")
    out = tmp_path / "out"
    assert command("simulate", out, "--like", case).code == 0
    text = (out / "actas.csv").read_text(encoding="utf-8")
    stations = set(pd.read_csv(out / "actas.csv", dtype=str)["station"])
    assert stations.isdisjoint(load_case(case).actas.frame["station"])  # type: ignore[attr-defined]
    assert "CAPITAL" not in text
    assert command("verify", out, "--checks", "rules,compare").code == 0


# -- what is refused


def test_a_case_that_is_there_is_kept(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "case"
    assert command("simulate", out, "--stations", "20").code == 0
    before = contents(out)
    says = ("error: case: the folder holds a case already", "--force")
    refused(command, "--stations", "30", out=out, says=says)
    assert contents(out) == before
    assert command("simulate", out, "--stations", "30", "--force").code == 0
    assert len(pd.read_csv(out / "actas.csv")) == 30


def test_files_in_the_way_are_kept(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "actas.csv").write_text("mine", encoding="utf-8")
    refused(command, out=out, says=("files are in the way", "'actas.csv'"))
    assert (out / "actas.csv").read_text(encoding="utf-8") == "mine"
    (out / "notes.txt").write_text("mine too", encoding="utf-8")
    assert command("simulate", out, "--stations", "9", "--force").code == 0
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine too"


@pytest.mark.parametrize("inside", ["", "deeper/still"])
def test_an_out_that_is_a_file(command: Command, tmp_path: Path, inside: str) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    refused(command, out=taken / inside, says=("taken: OUT names", "a file"))


def test_a_folder_where_a_file_would_be(command: Command, tmp_path: Path) -> None:
    (tmp_path / "out" / "actas.csv").mkdir(parents=True)
    refused(command, "--force", out=tmp_path / "out", says=("a folder stands",))


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--alter", "stufing=0.1"], ("'stufing'", "'withheld'", "did you mean 'stuffing'?")),
        (["--alter", "stuffing"], ("'stuffing'", "--alter stuffing=0.05")),
        (["--alter", "stuffing=0"], ("above 0, at most 1",)),
        (["--alter", "stuffing=1.5"], ("above 0, at most 1",)),
        (["--alter", "stuffing=nan"], ("above 0, at most 1",)),
        (["--alter", "moved=0.1", "--alter", "moved=0.2"], ("twice", "'moved'")),
        (["--alter", "moved=0.1", "--candidate", "D"], ("'D'", "'A', 'B', 'C'")),
        (["--candidate", "A"], ("favours a candidate", "'swapped'")),
        (["--alter", "digits=0.1", "--candidate", "A"], ("favours a candidate",)),
        (["--stations", "0"], ("0 stations", "from 1 to 1,000,000")),
        (["--stations", "many"], ("--stations", "integer")),
        (["--seed", "-1"], ("-1",)),
        (["--like", "nowhere"], ("nowhere: a case is a folder",)),
        (["--like", SAMPLES / "clean", "--stations", "5"], ("--stations 5 and --like",)),
    ],
)
def test_bad_input(
    command: Command, tmp_path: Path, args: list[Any], says: tuple[str, ...]
) -> None:
    refused(command, *args, out=tmp_path / "out", says=says)


def test_a_disk_that_fails_leaves_nothing(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def full(source: Any, target: Any) -> None:
        if Path(target).name == "case.json":
            raise OSError(28, "No space left on device", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    refused(command, out=tmp_path / "deep" / "out", says=("case.json: No space left",))


def test_targets_of_the_share(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "case"
    args = ("--stations", "300", "--alter", "targets=0.2", "--targets-of", "share")
    assert "targets: 60 stations, for 'A'" in command("simulate", out, *args).out
    truth = pd.read_csv(out / "truth.csv", keep_default_na=False)
    both = pd.read_csv(out / "actas.csv").merge(truth, on="station")
    altered = both[both["altered"] == 1]
    percent = 100 * altered["A"] / altered["valid"]
    assert ((percent / 5).round() * 5 - percent).abs().max() < 0.5
    assert (altered["ballots"] == altered["clean_ballots"]).all()
    refused(
        command, "--targets-of", "share", out=tmp_path / "none", says=("--targets-of", "targets=")
    )


def test_fewer_than_asked_for_is_said(command: Command, tmp_path: Path) -> None:
    said = command("simulate", tmp_path / "case", "--stations", "200", "--alter", "copied=1").out
    number = int(said.partition("copied: ")[2].split()[0])
    assert 0 < number < 200
    assert f"copied: {number} stations of 200 asked for: no more can be" in said


def test_no_truth_of_another_case_is_left(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "case"
    assert command("simulate", out, "--stations", "50", "--alter", "typed=1").code == 0
    assert (out / "truth_declared.csv").exists()
    (out / "mine.txt").write_text("kept", encoding="utf-8")
    assert command("simulate", out, "--stations", "50", "--force").code == 0
    assert sorted(contents(out)) == sorted([*WRITTEN, "mine.txt"])


def test_what_a_case_has_not_is_named(command: Command, tmp_path: Path) -> None:
    args = ("--like", without_lists(tmp_path / "bare"), "--alter", "stuffing=0.1")
    refused(command, *args, out=tmp_path / "none", says=("--alter stuffing=0.1", "registered"))
