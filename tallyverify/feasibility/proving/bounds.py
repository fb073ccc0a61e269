"""What one program proves: the least wrong sheets and votes, or that no world exists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from tallyverify.arrays import Counts, Floats
from tallyverify.feasibility.proving.multipliers import CLASSES, Solved, solve
from tallyverify.feasibility.proving.program import Program
from tallyverify.feasibility.proving.proof import Cost, Proof, proved

_ROUNDS = 8
_WORTH = Fraction(1, 20)
_TIGHT = 0.02
_NUDGES = 11
_LEAST = 1e-6


@dataclass(frozen=True, eq=False)
class ProvedBound:
    """What is proved of one program."""

    sheets: int  # at least so many sheets are wrong
    votes: int  # at least so many votes are wrong
    misfit: int  # no number of wrong sheets helps: figures must change by so many votes in all
    proofs: tuple[Proof, ...]
    failed: bool = False  # the solver found nothing

    @property
    def support(self) -> Counts:
        """Rows with a multiplier that is not 0, in the strongest proof."""
        if not self.proofs:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self.proofs[0].multipliers)

    @property
    def key(self) -> tuple[int, int, int]:
        """Orders bounds from the weakest to the strongest."""
        return self.misfit, self.sheets, self.votes


NOTHING = ProvedBound(0, 0, 0, ())


def bound_of(program: Program) -> ProvedBound:
    """Prove what can be proved of a program."""
    if not program.rows:
        return NOTHING
    sheets = solve(program, "sheets")
    if sheets is None:
        # No number of wrong sheets helps, the solver says: how much must the figures change?
        misfit = solve(program, "nothing", elastic=True)
        proof = _best(program, misfit, "nothing") if misfit is not None else None
        if proof is not None and proof.least >= 1:
            return ProvedBound(0, 0, proof.least, (proof,))
        return ProvedBound(0, 0, 0, (), failed=True)
    if sheets.cost < _LEAST:
        return NOTHING
    proof = _best(program, sheets, "sheets")
    if proof is None or not proof.least:
        return NOTHING
    least = solve(program, "votes") or _of_support(program, proof)
    other = _best(program, least, "votes") if least is not None else None
    if other is None:
        return ProvedBound(proof.least, 0, 0, (proof,))
    return ProvedBound(proof.least, other.least, 0, (proof, other))


def _of_support(program: Program, proof: Proof) -> Solved | None:
    """Return multipliers for wrong votes of the figures alone that a proof of sheets rests on.

    All figures together may leave no votes that, typed right, would mend them: as where the sum of
    the states is true, and that of the country is not. Of fewer figures a bound holds for all.
    """
    rows = np.flatnonzero(proof.multipliers)
    found = solve(program.restricted(rows), "votes") if len(rows) < len(program.rows) else None
    if found is None:
        return None
    multipliers = np.zeros(len(program.rows))
    multipliers[rows] = found.multipliers
    none = np.zeros(len(program.stations), dtype=bool)
    return replace(found, multipliers=multipliers, alone=none)


def _best(program: Program, solved: Solved, cost: Cost) -> Proof | None:
    """Return the proof from multipliers found on a sample, made sharper on those in doubt."""
    best, given = _proof(program, solved.multipliers, solved.room, cost), solved
    if len(program.stations) <= CLASSES or cost == "nothing":
        return best
    for _ in range(_ROUNDS):
        if best is None or given.cost - best.bound / best.scale < _TIGHT:
            break  # as much as the linear program itself
        again = solve(program, cost, after=best, before=given)
        proof = _proof(program, again.multipliers, again.room, cost) if again is not None else None
        if proof is None or again is None or not _above(proof, best):
            break
        gained = Fraction(proof.bound, proof.scale) - Fraction(best.bound, best.scale)
        best, given = proof, again
        if gained < max(_WORTH, Fraction(proof.bound, 500 * proof.scale)):
            break
    return _nudged(program, given, best, cost) if cost == "votes" else best


def _nudged(program: Program, solved: Solved, best: Proof | None, cost: Cost) -> Proof | None:
    """Move each multiplier of stations a little: the bound is concave in it."""
    multipliers = solved.multipliers
    for at in np.flatnonzero(multipliers):
        if not program.rows[at].of_stations:
            continue
        low, high = 0.97 * multipliers[at], 1.03 * multipliers[at]
        for _ in range(_NUDGES):
            thirds = (low + (high - low) / 3, high - (high - low) / 3)
            tried = []
            for value in thirds:
                moved = multipliers.copy()
                moved[at] = value
                tried.append(_proof(program, moved, solved.room, cost))
            first, second = tried
            if first is None or second is None:
                break
            better, value = (first, thirds[0]) if _above(first, second) else (second, thirds[1])
            low, high = (low, thirds[1]) if better is first else (thirds[0], high)
            if best is None or _above(better, best):
                best, multipliers = better, multipliers.copy()
                multipliers[at] = value
    return best


def _above(one: Proof, other: Proof) -> bool:
    return one.bound * other.scale > other.bound * one.scale


def _proof(program: Program, multipliers: Floats, room: float, cost: Cost) -> Proof | None:
    top = float(np.abs(multipliers).max(initial=0.0))
    if not np.isfinite(top) or top == 0:
        return None
    # As fine as 64 bits allow: what a station adds up to must fit.
    stations = program.stations
    largest = max(
        stations.most.largest(),
        int(stations.cap.max(initial=1)),
        int(program.unseen.cap.max(initial=1)),
        int(stations.lists.max(initial=1)),
        1,
    )
    terms = 4 * max(len(program.rows), 1)
    bits = min(int(np.log2(2.0**61 / (largest * max(top, room, 1.0) * terms))), 40)
    if bits < 4:
        return None
    scale = 1 << bits
    whole = np.rint(multipliers * scale).astype(np.int64)
    return proved(program, whole, scale, cost, int(np.rint(room * scale)))
