"""What the page and the terminal say of the indicators: the same words and figures on both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tallyverify.findings import Evidence, Finding, Status
from tallyverify.forensics import CalibratedTest, Effect, ForensicSection, written
from tallyverify.language import number
from tallyverify.report.drawings.drawing import middle

if TYPE_CHECKING:
    from tallyverify.report.model import Report

_STATISTIC = {
    **dict.fromkeys(("F501", "F502", "F503"), "χ² {:,.2f}"),
    **dict.fromkeys(("F504", "F505"), "z {:,.2f}"),
    "F509": "dip {:.4f}",
    "F513": "z {:,.2f}",
}
_NUMBER = re.compile(r"−?\d+(?:,\d{3})*(?:\.\d+)?")
_MOST_NAMED = 6
_LONG = 32


class Unused(NamedTuple):
    """Tests of one indicator that were not used for one reason."""

    code: str
    figures: str
    reason: str


class Described(NamedTuple):
    """One description: what it says, and what must be known before it is believed."""

    code: str
    message: str
    warnings: tuple[str, ...]


def shown_elsewhere(report: Report, finding: Finding) -> bool:
    """Return whether a note stands in the section on the indicators, and need not be listed.

    Notes on single stations or areas stand nowhere else.
    """
    picture: ForensicSection | None = report.forensics
    if picture is None or finding.evidence is not Evidence.NOTE:
        return False
    if finding.station is not None or finding.area:
        return False
    return finding.code in picture.described or bool(picture.battery.of(finding.code))


def used_of(report: Report, most: int | None = None) -> list[CalibratedTest]:
    """Return the tests that were used, by code; of more than ``most`` the lowest adjusted p."""
    used = [one for one in report.forensics.battery.tests if not one.refused]
    adjusted = [1.0 if one.adjusted is None else one.adjusted for one in used]
    return [used[at] for at in np.sort(np.argsort(adjusted, kind="stable")[:most])]


def figure_of(one: CalibratedTest, picture: ForensicSection) -> str:
    """Return whom or what a test is of, shortened."""
    return middle(one.named(picture.names), _LONG)


def flag_of(one: CalibratedTest) -> str:
    """Return whether a test is flagged: one that is only described never is."""
    return "yes" if one.flagged else "never" if one.adjusted is None else "no"


def statistic_of(one: CalibratedTest) -> str:
    """Return the test statistic with its sign."""
    if one.result.statistic is None:
        return "–"
    return _STATISTIC[one.code].format(one.result.statistic).replace("-", "−")


def rejects_of(one: CalibratedTest) -> str:
    """Return how many clean elections a test rejects."""
    rate = one.calibration
    if rate is None:
        return "–"
    if one.adjusted is None:
        return f"{round(rate.rate * rate.twins)} of {rate.twins}"
    return f"{100 * rate.rate:.1f} %"


def twins_of(report: Report) -> str:
    """Return on how many clean elections the judged tests were tried; empty if on none."""
    tests = report.forensics.battery.tests
    judged = (one for one in tests if one.adjusted is not None)
    numbers = {one.calibration.twins for one in judged if one.calibration}
    ends = [number(end) for end in sorted({min(numbers), max(numbers)})] if numbers else []
    return " to ".join(ends)


def probability(p: float | None) -> str:
    """Return a p-value for a reader."""
    if p is None:
        return "–"
    return "< 0.0001" if p < 0.0001 else f"{p:.2g}"


def size_of(effect: Effect | None) -> str:
    """Return a size with its interval: shares in percent, numbers of stations rounded."""
    if effect is not None and effect.name.startswith("share"):
        return written(effect, lambda value: f"{100 * value:.1f}") + " %"
    return written(effect, lambda v: f"{v:,.0f}" if abs(v) >= 100 else f"{v:.3g}")


def sizes_of(used: list[CalibratedTest]) -> dict[str, str]:
    """Return by code what the size of a test is."""
    return {one.code: one.result.effect.name for one in used if one.result.effect}


def unused_of(report: Report) -> list[Unused]:
    """Return why tests and descriptions were not used, the same reasons together."""
    picture: ForensicSection = report.forensics
    groups: dict[tuple[str, str], list[CalibratedTest]] = {}
    for one in picture.battery.tests:
        if one.refused:
            groups.setdefault((one.code, _NUMBER.sub("#", one.refused)), []).append(one)
    unused = [
        Unused(
            code,
            _listed([figure_of(one, picture) for one in together]),
            _merged([one.refused for one in together]),
        )
        for (code, _), together in groups.items()
    ]
    covered = {one.code for one in picture.battery.tests} | set(picture.described)
    unused += [
        Unused(check.code, "", check.reason)
        for check in report.checks
        if check.family == "forensics"
        and check.code not in covered
        and check.status in (Status.NOT_APPLICABLE, Status.ERROR)
    ]
    return sorted(unused, key=lambda one: one.code)


def _listed(names: list[str]) -> str:
    if len(names) <= _MOST_NAMED:
        return ", ".join(names)
    return ", ".join(names[: _MOST_NAMED - 1]) + f" and {len(names) - _MOST_NAMED + 1} more"


def _merged(reasons: list[str]) -> str:
    """Return reasons that differ in their numbers as one, with the range of each number."""
    ranges = map(_range, zip(*(_NUMBER.findall(reason) for reason in reasons), strict=True))
    return _NUMBER.sub(lambda _: next(ranges), reasons[0])


def _range(numbers: tuple[str, ...]) -> str:
    ranked = sorted(numbers, key=lambda text: float(text.replace(",", "").replace("−", "-")))
    return ranked[0] if ranked[0] == ranked[-1] else f"{ranked[0]} to {ranked[-1]}"


def described_of(report: Report) -> list[Described]:
    """Return the descriptions of the election, in the order of codes."""
    picture: ForensicSection = report.forensics
    said = []
    for code, one in sorted(picture.described.items()):
        whole = (f.message for f in report.of(code) if f.station is None and not f.area)
        message = next(whole, None) or one.sentence(picture.leader, *picture.stations.levels[-1:])
        said.append(Described(code, message, one.warnings))
    return said
