"""Is there a world in which every published figure is true, and how many sheets must be wrong?

In: what was read of each sheet, and the declared result. Out: the least number of wrong sheets and
votes, proved in integers; the figures that clash; a world where there is one. Begin with
:mod:`tallyverify.feasibility.answer`.
"""

from typing import TYPE_CHECKING

from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify.feasibility.allowance import WRONG_SHARES, allowed_for, default_allowance
    from tallyverify.feasibility.answer import Feasibility, SeriesAnswer
    from tallyverify.feasibility.answered import figure_words, section_of
    from tallyverify.feasibility.beside import held_of, most_seen, room_of, unseen_room
    from tallyverify.feasibility.certificates.certificate import Certificate, CertificateInput
    from tallyverify.feasibility.certificates.certifying import certified
    from tallyverify.feasibility.certificates.rechecking import Recheck, proved_again
    from tallyverify.feasibility.clash import clash_of, look_at_first, resolved_by
    from tallyverify.feasibility.figures.papers import Figure
    from tallyverify.feasibility.figures.percentages import (
        allowed,
        bases_of,
        undeclared_total,
        unit_of,
    )
    from tallyverify.feasibility.figures.published import (
        BY_COVERAGE,
        Row,
        Series,
        papers_with_several_votes,
        stated,
    )
    from tallyverify.feasibility.grading import Verified
    from tallyverify.feasibility.known_votes import votes_left
    from tallyverify.feasibility.materiality import (
        IN_QUESTION,
        CandidateInQuestion,
        KindInQuestion,
        MaterialitySection,
        OutcomeTold,
        SheetsInQuestion,
    )
    from tallyverify.feasibility.proving.bounds import ProvedBound
    from tallyverify.feasibility.section import FeasibilitySection
    from tallyverify.feasibility.sheets.base_figures import blank_votes_to_add
    from tallyverify.feasibility.sheets.captures import (
        CaptureRows,
        as_lower_bounds,
        with_captures,
    )
    from tallyverify.feasibility.sheets.questioned import QuestionedSheets, any_sheets
    from tallyverify.feasibility.sheets.sheet_rows import (
        summarise_repeats,
        summarise_witnesses,
    )
    from tallyverify.feasibility.used import assumptions_used, closing_words

__all__ = [
    "BY_COVERAGE",
    "IN_QUESTION",
    "WRONG_SHARES",
    "CandidateInQuestion",
    "CaptureRows",
    "Certificate",
    "CertificateInput",
    "Feasibility",
    "FeasibilitySection",
    "Figure",
    "KindInQuestion",
    "MaterialitySection",
    "OutcomeTold",
    "ProvedBound",
    "QuestionedSheets",
    "Recheck",
    "Row",
    "Series",
    "SeriesAnswer",
    "SheetsInQuestion",
    "Verified",
    "allowed",
    "allowed_for",
    "any_sheets",
    "as_lower_bounds",
    "assumptions_used",
    "bases_of",
    "blank_votes_to_add",
    "certified",
    "clash_of",
    "closing_words",
    "default_allowance",
    "figure_words",
    "held_of",
    "look_at_first",
    "most_seen",
    "papers_with_several_votes",
    "proved_again",
    "resolved_by",
    "room_of",
    "section_of",
    "stated",
    "summarise_repeats",
    "summarise_witnesses",
    "undeclared_total",
    "unit_of",
    "unseen_room",
    "votes_left",
    "with_captures",
]

__getattr__ = hand_on(
    __name__,
    {
        "beside": ("held_of", "most_seen", "room_of", "unseen_room"),
        "clash": ("clash_of", "look_at_first", "resolved_by"),
        "allowance": ("WRONG_SHARES", "allowed_for", "default_allowance"),
        "answer": ("Feasibility", "SeriesAnswer"),
        "grading": ("Verified",),
        "answered": (
            "figure_words",
            "section_of",
        ),
        "certificates.certificate": (
            "Certificate",
            "CertificateInput",
        ),
        "certificates.certifying": ("certified",),
        "certificates.rechecking": ("Recheck", "proved_again"),
        "figures.papers": ("Figure",),
        "figures.percentages": (
            "allowed",
            "bases_of",
            "undeclared_total",
            "unit_of",
        ),
        "figures.published": (
            "BY_COVERAGE",
            "papers_with_several_votes",
            "Row",
            "Series",
            "stated",
        ),
        "known_votes": ("votes_left",),
        "materiality": (
            "IN_QUESTION",
            "CandidateInQuestion",
            "CaptureRows",
            "KindInQuestion",
            "MaterialitySection",
            "OutcomeTold",
            "SheetsInQuestion",
        ),
        "proving.bounds": ("ProvedBound",),
        "section": ("FeasibilitySection",),
        "sheets.base_figures": ("blank_votes_to_add",),
        "sheets.captures": ("CaptureRows", "as_lower_bounds", "with_captures"),
        "sheets.questioned": ("QuestionedSheets", "any_sheets"),
        "sheets.sheet_rows": (
            "summarise_repeats",
            "summarise_witnesses",
        ),
        "used": ("assumptions_used", "closing_words"),
    },
)
