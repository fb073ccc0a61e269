"""Simulated elections with real structure, for calibration, power and sample data."""

from tallyverify.simulate.bulletin import bulletin_of
from tallyverify.simulate.clean import SimulatedElection, clean_election
from tallyverify.simulate.fitted import fit_totals
from tallyverify.simulate.hide import hide_stations
from tallyverify.simulate.write import write_case

__all__ = [
    "SimulatedElection",
    "bulletin_of",
    "clean_election",
    "fit_totals",
    "hide_stations",
    "write_case",
]
