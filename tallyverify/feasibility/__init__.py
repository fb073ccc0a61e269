"""Is there a world in which every published figure is true, and how many sheets must be wrong?

In: what was read of each sheet, and the declared result. Out: the least number of wrong sheets and
votes, proved in integers; the figures that clash; a world where there is one. Begin with
:mod:`tallyverify.feasibility.answer`.
"""

from tallyverify.feasibility.allowance import Allowed, default_allowance
from tallyverify.feasibility.answer import Feasibility, Reading, SeriesAnswer, Verified
from tallyverify.feasibility.bounds import Bound
from tallyverify.feasibility.certificate import Certificate, CertificateInput
from tallyverify.feasibility.certifying import Recheck, certified, proved_again
from tallyverify.feasibility.closing import Extent
from tallyverify.feasibility.papers import Figure
from tallyverify.feasibility.percentages import allowed, bases_of, undeclared_total, unit_of
from tallyverify.feasibility.program import Program
from tallyverify.feasibility.published import (
    BY_COVERAGE,
    Row,
    Series,
    papers_with_several_votes,
    series_in_force,
    stated,
)
from tallyverify.feasibility.section import (
    BulletinAnswer,
    FeasibilitySection,
    figure_words,
    section_of,
)
from tallyverify.feasibility.sheet_rows import SheetRows, summarise_repeats, summarise_witnesses
from tallyverify.feasibility.witnesses import Witnesses

__all__ = [
    "BY_COVERAGE",
    "Allowed",
    "Bound",
    "BulletinAnswer",
    "Certificate",
    "CertificateInput",
    "Extent",
    "Feasibility",
    "FeasibilitySection",
    "Figure",
    "Program",
    "Reading",
    "Recheck",
    "Row",
    "Series",
    "SeriesAnswer",
    "SheetRows",
    "Verified",
    "Witnesses",
    "allowed",
    "bases_of",
    "certified",
    "default_allowance",
    "figure_words",
    "papers_with_several_votes",
    "proved_again",
    "section_of",
    "series_in_force",
    "stated",
    "summarise_repeats",
    "summarise_witnesses",
    "undeclared_total",
    "unit_of",
]
