"""Which tests an election allows: every indicator with a null, for every candidate with votes."""

from __future__ import annotations

from collections.abc import Sequence

from tallyverify.forensics.digit_probes import (
    digit_pairs_probe,
    last_digit_probe,
    second_digit_probe,
)
from tallyverify.forensics.probe import SMALLEST_SHARE, Probe
from tallyverify.forensics.share_probes import (
    coarse_probe,
    dip_probe,
    either_probe,
    integer_probe,
    turnout_dip_probe,
    turnout_known,
    turnout_probe,
)
from tallyverify.forensics.stations import Stations


def probes_of(stations: Stations, codes: Sequence[str]) -> list[Probe]:
    """Return the probes of these codes that the election allows.

    Parameters
    ----------
    stations : Stations
        The election.
    codes : sequence of str
        Indicators asked for; those without a null are passed over.

    Returns
    -------
    list of Probe
        Digits of every candidate; integer percentages of turnout, of turnout or the leader's share
        (as published), and of the share of every candidate with 5 % of the votes; coarse shares and
        the dip of these candidates, and the dip of turnout.
    """
    probes: list[Probe] = []
    if "F504" in codes and turnout_known(stations):
        probes += [turnout_probe(stations), either_probe(stations)]
    if "F509" in codes and turnout_known(stations):
        probes.append(turnout_dip_probe(stations))
    for k in stations.ranked:
        if "F501" in codes:
            probes.append(second_digit_probe(stations, k))
        if "F502" in codes:
            probes.append(last_digit_probe(stations, k))
        if "F503" in codes:
            probes.append(digit_pairs_probe(stations, k))
        if stations.shares[k] < SMALLEST_SHARE:
            continue
        if "F504" in codes:
            probes.append(integer_probe(stations, k))
        if "F505" in codes:
            probes.append(coarse_probe(stations, k))
        if "F509" in codes:
            probes.append(dip_probe(stations, k))
    return probes
