"""Words that the page and the terminal share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tallyverify.feasibility import OutcomeTold
from tallyverify.findings import CheckResult, Evidence, Finding, Status
from tallyverify.language import counted, number, sentence
from tallyverify.records import Outcome
from tallyverify.report.indicators import shown_elsewhere

if TYPE_CHECKING:
    from tallyverify.report.model import Report

VERDICTS: dict[str, str] = {
    "contradicted": "Published figures cannot all be true together.",
    "improbable": "Nothing is contradicted, but a stated probability model rejects.",
    "discrepant": "Published figures differ, by so little that a few wrong sheets explain it.",
    "consistent": "Nothing contradicts the declared result. That does not prove it true.",
    "insufficient": "There was not enough to hold the declared result against.",
}
_NOT_CLAIMED = (
    " A contradiction is not claimed: few votes would be wrong, or it hangs on a bulletin that "
    "does not say that it is the whole count."
)
_SLIP = "Published figures differ, by so little that a slip explains it."
_IN_DOUBT = "Until that is settled, nothing is held against the sheets."
_NOT_ASKED = "None of the checks that were asked for holds the declared result against the sheets."
_UNSETTLED = (
    "Whether all published figures can be true together was not settled: nothing was proved, and "
    "the search for a world in which they are ended without one."
)
_NO_BULLETIN = (
    " The declared result holds no bulletin yet: write down what was announced, whether that is "
    "the whole count (complete), what its coverage is a share of (coverage_basis), which count it "
    "belongs to (series), and what its percentages are of."
)
_HOLDING = ("compare", "inference")


def verdict_words(report: Report) -> str:
    """Return what a verdict means."""
    said = VERDICTS[report.verdict]
    if report.verdict == "insufficient" and not any(
        check.family in _HOLDING for check in report.answered
    ):
        said = _NOT_ASKED
    answer = report.feasibility
    if report.verdict == "insufficient" and answer is not None and answer.sheets_wrong == (0, None):
        said = _UNSETTLED
    if report.verdict == "discrepant" and answer is not None and answer.figures_exclude_each_other:
        said = _SLIP
    said += told_wrong(report)
    if report.reason:
        rest = _IN_DOUBT if report.verdict == "insufficient" else said
        said = f"{sentence(report.reason)} {rest}"
    if report.declared is not None and not report.declared.bulletins:
        said += _NO_BULLETIN
    return said


def beside_the_verdict(report: Report) -> str:
    """How many checks were asked, where it was not all; and anomalies, which never move it."""
    asked, every = len(report.answered), len(report.checks)
    said = "" if asked == every else f" {number(asked)} of {number(every)} checks asked."
    anomalies = sum(finding.evidence is Evidence.ANOMALY for finding in report.findings)
    if anomalies:
        said += f" {counted(anomalies, 'anomaly', 'anomalies')} beside it, which never move it."
    return said


def told_wrong(report: Report) -> str:
    """How many sheets would have to be wrong, and how many are allowed for."""
    found = report.feasibility
    if found is None or report.verdict not in ("contradicted", "discrepant"):
        return ""
    if found.figures_exclude_each_other:
        votes = counted(found.figures_exclude_each_other, "vote", "votes")
        helps = f" No number of wrong sheets helps: figures exclude each other by {votes}."
        return helps + by_default(report)
    least, allowed = found.sheets_wrong[0], found.allowance
    if not least:
        return by_default(report)
    said = (
        f" At least {number(least)} of the {counted(report.coverage.stations, 'sheet', 'sheets')} would have "
        f"to be wrong; {counted(allowed.sheets, 'is', 'are')} allowed for, as honest slips."
    )
    if report.verdict == "discrepant" and allowed.could_decide is not None:
        could = "could" if allowed.could_decide else "could not"
        said += f" The sheets that are allowed for {could} decide who leads here."
    if report.verdict == "discrepant" and least > allowed.sheets:
        said += _NOT_CLAIMED
    return said + by_default(report)


def by_default(report: Report) -> str:
    """Where the case sets the allowance, what the default would lead to."""
    allowed = report.feasibility.allowance if report.feasibility is not None else None
    if allowed is None or allowed.default_verdict is None:
        return ""
    usual = counted(allowed.default_sheets or 0, "wrong sheet", "wrong sheets")
    return (
        f" The case sets the allowance, to {number(allowed.sheets)}; by the default, {usual}, the "
        f"published figures would be {allowed.default_verdict}."
    )


ARITHMETIC = (
    "Arithmetic on the sheets, the same for every candidate: each one taken out, or corrected to "
    "whatever is worst between its figures' bounds. It does not say what ought to be annulled."
)


def outcome_of(report: Report, told: OutcomeTold | None) -> str:
    """Return what a count comes to in words; a dash where that is not asked."""
    if told is None:
        return "–"
    outcome = Outcome(told.winner, told.finalists)
    return report.contest.rule.outcome_words(outcome, report.contest.display)


def groups_of(report: Report) -> Iterator[tuple[Evidence, int, list[Finding]]]:
    """Return by rung how many findings there are, and those that are to be listed."""
    for rung in Evidence:
        found = [finding for finding in report.findings if finding.evidence is rung]
        if found:
            yield rung, len(found), [one for one in found if not shown_elsewhere(report, one)]


def rung_found(check: CheckResult) -> Evidence | None:
    """Return the rung on which a check's findings stand, None where it has none of its own."""
    return min((one.evidence for one in check.findings), key=lambda rung: rung.rank, default=None)


def status_word(check: CheckResult) -> str:
    """Return what became of a check: ``passed`` only where the answer is yes.

    ``flagged`` stands with the highest rung that was found, not the highest that there could be;
    what is only worth knowing is ``noted``, and a test of an indicator is flagged or not.
    """
    if check.status is Status.NOT_APPLICABLE:
        return "n/a"
    if check.status in (Status.NOT_ASKED, Status.ERROR):
        return str(check.status).replace("_", " ")
    rung = rung_found(check)
    if check.family == "forensics" and rung is Evidence.NOTE and check.evidence is not rung:
        return "not flagged"
    if rung is Evidence.NOTE:
        return "noted"
    if check.status is Status.PASSED:
        return "passed"
    return "flagged" if rung is None else f"flagged ({rung})"
