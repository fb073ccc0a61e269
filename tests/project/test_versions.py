"""The ends of what is supported: the lowest versions are those that pyproject.toml names."""

from __future__ import annotations

import json
import platform
import tomllib
from importlib.metadata import version
from pathlib import Path

from tallyverify.report.versions import made_with

ROOT = Path(__file__).resolve().parents[2]


def test_lowest_is_what_pyproject_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    allowed = dict(line.split(",")[0].split(">=") for line in project["dependencies"])
    lines = (ROOT / "tests" / "project" / "lowest.txt").read_text(encoding="utf-8").splitlines()
    lowest = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert lowest.keys() == allowed.keys()
    for name, least in allowed.items():
        assert (lowest[name] + ".").startswith(least + "."), name


def test_made_with_names_versions_and_nothing_of_the_machine() -> None:
    made = json.loads(made_with())
    assert list(made) == ["tallyverify", "python", "numpy", "scipy", "pandas"]
    assert made["python"] == platform.python_version()
    assert made["numpy"] == version("numpy")
