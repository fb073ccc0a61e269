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
from tallyverify.language import (
    clauses,
    counted,
    in_sentences,
    number,
    percent,
    told,
    told_of,
)
from tallyverify.records import AreaResult, Bulletin

MOST_PROOFS = 15
"""A check has the engine prove so many of its findings apart, those with most votes first."""


LABELS = {"valid": "valid votes", "null": "null votes", "blank": "blank votes"}
"""Labels of published figures, where they are not called as the line of the bulletin is."""


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
    return lambda row: (
        row.bulletin == place.at
        and row.area == place.area
        and ((row.of_stations and row.label != BY_COVERAGE) or not labels or row.label in labels)
    )


def is_of(row: Row, name: str) -> bool:
    """Whether a published number is of a line of bulletins, or of a candidate or group."""
    return row.label in (name, LABELS.get(name))


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
    parts = _proved(engine, one)
    used = assumptions_used(engine, answer, one)
    if used:
        parts.append(told("Assumed: {what}", what=clauses(used)))
    return in_sentences(parts)


def _proved(engine: Feasibility, one: Verified) -> list[str]:
    bound, allowed = one.reading.bound, engine.allowance.sheets
    text = _excluded(bound.misfit) if bound.misfit else _wrong(engine, one)
    parts = [text]
    if one.sized:
        parts.append(
            told(
                "Unseen stations are taken to hold at most what was seen at any; how many voters "
                "they have (a registry, or the lists of all stations) would decide it"
            )
        )
    elif one.rung is Evidence.DISCREPANCY and not one.capped and not bound.misfit:
        parts = [
            told("{proved}: so few wrong sheets happen honestly", proved=text)
            if bound.sheets <= allowed
            else told("{proved}: so few wrong votes happen honestly", proved=text)
        ]
    if one.capped:
        parts.append(
            told(
                'The bulletin does not say that it is the whole count: "complete": true in it '
                "would make this a contradiction"
            )
        )
    return parts


def _excluded(misfit: int) -> str:
    return told(
        "No number of wrong sheets helps: these figures exclude each other, by at least {votes}",
        votes=counted(misfit, "vote", "votes"),
    )


def _wrong(engine: Feasibility, one: Verified) -> str:
    """Say how many sheets would have to be wrong, and how many are allowed for."""
    bound = one.reading.bound
    sheets, of = number(bound.sheets), counted(engine.seen, "sheet", "sheets")
    share = percent(bound.sheets, engine.seen)
    votes = counted(bound.votes, "vote", "votes")
    if one.rung is Evidence.CONTRADICTION:
        proved = told(
            "Both cannot be true: at least {sheets} of the {of} ({share}) would have to be wrong, "
            "with at least {votes} on them",
            sheets=sheets,
            of=of,
            share=share,
            votes=votes,
        )
    else:
        proved = told(
            "At least {sheets} of the {of} ({share}) would have to be wrong, with at least {votes} "
            "on them",
            sheets=sheets,
            of=of,
            share=share,
            votes=votes,
        )
    allowed = told_of(
        engine.allowance.sheets,
        "{count} is allowed for ({origin})",
        "{count} are allowed for ({origin})",
        origin=engine.allowance.origin,
    )
    return clauses([proved, allowed])
