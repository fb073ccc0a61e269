"""A station's sheet written off from another one."""

from __future__ import annotations

import numpy as np

from tallyverify.simulate.alter.sheets import Altered, Clean, altered, sheets_of
from tallyverify.table import area_codes
from tallyverify.taken import takes_input

_COPIED = ("ballots", "signed", "valid", "null", "blank")


@takes_input
def copy_actas(given: Clean, dose: float, *, seed: int) -> Altered:
    """Replace all that was counted in a station by what was counted in another of its area.

    Parameters
    ----------
    given, dose, seed : ActaTable or SimulatedElection, float from 0 to 1, int
        As in :func:`stuff`: clean sheets, the share of the stations to alter, and the seed.

    Returns
    -------
    Altered
        At most one of two stations of an area. Registered voters stay; a sheet is not copied to a
        station with fewer voters than ballots.

    Raises
    ------
    InputError
        If an argument is out of range, or no area has two stations.

    Notes
    -----
    The stations of a smallest area are paired at random; the first of a pair may get the sheet of
    the second, which is never altered itself.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> copy_actas(clean_election(stations=200, seed=1), 0.05, seed=1)
    <Altered 'copied': 10 of 200 stations>
    """
    sheets = sheets_of(given, dose, seed)
    table = sheets.table
    codes = area_codes(table, table.levels)[0]
    order = np.lexsort((table.spelt_hash, sheets.numbers("copied: pairs"), codes))
    sorted_codes = codes[order]
    start = np.searchsorted(sorted_codes, sorted_codes)
    place = np.arange(len(order)) - start
    first = np.flatnonzero((place[:-1] % 2 == 0) & (sorted_codes[:-1] == sorted_codes[1:]))
    donor = np.arange(len(table))
    donor[order[first]] = order[first + 1]
    lines = {name: table.figure(name)[0][donor] for name in _COPIED if name in table.lines}
    able = (donor != np.arange(len(table))) & sheets.read[donor]
    return altered(sheets, "copied", dose, sheets.votes[donor], able, lines)
