"""The ladder: which finding moves the verdict to which word, and what each face shows of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any, get_args

import pytest

from tallyverify import Report, load_case, verify
from tallyverify.checking import Check
from tallyverify.engine import json_schema
from tallyverify.engine.verdict import verdict_of
from tallyverify.findings import Evidence, Finding, Verdict
from tallyverify.report.html import fragment
from tests.helpers.command import SAMPLES

MOVED_BY = {
    "contradiction": "contradicted",
    "improbable": "improbable",
    "discrepancy": "discrepant",
}
BELOW = ("anomaly", "quality", "note")


def unused(check: Check, summary: Any, facts: Any) -> Any:
    raise NotImplementedError


CHECK = Check(
    code="X999",
    name="Made up",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=unused,
    holds_sheets=True,
    needs="nothing",
    assumptions="none",
    reference="none",
)


def found(*rungs: str) -> list[Finding]:
    return [CHECK.finding(f"found: {rung}", evidence=Evidence(rung)) for rung in rungs]


def test_the_rungs_from_the_strongest_to_the_weakest() -> None:
    assert [str(rung) for rung in Evidence] == [*MOVED_BY, *BELOW]
    assert [rung.rank for rung in Evidence] == list(range(6))
    assert get_args(Verdict) == (*MOVED_BY.values(), "consistent", "insufficient")


@pytest.mark.parametrize(
    "rungs", [some for n in range(4) for some in combinations((*MOVED_BY, "note"), n)]
)
def test_the_strongest_finding_decides(rungs: tuple[str, ...]) -> None:
    result = CHECK.result(found(*reversed(rungs)))
    strongest = next((word for rung, word in MOVED_BY.items() if rung in rungs), "consistent")
    assert verdict_of([result], [CHECK]) == strongest
    assert [str(finding.evidence) for finding in result.findings] == list(rungs)


def test_what_lies_below_never_adds_up() -> None:
    assert verdict_of([CHECK.result(found(*BELOW * 20))], [CHECK]) == "consistent"
    assert verdict_of([CHECK.result(found("discrepancy") * 50)], [CHECK]) == "discrepant"


def test_a_discrepancy_is_told_even_where_others_could_not_answer() -> None:
    other = CHECK.failed("broke")
    assert verdict_of([other], [CHECK]) == "insufficient"
    assert verdict_of([other, CHECK.result(found("discrepancy"))], [CHECK]) == "discrepant"


NOTE_ONLY = replace(CHECK, code="X998", evidence=Evidence.NOTE, holds_sheets=False)
OF_DECLARED = replace(CHECK, code="X997", holds_sheets=False)


def test_only_checks_that_could_contradict_make_a_case_consistent() -> None:
    passed, silent = CHECK.result([]), CHECK.not_applicable("no data")
    chosen = [CHECK, OF_DECLARED, NOTE_ONLY]
    assert verdict_of([passed], chosen) == "consistent"
    assert verdict_of([CHECK.result(found("note"), flagged=True)], chosen) == "consistent"
    assert verdict_of([silent], chosen) == "insufficient"
    # That a declaration agrees with itself says nothing of sheets, where these were asked.
    assert verdict_of([silent, OF_DECLARED.result([])], chosen) == "insufficient"
    assert verdict_of([OF_DECLARED.result([])], [OF_DECLARED, NOTE_ONLY]) == "consistent"
    assert verdict_of([NOTE_ONLY.result([])], [OF_DECLARED, NOTE_ONLY]) == "insufficient"
    assert verdict_of([], []) == "insufficient"


def test_what_broke_might_have_contradicted() -> None:
    passed, chosen = CHECK.result([]), [CHECK, OF_DECLARED, NOTE_ONLY]
    assert verdict_of([passed, OF_DECLARED.failed("broke")], chosen) == "insufficient"
    assert verdict_of([passed, NOTE_ONLY.failed("broke")], chosen) == "consistent"
    strong = OF_DECLARED.result(found("contradiction"))
    assert verdict_of([CHECK.failed("broke"), strong], chosen) == "contradicted"


def test_in_doubt_only_what_the_declared_result_says_by_itself_is_left() -> None:
    assert verdict_of([CHECK.result([])], [CHECK], "which column is it?") == "insufficient"
    strong = OF_DECLARED.result(found("contradiction"))
    assert verdict_of([strong], [OF_DECLARED], "which column is it?") == "contradicted"


@pytest.fixture(scope="module")
def clean() -> Report:
    return verify(load_case(SAMPLES / "clean"), checks="compare")


@pytest.mark.parametrize(("rung", "verdict"), MOVED_BY.items())
def test_each_face_shows_it(clean: Report, rung: str, verdict: Any) -> None:
    (finding,) = found(rung)
    changes = {"verdict": verdict, "findings": (finding, *clean.findings)}
    report = clean.model_copy(update=changes)
    assert report.exit_code == (0 if verdict == "discrepant" else 1)
    assert f"1 {rung}" in repr(report)
    text = report.to_text(width=200, verbose=True)
    for part in (f"{verdict.upper()}", f"{rung} (1)", f"X999 found: {rung}"):
        assert part in text
    assert report.to_text(width=200).splitlines()[1].startswith(verdict.upper())
    for page in (report.to_html(), fragment(report)):
        assert f'<div class="verdict {verdict}"><p><b>{verdict}</b>' in page
        assert f">{rung.capitalize()} " in page
        assert f'<article class="{rung}" ' in page
        assert f".tv .{verdict}" in page
        assert f"--{rung}:#" in page
    assert f"<code>{rung}</code>" in report.to_html()
    assert report.to_frame()["evidence"].tolist()[0] == rung


def test_the_schema_knows_rung_and_verdict() -> None:
    schema = json_schema("report")
    assert schema["$defs"]["Evidence"]["enum"] == [str(rung) for rung in Evidence]
    assert schema["properties"]["verdict"]["enum"] == list(get_args(Verdict))
