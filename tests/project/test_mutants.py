"""The table of `make mutants` names what there is, and its draw is the same for each seed."""

from __future__ import annotations

import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "mutants"
TESTS = tomllib.loads((TOOL / "modules.toml").read_text(encoding="utf-8"))["tests"]


def test_every_module_and_each_of_its_tests_is_there() -> None:
    named = {*TESTS, *(test for tests in TESTS.values() for test in tests)}
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
    assert all(name.startswith("tallyverify/") for name in TESTS)


def test_what_is_taken_as_equal_has_a_module_and_a_reason() -> None:
    blocks = (TOOL / "equal.txt").read_text(encoding="utf-8").split("\n\n")
    entries = [[x for x in block.splitlines() if not x.startswith("#")] for block in blocks]
    for module, line, *reason in filter(None, entries):
        assert module in TESTS
        assert line == " ".join(line.split())
        assert reason, line


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the module that draws, where Cosmic Ray (extra `mutants`) is at hand."""
    pytest.importorskip("cosmic_ray")
    monkeypatch.syspath_prepend(str(TOOL))
    yield import_module("draw")
    del sys.modules["draw"]


TEXT = '''
def more(one: int | None, other: int = 3, *, most: bool = True) -> int | None:
    """Return 1 and 2."""
    return one if one is not None and one > other else 7
'''


def test_a_slip_is_one_line_and_never_in_what_is_not_evaluated(draw: Any) -> None:
    found = draw.drawn({"more.py": TEXT}, 1000, seed=1)
    assert len({one.place for one in found}) == len(found)
    whole = TEXT.splitlines()
    for one in found:
        changed = one.text.splitlines()
        (at,) = [k for k, line in enumerate(changed) if line != whole[k]]
        assert at in (1, 3)
        assert one.line == " ".join(changed[at].split())
        assert f"+{changed[at]}" in one.diff.splitlines()
    assert {one.line for one in found} >= {
        "return one if one is not None and one >= other else 7",
        "return one if one is not None or one > other else 7",
        "return one if one is None and one > other else 7",
        "return one if one is not None and one > other else 8",
    }
    assert all("&" not in one.text and "/," not in one.text for one in found)


def test_a_seed_draws_the_same_of_each_module(draw: Any) -> None:
    texts = {"none.py": "X: int\n", "one.py": TEXT, "other.py": TEXT}
    first, again, other = (draw.drawn(texts, 8, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    # Nothing can slip in the first, so that more are drawn of the others.
    assert [one.module for one in first] == ["one.py"] * 4 + ["other.py"] * 4
