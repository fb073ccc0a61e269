"""No prose in the source that is not told."""

from __future__ import annotations

import ast

import pytest

from tests.language.untold import HERE, PACKAGE, as_written, untold

ROOMS = sorted(
    [*(one.name for one in PACKAGE.iterdir() if (one / "__init__.py").exists())]
    + [one.name for one in PACKAGE.glob("*.py")]
)


@pytest.mark.parametrize("room", ROOMS)
def test_all_prose_is_told(room: str) -> None:
    """List it: python -m tests.language.untold tallyverify/ROOM."""
    place = PACKAGE / room
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    assert [what for file in files for what in untold(file)] == []


KEPT = sorted(one.stem for one in (HERE / "as_written").glob("*.txt"))


@pytest.mark.parametrize("room", KEPT)
def test_what_stays_as_it_is_written_stands_in_the_source(room: str) -> None:
    place = PACKAGE / room
    files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    trees = [ast.parse(one.read_text(encoding="utf-8")) for one in files]
    nodes = (node for tree in trees for node in ast.walk(tree))
    literals = {node.value for node in nodes if isinstance(node, ast.Constant)}
    assert as_written(room) - literals == set()
