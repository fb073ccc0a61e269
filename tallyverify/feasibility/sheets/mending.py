"""What a sheet that fails its own arithmetic still says: all mendings of one figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tallyverify.feasibility.sheets.conventions import Conventions

Bounds = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """One sheet's figures; a line that was not read is −1."""

    votes: tuple[int, ...]
    unread: tuple[bool, ...]
    lines: dict[str, int]


def mended(
    sheet: Sheet, how: Conventions, names: tuple[str, ...], classes: tuple[str, ...]
) -> Bounds | None:
    """Return each figure's least and greatest value over all mendings of one figure.

    None where no single figure mends the sheet, or where votes were not read.

    Examples
    --------
    >>> sheet = Sheet((1108, 85), (False, False),
    ...     {"valid": 193, "ballots": -1, "null": -1, "blank": -1})
    >>> mended(sheet, Conventions("=", True, ()), ("A", "B"), ())["A"]
    (108, 1108)
    """
    if any(sheet.unread):
        return None
    found: Bounds = {}
    for one in _mendings(sheet, how, classes):
        figures = {
            **{n: (v, v) for n, v in zip(names, one.votes, strict=True)},
            **{n: (v, v) for n, v in one.lines.items() if v >= 0},
        }
        for name, (low, high) in figures.items():
            least, most = found.get(name, (low, high))
            found[name] = min(least, low), max(most, high)
    return found or None


def _mendings(sheet: Sheet, how: Conventions, classes: tuple[str, ...]) -> Iterator[Sheet]:
    lines, votes = sheet.lines, sheet.votes
    options = sum(votes)
    for at, old in enumerate(votes):
        for new in _targets(lines, how, classes, options - old):
            if new >= 0 and new != old:
                changed = (*votes[:at], new, *votes[at + 1 :])
                if _sound(changed, lines, how, classes):
                    yield Sheet(changed, sheet.unread, lines)
    for name, old in lines.items():
        if old < 0:
            continue
        for new in _line_targets(name, votes, lines, how, classes):
            if new >= 0 and new != old:
                changed_lines = {**lines, name: new}
                if _sound(votes, changed_lines, how, classes):
                    yield Sheet(votes, sheet.unread, changed_lines)


def _rest(lines: dict[str, int], how: Conventions, classes: tuple[str, ...]) -> int:
    """Papers beside the valid ones."""
    blank = lines["blank"] if how.blank_apart else 0
    return sum(max(v, 0) for v in (lines["null"], blank, *(lines[c] for c in classes)))


def _targets(
    lines: dict[str, int], how: Conventions, classes: tuple[str, ...], others: int
) -> list[int]:
    """Values of one option that could mend the sheet, given the other options' sum."""
    extra = max(lines["blank"], 0) if how.valid == "blank" else 0
    found = []
    if lines["valid"] >= 0:
        found.append(lines["valid"] - extra - others)
        if how.valid == "over":
            found.append(0)
    if lines["ballots"] >= 0:
        found.append(lines["ballots"] - _rest(lines, how, classes) - extra - others)
    return found


def _line_targets(
    name: str,
    votes: tuple[int, ...],
    lines: dict[str, int],
    how: Conventions,
    classes: tuple[str, ...],
) -> list[int]:
    options = sum(votes)
    extra = max(lines["blank"], 0) if how.valid == "blank" else 0
    valid = lines["valid"] if lines["valid"] >= 0 else options + extra
    if name == "valid":
        found = [options + extra]
        if lines["ballots"] >= 0:
            found.append(lines["ballots"] - _rest(lines, how, classes))
        return found
    if name == "ballots":
        return [valid + _rest(lines, how, classes)]
    others = valid + _rest({**lines, name: 0}, how, classes)
    found = [lines["ballots"] - others] if lines["ballots"] >= 0 else []
    if name == "blank" and how.valid == "blank" and lines["valid"] >= 0:
        found.append(lines["valid"] - options)
    return found


def _sound(
    votes: tuple[int, ...], lines: dict[str, int], how: Conventions, classes: tuple[str, ...]
) -> bool:
    options = sum(votes)
    extra = max(lines["blank"], 0) if how.valid == "blank" else 0
    valid = lines["valid"]
    if valid >= 0 and (valid < options if how.valid == "over" else valid != options + extra):
        return False
    base = max(valid, options + extra)
    if lines["ballots"] < 0:
        return True
    if lines["ballots"] < base:
        return False
    if not how.ballots or lines["null"] < 0:
        return True
    return base + _rest(lines, how, classes) == lines["ballots"]
