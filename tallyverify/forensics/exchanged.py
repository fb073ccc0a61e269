"""F512 as a check of a case: a test where an earlier election is known, else a description."""

from __future__ import annotations

import numpy as np

from tallyverify.checks import Check
from tallyverify.coverage import Kept
from tallyverify.facts import CaseFacts
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number
from tallyverify.forensics.battery import Probed
from tallyverify.forensics.described import described
from tallyverify.forensics.entry import entry
from tallyverify.forensics.of_case import battery_of, stations_for
from tallyverify.forensics.stations import Stations
from tallyverify.forensics.swapped import Swapped

__all__ = ["F512", "swapped_of"]

_MOST = 20


def swapped_of(kept: Kept, facts: CaseFacts) -> tuple[Swapped | None, Probed | None, str]:
    """Return the ranking, the test where there is one, or why there is none."""
    battery = battery_of(kept, facts)
    asked = battery.of("F512") if battery is not None else ()
    if asked:
        result = asked[0].result
        found = result if isinstance(result, Swapped) else None
        return found, asked[0], result.refused
    one, reason = described("F512", kept, facts)
    return (one if isinstance(one, Swapped) else None), None, reason


def _conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    stations, reason = stations_for(kept, facts)
    if stations is None:
        return check.not_applicable(reason)
    found, test, reason = swapped_of(kept, facts)
    if found is None or reason:
        return check.not_applicable(reason)
    flagged = test is not None and test.flagged
    names = [facts.contest.display(stations.candidates[k]) for k in found.pair]
    said = [_whole(found, test, names)]
    likely = _likely(found)
    said += [_station(row, found, stations, names) for row in likely]
    reason = f"{counted(int(found.flagged.sum()), 'station')} would fit better exchanged, "
    reason += f"{number(len(likely))} with odds above even"
    if test is None:
        reason += "; a description, since no earlier election is in the registry"
    return check.result(
        said,
        reason=reason,
        statistic=found.statistic,
        pvalue=None if test is None else test.adjusted,
        effect=found.effect.value if found.effect else None,
        flagged=flagged,
    )


def _whole(found: Swapped, test: Probed | None, names: list[str]) -> Finding:
    flagged = int(found.flagged.sum())
    departs = "departs" if found.mirrored == 1 else "depart"
    said = (
        f"{counted(flagged, 'station')} of {number(found.used)} would fit what is expected of them "
        f"better if the votes of {names[0]} and {names[1]} were exchanged; "
        f"{number(found.mirrored)} {departs} as far to the other side, where no exchange puts them"
    )
    if test is not None:
        said += f" (p = {found.pvalue or 0.0:.2g}, adjusted {test.adjusted or 0.0:.2g})"
    return Finding(
        code="F512",
        evidence=Evidence.ANOMALY if test is not None and test.flagged else Evidence.NOTE,
        observed=flagged,
        message=said,
        arithmetic=(
            f"honest stations are flagged at a rate of {100 * found.false_positive_rate:.3f} %; an "
            f"exchange would be seen at {100 * found.power:.0f} % of the stations, and would more "
            f"likely than not go unseen at {number(found.blind)}"
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
            "exchanged on the way into the file, if one sheet in 10,000 is. The paper tells"
        ),
        arithmetic=(
            f"{100 * share:.1f} % as written, {100 * (1 - share):.1f} % exchanged, "
            f"{100 * float(found.expected[row]):.1f} % expected"
        ),
    )


def _odds(found: Swapped, row: int) -> str:
    return f"{float(np.exp(min(found.log_odds[row], 700.0))):.2g}"


F512 = entry(
    "F512",
    "Swapped tallies",
    Evidence.ANOMALY,
    _conclude,
    needs="200 stations, areas; for a test, an earlier election in the registry",
    assumptions="honest stations depart from the expected as often to either side",
    reference="Lange, Little & Taylor 1989 for the tail; ranked by odds",
)
