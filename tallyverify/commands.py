"""The commands: each parses, calls, renders, and says when it is done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallyverify._version import __version__
from tallyverify.errors import printable
from tallyverify.options import (
    ActasFile,
    AlterList,
    CaseFolder,
    ContestFile,
    DeclaredFile,
    Favoured,
    LikeFolder,
    MappingFile,
    RegistryFile,
    Replace,
    SeedNumber,
    StationCount,
    TargetFolder,
    TargetsOf,
)
from tallyverify.output import Done, drawn, places_in, say
from tallyverify.progress import Reporter

if TYPE_CHECKING:
    from tallyverify.case import Case

app = typer.Typer(
    name="tallyverify",
    help="Hold a declared election result against the polling-station tally sheets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Format(StrEnum):
    """How the report is printed."""

    terminal = "terminal"
    json = "json"


class Language(StrEnum):
    """Languages that the report is written in."""

    en = "en"


class Schema(StrEnum):
    """Documents that have a published JSON Schema."""

    acta = "acta"
    contest = "contest"
    declared = "declared"
    report = "report"
    estimate = "estimate"
    case = "case"
    mapping = "mapping"
    registry = "registry"


def _version(asked: bool) -> None:
    if asked:
        say(f"tallyverify {__version__}\n")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


What = Annotated[Format, typer.Option(help="What to print.")]
Lang = Annotated[Language, typer.Option(help="Language of the report.")]


@app.command()
def verify(
    case: CaseFolder = None,
    actas: ActasFile = None,
    contest: ContestFile = None,
    declared: DeclaredFile = None,
    registry: RegistryFile = None,
    mapping: MappingFile = None,
    checks: Annotated[
        str | None,
        typer.Option(help="Families and codes, joined by commas.", show_default="all"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for report.json, report.html and made_with.json.", show_default=False
        ),
    ] = None,
    format: What = Format.terminal,
    seed: SeedNumber = 0,
    lang: Lang = Language.en,
) -> Done:
    """Verify a case: are the sheets sound, and can the declared result be true?

    Exit 0: nothing at contradiction or improbable. 1: something is. 2: input that cannot be read.
    """
    from tallyverify.checks import select
    from tallyverify.report.made_with import made_with
    from tallyverify.run import verify as run
    from tallyverify.whole import write_whole

    select(checks)  # what cannot be answered is refused before anything is read
    names = ("report.json", "report.html", "made_with.json")
    places = places_in(out, names) if out is not None else []
    with Reporter() as progress:
        loaded = _case(case, actas, contest, declared, registry, mapping, seed=seed)
        report = run(loaded, checks=checks, progress=progress)
    if places:
        texts = (report.to_json(), report.to_html(), made_with())
        write_whole(dict(zip(places, texts, strict=True)))
    if format is Format.json:
        say(report.to_json(), encoding="utf-8", written=bool(places))
    else:
        from tallyverify.report.terminal import render

        text = drawn(lambda console: render(report, console)) + _written(places)
        say(text, written=bool(places))
    return Done(report.exit_code)


@app.command()
def estimate(
    case: CaseFolder = None,
    actas: ActasFile = None,
    contest: ContestFile = None,
    declared: DeclaredFile = None,
    registry: RegistryFile = None,
    mapping: MappingFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for estimate.json, the figures and made_with.json.", show_default=False
        ),
    ] = None,
    format: What = Format.terminal,
    seed: SeedNumber = 0,
    lang: Lang = Language.en,
) -> Done:
    """Estimate the whole count from the stations seen, with a backtest of the intervals.

    Exit 0: an estimate, or the reason why there is none. 2: input that cannot be read.
    """
    from tallyverify.report.figures import FIGURES, figures
    from tallyverify.report.made_with import made_with
    from tallyverify.run import estimate_case
    from tallyverify.whole import write_whole

    names = ["estimate.json", "made_with.json", *(f"{name}.svg" for name in FIGURES)]
    places = places_in(out, names) if out is not None else []
    with Reporter() as progress:
        loaded = _case(case, actas, contest, declared, registry, mapping, seed=seed)
        found = estimate_case(loaded, progress=progress)
    text = found.estimate.to_json()
    files: dict[Path, str] = {}
    if places:
        made = {"estimate": text, "made_with": made_with(), **figures(found)}
        files = {place: made[place.stem] for place in places if place.stem in made}
        write_whole(files)
    if format is Format.json:
        say(text, encoding="utf-8", written=bool(files))
        return Done()
    from tallyverify.report.estimated import render

    say(drawn(lambda console: render(found, console)) + _written(files), written=bool(files))
    return Done()


@app.command()
def simulate(
    out: TargetFolder,
    stations: StationCount = None,
    like: LikeFolder = None,
    seed: SeedNumber = 0,
    alter: AlterList = None,
    candidate: Favoured = None,
    targets_of: TargetsOf = None,
    force: Replace = False,
) -> Done:
    """Simulate a case: sheets, register and declared result, with the truth in truth.csv.

    The declared result is the sum of the sheets as altered. Exit 2: it cannot be written.
    """
    from tallyverify.simulate.command import simulate as run

    say(
        run(
            out,
            stations=stations,
            like=like,
            seed=seed,
            alter=alter or (),
            candidate=candidate,
            targets_of=targets_of,
            force=force,
        ),
        written=True,
    )
    return Done()


def _case(folder: Path | None, *files: Path | None, seed: int) -> Case:
    from tallyverify.case import load_case

    roles = ("actas", "contest", "declared", "registry", "mapping")
    return load_case(folder, seed=seed, **dict(zip(roles, files, strict=True)))


def _written(places: Iterable[Path]) -> str:
    """Return the line that names the files written; nothing where none were."""
    names = ", ".join(printable(str(place)) for place in places)
    return f"\nwritten: {names}\n" if names else ""


@app.command()
def checks() -> Done:
    """List every check: code, rung, what it needs and assumes."""
    from rich.table import Table

    from tallyverify.checks import catalogue

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("code", "check", "family", "highest rung", "needs", "assumes"):
        table.add_column(name, overflow="fold", no_wrap=name in ("code", "family"))
    for check in catalogue():
        table.add_row(
            check.code,
            check.name,
            check.family,
            str(check.evidence),
            check.needs,
            check.assumptions,
        )
    say(drawn(lambda console: console.print(table)))
    return Done()


@app.command()
def schema(document: Annotated[Schema, typer.Argument(help="Which document.")]) -> Done:
    """Print the JSON Schema of a document."""
    from tallyverify.schemas import json_schema

    say(json.dumps(json_schema(document.value), indent=2) + "\n")
    return Done()
