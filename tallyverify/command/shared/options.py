"""Arguments and options that commands take."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from tallyverify.errors import shown
from tallyverify.language import Language, told


def _seed(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", str(text)):
        wrong = told(
            "{value} is not a whole number from 0 to {most}",
            value=shown(text),
            most=str(10**18 - 1),
        )
        raise typer.BadParameter(str(wrong))
    return int(text)


CaseFolder = Annotated[
    Path | None, typer.Argument(help=told("Folder with a case.json."), show_default=False)
]
ActasFile = Annotated[
    Path | None,
    typer.Option(
        help=told("File, folder or pattern of actas, instead of the case's."), show_default=False
    ),
]
ContestFile = Annotated[
    Path | None, typer.Option(help=told("Contest file (JSON)."), show_default=False)
]
DeclaredFile = Annotated[
    Path | None,
    typer.Option(
        help=told("Declared result (JSON), or JSON that names a table beside it and its mapping."),
        show_default=False,
    ),
]
RegistryFile = Annotated[
    Path | None,
    typer.Option(help=told("File, folder or pattern of the register."), show_default=False),
]
MappingFile = Annotated[
    Path | None, typer.Option(help=told("Mapping (JSON) for --actas."), show_default=False)
]
SeedNumber = Annotated[
    int, typer.Option(help=told("Seed of every random draw."), parser=_seed, metavar="N")
]

TargetFolder = Annotated[Path, typer.Argument(help=told("Folder that the case is written to."))]
StationCount = Annotated[
    int | None, typer.Option(help=told("How many stations."), show_default="1000", metavar="N")
]
LikeFolder = Annotated[
    Path | None,
    typer.Option(help=told("Folder of a case whose structure is kept."), show_default=False),
]
AlterList = Annotated[
    list[str] | None,
    typer.Option(
        help=told(
            "Alter a share of the stations; may be repeated. NAME: stuffing (ballots of "
            "non-voters), extreme (nearly all of them), moved (votes between candidates), swapped "
            "(two tallies exchanged), targets (round percentages), digits (invented), copied (of "
            "another sheet), typed (declared results from percentages), withheld (sheets hidden by "
            "their result)."
        ),
        metavar="NAME=DOSE",
        show_default=False,
    ),
]
Favoured = Annotated[
    str | None,
    typer.Option(help=told("Whom the alterations favour."), show_default=told("the leader")),
]
TargetsOf = Annotated[
    Literal["turnout", "share"] | None,
    typer.Option(
        help=told(
            "What the percentages of --alter targets are of: turnout, or the share of the valid "
            "votes."
        ),
        show_default="turnout",
    ),
]
Replace = Annotated[bool, typer.Option("--force", help=told("Replace a case that stands there."))]


class Format(StrEnum):
    """How a result is printed."""

    terminal = "terminal"
    json = "json"


class ReportFormat(StrEnum):
    """How a report is printed: all of it, or its findings (csv)."""

    terminal = "terminal"
    json = "json"
    markdown = "markdown"
    csv = "csv"


class FailOn(StrEnum):
    """The weakest verdict that ends in exit code 1."""

    contradicted = "contradicted"
    improbable = "improbable"
    discrepant = "discrepant"
    none = "none"

    def fails(self, verdict: str) -> bool:
        """Whether a verdict ends in 1."""
        stronger = list(FailOn)[: list(FailOn).index(self) + 1]
        return self is not FailOn.none and verdict in stronger


What = Annotated[Format, typer.Option(help=told("What to print."))]
ReportWhat = Annotated[
    ReportFormat, typer.Option(help=told("What to print; csv holds the findings alone."))
]
Lang = Annotated[
    Language | None,
    typer.Option(
        help=told(
            "Language of all text; without it that of the screen is the environment's, and that "
            "of files is English, or what case.json says."
        ),
        show_default=False,
    ),
]
"""The module ``screen`` reads it before the parser, for the screen; files ask it here."""
