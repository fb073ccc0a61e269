"""What the checks of the family work out of a case, each thing once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.coverage import Kept
from tallyverify.facts import CaseFacts
from tallyverify.findings import number
from tallyverify.forensics.battery import TESTED, Battery, battery
from tallyverify.forensics.stations import Stations, stations_of
from tallyverify.sheets import MOST_STATIONS, Sheets

if TYPE_CHECKING:
    from tallyverify.arrays import Mask


def stations_for(kept: Kept, facts: CaseFacts) -> tuple[Stations | None, str]:
    """Return the stations of a case, or why there are none to look at."""
    sheets: Sheets = kept.rows
    if sheets.chunks is None:
        return None, (
            f"{number(sheets.rows)} stations: indicators keep all of them at once, up to "
            f"{number(MOST_STATIONS)}"
        )
    if "forensics" not in sheets.kept:
        sheets.kept["forensics"] = stations_of(sheets, facts) if sheets.rows else None
    found: Stations | None = sheets.kept["forensics"]
    if found is None or len(found) == 0:
        return None, "no station was seen with all its votes read"
    return (None, found.several_votes) if found.several_votes else (found, "")


def battery_of(kept: Kept, facts: CaseFacts) -> Battery | None:
    """Return the tests of a case, those of the checks that were asked; None without stations."""
    sheets: Sheets = kept.rows
    if "battery" not in sheets.kept:
        stations, _ = stations_for(kept, facts)
        codes = [code for code in TESTED if not facts.codes or code in facts.codes]
        sheets.kept["battery"] = (
            None if stations is None else battery(stations, codes=codes, seed=facts.seed)
        )
    found: Battery | None = sheets.kept["battery"]
    return found


def turnout_of(stations: Stations) -> tuple[Mask, str]:
    """Return the stations with turnout and ballots, or why turnout cannot be looked at."""
    there = stations.with_turnout & stations.with_ballots
    if np.isnan(stations.registered).all():
        return there, "the sheets do not say how many voters are registered"
    if np.isnan(stations.ballots).all():
        return there, "the sheets do not say how many ballots were cast"
    if not there.any():
        return there, "no station has a turnout between 0 and 100 %"
    return there, ""
