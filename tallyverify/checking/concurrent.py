"""Another contest of the same day at the same stations: how many ballots each gave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts, Floats
from tallyverify.checking.context import CaseFacts, Names
from tallyverify.checking.stations_kept import known_numbers
from tallyverify.checking.which_seen import seen_in
from tallyverify.language import each_and, told
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable, Registry, Source, listed_stations

_NO_CLASS = ("registered", "signed", "ballots", "valid")


@dataclass(frozen=True, eq=False)
class ConcurrentContest:
    """The stations of another contest, each once, with their ballots."""

    name: str
    source: Source
    stations: Registry
    ballots: Floats  # by station; NaN where not known, as the next
    registered: Floats
    reason: str = ""  # why its sheets cannot tell their ballots


def ballots_told(facts: CaseFacts) -> tuple[Names, str]:
    """Return the figures whose sum is the ballots of a sheet, or why the sheets do not tell them.

    The line of ballots; else the votes and every class of paper that the sheets have.
    """
    lines, contest = facts.lines, facts.contest
    if "ballots" in lines:
        return ("ballots",), ""
    if contest.votes_allowed > 1:
        return (), told("voters have several votes each, and no line tells the ballots")
    named = contest.ballot_lines or tuple(
        term
        for balance in contest.balances
        if balance.op == "==" and "ballots" in balance.terms
        for term in balance.terms
        if term in contest.on_sheet and term not in _NO_CLASS
    )
    blank = ("blank",) if "blank" in {*lines, *contest.on_sheet} else ()
    classes = tuple(dict.fromkeys(named if contest.ballot_lines else ("null", *blank, *named)))
    lacking = [line for line in classes if line not in lines]
    if lacking:
        return (), told(
            "no line tells the ballots, nor {lines} what to add to the votes",
            lines=each_and(lacking),
        )
    # Where it is not known whether the valid votes hold the blank ones, the options are added.
    apart = "blank" not in classes or contest.valid_includes_blank is False
    votes = "valid" if "valid" in lines and apart else ALL_OPTIONS
    return (votes, *classes), ""


def concurrent_contest(name: str, table: ActaTable) -> ConcurrentContest:
    """Return what a table of another contest says of the ballots at its stations.

    A station without a vote, annulled or pending has no ballots here that are known; nor has one
    that stands several times with different figures.
    """
    facts = CaseFacts.of(table)
    names, reason = ballots_told(facts)
    ballots = known_numbers(table, names)
    ballots[~seen_in(table, facts)] = np.nan
    registered = known_numbers(table, ("registered",) if "registered" in table.lines else None)
    keys = table.frame["station"].to_numpy(dtype=object)
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.append(True, keys[order][1:] != keys[order][:-1])[: len(keys)])
    stations = listed_stations(table.take(order[first]))
    return ConcurrentContest(
        name,
        table.source,
        stations,
        _agreed(ballots[order], first),
        _agreed(registered[order], first),
        reason,
    )


def _agreed(numbers: Floats, first: Counts) -> Floats:
    """Return the number that all rows of a station have, NaN where they differ or one has none."""
    if not len(first):
        return np.zeros(0)
    low, high = np.minimum.reduceat(numbers, first), np.maximum.reduceat(numbers, first)
    return np.where(low == high, low, np.nan)
