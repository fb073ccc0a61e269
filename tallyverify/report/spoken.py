"""Every face of a report is made in the report's own language."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from tallyverify.language import speaking

if TYPE_CHECKING:
    from tallyverify.report.model import Report

_More = ParamSpec("_More")
_Made = TypeVar("_Made")


def in_its_language(
    face: Callable[Concatenate[Report, _More], _Made],
) -> Callable[Concatenate[Report, _More], _Made]:
    """Return what makes a face of a report, speaking the language of the report meanwhile."""

    @wraps(face)
    def made(report: Report, /, *more: _More.args, **named: _More.kwargs) -> _Made:
        with speaking(report.language):
            return face(report, *more, **named)

    return made
