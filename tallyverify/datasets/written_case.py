"""A data set as a case in a folder of the user's own, where nothing is overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOENT
from pathlib import Path

from tallyverify.atomic_write import write_whole
from tallyverify.datasets.cache import digest_of, reason
from tallyverify.datasets.known_sets import KnownSet
from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.taken import takes_input

DESCRIBED = "case.json"


@takes_input
def check_free(known: KnownSet, folder: Path) -> None:
    """Raise an InputError if a folder holds other files by the names of those of a data set."""
    hashes = {file.name: file.sha256 for file in known.files}
    for name, text in own_documents(known).items():
        hashes[name] = hashlib.sha256(text).hexdigest()
    with _folder_trouble(folder):
        taken = [n for n, sha256 in hashes.items() if digest_of(folder / n) not in (None, sha256)]
    if taken:
        raise InputError(
            told("files of other content are in the way"),
            file=folder.name,
            found=listed(taken),
            expected=told("a folder without them, or a name that is still free"),
            hint=told("name another folder; nothing is overwritten"),
        )


def own_documents(known: KnownSet) -> dict[str, bytes]:
    """Return the documents of a case that has a folder of its own: its description is case.json."""
    texts = known.texts()
    return {DESCRIBED if name == known.case else name: text for name, text in texts.items()}


def write_files(known: KnownSet, files: tuple[Path, ...], folder: Path) -> list[Path]:
    """Write a data set into a folder, all of it or nothing; return its files, case.json last.

    Raises
    ------
    InputError
        If other files are in the way, or a file of the cache changed since it was fetched.
    """
    check_free(known, folder)
    texts = {path.name: path.read_bytes() for path in files}
    for file in known.files:
        if file.name in texts and hashlib.sha256(texts[file.name]).hexdigest() != file.sha256:
            raise InputError(
                told("the file in the cache changed since it was fetched"),
                file=file.name,
                hint=told("fetch it again"),
            )
    texts |= own_documents(known)
    places = {folder / name: text for name, text in texts.items()}
    with _folder_trouble(folder):
        write_whole({place: text for place, text in places.items() if not place.exists()})
    return list(places)


@contextmanager
def _folder_trouble(folder: Path) -> Iterator[None]:
    try:
        if "\0" in str(folder):
            raise FileNotFoundError(ENOENT, told("a sign that no path has"))
        yield
    except OSError as error:
        raise InputError(
            told("the folder cannot be written to"),
            file=folder.name,
            found=reason(error),
            expected=told("a folder of yours, with room for the files"),
            hint=told("name another folder; nothing is overwritten"),
        ) from None
