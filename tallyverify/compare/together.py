"""D312: published figures that no honest world reproduces together."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.compare.lifting import Place, answer_of, proof_of, said, same_place
from tallyverify.feasibility import (
    Feasibility,
    Row,
    SeriesAnswer,
    clash_of,
    figure_words,
    held_of,
    look_at_first,
    resolved_by,
    room_of,
    summarise_witnesses,
)
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, enumerated, in_sentences, number, told

_LISTED = 12


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Ask whether there is a world in which every published figure is true.

    Flagged where several figures together exclude each other, or the sheets; one figure that the
    sheets exclude by itself is told by its own check.
    """
    if not facts.bulletins:
        return check.not_applicable(told("nothing is declared"))
    engine = answer_of(kept, facts)
    if not engine.held:
        return check.not_applicable(
            told("no published figure of votes could be held against sheets")
        )
    findings: list[Finding] = []
    open_: list[str] = []
    for answer, world in zip(engine.series, engine.worlds, strict=True):
        one = answer.whole
        if one.rung is not None:
            clash = clash_of(engine, answer)
            several = len({(r.bulletin, r.area, r.label) for r in clash if not r.of_stations}) > 1
            if several or not _told_alone(engine, answer, clash, facts):
                findings.append(_together(check, engine, answer, clash, facts))
        elif one.reading.bound.failed:
            what = told("the solver found neither a proof nor a world")
            open_.append(_of_series(answer, what))
        elif world is None:
            what = told("nothing was proved, and no world was shown in time")
            open_.append(_of_series(answer, what))
    sheets = max((a.whole.reading.bound.sheets for a in engine.series), default=0)
    worlds = [world.sheets or 0 for world in engine.worlds if world is not None]
    flagged = any(answer.whole.rung for answer in engine.series)
    if open_ and not flagged:
        return check.not_applicable(clauses(open_))
    reason = ""
    if sheets:
        reason = told(
            "at least {sheets} would have to be wrong", sheets=counted(sheets, "sheet", "sheets")
        )
    elif worlds and not findings:
        reason = _shown(max(worlds))
    return check.result(findings, reason=reason, statistic=sheets, flagged=flagged)


def _shown(wrong: int) -> str:
    """Say which world was shown."""
    if not wrong:
        return told("a world is shown in which every published figure is true")
    return told(
        "a world is shown with at most {sheets} wrong sheets, as allowed for", sheets=number(wrong)
    )


def _of_series(answer: SeriesAnswer, what: str) -> str:
    """Return a clause with the name of its series before it, where it has one."""
    name = answer.series.name
    return told("series {series}: {what}", series=name, what=what) if name else what


def _told_alone(
    engine: Feasibility, answer: SeriesAnswer, clash: tuple[Row, ...], facts: CaseFacts
) -> bool:
    """Whether D301 or D302 tells of the one figure of a clash, as strongly as it is proved."""
    row = next((row for row in clash if not row.of_stations), None)
    if row is None or (facts.codes and not {"D301", "D302"} <= set(facts.codes)):
        return False
    bulletin, rows = answer.series.bulletins[row.bulletin]
    here = next(one for one in rows if facts.area_index(one.area) == row.area)
    place = Place(answer, row.bulletin, bulletin, here, row.area)
    least, most = held_of(answer, row)
    if least > row.high and not row.implied:  # D301
        return proof_of(engine, answer, same_place(place, row.label))[0] is answer.whole.rung
    room = room_of(answer, row.area)
    if room is None or not here.figures or row.low - most <= room:
        return False
    return proof_of(engine, answer, same_place(place))[0] is answer.whole.rung  # D302


def _together(
    check: Check,
    engine: Feasibility,
    answer: SeriesAnswer,
    clash: tuple[Row, ...],
    facts: CaseFacts,
) -> Finding:
    figures = [figure_words(row, facts) for row in clash]
    more = len(figures) - _LISTED
    listed = figures[:_LISTED] + ([told("and {more} more", more=number(more))] if more > 0 else [])
    says = told("these published figures are not true together: {figures}", figures=clauses(listed))
    resolved = resolved_by(engine, answer)
    proof = [said(engine, answer, answer.whole)]
    if resolved is not None:
        proof.append(
            told(
                "One figure alone would resolve it: {figure}; is it written as it was published?",
                figure=figure_words(resolved, facts),
            )
        )
    first = look_at_first(engine, answer.whole.reading)
    if first:
        proof.append(
            told(
                "Sheets to look at first, in the order of arithmetic: {stations}; nothing else "
                "speaks against them",
                stations=enumerated(first[:5]),
            )
        )
    bound = answer.whole.reading.bound
    named = {row.bulletin_id for row in clash}
    return check.finding(
        _of_series(answer, says),
        evidence=answer.whole.rung,
        bulletin=named.pop() if len(named) == 1 else None,
        observed=bound.misfit or bound.sheets,
        expected=0 if bound.misfit else engine.allowance.sheets,
        proof=in_sentences(proof),
        arithmetic=_subtraction(engine, answer, clash),
    )


def _subtraction(engine: Feasibility, answer: SeriesAnswer, clash: tuple[Row, ...]) -> str:
    """The figures of the clash beside what the sheets hold of each."""
    parts = []
    for row in clash[:_LISTED]:
        least, most = held_of(answer, row)
        held = number(least)
        if least != most:
            held = told("{least} to {most}", least=held, most=number(most))
        parts.append(
            told(
                "{figure}: {held} on the sheets, {published} published",
                figure=row.label,
                held=held,
                published=number(row.low),
            )
        )
    return clauses(parts)


D312 = Check(
    code="D312",
    name=told("These published figures together"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=conclude,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("actas and a declared result"),
    assumptions=told("the weakest that are not excluded, each listed in the report"),
    reference="Farkas (1902); Chinneck (2008); Stark (2008)",
    holds_sheets=True,
)
CHECKS = (D312,)
