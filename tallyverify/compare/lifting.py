"""What lifts a finding: only the engine's proof, on the figures that the finding names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tallyverify.checking import CaseFacts, Kept
from tallyverify.feasibility import (
    BY_COVERAGE,
    Feasibility,
    Row,
    SeriesAnswer,
    Verified,
    assumptions_used,
)
from tallyverify.findings import Evidence
from tallyverify.language import counted, number, percent
from tallyverify.records import AreaResult, Bulletin

MOST_PROOFS = 15
"""A check has the engine prove so many of its findings apart, those with most votes first."""

_LINES = {"valid": "valid votes", "null": "null votes", "blank": "blank votes"}


@dataclass(frozen=True)
class Place:
    """One declared row, and where it stands in the answer."""

    answer: SeriesAnswer
    at: int  # position of the bulletin
    bulletin: Bulletin
    row: AreaResult
    area: int


def answer_of(kept: Kept, facts: CaseFacts) -> Feasibility:
    """Return the engine's answer for a case, worked out once for all checks."""
    found: Feasibility = kept.rows.study(Feasibility, kept, facts)
    return found


def places(engine: Feasibility, facts: CaseFacts) -> list[Place]:
    """Return every declared row in force whose area the sheets name."""
    return [
        Place(answer, at, bulletin, row, facts.area_index(row.area))
        for answer in engine.series
        for at, (bulletin, rows) in enumerate(answer.series.bulletins)
        for row in rows
        if facts.is_visible(row.area)
    ]


def same_place(place: Place, *labels: str) -> Callable[[Row], bool]:
    """Return which published numbers stand in a place, under these labels where any are named."""
    wanted = {_LINES.get(label, label) for label in labels}
    return lambda row: (
        row.bulletin == place.at
        and row.area == place.area
        and ((row.of_stations and row.label != BY_COVERAGE) or not wanted or row.label in wanted)
    )


def proof_of(
    engine: Feasibility,
    answer: SeriesAnswer,
    wanted: Callable[[Row], bool],
    about: Callable[[Row], bool] | None = None,
) -> tuple[Evidence, str]:
    """Return the rung that some published figures reach by themselves, and the proof in words.

    Where a finding is ``about`` one of them, the proof must need it: what the others prove as well
    without it is told elsewhere.
    """
    one = engine.of_rows(answer, wanted)
    if about is not None and one.rung is not None:
        others = engine.of_rows(answer, lambda row: wanted(row) and not about(row))
        if others.reading.bound.key >= one.reading.bound.key:
            return Evidence.NOTE, ""
    return one.rung or Evidence.NOTE, said(engine, answer, one)


def said(engine: Feasibility, answer: SeriesAnswer, one: Verified) -> str:
    """Return a proof in words, with the assumptions that it used; empty where there is none."""
    if one.rung is None:
        return ""
    used = "; ".join(assumptions_used(engine, answer, one))
    return _proved(engine, one) + (f". Assumed: {used}" if used else "")


def _proved(engine: Feasibility, one: Verified) -> str:
    bound, allowed = one.reading.bound, engine.allowance
    head = "Both cannot be true: at least" if one.rung is Evidence.CONTRADICTION else "At least"
    text = (
        "No number of wrong sheets helps: these figures exclude each other, by at least "
        f"{counted(bound.misfit, 'vote', 'votes')}"
        if bound.misfit
        else f"{head} {number(bound.sheets)} of the {counted(engine.seen, 'sheet', 'sheets')} "
        f"({percent(bound.sheets, engine.seen)}) would have to be wrong, with at least "
        f"{counted(bound.votes, 'vote', 'votes')} on them; {counted(allowed.sheets, 'is', 'are')} allowed "
        f"for ({allowed.origin})"
    )
    if one.sized:
        text += (
            ". Unseen stations are taken to hold at most what was seen at any; how many voters "
            "they have (a registry, or the lists of all stations) would decide it"
        )
    elif one.rung is Evidence.DISCREPANCY and not one.capped and not bound.misfit:
        few = "sheets" if bound.sheets <= allowed.sheets else "votes"
        text += f": so few wrong {few} happen honestly"
    if one.capped:
        text += (
            ". The bulletin does not say that it is the whole count: "
            '"complete": true in it would make this a contradiction'
        )
    return text
