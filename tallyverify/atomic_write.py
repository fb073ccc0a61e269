"""Files written whole: all of them, or none."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

INTERRUPTS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that ask to stop; not every system has all of them."""


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


def write_whole(texts: Mapping[Path, str | bytes | None]) -> None:
    """Write files beside their places, then move all there: no file half, none without the rest.

    A file without a text (None) is taken away, if it is there from before.

    An interrupt waits until they are there.
    """
    with held():
        _write(texts)


def _write(texts: Mapping[Path, str | bytes | None]) -> None:
    beside: dict[Path, str] = {}
    old: dict[Path, bytes | None] = {}
    made = [folder for path in texts for folder in path.parents if not folder.exists()]
    try:
        for path, text in texts.items():
            if text is None:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, beside[path] = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(handle, "wb") as stream:
                stream.write(text if isinstance(text, bytes) else text.encode("utf-8"))
            os.chmod(beside[path], 0o666 & ~_umask())
        for path in texts:
            before = path.read_bytes() if path.is_file() else None
            if path in beside:
                os.replace(beside[path], path)
            else:
                path.unlink(missing_ok=True)
            old[path] = before
    except BaseException:
        for temporary in beside.values():
            Path(temporary).unlink(missing_ok=True)
        for path, before in old.items():
            with suppress(OSError):
                path.unlink(missing_ok=True) if before is None else path.write_bytes(before)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
