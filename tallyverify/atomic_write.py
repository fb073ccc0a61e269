"""Files written whole: all of them, or none."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tallyverify.errors import InputError
from tallyverify.language import told

INTERRUPTS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that ask to stop; not every system has all of them."""

_MOST_SECONDS, _PAUSE = 30.0, 0.02
"""How long to wait for another run to have written, and how long between two looks."""

_BESIDE = ".part"
"""How the name of a file ends that stands beside the place it is meant for."""


@contextmanager
def held() -> Iterator[None]:
    """Let interrupts wait until the block is through, so that it leaves nothing half done."""
    # Python handles signals in its main thread, and only that one can be broken off.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in INTERRUPTS}
    # None: a handler that is not Python's, and could not be put back.
    before = {number: handler for number, handler in before.items() if handler is not None}
    try:
        for number in before:
            signal.signal(number, lambda number, _: came.append(number))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def write_whole(texts: Mapping[Path, str | bytes | Path | None]) -> None:
    """Write files beside their places, then move all there: no file half, none without the rest.

    A path instead of a text is a file to copy; a file without a text (None) is taken away, if it is
    there from before. An interrupt waits until all are there. What kills the process leaves files
    of one run alone, perhaps not all of them, and never takes the first away. Of several runs that
    write to one folder, the last leaves all of its files, where the system can lock folders.
    """
    made = [folder for path in texts for folder in path.parents if not folder.exists()]
    try:
        for path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
        # Whoever waits for another run can be interrupted; whoever writes cannot.
        with _alone_in({path.parent for path in texts}) as alone, held():
            if alone:
                _sweep(texts)
            _write(texts)
    except BaseException:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise


@contextmanager
def _alone_in(folders: Iterable[Path]) -> Iterator[bool]:
    """Keep other runs from writing to folders; yield whether the system can.

    The lock is the system's own: it ends with the process, however that ends, and leaves no file.
    It is given back before the folder is closed: a process forked meanwhile has that open too.
    """
    with ExitStack() as opened:
        handles = {}
        try:
            for folder in folders:
                handle = os.open(folder, os.O_RDONLY)
                opened.callback(os.close, handle)
                what = os.fstat(handle)
                handles[what.st_dev, what.st_ino] = folder, handle
            # Each folder once, however it is named, and all runs in one order: none waits for
            # itself, or for one that waits for it.
            for _, (folder, handle) in sorted(handles.items()):
                _lock(folder, handle)
                opened.callback(_unlock, handle)
            alone = True
        except (ImportError, OSError):  # not on Windows, nor on every disk of a network
            alone = False
        yield alone


def _lock(folder: Path, handle: int) -> None:
    """Lock an open folder, once no other run writes to it; that takes less than a second."""
    import fcntl

    for _ in range(round(_MOST_SECONDS / _PAUSE)):
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_PAUSE)
    raise InputError(
        told("another program holds the folder that is written to"),
        file=folder.resolve().name,
        hint=told("wait for it, or name another folder"),
    )


def _unlock(handle: int) -> None:
    import fcntl

    with suppress(OSError):  # closing it is all that is left
        fcntl.flock(handle, fcntl.LOCK_UN)


def _sweep(paths: Iterable[Path]) -> None:
    """Take away what a run that was killed left beside these places, as far as the system lets."""
    for path in paths:
        left = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}{re.escape(_BESIDE)}")
        with suppress(OSError):
            for name in filter(left.fullmatch, os.listdir(path.parent)):
                with suppress(OSError):  # a folder, or of another user
                    (path.parent / name).unlink()


def _write(texts: Mapping[Path, str | bytes | Path | None]) -> None:
    new: dict[Path, str] = {}
    old: dict[Path, str] = {}
    beside: list[str] = []
    placed: list[Path] = []
    try:
        for path, text in texts.items():
            if text is not None:
                new[path] = _beside(path, text)
                beside.append(new[path])
        first = next(iter(new), None)
        rest = [path for path in texts if path != first]
        if first is not None and rest and (first.is_file() or first.is_symlink()):
            beside.append(_beside(first, b"" if first.is_symlink() else first))
            if first.is_symlink():  # the link itself comes back, not what it leads to
                os.unlink(beside[-1])
                os.symlink(os.readlink(first), beside[-1])
            old[first] = beside[-1]
        # The other old files go before any new one comes: old and new never stand together.
        for path in rest:
            if path.is_file() or path.is_symlink():
                beside.append(_beside(path, b""))
                os.replace(path, beside[-1])
                old[path] = beside[-1]
        for path, text_beside in new.items():
            os.replace(text_beside, path)
            placed.append(path)
    except BaseException:
        for path in placed:
            if path not in old:
                with suppress(OSError):
                    path.unlink()
        for path, kept in old.items():
            if path in placed or path != first:  # the first stands there until it is replaced
                with suppress(OSError):
                    os.replace(kept, path)
        raise
    finally:
        for name in beside:
            with suppress(OSError):
                os.unlink(name)


def _beside(path: Path, text: str | bytes | Path) -> str:
    """Write a file beside a place, with the rights that a new file there has."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_BESIDE)
    try:
        with os.fdopen(handle, "wb") as stream:
            if isinstance(text, Path):
                with text.open("rb") as copied:
                    shutil.copyfileobj(copied, stream)
            else:
                stream.write(text.encode("utf-8") if isinstance(text, str) else text)
        os.chmod(name, 0o666 & ~_umask())
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    return name


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
