"""A linear program, put together piece by piece."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from tallyverify.arrays import Counts, Floats

Amount = tuple["Counts", "float | Floats", float] | float


class Builder:
    """Columns and constraints of a linear program, put together piece by piece."""

    def __init__(self) -> None:
        self.costs: list[Floats] = []
        self.lows: list[Floats] = []
        self.highs: list[Floats] = []
        self.columns = 0
        self.entries: list[tuple[Counts, Counts, Floats]] = []
        self.row_low: list[float] = []
        self.row_high: list[float] = []

    def variables(self, count: int, cost: float = 0.0, high: float = np.inf) -> Counts:
        """Return the positions of new variables from 0 up."""
        self.costs.append(np.full(count, cost))
        self.lows.append(np.zeros(count))
        self.highs.append(np.full(count, high))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def constraint(self, low: float, high: float) -> int:
        """Return the position of a new constraint."""
        self.row_low.append(low)
        self.row_high.append(high)
        return len(self.row_low) - 1

    def constraints(self, count: int, low: float, high: float) -> Counts:
        """Return the positions of new constraints."""
        start = len(self.row_low)
        self.row_low += [low] * count
        self.row_high += [high] * count
        return np.arange(start, start + count)

    def put(
        self, rows: Counts | int, columns: Counts | int, values: Floats | Counts | float
    ) -> None:
        """Set coefficients."""
        shape = np.broadcast_shapes(np.shape(rows), np.shape(columns), np.shape(values))
        r, c, v = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64), np.empty(shape)
        r[...], c[...], v[...] = rows, columns, values
        some = v != 0  # most papers are counted by few of the figures
        self.entries.append((r[some], c[some], v[some]))

    def matrix(self) -> csr_array:
        """Return the coefficients."""
        rows = np.concatenate([e[0] for e in self.entries])
        columns = np.concatenate([e[1] for e in self.entries])
        values = np.concatenate([e[2] for e in self.entries])
        matrix = csr_array((values, (rows, columns)), shape=(len(self.row_low), self.columns))
        matrix.eliminate_zeros()
        # HiGHS in older versions of scipy takes indices of 32 bits only.
        matrix.indices, matrix.indptr = (
            matrix.indices.astype(np.int32),
            matrix.indptr.astype(np.int32),
        )
        return matrix
