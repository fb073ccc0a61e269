"""The command ``tallyverify fetch``."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from tallyverify.command.shared.options import Lang
from tallyverify.command.shared.output import Done, places_in, say
from tallyverify.errors import printable
from tallyverify.language import formula, told
from tallyverify.progress import Reporter


def fetch_command(
    name: Annotated[
        str | None,
        typer.Argument(
            help=told("Name of a data set; without it they are listed."), show_default=False
        ),
    ] = None,
    copies: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help=told(
                "A copy of a file that you have, under whatever name; may be repeated. Nothing is "
                "downloaded then."
            ),
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help=told("Folder that the case is written to."), show_default=False),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            help=told("Folder that fetched files are kept in."),
            show_default=told("TALLYVERIFY_CACHE, or the system's"),
        ),
    ] = None,
    lang: Lang = None,
) -> Done:
    """Fetch published sheets."""
    from tallyverify.datasets import check_free, fetch, known_set

    if name is None:
        if copies or out or cache:
            raise typer.BadParameter(str(told("a name is missing; tallyverify fetch lists them")))
        _say(_list())
        return Done()
    if out is not None:  # what cannot be written is refused before anything is fetched
        places_in(out, ())
        check_free(known_set(name), out)
    with Reporter() as progress:
        found = fetch(name, from_file=copies, cache=cache, progress=progress)
    case = found.case if out is None else found.write(out)[-1]
    at_hand = {path.name for path in found.files}
    lines = [
        *found.notes,
        *(file.described() for file in found.known.files if file.name in at_hand),
        told("case: {place}", place=str(case)),
        told("next: tallyverify verify {case}", case=shlex.quote(str(case))),
    ]
    _say(lines, written=True)
    return Done()


def _list() -> Iterator[str]:
    """Yield what can be fetched, line by line."""
    from tallyverify.datasets import DATASETS

    for known in DATASETS.values():
        yield formula("{name}: {about}", name=known.name, about=known.about)
        for file in known.files:
            yield formula("  {file}", file=file.described())
            yield formula("    {about}", about=file.about)
            yield formula("    {address}", address=file.address)


def _say(lines: Iterable[str], written: bool = False) -> None:
    say("".join(f"{printable(line)}\n" for line in lines), written=written)
