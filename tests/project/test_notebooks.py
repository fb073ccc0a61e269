"""The notebooks run from start to end, and compute the figures that they speak of."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.real import REAL, path_of, realdata
from tests.helpers.tiers import slow_but

_NEEDS = ("nbformat", "nbclient", "ipykernel", "matplotlib")
_GONE = [name for name in _NEEDS if importlib.util.find_spec(name) is None]
executed = pytest.mark.skipif(bool(_GONE), reason=f"the extra 'notebook' lacks {_GONE}")

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
NAMES = (
    "01-quickstart",
    "02-venezuela-2024",
    "03-partial-count",
    "04-indicators",
    "05-your-own-election",
    "06-in-a-pipeline",
)

KEY_FIGURES = {
    "01-quickstart": (
        "contradicted",
        "7,303,480 (sum of 25,073 sheets) − 4,445,978 (bulletin 1) = 2,857,502",
        "p = 9.9e-09",
        "clean: consistent",
        "not settled by the seen votes: Candidate A (A) leads Candidate B (B) by 1,508 votes",
        "21?",
        "did you mean 'ANA'?",
        "1,361 (sum of 4 sheets) − 1,300 (bulletin final) = 61",
        "<Bounds: A leads B by 386 seen votes, 1,110 unseen; not settled>",
    ),
    "02-venezuela-2024": (
        "valid votes   10,887,262",
        "7,303,480 on the sheets − 5,326,104 declared = 1,977,376 votes too few",
        "7,303,480 on the sheets − 4,445,978 declared = 2,857,502 votes too few",
        "at most 6,155 of 30,026 stations are left out",
        "at most 941 of 30,026 stations are left out",
        "10,887,262 − declared 10,058,774 = 828,488",
        "5,150,092.288",
        "4,445,978.108",
        "462,703.604",
        "= 9.9e-09, about one in 100,976,880",
        "that are not on the sheets: 3,425,998",
        "lead of EG over NM on the sheets: 3,987,338",
        "<Bounds: EG leads NM by 3,987,338 seen votes, 3,528,837 unseen; settled>",
        "<Bounds: EG leads NM by 3,987,338 seen votes, 3,211,147 unseen; settled>",
        "D305 improbable",
    ),
    "03-partial-count": (
        "M − C is 10.08 points of the valid votes",
        "<Bounds: M leads C by 28,120 seen votes, 161,430 unseen; not settled>",
        "naive 4.97",
        "by municipality 8.93",
        "by centre 10.10",
        "estimate 10.04, from 9.69 to 10.39; truth 10.08",
        " 0 points moved: note; 0 of 1 declared whole count outside the interval",
        " 2 points moved: note; 1 of 1 declared whole count outside the interval",
        "15 points moved: anomaly; 1 of 1 declared whole count outside the interval",
        "1,500 of 1,500 stations, margin +10.08% in [+10.08%, +10.08%], e-value inf",
    ),
    "04-indicators": (
        "10 of 20 honest elections are called fraudulent; one was to be expected",
        "insufficient {'contradiction': 0, 'improbable': 0, 'discrepancy': 0, 'anomaly': 2,",
        "F504 Integer percentages",
    ),
    "05-your-own-election": (
        "1. Are the rows named 'TOTAL' sums of others, to be left out?",
        "did you mean 'Ann Ash'?",
        "as on the sheets: CONSISTENT",
        "forty votes moved: DISCREPANT",
        "one in ten moved: CONTRADICTED, if the sheets are authentic: they hold 10,450 votes for",
    ),
    "06-in-a-pipeline": (
        "records  <ActaTable 'council': 2,000 actas, 2 vote columns, 2 lines, 1 levels>",
        "359,827 on the sheets − 269,827 declared = 90,000",
        "exit code 0 | CONSISTENT",
        "exit code 1 | CONTRADICTED",
        "exit code 0 | CONTRADICTED",
        "exit code 2 | error: nowhere: a case is a folder with a case.json in it",
    ),
}


def texts_of(notebook):
    """Return what each cell put out, as text: streams, values and pages."""
    texts = []
    for cell in notebook["cells"]:
        outputs = cell.get("outputs", ())
        texts.append(
            [
                "".join(out.get("text", ""))
                or {kind: "".join(held) for kind, held in out["data"].items() if kind in _TEXTS}
                for out in outputs
            ]
        )
    return texts


def figures_of(notebook):
    outputs = [out for cell in notebook["cells"] for out in cell.get("outputs", ())]
    data = (out.get("data", {}) for out in outputs)
    return ["".join(one["image/svg+xml"]) for one in data if "image/svg+xml" in one]


class Run:
    """A notebook that was executed in a process of its own, and all that it put out.

    nbclient leaves sockets and event loops to the collector, and this test run takes every warning
    for an error.
    """

    def __init__(self, name, folder, data, out):
        tool = ROOT / "tools" / "notebooks.py"
        call = (sys.executable, tool, name, "--folder", folder, "--data", data, "--out", out)
        done = subprocess.run(
            [str(part) for part in call],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        self.notebook = json.loads((out / f"{name}.ipynb").read_text(encoding="utf-8"))
        self.outputs = [out for cell in self.notebook["cells"] for out in cell.get("outputs", ())]
        self.complaints = ["".join(o["text"]) for o in self.outputs if o.get("name") == "stderr"]
        shown = [out.get("data", {}) for out in self.outputs]
        texts = ["".join(out.get("text", "")) for out in self.outputs]
        texts += ["".join(data.get(kind, "")) for data in shown for kind in _TEXTS]
        self.text = "\n".join(texts)
        self.pages = sum("text/html" in data for data in shown)


_TEXTS = ("text/plain", "text/html")


def stored(name):
    return json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))


def test_every_notebook_is_known():
    assert tuple(sorted(file.stem for file in NOTEBOOKS.glob("*.ipynb"))) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_stored_with_outputs_that_hold_no_real_station(name):
    """They were run where no file of a real election was."""
    notebook = stored(name)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    told = json.dumps(texts_of(notebook), ensure_ascii=False)
    assert "Traceback" not in told
    assert "object at 0x" not in told
    if name == "02-venezuela-2024":
        assert "The published file is not here" in told


@executed
@pytest.mark.parametrize("name", slow_but(["05-your-own-election"], NAMES))
def test_runs_and_puts_out_what_is_stored(name, tmp_path):
    folder = ROOT if name == "02-venezuela-2024" else NOTEBOOKS
    done = Run(name, folder, tmp_path / "nothing", tmp_path)
    assert done.complaints == []
    told = " ".join(done.text.split())
    for figure in KEY_FIGURES[name]:
        assert " ".join(figure.split()) in told, figure
    before = stored(name)
    assert texts_of(done.notebook) == texts_of(before)
    assert len(figures_of(done.notebook)) == len(figures_of(before))
    if done.notebook["metadata"]["figures_by"] == before["metadata"]["figures_by"]:
        assert figures_of(done.notebook) == figures_of(before)


@pytest.mark.hours
@executed
@realdata
def test_same_steps_on_the_published_file(tmp_path):
    path_of("venezuela-2024-v2")
    done = Run("02-venezuela-2024", NOTEBOOKS, REAL, tmp_path)
    assert "25,073 sheets, 10,887,262 valid votes" in done.text
    assert "EG, bulletin 2: 1,977,376 votes too few" in done.text
    assert "EG, bulletin 1: 2,857,502 votes too few" in done.text
    assert "R101 passed 25,073 judged, 0 do not add up" in done.text
    assert len(figures_of(done.notebook)) == 3


@pytest.mark.parametrize("name", NAMES)
def test_text_names_no_place_of_one_machine(name):
    text = (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
    for prefix in ("/home/", "/work/", "/Users/", "/tmp/"):
        assert prefix not in text
