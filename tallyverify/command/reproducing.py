"""The command ``tallyverify reproduce``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallyverify.command.shared.options import (
    ActasFile,
    CaseFolder,
    ContestFile,
    DeclaredFile,
    Lang,
    MappingFile,
    RegistryFile,
)
from tallyverify.command.shared.output import Done, case_of, say
from tallyverify.language import told
from tallyverify.progress import Reporter


def reproduce_command(
    report: Annotated[
        Path, typer.Argument(help=told("report.json, as verify writes it."), metavar="REPORT")
    ],
    case: CaseFolder = None,
    actas: ActasFile = None,
    contest: ContestFile = None,
    declared: DeclaredFile = None,
    registry: RegistryFile = None,
    mapping: MappingFile = None,
    lang: Lang = None,
) -> Done:
    """Run a report again, and say what differs."""
    from tallyverify.engine import load_report
    from tallyverify.engine import reproduce as run_again
    from tallyverify.errors import printable

    before = load_report(report)
    with Reporter() as progress:
        loaded = case_of(
            *(case, actas, contest, declared, registry, mapping),
            seed=before.seed,
            second_reading=before.second_reading,
        )
        found = run_again(before, loaded, progress=progress)
    lines = [found.words, *(f"  {difference}" for difference in found.differences)]
    say("".join(f"{printable(line)}\n" for line in lines))
    return Done(1 if found.differences else 0)
