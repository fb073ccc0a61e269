"""The command ``tallyverify verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallyverify.command.options import (
    ActasFile,
    CaseFolder,
    ContestFile,
    DeclaredFile,
    FailOn,
    Lang,
    MappingFile,
    RegistryFile,
    ReportFormat,
    ReportWhat,
    SeedNumber,
)
from tallyverify.command.output import Done, captured, case_of, places_in, say, written_line
from tallyverify.language import spoken, told
from tallyverify.progress import Reporter

if TYPE_CHECKING:
    from rich.console import Console


def verify_command(
    case: CaseFolder = None,
    actas: ActasFile = None,
    contest: ContestFile = None,
    declared: DeclaredFile = None,
    registry: RegistryFile = None,
    mapping: MappingFile = None,
    checks: Annotated[
        str | None,
        typer.Option(help=told("Families and codes, joined by commas."), show_default=told("all")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=told(
                "Folder for report.json, report.html, made_with.json and, of what is proved, "
                "certificate.json."
            ),
            show_default=False,
        ),
    ] = None,
    format: ReportWhat = ReportFormat.terminal,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help=told("Print all of the report."))
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help=told("Print the verdict in one line."))
    ] = False,
    fail_on: Annotated[
        FailOn, typer.Option(help=told("The weakest verdict that ends in exit code 1."))
    ] = FailOn.improbable,
    seed: SeedNumber = 0,
    lang: Lang = None,
) -> Done:
    """Verify a case."""
    from tallyverify.atomic_write import write_whole
    from tallyverify.engine import select
    from tallyverify.engine import verify as run
    from tallyverify.report import made_with

    if verbose and quiet:
        raise typer.BadParameter(str(told("--verbose and --quiet exclude each other")))
    select(checks)  # what cannot be answered is refused before anything is read
    names = ("report.json", "report.html", "made_with.json", "certificate.json")
    places = places_in(out, names) if out is not None else []
    with Reporter() as progress:
        loaded = case_of(case, actas, contest, declared, registry, mapping, seed=seed)
        report = run(loaded, checks=checks, progress=progress, certify=bool(places), language=lang)
    if places:
        proof = report.certificate.to_json() if report.certificate is not None else None
        texts = (report.to_json(), report.to_html(), made_with(), proof)
        write_whole(dict(zip(places, texts, strict=True)))
        places = places[: None if proof is not None else -1]
    if format is not ReportFormat.terminal:
        written = {
            ReportFormat.json: report.to_json,
            ReportFormat.markdown: report.to_markdown,
            ReportFormat.csv: report.to_csv,
        }
        say(written[format](), encoding="utf-8", written=bool(places))
    else:
        from tallyverify.report import render, render_brief, verdict_line

        shown = report.in_language(spoken())

        def draw(console: Console) -> None:
            if quiet:
                console.print(verdict_line(shown))
            else:
                (render if verbose else render_brief)(shown, console)

        text = captured(draw) + ("" if quiet else written_line(places))
        say(text, written=bool(places))
    return Done(int(fail_on.fails(report.verdict)))
