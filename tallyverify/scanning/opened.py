"""Opening a file, and nothing that has come into its place since the folder was listed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def open_file(path: Path) -> BinaryIO:
    """Open a file: no link, and no pipe that never ends."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    return os.fdopen(os.open(path, flags), "rb")
