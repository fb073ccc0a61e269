"""The process that opens and reads files, one after the other, as it is asked on standard input.

It is started by :mod:`.pool`, and speaks JSON, a line at a time. Whatever a file does to it (an
abort, a loop, all the memory) is done to this process alone.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tallyverify.readers import open_answers, restrict
from tallyverify.scanning.limits import ScanLimits

if TYPE_CHECKING:
    from tallyverify.arrays import Array
    from tallyverify.scanning.images import NoPictureError

_MEMORY = 2 * 2**30
_BYTES_A_PIXEL = 16
"""Of an image, over all its copies."""


def serve() -> None:
    """Read the files that standard input names, until it ends."""
    answers = open_answers()
    _load()
    _say(answers, {"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        limits = ScanLimits(**asked["limits"])
        for answer in _file(asked["path"], limits):
            _say(answers, answer)


def _say(answers: BinaryIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what).encode() + b"\n")
    answers.flush()


def _load() -> None:
    """Import what every file needs, so that no file's time goes into it."""
    import zxingcpp  # noqa: F401
    from PIL import Image

    import tallyverify.scanning.images
    import tallyverify.scanning.page_reading  # noqa: F401
    from tallyverify.readers import read_payload  # noqa: F401

    Image.init()


def _file(path: str, limits: ScanLimits) -> Iterator[dict[str, Any]]:
    """Yield what a file is, then each of its pages, then the end."""
    from tallyverify.scanning.images import NoPictureError, bytes_of, pages_of

    try:
        data = bytes_of(Path(path))
        restrict(_memory(len(data), limits), limits.seconds)
        yield {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        pages = pages_of(data, limits)
        yield {"count": pages.count}
        for number, picture in enumerate(pages.pictures, 1):
            yield {"page": {"page": number, **_page(picture)}}
            restrict(_memory(len(data), limits), limits.seconds)
    except NoPictureError as why:
        yield {"page": {"page": 0, **why.facts}}
    except MemoryError:
        yield {"page": {"page": 0, "status": "too_large", "what": "memory"}}
    except OSError as error:
        said = (error.strerror or type(error).__name__)[:300]
        yield {"page": {"page": 0, "status": "unreadable", "said": said}}
    yield {"end": True}


def _page(picture: Array | NoPictureError) -> dict[str, Any]:
    """Return the facts of a page; the larger preparations may take more memory than it has."""
    from tallyverify.scanning.images import NoPictureError
    from tallyverify.scanning.page_reading import read_page

    if isinstance(picture, NoPictureError):
        return picture.facts
    height, width = picture.shape
    try:
        return {"width": width, "height": height, **read_page(picture)}
    except MemoryError:
        return {"width": width, "height": height, "status": "too_large", "what": "memory"}


def _memory(size: int, limits: ScanLimits) -> int:
    return _MEMORY + 2 * size + _BYTES_A_PIXEL * limits.megapixels * 1_000_000
