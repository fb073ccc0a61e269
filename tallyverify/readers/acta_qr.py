"""The QR code of a tally sheet of Venezuela's election of 28 July 2024, and tables of such codes.

A code holds ``CENTRE.MESA.x.yyyy!v1,…,v38!null!invalid``: 38 votes in the order of the ballot. A
table of them (format ``acta_qr``) has a column for each; ``tallyverify scan`` writes one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import counted, number, told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.readers.raw import Raw
    from tallyverify.records import Contest, Mapping

BALLOT = {
    "NM": (
        *("PSUV", "PCV", "TUPAMARO", "PPT", "MSV", "PODEMOS", "MEP", "APC", "ORA", "UPV", "EV"),
        *("PVV", "PFV"),
    ),
    "LM": ("AD", "COPEI", "MR", "BR", "DDP", "UNE"),
    "JABE": ("EL CAMBIO",),
    "JOBR": ("PV", "VU", "UVV", "MPJ"),
    "AE": ("AP", "MOVEV", "CMC", "FV", "ALIANZA DEL LAPIZ", "MIN UNIDAD"),
    "CF": ("SPV",),
    "DC": ("VPA", "AREPA"),
    "EG": ("UNTC", "MPV", "MUD"),
    "EM": ("CENTRADOS",),
    "BERA": ("CONDE",),
}
"""Candidates, by the ids of the published tables, with their lines in the order of the ballot."""
OPTIONS = tuple(option for options in BALLOT.values() for option in options)
QR_COLUMNS = ("centre", "mesa", "code", *OPTIONS, "null", "invalid", "file", "page")
"""Columns of a table of codes that were read, one row each."""
_NEEDED = ("centre", "mesa", *OPTIONS, "null", "invalid")

_LONGEST = 2953
"""Bytes that the largest QR code holds."""
_CENTRE = 9
_MOST_DIGITS = 6
"""Of a count, and of a part of the code behind the centre. No station has a million voters."""


@takes_input
@dataclass(frozen=True)
class QrActa:
    """What the QR code of an acta says. Made by :func:`read_payload`, which checks it.

    Attributes
    ----------
    centre : str
        Nine digits; those in front may be zeros.
    mesa : str
        Number of the station (*mesa*) in its centre, as it stands in the code: ``04``.
    more : tuple of str
        The third and fourth part of the code, whose meaning is not published.
    votes : tuple of int
        38 counts in the order of the ballot.
    null, invalid : int
        Null and invalid votes.
    """

    centre: str
    mesa: str
    more: tuple[str, str]
    votes: tuple[int, ...]
    null: int
    invalid: int

    @property
    def code(self) -> str:
        """The whole code of the acta: ``250601011.04.1.0001``."""
        return ".".join((self.centre, self.mesa, *self.more))

    @property
    def payload(self) -> str:
        """The text of the QR code."""
        return f"{self.code}!{','.join(map(str, self.votes))}!{self.null}!{self.invalid}"

    @property
    def by_option(self) -> dict[str, int]:
        """Votes of each line of the ballot, in its order."""
        return dict(zip(OPTIONS, self.votes, strict=True))

    @property
    def by_candidate(self) -> dict[str, int]:
        """Votes of each candidate, the lines together, in the order of the ballot."""
        votes = self.by_option
        return {name: sum(votes[option] for option in own) for name, own in BALLOT.items()}


@takes_input
def read_payload(text: str) -> QrActa:
    """Read the text of an acta's QR code.

    Nothing is mended: a text that is not such a payload to the last character is refused, with
    the place.

    Parameters
    ----------
    text : str
        ``CENTRE.MESA.x.yyyy!v1,…,v38!null!invalid``.

    Returns
    -------
    QrActa
        The codes as text, with their leading zeros, and the counts.

    Raises
    ------
    InputError
        For another number of figures than 38, anything but digits in a figure, a centre of other
        than nine digits, other separators, or text before or behind.

    Examples
    --------
    >>> acta = read_payload("250601011.04.1.0001!132,1,0,0,4,2,0,0,2,1,0,1,2,1,0,0,0,5,0,2,0,0,0,"
    ...     "0,0,0,0,0,1,0,0,0,0,8,32,406,0,1!0!0")
    >>> acta.centre, acta.mesa, acta.by_option["MUD"], acta.by_candidate["NM"]
    ('250601011', '04', 406, 145)
    """
    if not text:
        raise InputError(told("the payload is empty"), expected=_EXPECTED)
    if len(text) > _LONGEST:
        raise InputError(
            told("the payload is longer than a QR code can hold"),
            found=counted(len(text), "character", "characters"),
            expected=_EXPECTED,
        )
    if strange := re.search(r"[^0-9.,!]", text):
        _refuse_character(text, strange.start())
    parts = text.split("!")
    if len(parts) != 4:
        raise InputError(
            told("the payload does not have its four parts, with ! between them"),
            found=counted(len(parts), "part", "parts"),
            expected=_EXPECTED,
        )
    code, votes, null, invalid = parts
    centre, mesa, *more = _code(code)
    figures = votes.split(",") if votes else []
    if len(figures) != len(OPTIONS):
        raise InputError(
            told(
                "the payload has {figures}, {expected} are expected",
                figures=counted(len(figures), "figure", "figures"),
                expected=number(len(OPTIONS)),
            ),
            place=told("votes"),
            found=shown(votes),
            hint=told("it is cut off, or of another election"),
        )
    counts = tuple(_count(one, _figure(at)) for at, one in enumerate(figures))
    return QrActa(
        centre,
        mesa,
        (more[0], more[1]),
        counts,
        _count(null, told("null votes")),
        _count(invalid, told("invalid votes")),
    )


_EXPECTED = told("CENTRE.MESA.x.yyyy!v1,…,v38!null!invalid")


def _code(text: str) -> list[str]:
    """Return the four parts of the acta's code."""
    parts = text.split(".")
    if len(parts) != 4:
        raise InputError(
            told("the code of the acta does not have its four parts, with points between them"),
            place=told("code"),
            found=shown(text),
            expected="CENTRE.MESA.x.yyyy",
        )
    for at, part in enumerate(parts, 1):
        if not re.fullmatch(rf"[0-9]{{1,{_MOST_DIGITS}}}" if at > 1 else "[0-9]{9}", part):
            raise InputError(
                told("the centre does not have its nine digits")
                if at == 1
                else told("a part of the acta's code is no number"),
                place=told("code, part {part} of 4", part=number(at)),
                found=shown(part),
                expected=told("{digits} digits, with the zeros in front", digits=number(_CENTRE))
                if at == 1
                else told("1 to {digits} digits", digits=number(_MOST_DIGITS)),
            )
    return parts


