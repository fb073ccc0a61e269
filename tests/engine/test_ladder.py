"""The ladder: which finding moves the verdict to which word, and what each face shows of it."""

from __future__ import annotations

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
