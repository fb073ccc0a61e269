"""What a public function takes: an argument of another type is told in words, with its name."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from inspect import signature
from itertools import islice
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from tallyverify.errors import InputError, either, nearest, shown
from tallyverify.language import formula, told

_Taking = TypeVar("_Taking", bound=Callable[..., Any])
_WORDS: dict[Any, str] = {
    str: told("text"),
    int: told("a whole number"),
    float: told("a number"),
    bool: told("True or False"),
    Path: told("a path"),
    dict: told("a dict"),
    type(None): "None",
    Any: told("anything"),
}
_SEVERAL: dict[Any, str] = {
    str: told("texts"),
    int: told("whole numbers"),
    float: told("numbers"),
    Path: told("paths"),
    dict: told("dicts"),
    Any: told("anything"),
}
_NAMES = {"ActaParts": told("an ActaTable or ActaStream"), "ndarray": told("an array")}
_LISTS = ("builtins", "collections.abc")
_MOST_ENTRIES = 1000
"""Of a longer list the first entries are looked at; what reads it looks at all."""


def takes_input(function: _Taking) -> _Taking:
    """Have what a function is given checked against its annotations; of a class, on making one.

    Shallowly: the types of arguments and of the entries of lists. What values may be is for the
    function to say.

    Examples
    --------
    >>> @takes_input
    ... def half(count: int) -> float:
    ...     return count / 2
    >>> half("x")
    Traceback (most recent call last):
    ...
    tallyverify.errors.InputError: half takes a whole number as 'count'
      found: text: 'x'
    """
    if isinstance(function, type):
        made: Any = function
        made.__init__ = _checked(made.__init__, function.__name__)
        return function
    return _checked(function, function.__name__)


def _checked(function: _Taking, name: str) -> _Taking:
    every = signature(function).parameters.values()
    places = [one.name for one in every if one.kind <= one.POSITIONAL_OR_KEYWORD]
    kinds: dict[str, Any] = {}

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not kinds:  # by now all that annotations name is there
            kinds.update(_annotated(function))
        for parameter, value in (*zip(places, args, strict=False), *kwargs.items()):
            kind = kinds.get(parameter, Any)  # Python itself says what lacks, or is too many
            if type(value) is not kind and not _fits(kind, value):
                raise InputError(
                    told(
                        "{function} takes {kind} as {parameter}",
                        function=name,
                        kind=_taken(kind),
                        parameter=repr(parameter),
                    ),
                    found=_found(value),
                    hint=_near(kind, value),
                )
        return function(*args, **kwargs)

    return checked  # type: ignore[return-value]


def _annotated(function: Any) -> dict[str, Any]:
    """Return the annotations of parameters that take one value."""
    own = {
        name: one.annotation
        for name, one in signature(function).parameters.items()
        if one.annotation is not one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    }
    holder: Any = SimpleNamespace(__annotations__=own)
    return get_type_hints(holder, function.__globals__, _Names(function.__globals__))


class _Named(type):
    """A class of the package that is known by its name, which no other class of it has."""

    def __instancecheck__(cls, value: object) -> bool:
        return cls.__name__ in {one.__name__ for one in type(value).__mro__}


class _Names(dict[str, Any]):
    """Names of a module, those too that it imports for type checkers only."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or not name[0].isupper():
            raise KeyError(name)
        return _Named(name, (), {})


