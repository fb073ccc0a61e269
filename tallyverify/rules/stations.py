"""T203, T205, T206: stations against the registry, and sheets that say nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tallyverify.checking import CaseFacts, Check, Seen, summarise_seen
from tallyverify.errors import nearest, shown
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, each_and, number, percent, told
from tallyverify.rules.joining import MOST_NAMED, and_more
from tallyverify.table import with_code_points

_NO_REGISTRY = told("the case has no registry of stations")


def _areas(row: dict[Any, Any], facts: CaseFacts) -> dict[str, str]:
    return {level: str(row[level]) for level in facts.levels if pd.notna(row[level])}


def strangers(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """T203: a station that the registry does not have."""
    if facts.registry is None:
        return check.not_applicable(_NO_REGISTRY)
    known = facts.registry.index
    findings: list[Finding] = []
    for row in seen.stations.stranger_rows.to_dict("records"):
        station = str(row["station"])
        close = facts.registry.spellings(station)
        hint: str | None = None
        if close:
            _, *keys = with_code_points([station, *close[:MOST_NAMED]], shown)
            keys += close[MOST_NAMED:]
            hint = told("the registry has {keys}", keys=and_more(keys, each_and))
        elif len(findings) < 20:
            hint = nearest(station, map(str, known[:20_000]))
        says = told("station {station} is not in the registry", station=station)
        findings.append(
            check.finding(
                clauses([says, hint]) if hint else says,
                area=_areas(row, facts),
                station=station,
                arithmetic=told(
                    "{stations} stations in the registry, none of this key",
                    stations=number(len(known)),
                ),
            )
        )
    strange = seen.stations.strangers
    reason = seen.stations.respelt.words
    return check.result(findings, reason=reason, statistic=strange, found=strange)


def without_acta(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """T205: how much of the registry has no sheet."""
    if facts.registry is None:
        return check.not_applicable(_NO_REGISTRY)
    annulled = facts.is_annulled(facts.registry.frame["station"])
    unseen = ~seen.stations.seen & ~annulled
    total, missing = int((~annulled).sum()), int(unseen.sum())
    if not missing:
        return check.result([], statistic=0)
    sizes, unknown = facts.registry.sizes
    voters = counted(int(sizes[unseen].sum()), "voter", "voters")
    there = told("{voters} registered there", voters=voters)
    if unknown[unseen].any():
        there = told(
            "{voters} registered there, the number not being known for some", voters=voters
        )
    says = told(
        "{stations} without a sheet that says something",
        stations=counted(missing, "registered station", "registered stations"),
    )
    findings = [
        check.finding(
            clauses([says, there]),
            observed=total - missing,
            expected=total,
            arithmetic=_less(total, missing, apart=bool(annulled.any())),
        )
    ]
    level = next((name for name in facts.levels if name in facts.registry.frame.columns), None)
    if level:
        frame = facts.registry.frame.assign(unseen=unseen)[~annulled]
        by_area = frame.groupby(level, sort=True)["unseen"].agg(["sum", "size"])
        findings += [
            check.finding(
                told(
                    "{area}: {gone} of {stations} not seen",
                    area=str(name),
                    gone=number(int(gone)),
                    stations=counted(int(size), "station", "stations"),
                ),
                area={level: str(name)},
                observed=int(size - gone),
                expected=int(size),
                arithmetic=told("{share} seen", share=percent(size - gone, size)),
            )
            for name, gone, size in by_area.itertuples()
            if gone
        ]
    return check.result(findings, statistic=missing)


def _less(total: int, missing: int, *, apart: bool) -> str:
    """Return the subtraction of the seen stations from all, without those declared annulled."""
    every, seen, gone = number(total), number(total - missing), number(missing)
    share = percent(missing, total)
    if apart:
        return told(
            "{every} stations in the registry, annulled ones apart, − {seen} seen = {gone} "
            "({share})",
            every=every,
            seen=seen,
            gone=gone,
            share=share,
        )
    return told(
        "{every} stations in the registry − {seen} seen = {gone} ({share})",
        every=every,
        seen=seen,
        gone=gone,
        share=share,
    )


def silent(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """T206: sheets that are all zero, or of which nothing was read."""
    findings = [
        check.finding(
            told(
                "the acta of station {station} holds no vote at all: not loaded, annulled or not "
                "read; the station counts as unseen, not as zero",
                station=str(row["station"]),
            ),
            area=_areas(row, facts),
            station=str(row["station"]),
            observed=0,
        )
        for row in seen.stations.silent_rows.to_dict("records")
    ]
    annulled, pending = len(facts.source.annulled), len(facts.source.pending)
    states = (
        (
            annulled,
            told(
                "{stations} annulled: no part of the result, and its voters are not free",
                stations=counted(annulled, "station", "stations"),
            ),
        ),
        (
            pending,
            told(
                "{stations} pending: in any bulletin or in none; not in the sums",
                stations=counted(pending, "station", "stations"),
            ),
        ),
    )
    notes = [check.finding(says, observed=count) for count, says in states if count]
    return check.result(
        findings + notes,
        reason=told(
            "{actas} without any vote", actas=counted(seen.stations.silent, "acta", "actas")
        ),
        statistic=seen.stations.silent,
        found=seen.stations.silent + len(notes),
    )


T203 = Check(
    "T203",
    told("Station not in the registry"),
    "rules",
    Evidence.QUALITY,
    strangers,
    summarise_seen,
    "once",
    told("actas and registry"),
)
T205 = Check(
    "T205",
    told("Registered stations without an acta"),
    "rules",
    Evidence.NOTE,
    without_acta,
    summarise_seen,
    "once",
    told("actas and registry"),
)
T206 = Check(
    "T206",
    told("All-zero acta (not loaded, annulled)"),
    "rules",
    Evidence.NOTE,
    silent,
    summarise_seen,
    "once",
    told("actas"),
)
CHECKS = (T203, T205, T206)
