"""Findings, graded by the ladder of evidence, and the results of the checks that made them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from tallyverify.errors import printable
from tallyverify.language import ToldText, formula, told
from tallyverify.model import Model

_DIGITS = 6
"""Significant digits of a published fraction: no method here knows more, and further ones hang on
the processor and on the versions of the libraries."""


def meaningful(figure: float) -> float:
    """Return a figure as it is published: a count as it is, a fraction to six digits."""
    return figure if isinstance(figure, int) else float(f"{figure:.{_DIGITS}g}")


Figure = Annotated[int | float, AfterValidator(meaningful)]


class Evidence(StrEnum):
    """The rungs of the ladder; a higher one is never reached by piling up a lower one."""

    CONTRADICTION = "contradiction"
    IMPROBABLE = "improbable"
    DISCREPANCY = "discrepancy"
    ANOMALY = "anomaly"
    QUALITY = "quality"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for a contradiction … 5 for a note."""
        return list(Evidence).index(self)


class Status(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FLAGGED = "flagged"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASKED = "not_asked"
    ERROR = "error"


class Finding(Model):
    """One thing found, on one rung, with arithmetic that a reader can redo by hand.

    Attributes
    ----------
    code : str
        Code of the check, e.g. ``D301``.
    evidence : Evidence
        The rung it stands on.
    bulletin : str or None
        Id of the bulletin that it is about, if about one; of two that are held against each
        other, the later.
    area : dict
        Level to name; empty for the whole country.
    station, candidate : str or None
        Where it concerns one.
    observed, expected, difference : number or None
        The figures compared; ``difference`` is observed − expected. Fractions have six digits.
    message : str
        What differs, in words.
    proof : str
        What that proves, and on which assumptions; empty where nothing is.
    arithmetic : str
        The same in figures.

    Examples
    --------
    >>> Finding(code="R101", evidence="quality", station="7", message="8 + 2 is not 9")
    <R101 quality: 8 + 2 is not 9>
    """

    code: str
    evidence: Evidence
    bulletin: str | None = None
    area: dict[str, str] = Field(default_factory=dict)
    station: str | None = None
    candidate: str | None = None
    observed: Figure | None = None
    expected: Figure | None = None
    difference: Figure | None = None
    message: ToldText
    proof: ToldText = ""
    arithmetic: ToldText = ""

    @property
    def words(self) -> str:
        """The finding with its proof."""
        if not self.proof:
            return self.message
        return formula("{message}. {proof}", message=self.message, proof=self.proof)

    def __repr__(self) -> str:
        return printable(f"<{self.code} {self.evidence}: {self.message}>")


class CheckResult(Model):
    """What one check of the catalogue concluded.

    A check is ``flagged`` when a finding stands above ``note``, or when noting is all that the
    check is for. A check that could not answer says so in ``reason``; one that was not asked for
    is ``not_asked``.

    Examples
    --------
    >>> from tallyverify.engine.all_checks import select
    >>> result = select("D301")[0].not_applicable("nothing was declared")
    >>> result.status, result.reason
    (<Status.NOT_APPLICABLE: 'not_applicable'>, 'nothing was declared')
    """

    code: str
    name: ToldText
    family: str
    evidence: Evidence
    status: Status
    reason: ToldText = ""
    statistic: Figure | None = None
    pvalue: Figure | None = None
    effect: Figure | None = None
    assumptions: ToldText = ""
    reference: str = ""
    findings: tuple[Finding, ...] = Field(default=(), exclude=True, repr=False)


Verdict = Literal["contradicted", "improbable", "discrepant", "consistent", "insufficient"]

MOVED_BY: dict[Evidence, Verdict] = {
    Evidence.CONTRADICTION: "contradicted",
    Evidence.IMPROBABLE: "improbable",
    Evidence.DISCREPANCY: "discrepant",
}
"""Verdicts that one finding on such a rung is enough for, the strongest first."""


class CaptureSupport(Model):
    """What the figures of one capture, or of all together, say of the declared result.

    Attributes
    ----------
    name : str or None
        The capture; None for all together.
    kind : str or None
        What it holds; None for the actas, and for all together.
    stage, supplied_by : str or None
        As the case says.
    sheets : int
        Stations seen.
    verdict : {"contradicted", "discrepant", "consistent", "insufficient"}
        Whether there is a world in which they and every published figure are true.
    sheets_wrong, votes_wrong : int
        The least of them that would have to be wrong.
    allowed : int
        The sheets that may happen to be wrong.
    common, differ : int
        Stations that were seen in the actas too, and those of them with other votes.
    reason : str
        Why nothing could be held against them.
    """

    name: str | None
    kind: Literal["sheets", "provisional", "lower_bound"] | None
    stage: str | None
    supplied_by: str | None
    sheets: int
    verdict: Literal["contradicted", "discrepant", "consistent", "insufficient"]
    sheets_wrong: int
    votes_wrong: int
    allowed: int
    common: int = 0
    differ: int = 0
    reason: ToldText = ""


def place(area: dict[str, str]) -> str:
    """Return an area in words: its name, with the larger areas it lies in."""
    return ", ".join(reversed(list(area.values()))) if area else told("the whole country")
