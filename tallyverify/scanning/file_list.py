"""Which files of a folder are read, and which are passed over, with the reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tallyverify.scanning.opened import open_file
from tallyverify.scanning.outcomes import FileOutcome, PageStatus, whole_file

_READ = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".pdf", ".tif", ".tiff", ".webp", ".gif", ".bmp")
_NOT_READ = (".heic", ".heif", ".avif", ".jp2", ".jxl", ".svg", ".djvu", ".raw", ".dng", ".psd")
"""Pictures that somebody may have meant to be read."""
_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"GIF8", b"II*\0", b"MM\0*")


@dataclass(frozen=True)
class FileList:
    """Files to read, by name with their paths; and what became at once of the others."""

    to_read: dict[str, Path]
    passed: tuple[FileOutcome, ...]


def files_in(folder: Path, own: tuple[Path, ...]) -> FileList:
    """Return the files in a folder and its folders, but for those that the scan itself writes.

    Links are not followed, whatever they lead to: what lies in the folder is read where it lies.
    """
    to_read: dict[str, Path] = {}
    passed: list[FileOutcome] = []
    ours = {path.absolute().name for path in own}
    home = own[0].absolute().parent.resolve()
    halves = tuple(f".{name}." for name in ours)  # of files that a killed run was about to move
    for name, entry in _walk(folder, passed):
        path = Path(entry.path)
        if (entry.name in ours or entry.name.startswith(halves)) and path.parent.resolve() == home:
            continue
        status, facts = _what(path, entry)
        if status is None:
            to_read[name] = path
        else:
            passed.append(whole_file(name, status, **facts))
    return FileList(
        dict(sorted(to_read.items())), tuple(sorted(passed, key=lambda outcome: outcome.file))
    )


def _walk(folder: Path, passed: list[FileOutcome]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield every file with its name; of folders only those that can be opened, however deep."""
    left = [(folder, "")]
    while left:
        inside, above = left.pop()
        try:
            with os.scandir(inside) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            passed.append(whole_file(above, "unreadable", said=error.strerror or ""))
            continue
        taken: set[str] = set()
        for entry in entries:
            name = f"{above}{_name(entry.name, taken)}"
            if entry.is_symlink() or not entry.is_dir():
                yield name, entry
            elif entry.name.startswith("."):
                passed.append(whole_file(f"{name}/", "skipped", what="hidden"))
            else:
                left.append((Path(entry.path), f"{name}/"))


def _name(name: str, taken: set[str]) -> str:
    """Return a name that is text: of bytes that are none, with their numbers."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    while text in taken:
        text += "~"
    taken.add(text)
    return text


def _what(path: Path, entry: os.DirEntry[str]) -> tuple[PageStatus | None, dict[str, str]]:
    """Return None for a file that is read, else its status with the facts."""
    if entry.is_symlink():
        return "skipped", {"what": "link"}
    if entry.name.startswith("."):
        return "skipped", {"what": "hidden"}
    try:
        seen = entry.stat(follow_symlinks=False)
    except OSError as error:
        return "unreadable", {"said": error.strerror or ""}
    if not stat.S_ISREG(seen.st_mode):  # a pipe would never end, a device has no end
        return "skipped", {"what": "device"}
    kind = path.suffix.lower()
    if kind in _READ:
        return None, {}
    try:
        with open_file(path) as file:
            head = file.read(16)
    except OSError as error:
        return "skipped", {"what": "other", "said": error.strerror or ""}
    if head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return None, {}
    if kind in _NOT_READ or (head[4:8] == b"ftyp" and head[8:12] in _BRANDS):
        return "unsupported", {"said": kind[:20]}
    return "skipped", {"what": "other"}
