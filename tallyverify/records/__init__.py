"""What people write and sheets say: contest, acta, declared result, mapping; pydantic models.

In: JSON that somebody wrote, a row of a file. Out: checked, frozen records, or an error that names
the place. Begin with :mod:`tallyverify.records.contest`.
"""

from tallyverify.records.acta import Acta
from tallyverify.records.allowance import MOST_SHARE, Allowance, CaptureKind
from tallyverify.records.area_result import (
    Annulled,
    AreaResult,
    CoverageBasis,
    Group,
    areas_around,
    decimals_of,
    stated_short,
)
from tallyverify.records.balance import (
    ALL_OPTIONS,
    STANDARD_BALANCES,
    Balance,
    TableOutcome,
    evaluate_table,
)
from tallyverify.records.bulletin import Bulletin, in_time, moments_of
from tallyverify.records.contest import Candidate, Contest, Line
from tallyverify.records.declared import Declared
from tallyverify.records.declared_table import DECLARED_LINES, DeclaredMapping
from tallyverify.records.mapping import Mapping, column_named
from tallyverify.records.row_meaning import (
    Cut,
    First,
    Latest,
    Mark,
    SheetStatus,
    StationColumn,
    Subtotals,
)
from tallyverify.records.rule import Outcome, Rule
from tallyverify.records.sampling import Sampling
from tallyverify.records.tolerance import SourceKind, Tolerance

__all__ = [
    "ALL_OPTIONS",
    "DECLARED_LINES",
    "MOST_SHARE",
    "STANDARD_BALANCES",
    "Acta",
    "Allowance",
    "Annulled",
    "AreaResult",
    "Balance",
    "Bulletin",
    "Candidate",
    "CaptureKind",
    "Contest",
    "CoverageBasis",
    "Cut",
    "Declared",
    "DeclaredMapping",
    "First",
    "Group",
    "Latest",
    "Line",
    "Mapping",
    "Mark",
    "Outcome",
    "Rule",
    "Sampling",
    "SheetStatus",
    "SourceKind",
    "StationColumn",
    "Subtotals",
    "TableOutcome",
    "Tolerance",
    "areas_around",
    "column_named",
    "decimals_of",
    "evaluate_table",
    "in_time",
    "moments_of",
    "stated_short",
]
