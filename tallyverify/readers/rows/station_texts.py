"""Texts that every row of a station in a long file repeats: its kind, its place in the order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Codes

Differing = tuple[list[int], list[str]]
"""Rows of the table, and the two texts that rows of the file say of each."""


def station_text(texts: pa.Array, row: Codes) -> tuple[pa.Array, Differing]:
    """Return by row of the table what its rows of the file say, and where they do not agree.

    ``row``: the row of the table that each row of the file is of. An empty cell says nothing; where
    two texts are said, none is taken.
    """
    known, code = ordered_texts(texts)
    size = int(row.max(initial=-1)) + 1
    least, most = np.full(size, len(known)), np.full(size, -1)
    says = np.flatnonzero(np.array([bool(text) for text in known], dtype=bool)[code])
    np.minimum.at(least, row[says], code[says])
    np.maximum.at(most, row[says], code[says])
    differ = np.flatnonzero(least < most)
    said = [f"{known[least[at]]} ≠ {known[most[at]]}" for at in differ.tolist()]
    least[differ] = len(known)
    return pa.array([*known, ""], pa.string()).take(pa.array(least)), (differ.tolist(), said)


def least_text(texts: pa.Array, part: Codes) -> pa.Array:
    """Return for each station the first of the texts that its parts say, in their order; or "".

    ``part``: the station that each row is a part of.
    """
    known, code = ordered_texts(texts)
    least = np.full(int(part.max(initial=-1)) + 1, len(known))
    says = np.flatnonzero(np.array([bool(text) for text in known], dtype=bool)[code])
    np.minimum.at(least, part[says], code[says])
    return pa.array([*known, ""], pa.string()).take(pa.array(least))


def ordered_texts(texts: pa.Array) -> tuple[list[str], Codes]:
    """Return the distinct texts, the shorter first, as 9 before 10; and of each cell its place."""
    encoded = pc.fill_null(texts, "").dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    there = [str(text) for text in encoded.dictionary.to_pylist()]
    known = sorted(there, key=lambda text: (len(text), text))
    place = {text: at for at, text in enumerate(known)}
    code = np.array([place[text] for text in there], dtype=np.intp)
    return known, code[encoded.indices.to_numpy()]
