"""From a file to a verdict by `init` and `verify`: a true result stands, a false one never does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tallyverify as tv
from tallyverify.proposals import propose_files
from tests.propose.missions import LANGUAGES, SHAPES, Truth, truth_of

ACCUSING = ("contradicted", "discrepant", "improbable")
TIMES = {"semicolons": 9}


def candidate_named(contest: tv.Contest, name: str) -> str:
    """Return the id of the one candidate whose id or name ends so."""
    (found,) = (
        one.id for one in contest.candidates if name in (one.id, (one.name or one.id)[-len(name) :])
    )
    return found


def declared_of(contest: tv.Contest, truth: Truth, shape: str, *, true: bool) -> dict[str, Any]:
    """Return what is declared of the sheets that count, or with half of the first's votes moved."""
    counts = [s for s in truth.stations if shape != "statuses" or s.status == truth.words.counted]
    ids = [candidate_named(contest, name) for name in truth.words.candidates]

    def row(stations: list[Any]) -> dict[str, Any]:
        votes = [TIMES.get(shape, 1) * count for count in truth.sums(stations)[:3]]
        if not true:
            moved = votes[0] // 2
            votes = [votes[0] - moved, votes[1] + moved, votes[2]]
        return {"valid": sum(votes), "votes": dict(zip(ids, votes, strict=True))}

    areas = [row(counts)]
    if contest.levels:
        level = contest.levels[0]
        for place, name in enumerate(truth.words.places):
            own = [one for one in counts if one.place == place]
            areas.append({"area": {level: name}, **row(own)})
    return {"bulletins": [{"id": "1", "complete": True, "areas": areas}]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_proposal_leads_to_the_right_verdict(tmp_path: Path, shape: str, language: str) -> None:
    truth = truth_of(LANGUAGES[language], seed=len(shape) + len(language))
    proposal = propose_files(SHAPES[shape](tmp_path, truth))
    proposal.write(tmp_path / "case")
    verdicts = {}
    for true in (True, False):
        declared = declared_of(proposal.contest, truth, shape, true=true)
        (tmp_path / "case" / "declared.json").write_text(json.dumps(declared), encoding="utf-8")
        report = tv.verify(tv.load_case(tmp_path / "case"), checks="rules,compare")
        verdicts[true] = report.verdict
        why = f"{report.verdict}: {report.reason}\n{proposal}\n{proposal.mapping}"
        assert report.verdict not in (ACCUSING if true else ("consistent",)), why
    assert verdicts[True] in ("consistent", "insufficient")
