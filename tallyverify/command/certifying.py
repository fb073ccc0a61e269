"""The command ``tallyverify check-certificate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallyverify.command.shared.options import Lang
from tallyverify.command.shared.output import Done, case_of, say
from tallyverify.language import told


def check_certificate_command(
    certificate: Annotated[
        Path,
        typer.Argument(help=told("certificate.json, as verify --out writes it."), metavar="CERT"),
    ],
    case: Annotated[Path, typer.Argument(help=told("Folder with a case.json."), metavar="CASE")],
    lang: Lang = None,
) -> Done:
    """Prove a certificate again."""
    from tallyverify.case import read_document
    from tallyverify.engine import check_certificate
    from tallyverify.errors import printable
    from tallyverify.feasibility import Certificate

    proof, _ = read_document(certificate, Certificate, "certificate")
    found = check_certificate(proof, case_of(case, None, None, None, None, None, seed=0))
    words = printable(found.words)
    said = told("proved: {words}", words=words)
    if not found.proved:
        said = told("not proved: {words}", words=words)
    say(f"{said}\n")
    return Done(0 if found.proved else 1)
