"""Proving a certificate again from the case, with nothing but its multipliers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tallyverify.feasibility.answer import Feasibility
from tallyverify.feasibility.certificates.certificate import (
    Certificate,
    CertificateInput,
    CertifiedFigure,
    CertifiedProof,
    Kind,
)
from tallyverify.feasibility.certificates.certifying import assumptions_of, claimed, figure_of
from tallyverify.feasibility.certificates.plain import plain_program
from tallyverify.feasibility.certificates.scope import columns_of
from tallyverify.feasibility.figures.published import series_in_force
from tallyverify.feasibility.proving.program import Program
from tallyverify.feasibility.proving.proof import Cost, proved
from tallyverify.feasibility.sheets.sheet_rows import SheetRows
from tallyverify.language import each_or, enumerated, told
from tallyverify.taken import takes_input

_COSTS: dict[Kind, Cost] = {"sheets": "sheets", "votes": "votes", "exclude": "nothing"}
_SAFE = 2**61


@dataclass(frozen=True)
class Recheck:
    """Whether a certificate holds for a case, and what is proved or why it is not."""

    proved: bool
    words: str


@takes_input
def proved_again(
    certificate: Certificate,
    engine: Feasibility,
    rows: SheetRows,
    inputs: Iterable[CertificateInput],
) -> Recheck:
    """Prove a certificate again, with nothing but the case and its multipliers."""
    reason = _differs(certificate, engine, tuple(inputs))
    if reason:
        return Recheck(False, reason)
    [series] = [s for s in series_in_force(engine.facts) if s.name == certificate.series]
    taken = any(one.taken for one in certificate.assumptions.whole)
    make = figure_of(engine)
    plain = plain_program(engine, rows, series, lambda row: make(row) in certificate.figures, taken)
    there = list(map(make, plain.program.rows))
    for figure in certificate.figures:
        if figure not in there:
            said = told("{figure}: the case does not declare this", figure=_said(figure))
            return Recheck(False, said)
    if len(set(map(str, certificate.figures))) < len(certificate.figures):
        return Recheck(False, told("a figure stands twice in it"))
    found = assumptions_of(engine, series, plain)
    for name, value in found.model_dump().items():
        stated = certificate.assumptions.model_dump()[name]
        if name != "words" and stated != value:
            said = told(
                "assumptions, {name}: {stated}; the case gives {value}",
                name=name,
                stated=str(stated),
                value=str(value),
            )
            return Recheck(False, said)
    order = [certificate.figures.index(figure) for figure in there]
    for proof in certificate.proofs:
        reason = _unproved(proof, plain.program, order)
        if reason:
            return Recheck(False, reason)
    return Recheck(True, claimed(certificate.proofs, engine.seen))


def _differs(
    certificate: Certificate, engine: Feasibility, inputs: tuple[CertificateInput, ...]
) -> str:
    """Return where a certificate is of another case; empty where it is of this one."""
    if certificate.contest != engine.facts.contest.id:
        return told(
            "it is of the contest {contest}, the case of {other}",
            contest=certificate.contest,
            other=engine.facts.contest.id,
        )
    for one in inputs:
        stated = [other.sha256 for other in certificate.inputs if other.role == one.role]
        if not stated:
            return told("it does not name the case's {role} ({name})", role=one.role, name=one.name)
        if one.sha256 not in stated:
            return told(
                "{name}: its SHA-256 is {found}, not {stated}",
                name=one.name,
                found=one.sha256,
                stated=each_or(stated[:3]),
            )
    if certificate.series not in [s.name for s in series_in_force(engine.facts)]:
        return told("no bulletin is of the series {series}", series=repr(certificate.series))
    if certificate.columns != columns_of(engine.facts):
        return told("the columns that it names are not those that the case reads")
    return ""


def _unproved(proof: CertifiedProof, program: Program, order: list[int]) -> str:
    """Return why a proof does not hold; empty where it does."""
    if len(proof.multipliers) != len(order):
        return told(
            "{kind}: there are {figures} figures and {factors} factors",
            kind=proof.kind,
            figures=str(len(order)),
            factors=str(len(proof.multipliers)),
        )
    if not proof.certified:
        return told("{kind}: it certifies nothing", kind=proof.kind)
    if proof.room_multiplier and program.room is None:
        return told("{kind}: a room multiplier, where the register bounds nothing", kind=proof.kind)
    if _beyond(proof, program):
        return told("{kind}: multipliers too large to be added up exactly", kind=proof.kind)
    if proof.kind == "exclude" and any(
        abs(m) > proof.scale and program.rows[at].figure.kind not in ("stations", "seen")
        for at, m in enumerate(proof.multipliers[i] for i in order)
    ):
        return told("exclude: a multiplier beyond the scale proves no number of votes")
    again = proved(
        program,
        np.array([proof.multipliers[at] for at in order], dtype=np.int64),
        proof.scale,
        _COSTS[proof.kind],
        proof.room_multiplier,
    )
    if again.least < proof.certified:
        return told(
            "{kind}: the fold proves {least}, not {certified}",
            kind=proof.kind,
            least=str(again.least),
            certified=str(proof.certified),
        )
    return ""


def _beyond(proof: CertifiedProof, program: Program) -> bool:
    stations = program.stations
    arrays = (stations.cap, stations.lists, program.unseen.cap, program.unseen.lists)
    largest = max(1, stations.most.largest(), *(int(array.max(initial=1)) for array in arrays))
    top = max(proof.scale, proof.room_multiplier, *map(abs, proof.multipliers), 1)
    return top * largest * 4 * max(len(program.rows), 1) > _SAFE


def _said(figure: CertifiedFigure) -> str:
    return told(
        "bulletin {bulletin}, {place}: {figure} {low} to {high}",
        bulletin=figure.bulletin,
        place=" / ".join(figure.area.values()) or told("the whole country"),
        figure=enumerated(figure.candidates) if figure.candidates else figure.kind,
        low=str(figure.low),
        high=str(figure.high),
    )
