"""Keys of stations folded by the million: as bytes, all at once, where they are plain."""

from __future__ import annotations

import string
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tallyverify.names import folded_key

if TYPE_CHECKING:
    from tallyverify.arrays import Array, Counts, Mask, Texts

_CHUNK = 1 << 14  # texts whose bytes stay near at hand
_LETTER, _DIGIT, _SLASH, _SINGLE, _OTHER = range(5)
"""Kinds of bytes; a dash is plain if it stands alone between letters or digits."""


def folded_keys(keys: Any) -> Texts:
    """Return each of many keys as :func:`folded_key` does; shape (keys,).

    ``keys`` is a Series, an array or a list; a missing key is ``""``. Keys of letters, digits,
    slashes and single dashes are folded as bytes, all at once; of others each distinct one.
    """
    import numpy as np

    column = _as_text(keys)
    texts = np.empty(len(column), dtype=object)
    for start in range(0, len(column), _CHUNK):
        texts[start : start + _CHUNK] = _folded_chunk(column.slice(start, _CHUNK))
    return texts


def _as_text(keys: Any) -> Any:
    import pyarrow as pa

    try:
        column = pa.array(getattr(keys, "array", keys), from_pandas=True)
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        return column.cast(pa.large_string()).fill_null("")
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array(["" if key is None else str(key) for key in keys], pa.large_string())


def _folded_chunk(column: Any) -> Texts:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, begins, ends, odd = _pieces(column)
    texts: Texts
    if odd.any():
        given = column.filter(pa.array(odd)).to_pylist()
        known = {key: folded_key(key) for key in dict.fromkeys(given)}
        texts = np.empty(len(column), dtype=object)
        texts[odd] = [known[key] for key in given]
        if not odd.all():
            texts[~odd] = _folded_chunk(column.filter(pc.invert(pa.array(odd))))
        return texts
    data, offsets = _bytes(column)
    # A leading zero begins a number, or follows one that does, and a digit is behind it.
    begins[1:] |= kind[:-1] == _LETTER
    followed = (data == ord("0")) & ~ends
    followed[:-1] &= kind[1:] == _DIGIT
    dropped = followed & begins
    at = np.flatnonzero(dropped) + 1
    while len(at):
        at = at[followed[at]]
        dropped[at] = True
        at += 1
    kept = np.concatenate([[0], np.cumsum(~dropped)])[offsets]
    lower = _lower()[data[~dropped]]
    buffers = [None, pa.py_buffer(kept), pa.py_buffer(lower)]
    plain = pa.Array.from_buffers(pa.large_string(), len(column), buffers)
    texts = plain.to_numpy(zero_copy_only=False)
    return texts


def _bytes(column: Any) -> tuple[Array, Counts]:
    """Return the bytes of all texts, and where each begins; shapes (bytes,), (texts + 1,)."""
    import numpy as np

    _, ends, content = column.buffers()
    offsets = np.frombuffer(ends, dtype=np.int64)[column.offset :][: len(column) + 1]
    data = np.frombuffer(content or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]
    return data, offsets - offsets[0]


def _pieces(column: Any) -> tuple[Array, Mask, Mask, Mask]:
    """Return each byte's kind, whether it begins a piece and ends one, and which texts are odd."""
    import numpy as np

    data, offsets = _bytes(column)
    kind = _kinds()[data]
    border = np.zeros(len(data) + 1, dtype=bool)
    border[offsets] = True
    begins, ends = border[:-1].copy(), border[1:].copy()
    apart = kind >= _SLASH
    begins[1:] |= apart[:-1]
    ends[:-1] |= apart[1:]
    bad = (kind == _OTHER) | ((kind == _SINGLE) & (begins | ends))
    passed = np.concatenate([[0], np.cumsum(bad)])[offsets]
    return kind, begins, ends, passed[1:] > passed[:-1]


@lru_cache(maxsize=1)
def _kinds() -> Array:
    import numpy as np

    kinds = np.full(256, _OTHER, dtype=np.uint8)
    kinds[[ord(c) for c in string.ascii_letters]] = _LETTER
    kinds[[ord(c) for c in string.digits]] = _DIGIT
    kinds[[ord("/"), ord("-")]] = _SLASH, _SINGLE
    return kinds


@lru_cache(maxsize=1)
def _lower() -> Array:
    import numpy as np

    return np.frombuffer(bytes(range(256)).lower(), dtype=np.uint8)
