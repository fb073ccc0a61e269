"""A pending sheet is in any bulletin or in none; its station may be counted without its votes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tallyverify import Case, InputError, Registry, read_actas, verify
from tallyverify.records import Mapping
from tests.helpers.cases import CONTEST, declared_of, nation, report_of

SHEETS = [
    {"station": f"{at:03d}", "A": 60 + 5 * at, "B": 40 + 3 * at, "C": 3 + at, "registered": 300}
    for at in range(12)
]


def wrong(held: slice, stations: int, pending: int) -> int:
    """Return how many sheets are wrong at least, of which the last so many are pending."""
    rows = [{**row, "st": "p" if at >= 12 - pending else "ok"} for at, row in enumerate(SHEETS)]
    mapping = Mapping.model_validate(
        {
            "station": "station",
            "lines": {"registered": "registered"},
            "votes": {name: name for name in "ABC"},
            "status": {"column": "st", "counted": ["ok"], "pending": ["p"]},
        }
    )
    table = read_actas(pd.DataFrame(rows), contest=CONTEST, mapping=mapping)
    votes = {name: sum(row[name] for row in SHEETS[held]) for name in "ABC"}
    row: dict[str, Any] = {"votes": votes, "stations": stations}
    said = declared_of(nation(**row), stations=12, all_votes_at_stations=True)
    section = verify(Case(CONTEST, table, said), checks="D312").feasibility
    assert section is not None
    return section.sheets_wrong[0]


@pytest.mark.parametrize(
    ("held", "stations", "pending", "fits"),
    [
        (slice(12), 12, 0, True),
        (slice(9), 12, 0, False),  # every station is counted, and so are its votes
        (slice(9), 12, 3, True),
        (slice(9), 9, 3, True),
        (slice(12), 12, 3, True),
        (slice(12), 9, 3, False),  # votes without a station that is counted
        (slice(8), 12, 3, False),
    ],
)
def test_stations_that_are_counted_with_or_without_votes(
    held: slice, stations: int, pending: int, fits: bool
) -> None:
    assert (wrong(held, stations, pending) == 0) is fits


@pytest.mark.parametrize(
    ("stations", "listed", "known"),
    [(13, 0, True), (12, 0, False), (11, 0, False), (13, 13, False), (14, 14, True)],
)
def test_an_annulled_station_that_no_sheet_shows(stations: int, listed: int, known: bool) -> None:
    """Its key may be one where stations are left that were not seen, or the registry has it."""
    registry = Registry.of([{"station": f"{at:03d}"} for at in range(listed)]) if listed else None
    said = declared_of(nation(votes={"A": 2000}), stations=stations, annulled=["013"])
    if known:
        assert report_of(SHEETS, said, registry, "D312").feasibility is not None
        return
    with pytest.raises(InputError, match="neither a sheet nor the registry has"):
        report_of(SHEETS, said, registry, "D312")
