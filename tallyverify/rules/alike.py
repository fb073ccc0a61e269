"""T207: votes that stand in the actas of several stations, more often than chance makes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.checking import MOST_FINDINGS, CaseFacts, Check
from tallyverify.findings import CheckResult, Evidence
from tallyverify.language import (
    clauses,
    counted,
    each_and,
    enumerated,
    formatted,
    formula,
    number,
    told,
    told_of,
)
from tallyverify.rules.repeated import Cells, area_of
from tallyverify.table import RARE, Groups, Repeats

_ALPHA = 0.001
_MOST_NAMED = 6  # options of a vector of votes that are printed
_WORDS = {"null": told("null"), "blank": told("blank")}
_PAPERS = tuple(_WORDS)


def alike(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T207: more stations with exactly the same votes than chance makes."""
    groups, expected = repeats.alike, repeats.expected_pairs
    if not repeats.distinctive:
        return check.not_applicable(
            told(
                "no acta has votes so distinctive that a repetition would say anything: the "
                "stations are too small, or the options too few"
            )
        )
    pairs = _pairs(groups.size)
    pvalue = 1.0
    if pairs:
        from scipy.special import gammainc

        # P(Poisson(expected) >= pairs)
        pvalue = float(f"{gammainc(pairs, max(expected, 1e-300)):.3g}")
    reasons: list[str] = [
        told(
            "{pairs} of stations with the same votes among {actas} with votes distinctive enough "
            "to judge",
            pairs=counted(pairs, "pair", "pairs"),
            actas=counted(repeats.distinctive, "acta", "actas"),
        ),
        told("chance makes at most {pairs} on average", pairs=formatted(expected, ".2g")),
    ]
    papers = [name for name in _PAPERS if name in groups.rows.lines]
    also = _also_alike(groups, papers)
    if pairs and papers:
        reasons.append(_too(int(also.sum()), papers))
    findings = []
    every = also == groups.size * (groups.size - 1) // 2
    ordered = groups.where(every).followed_by(groups.where(~every))
    for group in ordered.listed(MOST_FINDINGS) if pvalue < _ALPHA else ():
        stations = group["station"]
        findings.append(
            check.finding(
                told(
                    "{what}; over all actas this happens more often than by chance (p = {p})",
                    what=_same_votes(group, papers),
                    p=formatted(pvalue, ".2g"),
                ),
                area=area_of(group, facts),
                station=str(stations[0]),
                observed=len(stations),
                arithmetic=_largest({name: group[name][0] for name in groups.rows.votes}),
            )
        )
    return check.result(
        findings,
        reason=clauses(reasons),
        statistic=pairs,
        pvalue=pvalue,
        found=len(findings) and len(groups),
    )


def _pairs(size: Counts) -> int:
    return int((size * (size - 1) // 2).sum())


def _also_alike(groups: Groups, papers: list[str]) -> Counts:
    """Return by group how many pairs agree in these lines too, each of which was read."""
    found = np.zeros(len(groups), dtype=np.int64)
    if not papers or not len(groups):
        return found
    at = np.repeat(np.arange(len(groups)), groups.size)
    rows = groups.rows.take(groups.positions)
    read = np.logical_and.reduce([rows.known(name) for name in papers])
    columns = [at, *(rows.figure(name)[0] for name in papers)]
    kinds, size = np.unique(np.column_stack(columns)[read], axis=0, return_counts=True)
    np.add.at(found, kinds[:, 0], size * (size - 1) // 2)
    return found


def _too(pairs: int, papers: list[str]) -> str:
    return told_of(
        pairs,
        "{count} of them has the same {papers} votes too",
        "{count} of them have the same {papers} votes too",
        papers=_papers_in_words(papers),
    )


def _papers_in_words(papers: list[str]) -> str:
    return each_and(_WORDS[name] for name in papers)


def _same_votes(group: Cells, papers: list[str]) -> str:
    """Say whether the sheets agree in what is no vote for anybody too, as copies do."""
    stations = enumerated(map(str, group["station"][:5]))
    if not papers:
        return told("stations {stations} have exactly the same votes", stations=stations)
    kinds = list(zip(*(group[name] for name in papers), strict=True))
    named = _papers_in_words(papers)
    if len(set(kinds)) == 1 and None not in kinds[0]:
        return told(
            "stations {stations} have exactly the same votes, and the same {papers} votes "
            "({counts})",
            stations=stations,
            papers=named,
            counts=_counts(zip((_WORDS[name] for name in papers), kinds[0], strict=True)),
        )
    if any(None in kind for kind in kinds):
        return told(
            "stations {stations} have exactly the same votes; not all {papers} votes are known",
            stations=stations,
            papers=named,
        )
    return told(
        "stations {stations} have exactly the same votes, and not the same {papers} votes",
        stations=stations,
        papers=named,
    )


def _counts(votes: Iterable[tuple[str, int]]) -> str:
    return enumerated(formula("{name} {votes}", name=name, votes=number(n)) for name, n in votes)


def _largest(votes: dict[str, int]) -> str:
    """Return votes by option; of many options the largest, and what the others have together."""
    if len(votes) <= _MOST_NAMED:
        return _counts(votes.items())
    ranked = sorted(votes.items(), key=lambda one: -one[1])
    rest = ranked[_MOST_NAMED:]
    others = told(
        "{others} together {votes}",
        others=counted(len(rest), "other", "others"),
        votes=number(sum(n for _, n in rest)),
    )
    return clauses([_counts(ranked[:_MOST_NAMED]), others])


T207 = Check(
    code="T207",
    name=told("Identical votes in different stations"),
    family="rules",
    evidence=Evidence.ANOMALY,
    conclude=alike,
    rows="repeated",
    assumptions=told(
        "stations are counted independently, and voters of one station are a mixture of "
        "multinomials; judged on votes that one other station would repeat with p ≤ {rare}; "
        "flagged at p < {alpha}",
        rare=formatted(RARE, "g"),
        alpha=formatted(_ALPHA, "g"),
    ),
    reference="multinomial mode bound; Poisson tail of the number of pairs",
)
CHECKS = (T207,)
