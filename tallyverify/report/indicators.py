"""What the page and the terminal say of the indicators: the same words and figures on both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tallyverify.findings import Evidence, Finding, Status
from tallyverify.forensics import CalibratedTest, Effect, ForensicSection, written
from tallyverify.language import (
    Language,
    enumerated,
    formatted,
    formula,
    number,
    percent,
    signed,
    spoken,
    told,
)
from tallyverify.report.drawings.drawing import middle

if TYPE_CHECKING:
    from tallyverify.report.model import Report

_STATISTIC = {
    **dict.fromkeys(("F501", "F502", "F503"), ("χ² {value}", ",.2f")),
    **dict.fromkeys(("F504", "F505", "F513"), ("z {value}", ",.2f")),
    "F509": ("dip {value}", ".4f"),
}
_SHARES = ("F501", "F502", "F503", "F513")
"""Indicators whose size is a share; that of others is a number of stations, or has no unit."""

_NUMBERS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"−?\d+(?:,\d{3})*(?:\.\d+)?"),
    "es": re.compile(r"−?\d+(?:\.\d{3})*(?:,\d+)?"),
}
"""Numbers as each language writes them."""

LEAST_SHOWN = 0.0001
"""Of a smaller p-value it is only said that it is."""

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


def of_whom(one: CalibratedTest, picture: ForensicSection) -> str:
    """Return whom or what a test is of, shortened."""
    return middle(one.named(picture.names), _LONG)


def flag_of(one: CalibratedTest) -> str:
    """Return whether a test is flagged: one that is only described never is."""
    if one.flagged:
        return told("yes")
    return told("never") if one.adjusted is None else told("no")


def statistic_of(one: CalibratedTest) -> str:
    """Return the test statistic with its sign."""
    if one.result.statistic is None:
        return "–"
    sign, spec = _STATISTIC[one.code]
    return formula(sign, value=signed(one.result.statistic, spec))


def rejects_of(one: CalibratedTest) -> str:
    """Return how many clean elections a test rejects."""
    rate = one.calibration
    if rate is None:
        return "–"
    if one.adjusted is None:
        rejected = number(round(rate.rate * rate.twins))
        return told("{rejected} of {twins}", rejected=rejected, twins=number(rate.twins))
    return percent(rate.rate, 1, 1)


def twins_of(report: Report) -> str:
    """Return on how many clean elections the judged tests were tried; empty if on none."""
    tests = report.forensics.battery.tests
    judged = (one for one in tests if one.adjusted is not None)
    numbers = {one.calibration.twins for one in judged if one.calibration}
    if not numbers:
        return ""
    low, high = min(numbers), max(numbers)
    return number(low) if low == high else _range(number(low), number(high))


def probability(p: float | None) -> str:
    """Return a p-value for a reader."""
    if p is None:
        return "–"
    if p < LEAST_SHOWN:
        return formula("< {least}", least=formatted(LEAST_SHOWN, ".4f"))
    return formatted(p, ".2g")


def size_of(one: CalibratedTest) -> str:
    """Return the size of what a test looks at: shares in percent, numbers of stations rounded."""
    return written_size(one.result.effect, share=one.code in _SHARES)


def written_size(effect: Effect | None, *, share: bool = False) -> str:
    """Return a size with its interval, of a share in percent."""
    if effect is not None and share:
        shares = written(effect, lambda value: formatted(100 * value, ".1f"))
        return formula("{shares} %", shares=shares)
    return written(effect, lambda v: formatted(v, ",.0f" if abs(v) >= 100 else ".3g"))


def sizes_of(used: list[CalibratedTest]) -> dict[str, str]:
    """Return by code what the size of a test is."""
    return {one.code: one.result.effect.name for one in used if one.result.effect}


def unused_of(report: Report) -> list[Unused]:
    """Return why tests and descriptions were not used, the same reasons together."""
    picture: ForensicSection = report.forensics
    number_in = _NUMBERS[spoken()]
    groups: dict[tuple[str, str], list[CalibratedTest]] = {}
    for one in picture.battery.tests:
        if one.refused:
            reason = number_in.sub("#", str(one.refused))
            groups.setdefault((one.code, reason), []).append(one)
    unused = [
        Unused(
            code,
            _listed([of_whom(one, picture) for one in together]),
            _merged([str(one.refused) for one in together], number_in),
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
        return enumerated(names)
    return told(
        "{names} and {more} more",
        names=enumerated(names[: _MOST_NAMED - 1]),
        more=number(len(names) - _MOST_NAMED + 1),
    )


def _merged(reasons: list[str], number_in: re.Pattern[str]) -> str:
    """Return reasons that differ in their numbers as one, with the range of each number."""
    ranges = map(_span, zip(*(number_in.findall(reason) for reason in reasons), strict=True))
    return number_in.sub(lambda _: str(next(ranges)), reasons[0])


def _span(numbers: tuple[str, ...]) -> str:
    ranked = sorted(numbers, key=_value)
    return ranked[0] if ranked[0] == ranked[-1] else _range(ranked[0], ranked[-1])


def _value(text: str) -> float:
    thousands, decimal = (".", ",") if spoken() == "es" else (",", ".")
    return float(text.replace(thousands, "").replace(decimal, ".").replace("−", "-"))


def _range(low: str, high: str) -> str:
    return told("{low} to {high}", low=low, high=high)


def described_of(report: Report) -> list[Described]:
    """Return the descriptions of the election, in the order of codes."""
    picture: ForensicSection = report.forensics
    said = []
    for code, one in sorted(picture.described.items()):
        whole = (f.message for f in report.of(code) if f.station is None and not f.area)
        message = next(whole, None) or one.sentence(picture.leader, *picture.stations.levels[-1:])
        said.append(Described(code, message, one.warnings))
    return said
