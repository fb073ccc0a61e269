"""What the page and the terminal say of the indicators: the same words and figures on both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tallyverify.findings import Evidence, Finding, Status, number
from tallyverify.forensics.battery import Probed
from tallyverify.forensics.described_words import words_of
from tallyverify.forensics.picture import ForensicPicture
from tallyverify.forensics.result import Effect
from tallyverify.report.drawing import middle

if TYPE_CHECKING:
    from tallyverify.report.model import Report

_STATISTIC = {
    "F501": "χ² {:,.2f}",
    "F502": "χ² {:,.2f}",
    "F503": "χ² {:,.2f}",
    "F504": "z {:,.2f}",
    "F505": "z {:,.2f}",
    "F509": "dip {:.4f}",
}
_NUMBER = re.compile(r"−?\d+(?:,\d{3})*(?:\.\d+)?")
_MOST_NAMED = 6
_LONG = 32


@dataclass(frozen=True)
class Tested:
    """One test that was used, as text."""

    code: str
    what: str
    figure: str
    statistic: str
    pvalue: str
    adjusted: str
    rejects_clean: str
    size: str
    stations: str
    flagged: bool
    judged: bool

    @property
    def word(self) -> str:
        """Whether it is flagged: a test that is only described never is."""
        return "yes" if self.flagged else "no" if self.judged else "never"


@dataclass(frozen=True)
class Unused:
    """Tests of one indicator that were not used for one reason."""

    code: str
    what: str
    figures: str
    reason: str


@dataclass(frozen=True)
class Described:
    """One description: what it says, and what must be known before it is believed."""

    code: str
    what: str
    message: str
    warnings: tuple[str, ...]


def shown_elsewhere(report: Report, finding: Finding) -> bool:
    """Return whether a note stands in the section on the indicators, and need not be listed.

    Notes on single stations or areas stand nowhere else.
    """
    picture: ForensicPicture | None = report.forensics
    if picture is None or finding.evidence is not Evidence.NOTE:
        return False
    if finding.station is not None or finding.area:
        return False
    return finding.code in picture.described or bool(picture.battery.of(finding.code))


def used_of(report: Report, most: int | None = None) -> list[Tested]:
    """Return the tests that were used, in the order of codes.

    Parameters
    ----------
    report : Report
        With the indicators.
    most : int, optional
        Of more tests than this, those with the lowest adjusted p-values.
    """
    picture: ForensicPicture = report.forensics
    what = _names(report)
    used = [one for one in picture.battery.tests if not one.refused]
    if most is not None and len(used) > most:
        lowest = sorted(range(len(used)), key=lambda at: (_adjusted(used[at]), at))[:most]
        used = [used[at] for at in sorted(lowest)]
    return [_row(one, picture, what.get(one.code, "")) for one in used]


def _row(one: Probed, picture: ForensicPicture, what: str) -> Tested:
    result, form = one.result, _STATISTIC.get(one.code, "{:,.4g}")
    return Tested(
        code=one.code,
        what=what,
        figure=middle(name_of(one, picture), _LONG),
        statistic=_minus(form.format(result.statistic)) if result.statistic is not None else "–",
        pvalue=probability(result.pvalue),
        adjusted=probability(one.adjusted),
        rejects_clean=_rejects(one),
        size=size_of(result.effect),
        stations=number(result.used),
        flagged=one.flagged,
        judged=one.adjusted is not None,
    )


def name_of(one: Probed, picture: ForensicPicture) -> str:
    """Return whom or what a test is about."""
    return picture.names.get(one.figure, one.figure)


def twins_of(report: Report) -> str:
    """Return on how many clean elections the judged tests were tried; empty if on none."""
    tests = report.forensics.battery.tests
    judged = (one for one in tests if one.adjusted is not None)
    numbers = {one.calibration.twins for one in judged if one.calibration}
    ends = [number(end) for end in sorted({min(numbers), max(numbers)})] if numbers else []
    return " to ".join(ends)


def _rejects(one: Probed) -> str:
    rate = one.calibration
    if rate is None:
        return "–"
    if one.adjusted is None:
        return f"{round(rate.rate * rate.twins)} of {rate.twins}"
    return f"{100 * rate.rate:.1f} %"


def _adjusted(one: Probed) -> float:
    return 1.0 if one.adjusted is None else one.adjusted


def _names(report: Report) -> dict[str, str]:
    return {check.code: check.name for check in report.checks}


def _minus(text: str) -> str:
    return text.replace("-", "−")


def probability(p: float | None) -> str:
    """Return a p-value for a reader.

    Examples
    --------
    >>> probability(0.0312), probability(3e-17), probability(1.0), probability(None)
    ('0.031', '< 0.0001', '1', '–')
    """
    if p is None:
        return "–"
    return "< 0.0001" if p < 0.0001 else f"{p:.2g}"


def size_of(effect: Effect | None) -> str:
    """Return a size with its interval: shares in percent, numbers of stations rounded.

    Examples
    --------
    >>> size_of(Effect("excess stations", 1003.51, 784.02, 1223.0))
    '1,004 (784 to 1,223)'
    >>> size_of(Effect("share ending in 0 or 5", 0.2012, 0.1951, 0.2073))
    '20.1 (19.5 to 20.7) %'
    """
    if effect is None:
        return "–"
    share = effect.name.startswith("share")

    def written(value: float) -> str:
        if share:
            return f"{100 * value:.1f}"
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"

    text = written(effect.value)
    if effect.low is not None and effect.high is not None:
        text += f" ({written(effect.low)} to {written(effect.high)})"
    return _minus(text + (" %" if share else ""))


def sizes_of(report: Report) -> dict[str, str]:
    """Return by code what the size of a test that was used is."""
    tests = report.forensics.battery.tests
    return {
        one.code: one.result.effect.name for one in tests if not one.refused and one.result.effect
    }


def unused_of(report: Report) -> list[Unused]:
    """Return why tests and descriptions were not used, the same reasons together."""
    picture: ForensicPicture = report.forensics
    what = _names(report)
    groups: dict[tuple[str, str], list[Probed]] = {}
    for one in picture.battery.tests:
        if one.refused:
            groups.setdefault((one.code, _NUMBER.sub("#", one.refused)), []).append(one)
    unused = [
        Unused(
            code,
            what.get(code, ""),
            _listed([middle(name_of(one, picture), _LONG) for one in together]),
            _merged([one.refused for one in together]),
        )
        for (code, _), together in groups.items()
    ]
    told = {one.code for one in picture.battery.tests} | set(picture.described)
    unused += [
        Unused(check.code, check.name, "", check.reason)
        for check in report.checks
        if check.family == "forensics"
        and check.code not in told
        and check.status in (Status.NOT_APPLICABLE, Status.ERROR)
    ]
    return sorted(unused, key=lambda one: one.code)


def _listed(names: list[str]) -> str:
    if len(names) <= _MOST_NAMED:
        return ", ".join(names)
    return ", ".join(names[: _MOST_NAMED - 1]) + f" and {len(names) - _MOST_NAMED + 1} more"


def _merged(reasons: Iterable[str]) -> str:
    """Return reasons that differ in their numbers as one, with the range of each number."""
    first, *others = dict.fromkeys(reasons)
    found = [_NUMBER.findall(reason) for reason in (first, *others)]
    ranges = iter([_range(one) for one in zip(*found, strict=True)])
    return _NUMBER.sub(lambda _: next(ranges), first)


def _range(numbers: tuple[str, ...]) -> str:
    ranked = sorted(numbers, key=lambda text: float(text.replace(",", "").replace("−", "-")))
    return ranked[0] if ranked[0] == ranked[-1] else f"{ranked[0]} to {ranked[-1]}"


def described_of(report: Report) -> list[Described]:
    """Return the descriptions of the election, in the order of codes."""
    picture: ForensicPicture = report.forensics
    stations, what = picture.stations, _names(report)
    leader = picture.names[stations.candidates[stations.ranked[0]]]
    said = []
    for code, one in sorted(picture.described.items()):
        whole = (f.message for f in report.of(code) if f.station is None and not f.area)
        message = next(whole, None) or words_of(one, leader, stations.levels)
        said.append(Described(code, what.get(code, ""), message, one.warnings))
    return said
