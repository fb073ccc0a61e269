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
from tallyverify.language import counted, number

_MOST = 20
_WHOLE, _CERTAIN = 99.5, 995_000.0


def exchanged(check: Check, found: Swapped, study: ForensicStudy) -> tuple[list[Finding], str]:
    """Return a note on all stations and one on each that is likely exchanged, and their number."""
    stations = study.stations
    names = [study.names[stations.candidates[k]] for k in found.pair]
    likely, flagged = _likely(found), int(found.flagged.sum())
    departs = "departs" if found.mirrored == 1 else "depart"
    whole = check.finding(
        f"{counted(flagged, 'station', 'stations')} of {number(found.used)} would fit what is expected of "
        f"them better if the votes of {names[0]} and {names[1]} were exchanged; "
        f"{number(found.mirrored)} {departs} as far to the other side, where no exchange puts them",
        observed=flagged,
        arithmetic=(
            f"honest stations are marked so at a rate of {100 * found.false_positive_rate:.3f} %; "
            f"an exchange would be seen at {100 * found.power:.0f} % of the stations, and would "
            f"more likely than not go unseen at {number(found.blind)}. {_expected_from(stations)}"
        ),
    )
    each = [_station(check, row, found, str(stations.key[row]), names) for row in likely]
    return [whole, *each], (
        f"{counted(flagged, 'station', 'stations')} would fit better exchanged, {number(len(likely))} with "
        "odds above even"
    )


def _expected_from(stations: Stations) -> str:
    """Return what a station's figures are expected from, besides those of its areas."""
    if stations.earlier is None:
        return "No earlier election is known: they are expected from their areas alone"
    known = int((stations.earlier.sum(axis=1) > 0).sum())
    return (
        f"{number(known)} of {counted(len(stations), 'station', 'stations')} are expected from an earlier "
        "election too, the others from their areas alone"
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
        f"station {key}: {number(first)} votes for {names[0]} and {number(second)} for {names[1]}; "
        f"odds of {_odds(found, row)} to 1 that they were exchanged on the way into the file, if "
        "one sheet in 10,000 is and the others depart as this election's do. The paper tells",
        station=key,
        observed=share,
        expected=expected,
        arithmetic=(
            f"{100 * share:.1f} % as written, {100 * (1 - share):.1f} % exchanged, "
            f"{100 * expected:.1f} % expected"
        ),
    )


def _odds(found: Swapped, row: int) -> str:
    odds = float(np.exp(min(found.log_odds[row], 700.0)))
    if odds >= _CERTAIN:
        return "more than a million"
    # Two digits: more are not known.
    return f"{odds:.2g}" if odds < _WHOLE else f"{round(odds, 1 - int(np.log10(odds))):,.0f}"
