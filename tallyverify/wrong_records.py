"""What pydantic finds wrong in a record, put in our words: one error that lists every place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tallyverify.errors import RecordError, either, listed, shown
from tallyverify.language import (
    Told,
    counted,
    formatted,
    formula,
    lines_of,
    number,
    told,
    told_of,
)

if TYPE_CHECKING:
    from pydantic import ValidationError

_MOST_PLACES = 20

_OBJECT, _LIST = told("an object: {{ … }}"), told("a list: [ … ]")
_EXPECTED: dict[str, Callable[[Any], str]] = {
    "model_type": lambda _: _OBJECT,
    "model_attributes_type": lambda _: _OBJECT,
    "dict_type": lambda _: _OBJECT,
    "list_type": lambda _: told("a valid list"),
    "tuple_type": lambda _: _LIST,
    "string_type": lambda _: told('text: "…"'),
    "bool_type": lambda _: told("a valid boolean"),
    "bool_parsing": lambda _: told("a valid boolean, unable to interpret input"),
    "int_type": lambda _: told("a valid integer"),
    "int_parsing": lambda _: told("a valid integer, unable to parse string as an integer"),
    "int_from_float": lambda _: told("a valid integer, got a number with a fractional part"),
    "float_type": lambda _: told("a valid number"),
    "float_parsing": lambda _: told("a valid number, unable to parse string as a number"),
    "finite_number": lambda _: told("a finite number"),
    "greater_than": lambda of: told("greater than {limit}", limit=_figure(of["gt"])),
    "greater_than_equal": lambda of: told(
        "greater than or equal to {limit}", limit=_figure(of["ge"])
    ),
    "less_than": lambda of: told("less than {limit}", limit=_figure(of["lt"])),
    "less_than_equal": lambda of: told("less than or equal to {limit}", limit=_figure(of["le"])),
    "literal_error": lambda of: _one_of(of["expected"]),
    "enum": lambda of: _one_of(of["expected"]),
    "none_required": lambda _: "None",
    "is_instance_of": lambda of: told("an instance of {kind}", kind=of["class"]),
    "dataclass_type": lambda of: told(
        "a dictionary or an instance of {kind}", kind=of["class_name"]
    ),
}
"""What pydantic says after "Input should be", by the type of its error."""
_SHOULD_BE = "Input should be "

_ENTRIES = {"Tuple": told("Tuple"), "List": told("List"), "Dictionary": told("Dictionary")}
_SAID: dict[str, Callable[[Any], str]] = {
    "string_too_short": lambda of: told_of(
        of["min_length"],
        "String should have at least {count} character",
        "String should have at least {count} characters",
        count=_figure(of["min_length"]),
    ),
    "string_too_long": lambda of: told_of(
        of["max_length"],
        "String should have at most {count} character",
        "String should have at most {count} characters",
        count=_figure(of["max_length"]),
    ),
    "string_pattern_mismatch": lambda of: told(
        "String should match pattern '{pattern}'", pattern=of["pattern"]
    ),
    "too_short": lambda of: told_of(
        of["min_length"],
        "{entries} should have at least {count} item after validation, not {length}",
        "{entries} should have at least {count} items after validation, not {length}",
        entries=_ENTRIES.get(of["field_type"], of["field_type"]),
        count=_figure(of["min_length"]),
        length=_figure(of["actual_length"]),
    ),
    "too_long": lambda of: told_of(
        of["max_length"],
        "{entries} should have at most {count} item after validation, not {length}",
        "{entries} should have at most {count} items after validation, not {length}",
        entries=_ENTRIES.get(of["field_type"], of["field_type"]),
        count=_figure(of["max_length"]),
        length=_figure(of["actual_length"]),
    ),
    "int_parsing_size": lambda _: told(
        "Unable to parse input string as an integer, exceeded maximum size"
    ),
    "invalid_key": lambda _: told("Keys should be strings"),
    "extra_forbidden": lambda _: told("Extra inputs are not permitted"),
    "frozen_field": lambda _: told("Field is frozen"),
    "frozen_instance": lambda _: told("Instance is frozen"),
    "no_such_attribute": lambda of: told(
        "Object has no attribute '{attribute}'", attribute=of["attribute"]
    ),
    "union_tag_invalid": lambda of: told(
        "Input tag '{tag}' found using {discriminator} does not match any of the expected tags: "
        "{tags}",
        tag=of["tag"],
        discriminator=of["discriminator"],
        tags=of["expected_tags"],
    ),
    "union_tag_not_found": lambda of: told(
        "Unable to extract tag using discriminator {discriminator}",
        discriminator=of["discriminator"],
    ),
    "json_invalid": lambda of: told("Invalid JSON: {error}", error=of["error"]),
    "json_type": lambda _: told("JSON input should be string, bytes or bytearray"),
    "recursion_loop": lambda _: told("Recursion error - cyclic reference detected"),
}
"""What else pydantic says, by the type of its error; other types do not come of our records."""


def _figure(value: Any) -> Told:
    """Return a limit or a length as pydantic writes it; it does not part thousands."""
    if value is None:  # the length of what was not read to its end
        return told("more")
    return formatted(value, "d" if isinstance(value, int) else ".15g")


def _one_of(expected: str) -> str:
    """Return quoted words, of which pydantic has made a text already."""
    first, _, last = expected.rpartition(" or ")
    return either([first, last] if first else [last])


def from_validation(error: ValidationError, record: str) -> RecordError:
    """Turn what pydantic found in a record into one message that lists every place."""
    items = error.errors(include_url=False, include_context=True)
    # A list that lost its wrong items may then be too short: that is no problem of its own.
    items = [item for item in items if item["type"] != "too_short" or not _inside(item, items)]
    places = [_Place.of(item) for item in items]
    refused = _refused(places, record)
    refused.problems = tuple(items)
    return refused


def _refused(places: list[_Place], record: str) -> RecordError:
    hint = next((place.hint for place in places if place.hint), None)
    if len(places) == 1:
        one = places[0]
        return RecordError(
            one.what,
            file=record,
            place=one.place,
            found=one.found,
            expected=one.expected,
            hint=hint,
        )
    lines = [
        counted(len(places), "problem", "problems"),
        *(place.line for place in places[:_MOST_PLACES]),
    ]
    if len(places) > _MOST_PLACES:
        more = number(len(places) - _MOST_PLACES)
        lines.append(formula("  {rest}", rest=told("… and {more} more", more=more)))
    return RecordError(lines_of(lines), file=record, hint=hint)


def _inside(item: Any, items: list[Any]) -> bool:
    depth = len(item["loc"])
    return any(len(i["loc"]) > depth and i["loc"][:depth] == item["loc"] for i in items)


@dataclass(frozen=True)
class _Place:
    """One thing that is wrong in a document."""

    place: str | None
    what: str
    found: str | None
    expected: str | None = None
    hint: str | None = None

    @classmethod
    def of(cls, item: Any) -> _Place:
        place = ".".join(str(step) for step in item["loc"] if step != "") or None
        kind, given, context = item["type"], item["input"], item.get("ctx", {})
        if kind == "unknown_key":
            hint = context["hint"] or None
            return cls(place, told("unknown key"), context["key"], context["allowed"], hint)
        if kind == "missing":
            there = listed(map(str, given)) if isinstance(given, dict) else ""
            found = there or told("nothing")
            return cls(place, told("this key is needed"), found, shown(item["loc"][-1]))
        if kind == "value_error":
            # It says what it found; the whole object again would say less.
            return cls(place, _raised(context), None if isinstance(given, dict) else shown(given))
        if kind in _EXPECTED:
            expected = _EXPECTED[kind](context)
            return cls(place, told("this cannot stand here"), shown(given), expected)
        if item["msg"].startswith(_SHOULD_BE):
            expected = item["msg"].removeprefix(_SHOULD_BE)
            return cls(place, told("this cannot stand here"), shown(given), expected)
        # Validators of ours give their message as "text": what pydantic makes of it is not told.
        what = _SAID[kind](context) if kind in _SAID else context.get("text") or item["msg"]
        return cls(place, what, shown(given), None, context.get("hint"))

    @property
    def line(self) -> Told:
        """The same in one line."""
        what, found, expected = self.what, self.found or "", self.expected or ""
        if found and expected:
            what = told(
                "{what} (found {found}, expected {expected})",
                what=what,
                found=found,
                expected=expected,
            )
        elif found:
            what = told("{what} (found {found})", what=what, found=found)
        elif expected:
            what = told("{what} (expected {expected})", what=what, expected=expected)
        return formula("  {place}: {what}", place=self.place or told("(top)"), what=what)


def _raised(context: Any) -> str:
    """Return what a validator's own ``ValueError`` says."""
    error: ValueError = context["error"]
    return error.args[0] if error.args and isinstance(error.args[0], Told) else str(error)
