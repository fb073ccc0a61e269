"""The command line: parses, calls, renders."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from tallyverify._version import __version__
from tallyverify.errors import InputError, TallyVerifyError

if TYPE_CHECKING:
    from tallyverify.report import Report

__all__ = ["app", "main"]

app = typer.Typer(
    name="tallyverify",
    help="Hold a declared election result against the polling-station tally sheets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
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
    case = "case"
    mapping = "mapping"
    registry = "registry"


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tallyverify {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


_File = Annotated[Path | None, typer.Option(show_default=False)]


@app.command()
def verify(
    case: Annotated[
        Path | None, typer.Argument(help="Folder with a case.json.", show_default=False)
    ] = None,
    actas: Annotated[
        Path | None, typer.Option(help="File of actas, instead of the case's.", show_default=False)
    ] = None,
    contest: Annotated[
        Path | None, typer.Option(help="Contest file (JSON).", show_default=False)
    ] = None,
    declared: Annotated[
        Path | None, typer.Option(help="Declared result (JSON).", show_default=False)
    ] = None,
    registry: Annotated[
        Path | None, typer.Option(help="Register of stations.", show_default=False)
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping (JSON) for --actas.", show_default=False)
    ] = None,
    checks: Annotated[
        str | None,
        typer.Option(help="Families and codes, joined by commas.", show_default="all"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for report.json and report.html.", show_default=False),
    ] = None,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.terminal,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.", min=0)] = 0,
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.en,
) -> None:
    """Verify a case: are the sheets sound, and can the declared result be true?

    Exit 0: nothing at contradiction or improbable. 1: something is. 2: input that cannot be read.
    """
    from tallyverify.case import load_case
    from tallyverify.verify import verify as run

    if out is not None and out.exists() and not out.is_dir():
        raise InputError("--out names a file, a folder is expected", file=out.name)
    with _progress() as progress:
        loaded = load_case(
            case,
            actas=actas,
            contest=contest,
            declared=declared,
            registry=registry,
            mapping=mapping,
            seed=seed,
        )
        report = run(loaded, checks=checks, progress=progress)
    if out is not None:
        _write(report, out)
    if format is Format.json:
        sys.stdout.write(report.to_json())
    else:
        from rich.console import Console

        from tallyverify.report.terminal import render

        render(report, Console(highlight=False, soft_wrap=False))
        if out is not None:
            typer.echo(f"\nwritten: {out / 'report.json'}, {out / 'report.html'}")
    raise typer.Exit(report.exit_code)


def _write(report: Report, out: Path) -> None:
    html, text = report.to_html(), report.to_json()
    from tallyverify.report.model import write_whole

    write_whole(out / "report.json", text)
    write_whole(out / "report.html", html)


@app.command()
def checks() -> None:
    """List every check: code, rung, what it needs and assumes."""
    from rich.console import Console
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
    Console().print(table)


@app.command()
def schema(document: Annotated[Schema, typer.Argument(help="Which document.")]) -> None:
    """Print the JSON Schema of a document."""
    from tallyverify.schemas import json_schema

    typer.echo(json.dumps(json_schema(document.value), indent=2, ensure_ascii=False))


def _progress() -> Any:
    from tallyverify.progress import Reporter

    return Reporter()


def main() -> NoReturn:
    """Run the command line; input that cannot be read ends in one message and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(standalone_mode=True)
    except TallyVerifyError as error:
        from tallyverify.report.safe import printable

        lines = [printable(line) for line in str(error).splitlines()]
        sys.stderr.write("error: " + "\n".join(lines) + "\n")
        sys.exit(2)
    except OSError as error:
        name = Path(str(error.filename)).name if error.filename else "file"
        sys.stderr.write(f"error: {name}: {error.strerror}\n")
        sys.exit(2)
    except MemoryError:
        sys.stderr.write("error: not enough memory; convert the actas to Parquet\n")
        sys.exit(2)
    sys.exit(0)


if __name__ == "__main__":
    main()
