"""Unseen stations may be larger than any that was seen: no contradiction hangs on that."""

from __future__ import annotations

import pytest

from tallyverify import Case, Contest, Declared, read_actas, verify

CONTEST = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})


def verdict(seen: int, declared: dict[str, int], **more: int) -> str:
    """Hold a declared result against the small ones of 200 stations; the others are unseen."""
    rows = [
        {"station": f"{at:03d}", **{name: low + at % of for name, low, of in SHEETS}}
        for at in range(seen)
    ]
    said = {"stations": 200, **more}
    bulletin = {"id": "1", "areas": [{"complete": True, "votes": declared}]}
    case = Case(
        CONTEST,
        read_actas(rows_of(rows), contest=CONTEST),
        Declared.model_validate({**said, "bulletins": [bulletin]}),
    )
    return verify(case, checks="rules,compare").verdict


def rows_of(rows: list[dict[str, object]]) -> object:
    import pandas as pd

    return pd.DataFrame(rows)


@pytest.mark.parametrize("seen", [12, 40, 100, 150])
def test_where_the_small_ones_were_seen_nobody_is_accused(seen: int) -> None:
    true = {name: sum(low + at % of for at in range(seen)) for name, low, of in SHEETS}
    more = {"A": 190, "B": 120}
    large = {name: votes + (200 - seen) * more[name] for name, votes in true.items()}
    assert verdict(seen, large) in ("consistent", "discrepant")


def test_more_than_stations_many_times_as_large_could_hold_is_a_contradiction() -> None:
    true = {name: sum(low + at % of for at in range(150)) for name, low, of in SHEETS}
    assert verdict(150, {**true, "A": true["A"] + 50 * 1500}) == "contradicted"


def test_fewer_votes_than_were_seen_need_no_size_of_the_unseen() -> None:
    true = {name: sum(low + at % of for at in range(150)) for name, low, of in SHEETS}
    assert verdict(150, {**true, "A": true["A"] // 2}) == "contradicted"


SHEETS = (("A", 60, 31), ("B", 40, 23))  # no sheet is another's copy
