"""T201, T202, T204, T207: stations, or votes, that stand in the actas more than once."""

from __future__ import annotations

from typing import Any

from tallyverify.checks import MOST_FINDINGS, Check, Conclude
from tallyverify.facts import CaseFacts
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number
from tallyverify.repeats import RARE, Repeats
from tallyverify.table import ActaTable

_ALPHA = 0.001


def _rows(group: ActaTable) -> str:
    return ", ".join(str(row) for row in group.frame["row"])


def _area(group: ActaTable, at: int = 0) -> dict[str, str]:
    return {level: str(group.frame[level].iloc[at]) for level in group.levels}


def _differing(group: ActaTable) -> str:
    spelt = []
    for name in group.figures:
        values, missing = group.figure(name)
        shown = [
            "?" if missing is not None and missing[i] else number(int(v))
            for i, v in enumerate(values)
        ]
        if len(set(shown)) > 1:
            spelt.append(f"{name} {' against '.join(shown)}")
    return "; ".join(spelt)


def _again(code: str, group: ActaTable, outcome: str, differing: str = "") -> Finding:
    station = str(group.frame["station"].iloc[0])
    return Finding(
        code=code,
        evidence=Evidence.QUALITY,
        area=_area(group),
        station=station,
        observed=len(group),
        expected=1,
        difference=len(group) - 1,
        message=f"station {station} stands {len(group)} times with {outcome}",
        arithmetic=f"rows {_rows(group)}{differing}",
    )


def same_figures(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T201: the same sheet twice; it counts once."""
    outcome = "the same figures; it counts once"
    findings = [_again("T201", group, outcome) for group in repeats.same[:MOST_FINDINGS]]
    return check.result(findings, statistic=len(repeats.same), found=len(repeats.same))


def different_figures(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T202: two sheets of one station that disagree; neither counts."""
    outcome = "different figures; until it is settled which is right, it counts as not seen"
    findings = [
        _again("T202", group, outcome, f": {_differing(group)}")
        for group in repeats.different[:MOST_FINDINGS]
    ]
    return check.result(findings, statistic=len(repeats.different), found=len(repeats.different))


def two_areas(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T204: one station listed in two areas; it counts nowhere until settled."""
    if not facts.levels:
        return check.not_applicable("the actas name no areas")
    findings = []
    moved = [
        group
        for group in (*repeats.moved, *repeats.different)
        if len(group.frame[list(group.levels)].drop_duplicates()) > 1
    ]
    for group in moved[:MOST_FINDINGS]:
        places = " and ".join(
            dict.fromkeys(" / ".join(_area(group, at).values()) for at in range(len(group)))
        )
        station = str(group.frame["station"].iloc[0])
        findings.append(
            check.finding(
                (
                    f"station {station} is listed in two areas; until it is settled where it "
                    "lies, it counts as not seen"
                ),
                evidence=Evidence.QUALITY,
                station=station,
                arithmetic=f"rows {_rows(group)}: {places}",
            )
        )
    return check.result(findings, statistic=len(moved), found=len(moved))


def alike(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T207: more stations with exactly the same votes than chance makes."""
    groups, expected = repeats.alike, repeats.expected_pairs
    if not repeats.distinctive:
        return check.not_applicable(
            "no acta has votes so distinctive that a repetition would say anything: the stations "
            "are too small, or the options too few"
        )
    pairs = sum(len(group) * (len(group) - 1) // 2 for group in groups)
    pvalue = 1.0
    if pairs:
        from scipy.special import gammainc

        # P(Poisson(expected) >= pairs)
        pvalue = float(f"{gammainc(pairs, max(expected, 1e-300)):.3g}")
    reason = (
        f"{counted(pairs, 'pair')} of stations with the same votes among "
        f"{counted(repeats.distinctive, 'acta')} with votes distinctive enough to judge; chance "
        f"makes at most {expected:.2g} on average"
    )
    findings = []
    for group in groups[:MOST_FINDINGS] if pvalue < _ALPHA else ():
        stations = group.frame["station"].tolist()
        findings.append(
            check.finding(
                (
                    f"stations {', '.join(stations[:5])} have exactly the same votes; over all "
                    f"actas this happens more often than by chance (p = {pvalue:.2g})"
                ),
                evidence=Evidence.ANOMALY,
                area=_area(group),
                station=str(stations[0]),
                observed=len(stations),
                arithmetic=", ".join(
                    f"{name} {number(int(group.figure(name)[0][0]))}" for name in group.votes
                ),
            )
        )
    return check.result(
        findings, reason=reason, statistic=pairs, pvalue=pvalue, found=len(findings) and len(groups)
    )


def _repeat_check(
    code: str, name: str, evidence: Evidence, conclude: Conclude, **more: Any
) -> Check:
    return Check(
        code=code,
        name=name,
        family="rules",
        evidence=evidence,
        rows="repeated",
        conclude=conclude,
        **more,
    )


T201 = _repeat_check("T201", "Station twice, same figures", Evidence.QUALITY, same_figures)
T202 = _repeat_check(
    "T202", "Station twice, different figures", Evidence.QUALITY, different_figures
)
T204 = _repeat_check(
    "T204", "One station in two areas", Evidence.QUALITY, two_areas, needs="actas with areas"
)
T207 = _repeat_check(
    "T207",
    "Identical votes in different stations",
    Evidence.ANOMALY,
    alike,
    assumptions="stations are counted independently, and voters of one station are a mixture of "
    f"multinomials; judged on votes that one other station would repeat with p ≤ {RARE:g}; "
    f"flagged at p < {_ALPHA}",
    reference="multinomial mode bound; Poisson tail of the number of pairs",
)
CHECKS = (T201, T202, T204, T207)
