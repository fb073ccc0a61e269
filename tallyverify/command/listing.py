"""The commands ``tallyverify checks`` and ``tallyverify schema``."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from tallyverify.command.output import Done, captured, say


class Schema(StrEnum):
    """Documents that have a published JSON Schema."""

    acta = "acta"
    contest = "contest"
    declared = "declared"
    report = "report"
    certificate = "certificate"
    estimate = "estimate"
    case = "case"
    mapping = "mapping"
    registry = "registry"


def checks_command() -> Done:
    """List every check: code, rung, what it needs and assumes."""
    from rich.table import Table

    from tallyverify.engine import catalogue

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
    say(captured(lambda console: console.print(table)))
    return Done()


def explain_command(
    code: Annotated[str, typer.Argument(help="Code of a check, e.g. D301.")],
) -> Done:
    """Explain a check: what it asks, how far it reaches, what it needs and assumes."""
    from rich.markdown import Markdown

    from tallyverify.checking import explain

    page = Markdown(explain(code), hyperlinks=False)
    say(captured(lambda console: console.print(page)))
    return Done()


def schema_command(document: Annotated[Schema, typer.Argument(help="Which document.")]) -> Done:
    """Print the JSON Schema of a document."""
    from tallyverify.engine import json_schema

    say(json.dumps(json_schema(document.value), indent=2) + "\n")
    return Done()
