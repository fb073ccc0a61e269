"""The first screen as data, the same for the terminal, the page, the notebook and JSON."""

from __future__ import annotations

from pydantic import Field

from tallyverify.errors import printable
from tallyverify.language import Language, ToldText, speaking, told
from tallyverify.model import Model


class DeclaredFigure(Model):
    """One declared figure: ``difference`` is what the sheets hold less what is declared."""

    bulletin: str
    votes: int | None
    percentage: float | None
    difference: int | None


class FigureRow(Model):
    """One figure of the sheets, and what was declared of it.

    Attributes
    ----------
    label : str
        Name of the candidate, of the group declared together, or ``valid votes``.
    candidate : str or None
        Id, where it is one candidate.
    sheets : int or None
        What the sheets hold; None where they do not tell it.
    share : float or None
        As a share of the valid votes on the sheets.
    declared : tuple of DeclaredFigure
        One for each of the bulletins told of.
    """

    label: ToldText
    candidate: str | None
    sheets: int | None
    share: float | None
    declared: tuple[DeclaredFigure, ...]


class BulletinTold(Model):
    """A bulletin, and how much of the count it holds, in words."""

    id: str
    extent: ToldText


class Summary(Model):
    """What a reader is told first; ``str`` of it fits in a message.

    Attributes
    ----------
    sentence : str
        The verdict, and the figures that it is about.
    figures : tuple of FigureRow
        By candidate: on the sheets, declared, and the difference.
    equal : bool
        Whether the last bulletin declares just what the sheets hold.
    bulletins : tuple of BulletinTold
        The bulletins that stand in `figures`, and how much of the count they hold.
    coverage : str
        How many stations were seen.
    captures : str
        How far other captures of the stations differ, and what each proves where that differs.
    declared : str
        Who is ahead by the last bulletin; empty where it does not say.
    leads : str
        Who leads on the sheets, and whether the unseen could turn that; empty where not asked.
    needs : str
        What the declared result asks of the unseen stations, where that is the point.
    rests_on : str
        What is assumed.
    subtraction : str
        The one that decides; empty where none does.
    next : str
        What to look at next.
    language : {"en", "es"}
        That of the report; it stands there, not here, in report.json.

    Examples
    --------
    >>> import tallyverify as tv
    >>> summary = tv.verify(tv.load_case("data/samples/clean")).summary
    >>> summary.sentence.partition(":")[0], summary.equal
    ('CONSISTENT', True)
    """

    sentence: ToldText
    figures: tuple[FigureRow, ...]
    equal: bool
    bulletins: tuple[BulletinTold, ...]
    coverage: ToldText
    captures: ToldText
    declared: ToldText
    leads: ToldText
    needs: ToldText
    rests_on: ToldText
    subtraction: ToldText
    next: ToldText
    language: Language = Field(default="en", exclude=True, repr=False)

    def lines(self) -> list[tuple[str, str]]:
        """Return what stands below the figures, each with its name."""
        named = (
            (told("declared"), self.declared),
            (told("seen"), self.coverage),
            (told("captures"), self.captures),
            (told("on sheets"), self.leads),
            (told("unseen"), self.needs),
            (told("assumed"), self.rests_on),
            (told("subtraction"), self.subtraction),
            (told("look next"), self.next),
        )
        with speaking(self.language):
            return [(str(name), str(text)) for name, text in named if text]

    def __str__(self) -> str:
        with speaking(self.language):
            lines = [self.sentence, *(f"{name}: {text}" for name, text in self.lines())]
            return "\n".join(map(printable, lines))
