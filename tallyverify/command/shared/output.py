"""Where output goes: files in a folder, text on the standard output."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tallyverify.errors import InputError, printable
from tallyverify.language import enumerated, told

if TYPE_CHECKING:
    from rich.console import Console

    from tallyverify.case import Case


@dataclass(frozen=True)
class Done:
    """What a command returns once it has computed and delivered all that was asked."""

    code: int = 0  # the exit code: 1 only for a verdict, a certificate, a report, --check or a scan


class Closed(io.TextIOWrapper):
    """Stands in for a standard stream that was closed before we began (``>&-``)."""

    def __init__(self) -> None:
        super().__init__(io.FileIO(os.devnull, "w"), encoding="utf-8", write_through=True)


def places_in(out: Path, names: Sequence[str]) -> list[Path]:
    """Return where files go, or say early that they cannot go there."""
    places = [out / name for name in names]
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not there.is_dir():
        raise InputError(
            told("--out names a file")
            if there == out
            else told("--out names a file, or a place inside one"),
            file=there.name,
            found=told("a file"),
            expected=told("a folder, or a name that is still free"),
            hint=f"--out {there.name}-report",
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(
            told("--out names a folder that cannot be written to"),
            file=there.name,
            found=told("no permission to write there"),
            expected=told("a folder of yours"),
            hint="--out out",
        )
    for place in places:
        if place.is_dir():
            raise InputError(
                told("a folder stands where the report would be written"),
                file=place.name,
                found=told("a folder"),
                expected=told("a file, or nothing"),
                hint=told("move it away, or name another folder with --out"),
            )
    return places


def captured(draw: Callable[[Console], None]) -> str:
    """Return what is drawn on a console like the standard output, so that it is written once."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as captured:
        draw(console)
    return captured.get()


def say(text: str, encoding: str | None = None, *, written: bool = False) -> None:
    """Write to the standard output; a reader who has seen enough and closes it is no error.

    Where files hold the text already (``written``) it is delivered even if nothing can be printed.
    """
    if not written:
        check_open()
    try:
        if encoding is None:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        let_go(sys.stdout)


def check_open() -> None:
    """Refuse a standard output that was closed before we began: it delivers to nobody."""
    if isinstance(sys.stdout, Closed):
        raise InputError(
            told("nothing can be printed"),
            file=told("output"),
            found=told("a standard output that is closed"),
            expected=told("a place to print to"),
            hint=told(">/dev/null, if only the exit code matters"),
        )


def let_go(stream: TextIO) -> None:
    """Send what a stream did not take to nowhere, or Python tries again and ends in 120."""
    with suppress(Exception):  # a stream of a test has no file below it
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def case_of(
    folder: Path | None, *files: Path | None, seed: int, second_reading: bool = False
) -> Case:
    """Return the case of a folder, of files, or of a folder with files of its own replaced."""
    from tallyverify.case import load_case

    roles = ("actas", "contest", "declared", "registry", "mapping")
    named = dict(zip(roles, files, strict=True))
    return load_case(folder, seed=seed, second_reading=second_reading, **named)


def written_line(places: Iterable[Path]) -> str:
    """Return the line that names the files written; nothing where none were."""
    names = [printable(str(place)) for place in places]
    line = told("written: {files}", files=enumerated(names))
    return f"\n{line}\n" if names else ""
