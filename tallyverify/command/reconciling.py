"""The command ``tallyverify reconcile``."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tallyverify.command.shared.options import (
    ContestFile,
    DeclaredFile,
    FailOn,
    Format,
    Lang,
    RegistryFile,
    What,
)
from tallyverify.command.shared.output import Done, captured, case_of, places_in, say, written_line
from tallyverify.errors import InputError, listed, shown
from tallyverify.language import spoken, told
from tallyverify.progress import Reporter

if TYPE_CHECKING:
    from rich.console import Console

    from tallyverify.case import Case
    from tallyverify.checking import Capture
    from tallyverify.records import Tolerance
    from tallyverify.table import ActaTable

_FILES = ("reconcile.json", "worklist.csv")


def reconcile_command(
    first: Annotated[
        Path,
        typer.Argument(help=told("The first capture: a case's folder, or a file."), metavar="A"),
    ],
    second: Annotated[
        Path | None,
        typer.Argument(
            help=told(
                "The second, later one: a file, or a case's folder. Without it, the captures that "
                "the case of A names."
            ),
            metavar="B",
            show_default=False,
        ),
    ] = None,
    contest: ContestFile = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help=told("Mapping (JSON) for A, if it is a file."), show_default=False),
    ] = None,
    mapping_b: Annotated[
        Path | None,
        typer.Option(
            help=told("Mapping (JSON) for B, if it is a file."),
            show_default=told("known format, else that of A"),
        ),
    ] = None,
    declared: DeclaredFile = None,
    registry: RegistryFile = None,
    crosswalk: Annotated[
        Path | None,
        typer.Option(
            help=told("Table of two columns: keys of B, and of A that they stand for."),
            show_default=False,
        ),
    ] = None,
    tolerance: Annotated[
        str | None,
        typer.Option(
            help=told(
                "How far a figure may lie apart: votes (2), or per cent of a figure (0.5%:valid)."
            ),
            metavar="N|P%:FIGURE",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        Literal["sheets", "provisional", "lower_bound"],
        typer.Option(help=told("What B holds: sheets, figures taken in haste, or least figures.")),
    ] = "sheets",
    stage: Annotated[
        str | None,
        typer.Option(
            help=told("Of which stage of the count B is, if of another than A."), show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=told(
                "Folder for reconcile.json and worklist.csv; what was resolved in a worklist there "
                "stays so."
            ),
            show_default=False,
        ),
    ] = None,
    format: What = Format.terminal,
    fail_on: Annotated[
        FailOn, typer.Option(help=told("The weakest verdict that ends in exit code 1."))
    ] = FailOn.improbable,
    lang: Lang = None,
) -> Done:
    """Hold two captures beside each other."""
    from tallyverify.atomic_write import write_whole
    from tallyverify.engine import verify
    from tallyverify.reconcile import read_worklist, worklist_csv

    places = places_in(out, _FILES) if out is not None else []
    if places and places[1].is_file():
        read_worklist(places[1])  # one that cannot be read is refused before the work
    allowed = _tolerance(tolerance)
    with Reporter() as progress:
        case = _first(first, contest, declared, registry, mapping)
        if second is not None:
            other = _second(second, case, mapping_b, crosswalk)
            named = replace(other, kind=kind, stage=stage or case.stage, tolerance=allowed)
            case = replace(case, captures=(named,))
        elif not case.captures:
            raise InputError(
                told("two captures are reconciled"),
                found=told("one, whose case names no other captures"),
                expected=told("tallyverify reconcile A B, or captures in case.json"),
            )
        checks = ("reconcile", "compare") if case.declared is not None else ("reconcile",)
        report = verify(case, checks=checks, progress=progress, language=lang)
    held = report.captures
    if held is None:
        raise InputError(told("too many stations to keep them all; reconcile the files in parts"))
    if places:
        # As it is by now: nothing that a clerk wrote meanwhile may be lost.
        before = read_worklist(places[1]) if places[1].is_file() else ()
        rows = worklist_csv(held.pairs, before)
        # What a clerk wrote on goes first: whatever kills the run, the first is never missing.
        write_whole({places[1]: rows, places[0]: held.to_json()})
    if format is Format.json:
        say(held.to_json(), encoding="utf-8", written=bool(places))
    else:
        from tallyverify.report import render_captures

        told_report = report.in_language(spoken())

        def draw(console: Console) -> None:
            render_captures(told_report, console)

        say(captured(draw) + written_line(places), written=bool(places))
    return Done(int(case.declared is not None and fail_on.fails(report.verdict)))


def _first(
    path: Path,
    contest: Path | None,
    declared: Path | None,
    registry: Path | None,
    mapping: Path | None,
) -> Case:
    if _is_case(path):
        return case_of(path, None, contest, declared, registry, None, seed=0)
    if contest is None:
        raise InputError(
            told("a file of actas needs a contest file"),
            file=path.name,
            expected=told("--contest FILE, or a case's folder as A"),
        )
    return case_of(None, path, contest, declared, registry, mapping, seed=0)


def _second(path: Path, case: Case, mapping: Path | None, crosswalk: Path | None) -> Capture:
    from tallyverify.case import ACTAS, load_case, read_crosswalk
    from tallyverify.checking import Capture
    from tallyverify.table import together

    supplied_by = None
    if _is_case(path):
        other = load_case(path)
        _check_contest(other, case, path)
        table, supplied_by = together(other.actas.parts()), other.supplied_by
        name = (path if path.is_dir() else path.parent).resolve().name
    else:
        table, name = _read(path, case, mapping), path.name
    known: dict[str, str] = {}
    if crosswalk is not None:
        known, _ = read_crosswalk(crosswalk, table.frame["station"])
    name = f"{name} (B)" if name == ACTAS else name
    return Capture(name, table, crosswalk=known, supplied_by=supplied_by)


def _check_contest(other: Case, case: Case, path: Path) -> None:
    if set(other.contest.candidate_ids) != set(case.contest.candidate_ids):
        raise InputError(
            told("the captures are of different contests"),
            file=path.name,
            found=listed(other.contest.candidate_ids),
            expected=told("candidates {names}", names=listed(case.contest.candidate_ids)),
        )


def _read(path: Path, case: Case, mapping: Path | None) -> ActaTable:
    """Read a file by its mapping, by what it is known by itself, or as the first one is mapped."""
    from tallyverify.case import read_document
    from tallyverify.readers import read_actas
    from tallyverify.records import Mapping

    try:
        how = read_document(mapping, Mapping, "mapping")[0] if mapping is not None else None
        try:
            return read_actas(path, contest=case.contest, mapping=how)
        except InputError:
            like = case.actas.source.mapping
            if how is not None or like is None:
                raise
        # What was found out of the first file's text holds for that file alone.
        of_text = dict.fromkeys(("encoding", "separator", "sheet", "header", "thousands"))
        return read_actas(path, contest=case.contest, mapping=like.model_copy(update=of_text))
    except InputError as error:
        raise error.in_file(path.name) from None


def _is_case(path: Path) -> bool:
    return (path / "case.json").is_file() or path.name == "case.json"


_VOTES = re.compile(r"[0-9]{1,9}")
_PERCENT = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,4})?) ?% ?:(.+)")


def _tolerance(text: str | None) -> Tolerance | None:
    """Read ``2`` as votes, and ``0.5%:valid`` as per cent of a figure."""
    from tallyverify.records import Tolerance

    if text is None:
        return None
    if _VOTES.fullmatch(text):
        return Tolerance(votes=int(text))
    found = _PERCENT.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(
            str(
                told(
                    "a tolerance is a number of votes (2) or a percentage of a figure "
                    "(0.5%:valid); found {text}",
                    text=shown(text),
                )
            )
        )
    return Tolerance(percent=float(found[1]), of=found[2].strip())
