"""verify: run the catalogue over a case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from tallyverify._version import __version__
from tallyverify.case import Case, as_case
from tallyverify.checking import (
    CaseFacts,
    Check,
    Kept,
    Seen,
    Summarise,
    summarise_sheets,
)
from tallyverify.compare import materiality_of
from tallyverify.engine.all_checks import catalogue, select, wanted_of
from tallyverify.engine.capturing import all_together
from tallyverify.engine.folding import (
    Progress,
    doubt_of,
    find_suspects,
    fold_rows,
    reading_of,
)
from tallyverify.engine.left_out import left_out_of, summarise_counted, summarise_rows
from tallyverify.engine.verdict import verdict_of
from tallyverify.errors import InputError, RecordError, UnknownNameError
from tallyverify.feasibility import (
    CertificateInput,
    Feasibility,
    FeasibilitySection,
    MaterialitySection,
    certified,
    section_of,
    summarise_witnesses,
)
from tallyverify.findings import CheckResult
from tallyverify.forensics import ForensicSection, ForensicStudy
from tallyverify.inference import InferenceSection, InferenceStudy
from tallyverify.language import Language, Told, formula, speaking
from tallyverify.reconcile import CapturesHeld, summarise_actas
from tallyverify.report import (
    CoverageFacts,
    InputFile,
    LeftOutRows,
    LoggedTable,
    MappingUsed,
    Report,
    Totals,
    check_language,
    indicator_tests,
    summary_of,
)
from tallyverify.table import Repeats, file_rows_of
from tallyverify.taken import takes_input

Shown = TypeVar("Shown")


@takes_input
def verify(
    case: Case | str | Path,
    *,
    checks: str | Sequence[str] | None = None,
    progress: Progress | None = None,
    certify: bool = False,
    language: Language | None = None,
) -> Report:
    """Run the checks of the catalogue over a case and grade what they find.

    Parameters
    ----------
    case : Case or path
        The parts of the audit, e.g. from :func:`tallyverify.load_case`; or the case's folder.
    checks : str or sequence of str, optional
        Families (``rules``, ``compare``) and codes (``D301``); all by default.
    progress : callable, optional
        Called as ``progress(what, done, of)`` while it works: with rows of actas as they are read,
        then with checks as they are answered.
    certify : bool
        Also make a certificate of what is proved: ``Report.certificate``.
    language : {"en", "es"}, optional
        What the report is written in; by default what the case says, else English.

    Returns
    -------
    Report
        Verdict, every check with its status, and the findings.

    Raises
    ------
    InputError
        For an unknown check or language, or parts that do not fit each other.

    Notes
    -----
    Two passes over the actas. The first finds keys and votes that may stand twice; the second
    runs every check's fold. The report does not depend on the order of rows or on how many parts
    the actas come in.

    Examples
    --------
    >>> from tallyverify import load_case
    >>> verify(load_case("data/samples/clean"), checks="D301,D303").check("D301").status
    <Status.PASSED: 'passed'>
    """
    case = as_case(case)
    language = language or case.language or "en"
    check_language(language)
    asked = wanted_of(checks)
    chosen = select(asked)
    facts = case.facts
    tell = progress or (lambda what, done, of: None)
    suspects, source = find_suspects(case, tell)
    facts = replace(facts, source=source, codes=tuple(check.code for check in chosen))
    summaries, repeats, seen = fold_rows(case, facts, chosen, suspects, tell, log=True)
    rows_out = _rows_out(case, facts, summaries, repeats)
    doubt = doubt_of(summaries, repeats, facts)
    if case.captures and summarise_witnesses in summaries:
        own = summaries[summarise_witnesses]
        together = all_together(case, facts, chosen, seen, own, doubt, tell)
        summaries[summarise_witnesses], facts = together.rows, together.facts
    results = []
    for done, check in enumerate(chosen):
        tell(formula("{code} {name}", code=check.code, name=check.name), done, len(chosen))
        results.append(_concluded(check, summaries, repeats, seen, facts, doubt))
    sheets: Any = summaries.get(summarise_sheets)
    kept = Kept(seen, sheets)
    picture = _shown("inference", chosen, doubt, lambda: _estimated(kept, facts))
    indicators = _shown(
        "forensics", chosen, doubt, lambda: sheets.study(ForensicStudy, kept, facts).picture()
    )
    rows: Any = summaries.get(summarise_witnesses)
    worlds = _shown(
        "compare",
        chosen,
        doubt,
        lambda: section_of(rows.study(Feasibility, Kept(seen, rows), facts), facts),
    )
    asked_of = tuple(check for check in chosen if check.code == "D313")
    in_question = _shown(
        "compare", asked_of, doubt, lambda: materiality_of(Kept(seen, rows), facts)
    )
    captured: Any = summaries.get(summarise_actas)
    held = captured.held(facts) if captured is not None and captured.parts else None
    report = _report(
        case,
        asked,
        facts,
        chosen,
        results,
        seen,
        picture,
        indicators,
        worlds,
        in_question,
        held,
        doubt,
    ).with_rows_out(rows_out)
    if not certify or worlds is None or rows is None:
        return report.in_language(language)
    engine = rows.study(Feasibility, Kept(seen, rows), facts)
    certificate = certified(engine, rows, certificate_inputs(case))
    return report.model_copy(update={"certificate": certificate}).in_language(language)


_LISTED = 20
"""Stations that differ, listed in a report; reconcile.json has more."""


def certificate_inputs(case: Case) -> tuple[CertificateInput, ...]:
    """Return the files that a proof stands on; what case.json and mappings say stands in it."""
    return tuple(
        CertificateInput(role=one.role, name=one.name, sha256=one.sha256)
        for one in case.inputs
        if one.role not in ("case", "mapping", "concurrent")
    )


def _rows_out(
    case: Case, facts: CaseFacts, summaries: dict[Summarise, Any], repeats: Repeats
) -> LeftOutRows:
    """Return the rows that no sum holds; of other captures, those left out as they were read."""
    source = case.actas.source
    passed, counted = summaries.pop(summarise_rows), summaries.pop(summarise_counted)
    log = left_out_of(passed, counted, repeats, facts)
    others = [one.table for one in case.captures]
    return LeftOutRows(
        (
            LoggedTable("actas", source, counted.rows, log),
            *(LoggedTable("capture", t.source, file_rows_of(t), t.left_out) for t in others),
        )
    )


def _mappings_of(case: Case) -> tuple[MappingUsed, ...]:
    """Return by which mapping each table of the case was read."""
    tables = [("actas", case.actas.source)]
    tables += [("registry", case.registry.source)] if case.registry is not None else []
    tables += [("earlier", case.earlier.source)] if case.earlier is not None else []
    tables += [("concurrent", one.source) for one in case.contests]
    tables += [("capture", one.table.source) for one in case.captures]
    tables += [("declared", source) for source in case.declared_in]
    return tuple(
        MappingUsed(
            role=role,
            name=source.name,
            mapping=source.mapping,
            grouping=source.grouping,
            decimal=source.decimal,
        )
        for role, source in tables
        if source.mapping is not None
    )


@takes_input
def estimate_case(case: Case | str | Path, *, progress: Progress | None = None) -> InferenceSection:
    """Estimate the whole count of a case; the estimate is perhaps refused, with the reason.

    Parameters
    ----------
    case : Case or path
        The parts of the audit, or the case's folder.
    progress : callable, optional
        As for :func:`verify`.

    Returns
    -------
    InferenceSection

    Examples
    --------
    >>> estimate_case("data/samples/partial").estimate.unseen["stations"]
    450
    """
    case = as_case(case)
    tell = progress or (lambda what, done, of: None)
    chosen = select("inference")
    suspects, source = find_suspects(case, tell)
    facts = replace(case.facts, source=source)
    summaries, repeats, seen = fold_rows(case, facts, chosen, suspects, tell)
    unseen = InferenceStudy(Kept(seen, summaries[summarise_sheets]), facts)
    if unseen.study is None and unseen.kept.rows.chunks is not None:
        raise InputError(unseen.refused)
    picture = unseen.picture
    doubt = doubt_of(summaries, repeats, facts)
    if doubt and unseen.study is not None:
        return replace(picture, estimate=picture.estimate.refusing(doubt), curve=None)
    return picture


def _shown(
    family: str, chosen: tuple[Check, ...], doubt: str, show: Callable[[], Shown | None]
) -> Shown | None:
    """Return what there is to show of a family, if any of its checks was asked."""
    if doubt or not any(check.family == family for check in chosen):
        return None
    try:
        return show()
    except Exception:  # the checks of the family then show as broken; the others must stand
        return None


def _estimated(kept: Kept, facts: CaseFacts) -> InferenceSection | None:
    unseen = InferenceStudy.of(kept, facts)
    return unseen.picture if unseen.study is not None else None


def _concluded(
    check: Check,
    summaries: dict[Summarise, Any],
    repeats: Repeats,
    seen: Seen,
    facts: CaseFacts,
    doubt: str,
) -> CheckResult:
    if doubt and check.rows in ("once", "kept") and check.family != "rules":
        return check.not_applicable(doubt)
    summary: Any = None
    if check.rows == "repeated":
        summary = repeats
    elif check.rows == "reading":
        summary = reading_of(summaries, repeats, facts)
    elif check.rows == "kept" and check.summarise is not None:
        summary = Kept(seen, summaries[check.summarise])
    elif check.summarise is not None:
        summary = summaries[check.summarise]
    try:
        return check.conclude(check, summary, facts)
    except (RecordError, UnknownNameError) as error:
        # A finding that cannot be one, a figure that is not there.
        return check.failed(Told(_said_again, error))
    except InputError:
        raise  # what the user wrote, not what the check did
    except Exception as error:  # a check that breaks must show as broken, and hide no other
        with speaking("en"):  # a defect is told to whoever mends it
            return check.failed(f"{type(error).__name__}: {error}")


def _said_again(language: Language, error: InputError) -> str:
    """Return an error in a language: it was put into words where it was raised."""
    with speaking(language):
        return str(error.at(""))


def _report(
    case: Case,
    asked: tuple[str, ...] | None,
    facts: CaseFacts,
    chosen: tuple[Check, ...],
    results: list[CheckResult],
    seen: Seen,
    picture: InferenceSection | None,
    shown: ForensicSection | None,
    worlds: FeasibilitySection | None,
    in_question: MaterialitySection | None,
    held: CapturesHeld | None,
    doubt: str,
) -> Report:
    declared, registry = case.declared, case.registry
    expected = declared.all_stations if declared else None
    voters = declared.registered if declared else None
    if registry is not None:
        expected = len(registry) if expected is None else expected
        known = not registry.sizes[1].any()
        voters = registry.registered if voters is None and known else voters

    def total(line: str) -> int | None:
        return seen.totals.sum((line,)) if line in facts.lines else None

    # Within a rung, what concerns the declared result before what concerns single sheets.
    first = sorted(results, key=lambda result: result.family != "compare")
    order = {result.code: position for position, result in enumerate(first)}
    findings = sorted(
        (finding for result in results for finding in result.findings),
        key=lambda finding: (finding.evidence.rank, order[finding.code]),
    )
    answers = {result.code: result for result in results}
    report = Report(
        version=__version__,
        seed=case.seed,
        asked=asked,
        second_reading=case.second_readings is not None,
        allowance=case.allowance,
        capture=case.capture,
        supplied_by=case.supplied_by,
        sampling=case.sampling,
        inputs=tuple(
            InputFile(role=i.role, name=i.name, sha256=i.sha256, rows=i.rows) for i in case.inputs
        ),
        coverage=CoverageFacts(
            stations=seen.stations.stations,
            stations_expected=expected,
            registered=seen.stations.registered_seen if "registered" in facts.lines else None,
            registered_expected=voters,
        ),
        totals=Totals(
            valid=seen.totals.sum(facts.valid),
            null=total("null"),
            blank=total("blank"),
            ballots=seen.totals.sum(facts.ballots) if facts.ballots else None,
            registered=total("registered"),
            votes={name: seen.totals.sum((name,)) for name in facts.contest.candidate_ids},
        ),
        verdict=verdict_of(results, chosen, doubt),
        reason=doubt,
        checks=tuple(answers.get(check.code) or check.not_asked() for check in catalogue()),
        findings=tuple(findings),
        feasibility=worlds,
        materiality=in_question,
        reconcile=held.section(facts.support, _LISTED) if held is not None else None,
        estimate=picture.estimate.document() if picture is not None else None,
        indicators=indicator_tests(shown),
        contest=case.contest,
        declared=case.declared,
        mappings=_mappings_of(case),
        picture=picture,
        forensics=shown,
        captures=held,
    )
    return report.model_copy(update={"summary": summary_of(report)})
