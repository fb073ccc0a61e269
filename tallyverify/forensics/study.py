"""What the checks of the family and the report work out of a case, each thing once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.checking import MOST_STATIONS, CaseFacts, Kept, Sheets
from tallyverify.forensics.calibration.battery import TESTED, Battery, battery
from tallyverify.forensics.indicator import Indicator
from tallyverify.forensics.places.homogeneity import homogeneity
from tallyverify.forensics.places.outlying import outlying_stations
from tallyverify.forensics.places.outlying_areas import OutlyingAreas, outlying_areas
from tallyverify.forensics.places.outlying_result import OutlyingStations
from tallyverify.forensics.places.swapped import swapped
from tallyverify.forensics.stations import Stations, stations_of
from tallyverify.forensics.turnout.association import turnout_share
from tallyverify.forensics.turnout.fingerprint import fingerprint
from tallyverify.forensics.turnout.full_stations import FullStations, full_stations
from tallyverify.forensics.turnout.klimek import klimek
from tallyverify.forensics.turnout.peak import FEWEST_AREAS, turnout_peak
from tallyverify.language import number, told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.arrays import Mask

DESCRIBED = ("F506", "F507", "F508", "F510", "F511", "F512")
"""Indicators without a null that holds for honest elections: never flagged, not adjusted for."""

_RECOVERIES = 10
_RESAMPLES = 200


@dataclass(frozen=True, eq=False)
class ForensicSection:
    """All that the report and the figures show of the family."""

    stations: Stations
    names: dict[str, str]  # of each candidate, as it is shown
    battery: Battery
    described: dict[str, Indicator]  # by code, those asked that did not refuse

    @property
    def leader(self) -> str:
        """The name of the candidate with most votes."""
        return self.names[self.stations.candidates[self.stations.ranked[0]]]


class ForensicStudy:
    """The stations of a case, or the reason against them; all else only where there is none."""

    stations: Stations  # whose votes were all read; not there where there is a reason

    def __init__(self, kept: Kept, facts: CaseFacts) -> None:
        # The sheets keep their studies, so these keep no sheets: memory is let go at once.
        sheets: Sheets = kept.rows
        self.facts = facts
        self.names = {name: facts.contest.display(name) for name in facts.contest.candidate_ids}
        self._described: dict[str, Indicator | str] = {}
        if sheets.chunks is None:
            self.reason: str = told(
                "{stations} stations: indicators keep all of them at once, up to {most}",
                stations=number(sheets.rows),
                most=number(MOST_STATIONS),
            )
        elif sheets.rows and len(stations := stations_of(sheets, facts)):
            self.stations, self.reason = stations, stations.several_votes
        else:
            self.reason = told("no station was seen with all its votes read")

    def asked(self, codes: tuple[str, ...]) -> list[str]:
        """Return those of the codes whose checks were asked."""
        return [code for code in codes if not self.facts.codes or code in self.facts.codes]

    @cached_property
    def battery(self) -> Battery:
        """The tests of the checks that were asked."""
        return battery(self.stations, codes=self.asked(TESTED), seed=self.facts.seed)

    def described(self, code: str) -> Indicator | str:
        """Return a description of the leader, or why there is none."""
        if code not in self._described:
            self._described[code] = self._worked_out(code)
        found = self._described[code]
        return found if isinstance(found, str) else found.refused or found

    def _worked_out(self, code: str) -> Indicator | str:
        stations, areas, seed = self.stations, self.stations.areas, self.facts.seed
        if code in ("F510", "F512"):
            if code == "F510" and not areas:
                return told("the actas have no areas, so no centres")
            if len(stations.candidates) < 2:
                return told("there is one candidate only")
            first, second = stations.ranked[:2]
            if code == "F510":
                return homogeneity(stations.votes[:, [first, second]], areas[-1])
            pair = first, second
            return swapped(stations.votes, pair=pair, areas=areas, earlier=stations.earlier)
        there, reason = turnout_of(stations)
        if reason:
            return reason
        votes, valid = stations.votes[there, stations.ranked[0]], stations.valid[there]
        ballots, registered = stations.ballots[there], stations.registered[there]
        if code == "F506":
            return fingerprint(votes, ballots, registered)
        if code == "F507":
            return klimek(votes, valid, registered, seed=seed, recoveries=_RECOVERIES)
        people = votes, valid, ballots, registered
        if code == "F508":
            area = next((one[there] for one in areas if one.max() >= FEWEST_AREAS - 1), None)
            return turnout_peak(*people, seed=seed, resamples=_RESAMPLES, area=area)
        return turnout_share(*people, area=[one[there] for one in areas] or None)

    @cached_property
    def full(self) -> FullStations:
        """The stations where everybody voted, or all for one."""
        return full_stations(self.stations)

    @cached_property
    def departing(self) -> tuple[OutlyingStations, OutlyingAreas] | None:
        """The stations and areas by how far they depart; None without areas."""
        stations = self.stations
        if not stations.areas:
            return None
        known = stations.with_turnout
        registered = np.where(known, stations.registered, 0).astype(np.int64)
        ballots = np.where(known, stations.turned_out, stations.valid).astype(np.int64)
        options: dict[str, Any] = {
            "areas": stations.areas,
            "registered": registered if known.any() else None,
            "ballots": ballots if known.any() else None,
            "candidates": [self.names[name] for name in stations.candidates],
            "area_names": stations.levels,
        }
        keys = [str(key) for key in stations.key]
        return (
            outlying_stations(stations.votes, station=keys, **options),
            outlying_areas(stations.votes, **options),
        )

    def picture(self) -> ForensicSection | None:
        """Return what there is to show; None where there are no stations to look at."""
        if self.reason:
            return None
        said = {code: self.described(code) for code in self.asked(DESCRIBED)}
        found = {code: one for code, one in said.items() if isinstance(one, Indicator)}
        return ForensicSection(self.stations, self.names, self.battery, found)


@takes_input
def turnout_of(stations: Stations) -> tuple[Mask, str]:
    """Return the stations with turnout and ballots, or why turnout cannot be looked at."""
    there = stations.with_turnout & stations.with_ballots
    if np.isnan(stations.registered).all():
        return there, told("the sheets do not say how many voters are registered")
    if np.isnan(stations.ballots).all():
        return there, told("the sheets do not say how many ballots were cast")
    if not there.any():
        return there, told("no station has a turnout between 0 and 100 %")
    return there, ""
