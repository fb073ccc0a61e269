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
    from tallyverify.proposals import differences, name_of, propose_files

    folder = out or Path(f"{name_of(files[:1])}-case")
    proposal = propose_files(files)
    if check:
        found = differences(proposal, folder)
        say("".join(f"{printable(one)}\n" for one in found) or "the case says the same\n")
        return Done(1 if found else 0)
    places_in(folder, ())
    written = proposal.write(folder)
    say(str(proposal) + written_line(written), written=True)
    return Done()
