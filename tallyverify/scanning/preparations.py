"""What is done to a picture before a code is looked for, the cheapest first.

Chosen and ordered by what recovers pages that those before do not (``benchmarks/scanning.py``).
Each takes a grey picture (height, width; uint8) and gives another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tallyverify.arrays import Array

WHOLE = ("as_it_is", "half_size")
"""Made of the picture as it is; the others of one reduced until they are worked out soon."""
QUICK = 9
"""So many are tried to read a code that was seen beside one that was read."""
_MOST_PIXELS = 6_000_000


def prepared(grey: Array) -> Iterator[tuple[str, Array]]:
    """Yield each preparation of a picture with its name; made when it is asked for."""
    yield WHOLE[0], grey
    yield WHOLE[1], _reduced(grey, 2)
    by = 1
    while grey.size / by**2 > _MOST_PIXELS:
        by += 1
    grey = _reduced(grey, by) if by > 1 else grey
    for name, prepare in _PREPARATIONS.items():
        yield name, prepare(grey)


def _reduced(grey: Array, by: int) -> Array:
    from PIL import Image

    return np.asarray(Image.fromarray(grey).reduce(by))


def _smoothed(radius: int) -> Callable[[Array], Array]:
    """Mean of a square: noise and speckles go."""

    def smooth(grey: Array) -> Array:
        from PIL import Image, ImageFilter

        return np.asarray(Image.fromarray(grey).filter(ImageFilter.BoxBlur(radius)))

    return smooth


def _evened(grey: Array) -> Array:
    """Black where darker than around: shadows and faded print go."""
    around = _smoothed(10)(grey)
    return np.where(grey > around, 255, 0).astype(np.uint8)


def _sharpened(radius: float, percent: int) -> Callable[[Array], Array]:
    """Unsharp mask: a little blur goes."""

    def sharpen(grey: Array) -> Array:
        from PIL import Image, ImageFilter

        mask = ImageFilter.UnsharpMask(radius, percent, 0)
        return np.asarray(Image.fromarray(grey).filter(mask))

    return sharpen


def _median(grey: Array) -> Array:
    """Median of nine: single black and white pixels go."""
    from PIL import Image, ImageFilter

    return np.asarray(Image.fromarray(grey).filter(ImageFilter.MedianFilter(3)))


def _gauss(grey: Array) -> Array:
    from PIL import Image, ImageFilter

    return np.asarray(Image.fromarray(grey).filter(ImageFilter.GaussianBlur(2)))


def _doubled(grey: Array) -> Array:
    """Twice the size: modules of two pixels can be told apart."""
    from PIL import Image

    picture = Image.fromarray(grey)
    size = (picture.width * 2, picture.height * 2)
    return np.asarray(picture.resize(size, Image.Resampling.BICUBIC))


def _deblurred(sigma: float, noise: float) -> Callable[[Array], Array]:
    """Wiener's filter, for a Gaussian blur of ``sigma`` pixels and a share of noise."""

    def deblur(grey: Array) -> Array:
        from scipy import fft

        height, width = grey.shape
        size = tuple(fft.next_fast_len(side + 8 * int(sigma), real=True) for side in grey.shape)
        pad = ((0, size[0] - height), (0, size[1] - width))
        signal = fft.rfft2(np.pad(grey, pad, mode="edge").astype(np.float32))
        across = fft.rfftfreq(size[1]).astype(np.float32) ** 2
        down = fft.fftfreq(size[0]).astype(np.float32)[:, None] ** 2
        blur = np.exp(-2 * (np.pi * sigma) ** 2 * (down + across))
        signal *= blur / (blur * blur + np.float32(noise))
        sharp = fft.irfft2(signal, s=size, overwrite_x=True)[:height, :width]
        # Few pixels lie beyond: to cut more off would cost modules of the code.
        low, high = np.percentile(sharp[::4, ::4], (0.1, 99.9))
        stretched = (sharp - low) * (255 / max(float(high - low), 1.0))
        return np.asarray(np.clip(stretched, 0, 255), dtype=np.uint8)

    return deblur


def _chain(*steps: Callable[[Array], Array]) -> Callable[[Array], Array]:
    def all_steps(grey: Array) -> Array:
        for step in steps:
            grey = step(grey)
        return grey

    return all_steps


_PREPARATIONS: dict[str, Callable[[Array], Array]] = {
    "smoothed": _smoothed(1),
    "smoothed_more": _smoothed(2),
    "evened": _evened,
    "sharpened": _sharpened(3, 300),
    "sharpened_more": _sharpened(8, 500),
    "median": _median,
    "smoothed_most": _gauss,
    "deblurred": _deblurred(2, 0.1),
    "deblurred_more": _deblurred(3, 0.01),
    "deblurred_most": _deblurred(4, 0.001),
    "doubled_smoothed": _chain(_doubled, _smoothed(2)),
    "doubled_sharpened": _chain(_doubled, _sharpened(6, 300)),
    "doubled_deblurred": _chain(_doubled, _deblurred(4, 0.01)),
}
