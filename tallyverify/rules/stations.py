"""T203, T205, T206: stations against the registry, and sheets that say nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tallyverify.checking import CaseFacts, Check, Seen, summarise_seen
from tallyverify.errors import nearest
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import counted, number, percent


def _areas(row: dict[Any, Any], facts: CaseFacts) -> dict[str, str]:
    return {level: str(row[level]) for level in facts.levels if pd.notna(row[level])}


def strangers(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """T203: a station that the registry does not have."""
    if facts.registry is None:
        return check.not_applicable("the case has no registry of stations")
    known = facts.registry.index
    findings: list[Finding] = []
    for row in seen.stations.stranger_rows.to_dict("records"):
        station = str(row["station"])
        close = facts.registry.spellings(station)
        hint = f"; the registry has {' and '.join(map(repr, close))}" if close else ""
        if not hint and len(findings) < 20:
            near = nearest(station, map(str, known[:20_000]))
            hint = f"; {near}" if near else ""
        findings.append(
            check.finding(
                f"station {station} is not in the registry{hint}",
                area=_areas(row, facts),
                station=station,
                arithmetic=f"{number(len(known))} stations in the registry, none of this key",
            )
        )
    strange = seen.stations.strangers
    reason = seen.stations.respelt.words
    return check.result(findings, reason=reason, statistic=strange, found=strange)


def without_acta(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """T205: how much of the registry has no sheet."""
    if facts.registry is None:
        return check.not_applicable("the case has no registry of stations")
    annulled = facts.is_annulled(facts.registry.frame["station"])
    unseen = ~seen.stations.seen & ~annulled
    total, missing = int((~annulled).sum()), int(unseen.sum())
    if not missing:
        return check.result([], statistic=0)
    sizes, unknown = facts.registry.sizes
    voters = int(sizes[unseen].sum())
    spared = ", annulled ones apart," if annulled.any() else ""
    findings = [
        check.finding(
            f"{counted(missing, 'registered station', 'registered stations')} without a sheet that says "
            f"something; {counted(voters, 'voter', 'voters')} registered there"
            + (", the number not being known for some" if unknown[unseen].any() else ""),
            observed=total - missing,
            expected=total,
            arithmetic=f"{number(total)} stations in the registry{spared} − "
            f"{number(total - missing)} seen = {number(missing)} ({percent(missing, total)})",
        )
    ]
    level = next((name for name in facts.levels if name in facts.registry.frame.columns), None)
    if level:
        frame = facts.registry.frame.assign(unseen=unseen)[~annulled]
        by_area = frame.groupby(level, sort=True)["unseen"].agg(["sum", "size"])
        findings += [
            check.finding(
                f"{name}: {number(int(gone))} of {counted(int(size), 'station', 'stations')} not seen",
                area={level: str(name)},
                observed=int(size - gone),
                expected=int(size),
                arithmetic=f"{percent(size - gone, size)} seen",
            )
            for name, gone, size in by_area.itertuples()
            if gone
        ]
    return check.result(findings, statistic=missing)


def silent(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """T206: sheets that are all zero, or of which nothing was read."""
    findings = [
        check.finding(
            f"the acta of station {row['station']} holds no vote at all: not loaded, "
            "annulled or not read; the station counts as unseen, not as zero",
            area=_areas(row, facts),
            station=str(row["station"]),
            observed=0,
        )
        for row in seen.stations.silent_rows.to_dict("records")
    ]
    told = (
        (facts.source.annulled, "annulled: no part of the result, and its voters are not free"),
        (facts.source.pending, "pending: in any bulletin or in none; not in the sums"),
    )
    notes = [
        check.finding(f"{counted(len(keys), 'station', 'stations')} {why}", observed=len(keys))
        for keys, why in told
        if keys
    ]
    return check.result(
        findings + notes,
        reason=f"{counted(seen.stations.silent, 'acta', 'actas')} without any vote",
        statistic=seen.stations.silent,
        found=seen.stations.silent + len(notes),
    )


T203 = Check(
    "T203",
    "Station not in the registry",
    "rules",
    Evidence.QUALITY,
    strangers,
    summarise_seen,
    "once",
    "actas and registry",
)
T205 = Check(
    "T205",
    "Registered stations without an acta",
    "rules",
    Evidence.NOTE,
    without_acta,
    summarise_seen,
    "once",
    "actas and registry",
)
T206 = Check(
    "T206",
    "All-zero acta (not loaded, annulled)",
    "rules",
    Evidence.NOTE,
    silent,
    summarise_seen,
    "once",
    "actas",
)
CHECKS = (T203, T205, T206)
