"""The command ``tallyverify estimate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallyverify.command.shared.options import (
    ActasFile,
    CaseFolder,
    ContestFile,
    DeclaredFile,
    Format,
    Lang,
    MappingFile,
    RegistryFile,
    SeedNumber,
    What,
)
from tallyverify.command.shared.output import Done, captured, case_of, places_in, say, written_line
from tallyverify.errors import json_text
from tallyverify.language import Language, retold, speaking, told
from tallyverify.progress import Reporter

if TYPE_CHECKING:
    from tallyverify.inference import InferenceSection


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
            help=told("Folder for estimate.json, the figures and made_with.json."),
            show_default=False,
        ),
    ] = None,
    format: What = Format.terminal,
    seed: SeedNumber = 0,
    lang: Lang = None,
) -> Done:
    """Estimate the whole count from the stations seen."""
    from tallyverify.atomic_write import write_whole
    from tallyverify.engine import estimate_case
    from tallyverify.report import FIGURES, figures, made_with

    names = ["estimate.json", "made_with.json", *(f"{name}.svg" for name in FIGURES)]
    places = places_in(out, names) if out is not None else []
    with Reporter() as progress:
        loaded = case_of(case, actas, contest, declared, registry, mapping, seed=seed)
        found = estimate_case(loaded, progress=progress)
    language = lang or loaded.language or "en"
    text = _json(found, language)
    files: dict[Path, str] = {}
    if places:
        with speaking(language):
            drawn = figures(found)
        made = {"estimate": text, "made_with": made_with(), **drawn}
        files = {place: made[place.stem] for place in places if place.stem in made}
        write_whole(files)
    if format is Format.json:
        say(text, encoding="utf-8", written=bool(files))
        return Done()
    from tallyverify.report import render_estimate

    shown = captured(lambda console: render_estimate(found, console))
    say(shown + written_line(files), written=bool(files))
    return Done()


def _json(found: InferenceSection, language: Language) -> str:
    """Return estimate.json with its text in a language."""
    return json_text(retold(found.estimate.to_dict(), language))
