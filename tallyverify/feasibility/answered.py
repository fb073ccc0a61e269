"""The answer of a case put into the words and numbers of its report."""

from __future__ import annotations

from tallyverify.checking import CaseFacts
from tallyverify.feasibility.answer import Feasibility, SeriesAnswer
from tallyverify.feasibility.clash import clash_of, look_at_first, resolved_by
from tallyverify.feasibility.figures.published import Row
from tallyverify.feasibility.grading import Verified
from tallyverify.feasibility.proving.worlds import ShownWorld
from tallyverify.feasibility.section import (
    AllowanceFacts,
    BulletinAnswer,
    FeasibilitySection,
)
from tallyverify.feasibility.used import assumed_beside_coverage
from tallyverify.findings import Evidence, place
from tallyverify.language import number, told
from tallyverify.taken import takes_input


@takes_input
def section_of(engine: Feasibility, facts: CaseFacts) -> FeasibilitySection | None:
    """Return the answer of a case for its report; None where nothing was held against sheets."""
    gravest = engine.gravest
    if gravest is None or not engine.held:
        return None
    bound = gravest.whole.reading.bound
    world = engine.worlds[engine.series.index(gravest)]
    resolved = resolved_by(engine, gravest)
    return FeasibilitySection(
        sheets_wrong=(bound.sheets, world.sheets if world is not None else None),
        votes_wrong=(bound.votes, world.votes if world is not None else None),
        sheets=engine.seen,
        share=bound.sheets / engine.seen if engine.seen else None,
        figures_exclude_each_other=bound.misfit,
        allowance=_allowance(engine),
        assumptions=tuple(dict.fromkeys(w for one in engine.series for w in one.words)),
        clash=tuple(figure_words(row, facts) for row in clash_of(engine, gravest)),
        resolved_by=figure_words(resolved, facts) if resolved is not None else None,
        look_at_first=look_at_first(engine, gravest.whole.reading),
        by_bulletin=tuple(
            _of_bulletin(answer, at, one, world)
            for answer, world in zip(engine.series, engine.worlds, strict=True)
            for at, one in enumerate(answer.by_bulletin)
        ),
        assumed=assumed_beside_coverage(engine, gravest),
    )


def _allowance(engine: Feasibility) -> AllowanceFacts:
    allowed = engine.allowance
    told = AllowanceFacts(
        sheets=allowed.sheets, origin=allowed.origin, could_decide=engine.could_decide
    )
    if engine.by_default is None:
        return told
    usual, rung = engine.by_default
    verdict = {Evidence.CONTRADICTION: "contradicted", Evidence.DISCREPANCY: "discrepant"}
    said = verdict[rung] if rung is not None else "consistent"
    return told.model_copy(update={"default_sheets": usual, "default_verdict": said})


def _of_bulletin(
    answer: SeriesAnswer, at: int, one: Verified, world: ShownWorld | None
) -> BulletinAnswer:
    bound = one.reading.bound
    # A world of the whole series is one of each of its bulletins.
    return BulletinAnswer(
        bulletin=answer.series.bulletins[at][0].id,
        sheets_wrong=(bound.sheets, world.sheets if world is not None else None),
        votes_wrong=(bound.votes, world.votes if world is not None else None),
    )


@takes_input
def figure_words(row: Row, facts: CaseFacts) -> str:
    """Return a published figure in words: bulletin, place, what it counts, and how many."""
    where = place(facts.areas[row.area])
    if row.low == row.high:
        return told(
            "bulletin {bulletin}, {place}: {figure} {number}",
            bulletin=row.bulletin_id,
            place=where,
            figure=row.label,
            number=number(row.low),
        )
    return told(
        "bulletin {bulletin}, {place}: {figure} {low} to {high}",
        bulletin=row.bulletin_id,
        place=where,
        figure=row.label,
        low=number(row.low),
        high=number(row.high),
    )
