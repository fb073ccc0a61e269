"""The command ``tallyverify scan``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallyverify.command.shared.options import Lang
from tallyverify.command.shared.output import Done, say, written_line
from tallyverify.language import told
from tallyverify.progress import Reporter


def scan_command(
    folder: Annotated[
        Path, typer.Argument(help=told("Folder with pictures or PDF files of actas."))
    ],
    out: Annotated[
        Path,
        typer.Option(
            help=told(
                "CSV file for the actas that were read; the record of every page is written "
                "beside it (.scan.csv)."
            ),
        ),
    ],
    jobs: Annotated[
        int | None,
        typer.Option(
            help=told("Processes that read."), show_default=told("one a core"), metavar="N"
        ),
    ] = None,
    megapixels: Annotated[
        int, typer.Option(help=told("Larger pictures are not decoded."), metavar="N")
    ] = 120,
    pages: Annotated[
        int, typer.Option(help=told("Files of more pages are not read."), metavar="N")
    ] = 1000,
    seconds: Annotated[
        int, typer.Option(help=told("A page that takes longer is given up."), metavar="N")
    ] = 60,
    lang: Lang = None,
) -> Done:
    """Read the QR codes of a folder of actas."""
    from tallyverify.scanning import ScanLimits, scan_folder

    limits = ScanLimits(megapixels=megapixels, pages=pages, seconds=seconds)
    with Reporter() as progress:
        scan = scan_folder(
            folder, out, jobs=jobs, limits=limits, language=lang or "en", progress=progress
        )
    say(str(scan) + written_line(scan.written), written=True)
    if scan.read == 0:
        return Done(2)
    return Done(int(scan.read < scan.pages))
