"""Inference on real files: what is known to be true of them must come out, and nobody be accused.

Reference values: METHODS "Inference" and the data's own notes. Bolivia's final margin is 10.56
points; its first file alone says 7.87, a fill by polling place 10.09.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tallyverify import Case, Declared, Evidence, Registry, Report, Status, load_case, verify
from tallyverify.inference import Estimate, estimate, registry_from
from tallyverify.simulate import hide_stations
from tests.helpers.real import NEEDS_REALDATA, path_of, table_of
from tests.helpers.tiers import slow_but

pytestmark = NEEDS_REALDATA
OTHERS = "rules,compare,inference"  # the indicators have tests of their own
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "samples" / "venezuela-2024"
BOLIVIA = ("bolivia-2019-trep1", "bolivia-2019-trep2")


@cache
def bolivian_registry() -> Registry:
    """Keys, areas and registered voters of the final file, never its votes."""
    return registry_from(table_of("bolivia-2019-final"))


@cache
def bolivian_report(name: str) -> Report:
    final = table_of("bolivia-2019-final")
    votes = {k: int(final.figure(k)[0].sum()) for k in final.contest.candidate_ids}
    whole = {"votes": votes, "valid": sum(votes.values()), "coverage": 1}
    declared = Declared.model_validate(
        {
            "stations": 34_555,
            "registered": 7_315_364,
            "bulletins": [{"id": "final", "areas": [whole]}],
        }
    )
    return verify(Case(final.contest, table_of(name), declared, bolivian_registry()), checks=OTHERS)


def bolivian_estimate(name: str) -> Estimate:
    found: Estimate = bolivian_report(name).picture.estimate
    return found


@pytest.mark.parametrize("name", slow_but(BOLIVIA[:1], BOLIVIA))
def test_bolivia_final_margin_from_the_partial_file(name: str) -> None:
    margin = bolivian_estimate(name).margin
    assert margin is not None
    assert (margin.leader, margin.runner_up) == ("MAS", "CC")
    at = margin.interval
    assert at.low <= 0.1056 <= at.high
    assert abs(at.estimate - 0.1056) < 0.006
    assert at.high - at.low < 0.02


def test_bolivia_is_nearer_than_a_plain_fill() -> None:
    margin = bolivian_estimate(BOLIVIA[0]).margin
    assert margin is not None
    assert abs(margin.interval.estimate - 0.10565) < abs(0.1009 - 0.10565)


@pytest.mark.parametrize("name", slow_but(BOLIVIA[:1], BOLIVIA))
def test_bolivia_is_not_accused(name: str) -> None:
    report = bolivian_report(name)
    assert report.verdict == "consistent"
    assert {finding.evidence for finding in report.findings} == {Evidence.NOTE}
    reason = report.check("I401").reason
    assert reason.startswith("0 of 1 declared whole count outside the interval")


def test_bolivian_backtest_covers() -> None:
    rows = {row.pattern: row for row in bolivian_estimate(BOLIVIA[0]).backtest}
    assert set(rows) == {"random", "centres", "municipalities", "small", "learnt"}
    for row in rows.values():
        assert row.coverage >= 0.9, row


@pytest.mark.slow
def test_bolivian_keys_with_another_padding_are_found() -> None:
    frame = bolivian_registry().frame
    padded = Registry(frame=frame.assign(station="0" + frame["station"].astype(str)))
    answer = estimate(table_of(BOLIVIA[0]), padded)
    assert not answer.refused
    assert answer.shares == bolivian_estimate(BOLIVIA[0]).shares


@cache
def venezuelan_report() -> Report:
    return verify(load_case(SAMPLE, actas=path_of("venezuela-2024-v1")), checks=OTHERS)


@pytest.mark.slow
def test_venezuela_declared_shares_outside_intervals_and_bounds() -> None:
    """30,026 stations, 21,392,464 registered: published counts of both bulletins."""
    picture = venezuelan_report().picture
    found: Estimate = picture.estimate
    assert found.unseen == {"stations": 30_026 - 24_532, "registered": 21_392_464 - 17_745_239}
    assert [one.bulletin for one in picture.declared] == ["1", "2"]
    for one in picture.declared:
        for name in ("NM", "EG"):
            share, interval = one.shares[name], found.shares[name]
            assert not interval.low <= share <= interval.high
            assert found.bounds is not None
            assert not found.bounds.low[name] <= share <= found.bounds.high[name]
    assert found.settled


@pytest.mark.slow
def test_venezuela_required_shares_are_impossible() -> None:
    told = [f for f in venezuelan_report().of("I402") if "impossible" in f.message]
    assert {(f.message.split(":")[0], f.candidate) for f in told} == {
        ("bulletin 1", "EG"),
        ("bulletin 2", "EG"),
        ("bulletin 2", "NM"),
    }
    shares = {(f.message.split(":")[0], f.candidate): f.observed for f in told}
    # (6,408,844 − 3,241,461) / (12,335,884 − 10,659,128), by hand; published to six digits
    assert shares["bulletin 2", "NM"] == round(3_167_383 / 1_676_756, 5)
    assert shares["bulletin 2", "EG"] == round(-1_830_358 / 1_676_756, 5)
    for finding in venezuelan_report().of("I402"):
        assert finding.evidence is Evidence.NOTE


@pytest.mark.slow
def test_venezuela_no_estimate_accuses() -> None:
    """Sheets that somebody collected are no random sample: arithmetic contradicts, not this."""
    report = venezuelan_report()
    assert report.verdict == "contradicted"
    for finding in report.findings:
        if finding.code.startswith("I"):
            assert finding.evidence is Evidence.NOTE


@pytest.mark.slow
def test_argentina_zeros_are_unseen_and_nothing_is_settled() -> None:
    table = table_of("argentina-2017")
    assert "2,615 rows of the actas with no votes" in estimate(table).refused
    found = estimate(table, method="prediction", stations=len(table))
    assert found.unseen["stations"] == 2_615
    assert found.seen["stations"] == 34_593
    assert found.settled is False
    assert found.bounds is not None
    assert found.bounds.lead == 6_106
    assert found.bounds.unseen_votes > 6_106
    definitive = {"0574": 3_229_194, "0518": 3_208_870}
    said = {"bulletins": [{"id": "definitive", "areas": [{"votes": definitive, "coverage": 1}]}]}
    stations = registry_from(table)
    for registry in (None, stations):
        report = verify(
            Case(table.contest, table, Declared.model_validate(said), registry), checks=OTHERS
        )
        assert report.verdict == "consistent"
        assert {f.evidence for f in report.findings} <= {Evidence.NOTE, Evidence.QUALITY}


CLEAN = ("poland-2020-round1", "chile-2021")


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["random", "centres", "small"])
@pytest.mark.parametrize("name", CLEAN)
def test_clean_elections_are_not_accused(name: str, pattern: Any) -> None:
    """A fifth of the stations hidden and the truth declared; benchmarks/coverage.py does many."""
    whole = table_of(name)
    whole = whole.take(whole.seen)
    votes = {k: int(whole.figure(k)[0].sum()) for k in whole.contest.candidate_ids}
    declared = Declared.model_validate(
        {
            "stations": len(whole),
            "bulletins": [{"id": "truth", "areas": [{"votes": votes, "coverage": 1}]}],
        }
    )
    seen = hide_stations(whole, 0.2, seed=1, pattern=pattern)
    report = verify(
        Case(whole.contest, seen, declared, registry_from(whole)), checks="inference,compare"
    )
    assert report.counts()["contradiction"] == 0
    assert report.counts()["improbable"] == 0
    # One interval in twenty misses honestly, which is a note.
    assert report.check("I401").status is not Status.ERROR


@pytest.mark.slow
def test_the_order_of_rows_of_a_real_file_does_not_matter() -> None:
    table = table_of(BOLIVIA[1])
    rng = np.random.default_rng(3)
    mixed = replace(table, frame=table.frame.iloc[rng.permutation(len(table))])
    once, again = (
        estimate(part, bolivian_registry(), patterns=["random"], masks=10).to_json()
        for part in (table, mixed)
    )
    assert once == again
