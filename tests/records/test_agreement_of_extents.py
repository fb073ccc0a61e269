"""A bulletin that is complete holds all stations that there are, or cannot be meant so."""

from __future__ import annotations

import pytest

from tallyverify import Declared, InputError


def declared(stations: int, **more: object) -> Declared:
    row = {"complete": True, "stations": stations, "votes": {"A": 3, "B": 2}}
    return Declared.model_validate(
        {"stations": 1000, "bulletins": [{"id": "1", "areas": [row]}], **more}
    )


def test_complete_with_fewer_stations_is_refused() -> None:
    """An honest early bulletin, called complete by mistake, would end contradicted."""
    with pytest.raises(InputError, match="is complete and holds 800 of 1,000 stations: only one"):
        declared(800)


@pytest.mark.parametrize("stations", [996, 1000])
def test_a_few_stations_that_never_opened_are_no_conflict(stations: int) -> None:
    assert declared(stations).all_stations == 1000


def test_annulled_stations_may_lack() -> None:
    assert declared(800, annulled=200).all_stations == 1000
