"""The command line: parses, calls, renders."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from tallyverify._version import __version__
from tallyverify.errors import InputError, TallyVerifyError, printable, shown
from tallyverify.progress import Reporter

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["app", "main"]

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


def _seed(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", str(text)):
        raise typer.BadParameter(f"{shown(text)} is not a whole number, 0 or more")
    return int(text)


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
    seed: Annotated[
        int, typer.Option(help="Seed of every random draw.", parser=_seed, metavar="N")
    ] = 0,
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.en,
) -> None:
    """Verify a case: are the sheets sound, and can the declared result be true?

    Exit 0: nothing at contradiction or improbable. 1: something is. 2: input that cannot be read.
    """
    from tallyverify.case import load_case
    from tallyverify.checks import select
    from tallyverify.report.model import write_whole
    from tallyverify.run import verify as run

    select(checks)  # what cannot be answered is refused before anything is read
    places = _places(out) if out is not None else []
    with Reporter() as progress:
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
    if places:
        write_whole(dict(zip(places, (report.to_json(), report.to_html()), strict=True)))
    if format is Format.json:
        _say(report.to_json(), encoding="utf-8")
    else:
        from tallyverify.report.terminal import render

        written = f"\nwritten: {', '.join(printable(str(place)) for place in places)}\n"
        _say(_drawn(lambda console: render(report, console)) + (written if places else ""))
    raise typer.Exit(report.exit_code)


def _places(out: Path) -> list[Path]:
    """Return where the reports go, or say early that they cannot go there."""
    places = [out / "report.json", out / "report.html"]
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not there.is_dir():
        raise InputError(
            "--out names a file, or a place inside one" if there != out else "--out names a file",
            file=there.name,
            found="a file",
            expected="a folder, or a name that is still free",
            hint=f"--out {there.name}-report",
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(
            "--out names a folder that cannot be written to",
            file=there.name,
            found="no permission to write there",
            expected="a folder of yours",
            hint="--out out",
        )
    for place in places:
        if place.is_dir():
            raise InputError(
                "a folder stands where the report would be written",
                file=place.name,
                found="a folder",
                expected="a file, or nothing",
                hint="move it away, or name another folder with --out",
            )
    return places


def _drawn(draw: Callable[[Console], None]) -> str:
    """Return what is drawn on a console like the standard output, so that it is written once."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as captured:
        draw(console)
    return captured.get()


def _say(text: str, encoding: str | None = None) -> None:
    """Write to the standard output; a reader who has seen enough and closes it is no error."""
    try:
        if encoding is None:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.command()
def checks() -> None:
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
    _say(_drawn(lambda console: console.print(table)))


@app.command()
def schema(document: Annotated[Schema, typer.Argument(help="Which document.")]) -> None:
    """Print the JSON Schema of a document."""
    from tallyverify.schemas import json_schema

    _say(json.dumps(json_schema(document.value), indent=2) + "\n")


def main() -> NoReturn:
    """Run the command line; input that cannot be read ends in one message and exit code 2."""
    # Started without them (>&-), Python has none.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="tallyverify")
    except TallyVerifyError as error:
        _refuse(str(error))
    except OSError as error:
        name = printable(Path(os.fsdecode(error.filename)).name) if error.filename else "output"
        _refuse(f"{name}: {error.strerror}")
    except MemoryError:
        _refuse("not enough memory; convert the actas to Parquet")
    except Exception as error:  # a traceback would end in exit code 1: "something contradicts"
        if os.environ.get("TALLYVERIFY_TRACEBACK"):
            raise
        what = printable(f"{type(error).__name__}: {error}")[:200]
        _refuse(
            "a defect of tallyverify; nothing was concluded\n"
            f"  found: {what}\n"
            "  try: report it, with the traceback that TALLYVERIFY_TRACEBACK=1 shows"
        )
    sys.exit(0)


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"error: {message}\n")
    sys.exit(2)


if __name__ == "__main__":
    main()
