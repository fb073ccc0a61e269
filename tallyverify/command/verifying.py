"""The command ``tallyverify verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallyverify.command.shared.options import (
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
from tallyverify.command.shared.output import Done, captured, case_of, places_in, say, written_line
from tallyverify.language import spoken, told
from tallyverify.progress import Reporter

if TYPE_CHECKING:
    from rich.console import Console


_FILES = (
    *("report.json", "report.html", "left_out.csv", "made_with.json", "certificate.json"),
    *("reconcile.json", "worklist.csv"),
)


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
                "Folder for report.json, report.html, left_out.csv, made_with.json, of what is "
                "proved certificate.json, and of captures reconcile.json and worklist.csv."
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
    second_reading: Annotated[
        bool,
        typer.Option(
            "--second-reading",
            help=told(
                "Read the files by other libraries, too, and compare them cell by cell (T218)."
            ),
        ),
    ] = False,
    lang: Lang = None,
) -> Done:
    """Verify a case."""
    from tallyverify.atomic_write import write_whole
    from tallyverify.engine import select
    from tallyverify.engine import verify as run
    from tallyverify.reconcile import read_worklist, worklist_csv
    from tallyverify.report import made_with

    if verbose and quiet:
        raise typer.BadParameter(str(told("--verbose and --quiet exclude each other")))
    select(checks)  # what cannot be answered is refused before anything is read
    places = places_in(out, _FILES) if out is not None else []
    with Reporter() as progress:
        loaded = case_of(
            *(case, actas, contest, declared, registry, mapping),
            seed=seed,
            second_reading=second_reading,
        )
        if places and loaded.captures and places[-1].is_file():
            read_worklist(places[-1])  # one that cannot be read is refused before the work
        report = run(loaded, checks=checks, progress=progress, certify=bool(places), language=lang)
    if places:
        proof = report.certificate.to_json() if report.certificate is not None else None
        held = report.captures
        pairs = held.to_json() if held is not None else None
        report_texts = [report.to_json(), report.to_html(), report.left_out_csv()]
        texts = [*report_texts, made_with(), proof, pairs]
        # A worklist that somebody wrote on is never taken away.
        if held is not None:
            # As it is by now: nothing that a clerk wrote meanwhile may be lost.
            before = read_worklist(places[-1]) if places[-1].is_file() else ()
            texts.append(worklist_csv(held.pairs, before))
        files = dict(zip(places, texts, strict=False))
        # What a clerk wrote on goes first: whatever kills the run, the first is never missing.
        write_whole({at: files[at] for at in (places[-1], *places[:-1]) if at in files})
        places = [place for place, text in files.items() if text is not None]
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
