"""Every kind of picture and PDF gives its pages, and what is too large is refused by its header."""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tallyverify.scanning.images import NoPictureError, pages_of
from tallyverify.scanning.limits import ScanLimits
from tallyverify.scanning.page_reading import read_page
from tests.helpers.acta_pages import payload_of
from tests.helpers.pictures import (
    KINDS,
    drawn_pdf,
    held,
    jpeg_claiming,
    pdf_of,
    pdf_with,
    png_claiming,
    small_page,
)

TEXT = payload_of(5)


def outcomes(data: bytes, **limits: int) -> list[dict[str, Any]]:
    """Return the facts of each page, or of the whole file."""
    try:
        pages = pages_of(data, ScanLimits(**limits))
        found = list(pages.pictures)
    except NoPictureError as why:
        return [why.facts]
    assert pages.count == len(found)
    return [one.facts if isinstance(one, NoPictureError) else read_page(one) for one in found]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_read(name: str) -> None:
    (found,) = outcomes(KINDS[name](small_page(TEXT)))
    assert (found["status"], found.get("text")) == ("read", TEXT)


def test_a_code_drawn_on_a_pdf_page() -> None:
    assert outcomes(drawn_pdf(TEXT))[0]["text"] == TEXT


def test_a_small_code_on_a_large_pdf_page() -> None:
    page = Image.new("L", (2480, 3508), 255)
    page.paste(small_page(TEXT, 2), (2000, 3000))
    assert outcomes(held(page, "pdf", resolution=300))[0]["text"] == TEXT


@pytest.mark.parametrize("kind", ["pdf", "tiff"])
def test_each_page_of_a_file(kind: str) -> None:
    texts = [payload_of(seed) for seed in range(4)]
    pages = [small_page(text) for text in texts]
    data = held(pages[0], kind, save_all=True, append_images=pages[1:])
    assert [found["text"] for found in outcomes(data, pages=4)] == texts
    (found,) = outcomes(data, pages=3)
    assert found == {"status": "too_large", "what": "pages", "found": 4, "limit": 3}


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_of_moving_pictures_the_first_is_read(kind: str) -> None:
    pages = [small_page(payload_of(seed)).convert("RGB") for seed in range(3)]
    data = held(pages[0], kind, save_all=True, append_images=pages[1:] * 20)
    assert [found["text"] for found in outcomes(data, pages=1)] == [payload_of(0)]


@pytest.mark.parametrize("claim", [png_claiming, jpeg_claiming])
def test_what_is_too_large_is_refused_before_it_is_decoded(claim: Any) -> None:
    start = time.process_time()
    assert outcomes(claim(25_000, 20_000)) == [
        {
            **{"status": "too_large", "what": "pixels"},
            **{"width": 25_000, "height": 20_000, "limit": 120},
        }
    ]
    assert outcomes(claim(65_000, 65_000), megapixels=2000)[0]["status"] == "too_large"
    assert time.process_time() - start < 1
    assert outcomes(claim(25_000, 20_000), megapixels=1)[0]["limit"] == 1


def test_a_picture_may_be_narrow_and_not_too_long() -> None:
    for side, what in ((65_535, ""), (65_536, "side")):
        for shape in ((side, 3), (3, side)):
            grey = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
            (found,) = outcomes(held(Image.fromarray(grey), "png"))
            assert found["status"] == ("too_large" if what else "no_code")
            assert found.get("what", "") == what


def test_a_limit_is_held_to_the_pixel() -> None:
    page = Image.new("L", (1000, 1000), 255)
    assert outcomes(held(page, "png"), megapixels=1) == [{"status": "no_code"}]
    page = Image.new("L", (1001, 1000), 255)
    assert outcomes(held(page, "png"), megapixels=1)[0]["status"] == "too_large"


def test_a_huge_picture_inside_a_pdf_is_refused() -> None:
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R"
        b" /Resources << /XObject << /I 5 0 R >> >> >>",
        b"<< /Length 30 >>\nstream\nq 200 0 0 200 0 0 cm /I Do Q \nendstream",
        b"<< /Type /XObject /Subtype /Image /Width 25000 /Height 20000 /ColorSpace /DeviceGray"
        b" /BitsPerComponent 8 /Length 4 >>\nstream\n1234\nendstream",
    ]
    (found,) = outcomes(pdf_with(parts))
    assert (found["status"], found["width"], found["height"]) == ("too_large", 25_000, 20_000)


@pytest.mark.parametrize(
    "box", ["0 0 14400 14400", "0 0 1e9 1e9", "0 0 1e-9 1e-9", "0 0 0 0", "0 0 1 1e7", "9 9 1 1"]
)
def test_a_pdf_page_of_any_size_is_drawn_small_enough(box: str) -> None:
    pages = pages_of(pdf_of(box=box), ScanLimits())
    (page,) = pages.pictures
    assert isinstance(page, NoPictureError) or page.size < 30_000_000


def test_a_pdf_with_many_pages_of_one_kind() -> None:
    (found,) = outcomes(pdf_of(pages=1001))
    assert found == {"status": "too_large", "what": "pages", "found": 1001, "limit": 1000}


def test_a_pdf_that_needs_a_password() -> None:
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"0a" * 32, b"0b" * 32),
    ]
    data = pdf_with(parts, b"/Encrypt 4 0 R /ID [<01> <01>]")
    assert outcomes(data) == [{"status": "locked"}]


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\x00", b"x" * 5000, b"%PDF-", b"%PDF-1.7\n%%EOF", b"\xff\xd8\xff", b"GIF89a"),
        *(b"II*\0", b"II*\0\x08\0\0\0\xff\xff", b"RIFF\0\0\0\0WEBP", b"BM", pdf_of(pages=0)),
        *(pdf_with([b"<< /Type /Catalog >>"]), pdf_with([b"<< /Pages 1 0 R >>"])),
    ],
)
def test_what_is_none(data: bytes) -> None:
    (found,) = outcomes(data)
    assert found["status"] in ("damaged", "no_code")
    assert "0x" not in found.get("said", "")


def test_content_of_a_pdf_that_never_ends_its_states() -> None:
    (found,) = outcomes(pdf_of(content=b"q " * 200_000 + b"1 0 0 1 0 0 cm " * 50_000))
    assert found["status"] in ("damaged", "no_code")


def test_greys_of_sixteen_bits_are_stretched() -> None:
    file = io.BytesIO()
    Image.fromarray((np.asarray(small_page(TEXT)) // 100).astype(np.uint16)).save(file, "png")
    assert outcomes(file.getvalue())[0]["text"] == TEXT
