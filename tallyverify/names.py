"""What spellings of one name, or of one station's key, differ in; and what is only nearly alike.

Two names are one if they differ only in case, width, kinds and runs of spaces, composition (NFC,
NFD, compatibility), dashes, quotes, invisible characters, or letters of another script that look
the same, within a word that mixes scripts. A wholly Cyrillic word stays a word of its own.

In keys of stations look-alike letters are always one; so are the leading zeros of each number in
them (``007`` and ``7``, ``A01`` and ``A1``), the ``.0`` that a spreadsheet makes of a code, and the
punctuation within a part. Parts stay apart: readers join the columns of a key by ``/``, and
``1/11`` is not ``11/1``.

Accents are not folded: Peña is not Pena. :func:`look_alikes` tells of such pairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tallyverify.language import told

KeyForm = Literal["spelt", "crosswalk", "folded", "accents", "joined"]
"""How two keys came to be one: as they are spelt, by a table, up to zeros, case and signs, up to
accents and what parts them, or with their parts joined."""

SCRIPTS = {
    "latin": "a b c e h i j k m o p s t x y",
    "cyrillic": "а в с е н і ј к м о р ѕ т х у",
    "greek": "α β . ε η ι . κ μ ο ρ . τ χ υ",
}
"""Letters, folded, whose capitals look the same in two scripts or three, column by column.

Beside these, Greek Ν and Ζ look like Latin N and Z, and no Cyrillic letter does.
"""
_ALSO = {"ν": "n", "ζ": "z"}
_RANGES = {
    "latin": "a-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff",
    "cyrillic": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
}
_OF_SCRIPT = {script: re.compile(f"[{letters}]") for script, letters in _RANGES.items()}


def _across() -> dict[str, dict[int, str]]:
    """By script, the letters of the others that look like one of its own."""
    tables: dict[str, dict[int, str]] = {script: {} for script in SCRIPTS}
    for column in zip(*(letters.split() for letters in SCRIPTS.values()), strict=True):
        alike = dict(zip(SCRIPTS, column, strict=True))
        for script, table in tables.items():
            if alike[script] != ".":
                table |= {ord(c): alike[script] for c in column if c not in {alike[script], "."}}
    tables["latin"] |= {ord(greek): latin for greek, latin in _ALSO.items()}
    tables["greek"] |= {ord(latin): greek for greek, latin in _ALSO.items()}
    return tables


_AS_SCRIPT = _across()

# Every dash of Unicode (category Pd), and signs that are written for one.
_DASHES = (
    "\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2e17\u2e1a\u2e3a\u2e3b\u2e40"
    "\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead\U00010d6e\u02d7\u2043\u2212\u2796"
)
_QUOTES = "\u2018\u2019\u201a\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u00b4\u0060\u2032"
_DOUBLE = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u301d\u301e\u301f"
_UNSEEN = "".join(
    chr(at)
    # What Unicode calls default ignorable: without a glyph, also among the letters.
    for first, last in (
        *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
        *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)),
        *((0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0)),
        *((0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
    )
    for at in range(first, last + 1)
)
UNSEEN: dict[int, None] = dict.fromkeys(map(ord, _UNSEEN))
"""Characters that nobody sees, to be taken out by ``str.translate``."""
_SIGNS: dict[int, str | None] = {
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, _QUOTES), "'"),
    **dict.fromkeys(map(ord, _DOUBLE), '"'),
    **UNSEEN,
}

NO_PLACE = (
    *("-", "--", "\u2013", "\u2014", "?", "\\N", "NULL", "Null", "null", "NONE", "None", "none"),
    *("NA", "na", "N/A", "n/a", "N/D", "n/d", "S/D", "s/d", "NaN", "nan", "<NA>"),
    *("#NA", "#N/A", "#N/D", "#NV", "a formula without a value"),
)
"""Texts that name no area and no station, spelt as programs write them: Nan is a province of
Thailand, and ND stands for North Dakota."""
FORMULA_ERROR = r"^#[¡¿]?[/0A-Z]+[!?]$"
"""How spreadsheets of any language spell an error: ``#REF!``, ``#NAME?``."""

_LONGEST = 200  # letters of a name in which one letter is looked for
_LONG = 5  # letters of a name that one letter more or less leaves recognisable

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*")
_DASH = re.compile(r" ?-[ -]*")
# In a part of a key: what stands between its pieces, and where a piece may begin and end.
_BETWEEN = re.compile(r"[-_.:,; ]+")
_FLOAT = re.compile(r"(?<![^ _-])([0-9]+)[.,]0(?![^ _-])")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


@lru_cache(maxsize=1 << 16)
def folded(name: str) -> str:
    """Return a name without what spellings of one name differ in.

    Examples
    --------
    >>> folded("  SAN  Martín ") == folded("san Mart\u0069\u0301n")
    True
    >>> folded("Peña") == folded("Pena")
    False
    """
    text = name.lower().replace("`", "'") if name.isascii() else _letters(name, key=False)
    return _DASH.sub("-", " ".join(text.split()))


