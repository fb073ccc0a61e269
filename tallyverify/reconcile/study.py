"""The captures of a case held beside its actas: worked out once for all checks and the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tallyverify.case import ACTAS
from tallyverify.checking import MOST_STATIONS, Capture, CaseFacts
from tallyverify.feasibility import default_allowance
from tallyverify.reconcile.agreement import Agreement, agreement_of
from tallyverify.reconcile.document import CapturesHeld
from tallyverify.reconcile.pair import Reconciliation
from tallyverify.reconcile.two_captures import reconcile_captures
from tallyverify.records import SourceKind
from tallyverify.table import ActaTable, together
from tallyverify.taken import takes_input


@dataclass(frozen=True)
class ComparedPair:
    """Two captures in the order in which they were made, as far as is known."""

    pair: Reconciliation
    announced: bool  # figures may change from the one to the other: of another stage, or hasty
    capture: Capture

    @property
    def corrected(self) -> bool:
        """Whether no more stations differ in votes than a correction of hasty figures changes."""
        most = default_allowance(self.pair.common, "provisional")
        return self.announced and self.pair.differ_in_votes <= most


@takes_input
@dataclass(frozen=True, eq=False)
class ActasKept:
    """The parts of the actas, kept where the case has captures to hold beside them."""

    rows: int
    parts: tuple[ActaTable, ...]
    _found: dict[str, Any] = field(default_factory=dict, repr=False)

    def __add__(self, other: ActasKept) -> ActasKept:
        rows = self.rows + other.rows
        return ActasKept(rows, self.parts + other.parts if rows <= MOST_STATIONS else ())

    @property
    def table(self) -> ActaTable:
        """All of them as one table."""
        return self.parts[0] if len(self.parts) == 1 else together(self.parts)

    def pairs(self, facts: CaseFacts) -> tuple[ComparedPair, ...]:
        """Return the actas beside each capture."""
        if "pairs" not in self._found:
            table = self.table
            self._found["pairs"] = tuple(_compared(table, one, facts) for one in facts.captures)
        found: tuple[ComparedPair, ...] = self._found["pairs"]
        return found

    def held(self, facts: CaseFacts) -> CapturesHeld:
        """Return all pairs, and the agreement of more than two."""
        return CapturesHeld(tuple(one.pair for one in self.pairs(facts)), self.agreement(facts))

    def agreement(self, facts: CaseFacts) -> Agreement | None:
        """Return what the actas and at least two further captures agree on; None for fewer."""
        if "agreement" not in self._found:
            self._found["agreement"] = _agreement(self.table, facts)
        found: Agreement | None = self._found["agreement"]
        return found


@takes_input
def summarise_actas(part: ActaTable, facts: CaseFacts) -> ActasKept:
    """Keep a part, if there is anything to compare it with."""
    kept = bool(facts.captures) and max(len(part), facts.source.rows) <= MOST_STATIONS
    return ActasKept(len(part), (part,) if kept else ())


def _compared(table: ActaTable, capture: Capture, facts: CaseFacts) -> ComparedPair:
    own: SourceKind = "provisional" if facts.capture == "provisional" else "sheets"
    announced = (
        capture.stage != facts.stage or "provisional" in (own, capture.kind)
    ) and capture.kind != "lower_bound"
    # What was taken in haste came before what was not.
    if capture.kind == "provisional" and own != "provisional":
        named = Counter(capture.crosswalk.values())
        turned = {there: here for here, there in capture.crosswalk.items() if named[there] == 1}
        pair = reconcile_captures(
            capture.table,
            table,
            names=(capture.name, ACTAS),
            kinds=(capture.kind, own),
            tolerance=capture.tolerance,
            crosswalk=turned,
        )
    else:
        pair = reconcile_captures(
            table,
            capture.table,
            names=(ACTAS, capture.name),
            kinds=(own, capture.kind),
            tolerance=capture.tolerance,
            crosswalk=capture.crosswalk,
        )
    return ComparedPair(pair, announced, capture)


def _agreement(table: ActaTable, facts: CaseFacts) -> Agreement | None:
    # A lower bound agrees with everything that is not below it.
    sheets = [one for one in facts.captures if one.kind != "lower_bound"]
    if len(sheets) < 2:
        return None
    return agreement_of(
        {ACTAS: table, **{one.name: one.table for one in sheets}},
        {one.name: one.crosswalk for one in sheets},
    )
