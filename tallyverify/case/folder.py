"""A case: the parts of one audit, and the folder that they are kept in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from math import floor
from pathlib import Path

from tallyverify.case.case_file import CaseFile
from tallyverify.case.json_files import Document, read_document
from tallyverify.checking import CaseFacts
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.findings import counted, number
from tallyverify.readers import check_exists, open_actas, read_registry
from tallyverify.records import MOST_SHARE, Allowance, CaptureKind, Contest, Declared, Mapping
from tallyverify.table import ActaParts, Registry, Source


@dataclass(frozen=True)
class Input:
    """A file that a case was read from, for the report."""

    role: str
    name: str
    sha256: str
    rows: int | None = None


@dataclass(frozen=True, eq=False)
class Case:
    """All parts of one audit.

    Attributes
    ----------
    contest : Contest
        What was voted on.
    actas : ActaTable or ActaStream
        The sheets.
    declared : Declared, optional
        What was announced.
    registry : Registry, optional
        The stations that exist.
    seed : int
        Seeds every random draw.
    inputs : tuple of Input
        The files it was read from.
    allowance : Allowance, optional
        Sheets that may be wrong without a contradiction being claimed; by default, a number that
        follows from how many there are and how they were captured.
    capture : {"definitive", "provisional"}
        How the sheets were captured: with care, or in haste (night data entry, a quick count).

    Examples
    --------
    >>> import pandas as pd
    >>> from tallyverify import read_actas
    >>> contest = Contest.model_validate({"id": "toy", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> rows = pd.DataFrame({"station": ["1"], "valid": [9], "A": [5], "B": [4]})
    >>> Case(contest, read_actas(rows, contest=contest)).declared is None
    True
    """

    contest: Contest
    actas: ActaParts
    declared: Declared | None = None
    registry: Registry | None = None
    seed: int = 0
    inputs: tuple[Input, ...] = ()
    allowance: Allowance | None = None
    capture: CaptureKind = "definitive"
    captures: tuple[str, ...] = ()

    @cached_property
    def facts(self) -> CaseFacts:
        """What checks may know before they see an acta.

        Raises
        ------
        InputError
            If the declared result names candidates or levels that the contest does not have.
        """
        first = next(iter(self.actas.parts()))
        declared = self.declared.fitting(self.contest, "declared") if self.declared else None
        return CaseFacts(
            self.contest,
            declared,
            self.registry,
            first.source,
            first.levels,
            first.lines,
            first.votes,
            self.seed,
            allowance=self.allowance,
            capture=self.capture,
            captures=self.captures,
        )

    def __repr__(self) -> str:
        parts = [f"{self.actas!r}"]
        parts += [f"{len(self.declared.bulletins)} bulletins"] if self.declared else []
        parts += [f"registry of {len(self.registry):,}"] if self.registry is not None else []
        return f"<Case {self.contest.id!r}: {', '.join(parts)}>"


def load_case(
    folder: str | Path | None = None,
    *,
    actas: str | Path | None = None,
    contest: str | Path | None = None,
    declared: str | Path | None = None,
    registry: str | Path | None = None,
    mapping: str | Path | None = None,
    seed: int = 0,
) -> Case:
    """Read a case from its folder, from single files, or from a folder with some files replaced.

    Parameters
    ----------
    folder : path, optional
        A folder with a ``case.json``; the files it names must lie inside the folder.
    actas, contest, declared, registry : path, optional
        Files instead of those of the folder, from anywhere.
    mapping : path, optional
        A JSON mapping for ``actas``; without one a known format or the contest's names are tried.
    seed : int
        Seeds every random draw.

    Raises
    ------
    InputError
        If a file is missing or cannot be read, or does not fit the others.

    Examples
    --------
    >>> load_case("data/samples/clean").seed
    0
    """
    described: CaseFile | None = None
    root = Path(folder) if folder is not None else None
    if root is not None:
        described = _described(root)
    elif actas is None or contest is None:
        raise InputError(
            "a case is a folder, or at least a file of actas and a contest file",
            found="neither",
            hint="tallyverify verify FOLDER, or --actas FILE --contest FILE",
        )

    inputs: list[Input] = []

    def path_of(given: str | Path | None, inside: str | None) -> Path | None:
        if given is not None:
            return _named(Path(given))
        return _inside(root, inside) if root is not None and inside is not None else None

    for other in described.captures if described else ():
        check_exists(_needed(path_of(None, other.file)))

    voted_on = _read(
        _needed(path_of(contest, described.contest if described else None)),
        Contest,
        "contest",
        inputs,
    )
    said = None
    announced = path_of(declared, described.declared if described else None)
    if announced is not None:
        said = _read(announced, Declared, "declared", inputs)
        said = said.fitting(voted_on, announced.name)
    # A file named on the command line has its own mapping; the folder's is for the folder's file.
    own = described.actas if described and actas is None else None
    sheets = _needed(path_of(actas, described.actas.file if described else None))
    how = own.mapping if own else None
    if mapping is not None:
        how = _read(Path(mapping), Mapping, "mapping", inputs)
    try:
        format = own.format if own and mapping is None else None
        table = open_actas(sheets, contest=voted_on, mapping=how, format=format)
    except InputError as error:
        raise error.in_file(sheets.name) from None
    inputs.append(Input("actas", table.source.name, table.source.sha256, table.source.rows))
    stations = described.registry if described else None
    listing = path_of(registry, stations.file if stations else None)
    known = None
    if listing is not None:
        its_mapping = stations.mapping if stations and registry is None else None
        try:
            known = read_registry(listing, contest=voted_on, mapping=its_mapping)
        except InputError as error:
            raise error.in_file(listing.name) from None
        inputs.append(Input("registry", known.source.name, known.source.sha256, len(known)))
    allowance = described.allowance if described else None
    _check_allowance(allowance, table.source)
    capture = own.capture if own else "definitive"
    others = tuple(one.name for one in described.captures) if described and actas is None else ()
    return Case(voted_on, table, said, known, seed, tuple(inputs), allowance, capture, others)


def _check_allowance(allowance: Allowance | None, source: Source) -> None:
    most = max(1, floor(MOST_SHARE * source.rows))
    if allowance is not None and (allowance.sheets or 0) > most:
        raise InputError(
            "more sheets may be wrong than not",
            file="case.json",
            place="allowance.sheets",
            found=number(allowance.sheets),
            expected=f"0 to {number(most)}: half of the {counted(source.rows, 'row')} of "
            f"{source.name}",
        )


def _named(path: Path) -> Path:
    """Return the path of a file whose name a report can hold."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        hint = "give the file a name in plain letters"
        raise InputError("the name of the file is not text", file=path.name, hint=hint) from None
    return path


def _needed(path: Path | None) -> Path:
    if path is None:
        raise InputError("the case lacks a contest or actas", file="case.json")
    return path


def _described(root: Path) -> CaseFile:
    name = root.name or root.resolve().name
    if not root.is_dir():
        hint = None if root.is_file() else nearest(name, _there(root.parent))
        raise InputError(
            "a case is a folder with a case.json in it",
            file=name,
            found="a file" if root.is_file() else "nothing there",
            hint=hint or "give the folder, or --actas FILE --contest FILE",
        )
    if not (root / "case.json").is_file():
        there = _there(root)
        raise InputError(
            "the folder has no case.json",
            file=name,
            found=listed(there) or "an empty folder",
            hint=nearest("case.json", there)
            or 'write one: {"contest": "contest.json", "actas": {"file": "actas.csv"}}',
        )
    return _read(_inside(root, "case.json"), CaseFile, "case", [])


def _there(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _inside(root: Path, name: str) -> Path:
    """Return the path of a file of the case, which must not lead out of its folder."""
    path = root / name
    try:
        outside = os.path.isabs(name) or not path.resolve().is_relative_to(root.resolve())
        if not outside and path.is_symlink():
            os.stat(path)  # since Python 3.13 only this tells of links that lead to each other
    except FileNotFoundError:
        outside = False  # a link to nothing: there is no such file
    except (OSError, RuntimeError):  # links that lead to each other
        outside = True
    if outside:
        raise InputError(
            "a file of a case must lie inside the case's folder",
            file="case.json",
            found=shown(name),
            expected="a path relative to the folder, without links that lead out of it",
            hint="copy the file into the folder, or name it on the command line (e.g. --actas)",
        )
    return _named(path)


def _read(path: Path, model: type[Document], role: str, inputs: list[Input]) -> Document:
    read, sha256 = read_document(path, model, role)
    inputs.append(Input(role, path.name, sha256))
    return read
