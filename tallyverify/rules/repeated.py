"""T201, T202, T204, T207: stations, or votes, that stand in the actas more than once."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.checking import MOST_FINDINGS, CaseFacts, Check
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import counted, number
from tallyverify.table import RARE, Groups, Repeats

_ALPHA = 0.001
_MOST_NAMED = 6  # options of a vector of votes that are printed
_PAPERS = ("null", "blank")
_Cells = dict[str, list[Any]]
"""The rows of one group, by column."""


def _rows(group: _Cells, facts: CaseFacts) -> str:
    return ", ".join(facts.source.row(int(row)) for row in group["row"])


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _area(group: _Cells, facts: CaseFacts, at: int = 0) -> dict[str, str]:
    return {level: str(group[level][at]) for level in facts.levels}


def _differing(group: _Cells, figures: tuple[str, ...]) -> str:
    spelt = []
    for name in figures:
        shown = ["?" if value is None else number(value) for value in group[name]]
        if len(set(shown)) > 1:
            spelt.append(f"{name} {' against '.join(shown)}")
    return "; ".join(spelt)


def _again(
    check: Check, group: _Cells, facts: CaseFacts, outcome: str, differing: str = ""
) -> Finding:
    station, times = str(group["station"][0]), len(group["row"])
    names = list(dict.fromkeys(map(str, group["station"])))
    stands = f"station {station} stands {times} times"
    if len(names) > 1:
        how_many = "two" if len(names) == 2 else number(len(names))
        stands += f", under {how_many} spellings {_and(names)},"
    return check.finding(
        f"{stands} with {outcome}",
        area=_area(group, facts),
        station=station,
        observed=times,
        expected=1,
        arithmetic=f"rows {_rows(group, facts)}{differing}",
    )


def same_figures(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T201: the same sheet twice; it counts once."""
    outcome = "the same figures; it counts once"
    listed = repeats.same.listed(MOST_FINDINGS)
    findings = [_again(check, group, facts, outcome) for group in listed]
    return check.result(findings, statistic=len(repeats.same), found=len(repeats.same))


