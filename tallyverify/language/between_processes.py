"""A message as JSON, so that it can be told by one process and said by another."""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter
from typing import Any

from tallyverify.language import messages
from tallyverify.language.messages import Told

_WAYS: dict[str, Callable[..., str]] = {
    way.__name__: way
    for way in (
        messages._filled,
        messages._filled_of,
        messages._counted,
        messages._plain,
        messages._joined,
        messages._swapped,
        messages._as_ended,
        messages._as_headed,
    )
}


def told_as_json(text: str) -> Any:
    """Return what JSON can hold of a text: itself, or how it is told, and of what."""
    if isinstance(text, Told):
        return {"way": text._how.__name__, "what": [_of_value(value) for value in text._what]}
    return text


def told_from_json(data: object) -> str:
    """Return the text of such data, from wherever they came.

    Raises
    ------
    ValueError
        If they are no text of ours.

    Examples
    --------
    >>> from tallyverify.language import counted
    >>> told_from_json(told_as_json(counted(2, "sheet", "sheets"))).in_language("es")
    '2 actas'
    """
    try:
        text = _value_from(data)
    except (AttributeError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise ValueError from error
    if not isinstance(text, str):
        raise ValueError
    return text


def _of_value(value: Any) -> Any:
    if isinstance(value, str):
        return told_as_json(value)
    if isinstance(value, dict):
        return {"values": {name: _of_value(one) for name, one in value.items()}}
    return [_of_value(one) for one in value] if isinstance(value, tuple) else value


def _value_from(data: Any) -> Any:
    if isinstance(data, list):
        return tuple(map(_value_from, data))
    if not isinstance(data, dict):
        return data
    if "values" in data:
        return {name: _value_from(one) for name, one in data["values"].items()}
    way, what = _WAYS[data["way"]], [_value_from(one) for one in data["what"]]
    for text in what:
        if isinstance(text, str) and way in (
            messages._filled,
            messages._filled_of,
            messages._plain,
        ):
            _check_template(text)
    return Told(way, *what)


def _check_template(template: str) -> None:
    # ``{x:>999999999}`` would take all the memory, ``{x.y}`` look into what is no name.
    for _, name, spec, conversion in Formatter().parse(template):
        if name is not None and (spec or conversion or not name.isidentifier()):
            raise ValueError
