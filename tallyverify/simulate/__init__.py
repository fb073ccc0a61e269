"""Simulated elections with real structure, for calibration, power and sample data.

In: a seed, and perhaps a real table. Out: sheets of which everything is known, altered or not.
Begin with :mod:`tallyverify.simulate.clean`.
"""

from tallyverify.simulate.alter import (
    ALTERATIONS,
    FAVOURING,
    Altered,
    Typed,
    copy_actas,
    invent_digits,
    move_votes,
    round_percentages,
    stuff,
    stuff_extreme,
    swap_tallies,
    type_totals,
    withhold,
)
from tallyverify.simulate.alter.sheets import truth_of
from tallyverify.simulate.bulletin import bulletin_of
from tallyverify.simulate.clean import SimulatedElection, clean_election
from tallyverify.simulate.draw import clean_like
from tallyverify.simulate.fitted import fit_totals
from tallyverify.simulate.hide import hide_stations
from tallyverify.simulate.like import Structure, structure_of
from tallyverify.simulate.write import case_texts, write_case

__all__ = [
    "ALTERATIONS",
    "FAVOURING",
    "Altered",
    "SimulatedElection",
    "Structure",
    "Typed",
    "bulletin_of",
    "case_texts",
    "clean_election",
    "clean_like",
    "copy_actas",
    "fit_totals",
    "hide_stations",
    "invent_digits",
    "move_votes",
    "round_percentages",
    "structure_of",
    "stuff",
    "stuff_extreme",
    "swap_tallies",
    "truth_of",
    "type_totals",
    "withhold",
    "write_case",
]
