"""The catalogues of messages: every message of the source, with words, and the same values."""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = _tool()
ROOMS = sorted(TOOL.rooms())
_VALUES = re.compile(r"(?<!\{)\{(\w+)\}|%\((\w+)\)s")
_AS_IT_IS = re.compile(r"\{\w+\}|%\(\w+\)s|\S*[-_./=]\S*|\"[^\"]*\"|'[^']*'|`[^`]*`|\([A-Z ]+\)")
"""Values, keys, options, names of files and of columns, and what stands in the signs of code."""

_FOREIGN = re.compile(r"\b(the|and|is|are|which|that|with|bulletin)\b")


def written(room: str) -> Catalog:
    """Return the catalogue of a room as it stands there; empty where there is none."""
    file = TOOL.place(room)
    if not file.exists():
        return Catalog()
    with file.open("rb") as source:
        return read_po(source)


def forms(given: str | tuple[str, ...]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def values(text: str) -> set[str]:
    """Return the names of the values of a message, in Python or in a template."""
    return {one or other for one, other in _VALUES.findall(text)}


def messages(room: str) -> list[Message]:
    return [one for one in written(room) if one.id]


@pytest.mark.parametrize("room", ROOMS)
def test_every_message_is_there_and_no_other(room: str) -> None:
    """After a change: python tools/messages.py ROOM, and fill in what is empty."""
    source = {forms(one.id) for one in TOOL.extracted(room) if one.id}
    assert {forms(one.id) for one in messages(room)} == source


@pytest.mark.parametrize("room", ROOMS)
def test_every_message_has_words(room: str) -> None:
    empty = [one.id for one in messages(room) if not TOOL.filled(one.string)]
    assert empty == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_translation_has_the_values_of_its_message(room: str) -> None:
    for one in messages(room):
        known = [values(text) for text in forms(one.id)]
        for text in forms(one.string):
            assert values(text) in known, one.id
            # What is left of braces must be doubled, or it cannot be filled in.
            bare = re.sub(r"\{\w+\}|\{\{|\}\}", "", text) if "%(" not in text else ""
            assert "{" not in bare, one.id
            assert "}" not in bare, one.id
        if one.pluralizable:
            assert len(forms(one.string)) == 2


@pytest.mark.parametrize("room", ROOMS)
def test_a_translation_keeps_the_ends_of_its_message(room: str) -> None:
    """A clause stays a clause: the full stop, the colon, the line breaks."""
    for one in messages(room):
        english = forms(one.id)[0]
        for text in forms(one.string):
            assert text == text.strip() or english != english.strip(), one.id
            for sign in (".", ":", ";"):
                assert text.endswith(sign) == english.endswith(sign), one.id


@pytest.mark.parametrize("room", ROOMS)
def test_no_english_is_left_in_spanish(room: str) -> None:
    for one in messages(room):
        for text in forms(one.string):
            assert not _FOREIGN.search(_AS_IT_IS.sub("", text)), (one.id, text)


def test_the_same_english_is_the_same_spanish_in_all_rooms() -> None:
    """One catalogue is looked through after the other: of two translations one would be told."""
    said: dict[str, set[str]] = defaultdict(set)
    for room in ROOMS:
        for one in messages(room):
            said[forms(one.id)[0]].add(forms(one.string)[0])
    assert {english: found for english, found in said.items() if len(found) > 1} == {}