def different_figures(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T202: two sheets of one station that disagree; only what both allow counts."""
    outcome = "different figures; until it is settled which is right, only what both allow counts"
    figures = repeats.different.rows.figures
    findings = [
        _again(check, group, facts, outcome, f": {_differing(group, figures)}")
        for group in repeats.different.listed(MOST_FINDINGS)
    ]
    findings += [_spelt(check, group, facts) for group in repeats.spelt.listed(MOST_FINDINGS)]
    findings += [
        check.finding(f"{facts.source.name}: {said}", evidence=Evidence.NOTE)
        for said in facts.source.settled
    ]
    found = len(repeats.different) + len(repeats.spelt) + len(facts.source.settled)
    return check.result(findings, statistic=len(repeats.different), found=found)


def _spelt(check: Check, group: _Cells, facts: CaseFacts) -> Finding:
    """A note on keys that are nearly one: what they hold says that they may be two."""
    names = list(dict.fromkeys(map(str, group["station"])))
    differing = _differing(group, facts.lines + facts.votes)
    if not differing:
        areas = (_area(group, facts, at).values() for at in range(len(group["row"])))
        differing = " and ".join(dict.fromkeys(map(" / ".join, areas)))
    return check.finding(
        f"the keys {_and(names)} differ only in their spelling, and the sheets are not the same; "
        "they count as different stations",
        evidence=Evidence.NOTE,
        area=_area(group, facts),
        station=names[0],
        observed=len(names),
        arithmetic=f"rows {_rows(group, facts)}: {differing}",
    )


def two_areas(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T204: one station listed in two areas; until settled it counts in neither."""
    if not facts.levels:
        return check.not_applicable("the actas name no areas")
    findings = []
    for group in repeats.moved.listed(MOST_FINDINGS):
        areas = (_area(group, facts, at).values() for at in range(len(group["row"])))
        places = " and ".join(dict.fromkeys(map(" / ".join, areas)))
        station = str(group["station"][0])
        findings.append(
            check.finding(
                f"station {station} is listed in two areas; until it is settled where it "
                "lies, it counts in the whole country only",
                station=station,
                arithmetic=f"rows {_rows(group, facts)}: {places}",
            )
        )
    return check.result(findings, statistic=len(repeats.moved), found=len(repeats.moved))


def alike(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T207: more stations with exactly the same votes than chance makes."""
    groups, expected = repeats.alike, repeats.expected_pairs
    if not repeats.distinctive:
        return check.not_applicable(
            "no acta has votes so distinctive that a repetition would say anything: the stations "
            "are too small, or the options too few"
        )
    pairs = _pairs(groups.size)
    pvalue = 1.0
    if pairs:
        from scipy.special import gammainc

        # P(Poisson(expected) >= pairs)
        pvalue = float(f"{gammainc(pairs, max(expected, 1e-300)):.3g}")
    reason = (
        f"{counted(pairs, 'pair', 'pairs')} of stations with the same votes among "
        f"{counted(repeats.distinctive, 'acta', 'actas')} with votes distinctive enough to judge; chance "
        f"makes at most {expected:.2g} on average"
    )
    papers = [name for name in _PAPERS if name in groups.rows.lines]
    also = _also_alike(groups, papers)
    if pairs and papers:
        reason += f"; {_too(int(also.sum()), papers)}"
    findings = []
    every = also == groups.size * (groups.size - 1) // 2
    ordered = groups.where(every).followed_by(groups.where(~every))
    for group in ordered.listed(MOST_FINDINGS) if pvalue < _ALPHA else ():
        stations = group["station"]
        spelt = _papers_of(group, papers)
        findings.append(
            check.finding(
                f"stations {', '.join(stations[:5])} have exactly the same votes{spelt}; over all "
                f"actas this happens more often than by chance (p = {pvalue:.2g})",
                area=_area(group, facts),
                station=str(stations[0]),
                observed=len(stations),
                arithmetic=_largest({name: group[name][0] for name in groups.rows.votes}),
            )
        )
    return check.result(
        findings, reason=reason, statistic=pairs, pvalue=pvalue, found=len(findings) and len(groups)
    )


def _pairs(size: Counts) -> int:
    return int((size * (size - 1) // 2).sum())


def _also_alike(groups: Groups, papers: list[str]) -> Counts:
    """Return by group how many pairs agree in these lines too, each of which was read."""
    found = np.zeros(len(groups), dtype=np.int64)
    if not papers or not len(groups):
        return found
    at = np.repeat(np.arange(len(groups)), groups.size)
    first = np.repeat(groups.start + groups.size - np.cumsum(groups.size), groups.size)
    rows = groups.rows.take(first + np.arange(len(at)))
    read = np.logical_and.reduce([rows.known(name) for name in papers])
    columns = [at, *(rows.figure(name)[0] for name in papers)]
    kinds, size = np.unique(np.column_stack(columns)[read], axis=0, return_counts=True)
    np.add.at(found, kinds[:, 0], size * (size - 1) // 2)
    return found


def _too(pairs: int, papers: list[str]) -> str:
    have = "has" if pairs == 1 else "have"
    return f"{number(pairs)} of them {have} the same {' and '.join(papers)} votes too"


def _papers_of(group: _Cells, papers: list[str]) -> str:
    """Say whether the sheets agree in what is no vote for anybody, as copies do."""
    if not papers:
        return ""
    kinds = list(zip(*(group[name] for name in papers), strict=True))
    named = " and ".join(papers)
    if len(set(kinds)) == 1 and None not in kinds[0]:
        told = ", ".join(f"{name} {number(n)}" for name, n in zip(papers, kinds[0], strict=True))
        return f", and the same {named} votes ({told})"
    if any(None in kind for kind in kinds):
        return f"; not all {named} votes are known"
    return f", and not the same {named} votes"


def _largest(votes: dict[str, int]) -> str:
    """Return votes by option; of many options the largest, and what the others have together."""
    if len(votes) <= _MOST_NAMED:
        return ", ".join(f"{name} {number(n)}" for name, n in votes.items())
    ranked = sorted(votes.items(), key=lambda one: -one[1])
    named = ", ".join(f"{name} {number(n)}" for name, n in ranked[:_MOST_NAMED])
    rest = ranked[_MOST_NAMED:]
    return f"{named}; {counted(len(rest), 'other', 'others')} together {number(sum(n for _, n in rest))}"


T201 = Check(
    "T201", "Station twice, same figures", "rules", Evidence.QUALITY, same_figures, rows="repeated"
)
T202 = Check(
    code="T202",
    name="Station twice, different figures",
    family="rules",
    evidence=Evidence.QUALITY,
    conclude=different_figures,
    rows="repeated",
)
T204 = Check(
    code="T204",
    name="One station in two areas",
    family="rules",
    evidence=Evidence.QUALITY,
    conclude=two_areas,
    rows="repeated",
    needs="actas with areas",
)
T207 = Check(
    code="T207",
    name="Identical votes in different stations",
    family="rules",
    evidence=Evidence.ANOMALY,
    conclude=alike,
    rows="repeated",
    assumptions="stations are counted independently, and voters of one station are a mixture of "
    f"multinomials; judged on votes that one other station would repeat with p ≤ {RARE:g}; "
    f"flagged at p < {_ALPHA}",
    reference="multinomial mode bound; Poisson tail of the number of pairs",
)
CHECKS = (T201, T202, T204, T207)
