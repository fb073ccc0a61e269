"""The parser, and every command entered in it."""

from __future__ import annotations

from typing import Annotated

import typer

from tallyverify._version import __version__
from tallyverify.command.certifying import check_certificate_command
from tallyverify.command.estimating import estimate_command
from tallyverify.command.listing import checks_command, explain_command, schema_command
from tallyverify.command.output import say
from tallyverify.command.proposing import init_command
from tallyverify.command.reproducing import reproduce_command
from tallyverify.command.simulating import simulate_command
from tallyverify.command.verifying import verify_command

app = typer.Typer(
    name="tallyverify",
    help="Hold a declared election result against the polling-station tally sheets.",
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
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


for name, command in (
    ("init", init_command),
    ("verify", verify_command),
    ("estimate", estimate_command),
    ("check-certificate", check_certificate_command),
    ("reproduce", reproduce_command),
    ("simulate", simulate_command),
    ("checks", checks_command),
    ("explain", explain_command),
    ("schema", schema_command),
):
    app.command(name)(command)
