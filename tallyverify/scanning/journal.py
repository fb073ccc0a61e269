"""What was read so far, on disk, so that a run that is broken off is taken up where it stood.

A line is a checksum and the outcome of one file, appended as soon as it is there. A line that was
cut off, or that does not hold together, is as if it were not there: its file is read again.
"""

from __future__ import annotations

import json
import os
import stat
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from tallyverify._version import __version__
from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.scanning.limits import ScanLimits
from tallyverify.scanning.outcomes import FileOutcome

_SCHEMA = "tallyverify/scan-journal/1"
_LIBRARIES = ("zxing-cpp", "pillow", "pypdfium2", "numpy", "scipy")
_SYNC_AFTER = 1.0
"""Seconds of work that a loss of power may cost. What kills the process alone costs none."""
_LARGEST = 2**31


@dataclass
class Journal:
    """An open journal, held by this process alone.

    Attributes
    ----------
    done : dict
        Outcomes that an earlier run left behind, by file; to be held against the files.
    started_anew : bool
        Whether there was a journal that could not be used: of another version or other limits.
    """

    path: Path
    file: BinaryIO
    done: dict[str, FileOutcome]
    started_anew: bool
    is_empty: bool
    _synced: float = field(default_factory=time.monotonic)

    def add(self, outcome: FileOutcome) -> None:
        """Append the outcome of a file."""
        _write(self.file, json.dumps(outcome.model_dump(mode="json", exclude_defaults=True)))
        self.is_empty = False
        if time.monotonic() - self._synced > _SYNC_AFTER:
            os.fsync(self.file.fileno())
            self._synced = time.monotonic()

    def remove(self) -> None:
        """Take the journal away: what it held is written."""
        if os.name == "nt":  # there an open file cannot be taken away
            self.file.close()
        self.path.unlink(missing_ok=True)


@contextmanager
def open_journal(path: Path, limits: ScanLimits) -> Iterator[Journal]:
    """Open the journal of an output, and keep every other run from it.

    Raises
    ------
    InputError
        If another run holds it, or something else stands in its place.
    """
    file = _held(path)
    try:
        head = _head(limits)
        whole, done, is_ours = _read(file, head)
        file.seek(whole)
        file.truncate()  # what was cut off, lest the next line be written behind it
        if whole == 0:
            _write(file, head)
        journal = Journal(path, file, done, started_anew=not is_ours, is_empty=not done)
        try:
            yield journal
        except BaseException:
            if journal.is_empty:
                journal.remove()
            raise
    finally:
        with suppress(OSError):
            file.close()


def _held(path: Path) -> BinaryIO:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NONBLOCK", 0)
    while True:
        try:
            file = os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0)
        except OSError as error:
            raise _in_the_way(path, error.strerror or type(error).__name__) from None
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise _in_the_way(path, told("a device"))
        if not _locked(file):
            file.close()
            raise InputError(
                told("another scan is writing to the same output"),
                file=path.name,
                hint=told("wait for it, or name another file with --out"),
            )
        # The run that held it may have taken it away in between.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()


def _in_the_way(path: Path, found: str) -> InputError:
    return InputError(
        told("the journal of the scan cannot be written"),
        file=path.name,
        found=found,
        expected=told("a file of an earlier scan, or nothing"),
        hint=told("move it away, or name another file with --out"),
    )


def _locked(file: BinaryIO) -> bool:
    """Lock a file until it is closed, or the process ends however it may."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            file.seek(_LARGEST - 2)  # beyond all that is written: a lock there hinders no reading
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        file.seek(0)
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _head(limits: ScanLimits) -> str:
    """Return the first line: all that an outcome hangs on, besides the file."""
    libraries = {name: version(name) for name in _LIBRARIES}
    head = {"schema": _SCHEMA, "version": __version__, **libraries, **asdict(limits)}
    return json.dumps(head)


def _line(text: str) -> bytes:
    held = text.encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(held), held)


def _write(file: BinaryIO, text: str) -> None:
    left = memoryview(_line(text))
    while left:  # a file without a buffer may take a part
        left = left[file.write(left) :]


def _read(file: BinaryIO, head: str) -> tuple[int, dict[str, FileOutcome], bool]:
    """Return how many bytes hold together, what they say, and whether the journal is of this kind.

    Nothing is there of a new journal, and of one that cannot be used.
    """
    if os.fstat(file.fileno()).st_size > _LARGEST:
        return 0, {}, False
    data = file.read(_LARGEST)
    if not data.startswith(_line(head)):
        return 0, {}, data == b"" or b"\n" not in data
    whole = 0
    done: dict[str, FileOutcome] = {}
    for at, line in enumerate(data.splitlines(keepends=True)):
        text = line[9:-1]
        if not line.endswith(b"\n") or line[:9] != b"%08x " % zlib.crc32(text):
            break
        if at:
            try:
                outcome = FileOutcome.model_validate_json(text)
            except InputError:
                break
            done[outcome.file] = outcome
        whole += len(line)
    return whole, done, True
