"""T215 and T216 exactly at their limits: how many rows, stations and voters are too many."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tallyverify import Evidence, Registry, Status
from tallyverify.checking import CaseFacts
from tallyverify.findings import CheckResult
from tallyverify.rules.as_read import AsRead
from tallyverify.rules.extent import T215, T216, extent, witnesses
from tests.helpers.cases import CONTEST, declared_of, nation


def reading(stations: int = 0, voters: int = 0, contested: int = 0, **rows: int) -> Any:
    """Return what was read, as far as these checks look into it."""
    noticed = {n: rows.pop(n, 0) for n in ("like_stations", "elsewhere", "filtered", "totals")}
    seen = SimpleNamespace(
        stations=SimpleNamespace(stations=stations, registered_seen=voters),
        totals=SimpleNamespace(sums={}),
    )
    return SimpleNamespace(
        seen=seen, rows=AsRead(**rows), noticed=SimpleNamespace(**noticed), contested=contested
    )


def there_are(registry: Registry | None = None, **declared: Any) -> CaseFacts:
    return CaseFacts(CONTEST, declared_of(nation(votes={"A": 1}), **declared), registry)


@pytest.mark.parametrize(
    ("declared", "evidence"),
    [(40, None), (39, Evidence.NOTE), (38, Evidence.NOTE), (37, Evidence.QUALITY)],
)
def test_more_stations_than_the_allowance_of_two(declared: int, evidence: Evidence | None) -> None:
    result = extent(T215, reading(40), there_are(stations=declared))
    assert [one.evidence for one in result.findings] == ([evidence] if evidence else [])
    for one in result.findings:
        assert (one.observed, one.expected, one.difference) == (40, declared, 40 - declared)
        assert one.arithmetic == f"40 − {declared} = {40 - declared}"
        assert one.message.startswith(f"40 stations on the sheets, and there are {declared}")
        assert ("rows stand twice" in one.message) == (evidence is Evidence.QUALITY)


@pytest.mark.parametrize(
    ("voters", "evidence"),
    [
        (900, None),
        (901, Evidence.NOTE),
        (1100, Evidence.NOTE),  # 1.1 × 900, and one sheet of ten that is allowed for: 110
        (1101, Evidence.QUALITY),
    ],
)
def test_lists_that_have_grown_by_more_than_a_tenth(voters: int, evidence: Evidence | None) -> None:
    result = extent(T215, reading(10, voters), there_are(registered=900))
    assert [one.evidence for one in result.findings] == ([evidence] if evidence else [])
    for one in result.findings:
        assert (one.observed, one.expected) == (voters, 900)


def test_what_there_is_is_the_most_that_is_declared_or_listed() -> None:
    listed = Registry.of([{"station": f"{at}", "registered": 50} for at in range(20)])
    some = Registry.of([{"station": "1", "registered": 50}, {"station": "2"}])

    def found(facts: CaseFacts) -> list[float | None]:
        return [one.expected for one in extent(T215, reading(90, 9000), facts).findings]

    assert found(there_are(listed)) == [20, 1000]
    assert found(there_are(listed, stations=30, registered=2000)) == [30, 2000]
    assert found(there_are(listed, stations=10, registered=500)) == [20, 1000]
    assert found(there_are(some)) == [2]  # not every list is known
    assert found(CaseFacts(CONTEST, None, listed)) == [20, 1000]
    assert found(there_are(stations=30)) == [30]
    nothing = extent(T215, reading(0, 0), there_are(stations=3))
    assert nothing.findings == ()
    assert extent(T215, reading(9), there_are()).status is Status.NOT_APPLICABLE
    assert extent(T215, reading(9), there_are(registered=1)).status is not Status.NOT_APPLICABLE


def silent_of(result: CheckResult) -> bool:
    return any("do not bear witness" in one.message for one in result.findings)


KINDS = ("unread", "silent", "illegible", "off", "contested")


@pytest.mark.parametrize("kind", [*KINDS, "like_stations", "elsewhere"])
@pytest.mark.parametrize(("count", "doubted"), [(10, False), (11, True)])
def test_more_than_a_tenth_of_the_stations_of_the_file(
    kind: str, count: int, doubted: bool
) -> None:
    own = kind not in KINDS  # these stand beside the rows that have figures
    result = witnesses(T216, reading(rows=100 - count * own, **{kind: count}), there_are())
    assert silent_of(result) is doubted
    assert result.statistic == count
    assert f"{count} " in result.reason
    if doubted:
        (finding,) = result.findings
        assert finding.evidence is Evidence.QUALITY
        assert (finding.observed, finding.expected, finding.difference) == (89, 100, -11)
        assert finding.message.startswith("11 of the file's 100 stations do not bear witness: 11 ")
        assert finding.arithmetic == "11 is more than a tenth of 100"


@pytest.mark.parametrize("kind", ["unread", "silent", "illegible"])
def test_half_of_a_few_rows_that_hold_no_legible_vote(kind: str) -> None:
    assert silent_of(witnesses(T216, reading(rows=5, **{kind: 3}), there_are()))
    assert not silent_of(witnesses(T216, reading(rows=6, **{kind: 3}), there_are()))


@pytest.mark.parametrize(("empty", "counts"), [(10, False), (11, True)])
def test_empty_rows_count_where_they_are_most(empty: int, counts: bool) -> None:
    result = witnesses(T216, reading(rows=10, empty=empty), there_are())
    assert silent_of(result) is counts
    assert result.statistic == (11 if counts else 0)
    assert ("11 are empty, or 0 throughout" in result.reason) is counts
    if counts:
        assert (result.findings[0].observed, result.findings[0].expected) == (10, 21)


def test_empty_rows_are_no_loss_where_the_sheets_hold_all_that_is_declared() -> None:
    whole = reading(rows=10, empty=11)
    whole.seen.totals.sums = {(name,): 9 for name in "ABC"}
    facts = CaseFacts(CONTEST, declared_of(nation(votes=dict.fromkeys("ABC", 9))))
    assert not silent_of(witnesses(T216, whole, facts))


@pytest.mark.parametrize(
    ("row", "stations", "seen", "more"),
    [
        ({"stations": 100}, None, 90, False),
        ({"stations": 100}, None, 89, True),
        ({"coverage": 0.5}, 200, 90, False),
        ({"coverage": 0.5}, 200, 89, True),
        ({"coverage": 0.5}, None, 90, True),
        ({"complete": True}, 100, 90, False),
        ({"complete": True}, 100, 89, True),
        ({"complete": False}, 100, 100, True),
        ({}, 100, 100, True),
        ({"stations": 50, "coverage": 1}, 100, 45, False),
        ({"stations": 50, "complete": True}, 100, 45, False),
    ],
)
def test_rows_without_votes_were_perhaps_not_loaded_yet(
    row: dict[str, Any], stations: int | None, seen: int, more: bool
) -> None:
    facts = CaseFacts(CONTEST, declared_of(nation(votes={"A": 1}, **row), stations=stations))
    result = witnesses(T216, reading(seen, rows=100, silent=11), facts)
    assert silent_of(result) is more
    assert result.statistic == (11 if more else 0)
    assert silent_of(witnesses(T216, reading(seen, rows=100, silent=11), CaseFacts(CONTEST)))


def test_the_last_bulletin_of_a_series_says_how_much_there_is() -> None:
    first, last = nation(votes={"A": 1}, stations=100), nation(votes={"A": 2}, stations=40)
    facts = CaseFacts(CONTEST, declared_of(first, last))
    assert not silent_of(witnesses(T216, reading(50, rows=100, silent=11), facts))
    facts = CaseFacts(CONTEST, declared_of(last, first))
    assert silent_of(witnesses(T216, reading(50, rows=100, silent=11), facts))


@pytest.mark.parametrize(
    ("rows", "totals", "like", "evidence"),
    [
        (5, 5, 0, Evidence.NOTE),
        (5, 6, 0, Evidence.QUALITY),
        (1, 2, 0, Evidence.NOTE),
        (1, 3, 0, Evidence.QUALITY),
        (1, 3, 1, Evidence.NOTE),
        (5, 0, 0, Evidence.NOTE),
    ],
)
def test_more_totals_than_stations_were_left_out(
    rows: int, totals: int, like: int, evidence: Evidence
) -> None:
    read = reading(rows=rows, totals=totals, filtered=7, like_stations=like)
    (finding,) = witnesses(T216, read, there_are()).findings
    assert finding.evidence is evidence
    assert finding.observed == totals
    words = f"{totals} row{'s' * (totals != 1)} left out as totals, 7 by what the mapping asks for"
    assert finding.message.startswith(words)
    assert finding.arithmetic == f"{rows} row{'s' * (rows != 1)} kept"
    assert finding.message.endswith("more totals than stations") is (evidence is Evidence.QUALITY)


def test_a_file_of_which_nothing_was_left_out_or_lost_is_passed() -> None:
    result = witnesses(T216, reading(rows=100), there_are())
    assert (result.findings, result.reason, result.statistic) == ((), "", 0)
    only = witnesses(T216, reading(rows=9, totals=1), there_are())
    assert len(only.findings) == 1
