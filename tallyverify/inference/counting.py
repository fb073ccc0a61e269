"""I404: the order of counting, as a check of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.checks import Check
from tallyverify.coverage import Kept
from tallyverify.errors import TallyVerifyError
from tallyverify.facts import CaseFacts
from tallyverify.findings import CheckResult, Evidence, Finding, number, points
from tallyverify.inference.jump import Jump
from tallyverify.inference.order import OrderOfCounting, order_of_counting
from tallyverify.inference.order_text import parse_order
from tallyverify.sheets import Sheets, summarise_sheets

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Floats


_SMALL = 0.01
_FEWEST = 100


@dataclass(frozen=True, eq=False)
class CaseOrder:
    """The order of counting of a case, or why it says nothing."""

    pair: tuple[int, int] = (0, 1)  # the two with most seen votes
    whole: OrderOfCounting | None = None  # without a cut
    # at each bulletin that says how many stations it held
    cuts: tuple[tuple[str, OrderOfCounting], ...] = ()
    reason: str = ""


def order_of(kept: Kept, facts: CaseFacts) -> CaseOrder:
    """Return the order of counting of a case, worked out when it is first asked for."""
    sheets: Sheets = kept.rows
    if "order" not in sheets.kept:
        sheets.kept["order"] = _ordered(sheets, facts)
    found: CaseOrder = sheets.kept["order"]
    return found


def _ordered(sheets: Sheets, facts: CaseFacts) -> CaseOrder:
    if sheets.chunks is None:
        return CaseOrder(reason=f"{sheets.rows:,} stations are too many to be ordered at once")
    columns = sheets.columns
    if "order" not in columns:
        return CaseOrder(reason="the actas have no column that says when each was counted")
    read = columns["read"]
    votes = columns["votes"][read].astype(np.float64)
    if int(read.sum()) < _FEWEST or votes.shape[1] < 2:
        return CaseOrder(reason=f"fewer than {_FEWEST} stations, or one candidate only")
    try:
        position, _ = parse_order(columns["order"][read])
    except TallyVerifyError as error:
        return CaseOrder(reason=" ".join(str(error).split()))
    total = votes.sum(axis=0)
    first, second = (int(k) for k in np.argsort(-total, kind="stable")[:2])
    areas = _areas(columns, facts)[read]

    def asked(cut: float | None) -> OrderOfCounting:
        return order_of_counting(
            position,
            votes[:, first],
            votes[:, second],
            votes.sum(axis=1),
            areas,
            cut=cut,
            seed=facts.seed,
        )

    cuts = [(name, asked(cut)) for name, cut in _cuts(position, facts)]
    return CaseOrder((first, second), asked(None), tuple(cuts))


def _areas(columns: dict[str, Floats], facts: CaseFacts) -> Counts:
    """Codes of the smallest areas: equal codes have equal names at every level."""
    import pandas as pd

    code = np.zeros(len(columns["station"]), dtype=np.int64)
    for level in facts.levels:
        here, names = pd.factorize(columns[f"area:{level}"])
        code = pd.factorize(code * max(len(names), 1) + here)[0].astype(np.int64)
    return code


def _cuts(position: Floats, facts: CaseFacts) -> list[tuple[str, float]]:
    """Where each earlier bulletin stopped: the position of the station after its last."""
    ranked = np.sort(position[~np.isnan(position)])
    cuts = []
    for bulletin in facts.bulletins:
        row = bulletin.of({})
        if row is not None and row.stations is not None and 0 < row.stations < len(ranked):
            cuts.append((bulletin.id, float(ranked[row.stations])))
    return cuts


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Compare late stations with early ones of the same area, and look for jumps at bulletins.

    A late shift is a note whatever its size: rural stations report late, honestly.
    """
    found = order_of(kept, facts)
    whole = found.whole
    if whole is None:
        return check.not_applicable(found.reason)
    if whole.shift_pvalue is None and not found.cuts:
        return check.not_applicable(whole.shift_reason)
    names = facts.contest.candidate_ids
    first, second = (facts.label(names[k]) for k in found.pair)
    findings = [_shift(whole, names[found.pair[0]], first, second)]
    jumps = 0
    for bulletin, at in found.cuts:
        one, jumped = _jump(at, bulletin, names[found.pair[0]], first, second)
        findings.append(one)
        jumps += jumped
    small = whole.shift_pvalue is not None and whole.shift_pvalue < _SMALL
    reason = (
        whole.shift_reason
        if whole.shift_pvalue is None
        else f"late stations {'differ' if small else 'do not differ'} from early ones of their "
        f"areas (p = {whole.shift_pvalue:.3g})"
    )
    return check.result(
        findings,
        reason=f"{reason}; {jumps} of {len(found.cuts)} cuts with a jump",
        statistic=_rounded(whole.shift_within),
        pvalue=None if whole.shift_pvalue is None else round(whole.shift_pvalue, 6),
        effect=_rounded(whole.shift_raw),
        flagged=bool(small or jumps),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0


def _points(value: float | None) -> str:
    return "unknown" if value is None else points(value, sign="+")


def _shift(whole: OrderOfCounting, candidate: str, first: str, second: str) -> Finding:
    says = (
        f"the last {number(whole.late_stations)} of {number(whole.n)} stations to be counted: the "
        f"margin of {first} over {second} is {_points(whole.shift_raw)} points from that of the "
        f"others; their areas alone explain {_points(whole.shift_explained)}"
    )
    if whole.shift_pvalue is None:
        says += f"; within areas it cannot be told: {whole.shift_reason}"
    else:
        says += (
            f"; within areas it is {_points(whole.shift_within)} points (p = "
            f"{whole.shift_pvalue:.3g}). Late stations may differ honestly"
        )
    curve = whole.cumulative
    at = [int(k) for k in np.linspace(0, len(curve.counted) - 1, 6).round()]
    path = ", ".join(f"{100 * curve.counted[k]:.0f} %: {_points(curve.margin[k])}" for k in at)
    return Finding(
        code="I404",
        evidence=Evidence.NOTE,
        candidate=candidate,
        observed=_rounded(whole.shift_within),
        expected=0,
        difference=_rounded(whole.shift_within),
        message=says,
        arithmetic=f"margin so far by stations counted: {path}",
    )


def _jump(
    found: OrderOfCounting, bulletin: str, candidate: str, first: str, second: str
) -> tuple[Finding, bool]:
    raw, within = found.jump, found.jump_within
    told = [
        f"{words}: {_points(jump.jump)} points ({_points(jump.low)} to {_points(jump.high)}, "
        f"p = {jump.pvalue:.3g})"
        if jump is not None
        else f"{words}: not told, {reason}"
        for words, jump, reason in (
            ("jump", raw, found.jump_reason),
            ("less the margin of their areas", within, found.jump_within_reason),
        )
    ]
    judged: Jump | None = within if within is not None else raw
    jumped = judged is not None and judged.pvalue < _SMALL
    return (
        Finding(
            code="I404",
            evidence=Evidence.NOTE,
            candidate=candidate,
            observed=None if judged is None else _rounded(judged.jump),
            expected=0,
            difference=None if judged is None else _rounded(judged.jump),
            message=f"where bulletin {bulletin} stopped, the margin of {first} over {second} "
            f"{'jumps' if jumped else 'shows no jump'}",
            arithmetic="; ".join(told),
        ),
        jumped,
    )


I404 = Check(
    code="I404",
    name="Order of counting",
    family="inference",
    evidence=Evidence.NOTE,
    conclude=conclude,
    summarise=summarise_sheets,
    rows="kept",
    needs="actas with a column that says when each was counted (mapping.order)",
    assumptions="within an area, stations would report in an order that has nothing to do with "
    "their votes; without a jump, the margin changes smoothly with the count",
    reference="Idrobo, Kronick & Rodríguez (2022), JOP, 10.1086/719639; Calonico, Cattaneo & "
    "Titiunik (2014)",
)
