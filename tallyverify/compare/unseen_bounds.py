"""What the unseen stations could hold at the most: bounds that need no assumption about them."""

from __future__ import annotations

from math import ceil
from typing import Literal

import numpy as np

from tallyverify.checking import Bounds, Seen, bounds_of
from tallyverify.errors import InputError
from tallyverify.language import number, told
from tallyverify.table import ActaTable, Registry
from tallyverify.taken import takes_input


@takes_input
def bounds(
    table: ActaTable,
    *,
    registry: Registry | None = None,
    registered: int | None = None,
    stations: int | None = None,
    turnout_cap: float | Literal["observed"] = 1.0,
) -> Bounds:
    """Bound the result by what the unseen stations could hold at the most.

    Parameters
    ----------
    table : ActaTable
        The seen actas, each station once. Those that say nothing count as unseen.
    registry : Registry, optional
        All stations with their registered voters.
    registered : int, optional
        Registered voters of the whole country; used if there is no registry.
    stations : int, optional
        Stations of the whole country; used if there is neither. The unseen ones are then taken
        to have the mean registered voters of the seen ones: an assumption, unlike the others.
    turnout_cap : float or "observed"
        Highest turnout that the unseen stations can have, as a fraction; ``"observed"`` is the
        99.9th percentile of the seen stations, an assumption too.

    Returns
    -------
    Bounds

    Raises
    ------
    InputError
        If nothing says how many voters the unseen stations have, or a number is out of bounds.

    Examples
    --------
    >>> import pandas as pd, tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> seen = tv.read_actas(pd.DataFrame(
    ...     {"station": ["1"], "registered": [150], "A": [60], "B": [40]}), contest=contest)
    >>> bounds(seen, registered=170)
    <Bounds: A leads B by 20 seen votes, 20 unseen; not settled>
    """
    from tallyverify.checking import CaseFacts, summarise_seen

    if turnout_cap != "observed" and not 0 <= turnout_cap <= 1:
        raise InputError(
            told("a turnout is a fraction from 0 to 1, not {given}", given=str(turnout_cap))
        )
    for name, given in (("registered", registered), ("stations", stations)):
        if given is not None and given < 0:
            raise InputError(
                told("{name} is a number of 0 or more, not {given}", name=name, given=str(given))
            )
    if turnout_cap == "observed" and "registered" not in table.lines:
        raise InputError(
            told(
                "the observed turnout needs a line 'registered' in the actas; give a fraction "
                "instead"
            )
        )
    facts = CaseFacts.of(table, registry)
    seen = summarise_seen(table, facts)
    voters, words = _unseen_voters(table, seen, registry, registered, stations)
    cap = _observed_cap(table, facts.valid) if turnout_cap == "observed" else turnout_cap
    votes = {name: seen.totals.sum((name,)) for name in table.contest.candidate_ids}
    return bounds_of(votes, ceil(round(voters * cap, 6)), words)


def _unseen_voters(
    table: ActaTable,
    seen: Seen,
    registry: Registry | None,
    registered: int | None,
    stations: int | None,
) -> tuple[float, str]:
    """Return how many voters the unseen stations have, and by what."""
    if registry is not None and not registry.sizes[1][~seen.stations.whole].any():
        voters = float(registry.sizes[0][~seen.stations.whole].sum())
        return voters, told("registered voters of the stations not seen")
    if registered is not None:
        voters = float(max(registered - seen.totals.used, 0))
        return voters, told("declared registered voters less those of the seen stations")
    if stations is not None and "registered" in table.lines and seen.stations.stations:
        unseen = stations - seen.stations.stations
        if unseen < 0:
            raise InputError(
                told(
                    "{seen} stations were seen, more than the {given} given",
                    seen=number(seen.stations.stations),
                    given=number(stations),
                )
            )
        known = (table.figure("registered")[0] > 0) & table.seen
        mean = seen.stations.registered_seen / max(int(known.sum()), 1)
        return unseen * mean, told(
            "stations not seen, each with the mean registered voters of the seen (assumed)"
        )
    raise InputError(
        told(
            "nothing says how many voters the unseen stations have; give a registry with "
            "registered voters, the registered voters of the country, or (with a line "
            "'registered' in the actas) the number of stations"
        )
    )


def _observed_cap(table: ActaTable, valid: tuple[str, ...]) -> float:
    registered = table.figure("registered")[0]
    known = (registered > 0) & table.seen & table.known("registered")
    votes, _ = table.group(valid)
    return float(min(np.quantile(votes[known] / registered[known], 0.999), 1.0))
