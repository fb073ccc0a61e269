"""The folder that fetched files are kept in, and what stands there already."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from tallyverify.errors import InputError
from tallyverify.language import formula, told
from tallyverify.readers import digest

VARIABLE = "TALLYVERIFY_CACHE"
"""The environment variable that names another folder."""


def pooch_library() -> Any:
    """Return the library that downloads.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return import_module("pooch")
    except ImportError:
        raise InputError(
            told("data sets are fetched with a library that is not installed"),
            found=told("no pooch"),
            expected=told("the extra 'datasets'"),
            hint=told(
                'pip install "tallyverify[datasets]"; or, with copies of the files, name a folder '
                "for them with --cache or {variable}, and the copies with --from",
                variable=VARIABLE,
            ),
        ) from None


def cache_folder(given: str | Path | None) -> Path:
    """Return the folder of the cache: as given, of the environment, or the system's.

    Raises
    ------
    InputError
        If it cannot be a folder.
    """
    asked = given if given is not None else os.environ.get(VARIABLE)
    folder = Path(asked) if asked else Path(pooch_library().os_cache("tallyverify"))
    folder = Path(os.path.expanduser(folder))
    with cache_trouble(folder):
        check_folder(folder)
    return folder


def check_folder(folder: Path) -> None:
    """Raise an InputError if a file stands where a folder of the cache would be."""
    if "\0" in str(folder):
        raise _unusable(folder, told("a sign that no path has"))
    places = (folder, *folder.absolute().parents)
    there = next(one for one in places if one.exists() or one.is_symlink())
    if not there.is_dir():
        raise _unusable(folder, told("{name} is no folder", name=there.name))


@contextmanager
def cache_trouble(folder: Path) -> Iterator[None]:
    """Tell what the system refuses to do in the cache."""
    try:
        yield
    except OSError as error:
        raise _unusable(folder, reason(error)) from None


def _unusable(folder: Path, why: str) -> InputError:
    return InputError(
        told("the cache cannot be used"),
        found=formula("{folder}: {why}", folder=near_home(folder), why=why),
        expected=told("a folder of yours, with room for the files"),
        hint=told("name another with --cache FOLDER, or in {variable}", variable=VARIABLE),
    )


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that led to it, the first of them last."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def of_the_system(error: BaseException) -> str | None:
    """Return what the system said, where an error goes back to that."""
    said = [one.strerror for one in _led_to(error) if isinstance(one, OSError) and one.strerror]
    return said[-1] if said else None


def reason(error: BaseException) -> str:
    """Return what the system said, or what kind of error an error goes back to."""
    return of_the_system(error) or type(list(_led_to(error))[-1]).__name__


def near_home(path: Path) -> str:
    """Return a path as people write it: from their home, where it lies there."""
    home = os.path.expanduser("~")
    return os.path.join("~", path.relative_to(home)) if path.is_relative_to(home) else str(path)


def digest_of(path: Path) -> str | None:
    """Return the SHA-256 of a file, nothing where there is none.

    Raises
    ------
    InputError
        If what stands there is no file.
    """
    if not path.exists():
        return None
    if not path.is_file():
        raise InputError(
            told("something stands where the file would be"),
            file=path.name,
            found=told("a folder") if path.is_dir() else told("no file"),
            expected=told("a file, or nothing"),
            hint=told("move it away"),
        )
    return digest(path)
