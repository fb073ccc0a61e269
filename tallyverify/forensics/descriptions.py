"""F506–F508, F510–F512 as checks of a case: descriptions, which are never flagged."""

from __future__ import annotations

from tallyverify.checking import Check
from tallyverify.findings import CheckResult
from tallyverify.forensics.full_check import full_findings, full_sentence
from tallyverify.forensics.outlier_check import departing_findings
from tallyverify.forensics.places.homogeneity import Homogeneity
from tallyverify.forensics.places.swapped_result import Swapped
from tallyverify.forensics.study import ForensicStudy
from tallyverify.forensics.swapped_check import exchanged
from tallyverify.language import Language, Told, clauses, in_language, sentence, told


def described(check: Check, study: ForensicStudy) -> CheckResult:
    """Return a description of the leader, or of the areas, as a note."""
    found = study.described(check.code)
    full = full_findings(check, study) if check.code == "F506" else []
    if isinstance(found, str):
        # Who has all the votes of a station can be seen without a turnout.
        seen = [check.finding(full_sentence(study)), *full] if full else []
        return check.not_applicable(found, seen)
    effect = found.effect.value if found.effect else None
    reason, stations = told("a description, never flagged"), study.stations
    if isinstance(found, Swapped):
        findings, more = exchanged(check, found, study)
        reason = told("a description, never flagged: {more}", more=more)
    else:
        leader = stations.candidates[stations.ranked[0]]
        message = found.sentence(study.names[leader], *stations.levels[-1:])
        if check.code == "F506":
            message = clauses([message, full_sentence(study)])
        whole = check.finding(
            message,
            candidate=None if isinstance(found, Homogeneity) else leader,
            observed=effect,
            arithmetic=Told(_sentences, *found.warnings),
        )
        findings = [whole, *full]
        if isinstance(found, Homogeneity):
            findings += departing_findings(check, study)
    return check.result(
        findings, reason=reason, statistic=found.statistic, effect=effect, flagged=False
    )


def _sentences(language: Language, *warnings: str) -> str:
    """Return warnings as sentences, the last without its full stop."""
    said = [in_language(sentence(warning), language).rstrip(".") for warning in warnings]
    return ". ".join(said)
