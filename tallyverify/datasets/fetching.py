"""Fetch a data set: from the cache, from copies that the user has, or from where it was published.

No file is used whose SHA-256 is not the one that was pinned, wherever it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tallyverify.atomic_write import write_whole
from tallyverify.datasets.cache import cache_folder, cache_trouble, check_folder, digest_of
from tallyverify.datasets.copies import copies_given
from tallyverify.datasets.downloading import download
from tallyverify.datasets.known_sets import DATASETS, DataFile, KnownSet, known_set
from tallyverify.datasets.written_case import write_files
from tallyverify.errors import InputError
from tallyverify.language import ToldText, enumerated, told
from tallyverify.taken import takes_input


@takes_input
@dataclass(frozen=True, repr=False)
class DataSet:
    """A data set that was fetched: a case in a folder of the cache.

    It may be given wherever a case's path may, e.g. to :func:`tallyverify.verify`.

    Attributes
    ----------
    known : KnownSet
        What it is, where it was published, and the SHA-256 of its files.
    folder : Path
        The folder that it lies in.
    files : tuple of Path
        The published files at hand; the case reads the first.
    notes : tuple of str
        What was mended in the cache.

    Examples
    --------
    >>> from pathlib import Path
    >>> known = known_set("venezuela-2024")
    >>> found = DataSet(known, Path("cache"), (Path("cache/RESULTADOS_2024_CSV_V2.csv"),))
    >>> found.case.name, found
    ('case.json', <DataSet 'venezuela-2024': 1 of 2 files>)
    """

    known: KnownSet
    folder: Path
    files: tuple[Path, ...]
    notes: tuple[ToldText, ...] = ()

    @property
    def case(self) -> Path:
        """The document that describes its case."""
        return self.folder / self.known.case

    def __fspath__(self) -> str:
        return str(self.case)

    def __repr__(self) -> str:
        files = f"{len(self.files)} of {len(self.known.files)} files"
        return f"<DataSet {self.known.name!r}: {files}>"

    @takes_input
    def write(self, folder: str | Path) -> list[Path]:
        """Write it as a case into a folder of your own.

        Parameters
        ----------
        folder : path
            Made if it is not there.

        Returns
        -------
        list of Path
            The files of the case, case.json last.

        Raises
        ------
        InputError
            If files of other content are in the way; then nothing is written.
        """
        return write_files(self.known, self.files, Path(folder))


@takes_input
def fetch(
    name: str,
    *,
    from_file: str | Path | Sequence[str | Path] | None = None,
    cache: str | Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> DataSet:
    """Fetch published sheets, and make a case of them with the declared result.

    What is in the cache is not fetched again. Each file, wherever it comes from, must have the
    SHA-256 that is pinned in :data:`DATASETS`.

    Parameters
    ----------
    name : str
        A name in :data:`DATASETS`.
    from_file : path, or list of paths, optional
        Copies that you have, under whatever names. Then nothing is downloaded: files that are
        neither given nor in the cache are left out, unless the case reads them. The copies
        themselves are only read.
    cache : path, optional
        Folder of the cache; without it, that of the environment variable ``TALLYVERIFY_CACHE``,
        or else the system's for tallyverify.
    progress : callable, optional
        Called as ``progress(what, done, of)`` with bytes, while it downloads.

    Returns
    -------
    DataSet
        A case in a folder of the cache.

    Raises
    ------
    InputError
        If no data set has this name, a copy is none of its files, a file cannot be downloaded or
        is not the published one, or the cache cannot be used.

    Examples
    --------
    ``tv.verify(tv.datasets.fetch("venezuela-2024"))`` downloads 8 MB, once.

    >>> fetch("venezuela")
    Traceback (most recent call last):
    ...
    tallyverify.errors.UnknownNameError: no data set has this name
      found: 'venezuela'
      expected: 'venezuela-2024', 'venezuela-2024-v1'
      try: did you mean 'venezuela-2024'?
    """
    known = known_set(name)
    if from_file is None or (isinstance(from_file, Sequence) and not isinstance(from_file, str)):
        paths = [Path(path) for path in from_file or ()]
    else:
        paths = [Path(from_file)]
    copies = copies_given(known, paths)
    folder = cache_folder(cache) / known.folder
    with cache_trouble(folder):
        check_folder(folder)
        there = {file: digest_of(folder / file.name) for file in known.files}
        right = {file for file, found in there.items() if found == file.sha256}
        texts = _documents(known, folder)
        notes = [_written_anew(path.name) for path in texts if path.exists()]
        if not paths:
            for file in known.files:
                if file not in right:
                    download(known, file, folder, there[file], progress or _silent)
        files = tuple(f for f in known.files if not paths or f in right or f.name in copies)
        if known.files[0] not in files:
            raise _not_given(known, copies)
        for file in files:
            path = folder / file.name
            if file in right and path.is_symlink():  # a case is not led out of its folder
                texts[path] = path.read_bytes()
            elif file not in right and file.name in copies:
                texts[path] = copies[file.name]
        write_whole(texts)
    wrong = {file: found for file, found in there.items() if found and file not in right}
    notes += [_another(file, found, file in files) for file, found in wrong.items()]
    return DataSet(known, folder, tuple(folder / file.name for file in files), tuple(notes))


def _silent(what: str, done: int, of: int) -> None:
    pass


def _documents(known: KnownSet, folder: Path) -> dict[Path, bytes]:
    """Return the documents of the case that do not stand in the cache as they ought to."""
    texts = {folder / name: text for name, text in known.texts().items()}
    return {
        path: text
        for path, text in texts.items()
        if path.is_symlink() or digest_of(path) != sha256(text).hexdigest()
    }


def _written_anew(name: str) -> str:
    return told("{file} said something else in the cache; it was written anew", file=name)


def _another(file: DataFile, found: str, replaced: bool) -> str:
    if replaced:
        return told(
            "{file} in the cache was another file (SHA-256 {sha256}); it was replaced",
            file=file.name,
            sha256=found,
        )
    return told(
        "{file} in the cache is another file (SHA-256 {sha256}); it is not used",
        file=file.name,
        sha256=found,
    )


def _not_given(known: KnownSet, given: Iterable[str]) -> InputError:
    needed = known.files[0]
    other = next((one.name for one in DATASETS.values() if one.files[0].name in given), None)
    return InputError(
        told("the case reads a file of which no copy was given, and none is in the cache"),
        file=needed.name,
        found=enumerated(given),
        expected=needed.described(),
        hint=told(
            "give a copy of it too, or none at all, and it is downloaded; a case of the file that "
            "you gave is the data set {name}",
            name=other,
        )
        if other
        else told("give a copy of it too, or none at all, and it is downloaded"),
    )
