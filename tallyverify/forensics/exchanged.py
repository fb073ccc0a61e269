"""F512 as a check of a case: a ranking for people who will look at the paper, never flagged.

An earlier election may be one of other voters, where stations were renumbered or redrawn; then
honest stations turn round too, always to the side of an exchange. Nothing in the sheets tells that,
so the function's p-value is not used here.
"""

from __future__ import annotations

import numpy as np

from tallyverify.checks import Check
from tallyverify.coverage import Kept
from tallyverify.facts import CaseFacts
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number
from tallyverify.forensics.described import described
from tallyverify.forensics.entry import entry
from tallyverify.forensics.of_case import stations_for
from tallyverify.forensics.stations import Stations
from tallyverify.forensics.swapped_result import Swapped

_MOST = 20
_WHOLE, _CERTAIN = 99.5, 995_000.0


def _conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    stations, reason = stations_for(kept, facts)
    if stations is None:
        return check.not_applicable(reason)
    found, reason = described("F512", kept, facts)
    if not isinstance(found, Swapped) or reason:
        return check.not_applicable(reason)
    names = [facts.contest.display(stations.candidates[k]) for k in found.pair]
    likely = _likely(found)
    said = [_whole(found, names)]
    said += [_station(row, found, stations, names) for row in likely]
    return check.result(
        said,
        reason=(
            f"a description, never flagged: {counted(int(found.flagged.sum()), 'station')} would "
            f"fit better exchanged, {number(len(likely))} with odds above even"
        ),
        statistic=found.statistic,
        effect=found.effect.value if found.effect else None,
        flagged=False,
    )


def _whole(found: Swapped, names: list[str]) -> Finding:
    flagged = int(found.flagged.sum())
    departs = "departs" if found.mirrored == 1 else "depart"
    return Finding(
        code="F512",
        evidence=Evidence.NOTE,
        observed=flagged,
        message=(
            f"{counted(flagged, 'station')} of {number(found.used)} would fit what is expected of "
            f"them better if the votes of {names[0]} and {names[1]} were exchanged; "
            f"{number(found.mirrored)} {departs} as far to the other side, where no exchange puts "
            "them"
        ),
        arithmetic=(
            f"honest stations are marked so at a rate of {100 * found.false_positive_rate:.3f} %; "
            f"an exchange would be seen at {100 * found.power:.0f} % of the stations, and would "
            f"more likely than not go unseen at {number(found.blind)}"
        ),
    )


def _likely(found: Swapped) -> list[int]:
    """Return the flagged stations that are likelier exchanged than not, the likeliest first."""
    rows = found.ranked(int(found.flagged.sum()) + _MOST)
    likely = rows["flagged"] & (rows["log_odds"] > 0)
    return [int(row) for row in rows["station"][likely]][:_MOST]


def _station(row: int, found: Swapped, stations: Stations, names: list[str]) -> Finding:
    first, second = (int(votes) for votes in found.votes[row])
    share = first / max(first + second, 1)
    return Finding(
        code="F512",
        evidence=Evidence.NOTE,
        station=str(stations.key[row]),
        observed=share,
        expected=float(found.expected[row]),
        difference=share - float(found.expected[row]),
        message=(
            f"station {stations.key[row]}: {number(first)} votes for {names[0]} and "
            f"{number(second)} for {names[1]}; odds of {_odds(found, row)} to 1 that they were "
            "exchanged on the way into the file, if one sheet in 10,000 is and the others depart "
            "as this election's do. The paper tells"
        ),
        arithmetic=(
            f"{100 * share:.1f} % as written, {100 * (1 - share):.1f} % exchanged, "
            f"{100 * float(found.expected[row]):.1f} % expected"
        ),
    )


def _odds(found: Swapped, row: int) -> str:
    odds = float(np.exp(min(found.log_odds[row], 700.0)))
    if odds >= _CERTAIN:
        return "more than a million"
    # Two digits: more are not known.
    return f"{odds:.2g}" if odds < _WHOLE else f"{round(odds, 1 - int(np.log10(odds))):,.0f}"


F512 = entry(
    "F512",
    "Swapped tallies",
    Evidence.NOTE,
    _conclude,
    needs="200 stations, areas; the better with an earlier election in the registry",
    assumptions="the tail of honest stations; an earlier election of the same voters",
    reference="Lange, Little & Taylor 1989 for the tail; ranked by odds",
)
