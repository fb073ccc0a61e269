"""convert: sheets of one format to another, whole or not at all, with what was left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from tallyverify.atomic_write import write_whole
from tallyverify.case import load_case
from tallyverify.errors import InputError, either, json_text, listed, nearest, printable, shown
from tallyverify.exchange.targets import TARGETS, sheets_as
from tallyverify.language import counted, enumerated, told
from tallyverify.readers import contest_in, files_meant, open_actas
from tallyverify.records import Contest, Mapping
from tallyverify.table import ActaParts, ActaTable, together
from tallyverify.taken import takes_input

_BY_ENDING = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".json": "nist-json",
    ".xml": "nist-xml",
}
_CASE = "case"
_NAMES = ("contest.json", "actas.csv", "case.json")
"""The files of a case that is written."""


@takes_input
@dataclass(frozen=True)
class Converted:
    """What was written, and what was not.

    Attributes
    ----------
    files : tuple of Path
        The files written.
    to : str
        Their format.
    rows : int
        Sheets in them.
    contest : Contest
        What the sheets are of.
    noted : tuple of str
        How the source was read, in words.
    left_out : tuple of str
        What the format has no place for, in words.

    Examples
    --------
    >>> contest = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}]})
    >>> print(Converted((Path("a.csv"),), "csv", 3, contest, (), ()))
    csv: 3 sheets
    """

    files: tuple[Path, ...]
    to: str
    rows: int
    contest: Contest
    noted: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        sheets = counted(self.rows, "sheet", "sheets")
        head = told("{format}: {sheets}", format=self.to, sheets=sheets)
        return "\n".join(map(printable, [head, *self.noted, *self.left_out]))


@takes_input
def convert(
    source: str | Path,
    out: str | Path,
    *,
    contest: Contest | None = None,
    mapping: Mapping | dict[str, Any] | None = None,
    format: str | None = None,
    race: str | None = None,
    to: str | None = None,
    force: bool = False,
) -> Converted:
    """Read sheets in one format and write them in another.

    Parameters
    ----------
    source : path
        Anything that :func:`tallyverify.read_actas` reads, or the folder of a case.
    out : path
        Where to write: a file, or for ``case`` a folder.
    contest : Contest, optional
        What was voted on. A file of a format that names its options may do without.
    mapping, format : optional
        As :func:`tallyverify.read_actas` takes them.
    race : str, optional
        The race meant, where the file holds several and no contest is given.
    to : str, optional
        Format to write: csv, jsonl, parquet, nist-json, nist-xml, actasum, or case, a folder with
        contest and sheets; by default by the ending of ``out``.
    force : bool
        Replace what stands at ``out``; never what is read.

    Returns
    -------
    Converted
        The files, and what the format has no place for.

    Raises
    ------
    InputError
        If the source cannot be read or written so, or ``out`` is there already. Then nothing is
        written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = convert("data/samples/clean", Path(folder, "sheets.jsonl"))
    ...     done.to, done.rows
    ('jsonl', 1500)
    """
    source, out = Path(source), Path(out)
    target = _target(out, to)
    _check_place(source, out, target, force)
    parts, beside = _read(source, contest, mapping, format, race)
    table = _whole(parts)
    if target == _CASE:
        sheets = sheets_as(table, "csv")
        texts = _case_folder(out, table, sheets.data)
    else:
        sheets = sheets_as(table, target)
        texts = {out: sheets.data}
    left_out = (*sheets.left_out, *beside)
    write_whole(texts)
    noted = table.source.text
    if contest is None and not _is_case(source):
        noted = (*noted, told("each option of the file is taken for a candidate of its own"))
    return Converted(tuple(texts), target, len(table), table.contest, noted, left_out)


def _target(out: Path, to: str | None) -> str:
    if to is None:
        to = _BY_ENDING.get(out.suffix.lower())
        if to is None:
            raise InputError(
                told("the ending of the file does not say which format is meant"),
                file=out.name,
                found=shown(out.suffix),
                expected=either(sorted(_BY_ENDING)),
                hint=told("name the format: {names}", names=either([*TARGETS, _CASE])),
            )
    if to not in (*TARGETS, _CASE):
        raise InputError(
            told("no such format to write"),
            found=shown(to),
            expected=listed([*TARGETS, _CASE]),
            hint=nearest(to, [*TARGETS, _CASE]),
        )
    return to


def _check_place(source: Path, out: Path, target: str, force: bool) -> None:
    """Refuse to write over what is read, or over anything without being told so."""
    if out.is_dir() and target != _CASE:
        raise InputError(told("this is a folder, a file is expected"), file=out.name)
    if out.is_file() and target == _CASE:
        raise InputError(told("this is a file, a folder is expected"), file=out.name)
    places = [out / name for name in _NAMES] if target == _CASE else [out]
    if _is_case(source):
        root = source if source.is_dir() else source.parent
        read = [one for one in root.rglob("*") if one.is_file()]
    else:
        read = list(files_meant(source).files)
    for place in places:
        if not place.exists():
            continue
        if any(one.exists() and one.samefile(place) for one in read):
            raise InputError(
                told("the file that is read would be written over"),
                file=place.name,
                hint=told("name another file"),
            )
        if not force:
            raise InputError(
                told("a file stands there already, and nothing is overwritten"),
                file=place.name,
                hint=told("name another file, or say --force"),
            )


def _is_case(source: Path) -> bool:
    return (source / _NAMES[2]).is_file() or (source.name == _NAMES[2] and source.is_file())


def _read(
    source: Path,
    contest: Contest | None,
    mapping: Mapping | dict[str, Any] | None,
    format: str | None,
    race: str | None,
) -> tuple[ActaParts, list[str]]:
    if _is_case(source):
        if contest is not None or mapping is not None or format is not None:
            raise InputError(
                told("a case says itself what its sheets are of, and how they are read"),
                file=source.name,
                hint=told("leave contest, mapping and format out, or name the file of sheets"),
            )
        case = load_case(source)
        beside = {
            told("the declared result"): case.declared is not None,
            told("the register of stations"): case.registry is not None,
            told("other captures and contests"): bool(case.captures or case.contests),
        }
        lost = [what for what, there in beside.items() if there]
        left_out = told("not of the sheets, and left out: {what}", what=enumerated(lost))
        return case.actas, [left_out] if lost else []
    if contest is None:
        if mapping is not None:
            raise InputError(
                told("a mapping is of a contest, and none is named"),
                file=source.name,
                hint=told("name the contest's file"),
            )
        contest = contest_in(source, format=format, race=race)
    return open_actas(source, contest=contest, mapping=mapping, format=format), []


def _whole(parts: ActaParts) -> ActaTable:
    if isinstance(parts, ActaTable):
        return parts
    tables = list(parts.parts())
    unread = pd.concat([one.unread for one in tables], ignore_index=True)
    return replace(together(tables), unread=unread)


def _case_folder(out: Path, table: ActaTable, actas: bytes) -> dict[Path, str | bytes]:
    contest = table.contest.model_dump(mode="json", exclude_defaults=True)
    for candidate in contest["candidates"]:
        if candidate.get("options") == [candidate["id"]]:
            del candidate["options"]
    case = {
        "contest": _NAMES[0],
        "actas": {"file": _NAMES[1], "format": "tallyverify"},
    }
    texts: tuple[str | bytes, ...] = (json_text(contest), actas, json_text(case))
    return {out / name: text for name, text in zip(_NAMES, texts, strict=True)}
