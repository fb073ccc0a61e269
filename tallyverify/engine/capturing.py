"""What each capture of a case proves by itself, and all of them as one witness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import numpy as np

from tallyverify.arrays import Texts
from tallyverify.case import ACTAS, Case
from tallyverify.checking import Capture, CaseFacts, Check, Kept, Seen
from tallyverify.engine.folding import Progress, doubt_of, find_suspects, fold_rows
from tallyverify.feasibility import (
    WRONG_SHARES,
    CaptureRows,
    Feasibility,
    as_lower_bounds,
    default_allowance,
    summarise_witnesses,
    with_captures,
)
from tallyverify.findings import MOVED_BY, CaptureSupport
from tallyverify.language import told
from tallyverify.table import ActaTable, match_keys

_Proved = Literal["contradicted", "discrepant", "consistent"]


@dataclass(frozen=True, eq=False)
class Together:
    """The sheets of the actas with those of the captures, and what each proves."""

    rows: Any
    facts: CaseFacts


def all_together(
    case: Case,
    facts: CaseFacts,
    chosen: tuple[Check, ...],
    seen: Seen,
    rows: Any,
    doubt: str,
    tell: Progress,
) -> Together:
    """Return the actas' sheets with those of the captures, and what each of them proves alone.

    A capture of which the meaning of the sheets is in doubt proves nothing, and is left out.
    """
    support = [_support(None, facts, seen, rows, doubt, case)]
    used: dict[str, CaptureRows] = {}
    keys = rows.keys()
    for capture in case.captures:
        own = replace(
            case,
            actas=_keyed_as(capture, keys),
            capture="definitive" if capture.kind == "sheets" else "provisional",
            captures=(),
            sampling=None,
            contests=(),
        )
        suspects, source = find_suspects(own, tell)
        own_facts = replace(own.facts, source=source, codes=facts.codes)
        asked = tuple(check for check in chosen if check.summarise is summarise_witnesses)
        summaries, repeats, own_seen = fold_rows(own, own_facts, asked, suspects, tell)
        # Of a lower bound it is no wonder that parts do not add up.
        apart = ("T212",) if capture.kind == "lower_bound" else ()
        why = doubt_of(summaries, repeats, own_facts, apart)
        sheets = summaries[summarise_witnesses]
        if capture.kind == "lower_bound":
            sheets = as_lower_bounds(sheets)
        support.append(_support(capture, own_facts, own_seen, sheets, why, case))
        if not why:
            used[capture.name] = _to_combine(capture, sheets, own_facts, facts)
    combined = with_captures(rows, list(used.values()), facts)
    differing = dict(zip(used, combined.differ, strict=True))
    support = [_with_difference(one, differing) for one in support]
    facts = replace(facts, beside=combined.beside)
    if not facts.bulletins:
        return Together(combined.rows, facts)
    together = _support(None, facts, seen, combined.rows, doubt, case)
    support.append(together.model_copy(update={"name": None, "supplied_by": None, "stage": None}))
    corrected = _corrected(case, facts, seen, rows, used, doubt)
    return Together(combined.rows, replace(facts, support=tuple(support), corrected=corrected))


def _corrected(
    case: Case,
    facts: CaseFacts,
    seen: Seen,
    rows: Any,
    used: dict[str, CaptureRows],
    doubt: str,
) -> str:
    """Return the verdict on the actas as they were corrected since; ``""`` if they were not.

    Corrections are the differences to sheets of another stage, or to careful ones where the actas
    were taken in haste, as long as no more stations differ in votes than corrections change.
    """
    hasty = facts.capture == "provisional"
    later = [
        used[one.name]
        for one in case.captures
        if one.name in used and one.kind == "sheets" and (one.stage != facts.stage or hasty)
    ]
    if not later:
        return ""
    combined = with_captures(rows, later, facts)
    common = max((common for common, _ in combined.differ), default=0)
    if not combined.changed or combined.changed > default_allowance(common, "provisional"):
        return ""
    facts = replace(facts, beside=combined.beside)
    return _support(None, facts, seen, combined.rows, doubt, case).verdict


def _keyed_as(capture: Capture, keys: Texts) -> ActaTable:
    """Return a capture's table with the keys of the actas, where they are one station's."""
    table = capture.table
    own = table.frame["station"].fillna("").to_numpy(dtype=object)
    names = np.array(sorted(set(own)), dtype=object)
    places = match_keys(keys, names, capture.crosswalk).places
    spelt = {str(n): str(keys[at]) for n, at in zip(names, places, strict=True) if at >= 0}
    if all(name == key for name, key in spelt.items()):
        return table

    def said(key: str) -> str:
        return spelt.get(key, key)

    column = table.frame["station"]
    renamed = column.map(spelt).fillna(column).astype(column.dtype)
    source = replace(
        table.source,
        annulled=tuple(map(said, table.source.annulled)),
        pending=tuple(map(said, table.source.pending)),
    )
    return replace(table, frame=table.frame.assign(station=renamed), source=source)


def _with_difference(one: CaptureSupport, differing: dict[str, tuple[int, int]]) -> CaptureSupport:
    common, differ = differing.get(one.name or "", (0, 0))
    return one.model_copy(update={"common": common, "differ": differ})


def _to_combine(
    capture: Capture, sheets: Any, own_facts: CaseFacts, facts: CaseFacts
) -> CaptureRows:
    levels = {level for area in facts.areas for level in area}
    other_stage = capture.stage != facts.stage
    careful = capture.kind == "sheets" and not other_stage
    return CaptureRows(
        sheets,
        capture.kind,
        (*own_facts.source.annulled, *own_facts.source.pending),
        other_stage and capture.kind == "sheets",
        WRONG_SHARES["definitive" if careful else "provisional"],
        levels <= set(own_facts.levels) | (levels - set(facts.levels)),
    )


def _support(
    capture: Capture | None, facts: CaseFacts, seen: Seen, rows: Any, doubt: str, case: Case
) -> CaptureSupport:
    head: dict[str, Any] = {
        "name": ACTAS if capture is None else capture.name,
        "kind": capture.kind if capture else None,
        "stage": capture.stage if capture else facts.stage,
        "supplied_by": capture.supplied_by if capture else case.supplied_by,
    }
    nothing: dict[str, Any] = {"sheets_wrong": 0, "votes_wrong": 0, "allowed": 0}
    if doubt or not facts.bulletins:
        reason = doubt or told("nothing is declared")
        sheets = seen.stations.stations
        return CaptureSupport(
            **head, sheets=sheets, verdict="insufficient", reason=reason, **nothing
        )
    engine = rows.study(Feasibility, Kept(seen, rows), facts)
    head["sheets"] = engine.seen
    if engine.gravest is None or not engine.held:
        reason = told("no published figure of votes could be held against sheets")
        return CaptureSupport(**head, verdict="insufficient", reason=reason, **nothing)
    proved = engine.gravest.whole
    return CaptureSupport(
        **head,
        verdict=cast("_Proved", "consistent" if proved.rung is None else MOVED_BY[proved.rung]),
        sheets_wrong=proved.reading.bound.sheets,
        votes_wrong=proved.reading.bound.votes,
        allowed=engine.allowance.sheets,
    )
