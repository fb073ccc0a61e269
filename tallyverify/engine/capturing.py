"""What each capture of a case proves by itself, and all of them as one witness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from tallyverify.case import Case
from tallyverify.checking import Capture, CaptureSupport, CaseFacts, Check, Kept, Seen
from tallyverify.engine.folding import Progress, doubt_of, find_suspects, fold_rows
from tallyverify.feasibility import (
    CaptureRows,
    Feasibility,
    as_lower_bounds,
    summarise_witnesses,
    with_captures,
)
from tallyverify.findings import MOVED_BY
from tallyverify.language import told

_HASTY = 0.025
_CAREFUL = 0.005
"""Shares of sheets that may happen to be wrong, as for the actas."""

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
    for capture in case.captures:
        own = replace(
            case,
            actas=capture.table,
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
    combined = with_captures(rows, list(used.values()))
    differing = dict(zip(used, combined.differ, strict=True))
    support = [_with_difference(one, differing) for one in support]
    facts = replace(facts, beside=combined.beside)
    if not facts.bulletins:
        return Together(combined.rows, facts)
    together = _support(None, facts, seen, combined.rows, doubt, case)
    support.append(together.model_copy(update={"name": None, "supplied_by": None, "stage": None}))
    return Together(combined.rows, replace(facts, support=tuple(support)))


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
        dict(capture.crosswalk),
        tuple(own_facts.source.annulled),
        other_stage and capture.kind == "sheets",
        _CAREFUL if careful else _HASTY,
        levels <= set(own_facts.levels) | (levels - set(facts.levels)),
    )


def _support(
    capture: Capture | None, facts: CaseFacts, seen: Seen, rows: Any, doubt: str, case: Case
) -> CaptureSupport:
    head: dict[str, Any] = {
        "name": "actas" if capture is None else capture.name,
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
