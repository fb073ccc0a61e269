"""F512 as a check of a case: a ranking for people who will look at the paper, never flagged.

An earlier election may be one of other voters, where stations were renumbered or redrawn; then
honest stations turn round too, always to the side of an exchange. Nothing in the sheets tells that,
so the function's p-value is not used here.
"""

from __future__ import annotations

import numpy as np

from tallyverify.checking import Check
from tallyverify.findings import Finding
from tallyverify.forensics.places.swapped_result import Swapped
from tallyverify.forensics.stations import Stations
from tallyverify.forensics.study import ForensicStudy
from tallyverify.language import clauses, formatted, number, paragraph, told, told_of

_MOST = 20
_WHOLE, _CERTAIN = 99.5, 995_000.0


def exchanged(check: Check, found: Swapped, study: ForensicStudy) -> tuple[list[Finding], str]:
    """Return a note on all stations and one on each that is likely exchanged, and their number."""
    stations = study.stations
    names = [study.names[stations.candidates[k]] for k in found.pair]
    likely, flagged = _likely(found), int(found.flagged.sum())
    whole = check.finding(
        clauses([_better(flagged, found, names), _other_side(found)]),
        observed=flagged,
        arithmetic=paragraph([_rates(found), _expected_from(stations)]),
    )
    each = [_station(check, row, found, str(stations.key[row]), names) for row in likely]
    return [whole, *each], told_of(
        flagged,
        "{count} station would fit better exchanged, {likely} with odds above even",
        "{count} stations would fit better exchanged, {likely} with odds above even",
        likely=number(len(likely)),
    )


def _better(flagged: int, found: Swapped, names: list[str]) -> str:
    """Return how many stations would fit better if their votes were exchanged."""
    return told_of(
        flagged,
        "{count} station of {used} would fit what is expected of them better if the votes of "
        "{first} and {second} were exchanged",
        "{count} stations of {used} would fit what is expected of them better if the votes of "
        "{first} and {second} were exchanged",
        used=number(found.used),
        first=names[0],
        second=names[1],
    )


def _other_side(found: Swapped) -> str:
    return told_of(
        found.mirrored,
        "{count} departs as far to the other side, where no exchange puts them",
        "{count} depart as far to the other side, where no exchange puts them",
    )


def _rates(found: Swapped) -> str:
    """Return how often honest stations are flagged, and exchanged ones, as a sentence."""
    return told(
        "honest stations are marked so at a rate of {rate} %; an exchange would be seen at "
        "{power} % of the stations, and would more likely than not go unseen at {blind}.",
        rate=formatted(100 * found.false_positive_rate, ".3f"),
        power=formatted(100 * found.power, ".0f"),
        blind=number(found.blind),
    )


def _expected_from(stations: Stations) -> str:
    """Return what a station's figures are expected from, besides those of its areas."""
    if stations.earlier is None:
        return told("No earlier election is known: they are expected from their areas alone")
    known = int((stations.earlier.sum(axis=1) > 0).sum())
    return told_of(
        len(stations),
        "{known} of {count} station are expected from an earlier election too, the others from "
        "their areas alone",
        "{known} of {count} stations are expected from an earlier election too, the others from "
        "their areas alone",
        known=number(known),
    )


def _likely(found: Swapped) -> list[int]:
    """Return the flagged stations that are likelier exchanged than not, the likeliest first."""
    rows = found.ranked(int(found.flagged.sum()) + _MOST)
    likely = rows["flagged"] & (rows["log_odds"] > 0)
    return [int(row) for row in rows["station"][likely]][:_MOST]


def _station(check: Check, row: int, found: Swapped, key: str, names: list[str]) -> Finding:
    first, second = (int(votes) for votes in found.votes[row])
    share, expected = first / max(first + second, 1), float(found.expected[row])
    return check.finding(
        told(
            "station {station}: {votes} votes for {name} and {others} for {other}; odds of {odds} "
            "to 1 that they were exchanged on the way into the file, if one sheet in 10,000 is and "
            "the others depart as this election's do. The paper tells",
            station=key,
            votes=number(first),
            name=names[0],
            others=number(second),
            other=names[1],
            odds=_odds(found, row),
        ),
        station=key,
        observed=share,
        expected=expected,
        arithmetic=told(
            "{share} % as written, {exchanged} % exchanged, {expected} % expected",
            share=formatted(100 * share, ".1f"),
            exchanged=formatted(100 * (1 - share), ".1f"),
            expected=formatted(100 * expected, ".1f"),
        ),
    )


def _odds(found: Swapped, row: int) -> str:
    odds = float(np.exp(min(found.log_odds[row], 700.0)))
    if odds >= _CERTAIN:
        return told("more than a million")
    # Two digits: more are not known.
    if odds < _WHOLE:
        return formatted(odds, ".2g")
    return formatted(round(odds, 1 - int(np.log10(odds))), ",.0f")
