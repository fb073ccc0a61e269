"""Which files a path means: one, a folder of them, a pattern, or members of an archive."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import told
from tallyverify.readers.opening.archives import check_number, is_left_out
from tallyverify.taken import takes_input


@dataclass(frozen=True)
class FilesMeant:
    """The files that a path means, by name."""

    name: str  # of the file, the folder, or the pattern
    base: Path  # the folder below which the files are named
    files: tuple[Path, ...]
    members: str | None = None  # pattern of the members of an archive

    def named(self, file: Path) -> str:
        """Return a file's name below the base."""
        return file.relative_to(self.base).as_posix()


@takes_input
def files_meant(path: Path) -> FilesMeant:
    """Return the files that a path means, sorted by name.

    ``*`` and ``?`` stand for any characters of a name, ``**`` for any folders, ``all.zip/*.csv``
    for members of an archive. Hidden files are passed over. Whether the files lie where they may
    is for the caller to ask.

    Raises
    ------
    InputError
        If a folder or pattern holds no file, a folder among its files, or far too many.
    """
    if os.path.isdir(path):
        return _sorted(path, "*", path.name or path.resolve().name)
    if os.path.lexists(path):
        return FilesMeant(path.name, path.parent, (path,))
    archive = next((p for p in path.parents if os.path.isfile(p)), None)
    if archive is not None:
        members = path.relative_to(archive).as_posix()
        return FilesMeant(f"{archive.name}/{members}", archive.parent, (archive,), members)
    if not is_pattern(str(path)):
        return FilesMeant(path.name, path.parent, (path,))
    fixed = next(p for p in path.parents if not is_pattern(str(p)))
    pattern = path.relative_to(fixed).as_posix()
    return _sorted(fixed, pattern, pattern)


@takes_input
def check_name(path: Path) -> Path:
    """Return the path of a file whose name a report can hold."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        what, hint = (
            told("the name of the file is not text"),
            told("give the file a name in plain letters"),
        )
        raise InputError(what, file=path.name, hint=hint) from None
    return path


def is_pattern(name: str) -> bool:
    """Return whether a name stands for several files."""
    return "*" in name or "?" in name


def _sorted(base: Path, pattern: str, name: str) -> FilesMeant:
    found = [
        path
        for path in base.glob(pattern.replace("[", "[[]"))
        if not is_left_out(path.relative_to(base).as_posix())
    ]
    folders = [] if "**" in pattern else [path.name for path in found if path.is_dir()]
    files = sorted((p for p in found if not p.is_dir()), key=lambda p: p.relative_to(base).parts)
    if folders or not files:
        there = sorted(p.name for p in base.iterdir()) if base.is_dir() else []
        raise InputError(
            told("a folder lies among the files")
            if folders
            else told("the folder holds no file")
            if pattern == "*"
            else told("no file has such a name"),
            file=name,
            found=listed(folders) if folders else shown(pattern),
            expected=told("files; there are {names}", names=listed(there))
            if there
            else told("files"),
            hint=told("to read the files of the folders too, give FOLDER/**/*.csv")
            if folders
            else nearest(pattern, there),
        )
    check_number(len(files), name)
    for file in files:
        check_name(file)
    return FilesMeant(name, base, tuple(files))
