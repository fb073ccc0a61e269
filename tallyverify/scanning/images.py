"""The pages of a file as grey pictures. Runs in a process of its own: a file may end or hang it."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.arrays import Array
from tallyverify.scanning.limits import LONGEST_SIDE, MOST_BYTES, ScanLimits
from tallyverify.scanning.opened import open_file

if TYPE_CHECKING:
    from PIL import Image

_KINDS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP")
"""What Pillow may take a file for; each kind more would be one more to be attacked by."""
_SHORTEST = 16
"""Pixels of a side: less holds no code, and some filters fail on it."""
_POINT = 72
_FINE = 200 / _POINT
"""Pixels a point of a drawn PDF page: 200 dots an inch."""
_MOST_RENDERED = 25_000_000
_FILLS = 0.9
"""Share of a PDF page from which on one picture is the page."""
_DEPTH = 15


class NoPictureError(Exception):
    """A file or a page gives no picture; with the facts of its outcome."""

    def __init__(self, status: str, **facts: Any) -> None:
        super().__init__(status)
        self.facts: dict[str, Any] = {"status": status, **facts}


@dataclass(frozen=True)
class PagesOf:
    """How many pages a file has, and their pictures, or for each why there is none."""

    count: int
    pictures: Iterator[Array | NoPictureError]


def bytes_of(path: Path) -> bytes:
    """Return a whole file; what is hashed and what is decoded are the same bytes."""
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(MOST_BYTES + 1) if size <= MOST_BYTES else b""
    if (found := max(size, len(data))) > MOST_BYTES:
        raise NoPictureError("too_large", what="bytes", found=found, limit=MOST_BYTES)
    return data


def pages_of(data: bytes, limits: ScanLimits) -> PagesOf:
    """Return the pages of a file; :class:`NoPictureError` where it cannot be opened."""
    if not data:
        raise NoPictureError("damaged", what="empty")
    if b"%PDF-" in data[:1024]:
        return _pdf(data, limits)
    return _picture(data, limits)


def _picture(data: bytes, limits: ScanLimits) -> PagesOf:
    from PIL import Image, UnidentifiedImageError

    Image.init()
    Image.MAX_IMAGE_PIXELS = None  # checked below, before anything is decoded
    try:
        image = Image.open(io.BytesIO(data), formats=_KINDS)
    except UnidentifiedImageError:
        raise NoPictureError("damaged", what="kind") from None
    except Exception as error:
        raise _damaged(error) from None
    count = 1
    if image.format == "TIFF":  # of moving pictures only the first is a page
        count = _frames(image, limits)
    return PagesOf(count, _frames_of(image, count, limits))


def _frames(image: Any, limits: ScanLimits) -> int:
    """Return how many frames there are, without looking at more than are read."""
    count = 1
    while True:
        try:
            image.seek(count)
        except EOFError:
            break
        except Exception as error:
            raise _damaged(error) from None
        count += 1
        if count > limits.pages:
            raise NoPictureError("too_large", what="pages", found=count, limit=limits.pages)
    return count


def _frames_of(image: Any, count: int, limits: ScanLimits) -> Iterator[Array | NoPictureError]:
    for at in range(count):
        try:
            if image.format == "TIFF":
                image.seek(at)
            _check_pixels(image.size[0], image.size[1], limits)
            yield _grey(image)
        except NoPictureError as why:
            yield why
        except MemoryError:
            yield NoPictureError("too_large", what="memory")
        except Exception as error:
            yield _damaged(error)


def _check_pixels(width: int, height: int, limits: ScanLimits) -> None:
    if max(width, height) > LONGEST_SIDE:
        raise NoPictureError(
            "too_large", what="side", width=width, height=height, limit=LONGEST_SIDE
        )
    if width * height > limits.megapixels * 1_000_000:
        raise NoPictureError(
            "too_large", what="pixels", width=width, height=height, limit=limits.megapixels
        )


def _grey(image: Image.Image) -> Array:
    """Return a picture in 256 greys; what is transparent is white, as on paper."""
    from PIL import Image

    image.draft("L", image.size)  # of a JPEG the colours need not be decoded
    if image.mode.startswith(("I", "F")):  # 16 bits and more: darkest to brightest
        values = np.asarray(image, dtype=np.float64)
        values = np.nan_to_num(values, posinf=0, neginf=0)
        low, high = float(values.min()), float(values.max())
        grey = ((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8)
    elif image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        colours = image.convert("RGBA")
        paper = Image.new("RGBA", colours.size, "white")
        grey = np.asarray(Image.alpha_composite(paper, colours).convert("L"))
    else:
        grey = np.asarray(image.convert("L"))
    return _at_least(grey)


def _at_least(grey: Array) -> Array:
    """Return a picture with white around it where it is narrower than any code."""
    short = [max(0, _SHORTEST - side) for side in grey.shape]
    if any(short):
        grey = np.pad(grey, [(0, side) for side in short], constant_values=255)
    return np.ascontiguousarray(grey)


def _pdf(data: bytes, limits: ScanLimits) -> PagesOf:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise NoPictureError("locked") from None
        raise _damaged(error) from None
    if count == 0:
        raise NoPictureError("damaged", what="empty")
    if count > limits.pages:
        raise NoPictureError("too_large", what="pages", found=count, limit=limits.pages)
    return PagesOf(count, _rendered(document, count, limits))


def _rendered(document: Any, count: int, limits: ScanLimits) -> Iterator[Array | NoPictureError]:
    for at in range(count):
        try:
            page = document[at]
            try:
                scale = _scale(page, limits)
                bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
                yield _at_least(np.array(bitmap.to_numpy()))
            finally:
                page.close()
        except NoPictureError as why:
            yield why
        except MemoryError:
            yield NoPictureError("too_large", what="memory")
        except Exception as error:
            yield _damaged(error)


def _scale(page: Any, limits: ScanLimits) -> float:
    """Return how many pixels a point a page is drawn with: as many as the pictures on it have.

    A page that is one picture is drawn with its pixels. Anything else may hold a drawn code, and
    is drawn with 200 dots an inch at least; a page that is too large for that, with fewer.
    """
    from pypdfium2 import raw

    width, height = (max(float(side), 1.0) for side in page.get_size())
    scale, is_picture = 0.0, False
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_DEPTH):
        pixels = one.get_px_size()
        _check_pixels(pixels[0], pixels[1], limits)
        left, low, right, top = one.get_bounds()
        across, down = max(right - left, 1e-3), max(top - low, 1e-3)
        scale = max(scale, min(max(pixels) / max(across, down), 4 * _FINE))
        is_picture |= across * down >= _FILLS * width * height
    if not is_picture or scale == 0:
        scale = max(scale, _FINE)
    most = (_MOST_RENDERED / (width * height)) ** 0.5
    return float(min(scale, most))


def _damaged(error: Exception) -> NoPictureError:
    said = " ".join(f"{type(error).__name__}: {error}".split())
    said = re.sub("0x[0-9a-f]+", "…", said)  # a place in memory is another each time
    return NoPictureError("damaged", said=said[:300])
