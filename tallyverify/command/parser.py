"""The parser, and every command entered in it."""

from __future__ import annotations

from typing import Annotated

import typer

from tallyverify._version import __version__
from tallyverify.command.certifying import check_certificate_command
from tallyverify.command.estimating import estimate_command
from tallyverify.command.exchanging import convert_command
from tallyverify.command.fetching import fetch_command
from tallyverify.command.listing import checks_command, explain_command, schema_command
from tallyverify.command.proposing import init_command
from tallyverify.command.reconciling import reconcile_command
from tallyverify.command.reproducing import reproduce_command
from tallyverify.command.scanning_codes import scan_command
from tallyverify.command.shared.output import say
from tallyverify.command.simulating import simulate_command
from tallyverify.command.verifying import verify_command
from tallyverify.language import told

app = typer.Typer(
    name="tallyverify",
    help=told("Hold a declared election result against the polling-station tally sheets."),
    no_args_is_help=True,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        say(f"tallyverify {__version__}\n")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help=told("Show the version.")),
    ] = False,
) -> None:
    pass


for name, command, about in (
    (
        "init",
        init_command,
        told(
            "Propose a case for files of sheets: mapping, contest, and what to ask.\n\n"
            "Nothing is overwritten. Exit 0: written, or (--check) the case says the same. "
            "1: --check, and it says something else. 2: a file cannot be read, or the case is "
            "there already."
        ),
    ),
    (
        "verify",
        verify_command,
        told(
            "Verify a case: are the sheets sound, and can the declared result be true?\n\n"
            "Exit 0: nothing at contradiction or improbable; a discrepancy too ends in 0. 1: "
            "something is (--fail-on moves this). 2: input that cannot be read."
        ),
    ),
    (
        "estimate",
        estimate_command,
        told(
            "Estimate the whole count from the stations seen, with a backtest of the intervals.\n\n"
            "Exit 0: an estimate, or the reason why there is none. 2: input that cannot be read."
        ),
    ),
    (
        "reconcile",
        reconcile_command,
        told(
            "Hold two captures of the same stations beside each other: what differs, who gains.\n\n"
            "Exit codes as for verify: 1 only if the case of A declares a result and it is not "
            "true of the captures together; a difference alone ends in 0. 2: input that cannot be "
            "read, or no station in common."
        ),
    ),
    (
        "check-certificate",
        check_certificate_command,
        told(
            "Prove a certificate again: nothing of it is believed but what the case itself says."
            "\n\nExit 0: proved. 1: not proved, with the reason. 2: a file that cannot be read."
        ),
    ),
    (
        "reproduce",
        reproduce_command,
        told(
            "Run a report again, with its checks and its seed, and say what differs.\n\n"
            "Exit 0: nothing. 1: something does, told by version, by file and by key of "
            "report.json. 2: a file that cannot be read."
        ),
    ),
    (
        "scan",
        scan_command,
        told(
            "Read the QR codes of the actas in a folder of pictures and PDF files, into a table."
            "\n\nEach file is read once; a run that was broken off is taken up where it stood. "
            "Exit 0: every page was read. 1: some were not, each with its reason in the record. 2: "
            "none was, or nothing could be done."
        ),
    ),
    (
        "simulate",
        simulate_command,
        told(
            "Simulate a case: sheets, register and declared result, with the truth in truth.csv."
            "\n\nThe declared result is the sum of the sheets as altered. Exit 2: it cannot be "
            "written."
        ),
    ),
    (
        "fetch",
        fetch_command,
        told(
            "Fetch published sheets, and make a case of them with the declared result.\n\n"
            "Each file must have the SHA-256 that is pinned. What was fetched is kept. Exit 2: a "
            "file cannot be had, or is another one."
        ),
    ),
    (
        "convert",
        convert_command,
        told(
            "Write sheets in another format, and say what that has no place for.\n\n"
            "Exit 0: written, whole. 2: input that cannot be read, or written so; then nothing is."
        ),
    ),
    (
        "checks",
        checks_command,
        told("List every check: code, rung, what it needs and assumes."),
    ),
    (
        "explain",
        explain_command,
        told("Explain a check: what it asks, how far it reaches, what it needs and assumes."),
    ),
    ("schema", schema_command, told("Print the JSON Schema of a document.")),
):
    app.command(name, help=about)(command)
