"""Rules and comparisons over a million actas in memory, against pandera and pydantic.

Run as a script it measures in its own process and prints JSON.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace

from measure import Row, at_least, best, told

ACTAS = 1_000_000
SAMPLE = 20_000


def rows(quick: bool) -> Iterator[Row]:
    """Compare, in one process, what each takes for the same table."""
    took, _ = told("in_memory.py", 3 if quick else 9)
    whole, judged, rules = took["whole"], took["judged"], took["rules"]
    size = "1,000,000 actas × 10 candidates"
    yield Row(
        f"rules, compare and proof, {size}",
        f"{whole:.1f} s",
        "10 s, set for 2 cores",
        f"{whole / 10:.2f}×",
        "≤ 1×",
        whole <= 10,
    )
    yield Row(
        f"row rules R101–R103, R106, {size}",
        f"{rules:.3f} s",
        f"pandera, one column check and three row checks: {took['pandera']:.3f} s",
        *at_least(took["pandera"] / rules, 1),
    )
    yield Row(
        f"all rules (R101 to T217), {size}",
        f"{judged:.2f} s",
        f"Acta per row, extrapolated from {SAMPLE:,}: {took['pydantic']:.1f} s",
        *at_least(took["pydantic"] / judged, 15),
    )


def main(repeats: int) -> None:
    """Measure, and print seconds as JSON."""
    import made
    import pandas as pd
    import pandera.pandas as pandera
    import pyarrow as pa

    import tallyverify as tv
    from tallyverify.case.folder import Case
    from tallyverify.rules import record, unread

    warnings.simplefilter("ignore")
    table = made.table(ACTAS)
    declared = made.declared(table.frame)
    facts = Case(made.CONTEST, table, declared).facts

    def whole() -> None:
        # replace() gives a table that has nothing worked out yet.
        report = tv.verify(Case(made.CONTEST, replace(table), declared), checks="rules,compare")
        if report.verdict != "consistent":
            raise SystemExit(f"made-up actas must agree with themselves: {report!r}")

    def judged() -> None:
        tv.verify(Case(made.CONTEST, replace(table)), checks="rules")

    def rules() -> None:
        fresh = replace(table)
        for check in (c for c in record.CHECKS if c.code in ("R101", "R102", "R103")):
            check.conclude(check, check.summarise(fresh, facts), facts)
        unread.R106.conclude(unread.R106, unread.R106.summarise(fresh, facts), facts)

    votes = made.CANDIDATES
    count = pandera.Column(
        pd.ArrowDtype(pa.int64()), pandera.Check.in_range(0, 10**10), nullable=True
    )
    schema = pandera.DataFrameSchema(
        dict.fromkeys([*made.LINES, *votes], count),
        checks=[
            pandera.Check(lambda f: f[votes].sum(axis=1) == f["valid"]),
            pandera.Check(lambda f: f["valid"] + f["null"] + f["blank"] == f["ballots"]),
            pandera.Check(lambda f: (f["ballots"] <= f["registered"]) | (f["registered"] == 0)),
        ],
    )
    records = [
        {
            "station": row["station"],
            "areas": {name: row[name] for name in table.levels},
            "lines": {name: row[name] for name in table.lines},
            "votes": {name: row[name] for name in table.votes},
        }
        for row in table.frame.head(SAMPLE).to_dict("records")
    ]

    def pydantic() -> None:
        for one in records:
            tv.Acta.read(one, made.CONTEST)

    took = {
        "whole": best(whole, min(repeats, 3)),
        "judged": best(judged, repeats),
        "rules": best(rules, repeats),
        "pandera": best(lambda: schema.validate(table.frame, lazy=True), repeats),
        "pydantic": best(pydantic, 3) * ACTAS / len(records),
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main(int(sys.argv[1]))
