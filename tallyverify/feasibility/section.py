"""The answer as it stands in report.json."""

from __future__ import annotations

from pydantic import Field

from tallyverify.checking import CaseFacts
from tallyverify.feasibility.answer import Feasibility, SeriesAnswer, Verified
from tallyverify.feasibility.published import Row
from tallyverify.feasibility.worlds import World
from tallyverify.findings import Figure, number, place
from tallyverify.model import Model

Range = tuple[int, int | None]
"""At least so many, proved; and so many in a world that is shown, None where none is."""


class AllowanceFacts(Model):
    """How many sheets may happen to be wrong, why so many, and whether they could decide who leads.

    They could where as many sheets as large as the largest seen could turn the lead in the sheets.
    """

    sheets: int
    origin: str
    could_decide: bool | None = None


class BulletinAnswer(Model):
    """What one bulletin proves by itself."""

    bulletin: str
    sheets_wrong: Range
    votes_wrong: Range


class FeasibilitySection(Model):
    """Whether there is a world in which every published figure is true.

    Attributes
    ----------
    sheets_wrong, votes_wrong : (int, int or None)
        The least wrong sheets, and wrong votes, over all such worlds: what is proved, and what a
        world that was built shows. Both 0 where the figures exclude each other whatever the sheets.
    share : float or None
        The least wrong sheets as a fraction of the sheets seen.
    figures_exclude_each_other : int
        By how many votes published figures would have to change where no wrong sheet helps.
    allowance : AllowanceFacts
        The sheets that may happen to be wrong.
    assumptions : tuple of str
        What was assumed, in words.
    clash : tuple of str
        A minimal set of published figures that are not true together.
    resolved_by : str or None
        The one of them that alone would resolve it.
    look_at_first : tuple of str
        Stations whose sheets to look at first, in the order of arithmetic.
    by_bulletin : tuple of BulletinAnswer
        The same for each bulletin alone.
    """

    sheets_wrong: Range
    votes_wrong: Range
    share: Figure | None
    figures_exclude_each_other: int
    allowance: AllowanceFacts
    assumptions: tuple[str, ...] = Field(default=())
    clash: tuple[str, ...] = Field(default=())
    resolved_by: str | None = None
    look_at_first: tuple[str, ...] = Field(default=())
    by_bulletin: tuple[BulletinAnswer, ...] = Field(default=())


def section_of(engine: Feasibility, facts: CaseFacts) -> FeasibilitySection | None:
    """Return the answer of a case for its report; None where nothing was held against sheets."""
    gravest = engine.gravest
    if gravest is None or not engine.held:
        return None
    bound = gravest.whole.reading.bound
    world = engine.worlds[engine.series.index(gravest)]
    resolved = engine.resolved_by(gravest)
    return FeasibilitySection(
        sheets_wrong=(bound.sheets, _shown(world)),
        votes_wrong=(bound.votes, 0 if world is not None and not world.sheets else None),
        share=bound.sheets / engine.seen if engine.seen else None,
        figures_exclude_each_other=bound.misfit,
        allowance=AllowanceFacts(
            sheets=engine.allowance.sheets,
            origin=engine.allowance.origin,
            could_decide=engine.could_decide,
        ),
        assumptions=tuple(dict.fromkeys(w for one in engine.series for w in one.words)),
        clash=tuple(figure_words(row, facts) for row in engine.clash(gravest)),
        resolved_by=figure_words(resolved, facts) if resolved is not None else None,
        look_at_first=engine.look_at_first(gravest.whole.reading),
        by_bulletin=tuple(
            _of_bulletin(answer, at, one, world)
            for answer, world in zip(engine.series, engine.worlds, strict=True)
            for at, one in enumerate(answer.by_bulletin)
        ),
    )


def _shown(world: World | None) -> int | None:
    return world.sheets if world is not None else None


def _of_bulletin(
    answer: SeriesAnswer, at: int, one: Verified, world: World | None
) -> BulletinAnswer:
    bound = one.reading.bound
    # A world of the whole series is one of each of its bulletins.
    high = _shown(world)
    return BulletinAnswer(
        bulletin=answer.series.bulletins[at][0].id,
        sheets_wrong=(bound.sheets, high),
        votes_wrong=(bound.votes, 0 if high == 0 else None),
    )


def figure_words(row: Row, facts: CaseFacts) -> str:
    """Return a published figure in words: bulletin, place, what it counts, and how many."""
    said = number(row.low) if row.low == row.high else f"{number(row.low)} to {number(row.high)}"
    return f"bulletin {row.bulletin_id}, {place(facts.areas[row.area])}: {row.label} {said}"
