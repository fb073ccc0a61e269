"""A report read back, and run again: what differs, by version, by file and by key."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tallyverify._version import __version__
from tallyverify.case import Case, as_case, parsed_document, raw_document
from tallyverify.engine.folding import Progress
from tallyverify.engine.verification import verify
from tallyverify.errors import InputError, listed, printable
from tallyverify.language import counted, told
from tallyverify.report import Report
from tallyverify.taken import takes_input

_LONGEST = 300
_AREA = ("bulletin", "area", "station", "candidate")
_NAMED: dict[str, Callable[[Any], str]] = {
    "inputs": lambda one: f"{one['role']} {one['name']}",
    "mappings": lambda one: f"{one['role']} {one['name']}",
    "checks": lambda one: str(one["code"]),
    "findings": lambda one: ", ".join([one["code"], *filter(None, map(_told_of, _at(one)))]),
    "bulletins": lambda one: str(one["id"]),
    "candidates": lambda one: str(one["id"]),
    "areas": lambda one: _told_of(("area", one.get("area"))) or "whole",
    "by_bulletin": lambda one: str(one["bulletin"]),
}
"""By what the entries of a list in a report are told apart; those of others by their position."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was.

    Attributes
    ----------
    place : str
        ``version``, a file (``inputs[actas sheets.csv].sha256``) or a key of report.json.
    before, after : str or None
        What stands there in the report, and in that of the new run; None for nothing.

    Examples
    --------
    >>> print(Difference("totals.valid", "2,541", "2,542"))
    totals.valid: 2,541 → 2,542
    """

    place: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        nothing = told("nothing")
        before, after = (nothing if one is None else one for one in (self.before, self.after))
        return printable(f"{self.place}: {before} → {after}")


@dataclass(frozen=True)
class Reproduction:
    """A report, and what of it differs where its case is run again.

    Attributes
    ----------
    report : Report
        Of the new run.
    differences : tuple of Difference
        By version, by file, then by key; empty where report.json is the same byte for byte.

    Examples
    --------
    >>> import tallyverify as tv
    >>> case = tv.load_case("data/samples/clean")
    >>> tv.reproduce(tv.verify(case, checks="D301"), case).differences
    ()
    """

    report: Report
    differences: tuple[Difference, ...]

    @property
    def words(self) -> str:
        """What came of it, in one line."""
        if self.differences:
            return counted(len(self.differences), "difference", "differences")
        return told(
            "nothing differs in {checks} of {files}",
            checks=counted(len(self.report.answered), "check", "checks"),
            files=counted(len(self.report.inputs), "file", "files"),
        )


@takes_input
def load_report(path: str | Path) -> Report:
    """Read a report back from report.json.

    Parameters
    ----------
    path : path
        report.json, as :meth:`Report.to_json` writes it.

    Returns
    -------
    Report
        The same, but for what report.json does not hold: the pictures of the estimate and of the
        indicators, and the certificate.

    Raises
    ------
    InputError
        If it cannot be read, is no such report, or lacks a key that its version writes.

    Examples
    --------
    >>> import tempfile, tallyverify as tv
    >>> report = tv.verify(tv.load_case("data/samples/clean"), checks="D301")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = report.to_json(folder + "/report.json")
    ...     tv.load_report(folder + "/report.json").to_json() == text
    True
    """
    path = Path(path)
    raw = raw_document(path)
    report = parsed_document(raw, path.name, Report, "report")
    never = [name for name, field in Report.model_fields.items() if field.exclude]
    if told_all_the_same := [name for name in never if getattr(report, name) is not None]:
        raise InputError(
            told("the report has a key that is never written"),
            file=path.name,
            found=listed(told_all_the_same),
            hint=told("take the file as verify wrote it"),
        )
    if report.version == __version__:  # another one may have had fewer keys
        written = json.loads(raw.decode("utf-8-sig"))
        lacks = [
            one.place for one in _compared("", written, report.to_dict()) if one.before is None
        ]
        if lacks:
            raise InputError(
                told("the report lacks what its version writes, so that it is not whole"),
                file=path.name,
                found=told("no {keys}", keys=listed(lacks)),
                hint=told("take the file as verify wrote it"),
            )
    checks = tuple(
        check.model_copy(update={"findings": report.of(check.code)}) for check in report.checks
    )
    return report.model_copy(update={"checks": checks}).with_summary_named()


@takes_input
def reproduce(
    report: Report, case: Case | str | Path, *, progress: Progress | None = None
) -> Reproduction:
    """Run a report's checks over a case again, with its seed, and say what differs.

    Parameters
    ----------
    report : Report
        E.g. from :func:`tallyverify.load_report`.
    case : Case or path
        The case that it is of, or its folder.
    progress : callable, optional
        As for :func:`tallyverify.verify`.

    Returns
    -------
    Reproduction
        The new report and the differences, those of the version and of the files first.

    Raises
    ------
    InputError
        If the case cannot be verified, or this version does not have a check that was asked for.

    Examples
    --------
    >>> import tallyverify as tv
    >>> case = tv.load_case("data/samples/clean")
    >>> report = tv.verify(case, checks="D301")
    >>> older = report.model_copy(update={"version": "0.0.1"})
    >>> [one.place for one in tv.reproduce(older, case).differences]
    ['version']
    """
    new = verify(
        replace(as_case(case, second_reading=report.second_reading), seed=report.seed),
        checks=report.asked,
        progress=progress,
        language=report.language,
    )
    before, after = report.to_dict(), new.to_dict()
    found = [*_compared("", before, after)]
    first = [f for f in found if f.place == "version"]
    files = [f for f in found if f.place.startswith("inputs")]
    rest = [f for f in found if f not in first and f not in files]
    return Reproduction(new, (*first, *files, *rest))


def _compared(at: str, before: Any, after: Any) -> Iterator[Difference]:
    """Return what differs between two values of a report, down to the single figure."""
    if isinstance(before, list) and isinstance(after, list):
        name = at.rpartition(".")[2]
        before, after = _by_name(name, before), _by_name(name, after)
        places = {key: f"{at}[{key}]" for key in (*before, *after)}
    elif isinstance(before, dict) and isinstance(after, dict):
        places = {key: f"{at}.{key}" if at else str(key) for key in (*before, *after)}
    elif before != after:
        yield Difference(at, *_from_where_they_differ(_written(before), _written(after)))
        return
    else:
        return
    for key, place in places.items():
        if key in before and key in after:
            yield from _compared(place, before[key], after[key])
        else:
            there, here = (one.get(key) for one in (before, after))
            yield Difference(place, _shown(there), _shown(here))


def _by_name(name: str, entries: list[Any]) -> dict[str, Any]:
    """Return entries by what tells them apart; of several alike, the others with their number."""
    seen: Counter[str] = Counter()
    named = {}
    for at, entry in enumerate(entries, start=1):
        label = _NAMED[name](entry) if name in _NAMED and isinstance(entry, dict) else str(at)
        seen[label] += 1
        named[label if seen[label] == 1 else f"{label} #{seen[label]}"] = entry
    return named


def _at(finding: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(key, finding.get(key)) for key in _AREA]


def _told_of(one: tuple[str, Any]) -> str:
    key, value = one
    if isinstance(value, dict):
        return " / ".join(value.values())
    return f"{key} {value}" if value else ""


def _written(value: Any) -> str:
    """Return a value as it stands in JSON; of a finding or a file what says most."""
    if isinstance(value, dict):
        value = value.get("message") or value.get("sha256") or value
    return json.dumps(value, ensure_ascii=False)


def _from_where_they_differ(before: str, after: str) -> tuple[str, str]:
    """Return two texts, of long ones only the part in which they differ."""
    pairs = enumerate(zip(before, after, strict=False))
    same = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
    short = max(len(before), len(after)) <= _LONGEST
    begin = 0 if short else max(same - _LONGEST // 3, 0)
    return _cut(before, begin), _cut(after, begin)


def _shown(value: Any) -> str | None:
    return None if value is None else _cut(_written(value), 0)


def _cut(text: str, begin: int) -> str:
    end = begin + _LONGEST
    return ("…" if begin else "") + text[begin:end] + ("…" if len(text) > end else "")
