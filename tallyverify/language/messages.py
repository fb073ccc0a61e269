"""Text that can be said in every language of the package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from numbers import Integral
from typing import Annotated, Any, Literal, Self, get_args

from tallyverify.language.catalogues import translations

Language = Literal["en", "es"]
"""English and Spanish, as ISO 639 writes them."""

LANGUAGES: tuple[Language, ...] = get_args(Language)

_spoken: ContextVar[Language] = ContextVar("spoken", default="en")


class Told(str):
    """English text that knows how it is said in the other languages.

    As data (compared, joined, written as JSON) it is English. ``str()`` of it and f-strings say it
    in the language that is spoken at that moment, see :func:`speaking`.

    Made by :func:`told` and the functions beside it, of a function and what it takes:
    ``how(language, *what)`` is the text in that language.

    Examples
    --------
    >>> text = counted(25073, "sheet", "sheets")
    >>> text
    '25,073 sheets'
    >>> with speaking("es"):
    ...     print(f"{text}, {number(None)}")
    25.073 actas, no leído
    """

    _how: Callable[..., str]
    _what: tuple[Any, ...]

    def __new__(cls, how: Callable[..., str], *what: Any) -> Self:
        """Return the text that a function makes of what it takes."""
        made = super().__new__(cls, how("en", *what))
        made._how, made._what = how, what
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self._how, *self._what

    def in_language(self, language: Language) -> str:
        """Return the text in a language."""
        return str.__str__(self) if language == "en" else self._how(language, *self._what)

    def __str__(self) -> str:
        return self.in_language(_spoken.get())

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class _Kept:
    """Tells pydantic to keep what is told as it is; without pydantic it is nothing."""

    @staticmethod
    def __get_pydantic_core_schema__(source: Any, handler: Callable[[Any], Any]) -> Any:
        from pydantic_core import core_schema

        def keep(value: Any, check: Callable[[Any], str]) -> str:
            text = check(value)
            return value if isinstance(value, Told) else text

        return core_schema.no_info_wrap_validator_function(keep, handler(source))


ToldText = Annotated[str, _Kept]
"""Text of a record that is said in the language of a report."""


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say what is told in a language, within a ``with`` block.

    Parameters
    ----------
    language : {"en", "es"}
        What ``str()`` of a message, errors and progress are said in.

    Examples
    --------
    >>> with speaking("es"):
    ...     str(number(1234.5))
    '1.234,5'
    """
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> Language:
    """Return the language that is spoken."""
    return _spoken.get()


def in_language(text: str, language: Language) -> str:
    """Return text in a language; what is not told is the same in all."""
    return text.in_language(language) if isinstance(text, Told) else text


def _filled(language: Language, english: str, values: dict[str, str]) -> str:
    # Of nothing, a catalogue tells its own head.
    template = translations(language).gettext(english) if english else english
    return template.format_map({name: in_language(text, language) for name, text in values.items()})


def told(english: str, /, **values: str) -> Told:
    """Return a message: a literal English text, a translation's key, with its values by name.

    Parameters
    ----------
    english : str
        A whole clause or sentence, as a literal: catalogues are made of the source. ``{name}``
        stands for a value.
    **values : str
        Names, and texts that are told themselves, such as :func:`number` and :func:`counted`.

    Examples
    --------
    >>> told("{seen} are missing", seen=counted(3, "sheet", "sheets"))
    '3 sheets are missing'
    """
    return Told(_filled, english, values)


def _filled_of(language: Language, count: int, one: str, many: str, values: dict[str, str]) -> str:
    template = translations(language).ngettext(one, many, count)
    values = {"count": _swapped(language, _thousands(count)), **values}
    return template.format_map({name: in_language(text, language) for name, text in values.items()})


def told_of(count: int, one: str, many: str, /, **values: str) -> Told:
    """Return a message whose words hang on a number, which stands in it as ``{count}``.

    Examples
    --------
    >>> told_of(2, "{count} sheet lacks {line}", "{count} sheets lack {line}", line="valid")
    '2 sheets lack valid'
    """
    return Told(_filled_of, int(count), one, many, values)


def _counted(language: Language, count: int, one: str, many: str) -> str:
    noun = translations(language).ngettext(one, many, count)
    return f"{_swapped(language, _thousands(count))} {noun}"


def counted(count: int, one: str, many: str) -> Told:
    """Return a number with its noun, of which both forms are literals.

    Examples
    --------
    >>> counted(1, "sheet", "sheets"), counted(25073, "sheet", "sheets").in_language("es")
    ('1 sheet', '25.073 actas')
    """
    return Told(_counted, int(count), one, many)


