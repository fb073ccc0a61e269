"""Right types, odd values: a public function answers, or says what is wrong."""

from __future__ import annotations

import dataclasses
import inspect
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tallyverify as tv
from tests.project.test_wrong_types import GOOD, GOOD_OF, OPEN, TAKING

QUICK, ALL = 60, 600
"""Calls in the default run, and in the slow one."""

ARRAYS: dict[str, Callable[[Any], Any]] = {
    "empty": lambda a: a[:0],
    "one": lambda a: a[:1],
    "two": lambda a: a[:2],
    "shorter": lambda a: a[:-1],
    "zeros": lambda a: a * 0,
    "all the same": lambda a: a * 0 + 7,
    "negative": lambda a: -a - 1,
    "beyond 32 bits": lambda a: a.astype(np.int64) + 2**40,
    "near the end of 64 bits": lambda a: a.astype(np.int64) * 0 + (2**63 - 1),
    "one that is not a number": lambda a: np.append(a[:-1].astype(float), np.nan),
    "none that is a number": lambda a: a * np.nan,
    "without end": lambda a: np.append(a[:-1].astype(float), np.inf),
    "tiny": lambda a: a * 5e-324,
    "halves": lambda a: a + 0.5,
    "bytes that wrap": lambda a: a.astype(np.uint8),
    "of one bit": lambda a: a.astype(bool),
    "complex": lambda a: a.astype(complex),
    "objects": lambda a: a.astype(object),
    "objects with a gap": lambda a: np.append(a[:-1].astype(object), None),
    "texts": lambda a: a.astype(str),
    "times": lambda a: a.astype("datetime64[s]"),
    "a table": lambda a: np.vstack([a, a]) if a.ndim == 1 else a[0],
    "backwards": lambda a: a[::-1],
    "every other": lambda a: np.repeat(a, 2)[::2],
    "a list": lambda a: a.tolist(),
    "a series": lambda a: pd.Series([*a.tolist()], index=[9] * len(a)),
    "a series with a gap": lambda a: pd.Series([*a.tolist()[:-1], None]).convert_dtypes(),
    "masked": lambda a: np.ma.masked_equal(a, a.flat[0]),
}
ODD: list[Any] = [
    0, -1, 1, 2**31, 10**30, 0.0, -0.0, 1e-300, 1e308, math.inf, -math.inf, math.nan,
    "", " ", "\x00", "\u202eA\x1b[31m", "x" * 10_000, "../../etc", "\ud800", True, False, None,
    [], {}, (), [0], {"A": 0},
]  # fmt: skip


def drawn(function: str, chance: random.Random) -> dict[str, Any]:
    """Return arguments for a function, of which one or two are odd."""
    parameters = inspect.signature(TAKING[function]).parameters
    own = GOOD_OF.get(function, {})
    given = {
        name: own.get(name, GOOD.get(name))
        for name, one in parameters.items()
        if name in own or (one.default is one.empty and one.kind is not one.VAR_KEYWORD)
    }
    names = [name for name, one in parameters.items() if one.kind is not one.VAR_KEYWORD]
    for name in chance.sample(names, min(len(names), chance.choice((1, 1, 2)))):
        if isinstance(given.get(name), np.ndarray):
            given[name] = ARRAYS[chance.choice([*ARRAYS])](given[name])
        else:
            given[name] = chance.choice(ODD)
    return given


def out_of_bounds(result: object) -> list[str]:
    """Return the probabilities and shares of a result that are none."""
    if not dataclasses.is_dataclass(result) or isinstance(result, type):
        return []
    found = []
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if field.name in ("p", "p_value", "share") and isinstance(value, float):
            found += [] if math.isnan(value) or 0 <= value <= 1 else [f"{field.name} = {value}"]
    return found


@pytest.mark.parametrize(
    "seeds",
    [
        range(QUICK),
        pytest.param(range(QUICK, ALL), marks=pytest.mark.hours),
    ],
    ids=["some", "many"],
)
def test_it_answers_or_says_what_is_wrong(
    seeds: range, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    faults = {}
    for seed in seeds:
        chance = random.Random(f"calls {seed}")
        function = chance.choice([*OPEN])
        try:
            given = drawn(function, chance)
        except (TypeError, ValueError, OverflowError):
            continue  # numpy itself has no such array
        try:
            found = out_of_bounds(TAKING[function](**given))
        except tv.TallyVerifyError:
            continue
        except Exception as error:
            found = [f"{type(error).__name__}: {error}"]
        if found:
            odd = {k: repr(v)[:60] for k, v in given.items() if v is not GOOD.get(k)}
            faults[seed] = (function, odd, found)
    assert not faults, "\n".join(f"{seed}: {fault}" for seed, fault in faults.items())


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["1e3", "2"], "'1e3'"),
        (np.array([1 + 2j, 3]), r"\(1\+2j\)"),
        (np.array(["2024-07-28"], dtype="datetime64[s]"), "2024"),
        ([1, None], "nan at position 1"),
        (np.ma.masked_equal([3, 4], 4), "nan at position 1"),
    ],
)
def test_what_is_no_number_is_not_made_one(given: Any, found: str) -> None:
    """Numpy alone would read a text and a time, and drop the mask and the imaginary part."""
    with pytest.raises(tv.InputError, match=found):
        tv.forensics.second_digit(given)
