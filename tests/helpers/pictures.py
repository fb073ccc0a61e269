"""Files of made actas in every kind, whole and spoilt."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import segno
from PIL import Image

from tests.helpers.acta_pages import ERROR_CORRECTION, payload_of, qr_of

SMALL = (340, 340)


def small_page(text: str, module: int = 4) -> Image.Image:
    """Return a small page with a code on it, and a grain that makes each file another."""
    code = qr_of(text, module)
    side = max(*SMALL, code.width + 40)
    image = Image.new("L", (side, side), 250)
    image.paste(code, (20, 20))
    return image


def held(image: Image.Image, kind: str, **how: object) -> bytes:
    """Return a picture as the bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **how)  # type: ignore[arg-type]
    return file.getvalue()


def with_paper(image: Image.Image) -> Image.Image:
    """Return a picture that is transparent where the paper is."""
    grey = np.asarray(image)
    return Image.fromarray(np.dstack([np.zeros((*grey.shape, 3), np.uint8), 255 - grey]))


def sixteen_bits(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image).astype(np.uint16) * 100)


def drawn_pdf(text: str) -> bytes:
    """Return a PDF whose code is drawn, not a picture."""
    file = io.BytesIO()
    code = segno.make(text, error=ERROR_CORRECTION, micro=False, boost_error=False)
    code.save(file, kind="pdf", scale=2)
    return file.getvalue()


def rgb(image: Image.Image) -> Image.Image:
    return image.convert("RGB")


KINDS: dict[str, Callable[[Image.Image], bytes]] = {
    "a.jpg": lambda image: held(image, "jpeg", quality=85),
    "colour.jpeg": lambda image: held(rgb(image), "jpeg"),
    "cmyk.jpg": lambda image: held(image.convert("CMYK"), "jpeg"),
    "progressive.jpg": lambda image: held(rgb(image), "jpeg", progressive=True),
    "phone.jpg": lambda image: held(
        rgb(image), "mpo", save_all=True, append_images=[rgb(image).reduce(4)]
    ),
    "a.png": lambda image: held(image, "png"),
    "transparent.png": lambda image: held(with_paper(image), "png"),
    "palette.png": lambda image: held(image.convert("P"), "png"),
    "transparent palette.png": lambda image: held(image.convert("P"), "png", transparency=250),
    "bits.png": lambda image: held(image.convert("1"), "png"),
    "deep.png": lambda image: held(sixteen_bits(image), "png"),
    "a.tiff": lambda image: held(image, "tiff"),
    "float.tif": lambda image: held(image.convert("F"), "tiff"),
    "a.webp": lambda image: held(rgb(image), "webp"),
    "a.gif": lambda image: held(image, "gif"),
    "a.bmp": lambda image: held(image, "bmp"),
    "a.pdf": lambda image: held(image, "pdf"),
    "fine.pdf": lambda image: held(image, "pdf", resolution=300),
    "coarse.pdf": lambda image: held(image, "pdf", resolution=20),
}
"""Files with one page, as they are named."""


def png_claiming(width: int, height: int) -> bytes:
    """Return a small PNG file whose header claims another size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + head + data + chunk(b"IEND", b"")


def jpeg_claiming(width: int, height: int) -> bytes:
    """Return a small JPEG file whose header claims another size."""
    data = held(Image.new("L", (16, 16)), "jpeg")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def pdf_of(pages: int = 1, box: str = "0 0 200 200", content: bytes = b"", more: str = "") -> bytes:
    """Return a PDF file written by hand: ``pages`` times the same page."""
    kids = " ".join(["3 0 R"] * pages)
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R /Resources << {more} >> >>"
        "".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    return pdf_with(parts)


def pdf_with(parts: list[bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF file of these objects, numbered from 1; the first is its root."""
    text = b"%PDF-1.7\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(text)
    text += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    text += b"".join(b"%010d 00000 n \n" % place for place in places)
    text += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(parts) + 1, trailer)
    return text + b"startxref\n%d\n%%%%EOF\n" % start


def folder_of(folder: Path, count: int, first: int = 0) -> list[str]:
    """Write small pictures of made actas; return their payloads in the order of their names."""
    folder.mkdir(exist_ok=True, parents=True)
    texts = [payload_of(seed) for seed in range(first, first + count)]
    for seed, text in enumerate(texts, first):
        (folder / f"acta{seed:04d}.png").write_bytes(held(small_page(text), "png"))
    return texts
