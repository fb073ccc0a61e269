"""Stations of two tables that are one: by their keys, as they are spelt or in a normal form.

Each form is tried on the keys that those before it left, and joins two keys only where it is the
form of no other key on either side: no station is given another one's figures.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Codes, Mask, Texts, among
from tallyverify.errors import InputError, shown
from tallyverify.key_bytes import folded_keys
from tallyverify.language import clauses, formula, told, told_of
from tallyverify.names import KeyForm, folded_key

_PARTS = re.compile(r"[-_.:,;/ ]+")
_MOST = 0.5
_NEARLY_ALL = 0.9
"""Parts that are joined could meet by chance: the form counts where it joins nearly all keys."""
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class KeyMatch:
    """Which keys of a second table are those of a first.

    Attributes
    ----------
    places : ndarray of int, shape (second,)
        Place among the first keys, −1 where there is none.
    forms : dict of str to int
        How many keys each form joined.
    suggested : dict of str to str
        Keys of the first that were not found, with the one key of the second, not found either,
        that has the same digits.
    """

    places: Codes
    forms: dict[KeyForm, int]
    suggested: dict[str, str]

    @property
    def words(self) -> str:
        """How many stations were joined by another form than the spelling; nothing if none."""
        return clauses([_FORM_WORDS[form](n) for form, n in self.forms.items() if form != "spelt"])


def match_keys(first: Any, second: Any, crosswalk: Mapping[str, str] | None = None) -> KeyMatch:
    """Find the keys of a second table among those of a first.

    Parameters
    ----------
    first, second : sequence of str
        The keys of each; one that stands twice on its side is left alone.
    crosswalk : mapping of str to str, optional
        Keys of the second with the keys of the first that they stand for; they come first.

    Examples
    --------
    >>> match = match_keys(["001/01", "2/1", "Peña/3"], ["1/1", "pena/3", "7"])
    >>> match.places.tolist(), match.forms
    ([0, 2, -1], {'folded': 1, 'accents': 1})
    """
    here, there = _texts(first), _texts(second)
    at = np.full(len(there), -1, dtype=np.intp)
    free = np.ones(len(here), dtype=bool)  # keys of the first that no key of the second has yet
    forms: dict[KeyForm, int] = {}
    named = np.zeros(len(there), dtype=bool)  # keys that the crosswalk names

    def join(form: KeyForm, one: Texts, other: Texts, least: float = 0.0) -> None:
        found = _one_to_one(one, other, free, (at < 0) & ~named)
        joined = int((found >= 0).sum())
        smaller = min(int(free.sum()), int((at < 0).sum()))
        if not joined or joined < least * smaller:
            return
        at[found >= 0] = found[found >= 0]
        free[found[found >= 0]] = False
        forms[form] = joined

    known = {folded_key(key): folded_key(value) for key, value in (crosswalk or {}).items()}
    if known:
        folded, own = folded_keys(there), folded_keys(here)
        ours = np.array([known.get(key, "") for key in folded], dtype=object)
        join("crosswalk", own, ours)
        # What the crosswalk names is joined by it or not at all, on either side.
        named = (ours != "") & (at < 0)
        free &= ~among(own, set(known.values()))
    join("spelt", here, there)
    for form, of in (("folded", folded_keys), ("accents", _unaccented)):
        if free.any() and (at < 0).any():
            join(form, of(here), of(there))  # type: ignore[arg-type]
    # Where most keys are found as they are, the others are not merely joined.
    if min(_share(free), _share(at < 0)) > _MOST:
        for one, other in _joined(here, there, free, at < 0):
            join("joined", one, other, _NEARLY_ALL)
    return KeyMatch(at, forms, _suggested(here, there, free, at < 0))


def no_key_in_common(first: Any, second: Any, names: tuple[str, str]) -> InputError:
    """Return the error for two tables without a station in common, with keys of each."""
    here, there = _texts(first), _texts(second)
    suggested = _suggested(here, there, np.ones(len(here), bool), np.ones(len(there), bool))
    hint = told(
        "name the columns of the key in both mappings alike, or give a crosswalk: a table of two "
        "columns, keys of {second} and keys of {first}",
        first=names[0],
        second=names[1],
    )
    if suggested:
        one, other = min(suggested.items())
        hint = told_of(
            len(suggested),
            "with the same digits in them is {count} pair, {one} and {other}; if these are one "
            "station, map the same parts of the key in both, or give a crosswalk",
            "with the same digits in them are {count} pairs, such as {one} and {other}; if these "
            "are one station, map the same parts of the key in both, or give a crosswalk",
            one=shown(one),
            other=shown(other),
        )
    return InputError(
        told("{first} and {second} have no station in common", first=names[0], second=names[1]),
        found=told(
            "keys of {first}: {one}; of {second}: {other}",
            first=names[0],
            one=_some(here),
            second=names[1],
            other=_some(there),
        ),
        expected=told("keys that are the same up to zeros, case, accents and signs between parts"),
        hint=hint,
    )


_FORM_WORDS: dict[KeyForm, Callable[[int], str]] = {
    "crosswalk": lambda n: told_of(
        n, "{count} station by the crosswalk", "{count} stations by the crosswalk"
    ),
    "folded": lambda n: told_of(
        n,
        "{count} station whose key differs in zeros, case or signs",
        "{count} stations whose keys differ in zeros, case or signs",
    ),
    "accents": lambda n: told_of(
        n,
        "{count} station whose key differs in accents or in what parts it",
        "{count} stations whose keys differ in accents or in what parts them",
    ),
    "joined": lambda n: told_of(
        n,
        "{count} station whose key is joined in one and parted in the other",
        "{count} stations whose keys are joined in one and parted in the other",
    ),
}


def _some(keys: Texts) -> str:
    few = sorted(set(keys))[:_SHOWN]
    return clauses(
        formula("{key} → {form}", key=shown(key), form=shown(_unaccented([key])[0])) for key in few
    )


def _texts(keys: Any) -> Texts:
    column = pd.Series(keys)
    texts: Texts = column.fillna("").to_numpy(dtype=object)
    return texts


def _one_to_one(here: Texts, there: Texts, free: Mask, open_: Mask) -> Codes:
    """For each of ``there`` that is open, the free one of ``here`` with its form; else −1.

    A form that two keys of one side have, or that is empty, joins none.
    """
    import pyarrow as pa

    both = pa.chunked_array([pa.array(one, pa.large_string()) for one in (here, there)])
    encoded = both.combine_chunks().dictionary_encode()
    code = encoded.indices.to_numpy()
    ours, theirs = code[: len(here)], code[len(here) :]
    many = len(encoded.dictionary)
    once = np.bincount(ours, minlength=many) == 1
    once &= np.bincount(theirs, minlength=many) == 1
    once &= (encoded.dictionary.to_numpy(zero_copy_only=False) != "").astype(bool)
    place = np.full(many, -1, dtype=np.intp)
    place[ours[free]] = np.flatnonzero(free)
    return np.where(once[theirs] & open_, place[theirs], -1)


def _share(which: Mask) -> float:
    return float(which.mean()) if len(which) else 0.0


def _unaccented(keys: Any) -> Texts:
    """Fold keys further: without accents, and with any sign between parts as one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    folded = pa.array(folded_keys(keys), pa.large_string())
    odd = pc.invert(pc.string_is_ascii(folded)).to_numpy(zero_copy_only=False)
    forms = pc.replace_substring_regex(folded, _PARTS.pattern, "/")
    texts: Texts = pc.utf8_trim(forms, "/").to_numpy(zero_copy_only=False).copy()
    texts[odd] = [_without_accents(text) for text in texts[odd]]
    return texts


