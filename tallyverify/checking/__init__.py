"""What a check is and stands on: the check, the facts of a case, what was seen.

In: parts of the actas and the facts. Out: summaries that add up, and results. Begin with
:mod:`tallyverify.checking.check`.
"""

from tallyverify.checking.bounds import Bounds, bounds_of
from tallyverify.checking.captures import Capture
from tallyverify.checking.check import MOST_FINDINGS, Check, Summarise
from tallyverify.checking.concurrent import (
    ConcurrentContest,
    ballots_told,
    concurrent_contest,
)
from tallyverify.checking.context import CaseFacts, Names
from tallyverify.checking.explained import explain, explanations
from tallyverify.checking.open_outcomes import OutcomesLeft, VotesLeft, outcomes_left
from tallyverify.checking.reading import RowsRead, too_many
from tallyverify.checking.seen import Kept, Seen, first_rows, like_regions, summarise_seen
from tallyverify.checking.stations_kept import (
    MOST_STATIONS,
    Sheets,
    Studied,
    by_station,
    known_numbers,
    summarise_sheets,
)
from tallyverify.checking.totals import places_of
from tallyverify.checking.which_seen import seen_in, shown_in

__all__ = [
    "MOST_FINDINGS",
    "MOST_STATIONS",
    "Bounds",
    "Capture",
    "CaseFacts",
    "Check",
    "ConcurrentContest",
    "Kept",
    "Names",
    "OutcomesLeft",
    "RowsRead",
    "Seen",
    "Sheets",
    "Studied",
    "Summarise",
    "VotesLeft",
    "ballots_told",
    "bounds_of",
    "by_station",
    "concurrent_contest",
    "explain",
    "explanations",
    "first_rows",
    "known_numbers",
    "like_regions",
    "outcomes_left",
    "places_of",
    "seen_in",
    "shown_in",
    "summarise_seen",
    "summarise_sheets",
    "too_many",
]
