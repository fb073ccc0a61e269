"""Types of arrays, and arrays that callers hand in, checked once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.intp]
Texts = NDArray[np.object_]
Hashes = NDArray[np.uint64]
