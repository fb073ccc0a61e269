"""Stations that stand under two spellings of a key, with different figures: one, or two."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Registry
from tests.helpers.cases import declared_of, nation, report_of
from tests.helpers.tiers import costly

Row = dict[str, Any]
SPELLINGS = [str, "{}.0".format, " {:05d}".format, "{:06d}".format]


def _sheets(many: int = 200) -> list[Row]:
    return [
        {
            "station": f"{at:04d}",
            "state": f"S{at % 2}",
            "town": "x",
            "A": 150 + at * 7 % 90,
            "B": 140 + at * 11 % 80,
            "C": 30,
        }
        for at in range(1, many + 1)
    ]


def _again(row: Row, spelt: Any = str, **other: int) -> Row:
    """A sheet of the same station under another spelling, some of its votes others."""
    more = {name: row[name] + votes for name, votes in other.items()}
    return {**row, "station": spelt(int(row["station"])), **more}


def _votes(rows: list[Row], **more: int) -> dict[str, Any]:
    return {
        "complete": True,
        "votes": {name: sum(row[name] for row in rows) + more.get(name, 0) for name in "ABC"},
    }


WAYS = ("first", "second", "both")


def _found(
    rows: list[Row], counts: list[Row], registry: Registry | None = None, **more: int
) -> Any:
    """The report on these rows, where the result is that of the sheets which count, and more."""
    return report_of(rows, declared_of(nation(**_votes(counts, **more))), registry)


def _worlds(rows: list[Row], pairs: dict[int, Row], ways: list[str]) -> tuple[list[Row], list[Row]]:
    """All sheets of a file, and those that count in a world in which pairs are one station or two.

    ``ways``: for each pair which sheet counts.
    """
    way = dict(zip(pairs, ways, strict=True))
    counts = [row for at, row in enumerate(rows) if way.get(at) != "second"]
    return [*rows, *pairs.values()], counts + [pairs[at] for at in pairs if way[at] != "first"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("spelt", SPELLINGS)
def test_a_true_result_is_not_contradicted(spelt: Any, way: str) -> None:
    rows = _sheets()
    pairs = {at: _again(rows[at], spelt, A=at % 9 - 10, B=at % 5) for at in range(0, 200, 10)}
    every, counts = _worlds(rows, pairs, [way] * len(pairs))
    assert len(every) == 220
    report = _found(every, counts)
    assert report.verdict == "consistent"
    # The sums count each, as before, and the note says so.
    assert report.totals.votes["A"] == sum(row["A"] for row in every)
    assert "prove no more than if they were one" in report.of("T202")[0].message


@costly
@given(
    st.dictionaries(
        st.integers(0, 59),
        st.tuples(st.sampled_from(SPELLINGS), st.integers(-9, -1), st.integers(-9, 9)),
        min_size=1,
        max_size=30,
    ),
    st.data(),
)
def test_whichever_sheet_counts(found: dict[int, Any], data: Any) -> None:
    rows = _sheets(60)
    pairs = {at: _again(rows[at], spelt, A=a, B=b) for at, (spelt, a, b) in found.items()}
    ways = data.draw(st.lists(st.sampled_from(WAYS), min_size=len(pairs), max_size=len(pairs)))
    every, counts = _worlds(rows, pairs, ways)
    assert _found(data.draw(st.permutations(every)), counts).verdict == "consistent"


@pytest.mark.parametrize("way", WAYS)
def test_a_false_result_is_contradicted_all_the_same(way: str) -> None:
    rows = _sheets()
    pairs = {at: _again(rows[at], A=at % 9 - 10, B=at % 5) for at in range(0, 200, 10)}
    every, counts = _worlds(rows, pairs, [way] * len(pairs))
    # Fewer votes than are on the sheets that stand once, and on the least of the others.
    report = _found(every, counts, A=-12_000)
    assert report.verdict == "contradicted"


def test_one_spelling_that_both_have_proves_as_much_as_two() -> None:
    rows = _sheets()
    pairs = {at: _again(rows[at], A=at % 9 - 10) for at in range(0, 200, 20)}
    same = [{**row, "station": rows[at]["station"]} for at, row in pairs.items()]
    for less in (0, -2_000, -6_000, -12_000):
        spelt, equal = (
            _found(every, rows, A=less) for every in ([*rows, *pairs.values()], [*rows, *same])
        )
        assert spelt.verdict == equal.verdict, less


def test_keys_that_the_registry_lists_are_two_stations() -> None:
    rows = _sheets()
    pairs = {at: _again(rows[at], A=-5) for at in range(0, 200, 10)}
    every, counts = _worlds(rows, pairs, ["both"] * len(pairs))
    listed = Registry.of([{"station": row["station"]} for row in every])
    assert _found(every, counts, listed).verdict == "consistent"
    assert _found(every, rows, listed).verdict == "contradicted"


def test_keys_in_other_areas_are_other_stations() -> None:
    rows = _sheets()
    pairs = {at: {**_again(rows[at], A=-5), "town": "y"} for at in range(0, 200, 10)}
    every, counts = _worlds(rows, pairs, ["both"] * len(pairs))
    report = _found(every, counts)
    assert report.verdict == "consistent"
    assert report.of("T202")[0].message.endswith("they count as different stations")
    assert _found(every, rows).verdict == "contradicted"


def test_d313_names_the_other_sheet() -> None:
    rows = _sheets(20)
    other = _again(rows[3], A=-3)
    report = report_of([*rows, other])
    assert report.materiality is not None
    (kind,) = report.materiality.kinds
    assert (kind.kind, kind.sheets) == ("doubtful", 1)
    assert kind.candidates["A"].votes == other["A"]
    assert "its key spelt otherwise" in report.of("D313")[0].message
