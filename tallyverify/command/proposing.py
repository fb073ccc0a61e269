"""The command ``tallyverify init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallyverify.command.output import Done, places_in, say, written_line
from tallyverify.errors import printable


def init_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Files of sheets with the same columns; a folder, a pattern, an archive.",
            metavar="FILE…",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder that the case is written to.",
            show_default="named like the first file, or its folder, with -case",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare with the case that is there already.")
    ] = False,
) -> Done:
    """Propose a case for files of sheets: mapping, contest, and what to ask.

    Nothing is overwritten. Exit 0: written, or (--check) the case says the same. 1: --check, and
    it says something else. 2: a file cannot be read, or the case is there already.
    """
    from tallyverify.proposals import differences, propose_files

    folder = out or Path(f"{_name_of(files[0])}-case")
    proposal = propose_files(files)
    if check:
        found = differences(proposal, folder)
        say("".join(f"{printable(one)}\n" for one in found) or "the case says the same\n")
        return Done(1 if found else 0)
    places_in(folder, ())
    written = proposal.write(folder)
    say(str(proposal) + written_line(written), written=True)
    return Done()


def _name_of(path: Path) -> str:
    """Return the name of a file; of a pattern, that of the folder or archive it is in."""
    if path.exists():
        return path.name.split(".")[0] or "actas"
    plain = (one.name for one in (path, *path.parents) if not {"*", "?"} & set(one.name))
    return next(plain, "").split(".")[0] or "actas"
