"""T214: where sheets lie: those that name no area, and areas that only one side names."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Names, RowsRead, too_many
from tallyverify.errors import listed, nearest, shown
from tallyverify.feasibility import allowed_for
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, formula, number, told
from tallyverify.names import folded, look_alikes
from tallyverify.rules.as_read import deep, is_place, summarise_as_read


def areas_named(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T214: sheets that name no area, and areas that only one side names."""
    if not facts.levels:
        return check.not_applicable(told("the actas name no areas"))
    declared = {level for area in facts.areas for level in area}
    findings = []
    for level, rows in reading.rows.placeless.items():
        if rows:
            grave = level in declared and too_many(rows, reading.rows.rows, least=1)
            sheets, every = counted(rows, "sheet", "sheets"), number(reading.rows.rows)
            says = told(
                "{sheets} of {every} name no {level}", sheets=sheets, every=every, level=level
            )
            if grave:
                says = told(
                    "{sheets} of {every} name no {level}, and there are results by it: if only the "
                    "first row of each is labelled, set mapping.fill_down",
                    sheets=sheets,
                    every=every,
                    level=level,
                )
            findings.append(
                check.finding(
                    says,
                    evidence=None if grave else Evidence.NOTE,
                    observed=rows,
                    arithmetic=told("an empty cell, NA and the like are no place"),
                )
            )
    for levels in filter(None, facts.patterns):
        findings += _one_sided(check, reading, facts, levels)
    return check.result(findings, statistic=sum(reading.rows.placeless.values()))


def _one_sided(check: Check, reading: RowsRead, facts: CaseFacts, levels: Names) -> list[Finding]:
    """Areas by these levels that the sheets name and no bulletin, or a bulletin and no sheet."""
    named, regions = facts.patterns[levels], reading.seen.totals.regions
    here = {names: row for names, row in regions.items() if len(names) == len(levels)}
    if deep(levels, facts):
        here = reading.rows.areas[levels]
    folds = {names: tuple(map(folded, names)) for names in here}
    strange = {
        names: here[names]
        for names, fold in folds.items()
        if fold not in named and all(is_place(name, facts.source) for name in names)
    }
    known = set(folds.values())
    absent = [tuple(facts.areas[at].values()) for fold, at in named.items() if fold not in known]
    sheets, votes = (int(sum(row[at] for row in strange.values())) for at in (0, 1))
    level, left, findings = levels[-1], _left_for_others(facts, levels), []
    if strange:
        names = sorted(names[-1] for names in strange)
        close = _close(names, [area[-1] for area in absent])
        alike = look_alikes(names, [facts.areas[at][level] for at in named.values()])
        same = look_alikes(map(" / ".join, strange), map(" / ".join, absent))
        # Where the named areas make up the whole, and the whole has no fewer votes than all sheets
        # together, it is the names that do not fit, not the votes.
        renamed = left == 0 and votes > 0 and _whole_holds(reading, facts)
        none_known = len(absent) == len(named) > 1
        grave = sheets > allowed_for(facts, reading.seen.stations.stations).sheets and (
            renamed
            or (left is None and (bool(same) or none_known))
            or (left is not None and votes > left and bool(close or alike or none_known))
        )
        says = told(
            "{sheets} lie in {areas} that no bulletin names ({level}: {names})",
            sheets=counted(sheets, "sheet", "sheets"),
            areas=counted(len(strange), "area", "areas"),
            level=level,
            names=listed(names, 3),
        )
        says = clauses([says, *close])
        if grave:
            says = told("{what}: spell the names alike on both sides", what=says)
        weight = [
            told("{votes} on these sheets", votes=counted(votes, "valid vote", "valid votes"))
        ]
        if left is not None:
            weight.append(told("{votes} declared outside the named areas", votes=number(left)))
        findings.append(
            check.finding(
                says,
                evidence=None if grave else Evidence.NOTE,
                observed=sheets,
                arithmetic=clauses(weight),
            )
        )
    if absent:
        findings.append(_absent(check, level, absent, list(strange), len(named)))
    return findings


def _absent(
    check: Check, level: str, absent: list[Names], strange: list[Names], declared: int
) -> Finding:
    names = sorted(area[-1] for area in absent)
    says = told(
        "no sheet lies in {areas} of the declared result ({level}: {names})",
        areas=counted(len(absent), "area", "areas"),
        level=level,
        names=listed(names, 3),
    )
    return check.finding(
        clauses([says, *_close(names, [area[-1] for area in strange])]),
        evidence=Evidence.NOTE,
        observed=len(absent),
        arithmetic=told("{areas} areas declared by {level}", areas=number(declared), level=level),
    )


def _whole_holds(reading: RowsRead, facts: CaseFacts) -> bool:
    """Whether what was declared of the whole last is no less than what all sheets hold."""
    sums = reading.seen.totals.sums
    last = [row for one in facts.bulletins for row in one.areas if not row.area and row.figures]
    return bool(last) and all(
        sums.get((name,), 0) <= votes for name, votes in last[-1].figures.items()
    )


def _close(names: list[str], among: list[str]) -> list[str]:
    """Return a hint for the first name that is spelt nearly as another, if there is one."""
    for name in names[:20]:
        hint = nearest(name, among)
        if hint:
            return [formula("{name}: {hint}", name=shown(name), hint=hint)]
    return []


def _left_for_others(facts: CaseFacts, levels: tuple[str, ...]) -> int | None:
    """Return the votes of the whole that no declared area of these levels has, if both are said."""
    for bulletin in reversed(facts.bulletins):
        whole = [sum(row.figures.values()) for row in bulletin.areas if not row.area]
        parts = [sum(row.figures.values()) for row in bulletin.areas if tuple(row.area) == levels]
        if parts and whole and whole[0]:
            return max(whole[0] - sum(parts), 0)
    return None


T214 = Check(
    "T214",
    told("Areas that only one side names"),
    "rules",
    Evidence.QUALITY,
    areas_named,
    summarise_as_read,
    "reading",
    needs=told("actas with areas"),
)
CHECKS = (T214,)