def _without_accents(text: str) -> str:
    """Take the accents off Latin letters: of other scripts a mark makes another letter."""
    return "".join(map(_bare_letter, unicodedata.normalize("NFC", text)))


def _bare_letter(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[:1]
    return base if unicodedata.name(base, "").startswith("LATIN ") else letter


def _joined(here: Texts, there: Texts, free: Mask, open_: Mask) -> list[tuple[Texts, Texts]]:
    """Return forms in which the parts of the keys stand joined, each as wide as its widest.

    Where one side is wider than the other, each part but the first of the narrower may be what was
    written with more zeros.
    """
    one, other = _widths(here[free]), _widths(there[open_])
    if one is None or other is None or min(len(one), len(other)) != 1 or len(one) == len(other):
        return []
    parted_first = len(one) > 1
    keys, apart = (here, there) if parted_first else (there, here)
    widths, (width,) = (one, other) if parted_first else (other, one)
    choices = [widths]
    if width > sum(widths):
        more = width - sum(widths)
        choices = [
            [w + more * (at == part) for at, w in enumerate(widths)]
            for part in range(1, len(widths))
        ]
    flat = _stripped(apart)
    bare = _padded(keys, [0] * len(widths))
    padded = [_padded(keys, chosen) for chosen in choices]
    forms = [_sure(form, bare) for form in padded if _filled_up(form, bare, flat)]
    return [(form, flat) if parted_first else (flat, form) for form in forms]


def _widths(keys: Texts) -> list[int] | None:
    """Return the width of each part of the keys; None unless all are numbers, as many in each."""
    parts = [_PARTS.split(key.strip()) for key in keys]
    if len({len(one) for one in parts}) != 1:
        return None
    if not all(part.isascii() and part.isdigit() for one in parts for part in one):
        return None
    return [max(map(len, column)) for column in zip(*parts, strict=True)]


def _padded(keys: Texts, widths: list[int]) -> Texts:
    def form(key: str) -> str:
        parts = _PARTS.split(key.strip())
        if len(parts) != len(widths):
            return ""
        return "".join(p.zfill(w) for p, w in zip(parts, widths, strict=True)).lstrip("0")

    return np.array([form(key) for key in keys], dtype=object)


def _filled_up(forms: Texts, bare: Texts, flat: Texts) -> bool:
    """Whether a joined key shows that parts are filled up with zeros."""
    return bool(set(forms[forms != bare]) & set(flat))


def _sure(forms: Texts, bare: Texts) -> Texts:
    """Leave out the forms that another key has where its parts are joined without zeros."""
    others: dict[str, set[int]] = {}
    for at, form in enumerate(bare):
        others.setdefault(form, set()).add(at)
    return np.array(
        [form if others.get(form, {at}) <= {at} else "" for at, form in enumerate(forms)],
        dtype=object,
    )


def _stripped(keys: Texts) -> Texts:
    return np.array([key.strip().lstrip("0") for key in keys], dtype=object)


def _suggested(here: Texts, there: Texts, free: Mask, open_: Mask) -> dict[str, str]:
    """Return pairs of keys, neither of them found, that alone have the same digits in order."""
    if not (free.any() and open_.any()):
        return {}
    one, other = here[free], there[open_]
    every = np.ones(len(one), dtype=bool), np.ones(len(other), dtype=bool)
    found = _one_to_one(_digits(one), _digits(other), *every)
    return {str(one[at]): str(other[row]) for row, at in enumerate(found) if at >= 0}


def _digits(keys: Texts) -> Texts:
    import pyarrow as pa
    import pyarrow.compute as pc

    digits = pc.replace_substring_regex(pa.array(keys, pa.large_string()), "[^0-9]+", "")
    texts: Texts = pc.utf8_ltrim(digits, "0").to_numpy(zero_copy_only=False)
    return texts
