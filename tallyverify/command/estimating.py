"""The command ``tallyverify estimate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallyverify.command.options import (
    ActasFile,
    CaseFolder,
    ContestFile,
    DeclaredFile,
    Format,
    Lang,
    Language,
    MappingFile,
    RegistryFile,
    SeedNumber,
    What,
)
from tallyverify.command.output import Done, captured, case_of, places_in, say, written_line
from tallyverify.progress import Reporter


def estimate_command(
    case: CaseFolder = None,
    actas: ActasFile = None,
    contest: ContestFile = None,
    declared: DeclaredFile = None,
    registry: RegistryFile = None,
    mapping: MappingFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for estimate.json, the figures and made_with.json.", show_default=False
        ),
    ] = None,
    format: What = Format.terminal,
    seed: SeedNumber = 0,
    lang: Lang = Language.en,
) -> Done:
    """Estimate the whole count from the stations seen, with a backtest of the intervals.

    Exit 0: an estimate, or the reason why there is none. 2: input that cannot be read.
    """
    from tallyverify.atomic_write import write_whole
    from tallyverify.engine import estimate_case
    from tallyverify.report import FIGURES, figures, made_with

    names = ["estimate.json", "made_with.json", *(f"{name}.svg" for name in FIGURES)]
    places = places_in(out, names) if out is not None else []
    with Reporter() as progress:
        loaded = case_of(case, actas, contest, declared, registry, mapping, seed=seed)
        found = estimate_case(loaded, progress=progress)
    text = found.estimate.to_json()
    files: dict[Path, str] = {}
    if places:
        made = {"estimate": text, "made_with": made_with(), **figures(found)}
        files = {place: made[place.stem] for place in places if place.stem in made}
        write_whole(files)
    if format is Format.json:
        say(text, encoding="utf-8", written=bool(files))
        return Done()
    from tallyverify.report import render_estimate

    shown = captured(lambda console: render_estimate(found, console))
    say(shown + written_line(files), written=bool(files))
    return Done()
