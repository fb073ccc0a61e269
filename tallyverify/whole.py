"""Files written whole: all of them, or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def write_whole(texts: Mapping[Path, str]) -> None:
    """Write files beside their places, then move all there: no file half, none without the rest."""
    beside: dict[Path, str] = {}
    old: dict[Path, bytes | None] = {}
    made = [folder for path in texts for folder in path.parents if not folder.exists()]
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, beside[path] = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            os.chmod(beside[path], 0o666 & ~_umask())
        for path, temporary in beside.items():
            before = path.read_bytes() if path.is_file() else None
            os.replace(temporary, path)
            old[path] = before
    except BaseException:
        for temporary in beside.values():
            Path(temporary).unlink(missing_ok=True)
        for path, before in old.items():
            with suppress(OSError):
                path.unlink() if before is None else path.write_bytes(before)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