def _fits(kind: Any, value: Any) -> bool:
    """Return whether a value is of a type, as far as can be seen from outside."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return any(_fits(one, value) for one in args)
    if origin is Literal:
        return any(type(one) is type(value) and one == value for one in args)
    if kind is bool:
        return type(value).__name__ in ("bool", "bool_")
    if kind in (int, float):
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        return whole or (kind is float and isinstance(value, Real) and not isinstance(value, bool))
    if kind is Path:
        return isinstance(value, PathLike)
    if _array_like(kind) or kind is Any or isinstance(kind, TypeVar):
        return True  # arrays.py says what is wrong with numbers
    holder = origin or kind
    if not isinstance(holder, type):
        return True
    if holder.__name__ == "Callable":
        return callable(value)
    if holder.__module__ not in _LISTS:
        return isinstance(value, holder)  # an array, say: its entries are not looked at one by one
    if args and issubclass(holder, Mapping):
        return isinstance(value, Mapping) and _all(args[0], value) and _all(args[1], value.values())
    if args and issubclass(holder, Sequence | Iterable):
        return _list_fits(holder, args, value)
    return isinstance(value, holder)


def _list_fits(holder: type, args: tuple[Any, ...], value: Any) -> bool:
    if isinstance(value, str | bytes | Mapping):
        return False
    if holder is tuple:
        if args[-1] is not Ellipsis:
            return (
                isinstance(value, tuple | list)
                and len(value) == len(args)
                and all(map(_fits, args, value))
            )
        holder = Sequence
    # A column of a frame is as good as a list.
    if not (isinstance(value, holder) or hasattr(value, "__array__")):
        return False
    return not hasattr(value, "__len__") or _all(args[0], value)


def _all(kind: Any, values: Iterable[Any]) -> bool:
    return all(_fits(kind, value) for value in islice(values, _MOST_ENTRIES))


def _array_like(kind: Any) -> bool:
    return str(getattr(get_origin(kind) or kind, "__module__", "")).startswith("numpy._typing")


def _near(kind: Any, value: Any) -> str | None:
    """Return what was probably meant, where some words are taken."""
    words = [one for one in _words(kind) if isinstance(one, str)]
    return nearest(value, words) if isinstance(value, str) else None


def _words(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(word for one in get_args(kind) for word in _words(one))


def _taken(kind: Any) -> str:
    """Return in words what is taken."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(args)
    if origin is Literal:
        return either([shown(one) for one in args])
    if kind in _WORDS:
        return _WORDS[kind]
    holder = origin or kind
    if holder.__name__ == "Callable":
        return told("a function")
    if isinstance(holder, type) and args and holder.__module__ in _LISTS:
        if issubclass(holder, Mapping):
            return told("a dict")
        if issubclass(holder, Sequence | Iterable):
            return told("a list of {entries}", entries=_several(args[0]))
    name = getattr(holder, "__name__", str(holder))
    return _NAMES.get(name) or _a(name)


def _one_of(kinds: tuple[Any, ...]) -> str:
    """Return in words what is taken where it may be of several types; None comes last."""
    if any(map(_array_like, kinds)):
        words = [told("numbers"), *(["None"] if type(None) in kinds else [])]
        return either(words)
    said = [one for one in kinds if one is not str or Path not in kinds]
    said.sort(key=lambda one: one is type(None))
    return either(list(dict.fromkeys(map(_taken, said))))


def _several(kind: Any) -> str:
    """Return the same in the plural."""
    kind = Path if set(get_args(kind)) == {str, Path} else kind
    if kind in _SEVERAL:
        return _SEVERAL[kind]
    name, origin = getattr(kind, "__name__", ""), get_origin(kind)
    if origin is None and kind not in _WORDS and name not in ("", "Callable", *_NAMES):
        return told("{kind}s", kind=name)
    return told("entries, each {kind}", kind=_taken(kind))


def _found(value: Any) -> str:
    """Return what was given; of what is no plain value only the type, as its looks vary."""
    if value is None:
        return "None"
    if isinstance(value, str):
        return told("text: {value}", value=shown(value))
    kind = _a(type(value).__name__)
    plain = isinstance(value, bool | int | float | list | tuple | dict | type)
    return formula("{kind}: {value}", kind=kind, value=shown(value)) if plain else kind


def _a(name: str) -> str:
    if name[0].lower() in "aeiou":
        return told("an {kind}", kind=name)
    return told("a {kind}", kind=name)
