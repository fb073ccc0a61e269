"""Which files are given, where they lie in the folder of a case, and whether it can be read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import clauses, counted, enumerated, formula, number, told, told_of
from tallyverify.proposals.meaning.row_kinds import ask_of_status
from tallyverify.readers import files_meant, read_actas
from tallyverify.records import Contest, Mapping
from tallyverify.table import ActaTable
from tallyverify.taken import takes_input

FOLDER = "actas"
"""Several files go into a folder of their own."""


def files_of(sources: Sequence[str | Path]) -> Iterator[tuple[Path, str, str | None]]:
    """Yield the files that are given: path, name in messages, pattern of the members to read.

    Raises
    ------
    InputError
        If two of them would be one in the case: a file is named twice, or two bear one name.
    """
    if len(sources) == 1:
        meant = files_meant(Path(sources[0]))
        yield from ((file, meant.named(file), meant.members) for file in meant.files)
        return
    seen: dict[str, Path] = {}
    for file in _each(sources):
        # Some systems take two names for one that differ in capitals only.
        first = seen.setdefault(file.name.casefold(), file)
        if first is not file:
            raise InputError(
                told("a file is named twice")
                if first.resolve() == file.resolve()
                else told("two files have the same name, and the case holds each by its name"),
                file=file.name,
                found=f"{first.as_posix()}, {file.as_posix()}",
                expected=told("each file once, under a name of its own"),
                hint=told("rename one, or give the folder above them, as FOLDER/**/*.csv"),
            )
    yield from ((file, file.name, None) for file in seen.values())


def _each(sources: Sequence[str | Path]) -> Iterator[Path]:
    for source in sources:
        meant = files_meant(Path(source))
        if meant.members is not None:
            raise InputError(
                told("members of an archive are read by themselves, not beside other files"),
                file=meant.name,
                hint=told("give the archive as a whole, or alone"),
            )
        yield from meant.files


@takes_input
def name_of(sources: Sequence[str | Path]) -> str:
    """Return the name of a file; of a pattern or of several, that of what they lie in.

    Examples
    --------
    >>> name_of(["north/actas.csv"]), name_of(["north/*.csv"]), name_of(["n/1.csv", "n/2.csv"])
    ('actas', 'north', 'n')
    """
    path = Path(sources[0])
    if len(sources) > 1:
        path = path.resolve().parent
    plain = (one.name for one in (path, *path.parents) if not {"*", "?"} & set(one.name))
    return next(plain, "").split(".")[0] or "actas"


def in_case_folder(sources: Sequence[str | Path], root: Path) -> tuple[str, dict[Path, Path]]:
    """Return what ``actas.file`` says of a case in this folder, and the copies: to, from.

    What lies in the folder already is not copied.
    """
    path = Path(sources[0])
    meant = files_meant(path)
    pattern = ""
    if len(sources) > 1:
        goes_to = {root / FOLDER / file.name: file for file in _each(sources)}
    elif meant.members is not None:
        (archive,) = meant.files
        copies = {} if _same(archive.parent, root) else {root / archive.name: archive}
        return f"{archive.name}/{meant.members}", copies
    elif meant.files == (path,):
        return path.name, {} if _same(path.parent, root) else {root / path.name: path}
    else:
        pattern = "" if path.is_dir() else f"/{path.relative_to(meant.base).as_posix()}"
        if root.resolve() in meant.base.resolve().parents:
            inside = meant.base.resolve().relative_to(root.resolve()).as_posix()
            return f"{inside}{pattern}", {}
        goes_to = {root / FOLDER / meant.named(file): file for file in meant.files}
    there = root / FOLDER
    mine = {file.resolve() for file in goes_to.values()}
    others = sorted(
        one.relative_to(there).as_posix()
        for one in there.rglob("[!.]*")
        if one.is_file() and one.resolve() not in mine and one not in goes_to
    )
    if others:
        raise InputError(
            told("the folder of the sheets holds other files, which would be read too"),
            file=FOLDER,
            found=listed(others, 12),
            hint=told("name another folder with --out, or take them out"),
        )
    copies = {to: file for to, file in goes_to.items() if not _same(file.parent, to.parent)}
    return f"{FOLDER}{pattern}", copies


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def trial(sources: Sequence[Any], contest: Contest, mapping: Mapping) -> tuple[str, ...]:
    """Read the sheets as the proposal says; return what stands in the way, as a question."""
    try:
        if len(sources) == 1:
            table = read_actas(sources[0], contest=contest, mapping=mapping)
        else:
            with TemporaryDirectory() as folder:
                name, copies = in_case_folder(sources, Path(folder))
                copy_all(copies)
                table = read_actas(Path(folder) / name, contest=contest, mapping=mapping)
    except InputError as error:
        said = clauses(line.strip() for line in str(error).splitlines())
        return (
            told("As it stands the case cannot be read. What must be mended? {error}", error=said),
        )
    return tuple(_noticed(table, mapping))


def _noticed(table: ActaTable, mapping: Mapping) -> Iterator[str]:
    """Ask what the reader noticed, and the proposal did not."""
    source, found = table.source, table.source.noticed
    if source.subtotals and source.subtotals_left_out is None:
        yield told(
            "{rows} may be sums of others ({why}), the first {row}: are they? Then say "
            '"subtotals": "leave_out", or name them by a rule {{"column": …, "equals": […]}}; '
            '"keep" if they are stations.',
            rows=counted(len(source.subtotals), "row", "rows"),
            why=clauses([*dict.fromkeys(source.subtotal_why)][:2]),
            row=source.subtotals[0],
        )
    if found is None:
        return
    for one in found.spoiled:
        yield told_of(
            one.rows,
            "{count} code of {column} is written {form}, such as {example}: did a spreadsheet "
            "rewrite it?",
            "{count} codes of {column} are written {form}, such as {example}: did a spreadsheet "
            "rewrite them?",
            column=repr(one.column),
            form=one.form,
            example=repr(one.example),
        )
    for status in found.statuses if mapping.status is None else ():
        texts = enumerated(
            formula("{text} {rows}", text=shown(text), rows=number(rows))
            for text, rows in status.texts[:6]
        )
        yield ask_of_status(status.column, texts)
    if found.twins:
        yield told_of(
            found.twins,
            "{count} row holds all figures of another station's: is it a copy, to be left out?",
            "{count} rows hold all figures of another station's: are they copies, to be left out?",
        )


def copy_all(copies: dict[Path, Path]) -> None:
    """Copy files, each to its place."""
    for to, file in copies.items():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)
