"""One page: what poor photographs leave legible, never a wrong payload, and several codes."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from PIL import Image, ImageOps

from tallyverify.scanning.page_reading import read_page
from tallyverify.scanning.preparations import prepared
from tests.helpers.acta_pages import (
    Cell,
    blurred,
    compressed,
    faded,
    noisy,
    page_of,
    payload_of,
    photographed,
    qr_of,
    rotated,
    shadowed,
    speckled,
    tilted,
)

SIZE = (640, 640)
PAGES = 6

# Of six pages, so many at least are read. On pages of 1700 × 2600 pixels, forty a cell, the rates
# are in docs/scanning.md; the second figure is what reading the page as it is gives there.
FLOORS = {
    "clean": (Cell("clean", 0, ""), 6),
    "two pixels a module": (Cell("clean", 0, "", module=2), 6),
    "rotation": (Cell("rotation", 30, "", rotated), 6),
    "upside down": (Cell("rotation", 180, "", rotated), 6),
    "blur": (Cell("blur", 3, "", blurred), 6),
    "more blur": (Cell("blur", 4, "", blurred), 5),
    "noise": (Cell("noise", 120, "", noisy), 6),
    "speckles": (Cell("speckle", 0.3, "", speckled), 6),
    "perspective": (Cell("perspective", 0.2, "", tilted), 5),
    "JPEG": (Cell("JPEG", 5, "", compressed), 6),
    "shadow": (Cell("shadow", 0.9, "", shadowed), 6),
    "fading": (Cell("fading", 0.95, "", faded), 6),
    "photograph": (Cell("photograph", 2, "", photographed), 5),
}


@pytest.mark.parametrize("name", FLOORS)
def test_what_a_photograph_does_leaves_it_legible_and_never_another(name: str) -> None:
    cell, floor = FLOORS[name]
    read = 0
    for seed in range(PAGES):
        text, image = cell.page(seed, SIZE)
        found = read_page(np.asarray(image))
        assert found["text"] if found["status"] == "read" else "text" not in found
        assert found.get("text", text) == text
        read += found["status"] == "read"
    assert read >= floor


def page(*codes: str, at: tuple[tuple[int, int], ...] = ((40, 40), (340, 360), (340, 40))):
    image = page_of(codes[0], np.random.default_rng(1), module=4, size=SIZE, at=(0.95, 0.05))
    image.paste(255, (0, 0, *SIZE))
    for text, place in zip(codes, at, strict=False):
        image.paste(qr_of(text, 4), place)
    return image


ONE, OTHER = payload_of(1), payload_of(2)


def test_two_payloads_on_a_page_are_never_chosen_from() -> None:
    found = read_page(np.asarray(page(ONE, OTHER)))
    assert found["status"] == "several"
    assert found["others"] == tuple(sorted([ONE, OTHER]))
    assert "text" not in found


def test_a_second_payload_that_is_harder_to_read_is_waited_for() -> None:
    image = page(ONE, OTHER)
    place = (340, 360, 640, 640)
    image.paste(blurred(image.crop(place), 2.1, np.random.default_rng(3)), place)
    found = read_page(np.asarray(image))
    assert found["status"] == "several", found
    assert set(found["others"]) == {ONE, OTHER}


def test_one_payload_twice_is_one() -> None:
    found = read_page(np.asarray(page(ONE, ONE)))
    assert (found["status"], found["text"], found["unread"]) == ("read", ONE, False)


def test_another_code_beside_it_is_recorded() -> None:
    found = read_page(np.asarray(page("https://example.org/acta", ONE)))
    assert (found["status"], found["text"]) == ("read", ONE)
    assert found["others"] == ("https://example.org/acta",)


def test_a_code_that_is_no_payload() -> None:
    short = ONE.replace(",", ";", 1)
    found = read_page(np.asarray(page(short)))
    assert (found["status"], found["others"]) == ("not_payload", (short,))


def destroyed(code: Image.Image) -> Image.Image:
    """Return a code with its middle gone: more than its error correction mends."""
    middle = tuple(int(side * share) for share in (0.3, 0.75) for side in code.size)
    code.paste(255, middle)  # type: ignore[arg-type]
    return code


def test_a_code_that_cannot_be_mended_is_illegible_and_beside_another_told() -> None:
    image = page(ONE)
    image.paste(destroyed(qr_of(OTHER, 4)), (340, 360))
    found = read_page(np.asarray(image))
    assert (found["status"], found["text"], found["unread"]) == ("read", ONE, True)
    image.paste(255, (0, 0, 300, 300))
    found = read_page(np.asarray(image))
    assert found["status"] == "illegible", found


def test_what_is_light_on_dark_or_seen_from_behind() -> None:
    for turn in (ImageOps.invert, ImageOps.mirror):
        assert read_page(np.asarray(turn(page(ONE))))["text"] == ONE


@pytest.mark.parametrize("shape", [(16, 16), (16, 3000), (3000, 16), (300, 300)])
def test_pages_without_anything(shape: tuple[int, int]) -> None:
    for value in (0, 128, 255):
        found = read_page(np.full(shape, value, dtype=np.uint8))
        assert found == {"status": "no_code"}
    grey = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    assert read_page(grey) == {"status": "no_code", "others": (), "unread": False}


def test_every_preparation_has_its_name_and_gives_a_grey_picture() -> None:
    grey = np.asarray(page(ONE))
    names = []
    for name, picture in prepared(grey):
        names.append(name)
        assert picture.dtype == np.uint8
        assert picture.ndim == 2
        assert picture.flags["C_CONTIGUOUS"]
    assert len(names) == len(set(names)) > 10
    assert names[0] == "as_it_is"


def test_a_large_picture_is_worked_out_on_fewer_pixels() -> None:
    pictures = prepared(np.zeros((4000, 5000), dtype=np.uint8))
    sizes = [picture.size for _, picture in islice(pictures, 4)]
    assert sizes[:2] == [20_000_000, 5_000_000]
    assert max(sizes[2:]) <= 6_000_000
