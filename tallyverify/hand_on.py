"""Rooms hand their names on when these are first used, so that an import stays light."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def hand_on(room: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return a room's ``__getattr__``: names by the file in the room that they are handed on from.

    Examples
    --------
    >>> hand_on("tallyverify", {"findings": ["Status"]})("Status")
    <enum 'Status'>
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def attribute(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        value = getattr(import_module(f"{room}.{home_of[name]}"), name)
        setattr(sys.modules[room], name, value)
        return value

    return attribute
