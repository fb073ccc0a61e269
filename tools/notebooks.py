"""Run the notebooks and store them with their outputs: ``python tools/notebooks.py [name …]``.

``--out FOLDER`` leaves the stored ones as they are and writes what came out into a folder. They run
without the real election files, so that no output can hold a real station; figures are SVG, and
the same under one version of matplotlib.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import matplotlib as mpl
import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
_SECONDS = 300
"""Each cell ends within this time."""


def executed(source: Path, folder: Path) -> nbformat.NotebookNode:
    """Return a notebook run from start to end in a folder, by a kernel of this interpreter.

    Whatever kernels a user has installed is not looked at, and messages go over sockets of the file
    system where there are such.
    """
    with tempfile.TemporaryDirectory(prefix="nb") as own:
        for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
            os.environ[variable] = own
        from jupyter_client import AsyncKernelManager
        from jupyter_client.kernelspec import KernelSpecManager
        from nbclient import NotebookClient

        Path(own, "here").mkdir()
        kernel = {
            "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "here",
            "language": "python",
        }
        Path(own, "here", "kernel.json").write_text(json.dumps(kernel), encoding="utf-8")
        manager = AsyncKernelManager(
            kernel_name="here",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[own]),
            connection_file=f"{own}/k.json",
        )
        if sys.platform != "win32":
            manager.transport, manager.ip = "ipc", f"{own}/k"
        notebook = nbformat.read(source, as_version=4)
        NotebookClient(
            notebook,
            km=manager,
            timeout=_SECONDS,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": str(folder)}},
        ).execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "figures_by": f"matplotlib {mpl.__version__}",
    }
    return notebook


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", help="notebooks, by their names; all by default")
    parser.add_argument("--out", type=Path, default=NOTEBOOKS, help="where they are written")
    parser.add_argument("--folder", type=Path, default=NOTEBOOKS, help="where they run")
    parser.add_argument("--data", default="nowhere", help="folder of real election files")
    given = parser.parse_args()
    os.environ["TALLYVERIFY_REALDATA"] = given.data
    os.environ["LANGUAGE"] = "en"
    for name in given.name or sorted(file.stem for file in NOTEBOOKS.glob("*.ipynb")):
        notebook = executed(NOTEBOOKS / f"{name}.ipynb", given.folder)
        text = nbformat.writes(notebook, version=4)
        (given.out / f"{name}.ipynb").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