def _plain(language: Language, template: str, values: dict[str, str]) -> str:
    return template.format_map({name: in_language(text, language) for name, text in values.items()})


def formula(template: str, /, **values: str) -> Told:
    """Return figures and signs, which no translator need see: only the values are told.

    Examples
    --------
    >>> formula("{a} − {b}", a=number(7303480), b=number(5326104)).in_language("es")
    '7.303.480 − 5.326.104'
    """
    return Told(_plain, template, values)


def _joined(language: Language, sign: str, parts: tuple[str, ...]) -> str:
    return sign.join(in_language(part, language) for part in parts)


def enumerated(parts: Iterable[str]) -> Told:
    """Return names or figures one after another: ``a, b, c``."""
    return Told(_joined, ", ", tuple(parts))


def each_and(names: Iterable[str]) -> str:
    """Return names, one or more, each joined to the next: ``a and b and c``."""
    return reduce(lambda one, other: told("{one} and {other}", one=one, other=other), names)


def each_or(names: Iterable[str]) -> str:
    """Return names, one or more, of which any may be meant: ``a or b or c``."""
    return reduce(lambda one, other: told("{one} or {other}", one=one, other=other), names)


def clauses(parts: Iterable[str]) -> Told:
    """Return whole clauses, each of which could stand alone: ``a; b; c``."""
    return Told(_joined, "; ", tuple(parts))


def plus(parts: Iterable[str]) -> Told:
    """Return the terms of a sum: ``a + b + c``."""
    return Told(_joined, " + ", tuple(parts))


def paragraph(parts: Iterable[str]) -> Told:
    """Return whole sentences, each with its full stop, one after another."""
    return Told(_joined, " ", tuple(part for part in parts if part))


def lines_of(parts: Iterable[str]) -> Told:
    """Return texts line by line."""
    return Told(_joined, "\n", tuple(parts))


def _as_ended(language: Language, text: str) -> str:
    clause = in_language(text, language)
    return clause if clause.endswith((".", "?")) else f"{clause}."


def ended(text: str) -> Told:
    """Return a clause with its full stop."""
    return Told(_as_ended, text)


def _as_headed(language: Language, text: str) -> str:
    clause = in_language(text, language)
    return clause[:1].upper() + clause[1:]


def capitalized(text: str) -> Told:
    """Return words as a heading begins: with a capital letter."""
    return Told(_as_headed, text)


def sentence(text: str) -> Told:
    """Return a clause as a sentence."""
    return capitalized(ended(text))


def in_sentences(parts: list[str]) -> Told:
    """Return clauses as sentences; the full stop of the last is for who puts it into a text."""
    return paragraph([*map(sentence, parts[:-1]), *parts[-1:]])


def _thousands(value: Any) -> str:
    text = f"{abs(value):,}" if isinstance(value, Integral) else f"{abs(value):,.6g}"
    return ("−" if value < 0 else "") + text


_EXCHANGED = str.maketrans(",.", ".,")


def _swapped(language: Language, figures: str) -> str:
    """Spanish parts thousands by a point, and decimals by a comma."""
    return figures.translate(_EXCHANGED) if language == "es" else figures


def formatted(value: Any, spec: str) -> Told:
    """Return a figure as :func:`format` writes it, with the signs of the language.

    Examples
    --------
    >>> formatted(0.10565, "+.2%").in_language("es")
    '+10,56%'
    """
    return Told(_swapped, format(value, spec))


def signed(value: Any, spec: str) -> Told:
    """Return a figure as :func:`format` writes it, with a real minus sign.

    Examples
    --------
    >>> signed(-0.25, "+.3f"), signed(0.25, "+.3f").in_language("es")
    ('−0.250', '+0,250')
    """
    text = format(value, spec)
    return Told(_swapped, f"−{text[1:]}" if text.startswith("-") else text)


def number(value: Any) -> Told:
    """Return a count or figure as people read it, with thousands separated."""
    return told("not read") if value is None else Told(_swapped, _thousands(value))


def percent(part: float, whole: float, decimals: int = 2) -> Told:
    """Return a share as a percentage, or ``–`` of nothing."""
    return Told(_swapped, f"{100 * part / whole:.{decimals}f} %" if whole else "–")


def points(fraction: float, sign: Literal["", "+"] = "") -> Told:
    """Return a fraction in points of a hundred, with a real minus sign."""
    return Told(_swapped, f"{100 * fraction:{sign}.2f}".replace("-", "−"))


def span(low: float, high: float) -> Told:
    """Return an interval of fractions in points of a hundred.

    Examples
    --------
    >>> span(-0.00502, 0.01765)
    '−0.50 to 1.76'
    """
    return told("{low} to {high}", low=points(low), high=points(high))
