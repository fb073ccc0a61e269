"""Fuzz of readings: a file whose meaning is lost is never consistent, nor accused."""

from __future__ import annotations

from random import Random

import pytest

from tallyverify import InputError, Report, verify
from tests.helpers.readings import (
    BREAKS,
    HONEST,
    SHAPES,
    STATIONS,
    case_of,
    clean,
    declared_of,
    truths,
)


def judged(name: str, seed: int, shape: str, *, right: bool) -> tuple[Report, int] | None:
    """Verify a file whose meaning is lost in one way; nothing where it is refused."""
    file = BREAKS[name](clean(seed), Random(f"{name} {seed}")) if name else clean(seed)
    try:
        case = case_of(file, declared_of(seed, right=right, shape=shape))
        return verify(case, checks="rules,compare"), truths(seed, case)
    except InputError:
        return None


def wrong_of(name: str, seed: int, shape: str) -> list[str]:
    """Return what is wrong with the answers to a right and to a wrong result."""
    wrong = []
    for right in (True, False):
        found = judged(name, seed, shape, right=right)
        if found is None:
            continue
        report, true = found
        seen = min(true, report.coverage.stations)
        if report.verdict == "consistent" and (not right or 10 * seen < 9 * STATIONS):
            wrong.append(f"{name}, {seed}, {shape}, {right}: consistent on {seen} of {STATIONS}")
        if right and report.verdict in ("contradicted", "improbable"):
            wrong.append(f"{name}, {seed}, {shape}: accused, {report.verdict}")
        if right and name in ("", *HONEST) and report.verdict != "consistent":
            wrong.append(f"{name}, {seed}, {shape}: {report.verdict}, {report.reason}")
        if report.verdict == "insufficient" and not report.reason:
            wrong.append(f"{name}, {seed}, {shape}: no reason is given")
    return wrong


WAYS = ["", *BREAKS]


@pytest.mark.parametrize(("at", "name"), list(enumerate(WAYS)))
def test_no_lost_meaning_passes(at: int, name: str) -> None:
    shapes = {SHAPES[0], SHAPES[at % len(SHAPES)]}
    assert [words for shape in sorted(shapes) for words in wrong_of(name, 1, shape)] == []


@pytest.mark.hours
@pytest.mark.parametrize(("at", "name"), list(enumerate(WAYS)))
def test_no_lost_meaning_passes_in_many_files(at: int, name: str) -> None:
    files = [(seed, SHAPES[(at + seed) % len(SHAPES)]) for seed in range(2, 12)]
    assert [words for seed, shape in files for words in wrong_of(name, seed, shape)] == []