def _count(text: str, place: str) -> int:
    if not re.fullmatch(rf"0|[1-9][0-9]{{0,{_MOST_DIGITS - 1}}}", text):
        raise InputError(
            told("a figure is no count") if text else told("a figure is empty"),
            place=place,
            found=shown(text),
            expected=told(
                "a whole number from 0 to {most}, without zeros in front",
                most=number(10**_MOST_DIGITS - 1),
            ),
        )
    return int(text)


def _figure(at: int) -> str:
    """Return the place of a vote, counted from 0, with its line of the ballot."""
    if at >= len(OPTIONS):
        return told("figure {figure}", figure=number(at + 1))
    return told("figure {figure} ({option})", figure=number(at + 1), option=OPTIONS[at])


def _refuse_character(text: str, at: int) -> NoReturn:
    """Raise the error for a character that no payload holds, with the place it stands in."""
    part = text.count("!", 0, at)
    figure = _figure(text.count(",", text.find("!"), at))
    inside = (told("code"), figure, told("null votes"), told("invalid votes"))
    wrong = text[at]
    hint = None
    if wrong in "-−":
        hint = told("counts are never negative")
    elif wrong.isspace():
        hint = told("take away the space around and in the text")
    elif wrong.isdigit():
        hint = told("write digits as 0 to 9")
    raise InputError(
        told("a character that does not belong in a payload"),
        place=told(
            "character {at}, {place}",
            at=number(at + 1),
            place=inside[part] if part < len(inside) else told("behind the last figure"),
        ),
        found=shown(wrong),
        expected=told("digits, and . , ! between them"),
        hint=hint,
    )


def is_acta_qr(names: list[str]) -> bool:
    """Return whether a header is that of a table of codes."""
    return set(_NEEDED) <= set(names)


def acta_qr_mapping(raw: Raw, contest: Contest) -> Mapping:
    """Return the mapping of a table of codes, for a contest of the ballot's lines or candidates."""
    from tallyverify.records import Mapping

    absent = [name for name in _NEEDED if name not in raw.names]
    if absent:
        raise InputError(
            told("the file is not of the format acta_qr"),
            file=raw.file,
            place=told("header"),
            found=told(
                "no {columns} among {there}",
                columns=listed(absent),
                there=listed(raw.distinct, 60),
            ),
            hint=told("describe the columns in a mapping instead of naming a format"),
        )
    lines = [line for line in ("null", "invalid") if line in contest.line_ids]
    votes: dict[str, str | tuple[str, ...]] = {}
    for candidate in contest.candidates:
        if set(candidate.options) <= set(OPTIONS):
            votes |= {option: option for option in candidate.options}
        else:
            votes[candidate.id] = BALLOT.get(candidate.id, (candidate.id,))
    return Mapping(
        station=("centre", "mesa"),
        areas={"centre": "centre"} if "centre" in contest.levels else {},
        lines={line: line for line in lines},
        votes=votes,
        pad={"centre": _CENTRE},
    )
