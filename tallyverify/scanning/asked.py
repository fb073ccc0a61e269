"""What a scan was asked: refused early where it could not be done at the end."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from tallyverify.errors import InputError
from tallyverify.language import enumerated, formula, number, told
from tallyverify.readers import QR_COLUMNS
from tallyverify.scanning.outcomes import FileOutcome
from tallyverify.scanning.tables import RECORD_COLUMNS, is_ours

_NEEDED = {"zxingcpp": "zxing-cpp", "PIL": "pillow", "pypdfium2": "pypdfium2"}
_MOST_JOBS = 256


def jobs_of(asked: int | None) -> int:
    """Return how many processes read: as many as asked, else one for each core that is ours."""
    if asked is None:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if not 1 <= asked <= _MOST_JOBS:
        raise InputError(
            told("the number of processes is out of range"),
            place="jobs",
            found=number(asked),
            expected=told("1 to {most}", most=number(_MOST_JOBS)),
        )
    return asked


def check_installed() -> None:
    """Refuse to begin without the libraries of the extra."""
    absent = [package for module, package in _NEEDED.items() if find_spec(module) is None]
    if absent:
        raise InputError(
            told("what reads pictures is not installed"),
            found=told("no {packages}", packages=enumerated(absent)),
            hint='pip install "tallyverify[scan]"',
        )


def check_scanned_folder(folder: Path) -> None:
    """Refuse what is no folder."""
    if folder.is_dir():
        return
    name = folder.absolute().name
    expected = told("a folder with pictures or PDF files of actas")
    if folder.exists():
        raise InputError(told("a folder is read, no single file"), file=name, expected=expected)
    raise InputError(told("this folder is not there"), file=name, expected=expected)


def check_out(out: Path, record: Path) -> None:
    """Refuse early what could not be written at the end, and what no scan wrote."""
    if out.suffix.lower() != ".csv" or out.stem == "":
        raise InputError(
            told("--out names no CSV file"),
            file=out.name,
            expected=told("a name that ends in .csv"),
            hint=formula("--out {name}.csv", name=out.stem or "actas"),
        )
    parent = out.absolute().parent
    if not parent.is_dir():
        raise InputError(
            told("--out names a file in a folder that is not there"),
            file=out.name,
            place=parent.name,
            hint=told("make the folder first"),
        )
    if not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(
            told("--out names a folder that cannot be written to"),
            file=parent.name,
            found=told("no permission to write there"),
            expected=told("a folder of yours"),
        )
    for path, header in ((out, QR_COLUMNS), (record, RECORD_COLUMNS)):
        if not (path.exists() or path.is_symlink()):
            continue
        if path.is_symlink() or not path.is_file() or not is_ours(path, header):
            raise InputError(
                told("something that no scan wrote stands where the output would be written"),
                file=path.name,
                expected=told("nothing, or the output of an earlier scan"),
                hint=told("move it away, or name another file with --out"),
            )


def nothing_to_read(folder: Path, passed: Iterable[FileOutcome]) -> InputError:
    """Return the error of a folder in which there is nothing to read, with what is there."""
    from tallyverify.scanning.words import why

    said = Counter(why(one.pages[0]) for one in passed)
    found = [
        formula("{count} × {what}", count=number(count), what=what)
        for what, count in sorted(said.items())
    ]
    return InputError(
        told("the folder holds no picture and no PDF"),
        file=folder.absolute().name,
        found=enumerated(found) if found else told("nothing"),
        expected=told("a folder with pictures or PDF files of actas"),
    )
