"""What the page draws by itself: the gap between sheets and declaration, and coverage by area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tallyverify.findings import Finding, place
from tallyverify.language import formula, told

if TYPE_CHECKING:
    from tallyverify.inference import AreaEstimate
    from tallyverify.report.model import Report

_MOST_GAPS = 2
_MOST_AREAS = 40
_MOVING = ("contradiction", "discrepancy")


@dataclass(frozen=True)
class Gap:
    """One figure on the sheets and as declared, and how much of the difference must be wrong."""

    name: str
    place: str
    bulletin: str
    sheets: int
    declared: int
    wrong: int  # votes on wrong sheets even in the kindest world; 0 where not proved

    @property
    def most(self) -> int:
        """The larger of the two, to draw by."""
        return max(self.sheets, self.declared, 1)

    @property
    def left_out(self) -> int:
        """How much of the difference the bulletin may leave out."""
        return self.sheets - self.declared - self.wrong


def gaps_of(report: Report) -> list[Gap]:
    """Return the largest gap of each bulletin that D301 found, the last bulletin first."""
    worlds = report.feasibility
    proved = {one.bulletin: one.votes_wrong[0] for one in worlds.by_bulletin} if worlds else {}
    largest: dict[str, Gap] = {}
    for one in report.of("D301"):
        if one.evidence not in _MOVING or one.observed is None or one.expected is None:
            continue
        sheets, declared, bulletin = int(one.observed), int(one.expected), one.bulletin or ""
        known = largest.get(bulletin)
        if known is not None and sheets - declared <= known.sheets - known.declared:
            continue
        wrong = proved.get(bulletin, 0)
        largest[bulletin] = Gap(
            _named(report, one),
            place(one.area) if one.area else "",
            bulletin,
            sheets,
            declared,
            wrong if not one.area and wrong <= sheets - declared else 0,
        )
    return list(largest.values())[::-1][:_MOST_GAPS]


def _named(report: Report, found: Finding) -> str:
    """Return whose figure it is: a candidate's, a group's declared together, or a line's."""
    if found.candidate is not None:
        name = report.contest.display(found.candidate)
        if name == found.candidate:
            return name
        return formula("{name} ({id})", name=name, id=found.candidate)
    bulletins = report.declared.bulletins if report.declared is not None else ()
    rows = (one.of(found.area) for one in bulletins if one.id == found.bulletin)
    for row in filter(None, rows):
        lines = (
            (told("valid votes"), row.valid),
            (told("null votes"), row.null),
            (told("blank votes"), row.blank),
        )
        for name, declared in (*row.figures.items(), *lines):
            if declared == found.expected:
                return name
    return told("a declared figure")


def covered_areas(report: Report) -> list[AreaEstimate]:
    """Return the areas of the first level, those of which least was seen first."""
    picture = report.picture
    areas = [one for one in picture.estimate.areas if one.stations] if picture is not None else []
    return sorted(areas, key=lambda one: (one.seen / one.stations, one.area))[:_MOST_AREAS]
