"""What there is to show of the indicators: the tests with their error, and the descriptions."""

from __future__ import annotations

from dataclasses import dataclass

from tallyverify.coverage import Kept
from tallyverify.facts import CaseFacts
from tallyverify.forensics.battery import Battery
from tallyverify.forensics.described import DESCRIBED, described
from tallyverify.forensics.of_case import battery_of, stations_for
from tallyverify.forensics.result import Indicator
from tallyverify.forensics.stations import Stations


@dataclass(frozen=True, eq=False)
class ForensicPicture:
    """All that the report and the figures show of the family.

    Attributes
    ----------
    stations : Stations
        What was looked at.
    names : dict of str to str
        Each candidate's name, as it is shown.
    battery : Battery
        The tests that were asked.
    described : dict of str to Indicator
        By code, the descriptions that were asked and did not refuse.
    """

    stations: Stations
    names: dict[str, str]
    battery: Battery
    described: dict[str, Indicator]


def forensic_picture(kept: Kept, facts: CaseFacts) -> ForensicPicture | None:
    """Return what there is to show; None where there are no stations to look at."""
    stations, _ = stations_for(kept, facts)
    battery = battery_of(kept, facts)
    if stations is None or battery is None:
        return None
    found: dict[str, Indicator] = {}
    for code in DESCRIBED:
        if not facts.codes or code in facts.codes:
            one, reason = described(code, kept, facts)
            if one is not None and not reason:
                found[code] = one
    names = {name: facts.contest.display(name) for name in facts.contest.candidate_ids}
    return ForensicPicture(stations, names, battery, found)
