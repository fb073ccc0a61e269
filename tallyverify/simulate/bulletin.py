"""A bulletin that declares exactly what the sheets hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from tallyverify.records import AreaResult, Bulletin
from tallyverify.table import ActaTable
from tallyverify.taken import takes_input

_TOTALS = ("registered", "ballots", "valid", "null", "blank")


@takes_input
def bulletin_of(
    table: ActaTable,
    *,
    id: str,
    issued: str = "",
    by: Sequence[str] = (),
    stations: int | None = None,
) -> Bulletin:
    """Sum a table up as a bulletin: the whole, then each area of the levels in ``by``.

    Parameters
    ----------
    table : ActaTable
        The sheets that the bulletin holds.
    id, issued : str
        Name and date of the bulletin.
    by : sequence of str
        Levels whose areas get results of their own. An area is named by all levels down to it.
    stations : int, optional
        Stations of the whole country; gives the whole its coverage, to four decimals.

    Returns
    -------
    Bulletin
        With counts of stations, voters and votes; percentages of valid votes, to two decimals,
        for the whole.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> table = clean_election(stations=50, seed=1).table
    >>> whole = bulletin_of(table, id="1", stations=100).of({})
    >>> whole.stations, whole.coverage, sum(whole.votes.values()) == whole.valid
    (50, 0.5, True)
    """
    names = table.contest.candidate_ids
    lines = [line for line in _TOTALS if line in table.lines]
    figures = {name: table.figure(name)[0] for name in (*lines, *names)}
    frame = pd.DataFrame(figures).assign(stations=1)
    for level in table.levels:
        frame[level] = table.frame[level].astype(object).to_numpy()

    def result(area: dict[str, str], sums: Any, **more: Any) -> AreaResult:
        given: dict[str, Any] = {name: int(sums[name]) for name in ("stations", *lines)}
        votes = {name: int(sums[name]) for name in names}
        return AreaResult(area=area, votes=votes, **given, **more)

    counts = [*lines, *names, "stations"]
    total = frame[counts].sum()
    cast = int(total[list(names)].sum())
    shares = {name: round(100 * int(total[name]) / cast, 2) for name in names if cast}
    coverage = None if stations is None else round(len(table) / stations, 4)
    areas = [result({}, total, percentages=shares, coverage=coverage)]
    for level in by:
        path = list(table.levels[: table.levels.index(level) + 1])
        for key, row in frame.groupby(path, sort=True)[counts].sum().iterrows():
            place = key if isinstance(key, tuple) else (key,)
            areas.append(result(dict(zip(path, map(str, place), strict=True)), row))
    return Bulletin(id=id, issued=issued, areas=tuple(areas))
