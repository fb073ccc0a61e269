"""A registry with the votes of an earlier round, from its file to the verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallyverify import ActaTable, Case, Report, Status, load_case, verify
from tallyverify.inference import registry_from
from tallyverify.simulate import clean_election
from tests.forensics.test_swapped import exchanged, sixty_forty, two_rounds


def second_round() -> tuple[ActaTable, ActaTable]:
    """Return two rounds: of 1,200 stations, 60 are new in the second and 40 were closed."""
    first = clean_election(stations=1200, seed=8).table
    second = clean_election(stations=1200, seed=8, shares={"A": 0.5, "B": 0.45, "C": 0.05}).table
    frame = second.frame.copy()
    places = np.arange(0, 1200, 20)
    frame.loc[places, "station"] = [f"new/{place:04d}" for place in places]
    renamed = replace(second, frame=frame)
    return first, renamed.take(np.arange(1200) % 30 != 7)


@pytest.fixture(scope="module")
def report() -> Report:
    first, second = second_round()
    return verify(Case(second.contest, second, registry=registry_from(first, earlier=True)))


def test_no_check_breaks_on_an_earlier_round(report: Report) -> None:
    broken = {check.code: check.reason for check in report.checks if check.status is Status.ERROR}
    assert broken == {}


def test_forensics_answer_and_use_the_earlier_round(report: Report) -> None:
    for code in ("F501", "F502", "F504", "F510", "F511", "F512"):
        assert report.check(code).status in (Status.PASSED, Status.FLAGGED), code
    without = second_round()[1]
    alone = verify(Case(without.contest, without), checks="F512")
    assert alone.of("F512") != report.of("F512")


def test_beside_a_registry_or_without_one_the_earlier_round_is_the_same(report: Report) -> None:
    first, second = second_round()
    before = registry_from(first, earlier=True)
    alone = verify(Case(second.contest, second, earlier=before), checks="F512")
    assert alone.of("F512") == report.of("F512")
    assert alone.check("F512").statistic == report.check("F512").statistic


def test_the_registry_keeps_its_votes() -> None:
    """What an indicator works out is never written into the registry's own columns."""
    first, second = second_round()
    registry = registry_from(first, earlier=True)
    before = registry.frame.copy()
    verify(Case(second.contest, second, registry=registry), checks="forensics")
    assert registry.frame.equals(before)


MAPPING = {
    "station": "ID",
    "areas": {"province": "PROV", "town": "TOWN", "centre": "CENTRE"},
    "votes": {"A": "ANA", "B": "BERTO"},
}
BEFORE = {"station": "CODE", "votes": {name: name for name in "CDEF"}}


def case_folder(folder: Path, *, earlier: bool = True, seed: int = 5) -> list[str]:
    """Write a second round with twelve sheets exchanged, and the first with keys of its own.

    The first lost the zeros of its keys, has its rows in another order, lacks one station in twenty
    and has thirty that were closed; other candidates stood. Returns the keys of the exchanged.
    """
    votes, areas, first = two_rounds(seed, 3000)
    wrong = np.sort(sixty_forty(votes, seed, 12))
    keys = np.array([f"{at // 40:03d}/{at % 40 + 1:02d}" for at in range(3000)])
    places = {
        name: [f"{name[0]}{code}" for code in codes]
        for name, codes in zip(("PROV", "TOWN", "CENTRE"), areas, strict=True)
    }
    counts = exchanged(votes, wrong)
    now = pd.DataFrame({"ID": keys, **places, "ANA": counts[:, 0], "BERTO": counts[:, 1]})
    now.to_csv(folder / "now.csv", index=False)
    then = pd.DataFrame(
        {"CODE": [f"{at // 40}/{at % 40 + 1}" for at in range(3000)], **_options(first)}
    )
    then = then.drop(index=[at for at in range(0, 3000, 20) if at not in wrong])
    closed = pd.DataFrame({"CODE": [f"999/{at}" for at in range(30)], **_options(first[:30])})
    then = pd.concat([then, closed]).sample(frac=1, random_state=1)
    then.to_csv(folder / "then.csv", index=False)
    levels = ["province", "town", "centre"]
    ids = {"contest": "AB", "first": "CDEF"}
    for name, candidates in ids.items():
        named = {"id": name, "levels": levels, "candidates": [{"id": one} for one in candidates]}
        (folder / f"{name}.json").write_text(json.dumps(named))
    before = {"file": "then.csv", "contest": "first.json", "mapping": BEFORE}
    case: dict[str, Any] = {
        "contest": "contest.json",
        "actas": {"file": "now.csv", "mapping": MAPPING},
        **({"earlier": before} if earlier else {}),
    }
    (folder / "case.json").write_text(json.dumps(case))
    return [str(key) for key in keys[wrong]]


def _options(votes: Any) -> dict[str, Any]:
    return dict(zip("CDEF", votes.T, strict=True))


def test_swapped_tallies_from_a_folder_on_keys_of_both_rounds(tmp_path: Path) -> None:
    wrong = case_folder(tmp_path)
    report = verify(load_case(tmp_path), checks="F512")
    whole, *each = report.of("F512")
    assert whole.arithmetic.endswith(
        "2,851 of 3,000 stations are expected from an earlier election too, the others from their "
        "areas alone"
    )
    assert whole.observed is not None
    assert whole.observed >= 9  # of twelve; the deviation of the honest ones hides a few
    assert each
    assert {finding.station for finding in each} <= set(wrong)
    assert report.check("F512").status is Status.PASSED

    case_folder(tmp_path, earlier=False)
    alone = verify(load_case(tmp_path), checks="F512")
    (first, *_) = alone.of("F512")
    assert first.arithmetic.endswith("they are expected from their areas alone")
    assert first.observed is not None
    assert first.observed < whole.observed


def test_a_first_round_with_two_sheets_of_one_station_has_no_votes_for_it() -> None:
    first, second = second_round()
    twice = first.frame.iloc[[1]].copy()
    twice["A"] += 50

    def before(table: ActaTable) -> Any:
        return registry_from(table, earlier=True)

    more = replace(first, frame=pd.concat([first.frame, twice], ignore_index=True))
    turned = replace(first, frame=pd.concat([twice, first.frame], ignore_index=True))
    votes = before(more).frame.set_index("station")
    key = first.frame["station"][1]
    assert votes.filter(like="earlier ").loc[key].isna().all()
    assert votes.filter(like="earlier ").drop(key).notna().all(axis=None)
    same = [
        verify(Case(second.contest, second, earlier=before(table)), checks="F512").of("F512")
        for table in (more, turned)
    ]
    assert same[0] == same[1]
