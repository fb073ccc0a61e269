"""Fuzz against truth: honest worlds are not accused, and no bound is above an integer oracle's."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify import Report, verify
from tests.helpers.oracle import IMPOSSIBLE, least_wrong
from tests.helpers.worlds import (
    ALTERATIONS,
    ON_SHEETS,
    STATED,
    Drawn,
    Seeded,
    World,
    allowed,
    altered,
    honest,
)

NOT_SHOWN = ("no world was shown in time", "the best world that was shown")


def of(world: World) -> Report:
    return verify(world.case, checks="rules,compare")


def wrong_of(report: Report) -> tuple[int, int]:
    """Return the least wrong sheets proved, and by how much figures exclude each other."""
    section = report.feasibility
    if section is None:
        return 0, 0
    return section.sheets_wrong[0], section.figures_exclude_each_other


def why_insufficient(report: Report) -> str:
    """Return why a case ended as insufficient, as one of a few reasons."""
    reason = report.check("D312").reason
    if any(words in reason for words in NOT_SHOWN):
        return "no world in time"
    return "valid line" if "R101" in reason else reason


def judged(world: World) -> tuple[Report, str]:
    """Verify an honest world; return what is wrong with the answer, if anything."""
    report = of(world)
    low, excluded = wrong_of(report)
    if report.verdict in ("contradicted", "improbable"):
        return report, f"accused: {report.verdict}"
    if world.strict and (excluded or low > world.touched):
        return report, f"{low} sheets proved wrong, {world.touched} were ({excluded})"
    if report.verdict == "insufficient" and why_insufficient(report) != "no world in time":
        one_side = "blank in valid on one side" in world.kinds
        if not (one_side and why_insufficient(report) == "valid line"):
            return report, why_insufficient(report)
    return report, ""


@settings(max_examples=50)
@given(st.data())
def test_an_honest_world_is_not_accused(data: st.DataObject) -> None:
    world = honest(Drawn(data), most=10)
    _, wrong = judged(world)
    assert not wrong, (wrong, world)


@pytest.mark.parametrize(
    ("seed", "of"),
    [
        (3500, "a group that is the sum of rounded votes"),
        (4595, "papers that no line tells on a sheet beyond its list"),
        (3724, "write-ins that on half of the sheets are as many as the blank votes"),
    ],
)
def test_worlds_of_which_too_much_was_proved(seed: int, of: str) -> None:
    kinds = [*ON_SHEETS, *STATED]
    kind = kinds[seed // 2 % len(kinds)] if seed % 2 else None
    report, wrong = judged(honest(Seeded(f"long5 {seed}"), 24, kind))
    assert (report.verdict, wrong) == ("consistent", ""), of


@settings(max_examples=60)
@given(st.data())
def test_no_bound_is_above_the_oracle_and_no_world_below(data: st.DataObject) -> None:
    world = altered(Drawn(data), most=6)
    least = least_wrong(world, seconds=5)
    if least is None:
        return
    report = of(world)
    low, excluded = wrong_of(report)
    assert low <= least, world
    assert not excluded or least == IMPOSSIBLE, world
    shown = shown_of(report)
    # Up to the allowance a world stands for any with as many.
    assert shown is None or least <= max(shown, allowed(len(world.sheets))), world


@pytest.mark.hours
def test_many_honest_worlds() -> None:
    kinds = [*ON_SHEETS, *STATED]
    wrong, silent = [], 0
    for seed in range(150):
        kind = kinds[seed // 2 % len(kinds)] if seed % 2 else None
        world = honest(Seeded(f"slow {seed}"), 24, kind)
        report, why = judged(world)
        silent += report.verdict == "insufficient"
        wrong += [(seed, kind, why)] if why else []
    assert wrong == []
    assert silent <= 0.06 * 150


@pytest.mark.hours
def test_many_altered_worlds() -> None:
    found: Counter[str] = Counter()
    for seed in range(150):
        world = altered(Seeded(f"slow {seed}"), list(ALTERATIONS)[seed % len(ALTERATIONS)], 12)
        least = least_wrong(world, seconds=10)
        if least is None:
            continue
        report = of(world)
        low, excluded = wrong_of(report)
        assert low <= least, seed
        assert not excluded or least == IMPOSSIBLE, seed
        high = shown_of(report)
        assert high is None or least <= max(high, allowed(len(world.sheets))), seed
        if not least:
            assert report.verdict == "consistent", seed
        found["impossible"] += least > 0
        found["proved"] += bool(least and (low or excluded))
        section = report.feasibility
        if least > allowed(len(world.sheets)) and section is not None and bears(world, report):
            found["beyond"] += 1
            found["contradicted"] += report.verdict == "contradicted"
    assert found["proved"] >= 0.95 * found["impossible"], found
    assert found["contradicted"] >= 0.85 * found["beyond"], found


def shown_of(report: Report) -> int | None:
    """Return how many sheets are wrong in the world that is shown.

    None where the last bulletin is only taken as the whole count: the oracle takes it so, while
    the engine may have shown a world in which it is not.
    """
    section = report.feasibility
    if section is None or any("is taken as the whole count" in one for one in section.assumptions):
        return None
    return section.sheets_wrong[1]


def bears(world: World, report: Report) -> bool:
    """Whether a contradiction can be claimed: nothing is taken as whole, and the votes are many."""
    section = report.feasibility
    assert section is not None
    if any("is taken as the whole count" in words for words in section.assumptions):
        return False
    if section.figures_exclude_each_other:
        return True
    mean = sum(station.papers for station in world.stations if station.seen) / len(world.sheets)
    return section.votes_wrong[0] > section.allowance.sheets * mean
