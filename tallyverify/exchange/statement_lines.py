"""A table as statements of the format ``actasum/statement/v0.1``, one canonical line a sheet."""

from __future__ import annotations

import json
from typing import Any

from tallyverify.exchange.cells import SheetCells, TableCells
from tallyverify.records import Contest

_SPEC, _PROFILE = "actasum/statement/v0.1", "tallyverify"
_KINDS = ("station", "aggregate")


def as_statements(cells: TableCells) -> bytes:
    """Return the statements of all sheets that have a key; others the format cannot name."""
    lines = [
        json.dumps(
            _statement(row, cells), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        for row in cells
        if row.station
    ]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def total_is_of_candidates(contest: Contest, lines: tuple[str, ...]) -> bool:
    """Whether the valid votes are known to be those for candidates, and to hold no blank ones."""
    return contest.valid_includes_blank is False or "blank" not in lines


def _statement(row: SheetCells, cells: TableCells) -> dict[str, Any]:
    table = cells.table
    contest = table.contest
    counts: dict[str, Any] = {"candidatures": {}}
    marks = {"unread": dict[str, str](), "not_on_sheet": dict[str, str]()}
    texts: dict[str, str] = {}
    elsewhere: dict[str, int | None] = {}

    def put(item: str, name: str, held: dict[str, Any], key: str) -> None:
        """Put a figure in its place, or a mark that it was not read."""
        value = row.figures[name]
        if value is not None:
            held[key] = value
            return
        marks["unread"][item] = "illegible" if name in row.unread else "empty"
        if name in row.unread:
            texts[item] = row.unread[name]

    for name in table.votes:
        put(f"candidature:{name}", name, counts["candidatures"], name)
    for line in ("blank", "null"):
        if line in table.lines:
            put(line, line, counts, line)
        else:
            marks["not_on_sheet"][line] = "no-field"
    papers = [n for n in contest.ballot_lines if n in table.lines and n not in ("blank", "null")]
    for line in papers:
        put(f"other:{line}", line, counts.setdefault("other", {}), line)
    places = {"registered": "registered"}
    if total_is_of_candidates(contest, table.lines):
        places["valid"] = "candidature_total"
    for line in table.lines:
        if line in ("blank", "null", *papers):
            continue
        item = places.get(line)
        if item is None:
            elsewhere[line] = row.figures[line]
            item = f"line:{line}"
        elif row.figures[line] is not None:
            counts[item] = row.figures[line]
        if line in row.unread:
            texts[item] = row.unread[line]
    if counts.get("other") == {}:
        del counts["other"]
    counts |= {key: given for key, given in marks.items() if given}
    areas = {level: area for level, area in row.areas.items() if area}
    extra = {"areas": areas, "lines": elsewhere, "unread": texts}
    statement: dict[str, Any] = {
        "spec": _SPEC,
        "profile": _PROFILE,
        "election": contest.id,
        "station": row.station,
        "constituency": contest.country or contest.id,
        "counts": counts,
    }
    extra = {key: given for key, given in extra.items() if given}
    statement |= {"extra": extra} if extra else {}
    return statement | ({"unit": row.kind} if row.kind == _KINDS[1] else {})
