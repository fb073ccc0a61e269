"""Stations that are not published, rather those where one candidate did well."""

from __future__ import annotations

import numpy as np

from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.simulate.alter.sheets import Altered, Clean, sheets_of, truth_of
from tallyverify.taken import takes_input


@takes_input
def withhold(
    given: Clean,
    dose: float,
    *,
    seed: int,
    candidate: str | None = None,
    tilt: float = 1.0,
) -> Altered:
    """Hide stations, the more readily the better a candidate did there.

    Parameters
    ----------
    given, dose, seed : ActaTable or SimulatedElection, float from 0 to 1, int
        As in :func:`stuff`: all sheets, the share of stations to hide, and the seed.
    candidate : str, optional
        Whose good stations go missing; by default the one with most votes.
    tilt : float
        A station one standard deviation above another in the candidate's log-odds is hidden
        exp(tilt) times as readily; 0 hides at random, below 0 hides where the candidate did badly.

    Returns
    -------
    Altered
        Its table holds the published stations; its truth has all, ``altered`` where hidden.

    Raises
    ------
    InputError
        If an argument is out of range.

    See Also
    --------
    tallyverify.simulate.hide_stations : hides in patterns that do not look at the votes.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> found = withhold(clean_election(stations=200, seed=1), 0.2, seed=1)
    >>> found, len(found.table)
    (<Altered 'withheld': 40 of 200 stations>, 160)
    """
    if not np.isfinite(tilt):
        raise InputError(told("a tilt is a number"), found=str(tilt))
    sheets = sheets_of(given, dose, seed)
    place = sheets.place(candidate)
    own, whole = sheets.votes[:, place], sheets.votes.sum(axis=1)
    odds = np.log((own + 0.5) / (whole - own + 0.5))
    # Sorted sums are the same in whatever order the rows are.
    in_order = np.sort(odds)
    centre, spread = in_order.mean(), in_order.std()
    score = np.round((odds - centre) / spread, 9) if spread > 0 else np.zeros_like(odds)
    # Waiting times: the one with the larger rate is taken earlier (Efraimidis & Spirakis 2006).
    with np.errstate(divide="ignore"):
        waiting = np.log(-np.log(sheets.numbers("withheld"))) - tilt * score
    order = np.lexsort((sheets.table.spelt_hash, waiting))
    hidden = np.zeros(len(odds), dtype=bool)
    hidden[order[: round(dose * len(odds))]] = True
    table = sheets.table.take(~hidden)
    truth = truth_of(sheets.table, table, np.where(hidden, "withheld", ""))
    return Altered("withheld", table, truth, dose)
