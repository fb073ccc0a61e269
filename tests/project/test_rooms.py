"""Rooms: what lies where, who may know whom, and that a word has one meaning.

That no room knows one above it is held by import-linter (``make lint``).
"""

from __future__ import annotations

import ast
import inspect
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import tallyverify as tv

PACKAGE = Path(tv.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted(folder.parent.name for folder in PACKAGE.glob("*/__init__.py"))

EXCEPTED = {"conclude", "render"}
"""Words that many files define and nobody imports by themselves."""


def definitions() -> dict[str, list[str]]:
    """Return where each class and each public function stands."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if public or isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(PACKAGE)))
    return places


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Return the modules of the package that a file imports, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tallyverify."):
            yield node.lineno, str(node.module)


def test_a_word_has_one_meaning() -> None:
    twice = {name: places for name, places in definitions().items() if len(places) > 1}
    assert {name: places for name, places in twice.items() if name not in EXCEPTED} == {}


def test_rooms_are_entered_by_the_door() -> None:
    """Another room's module is imported from the room, never from the file it lies in."""
    through_the_window = []
    for path in FILES:
        inside = path.relative_to(PACKAGE).parts
        room = inside[0] if len(inside) > 1 else ""
        for line, module in imported(path):
            _, other, *deeper = module.split(".")
            if other in ROOMS and other != room and deeper:
                through_the_window.append(f"{path.relative_to(PACKAGE)}:{line} {module}")
    assert through_the_window == []


def test_two_levels_at_most() -> None:
    assert max(len(path.relative_to(PACKAGE).parts) for path in FILES) <= 3


@pytest.mark.parametrize("room", ROOMS)
def test_no_file_is_named_like_its_folder_or_like_a_public_function(room: str) -> None:
    """``import tallyverify.room.file as m`` must yield a file, not a function of that name."""
    exported = import_module(f"tallyverify.{room}")
    functions = {n for n in exported.__all__ if inspect.isfunction(getattr(exported, n))}
    for path in (PACKAGE / room).rglob("*"):
        if path.suffix == ".py" and path.stem != "__init__":
            assert path.stem != path.parent.name, path
            assert path.parent != PACKAGE / room or path.stem not in functions, path
        if path.is_dir():
            assert path.name not in functions, path


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for(room: str) -> None:
    assert import_module(f"tallyverify.{room}").__doc__


def test_a_room_is_no_file_and_no_hall() -> None:
    """At most a dozen or so files in a folder; each short enough to be read at one sitting."""
    folders = defaultdict(list)
    for path in FILES:
        if path.stem != "__init__":
            folders[path.parent].append(path)
    assert {folder.name: len(files) for folder, files in folders.items() if len(files) > 15} == {}
