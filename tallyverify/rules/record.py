"""R101–R105: the arithmetic of each sheet, from balances as data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from tallyverify.checking import CaseFacts, Check, first_rows
from tallyverify.findings import CheckResult, Evidence
from tallyverify.language import enumerated, number, told
from tallyverify.records import (
    STANDARD_BALANCES,
    Acta,
    Balance,
    TableOutcome,
    evaluate_table,
)
from tallyverify.table import ActaTable

_ASSUMES = told("the figures were read from the sheet as they stand there")


@dataclass(frozen=True)
class RuleSummary:
    """How the rows stand to one rule, and the failing rows to be listed."""

    judged: int
    failing: int
    still_open: int
    exempt: int
    examples: pd.DataFrame
    balances: tuple[Balance, ...]

    def __add__(self, other: RuleSummary) -> RuleSummary:
        return RuleSummary(
            self.judged + other.judged,
            self.failing + other.failing,
            self.still_open + other.still_open,
            self.exempt + other.exempt,
            first_rows([self.examples, other.examples]),
            tuple(dict.fromkeys(self.balances + other.balances)),
        )


def _applied(code: str, part: ActaTable) -> list[tuple[Balance, TableOutcome]]:
    forms = (
        [(own,) for own in part.contest.balances] if code == "R105" else [STANDARD_BALANCES[code]]
    )
    applied = []
    for form in forms:
        for balance in form:
            sheet = part.contest.on_sheet
            outcome = evaluate_table(balance, part.present, part.figure, sheet)
            if outcome is not None:
                applied.append((balance, outcome))
                break
    return applied


def summarise_rule(code: str, part: ActaTable, facts: CaseFacts) -> RuleSummary:
    """Apply a rule to every row of a part whose figures stand on one sheet."""
    if not part.one_sheet.all():
        part = part.take(part.one_sheet)
    columns = [*part.levels, "station", *part.figures, "row"]
    summary = RuleSummary(0, 0, 0, 0, part.frame.iloc[:0][columns].assign(balance=""), ())
    for balance, outcome in _applied(code, part):
        rows = part.frame.loc[outcome.fails, columns]
        one = RuleSummary(
            len(part) - int(outcome.open.sum()) - int(outcome.exempt.sum()),
            int(outcome.fails.sum()),
            int(outcome.open.sum()),
            int(outcome.exempt.sum()),
            first_rows([rows.assign(balance=balance.code)]),
            (balance,),
        )
        summary = summary + one
    return summary


def conclude(check: Check, summary: RuleSummary, facts: CaseFacts) -> CheckResult:
    """Turn the failing rows into findings."""
    code = check.code
    if not summary.balances:
        if code == "R105":
            return check.not_applicable(told("the contest has no balances of its own that apply"))
        lines = enumerated(STANDARD_BALANCES[code][0].terms)
        return check.not_applicable(
            told("the actas do not have the lines it needs ({lines})", lines=lines)
        )
    findings = []
    levels = facts.levels
    columns = [*levels, "station", *facts.lines, *facts.votes, "balance"]
    for values in summary.examples[columns].itertuples(index=False, name=None):
        row: dict[str, Any] = dict(zip(columns, values, strict=True))
        # Not validated: a name too odd for a record must not hide what its figures say.
        acta = Acta.model_construct(
            station=row["station"] or told("(none)"),
            areas={level: str(row[level]) for level in levels if pd.notna(row[level])},
            lines={name: _count(row[name]) for name in facts.lines},
            votes={name: _count(row[name]) for name in facts.votes},
        )
        broken = acta.broken(facts.contest)
        findings += [
            finding
            for finding, balance in zip(acta.check(facts.contest), broken, strict=True)
            if finding.code == code and balance.code == row["balance"]
        ]
    return check.result(
        findings, reason=_how_many(summary), statistic=summary.failing, found=summary.failing
    )


def _how_many(summary: RuleSummary) -> str:
    said = [
        told("{rows} judged", rows=number(summary.judged)),
        told("{rows} do not add up", rows=number(summary.failing)),
    ]
    if summary.still_open:
        rows = number(summary.still_open)
        said.append(told("{rows} not judged because a figure was not read", rows=rows))
    if summary.exempt:
        rows = number(summary.exempt)
        said.append(told("{rows} not judged: no registered voters stand on the sheet", rows=rows))
    return enumerated(said)


def _count(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


_TITLES = {
    "R101": (told("Candidates sum to valid votes"), told("options and valid votes")),
    "R102": (told("Parts sum to the ballots"), told("valid, null and ballots")),
    "R103": (
        told("Ballots within registered voters"),
        told("ballots (or their parts) and registered voters"),
    ),
    "R104": (
        told("Ballots within voters who signed"),
        told("ballots (or their parts) and voters who signed"),
    ),
    "R105": (told("The contest's own balances"), told("balances in the contest file")),
}

_FOLDS = {code: partial(summarise_rule, code) for code in _TITLES}
CHECKS = tuple(
    Check(
        code=code,
        name=name,
        family="rules",
        evidence=Evidence.QUALITY,
        summarise=_FOLDS[code],
        conclude=conclude,
        rows="every",
        needs=needs,
        assumptions=_ASSUMES,
    )
    for code, (name, needs) in _TITLES.items()
)
