"""The documentation site is built, strictly and without the network; what its pages say runs."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest

import tallyverify as tv

ROOT = Path(__file__).resolve().parents[2]
_GONE = [
    name for name in ("zensical", "mkdocstrings", "nbconvert") if not importlib.util.find_spec(name)
]
built = pytest.mark.skipif(bool(_GONE), reason=f"the extra 'site' lacks {_GONE}")
ROOMS = (
    *("tallyverify", "compare", "inference", "forensics", "simulate", "report", "datasets"),
    "scanning",
)
_BLOCK = re.compile(r"^```(\w+) ?([\w.-]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def run(*call: object, cwd: Path, expected: int = 0) -> str:
    """Run a program of this interpreter's environment; return what it printed."""
    done = subprocess.run(
        [str(part) for part in call],
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "LANGUAGE": "en", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == expected, (done.stdout[-3000:], done.stderr[-3000:])
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    run(sys.executable, ROOT / "tools/site/pages.py", folder, cwd=ROOT)
    run(sys.executable, "-m", "zensical", "build", "--strict", "-f", "mkdocs.yml", cwd=folder)
    return folder / "site"


@built
def test_every_check_has_a_page(site: Path) -> None:
    for check in tv.catalogue():
        page = unescape((site / f"checks/{check.code}.html").read_text(encoding="utf-8"))
        assert check.name in page
        assert check.needs in page


@built
@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_has_an_entry(site: Path, room: str) -> None:
    page = (site / f"api/{room}.html").read_text(encoding="utf-8")
    module = import_module(room if room == "tallyverify" else f"tallyverify.{room}")
    for name in module.__all__:
        if not name.startswith("_") and not hasattr(getattr(module, name), "__path__"):
            assert re.search(rf'id="tallyverify\.[\w.]*{name}"', page), name
    assert ":func:" not in page
    assert ":class:" not in page


@built
def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r'<(script|img|iframe)[^>]* src="(https?:)?//', text), page.name
        for link in re.findall(r"<link [^>]*>", text):
            assert 'href="http' not in link or 'rel="canonical"' in link, link


@built
def test_pages_name_no_place_of_one_machine(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert str(ROOT) not in text
        assert str(site.parent) not in text


def blocks(page: str) -> list[tuple[str, str, str]]:
    """Return the blocks of a page: language, name of the file, text."""
    return _BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))


def test_the_tutorial_runs_as_it_is_told(tmp_path: Path) -> None:
    tallyverify = (sys.executable, "-m", "tallyverify")
    files = [(name, text) for _, name, text in blocks("tutorial.md") if name]
    (tmp_path / "sheets.csv").write_text(files[0][1], encoding="utf-8")
    asked = run(*tallyverify, "init", "sheets.csv", "--out", "council", cwd=tmp_path)
    assert "Is 'On the list' the number of registered voters?" in asked
    assert "Ballots is the sum of 'Void'" in asked
    council = tmp_path / "council"
    declared = []
    for name, text in files[1:]:
        (council / name).write_text(text, encoding="utf-8")
        declared += [text] if name == "declared.json" else []

    def verdict(declared: str, expected: int = 0) -> str:
        (council / "declared.json").write_text(declared, encoding="utf-8")
        call = (*tallyverify, "verify", "council", "--out", "report")
        return run(*call, cwd=tmp_path, expected=expected)

    first, second = declared
    assert "CONSISTENT" in verdict(first)
    said = verdict(second)
    assert "DISCREPANT" in said
    assert "at least 1 of the 6 sheets" in " ".join(said.split())
    said = verdict(second.replace("1382", "1982"), 1)
    assert "CONTRADICTED, if the sheets are authentic" in said
    assert "at least 4 of the 6 sheets" in " ".join(said.split())
    assert "CONSISTENT" in verdict(second.replace("1382", "1332"))
    run(*tallyverify, "reproduce", "report/report.json", "council", cwd=tmp_path)


def test_the_pipeline_runs_as_it_is_told(tmp_path: Path) -> None:
    code = "\n".join(text for language, _, text in blocks("pipelines.md") if language == "python")
    run(sys.executable, "-W", "error", "-c", code, cwd=tmp_path)
