"""Kinds of stations: postal boards, stations abroad, special booths; given, or plain to see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.prediction.population import NOT_NAMED
from tallyverify.language import enumerated, told
from tallyverify.names import folded

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Floats, Mask, Texts

MOST_KINDS = 12
"""More forms of keys than this are no kinds of stations."""
FEWEST_OF_KIND = 10
"""Stations that a form of keys must have to be a kind by itself."""
_MOST_ODD = 0.05  # of the stations: keys of rare forms
_ODD = "\0"


def kinds_of(
    keys: Texts,
    voters: Floats,
    given: Texts | None,
    areas: Sequence[Counts] = (),
    seen: Mask | None = None,
) -> tuple[Counts, tuple[str, ...]]:
    """Return the kind of each station, and what the kinds are called.

    A column may name them. Beside it they are told apart where that is plain: by what letters their
    keys have (``B``, ``C`` and ``E`` booths), and by having no voters on a list where others have.

    Parameters
    ----------
    keys : ndarray of str, shape (stations,)
    voters : ndarray of float, shape (stations,)
        Registered voters; NaN where not known.
    given : ndarray of str, shape (stations,), optional
        The kind of each station as a column names it; empty where it does not.
    areas : sequence of ndarray of int64, shape (stations,)
        Areas by level: letters that name these are no kinds.
    seen : ndarray of bool, shape (stations,), optional
        Whose sheet was seen: a column may be known of these only.

    Returns
    -------
    codes : ndarray of int64, shape (stations,)
    names : tuple of str

    Examples
    --------
    >>> keys = np.array(["1B", "2B", "3E"] * 10, dtype=object)
    >>> kinds_of(keys, np.full(30, 400.0), None)[1]
    ('keys with B', 'keys with E')
    """
    texts = _together(_forms(keys, areas), _lists(voters))
    if given is not None and (given != "").any():
        named = [folded(str(text)) or NOT_NAMED for text in given]
        both = _together(named, texts)
        crossed = len(set(both)) <= MOST_KINDS and NOT_NAMED not in named
        texts = both if crossed else _named_or_told(named, texts, seen)
    # Not by an array of texts: that would hold what is told in the language that is spoken.
    names = sorted(set(texts))
    place = {name: at for at, name in enumerate(names)}
    codes = np.array([place[text] for text in texts], dtype=np.int64)
    return codes, tuple(name or told("all") for name in names)


def _together(one: list[str], other: list[str]) -> list[str]:
    """Return kinds that are told apart in two ways, named by what there is of both."""
    pairs = list(zip(one, other, strict=True))
    names = {pair: enumerated(filter(None, pair)) if all(pair) else "" for pair in set(pairs)}
    return [names[pair] or pair[0] or pair[1] for pair in pairs]


def _forms(keys: Texts, areas: Sequence[Counts]) -> list[str]:
    """Return the letters of each key, where these make few kinds."""
    letters = ["".join(re.findall(r"[^\W\d_]+", str(key))).upper() for key in keys]
    _, at, counts = np.unique(np.array(letters, dtype=str), return_inverse=True, return_counts=True)
    few = counts < FEWEST_OF_KIND
    if counts[few].sum() > _MOST_ODD * len(keys) or not 2 <= int((~few).sum()) <= MOST_KINDS:
        return [""] * len(keys)
    if few.any():  # a few odd keys are no kinds of their own, nor do they hide the others
        odd = few[at.ravel()]
        letters = [_ODD if lone else one for one, lone in zip(letters, odd, strict=True)]
    plain = ~few[at.ravel()]
    form = at.ravel()[plain]
    for area in (one[plain] for one in areas):
        # All stations of an area have the same letters, or all of the same letters lie in one.
        pairs = len(np.unique(form * (int(area.max()) + 1) + area))
        if pairs in (int((~few).sum()), len(np.unique(area))):
            return [""] * len(keys)
    words: dict[str, str] = {one: told("keys with {letters}", letters=one) for one in set(letters)}
    words |= {"": told("keys without letters"), _ODD: told("keys with other letters")}
    return [words[one] for one in letters]


def _named_or_told(named: list[str], plain: list[str], seen: Mask | None = None) -> list[str]:
    """Return kinds where a column names those of some stations only.

    What is plain to see tells of the others, and of all where the column names all that were seen:
    it then stands on the sheets alone, and those without a name are no other kind for that.
    """
    lacking = np.array([name == NOT_NAMED for name in named])
    if seen is not None and seen.any() and not lacking[seen].any():
        return plain if len(set(plain)) > 1 else named
    return [
        other if name == NOT_NAMED and other else name
        for name, other in zip(named, plain, strict=True)
    ]


def _lists(voters: Floats) -> list[str]:
    empty = voters == 0
    if not FEWEST_OF_KIND <= int(empty.sum()) < len(voters):
        return [""] * len(voters)
    nobody = told("no voters on the list")
    return [nobody if none else "" for none in empty]
