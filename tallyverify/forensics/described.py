"""F506–F508, F510 and F511 as checks of a case: descriptions, which are never flagged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.checks import Check
from tallyverify.coverage import Kept
from tallyverify.facts import CaseFacts
from tallyverify.findings import CheckResult, Evidence, Finding, sentence
from tallyverify.forensics.association import turnout_share
from tallyverify.forensics.departing import departing_findings
from tallyverify.forensics.described_words import words_of
from tallyverify.forensics.entry import entry
from tallyverify.forensics.fingerprint import fingerprint
from tallyverify.forensics.homogeneity import Homogeneity, homogeneity
from tallyverify.forensics.klimek import klimek
from tallyverify.forensics.of_case import stations_for, turnout_of
from tallyverify.forensics.result import Indicator
from tallyverify.forensics.stations import Stations
from tallyverify.forensics.swapped import swapped
from tallyverify.forensics.turnout_peak import FEWEST_AREAS, turnout_peak
from tallyverify.sheets import Sheets

if TYPE_CHECKING:
    from tallyverify.arrays import Mask


_RECOVERIES = 10
_RESAMPLES = 200


DESCRIBED = ("F506", "F507", "F508", "F510", "F511", "F512")
"""Indicators without a null that holds for honest elections: never flagged, not adjusted for."""


def described(code: str, kept: Kept, facts: CaseFacts) -> tuple[Indicator | None, str]:
    """Return the description of a case's leader, worked out once, or why there is none."""
    sheets: Sheets = kept.rows
    stations, reason = stations_for(kept, facts)
    if stations is None:
        return None, reason
    if code not in sheets.kept:
        sheets.kept[code] = _worked_out(code, stations, facts.seed)
    found: Indicator | str = sheets.kept[code]
    return (None, found) if isinstance(found, str) else (found, found.refused)


def _fingerprint(stations: Stations, there: Mask, seed: int) -> Indicator:
    votes = stations.votes[there, stations.ranked[0]]
    return fingerprint(votes, stations.ballots[there], stations.registered[there])


def _klimek(stations: Stations, there: Mask, seed: int) -> Indicator:
    votes = stations.votes[there, stations.ranked[0]]
    return klimek(
        votes,
        stations.valid[there],
        stations.registered[there],
        seed=seed,
        recoveries=_RECOVERIES,
    )


def _turnout_peak(stations: Stations, there: Mask, seed: int) -> Indicator:
    return turnout_peak(
        stations.votes[there, stations.ranked[0]],
        stations.valid[there],
        stations.ballots[there],
        stations.registered[there],
        seed=seed,
        resamples=_RESAMPLES,
        area=next((c[there] for c in stations.areas if c.max() >= FEWEST_AREAS - 1), None),
    )


def _homogeneity(stations: Stations) -> Indicator | str:
    if not stations.areas:
        return "the actas have no areas, so no centres"
    if len(stations.candidates) < 2:
        return "there is one candidate only"
    return homogeneity(stations.votes[:, stations.ranked[:2]], stations.areas[-1])


def _turnout_share(stations: Stations, there: Mask, seed: int) -> Indicator:
    return turnout_share(
        stations.votes[there, stations.ranked[0]],
        stations.valid[there],
        stations.ballots[there],
        stations.registered[there],
        area=[codes[there] for codes in stations.areas] or None,
    )


def _swapped(stations: Stations) -> Indicator | str:
    if len(stations.candidates) < 2:
        return "there is one candidate only"
    first, second = stations.ranked[:2]
    return swapped(
        stations.votes, pair=(first, second), areas=stations.areas, earlier=stations.earlier
    )


_OF_TURNOUT = {
    "F506": _fingerprint,
    "F507": _klimek,
    "F508": _turnout_peak,
    "F511": _turnout_share,
}
_OF_AREAS = {"F510": _homogeneity, "F512": _swapped}


def _worked_out(code: str, stations: Stations, seed: int) -> Indicator | str:
    if code in _OF_AREAS:
        return _OF_AREAS[code](stations)
    there, reason = turnout_of(stations)
    return reason or _OF_TURNOUT[code](stations, there, seed)


def _described(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    found, reason = described(check.code, kept, facts)
    stations, _ = stations_for(kept, facts)
    if found is None or reason or stations is None:
        return check.not_applicable(reason)
    leader = stations.candidates[stations.ranked[0]]
    message = words_of(found, facts.contest.display(leader), stations.levels)
    finding = Finding(
        code=check.code,
        evidence=Evidence.NOTE,
        candidate=None if isinstance(found, Homogeneity) else leader,
        observed=found.effect.value if found.effect else None,
        message=message,
        arithmetic=". ".join(sentence(warning).rstrip(".") for warning in found.warnings),
    )
    more = departing_findings(kept, facts) if check.code == "F510" else []
    return check.result(
        [finding, *more],
        reason="a description, never flagged",
        statistic=found.statistic,
        effect=found.effect.value if found.effect else None,
        flagged=False,
    )


F506 = entry(
    "F506",
    "Fingerprint",
    Evidence.NOTE,
    _described,
    needs="registered voters and ballots; 100 stations of 100 voters",
    assumptions="none: a picture and two numbers",
    reference="Klimek et al. 2012",
)
F507 = entry(
    "F507",
    "Klimek fit",
    Evidence.NOTE,
    _described,
    needs="registered voters; 1,000 stations of 100 voters",
    assumptions="clean turnout and share are normal and of one kind, which unlike places are not",
    reference="Klimek et al. 2012",
)
F508 = entry(
    "F508",
    "Turnout-peak excess",
    Evidence.NOTE,
    _described,
    needs="registered voters and ballots; 1,000 stations; a clean peak of turnout below 80 %",
    assumptions="the leader's clean share does not depend on turnout, which is seldom true",
    reference="Shpilkin 2011; Kobak, Shpilkin & Pshenichnikov 2016",
)
F510 = entry(
    "F510",
    "Homogeneity within centres, and who departs",
    Evidence.NOTE,
    _described,
    needs="areas; 30 of the smallest with two stations or more",
    assumptions="voters are dealt to the stations of a centre blind to how they vote",
    reference="McCullagh & Nelder 1989, section 4.5",
)
F511 = entry(
    "F511",
    "Turnout and share",
    Evidence.NOTE,
    _described,
    needs="registered voters and ballots; 30 stations",
    assumptions="none: a correlation, which genuine sheets show too",
    reference="Kobak, Shpilkin & Pshenichnikov 2016",
)
