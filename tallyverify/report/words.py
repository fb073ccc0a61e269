"""Words that the page and the terminal share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tallyverify.feasibility import OutcomeTold
from tallyverify.findings import CheckResult, Evidence, Finding, Status
from tallyverify.language import counted, formula, number, sentence, told, told_of
from tallyverify.records import Outcome
from tallyverify.report.indicators import shown_elsewhere

if TYPE_CHECKING:
    from tallyverify.report.model import Report

VERDICTS: dict[str, str] = {
    "contradicted": told("contradicted"),
    "improbable": told("improbable"),
    "discrepant": told("discrepant"),
    "consistent": told("consistent"),
    "insufficient": told("insufficient"),
}
HEADS: dict[str, str] = {
    "contradicted": told("CONTRADICTED"),
    "improbable": told("IMPROBABLE"),
    "discrepant": told("DISCREPANT"),
    "consistent": told("CONSISTENT"),
    "insufficient": told("INSUFFICIENT"),
}
"""Verdicts as they stand before their sentence."""

_MEANINGS: dict[str, str] = {
    "contradicted": told("published figures cannot all be true together."),
    "improbable": told("nothing is contradicted, but a stated probability model rejects."),
    "discrepant": told(
        "published figures differ, by so little that a few wrong sheets explain it."
    ),
    "consistent": told("nothing contradicts the declared result."),
    "insufficient": told("there was not enough to hold the declared result against."),
}
_NOT_CLAIMED = told(
    "A contradiction is not claimed: few votes would be wrong, or it hangs on a bulletin that "
    "does not say that it is the whole count."
)
_SLIP = told("published figures differ, by so little that a slip explains it.")
_IN_DOUBT = told("Until that is settled, nothing is held against the sheets.")
_NOT_ASKED = told(
    "none of the checks that were asked for holds the declared result against the sheets."
)
_UNSETTLED = told(
    "whether all published figures can be true together was not settled: nothing was proved, and "
    "the search for a world in which they are ended without one."
)
_NO_BULLETIN = told(
    "The declared result holds no bulletin yet: write down what was announced, whether that is "
    "the whole count (complete), what its coverage is a share of (coverage_basis), which count it "
    "belongs to (series), and what its percentages are of."
)
_HOLDING = ("compare", "inference")


def meaning_of(report: Report) -> list[str]:
    """Return what a verdict means, in sentences, of which the first begins small."""
    said = [_meaning(report), *told_wrong(report)]
    if report.verdict == "consistent":
        said.insert(1, not_proved_true(report))
    if report.reason:
        rest = [_IN_DOUBT] if report.verdict == "insufficient" else map(sentence, said)
        said = [formula("{reason}.", reason=report.reason), *rest]
    if report.declared is not None and not report.declared.bulletins:
        said.append(_NO_BULLETIN)
    return said


def not_proved_true(report: Report) -> str:
    """Say what a consistent verdict leaves open."""
    missing = (report.coverage.stations_expected or 0) - report.coverage.stations
    if missing > 0:
        return told(
            "That does not prove it true: of {stations} there is no sheet.",
            stations=counted(missing, "station", "stations"),
        )
    return told("That does not prove it true.")


def _meaning(report: Report) -> str:
    answer = report.feasibility
    if report.verdict == "insufficient":
        if answer is not None and answer.sheets_wrong == (0, None):
            return _UNSETTLED
        if not any(check.family in _HOLDING for check in report.answered):
            return _NOT_ASKED
    if report.verdict == "discrepant" and answer is not None and answer.figures_exclude_each_other:
        return _SLIP
    return _MEANINGS[report.verdict]


def beside_the_verdict(report: Report) -> list[str]:
    """How many checks were asked, where it was not all; and anomalies, which never move it."""
    asked, every = len(report.answered), len(report.checks)
    said: list[str] = []
    if asked != every:
        said.append(
            told(
                "Only {asked} of the {every} checks were run.",
                asked=number(asked),
                every=number(every),
            )
        )
    anomalies = sum(finding.evidence is Evidence.ANOMALY for finding in report.findings)
    if anomalies:
        beside = counted(anomalies, "anomaly", "anomalies")
        said.append(told("{anomalies} beside it, which never move it.", anomalies=beside))
    return said


def told_wrong(report: Report) -> list[str]:
    """How many sheets would have to be wrong, and how many are allowed for."""
    found = report.feasibility
    if found is None or report.verdict not in ("contradicted", "discrepant"):
        return []
    if found.figures_exclude_each_other:
        votes = counted(found.figures_exclude_each_other, "vote", "votes")
        helps = told(
            "No number of wrong sheets helps: figures exclude each other by {votes}.", votes=votes
        )
        return [helps, *by_default(report)]
    least, allowed = found.sheets_wrong[0], found.allowance
    if not least:
        return by_default(report)
    said: list[str] = [_least_wrong(least, found.sheets, allowed.sheets)]
    if report.verdict == "discrepant" and allowed.could_decide is not None:
        said.append(_DECIDING[allowed.could_decide])
    if report.verdict == "discrepant" and least > allowed.sheets:
        said.append(_NOT_CLAIMED)
    return said + by_default(report)


_DECIDING = {
    True: told("The sheets that are allowed for could decide who leads here."),
    False: told("The sheets that are allowed for could not decide who leads here."),
}


def _least_wrong(least: int, seen: int, allowed: int) -> str:
    return told_of(
        allowed,
        "For the declared figures to be true, at least {least} of the {sheets} would have to be "
        "wrong; {count} is allowed for, as an honest mistake.",
        "For the declared figures to be true, at least {least} of the {sheets} would have to be "
        "wrong; {count} are allowed for, as honest mistakes.",
        least=number(least),
        sheets=counted(seen, "sheet", "sheets"),
    )


def by_default(report: Report) -> list[str]:
    """Where the case sets the allowance, what the default would lead to."""
    allowed = report.feasibility.allowance if report.feasibility is not None else None
    if allowed is None or allowed.default_verdict is None:
        return []
    return [
        told(
            "The case sets the allowance, to {allowed}; by the default, {usual}, the published "
            "figures would be {verdict}.",
            allowed=number(allowed.sheets),
            usual=counted(allowed.default_sheets or 0, "wrong sheet", "wrong sheets"),
            verdict=VERDICTS[allowed.default_verdict],
        )
    ]


_PATTERNS: dict[str, str] = {
    "random": told("random"),
    "centres": told("centres"),
    "municipalities": told("municipalities"),
    "small": told("small"),
    "late": told("late"),
    "learnt": told("learnt"),
    "kinds": told("kinds"),
}


def pattern_word(pattern: str) -> str:
    """Return the word for a pattern in which a backtest hides stations."""
    return _PATTERNS.get(pattern, pattern)


ARITHMETIC = told(
    "Arithmetic on the sheets, the same for every candidate: each one taken out, or corrected to "
    "whatever is worst between its figures' bounds. It does not say what ought to be annulled."
)


def outcome_of(report: Report, found: OutcomeTold | None) -> str:
    """Return what a count comes to in words; a dash where that is not asked."""
    if found is None:
        return "–"
    outcome = Outcome(found.winner, found.finalists)
    return report.contest.rule.outcome_words(outcome, report.contest.display)


def groups_of(report: Report) -> Iterator[tuple[Evidence, int, list[Finding]]]:
    """Return by rung how many findings there are, and those that are to be listed."""
    for rung in Evidence:
        found = [finding for finding in report.findings if finding.evidence is rung]
        if found:
            yield rung, len(found), [one for one in found if not shown_elsewhere(report, one)]


def rung_word(rung: str, count: int = 1) -> str:
    """Return the word for a rung, of one finding on it or of so many."""
    words: dict[str, str] = {
        "contradiction": told_of(count, "contradiction", "contradiction"),
        "improbable": told_of(count, "improbable", "improbable"),
        "discrepancy": told_of(count, "discrepancy", "discrepancy"),
        "anomaly": told_of(count, "anomaly", "anomaly"),
        "quality": told("quality"),
        "note": told("note"),
    }
    return words[rung]


def rung_found(check: CheckResult) -> Evidence | None:
    """Return the rung on which a check's findings stand, None where it has none of its own."""
    return min((one.evidence for one in check.findings), key=lambda rung: rung.rank, default=None)


def became_of(check: CheckResult) -> str:
    """Return what became of a check, as a key: ``passed`` only where the answer is yes.

    What is only worth knowing is ``noted``, and a test of an indicator is flagged or not.
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
    return "passed" if check.status is Status.PASSED else "flagged"


def became_words(key: str, count: int = 1) -> str:
    """Return what became of one check in words, or of so many."""
    words: dict[str, str] = {
        "error": told_of(count, "error", "error"),
        "flagged": told_of(count, "flagged", "flagged"),
        "passed": told_of(count, "passed", "passed"),
        "noted": told_of(count, "noted", "noted"),
        "not flagged": told_of(count, "not flagged", "not flagged"),
        "n/a": told_of(count, "n/a", "n/a"),
        "not asked": told_of(count, "not asked", "not asked"),
    }
    return words[key]


def status_word(check: CheckResult, count: int = 1) -> str:
    """Return what became of a check, or of so many like it.

    ``flagged`` stands with the highest rung that was found, not the highest that there could be.
    """
    key, rung = became_of(check), rung_found(check)
    word = became_words(key, count)
    if key != "flagged" or rung is None:
        return word
    return formula("{flagged} ({rung})", flagged=word, rung=rung_word(rung))
