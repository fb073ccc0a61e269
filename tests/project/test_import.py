"""The public surface: light to import, all of it named, all of it explained."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import tallyverify as tv

HEAVY = ("pandas", "numpy", "scipy", "pyarrow", "pydantic", "typer", "rich", "jinja2")
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(tv.__path__, "tallyverify.")
    if not any(part.startswith("_") for part in module.name.split("."))
)

ROOMS = sorted(
    module.name for module in pkgutil.iter_modules(tv.__path__, "tallyverify.") if module.ispkg
)


def loaded_by(code: str) -> set[str]:
    """Return the heavy packages that a fresh interpreter holds after some code."""
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stdout.split()) & set(HEAVY)


def test_the_import_is_light() -> None:
    assert loaded_by("import tallyverify as tv; tv.__version__; dir(tv); tv.__all__") == set()
    assert loaded_by("from tallyverify import InputError") == set()
    assert loaded_by("import tallyverify.command") == {"typer"}
    assert loaded_by("from tallyverify import Report, json_schema") == {"pydantic"}
    assert "pandas" in loaded_by("from tallyverify import verify")


def test_models_need_no_tables() -> None:
    assert loaded_by("from tallyverify import Contest, Declared, Mapping") == {"pydantic"}


def test_everything_public_is_there() -> None:
    assert len(set(tv.__all__)) == len(tv.__all__)
    assert list(tv.__all__) == sorted(tv.__all__)
    assert dir(tv) == sorted(tv.__all__)
    for name in tv.__all__:
        assert getattr(tv, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'verfy'"):
        _ = tv.verfy


def test_no_module_hides_a_public_name() -> None:
    """Importing a submodule sets it on the package: it must not be named like a function."""
    submodules = {name.removeprefix("tallyverify.") for name in MODULES}
    assert submodules & set(tv.__all__) == {
        *("compare", "datasets", "forensics", "inference", "reconcile", "simulate"),
    }


def test_types_see_what_runs() -> None:
    """The imports for type checkers and the lazy ones name the same things."""
    tree = ast.parse(inspect.getsource(tv))
    typed = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(typed) == set(tv.__all__) - {"__version__"}
    for name, module in typed.items():
        assert module is not None
        home = importlib.import_module(module)
        assert getattr(tv, name) is getattr(home, name)


@pytest.mark.parametrize("name", sorted(set(tv.__all__) - {"__version__"}))
def test_everything_public_is_explained(name: str) -> None:
    thing = getattr(tv, name)
    text = inspect.getdoc(thing) or ""
    assert text
    plain = isinstance(thing, ModuleType) or (
        isinstance(thing, type) and issubclass(thing, enum.Enum | Exception)
    )
    assert plain or "Examples\n--------\n>>>" in text


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_for(name: str) -> None:
    assert importlib.import_module(name).__doc__


@pytest.mark.parametrize("name", ROOMS)
def test_every_room_says_what_is_public(name: str) -> None:
    """What a room exports is public, and explained; nothing else is."""
    room = importlib.import_module(name)
    assert isinstance(room.__all__, list)
    for public in room.__all__:
        thing = getattr(room, public)
        if inspect.isfunction(thing) or inspect.isclass(thing):
            assert inspect.getdoc(thing)


def test_only_rooms_export() -> None:
    modules = [importlib.import_module(name) for name in MODULES]
    exporting = {module.__name__ for module in modules if hasattr(module, "__all__")}
    folders = {module.__name__ for module in modules if hasattr(module, "__path__")}
    assert set(ROOMS) <= exporting <= folders
