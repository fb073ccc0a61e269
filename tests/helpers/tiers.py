"""What is tried in every run, and what of the same only where more is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest
from hypothesis import settings


def slow_but(quick: Collection[Any], values: Iterable[Any]) -> list[Any]:
    """Return the values as parameters, marked slow but for the quick ones."""
    every = list(values)
    assert not [one for one in quick if one not in every]
    return [one if one in quick else pytest.param(one, marks=pytest.mark.slow) for one in every]


def slow_rows_but(quick: Collection[Any], rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Do the same for rows of several parameters."""
    every = list(rows)
    assert not [row for row in quick if row not in every]
    return [pytest.param(*row, marks=[] if row in quick else pytest.mark.slow) for row in every]


def costly(test: Any) -> Any:
    """Give a property that takes long for an example ten in every run, forty with --runslow."""
    more = settings.default is not None and settings.default.max_examples > 40
    return pytest.mark.costly(settings(max_examples=40 if more else 10)(test))
