"""A record with all its text in one language."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeVar

from tallyverify.language.messages import LANGUAGES, Language, Told

_Any = TypeVar("_Any")


def retold(value: _Any, language: Language) -> _Any:
    """Return a record, and all records in it, with what is told said in a language.

    What is no record, tuple, list or dictionary stays as it is.
    """
    return _retold(value, language)  # type: ignore[no-any-return]


def _retold(value: Any, language: Language) -> Any:
    from pydantic import BaseModel

    if isinstance(value, Told):
        return value.in_language(language)
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        again = {name: _retold(one, language) for name, one in fields.items()}
        changed = {name: one for name, one in again.items() if one is not fields[name]}
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, tuple | list):
        parts = [_retold(one, language) for one in value]
        same = all(one is part for one, part in zip(value, parts, strict=True))
        return value if same else type(value)(parts)
    if isinstance(value, dict):
        items = {_retold(key, language): _retold(one, language) for key, one in value.items()}
        same = all(items.get(key) is one for key, one in value.items())
        return value if same else items
    return value


def language_of(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language that an environment asks for, English where it is none of ours.

    As gettext has it: of ``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` the first that is
    set.

    Examples
    --------
    >>> language_of({"LANG": "es_VE.UTF-8"}), language_of({"LC_ALL": "C", "LANG": "es_VE"})
    ('es', 'en')
    """
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = next((environment[name] for name in names if environment.get(name)), "")
    for one in asked.split(":"):
        code = one[:2].lower()
        for language in LANGUAGES:
            if code == language:
                return language
    return "en"