class KnownNames:
    """Names by what their spellings have in common, to ask of many which of these they are.

    Examples
    --------
    >>> known = KnownNames(["Ana", "ana", "Eva"])
    >>> known.of("ANA"), known.of("ana"), known.of("Ida")
    (('Ana', 'ana'), ('ana',), ())
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._exact: dict[str, None] = {}
        self._alike: defaultdict[str, list[str]] = defaultdict(list)
        for name in names:
            self._exact[name] = None
            self._alike[folded(name)].append(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._exact)

    def of(self, name: str) -> tuple[str, ...]:
        """Return the names that are this one up to its spelling; itself alone where it is there."""
        return (name,) if name in self._exact else tuple(self._alike.get(folded(name), ()))


def folded_key(key: str) -> str:
    """Return a station's key without what spellings of one key differ in.

    Examples
    --------
    >>> [folded_key(key) for key in ("00101/1", "101.0/01", " 101 / 1", "B0101/1")]
    ['101/1', '101/1', '101/1', 'b101/1']
    >>> folded_key("1/11"), folded_key("11/1")
    ('1/11', '11/1')
    """
    return "/".join(map(_part, key.split("/")))


@lru_cache(maxsize=1 << 16)
def _part(text: str) -> str:
    text = text.lower().replace("`", "'") if text.isascii() else _letters(text, key=True)
    if "/" in text:  # of another width
        return folded_key(text)
    text = " ".join(text.split())
    # A quote in front says to a spreadsheet that a code is text.
    text = _FLOAT.sub(r"\1", text.lstrip("' ") or text)
    text = _BETWEEN.sub("-", text)
    return _ZEROS.sub("", text.rstrip("-") or text)


def _letters(text: str, *, key: bool) -> str:
    """Fold signs and letters, until nothing changes: one step may make what another folds."""
    while True:
        before = text
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
        text = unicodedata.normalize("NFKC", text.casefold())
        text = text.translate(_AS_SCRIPT["latin"]) if key else _WORD.sub(_one_script, text)
        if text == before:
            return text


def _one_script(found: re.Match[str]) -> str:
    """Return a word that mixes scripts in the one that most of its letters are of."""
    word = found.group()
    count = {script: len(letters.findall(word)) for script, letters in _OF_SCRIPT.items()}
    if sum(map(bool, count.values())) < 2:
        return word
    for script in sorted(count, key=lambda script: -count[script]):
        written = word.translate(_AS_SCRIPT[script])
        if not any(of.search(written) for other, of in _OF_SCRIPT.items() if other != script):
            return written
    return word


@dataclass(frozen=True)
class LookAlike:
    """Two names that were not taken as one, and in what alone they differ."""

    one: str
    other: str
    differ: str


def look_alikes(names: Iterable[str], others: Iterable[str]) -> list[LookAlike]:
    """Return pairs of names that were not joined but differ so little that one may be meant.

    Parameters
    ----------
    names, others : iterable of str
        For example the declared areas and those of the sheets. A name that is in both, up to
        what :func:`folded` folds, is left out.

    Returns
    -------
    list of LookAlike
        Sorted pairs that differ only in accents, in punctuation and spaces, in the script of
        their letters, or, if five letters long or more, in one letter (put in, left out, written
        for another, or two exchanged). Numbers are never alike: District 3 is not District 4.

    Examples
    --------
    >>> look_alikes(["Peña", "Lima", "Castilla"], ["Pena", "LIMA", "Casttilla"])
    [LookAlike(one='Castilla', other='Casttilla', differ='one letter'),
     LookAlike(one='Peña', other='Pena', differ='accents')]
    """
    here = {folded(name): name for name in sorted(set(names), reverse=True)}
    there = {folded(name): name for name in sorted(set(others), reverse=True)}
    rest = {key: name for key, name in there.items() if key not in here}
    near: defaultdict[str, list[str]] = defaultdict(list)
    for key in rest:
        for form in _near(_bare(key)):
            near[form].append(key)
    found = {
        LookAlike(name, rest[other], differ)
        for key, name in here.items()
        if key not in there
        for other in {other for form in _near(_bare(key)) for other in near.get(form, ())}
        if (differ := _differ(key, other))
    }
    return sorted(found, key=lambda pair: (pair.one, pair.other))


def _unaccented(key: str) -> str:
    parts = unicodedata.normalize("NFD", key)
    return "".join(c for c in parts if not unicodedata.combining(c))


def _bare(key: str) -> str:
    """Return the letters and digits alone, without accents, all in one script."""
    text = _unaccented(key).translate(_AS_SCRIPT["latin"])
    return "".join(c for c in text if c.isalnum())


def _near(bare: str) -> Iterator[str]:
    """Yield a text and what is left of it without one letter: near texts share one of these.

    Of a text longer than a name, itself alone: its parts would be as long as its square.
    """
    yield bare
    for at, letter in enumerate(bare) if _LONG <= len(bare) <= _LONGEST else ():
        if not letter.isdigit():
            yield bare[:at] + bare[at + 1 :]


def _differ(one: str, other: str) -> str:
    if _unaccented(one) == _unaccented(other):
        return told("accents")
    bare, also = _bare(one), _bare(other)
    if bare == also:
        latin = _unaccented(one).translate(_AS_SCRIPT["latin"])
        same = latin == _unaccented(other).translate(_AS_SCRIPT["latin"])
        return told("script") if same else told("punctuation")
    return told("one letter") if _one_edit(*sorted((bare, also), key=len)) else ""


def _one_edit(short: str, long: str) -> bool:
    """Whether one letter was put in, written for another, or two neighbours exchanged."""
    if len(short) < _LONG:
        return False
    at = next((at for at, c in enumerate(short) if c != long[at]), len(short))
    if len(long) > len(short):
        return short[at:] == long[at + 1 :] and not long[at].isdigit()
    if (short[at] + long[at]).isalpha() and short[at + 1 :] == long[at + 1 :]:
        return True
    exchanged = short[at : at + 2] == long[at : at + 2][::-1] and short[at : at + 2].isalpha()
    return exchanged and short[at + 2 :] == long[at + 2 :]


def names_nothing(text: str) -> bool:
    """Return whether a text names no area and no station.

    Examples
    --------
    >>> [text for text in ("#N/A", "#REF!", "-", "Nan", "#1") if names_nothing(text)]
    ['#N/A', '#REF!', '-']
    """
    return text in NO_PLACE or bool(re.match(FORMULA_ERROR, text))
