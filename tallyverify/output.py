"""Where output goes: files in a folder, text on the standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tallyverify.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console


def places_in(out: Path, names: Sequence[str]) -> list[Path]:
    """Return where files go, or say early that they cannot go there.

    Raises
    ------
    InputError
        If the folder cannot be made or written to, or a folder stands in a file's place.
    """
    places = [out / name for name in names]
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not there.is_dir():
        raise InputError(
            "--out names a file, or a place inside one" if there != out else "--out names a file",
            file=there.name,
            found="a file",
            expected="a folder, or a name that is still free",
            hint=f"--out {there.name}-report",
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(
            "--out names a folder that cannot be written to",
            file=there.name,
            found="no permission to write there",
            expected="a folder of yours",
            hint="--out out",
        )
    for place in places:
        if place.is_dir():
            raise InputError(
                "a folder stands where the report would be written",
                file=place.name,
                found="a folder",
                expected="a file, or nothing",
                hint="move it away, or name another folder with --out",
            )
    return places


def drawn(draw: Callable[[Console], None]) -> str:
    """Return what is drawn on a console like the standard output, so that it is written once."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as captured:
        draw(console)
    return captured.get()


def say(text: str, encoding: str | None = None) -> None:
    """Write to the standard output; a reader who has seen enough and closes it is no error."""
    try:
        if encoding is None:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
