"""What a proof amounts to: the rung that it bears, in the weakest reading of the figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tallyverify.feasibility.figures.published import Row
from tallyverify.feasibility.proving.bounds import ProvedBound, bound_of
from tallyverify.feasibility.proving.program import Program
from tallyverify.feasibility.proving.proof import proved
from tallyverify.findings import Evidence

_LARGER = 4
"""Unseen stations of unknown size may be so many times larger than the largest seen."""
_SHARE = 1000
"""Figures that exclude each other by more than one in so many of the largest are no slip."""


@dataclass(frozen=True, eq=False)
class ProvedReading:
    """What is proved of some published figures, in the weakest of the readings that they allow."""

    program: Program
    bound: ProvedBound
    taken: bool  # a bulletin is taken as whole that does not say so
    voters: bool  # coverages are read as of voters

    @property
    def clash(self) -> tuple[Row, ...]:
        """The figures that the proof rests on."""
        return tuple(self.program.rows[at] for at in self.bound.support)


@dataclass(frozen=True, eq=False)
class Verified:
    """What is proved of some figures without, and with, taking a last bulletin as whole."""

    rung: Evidence | None
    reading: ProvedReading  # the one that bears the rung
    capped: bool = False  # it would be a contradiction if the bulletin said that it is whole
    sized: bool = False  # … if unseen stations were surely no larger than the seen


@dataclass(frozen=True)
class Grading:
    """What must be proved for a contradiction."""

    allowed: int  # sheets
    mean_ballots: float
    largest: int  # of the published figures

    def weakest(self, readings: tuple[tuple[Program, ...], ...]) -> Verified:
        """Return the weakest of the readings that nothing excludes."""
        best: Verified | None = None
        for voters, programs in enumerate(readings):
            one = self.verified(programs, bool(voters))
            if best is None or weight_of(one) < weight_of(best):
                best = one
            if best.rung is None:
                break
        assert best is not None
        return best

    def verified(self, programs: tuple[Program, ...], voters: bool = False) -> Verified:
        """Return what is proved: first without taking a bulletin as whole, then with it."""
        sure = ProvedReading(programs[0], bound_of(programs[0]), False, voters)
        rung = self.rung(sure)
        if rung is Evidence.CONTRADICTION and self._needs_most_seen(sure):
            return Verified(Evidence.DISCREPANCY, sure, sized=True)
        if rung is Evidence.CONTRADICTION or len(programs) == 1:
            return Verified(rung, sure)
        taken = ProvedReading(programs[1], bound_of(programs[1]), True, voters)
        with_it = self.rung(taken)
        if with_it is None:
            return Verified(rung, sure)
        return Verified(Evidence.DISCREPANCY, taken, capped=with_it is Evidence.CONTRADICTION)

    def _needs_most_seen(self, reading: ProvedReading) -> bool:
        """Whether it is no contradiction if unseen stations are larger than any that was seen.

        Those without a list are taken to hold at most what was seen; but the seen may be small
        ones: villages, or all but the stations abroad.
        """
        program, proof = reading.program, reading.bound.proofs[0]
        unseen = program.unseen
        sized = ~unseen.seen & (unseen.lists == 0) & (unseen.cap > 0)
        if not sized.any():
            return False
        larger = replace(
            program,
            unseen=replace(unseen, cap=np.where(sized, _LARGER * unseen.cap, unseen.cap)),
        )
        again = proved(larger, proof.multipliers, proof.scale, proof.cost, proof.room_multiplier)
        if again.bound == proof.bound:
            return False  # the proof makes no use of it
        weaker = ProvedReading(larger, bound_of(larger), reading.taken, reading.voters)
        return self.rung(weaker) is not Evidence.CONTRADICTION

    def rung(self, reading: ProvedReading) -> Evidence | None:
        """Return the rung that a proof reaches, None where it proves nothing."""
        bound = reading.bound
        if bound.misfit:
            # A vote for each figure that the proof rests on may be a slip of the pen.
            slips = sum(not row.of_stations for row in reading.clash)
            grave = bound.misfit > max(slips, self.largest // _SHARE)
            return Evidence.CONTRADICTION if grave else Evidence.DISCREPANCY
        if bound.sheets > self.allowed and bound.votes > (self.allowed * self.mean_ballots):
            return Evidence.CONTRADICTION
        return Evidence.DISCREPANCY if bound.sheets else None


def weight_of(one: Verified) -> tuple[int, tuple[int, int, int]]:
    """Return what puts proofs in order, from the weakest to the strongest."""
    order = (None, Evidence.DISCREPANCY, Evidence.CONTRADICTION)
    return order.index(one.rung), one.reading.bound.key
