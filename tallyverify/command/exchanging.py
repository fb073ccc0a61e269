"""The command ``tallyverify convert``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallyverify.command.shared.options import ContestFile, Lang
from tallyverify.command.shared.output import Done, say, written_line
from tallyverify.errors import printable
from tallyverify.language import told

Source = Annotated[
    Path,
    typer.Argument(
        help=told("File, folder or pattern of sheets, or the folder of a case."), metavar="IN"
    ),
]
Target = Annotated[
    Path,
    typer.Argument(help=told("File to write; with --to case a folder."), metavar="OUT"),
]
SheetsMapping = Annotated[
    Path | None, typer.Option(help=told("Mapping (JSON) of the sheets."), show_default=False)
]
KnownFormat = Annotated[
    str | None,
    typer.Option(
        help=told("Known format of the sheets, such as openelections or brazil-bu."),
        metavar="NAME",
        show_default=False,
    ),
]
RaceNamed = Annotated[
    str | None,
    typer.Option(
        help=told("The race meant, where the file holds several and no contest is given."),
        metavar="TEXT",
        show_default=False,
    ),
]
TargetFormat = Annotated[
    str | None,
    typer.Option(
        help=told("Format to write: csv, jsonl, parquet, nist-json, nist-xml, actasum, or case."),
        metavar="FORMAT",
        show_default=told("by the ending of OUT"),
    ),
]
Over = Annotated[bool, typer.Option("--force", help=told("Replace what stands at OUT."))]


def convert_command(
    source: Source,
    out: Target,
    contest: ContestFile = None,
    mapping: SheetsMapping = None,
    format: KnownFormat = None,
    race: RaceNamed = None,
    to: TargetFormat = None,
    force: Over = False,
    lang: Lang = None,
) -> Done:
    """Write sheets in another format."""
    from tallyverify.case import read_document
    from tallyverify.exchange import convert
    from tallyverify.records import Contest, Mapping

    done = convert(
        source,
        out,
        contest=read_document(contest, Contest, "contest")[0] if contest else None,
        mapping=read_document(mapping, Mapping, "mapping")[0] if mapping else None,
        format=format,
        race=race,
        to=to,
        force=force,
    )
    lines = "".join(f"{printable(line)}\n" for line in str(done).split("\n"))
    say(lines + written_line(done.files), written=True)
    return Done()
