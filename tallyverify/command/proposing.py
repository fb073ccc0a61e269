"""The command ``tallyverify init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallyverify.command.shared.options import Lang
from tallyverify.command.shared.output import Done, places_in, say, written_line
from tallyverify.errors import printable
from tallyverify.language import speaking, told


def init_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            help=told("Files of sheets with the same columns; a folder, a pattern, an archive."),
            metavar="FILE…",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help=told("Folder that the case is written to."),
            show_default=told("named like the first file, or its folder, with -case"),
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help=told("Only compare with the case that is there already.")),
    ] = False,
    lang: Lang = None,
) -> Done:
    """Propose a case for files of sheets."""
    from tallyverify.proposals import differences, name_of, propose_files

    folder = out or Path(f"{name_of(files[:1])}-case")
    proposal = propose_files(files)
    if check:
        found = differences(proposal, folder)
        same = told("the case says the same")
        say("".join(f"{printable(one)}\n" for one in found or [same]))
        return Done(1 if found else 0)
    places_in(folder, ())
    with speaking(lang or "en"):
        written = proposal.write(folder)
    say(str(proposal) + written_line(written), written=True)
    return Done()
