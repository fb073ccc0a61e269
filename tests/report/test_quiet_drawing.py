"""Figures are drawn without a word of matplotlib's, and whatever settings of it lie about."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure

from tallyverify.report.drawings import drawing
from tallyverify.report.drawings.drawing import svg_of

ROOT = Path(__file__).resolve().parents[2]
DRAWING = """
import os, sys
before = os.environ.get("MATPLOTLIBRC"), os.getcwd()
from tallyverify.report.drawings.drawing import svg_of
sys.stdout.write(svg_of("a title", lambda figure: None))
assert (os.environ.get("MATPLOTLIBRC"), os.getcwd()) == before
"""


def nothing(figure: Figure) -> None:
    """Paint no more than the title."""


def test_no_home_to_write_to_and_settings_that_cannot_be_read(tmp_path: Path) -> None:
    """matplotlib itself says where it keeps its fonts then, and ends in a UnicodeDecodeError."""
    (tmp_path / "matplotlibrc").write_bytes(b"text.usetex: \xff\nno.such.key: 1\n")
    kept = {name: value for name, value in os.environ.items() if name != "MPLCONFIGDIR"}
    ended = subprocess.run(
        [sys.executable, "-W", "always", "-c", DRAWING],
        cwd=tmp_path,
        env={**kept, "HOME": os.devnull, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.decode() == svg_of("a title", nothing)


def test_a_matplotlib_that_others_imported_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails() -> None:
        assert Path.cwd() == before
        raise OSError("no fonts")

    before = Path.cwd()
    parts = {name: part for name, part in sys.modules.items() if name.startswith("matplotlib")}
    monkeypatch.setattr(drawing, "_imported", fails)
    try:
        with pytest.raises(OSError, match="no fonts"):
            drawing.matplotlib_library.__wrapped__()
        assert sys.modules["matplotlib"] is matplotlib
    finally:
        sys.modules.update(parts)
