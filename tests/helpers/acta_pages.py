"""Made pages with the QR code of a made acta, and what photographs do to them; all of it seeded."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import segno
from PIL import Image, ImageFilter

PAGE = (1700, 2600)
"""Width and height of a page, in pixels: a letter at 200 dots an inch."""
ERROR_CORRECTION = "m"


def payload_of(seed: int, station: int | None = None) -> str:
    """Return the payload of a made acta: no real station has these figures."""
    rng = np.random.default_rng([seed, 1])
    number = seed if station is None else station
    votes = rng.poisson(1.2, 38)
    votes[[0, 35]] = rng.integers(20, 300, 2)
    code = f"{900_000_000 + number // 7:09d}.{number % 7 + 1:02d}.1.{number % 10_000:04d}"
    return f"{code}!{','.join(map(str, votes))}!{rng.integers(0, 3)}!{rng.integers(0, 2)}"


def qr_of(text: str, module: int, error: str = ERROR_CORRECTION) -> Image.Image:
    """Return the QR code of a text, with its quiet zone, as a grey image."""
    code = segno.make(text, error=error, micro=False, boost_error=False)
    held = io.BytesIO()
    code.save(held, kind="png", scale=module, border=4)
    return Image.open(held).convert("L")


def page_of(
    text: str,
    rng: np.random.Generator,
    *,
    module: int = 6,
    size: tuple[int, int] = PAGE,
    at: tuple[float, float] | None = None,
) -> Image.Image:
    """Return a page of lines that look like print, with a code somewhere, or at a place."""
    width, height = size
    page = np.full((height, width), 250, dtype=np.uint8)
    for top in range(40, height - 60, 44):  # rows of words: dark strokes of random lengths
        left = 60
        while left < width - 160:
            word = int(rng.integers(30, 150))
            if rng.random() < 0.72:
                strokes = rng.integers(0, 256, (18, word), dtype=np.uint8) < 115
                page[top : top + 18, left : left + word][strokes] = 40
            left += word + 16
    code = qr_of(text, module)
    space = (width - code.width, height - code.height)
    x, y = at if at is not None else tuple(rng.uniform(0.05, 0.95, 2))
    image = Image.fromarray(page)
    image.paste(code, (int(space[0] * x), int(space[1] * y)))
    return image


Degrade = Callable[[Image.Image, float, np.random.Generator], Image.Image]


def rotated(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """Turn by some degrees, the paper on a grey table."""
    return image.rotate(dose, Image.Resampling.BICUBIC, expand=True, fillcolor=120)


def blurred(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """Blur by a Gaussian with this standard deviation in pixels."""
    return image.filter(ImageFilter.GaussianBlur(dose))


def shaken(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """Smear over some pixels in one direction, as a hand that moves does."""
    grey = np.asarray(image, dtype=np.float32)
    angle = rng.uniform(0, np.pi)
    steps = max(int(dose * 2), 1)
    total = np.zeros_like(grey)
    for step in np.linspace(-dose / 2, dose / 2, steps):
        move = (round(step * np.sin(angle)), round(step * np.cos(angle)))
        total += np.roll(grey, move, axis=(0, 1))
    return _grey(total / steps)


def noisy(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """Add noise with this standard deviation, of 255."""
    grey = np.asarray(image, dtype=np.float32)
    return _grey(grey + dose * rng.standard_normal(grey.shape, dtype=np.float32))


def speckled(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """Make this share of the pixels black or white."""
    grey = np.array(image)
    draw = rng.random(grey.shape, dtype=np.float32)
    grey[draw < dose / 2] = 0
    grey[draw > 1 - dose / 2] = 255
    return Image.fromarray(grey)


def tilted(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """Move each corner inwards by up to this share of the page, as seen from aside."""
    width, height = image.size
    by = rng.uniform(0.5, 1, (4, 2)) * dose
    if rng.random() < 0.5:  # one side farther away than the other
        by[:2] *= 0.2
    else:
        by[[0, 3]] *= 0.2
    signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=float)
    seen = corners + signs * by * (width, height)
    return image.transform(
        image.size,
        Image.Transform.PERSPECTIVE,
        _coefficients(seen, corners),
        Image.Resampling.BICUBIC,
        fillcolor=110,
    )


def _coefficients(seen: np.ndarray, corners: np.ndarray) -> list[float]:
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(one) for one in np.linalg.solve(np.array(rows), np.array(values))]


def compressed(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """Save as JPEG of this quality, and read again."""
    held = io.BytesIO()
    image.save(held, "jpeg", quality=int(dose))
    return Image.open(held).convert("L")


def shadowed(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """Take this share of the light away from one side of an edge that runs through the page."""
    width, height = image.size
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across = (x - width / 2) * np.cos(angle) + (y - height / 2) * np.sin(angle)
    across -= rng.uniform(-0.3, 0.3) * min(width, height)
    soft = rng.uniform(2, 200)
    light = 1 - dose / (1 + np.exp(-np.clip(across / soft, -50, 50)))
    return _grey(np.asarray(image, dtype=np.float32) * light)


def faded(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """Take this share of the contrast away, as old thermal paper does."""
    grey = np.asarray(image, dtype=np.float32)
    return _grey(230 - (230 - grey * 0.92) * (1 - dose))


def photographed(image: Image.Image, dose: float, rng: np.random.Generator) -> Image.Image:
    """All at once, as a hurried photograph has them; 1 is a fair one, 3 a poor one."""
    image = tilted(image, 0.04 * dose, rng)
    image = rotated(image, float(rng.uniform(-4, 4)) * dose, rng)
    image = shadowed(image, min(0.25 * dose, 0.9), rng)
    image = blurred(image, 0.6 * dose, rng)
    image = noisy(image, 5 * dose, rng)
    return compressed(image, 85 - 15 * dose, rng)


def _grey(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


@dataclass(frozen=True)
class Cell:
    """One degradation and its dose, or pages with another size of the code."""

    name: str
    dose: float
    unit: str
    degrade: Degrade | None = None
    module: int = 6

    def page(self, seed: int, size: tuple[int, int] = PAGE) -> tuple[str, Image.Image]:
        """Return the payload and the page of a seed."""
        rng = np.random.default_rng([seed, 2])
        text = payload_of(seed)
        corner = self.name == "corner"
        corners = [(0.01, 0.01), (0.99, 0.01), (0.01, 0.99), (0.99, 0.99)]
        at = corners[seed % 4] if corner else None
        image = page_of(text, rng, module=self.module, size=size, at=at)
        return text, self.degrade(image, self.dose, rng) if self.degrade else image


CELLS = (
    Cell("clean", 0, ""),
    *(Cell("corner", m, "px a module", module=m) for m in (6, 4, 3, 2)),
    *(Cell("rotation", d, "°", rotated) for d in (3, 15, 30, 45, 90, 180)),
    *(Cell("blur", d, "px", blurred) for d in (1, 2, 3, 4, 5)),
    *(Cell("shake", d, "px", shaken) for d in (3, 6, 9, 12)),
    *(Cell("noise", d, "of 255", noisy) for d in (20, 50, 80, 120)),
    *(Cell("speckle", d, "of the pixels", speckled) for d in (0.05, 0.15, 0.3)),
    *(Cell("perspective", d, "of the page", tilted) for d in (0.05, 0.1, 0.2, 0.3)),
    *(Cell("JPEG", d, "quality", compressed) for d in (50, 20, 10, 5)),
    *(Cell("shadow", d, "of the light", shadowed) for d in (0.3, 0.6, 0.9)),
    *(Cell("fading", d, "of the contrast", faded) for d in (0.5, 0.8, 0.95)),
    *(Cell("photograph", d, "times", photographed) for d in (1, 2, 3)),
)
"""What the recovery is measured on."""
