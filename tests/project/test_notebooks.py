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

_NEEDS = ("nbformat", "nbclient", "ipykernel", "matplotlib")
_GONE = [name for name in _NEEDS if importlib.util.find_spec(name) is None]
executed = pytest.mark.skipif(bool(_GONE), reason=f"the extra 'notebook' lacks {_GONE}")

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
NAMES = ("01-quickstart", "02-venezuela-2024", "03-unseen")

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
    "03-unseen": (
        "<Bounds: A leads B by 1,508 seen votes, 293,760 unseen; not settled>",
        "standard errors × 1.21, set by the pattern 'learnt'",
        "declared margin +0.0092, estimate +0.0110, from +0.0065 to +0.0155",
        "largest of the backtest: 0.168",
        " 0 points moved: note, 0 of 1 declared whole count outside the interval",
        " 2 points moved: note, 1 of 1 declared whole count outside the interval",
        "10 points moved: improbable, 1 of 1 declared whole count outside the interval",
        "1,050 of 1,050 stations, margin +0.32% in [+0.32%, +0.32%], e-value inf",
    ),
}


# Runs in a process of its own: nbclient leaves sockets and event loops to the collector, and this
# test run takes every warning for an error. The kernel is this interpreter, whatever kernels a user
# has installed, and talks over sockets of the file system where there are such.
_EXECUTE = """
import json, os, sys, tempfile
import nbformat
from pathlib import Path

source, folder, target = sys.argv[1:]
with tempfile.TemporaryDirectory(prefix="nb") as own:
    for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        os.environ[variable] = own
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpecManager
    from nbclient import NotebookClient

    Path(own, "here").mkdir()
    Path(own, "here", "kernel.json").write_text(json.dumps({
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "here", "language": "python"}))
    specs = KernelSpecManager(kernel_dirs=[own])
    manager = AsyncKernelManager(
        kernel_name="here", kernel_spec_manager=specs, connection_file=f"{own}/k.json")
    if sys.platform != "win32":
        manager.transport, manager.ip = "ipc", f"{own}/k"
    notebook = nbformat.read(source, as_version=4)
    NotebookClient(
        notebook, km=manager, timeout=50, resources={"metadata": {"path": folder}}).execute()
    nbformat.write(notebook, target)
"""


class Run:
    """A notebook that was executed, and all that it put out."""

    def __init__(self, name, folder, data, target):
        call = [sys.executable, "-c", _EXECUTE, NOTEBOOKS / f"{name}.ipynb", folder, target]
        done = subprocess.run(
            [str(part) for part in call],
            env={**os.environ, "TALLYVERIFY_REALDATA": str(data)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        cells = json.loads(target.read_text(encoding="utf-8"))["cells"]
        outputs = [out for cell in cells for out in cell.get("outputs", ())]
        shown = [out.get("data", {}) for out in outputs]
        texts = ["".join(out.get("text", "")) for out in outputs]
        texts += ["".join(data.get(kind, "")) for data in shown for kind in _TEXTS]
        self.text = "\n".join(texts)
        self.complaints = ["".join(out["text"]) for out in outputs if out.get("name") == "stderr"]
        self.figures = sum("image/png" in data for data in shown)
        self.pages = sum("text/html" in data for data in shown)


_TEXTS = ("text/plain", "text/html")


def stored(name):
    return json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_stored_in_the_repository(name):
    """Outputs could hold rows of real stations, and would differ from run to run."""
    for cell in stored(name)["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@executed
@pytest.mark.parametrize(
    ("name", "folder"), [("01-quickstart", NOTEBOOKS), ("02-venezuela-2024", ROOT)]
)
def test_runs_on_the_sample_alone(name, folder, tmp_path):
    done = Run(name, folder, tmp_path / "nothing", tmp_path / "done.ipynb")
    assert [text for text in done.complaints if "Warning" in text] == []
    for figure in KEY_FIGURES[name]:
        assert figure in done.text, figure
    assert done.pages
    if name == "02-venezuela-2024":
        assert "The published file is not here" in done.text
        assert done.figures == 2


@pytest.mark.slow
@executed
@realdata
def test_same_steps_on_the_published_file(tmp_path):
    path_of("venezuela-2024-v2")
    done = Run("02-venezuela-2024", NOTEBOOKS, REAL, tmp_path / "done.ipynb")
    assert "25,073 sheets, 10,887,262 valid votes" in done.text
    assert "EG, bulletin 2: 1,977,376 votes too few" in done.text
    assert "EG, bulletin 1: 2,857,502 votes too few" in done.text
    assert "R101 passed 25,073 judged, 0 do not add up" in done.text
    assert done.figures == 3


@pytest.mark.parametrize("name", NAMES)
def test_text_names_no_place_of_one_machine(name):
    text = (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
    for prefix in ("/home/", "/work/", "/Users/", "/tmp/"):
        assert prefix not in text
