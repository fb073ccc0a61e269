"""What people write and sheets say: contest, acta, declared result, mapping; pydantic models.

In: JSON that somebody wrote, a row of a file. Out: checked, frozen records, or an error that names
the place. Begin with :mod:`tallyverify.records.contest`.
"""

from tallyverify.records.acta import Acta
from tallyverify.records.balance import (
    ALL_OPTIONS,
    STANDARD_BALANCES,
    Balance,
    TableOutcome,
    evaluate_table,
)
from tallyverify.records.contest import Candidate, Contest, Line
from tallyverify.records.declared import AreaResult, Bulletin, Declared
from tallyverify.records.mapping import Mapping

__all__ = [
    "ALL_OPTIONS",
    "STANDARD_BALANCES",
    "Acta",
    "AreaResult",
    "Balance",
    "Bulletin",
    "Candidate",
    "Contest",
    "Declared",
    "Line",
    "Mapping",
    "TableOutcome",
    "evaluate_table",
]
