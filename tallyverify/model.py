"""What every pydantic model of the package shares: closed, frozen, exact about counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tallyverify.errors import listed, nearest, shown
from tallyverify.language import told
from tallyverify.wrong_records import from_validation

MAX_COUNT = 10**10
"""No count on a sheet or in a declared result is larger: there are fewer people than that."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Model(BaseModel):
    """Base of the package's models: frozen, no unknown key, the nearest known key named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise from_validation(error, type(self).__name__) from None

    # To pydantic it is its own: records inside records are made without it, and name their place.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def model_validate(cls, obj: Any, **how: Any) -> Self:
        """Return a record made of plain data; :class:`InputError` where it cannot be."""
        try:
            return super().model_validate(obj, **how)
        except ValidationError as error:
            raise from_validation(error, cls.__name__) from None

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **how: Any) -> Self:
        """Do the same from JSON."""
        try:
            return super().model_validate_json(json_data, **how)
        except ValidationError as error:
            raise from_validation(error, cls.__name__) from None

    @classmethod
    def model_validate_strings(cls, obj: Any, **how: Any) -> Self:
        """Do the same from texts."""
        try:
            return super().model_validate_strings(obj, **how)
        except ValidationError as error:
            raise from_validation(error, cls.__name__) from None

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            super().__setattr__(name, value)
        except ValidationError as error:
            raise from_validation(error, type(self).__name__) from None

    def __delattr__(self, name: str) -> None:
        try:
            super().__delattr__(name)
        except ValidationError as error:
            raise from_validation(error, type(self).__name__) from None

    @model_validator(mode="before")
    @classmethod
    def _unknown_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in known:
                    raise PydanticCustomError(
                        "unknown_key",
                        "{text}",
                        {
                            "text": told(
                                "unknown key {key}; allowed are {allowed}",
                                key=shown(key),
                                allowed=listed(known),
                            ),
                            "key": shown(key),
                            "allowed": listed(known),
                            "hint": nearest(str(key), known) or "",
                        },
                    )
        return data

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields changed, not checked; what was worked out is not kept."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


def _whole(value: Any) -> Any:
    # bool is an int to Python, and "12" or 12.0 is one to a lax parser; a sheet says neither.
    if isinstance(value, bool) or not isinstance(value, int):
        what = told("a count is a whole number, not negative")
        raise PydanticCustomError("count", "{text}", {"text": what})
    return value


def _printable(value: str) -> str:
    if _CONTROL.search(value):
        what = told("control characters are not allowed")
        raise PydanticCustomError("control_character", "{text}", {"text": what})
    return value


Count = Annotated[int, Field(ge=0, le=MAX_COUNT), BeforeValidator(_whole)]
"""A whole number of voters, ballots, votes or stations."""

Text = Annotated[str, StringConstraints(max_length=500), AfterValidator(_printable)]
"""A name for people to read."""

Identifier = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strip_whitespace=True),
    AfterValidator(_printable),
]
"""A name that other parts of the case refer to."""

OptionalName = Annotated[
    str,
    StringConstraints(max_length=100, strip_whitespace=True),
    AfterValidator(_printable),
]
"""A name that other parts of the case refer to, or nothing."""


_Described = TypeVar("_Described")


def _file_or_written(value: Any) -> str:
    return "file" if isinstance(value, str) else ""


OrFile = Annotated[
    Annotated[_Described, Tag("")] | Annotated[Text, Tag("file")],
    Discriminator(_file_or_written),
]
"""A description as it is, or the name of the file in which it stands."""
