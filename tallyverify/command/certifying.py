"""The command ``tallyverify check-certificate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallyverify.command.output import Done, case_of, say


def check_certificate_command(
    certificate: Annotated[
        Path, typer.Argument(help="certificate.json, as verify --out writes it.", metavar="CERT")
    ],
    case: Annotated[Path, typer.Argument(help="Folder with a case.json.", metavar="CASE")],
) -> Done:
    """Prove a certificate again: nothing of it is believed but what the case itself says.

    Exit 0: proved. 1: not proved, with the reason. 2: a file that cannot be read.
    """
    from tallyverify.case import read_document
    from tallyverify.engine import check_certificate
    from tallyverify.errors import printable
    from tallyverify.feasibility import Certificate

    proof, _ = read_document(certificate, Certificate, "certificate")
    found = check_certificate(proof, case_of(case, None, None, None, None, None, seed=0))
    say(f"{'proved' if found.proved else 'not proved'}: {printable(found.words)}\n")
    return Done(0 if found.proved else 1)
