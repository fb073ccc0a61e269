"""The main job on real files: what must come out, and what must not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tallyverify import (
    Case,
    Contest,
    Declared,
    Evidence,
    Registry,
    Report,
    Status,
    load_case,
    verify,
)
from tallyverify.compare import bounds
from tests.helpers.real import ELECTIONS, NEEDS_REALDATA, contest_of, path_of, table_of
from tests.helpers.tiers import slow_but

pytestmark = NEEDS_REALDATA
OTHERS = "rules,compare,inference"  # the indicators on these files: forensics/test_real.py
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "samples" / "venezuela-2024"


@cache
def venezuela(version: int, checks: str | None = OTHERS) -> Report:
    case = load_case(SAMPLE, actas=path_of(f"venezuela-2024-v{version}"))
    return verify(case, checks=checks)


def found(report: Report, code: str, candidate: str | None = None) -> dict[int, Evidence]:
    return {int(f.difference or 0): f.evidence for f in report.of(code) if f.candidate == candidate}


@pytest.mark.parametrize(
    "checks", [OTHERS, pytest.param(None, marks=pytest.mark.slow)], ids=["others", "every"]
)
def test_venezuela_shortfalls(checks: str | None) -> None:
    """../shared/data/README.md: what is true of the files and must come out."""
    report = venezuela(2, checks)
    assert report.verdict == "contradicted"
    assert report.exit_code == 1
    assert found(report, "D301", "EG") == {
        1_977_376: Evidence.CONTRADICTION,
        2_857_502: Evidence.CONTRADICTION,
    }
    # Bulletin 1 says that it holds 80 % of the actas: those it leaves out could hold the rest.
    assert found(report, "D301") == {828_488: Evidence.NOTE}


@pytest.mark.hours
@pytest.mark.parametrize("version", [1, 2])
def test_venezuela_rounded_percentages_in_bulletin_one_only(version: int) -> None:
    (finding,) = venezuela(version).of("D305")
    assert finding.evidence is Evidence.IMPROBABLE
    assert finding.message.startswith("bulletin 1,")
    assert venezuela(version).check("D305").pvalue == pytest.approx(9.9e-9, rel=0.01)


@pytest.mark.parametrize("version", slow_but([2], [1, 2]))
def test_venezuela_sheets_break_no_rule(version: int) -> None:
    report = venezuela(version)
    for result in report.answered:
        if result.family == "rules":
            assert result.status in (Status.PASSED, Status.NOT_APPLICABLE), result
    assert not [f for f in report.findings if f.code[0] in "RT"]


def test_venezuela_manski_bounds() -> None:
    """METHODS.md: 30,026 stations, unseen registered at the seen mean, full turnout."""
    table = table_of("venezuela-2024-v1")
    found = bounds(table, stations=30_026)
    assert found.unseen_votes == 3_974_089
    assert found.lead == 3_915_001  # unseen NM votes that a tie needs
    assert not found.settled
    # The declared registered voters leave fewer unseen than that mean does.
    assert bounds(table, registered=21_392_464).settled
    report = verify(load_case(SAMPLE, actas=path_of("venezuela-2024-v1")), checks="D310")
    assert report.check("D310").reason == "settled"


def bolivia_bulletins() -> Declared:
    """The three published stages, each as the bulletin that it was."""
    bulletins = []
    for name in ("trep1", "trep2", "final"):
        table = table_of(f"bolivia-2019-{name}")
        votes = {c: int(table.figure(c)[0].sum()) for c in table.contest.candidate_ids}
        lines = {n: int(table.figure(n)[0].sum()) for n in ("null", "blank")}
        whole = {"votes": votes, "valid": sum(votes.values()), "stations": len(table), **lines}
        bulletins.append({"id": name, "areas": [whole]})
    return Declared.model_validate(
        {"stations": 34_555, "registered": 7_315_364, "bulletins": bulletins}
    )


@pytest.mark.parametrize(
    "sheets",
    [
        "trep1",
        pytest.param("trep2", marks=pytest.mark.hours),
        pytest.param("final", marks=pytest.mark.hours),
    ],
)
def test_bolivia_honest_late_shift_is_not_accused(sheets: str) -> None:
    table = table_of(f"bolivia-2019-{sheets}")
    report = verify(Case(table.contest, table, bolivia_bulletins()), checks=OTHERS)
    assert report.verdict == "consistent"
    assert report.counts()["contradiction"] == 0
    assert {f.evidence for f in report.findings} == {Evidence.NOTE}


@pytest.mark.slow
def test_bolivia_without_any_word_on_coverage() -> None:
    data: dict[str, Any] = bolivia_bulletins().model_dump()
    for bulletin in data["bulletins"]:
        del bulletin["areas"][0]["stations"]
    table = table_of("bolivia-2019-final")
    report = verify(Case(table.contest, table, Declared.model_validate(data)), checks=OTHERS)
    assert report.verdict == "consistent"
    assert {f.evidence for f in report.findings} == {Evidence.NOTE}


def test_argentina_is_not_settled() -> None:
    """6,106 votes ahead; 2,611 mesas not loaded, 4 without a vote: incomplete is not false."""
    table = table_of("argentina-2017")
    stations = table.frame[["station"]].assign(registered=table.frame["registered"])
    registry = Registry(frame=stations)
    names = _argentine_names()
    votes = {names["UC"]: 3_229_194, names["CAMBIEMOS"]: 3_208_870}
    said = {"bulletins": [{"id": "definitive", "areas": [{"votes": votes}]}]}
    report = verify(
        Case(table.contest, table, Declared.model_validate(said), registry), checks=OTHERS
    )
    assert report.check("D310").reason == "not settled"
    assert report.of("D310")[0].observed == 6_106
    assert report.check("T206").statistic == 2_615
    assert report.verdict == "consistent"


def _argentine_names() -> dict[str, str]:
    """The candidates' ids of the test's contest, by their published first count."""
    table = table_of("argentina-2017")
    by_sum = {int(table.figure(c)[0].sum()): c for c in table.contest.candidate_ids}
    return {"UC": by_sum[3_095_177], "CAMBIEMOS": by_sum[3_089_071]}


@pytest.mark.parametrize("name", slow_but(["vermont-2020", "poland-2020-round2"], ELECTIONS))
def test_own_sums_as_the_declared_result_contradict_nothing(name: str) -> None:
    """Every election against the sum of its own sheets, whole and by first level of area."""
    table = table_of(name)
    frame = table.frame
    votes = {c: table.figure(c)[0] for c in table.contest.candidate_ids}
    areas = [{"votes": {c: int(v.sum()) for c, v in votes.items()}}]
    for area in sorted(a for a in frame[table.levels[0]].dropna().unique() if a):
        here = (frame[table.levels[0]] == area).to_numpy(dtype=bool, na_value=False)
        areas.append(
            {
                "area": {table.levels[0]: area},
                "votes": {c: int(v[here].sum()) for c, v in votes.items()},
            }
        )
    said = Declared.model_validate({"bulletins": [{"id": "sum", "areas": areas}]})
    report = verify(Case(contest_of(name), table, said), checks=OTHERS)
    assert report.verdict == "consistent"
    assert report.counts()["contradiction"] == report.counts()["improbable"] == 0
    assert report.counts()["anomaly"] == 0
    assert all(result.status != Status.ERROR for result in report.checks)


@pytest.mark.parametrize(
    ("election", "reason", "says"),
    [
        ("bolivia-2019-trep1", "not settled", "MAS - IPSP (MAS) 45.71 %"),
        ("bolivia-2019-final", "settled", "MAS - IPSP (MAS) wins outright: settled"),
    ],
)
def test_bolivia_is_settled_by_its_own_rule_only_when_all_is_counted(
    election: str, reason: str, says: str
) -> None:
    """../shared/data/README.md: 10.56 points in the end, 7.87 when the quick count stopped."""
    rule = {"kind": "lead", "share": 0.4, "lead": 0.1, "runoff": "the second round"}
    written = contest_of(election).model_dump(mode="json")
    contest = Contest.model_validate({**written, "rule": rule})
    known = {"registered": 7_315_364, "stations": 34_555, "bulletins": []}
    table = replace(table_of(election), contest=contest)
    report = verify(Case(contest, table, Declared.model_validate(known)), checks="D310")
    assert report.check("D310").reason == reason
    assert says in report.headline
