"""Whatever the multipliers, nothing is proved of a world that is true: bad ones only prove less."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tallyverify import Registry
from tallyverify.feasibility import grading
from tallyverify.feasibility.proving.bounds import _nudged, _proof
from tallyverify.feasibility.proving.multipliers import solve
from tallyverify.feasibility.proving.program import Program
from tallyverify.feasibility.proving.proof import _free, _true, proved
from tests.helpers.cases import declared_of, report_of

LINES = ("valid", "null", "blank", "ballots")
Rows = list[dict[str, Any]]


def stations(seed: int, count: int) -> Rows:
    """Return what was truly counted at so many stations of two states."""
    rng, rows = np.random.default_rng(seed), []
    for at in range(count):
        a, b, c, null, blank = (int(x) for x in rng.integers(0, 60, 5))
        papers = a + b + c + null + blank
        rows.append(
            {
                "station": f"{at:03d}",
                "state": "NS"[at % 2],
                **{"A": a, "B": b, "C": c, "null": null, "blank": blank},
                **{"valid": a + b + c, "ballots": papers, "registered": papers + at},
            }
        )
    return rows


def row(rows: Rows, **more: Any) -> dict[str, Any]:
    sums = {name: sum(one[name] for one in rows) for name in ("A", "B", "C", *LINES)}
    return {"votes": {name: sums.pop(name) for name in "ABC"}, **sums, **more}


def by_state(rows: Rows, **more: Any) -> dict[str, Any]:
    states = [
        row([one for one in rows if one["state"] == name], area={"state": name}, **more)
        for name in "NS"
    ]
    return {"areas": [row(rows, **more), *states]}


def registry_of(rows: Rows) -> Registry:
    return Registry.of(
        [
            {
                "station": one["station"],
                "areas": {"state": one["state"]},
                "registered": one["registered"],
            }
            for one in rows
        ]
    )


def programs_of(monkeypatch: pytest.MonkeyPatch, rows: Rows, *args: Any) -> list[Program]:
    """Return every program of which something was to be proved."""
    asked: list[Program] = []
    bound_of = grading.bound_of

    def kept(program: Program) -> Any:
        asked.append(program)
        return bound_of(program)

    monkeypatch.setattr(grading, "bound_of", kept)
    report_of(rows, *args, checks="D312")
    return asked


def seen_whole() -> tuple[Any, ...]:
    rows = stations(1, 6)
    return rows, declared_of(by_state(rows, complete=True))


def seen_in_part() -> tuple[Any, ...]:
    rows = stations(2, 8)
    at_stations = {"stations": 8, "all_votes_at_stations": True}
    return rows[:5], declared_of(by_state(rows, complete=True), **at_stations), registry_of(rows)


def no_registry() -> tuple[Any, ...]:
    rows = stations(3, 8)
    voters = sum(one["registered"] for one in rows)
    said = declared_of(by_state(rows, complete=True), stations=8, registered=voters)
    return rows[:6], said


def in_two_parts() -> tuple[Any, ...]:
    rows = stations(4, 8)
    first, last = ({"areas": [row(some, stations=len(some))]} for some in (rows[1:5], rows))
    return rows, declared_of(first, last, stations=8), registry_of(rows)


def of_different_hours(**more: Any) -> tuple[Any, ...]:
    rows = stations(5, 8)
    states = [
        row([one for one in some if one["state"] == name], area={"state": name})
        for name, some in (("N", rows[:6]), ("S", rows[:3]))
    ]
    first = {"areas": [row(rows[:4]), *states]}
    return rows, declared_of(first, by_state(rows, complete=True), stations=8, **more)


def unseen_at_different_hours() -> tuple[Any, ...]:
    voters = sum(one["registered"] for one in stations(5, 8))
    rows, declared = of_different_hours(registered=voters)
    return rows[:6], declared


def beside_unread_figures() -> tuple[Any, ...]:
    rows = stations(6, 7)
    read = [{**one, "A": None, "valid": None} if at < 2 else one for at, one in enumerate(rows)]
    return read, declared_of(by_state(rows, complete=True), stations=7)


CASES = (
    seen_whole,
    seen_in_part,
    no_registry,
    in_two_parts,
    of_different_hours,
    unseen_at_different_hours,
    beside_unread_figures,
)


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_proved_of_what_is_true(monkeypatch: pytest.MonkeyPatch, case: Any) -> None:
    programs = programs_of(monkeypatch, *case())
    assert programs
    rng = np.random.default_rng(9)
    for program in programs[:3]:
        rows = len(program.rows)
        for turn in range(60):
            scale = int(rng.integers(1, 50))
            multipliers = rng.integers(-60, 61, rows) * (rng.random(rows) < (0.15, 0.5)[turn % 2])
            if turn % 4 == 3:  # of one sign, and as small as can be
                multipliers = np.sign(multipliers) ** 2 * (1 - turn % 8 // 4 * 2)
            room = int(rng.integers(0, 60)) * (turn % 3 == 0) * (program.room is not None)
            for cost in ("sheets", "votes", "nothing"):
                one = proved(program, multipliers, scale, cost, room)
                assert one.bound <= 0, (cost, multipliers, room)


@pytest.mark.parametrize("case", [no_registry, unseen_at_different_hours])
def test_a_station_may_hold_no_paper(monkeypatch: pytest.MonkeyPatch, case: Any) -> None:
    program = programs_of(monkeypatch, *case())[0]
    tables = program.weights(np.zeros(len(program.rows), dtype=np.int64), 0)
    cap, lists = np.array([5, 0]), np.array([9, 9])
    assert _free(program, tables, cap, lists, False, 3).tolist() == [0, 0]
    assert _free(program, tables, cap, lists, False, -2).tolist() == [-10, 0]


@pytest.mark.parametrize("case", [seen_whole, beside_unread_figures])
def test_a_sheet_is_weighed_by_its_bounds_at_the_least(
    monkeypatch: pytest.MonkeyPatch, case: Any
) -> None:
    (program, *_) = programs_of(monkeypatch, *case())
    rng = np.random.default_rng(4)
    for _ in range(20):
        multipliers = rng.integers(-9, 10, len(program.rows))
        for site in range(len(program.sites)):
            part = program.stations.take(program.stations.of_site(site))
            least, most = part.least[:][:, None, :], part.most[:][:, None, :]
            for table in program.weights(multipliers, site):
                by_bounds = np.where(table >= 0, least * table, most * table).sum(axis=2)
                assert (_true(program, table, part) >= by_bounds).all()


@pytest.mark.parametrize("more", [False, True])
def test_no_more_is_proved_than_what_is_wrong(monkeypatch: pytest.MonkeyPatch, more: bool) -> None:
    """Three sheets were altered, by votes for A that are missing or too many, and no other."""
    truth = stations(7, 8)
    read, votes = [dict(one) for one in truth], 0
    for one in read[:3]:
        by = one["registered"] + 9 - one["ballots"] if more else -one["A"]
        votes += abs(by)
        one |= {name: one[name] + by for name in ("A", "valid", "ballots")}
    declared = declared_of(by_state(truth, complete=True), stations=8, all_votes_at_stations=True)
    (program, *_) = programs_of(monkeypatch, read, declared)
    proofs = grading.bound_of(program).proofs
    assert 0 < proofs[0].least <= 3
    rng = np.random.default_rng(3)
    for proof in proofs:
        for turn in range(80):
            noise = rng.normal(1, 0.3, len(program.rows)) if turn % 2 else 1
            factor = (1, 1.5, 2, 5)[turn // 2 % 4]
            multipliers = np.rint(proof.multipliers * noise * factor).astype(np.int64)
            one = [
                proved(program, multipliers, proof.scale, cost, proof.room_multiplier)
                for cost in ("sheets", "votes", "nothing")
            ]
            assert one[0].bound <= 3 * proof.scale
            assert one[1].bound <= votes * proof.scale
            assert one[2].bound <= 0


def test_sharpening_moves_the_multipliers_of_stations_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = stations(4, 8)
    first, last = row(rows[1:5], stations=4), row(rows, stations=8)
    fewer = {"votes": {**first["votes"], "A": first["votes"]["A"] - 60}, "stations": 4}
    said = declared_of({"areas": [fewer]}, {"areas": [last]}, stations=8)
    program = programs_of(monkeypatch, rows, said, registry_of(rows))[0]
    found = solve(program, "votes")
    assert found is not None
    of_stations = np.array([one.of_stations for one in program.rows])
    assert found.multipliers[of_stations].any()
    off = replace(found, multipliers=found.multipliers * np.where(of_stations, 0.98, 1.0))
    before = _proof(program, off.multipliers, off.room, "votes")
    after = _nudged(program, off, before, "votes")
    assert before is not None
    assert after is not None
    assert before.bound / before.scale < found.cost - 1
    assert after.bound / after.scale == pytest.approx(found.cost, abs=0.5)
    kept = np.rint(off.multipliers * after.scale).astype(np.int64) == after.multipliers
    assert kept[~of_stations].all()
    assert not kept[of_stations & (off.multipliers != 0)].any()
