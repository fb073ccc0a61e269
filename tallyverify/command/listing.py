"""The commands ``tallyverify checks`` and ``tallyverify schema``."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from tallyverify.command.shared.options import Lang
from tallyverify.command.shared.output import Done, captured, say
from tallyverify.language import told


class Schema(StrEnum):
    """Documents that have a published JSON Schema."""

    acta = "acta"
    contest = "contest"
    declared = "declared"
    report = "report"
    certificate = "certificate"
    estimate = "estimate"
    reconcile = "reconcile"
    case = "case"
    mapping = "mapping"
    registry = "registry"


def checks_command(lang: Lang = None) -> Done:
    """List every check."""
    from rich.table import Table

    from tallyverify.engine import catalogue
    from tallyverify.report import rung_word

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    named = (
        *(told("code"), told("check"), told("family"), told("highest rung"), told("needs")),
        told("assumes"),
    )
    for place, name in enumerate(named):
        table.add_column(str(name), overflow="fold", no_wrap=place in (0, 2))
    for check in catalogue():
        texts = (check.name, check.family, rung_word(check.evidence), check.needs)
        table.add_row(check.code, *map(str, texts), str(check.assumptions))
    say(captured(lambda console: console.print(table)))
    return Done()


def explain_command(
    code: Annotated[str, typer.Argument(help=told("Code of a check, e.g. D301."))],
    lang: Lang = None,
) -> Done:
    """Explain a check."""
    from rich.markdown import Markdown

    from tallyverify.checking import explain

    page = Markdown(explain(code), hyperlinks=False)
    say(captured(lambda console: console.print(page)))
    return Done()


def schema_command(
    document: Annotated[Schema, typer.Argument(help=told("Which document."))], lang: Lang = None
) -> Done:
    """Print the JSON Schema of a document."""
    from tallyverify.engine import json_schema

    say(json.dumps(json_schema(document.value), indent=2) + "\n")
    return Done()
