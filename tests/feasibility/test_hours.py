"""Rows of a bulletin that may be of different hours, in a world in which they are not."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.helpers.cases import declared_of, report_of

LINES = ("valid", "null", "blank", "ballots")
STATES = ("S0", "S1", "S2", "S3")


def sheets(seed: int) -> list[dict[str, Any]]:
    drawn, rows = Random(seed), []
    for at in range(60):
        votes = {"A": drawn.randrange(20, 200), "B": drawn.randrange(20, 200)}
        votes["C"] = drawn.randrange(2, 30)
        row = {**votes, "null": drawn.randrange(12), "blank": drawn.randrange(9)}
        row["valid"] = sum(votes.values())
        row["ballots"] = row["valid"] + row["null"] + row["blank"]
        row["registered"] = row["valid"] + drawn.randrange(200, 400)
        rows.append({"state": STATES[at % 4], **row})
    return rows


def bulletin(rows: list[dict[str, Any]], **whole: Any) -> list[dict[str, Any]]:
    """Return what is declared of these sheets, for the country and by state."""

    def row(held: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        sums = {name: sum(one[name] for one in held) for name in ("A", "B", "C", *LINES)}
        return {"votes": {name: sums.pop(name) for name in "ABC"}, **sums, **more}

    by_state = [
        row([one for one in rows if one["state"] == state], area={"state": state})
        for state in STATES
    ]
    return [row(rows, **whole), *by_state]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_states_of_a_part_and_of_the_whole(seed: int) -> None:
    rows = sheets(seed)
    told = (
        {"areas": bulletin(rows[:45], coverage=0.75), "issued": "2030-05-05T23:00"},
        {"areas": bulletin(rows), "issued": "2030-05-06T10:00", "complete": True},
    )
    voters = sum(row["registered"] for row in rows)
    report = report_of(rows, declared_of(*told, stations=60, registered=voters))
    assert report.feasibility is not None
    assert (report.verdict, report.feasibility.sheets_wrong) == ("consistent", (0, 0))
