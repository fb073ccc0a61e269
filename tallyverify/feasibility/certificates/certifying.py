"""Making a certificate of what was proved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from tallyverify.feasibility.answer import Feasibility, SeriesAnswer
from tallyverify.feasibility.beside import held_of
from tallyverify.feasibility.certificates.certificate import (
    Certificate,
    CertificateAssumptions,
    CertificateInput,
    CertifiedFigure,
    CertifiedProof,
    Kind,
    WholeRow,
)
from tallyverify.feasibility.certificates.plain import PlainProgram, plain_program
from tallyverify.feasibility.certificates.scope import columns_of, outside_of
from tallyverify.feasibility.clash import clash_of
from tallyverify.feasibility.figures.published import Row, Series, stated
from tallyverify.feasibility.grading import ProvedReading
from tallyverify.feasibility.proving.bounds import ProvedBound, bound_of
from tallyverify.feasibility.proving.program import Program
from tallyverify.feasibility.proving.proof import Cost, proved
from tallyverify.feasibility.sheets.sheet_rows import SheetRows
from tallyverify.language import number, told
from tallyverify.taken import takes_input

_KINDS: dict[Cost, Kind] = {"sheets": "sheets", "votes": "votes", "nothing": "exclude"}
_TRIED = 2
_FEW = 8


@takes_input
def certified(
    engine: Feasibility, rows: SheetRows, inputs: Iterable[CertificateInput]
) -> Certificate | None:
    """Return a certificate of the gravest proof of a case; None where nothing is proved.

    It rests on few figures: first one figure beside numbers of stations is tried, then the minimal
    clash, then all figures that the engine's proof uses.
    """
    answer = engine.gravest
    if answer is None or answer.whole.rung is None:
        return None
    reading = answer.whole.reading
    best: tuple[tuple[int, int, int, int], PlainProgram, ProvedBound] | None = None
    for figures in _choices(engine, answer):
        plain = plain_program(engine, rows, answer.series, figures.__contains__, reading.taken)
        bound = bound_of(plain.program)
        key = (*bound.key, -len(figures))
        if best is None or key > best[0]:
            best = key, plain, bound
        if _as_good(engine, reading, plain.program, bound):
            break
    assert best is not None
    return _written(engine, rows, answer, best[1], best[2], tuple(inputs))


def _as_good(
    engine: Feasibility, whole: ProvedReading, program: Program, bound: ProvedBound
) -> bool:
    """Whether a proof is as strong as that of all figures."""
    goal = whole.bound
    if bound.sheets < goal.sheets or bool(bound.misfit) < bool(goal.misfit):
        return False
    return engine.grading.rung(
        ProvedReading(program, bound, whole.taken, whole.voters)
    ) is engine.grading.rung(whole)


def _choices(engine: Feasibility, answer: SeriesAnswer) -> Iterator[tuple[Row, ...]]:
    """Sets of figures to prove it with, short ones first."""
    reading = answer.whole.reading
    support = reading.clash
    counts = tuple(row for row in support if row.of_stations)
    where = {(row.bulletin, row.area) for row in support if not row.of_stations}
    if not reading.bound.misfit:
        single = [
            row
            for row in reading.program.rows
            if (row.bulletin, row.area) in where and not row.of_stations
        ]
        for row in sorted(single, key=lambda row: -_apart(engine, answer, row))[:_TRIED]:
            yield (row, *counts)
    clash = clash_of(engine, answer)
    yield clash
    if len(support) <= _FEW:
        yield from (tuple(r for r in support if r is not out) for out in support)
    yield support


def _apart(engine: Feasibility, answer: SeriesAnswer, row: Row) -> int:
    """By how much the sheets hold more of a figure, or less, than is published."""
    least, most = held_of(answer, row)
    return max(least - row.high, row.low - most)


def _written(
    engine: Feasibility,
    rows: SheetRows,
    answer: SeriesAnswer,
    plain: PlainProgram,
    bound: ProvedBound,
    inputs: tuple[CertificateInput, ...],
) -> Certificate:
    used = np.zeros(len(plain.program.rows), dtype=bool)
    for proof in bound.proofs:
        used |= proof.multipliers != 0
    kept = [row for row, one in zip(plain.program.rows, used, strict=True) if one]
    taken = answer.whole.reading.taken
    short = plain_program(engine, rows, answer.series, lambda row: row in kept, taken)
    goal = answer.whole.reading.bound
    proofs = []
    for proof in bound.proofs:
        again = proved(
            short.program, proof.multipliers[used], proof.scale, proof.cost, proof.room_multiplier
        )
        least = {"sheets": goal.sheets, "votes": goal.votes, "nothing": goal.misfit}[proof.cost]
        proofs.append(
            CertifiedProof(
                kind=_KINDS[proof.cost],
                certified=again.least,
                proved_by_engine=least,
                scale=proof.scale,
                multipliers=tuple(map(int, again.multipliers)),
                room_multiplier=proof.room_multiplier,
            )
        )
    if not proofs:  # the short form loses the bound; say so
        kind: Kind = "exclude" if goal.misfit else "sheets"
        proofs = [
            CertifiedProof(
                kind=kind,
                certified=0,
                proved_by_engine=goal.misfit or goal.sheets,
                scale=1,
                multipliers=(0,) * len(short.program.rows),
                room_multiplier=0,
            )
        ]
    columns, source = columns_of(engine.facts), engine.facts.source
    return Certificate(
        schema="tallyverify/certificate/1",
        contest=engine.facts.contest.id,
        series=answer.series.name,
        claim=claimed(proofs, engine.seen),
        allowance=engine.allowance.sheets,
        figures=tuple(map(figure_of(engine), short.program.rows)),
        proofs=tuple(proofs),
        assumptions=assumptions_of(engine, answer.series, short),
        columns=columns,
        inputs=inputs,
        outside=(
            *outside_of(engine, answer.series, short.program.rows, source),
            *_beyond_rows(engine, answer.series, short, proofs),
            *_beyond_documents(inputs),
        ),
    )


def _beyond_documents(inputs: Iterable[CertificateInput]) -> Iterator[str]:
    if any(one.role == "declared" and not one.name.endswith(".json") for one in inputs):
        yield "the declared result stands in a table"


def _beyond_rows(
    engine: Feasibility, series: Series, plain: PlainProgram, proofs: list[CertifiedProof]
) -> Iterator[str]:
    """What of a proof, not of the case, the stand-alone checker does not know."""
    if any(proof.room_multiplier for proof in proofs):
        yield "the room that the register leaves"
    areas = engine.facts.areas
    for at, area, taken in plain.whole:
        bulletin, rows = series.bulletins[at]
        row = next(row for row in rows if row.area == areas[area])
        if taken:
            yield f"bulletin {bulletin.id}, taken as whole"
        elif not stated(engine.facts, bulletin, row, "complete") and row.stations is None:
            yield f"bulletin {bulletin.id}, whole by its coverage"


def claimed(proofs: Iterable[CertifiedProof], sheets: int) -> str:
    """Return in a sentence what proofs claim."""
    by = {proof.kind: proof for proof in proofs}
    if not any(proof.certified for proof in by.values()):
        return told("nothing: a certificate can hold less than what the engine proves")
    if (exclude := by.get("exclude")) is not None:
        return told(
            "the published figures exclude each other, whatever the sheets say: they must change "
            "by at least {votes} in all",
            votes=number(exclude.certified),
        )
    counts = {kind: number(proof.certified) for kind, proof in by.items()}
    if "votes" not in by:
        return told(
            "at least {wrong} of {sheets} sheets are wrong, if the published figures are true",
            wrong=counts["sheets"],
            sheets=number(sheets),
        )
    if "sheets" not in by:
        return told(
            "at least {votes} votes on them are wrong, if the published figures are true",
            votes=counts["votes"],
        )
    return told(
        "at least {wrong} of {sheets} sheets and {votes} votes on them are wrong, if the published "
        "figures are true",
        wrong=counts["sheets"],
        sheets=number(sheets),
        votes=counts["votes"],
    )


def figure_of(engine: Feasibility) -> Callable[[Row], CertifiedFigure]:
    """Return what makes a published figure one of a certificate."""

    def one(row: Row) -> CertifiedFigure:
        return CertifiedFigure(
            bulletin=row.bulletin_id,
            area=engine.facts.areas[row.area],
            kind=row.figure.kind,
            candidates=row.figure.candidates,
            low=row.low,
            high=row.high,
        )

    return one


def assumptions_of(
    engine: Feasibility, series: Series, plain: PlainProgram
) -> CertificateAssumptions:
    """Return what a program assumes, as a certificate states it."""
    seen, program, facts = engine.sheets, plain.program, engine.facts
    return CertificateAssumptions(
        words=plain.words,
        stations=facts.declared.stations if facts.declared else None,
        sheets=len(seen),
        exact=len(program.stations),
        unseen=plain.unseen,
        most_seen=seen.limits.top if seen.limits.top >= 0 else None,
        excess=seen.limits.excess,
        box=plain.box,
        votes_of_no_station=program.elsewhere,
        room=program.room,
        whole=tuple(
            WholeRow(bulletin=series.bulletins[b][0].id, area=facts.areas[area], taken=taken)
            for b, area, taken in sorted(plain.whole)
        ),
        one_hour=plain.one_hour,
    )
