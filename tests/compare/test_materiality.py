"""D313: could the sheets in question, taken out or corrected, change who wins?"""

from __future__ import annotations

import json
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tallyverify as tv
from tallyverify import Case, Contest, Evidence, Report, Status, read_actas, verify
from tallyverify.compare.deciding import Deciding, Fewest, fewest_of, ways
from tallyverify.feasibility import QuestionedSheets, SheetsInQuestion
from tallyverify.records import Mapping, Rule
from tests.helpers.cases import declared_of, flagged, nation

MANY = 60
"""So many sheets that two in question do not put the meaning of all in doubt."""


def contest(**rule: Any) -> Contest:
    said = {"rule": rule} if rule else {}
    candidates = [{"id": name} for name in "ABC"]
    return Contest.model_validate(
        {"id": "t", "levels": ["state"], "candidates": candidates, **said}
    )


def sheets(lead: int, *, valid: bool = True) -> list[dict[str, Any]]:
    """Sheets in which A has a lead over B in all, no two alike."""
    rows = []
    for at in range(MANY):
        a, b, c = 300 + at, 300 + (7 * at) % MANY, 100 + (11 * at) % MANY
        a += lead if at == 0 else 0
        row = {"station": f"{at:03d}", "state": "N", "registered": 2000, "A": a, "B": b, "C": c}
        rows.append({**row, "valid": a + b + c} if valid else row)
    return rows


def found(rows: list[dict[str, Any]], *args: Any, asked: Contest | None = None) -> Report:
    one = asked or contest()
    return verify(Case(one, read_actas(pd.DataFrame(rows), contest=one), *args), checks="compare")


def kinds(report: Report) -> dict[str, SheetsInQuestion]:
    assert report.materiality is not None
    return {one.kind: one for one in report.materiality.kinds}


def test_where_no_sheet_is_in_question_that_is_said() -> None:
    report = found(sheets(50))
    assert report.materiality is not None
    assert report.materiality.kinds == ()
    assert report.materiality.rule == "most votes win"
    assert report.materiality.outcome.winner == "A"
    assert report.materiality.lead == 50
    assert report.check("D313").status is Status.PASSED
    assert report.check("D313").reason == "no sheet is in question"
    assert "sheets in question change" not in report.to_text(verbose=True).split("Checks")[0]


def test_a_sheet_that_fails_its_arithmetic_and_can_decide() -> None:
    rows = sheets(50)
    rows[5]["A"] += 100  # of its 305 votes for A; the valid line was left as it was
    report = found(rows)
    one = kinds(report)["unsound"]
    assert (one.sheets, one.fewest, one.could_change) == (1, None, False)  # 150 ahead, 100 too many
    rows[5]["B"] -= 70
    rows[5]["valid"] -= 70  # taken out, A loses 405 and B 265
    report = found(rows)
    one = kinds(report)["unsound"]
    assert one.taken_out is not None
    assert one.taken_out.winner == "A"  # 220 − 140
    assert one.candidates["A"].votes == 405
    rows[5]["B"] -= 160
    rows[5]["valid"] -= 160
    report = found(rows)
    one = kinds(report)["unsound"]
    (finding,) = report.of("D313")
    assert finding.evidence is Evidence.NOTE
    assert report.materiality is not None
    assert report.materiality.lead == 380
    assert one.fewest is None  # taken out, A still leads by 80; corrected, by 280


def test_a_sheet_taken_out_decides() -> None:
    rows = sheets(50)
    rows[5]["A"] += 20
    rows[5]["B"] = 1
    rows[5]["valid"] = rows[5]["A"] + 1 + rows[5]["C"] + 3
    report = found(rows)
    assert flagged(report) == []
    lead = report.totals.votes["A"] - report.totals.votes["B"]
    one = kinds(report)["unsound"]
    assert one.candidates["A"].fewest is None  # the lead is more than what is on it
    rows[6]["B"] += lead - 10
    rows[6]["valid"] += lead - 10
    report = found(rows)
    one = kinds(report)["unsound"]
    assert one.taken_out is not None
    assert (report.materiality or one).model_dump()["lead"] == 10  # type: ignore[union-attr]
    assert one.taken_out.winner == "B"
    assert one.fewest == (1, 1)
    assert one.candidates["A"].fewest == one.candidates["B"].fewest == (1, 1)
    assert one.candidates["C"].fewest is None
    assert one.proportional is not None
    assert one.proportional.winner == "A"  # three votes in question, taken from all alike
    check = report.check("D313")
    assert (check.status, check.statistic) == (Status.FLAGGED, 1)
    assert check.reason == "1 sheet in question could change the outcome"
    assert "1 sheet of them, taken out or corrected, could change the outcome" in (
        report.of("D313")[0].message
    )
    assert report.verdict == "insufficient"  # nothing is declared; a note moves no verdict


@pytest.mark.parametrize("out", [(3,), (3, 9), (0, 20, 41)])
def test_taken_out_is_what_the_report_without_these_sheets_says(out: tuple[int, ...]) -> None:
    rows = sheets(25)
    for at in out:
        rows[at]["valid"] += 17
    one = kinds(found(rows))["unsound"]
    rest = found([row for at, row in enumerate(rows) if at not in out])
    assert one.sheets == len(out)
    assert {name: c.taken_out for name, c in one.candidates.items()} == rest.totals.votes
    assert one.taken_out is not None
    assert rest.materiality is not None
    assert one.taken_out == rest.materiality.outcome


def test_copies_that_differ_and_sheets_that_repeat_others() -> None:
    # Votes for so many that a sheet with the same ones is no chance.
    more = "DEFGH"
    rows = [
        {**row, **{n: 90 + (k * at) % 37 for k, n in enumerate(more, start=3)}}
        for at, row in enumerate(sheets(50, valid=False))
    ]
    candidates = [{"id": name} for name in ("A", "B", "C", *more)]
    one = Contest.model_validate({"id": "t", "levels": ["state"], "candidates": candidates})
    again = {**rows[7], "A": rows[7]["A"] - 60}
    twin = {**rows[8], "station": "999"}
    report = found([*rows, again, twin], asked=one)
    every = kinds(report)
    assert list(every) == ["copies", "doubtful", "together"]
    assert every["copies"].candidates["A"].votes == 247  # the least of both counts
    assert every["doubtful"].candidates["A"].taken_out == report.totals.votes["A"] - 308
    assert every["together"].sheets == 2


def test_pending_sheets_do_not_count_and_could() -> None:
    rows = sheets(50)
    rows[4] |= {"B": 400, "valid": rows[4]["valid"] - rows[4]["B"] + 400}
    for at, row in enumerate(rows):
        row["S"] = "open" if at == 4 else "ok"
    names = {"A": "A", "B": "B", "C": "C"}
    mapping = Mapping.model_validate(
        {
            "station": "station",
            "areas": {"state": "state"},
            "votes": names,
            "lines": {"valid": "valid", "registered": "registered"},
            "status": {"column": "S", "counted": ["ok"], "pending": ["open"]},
        }
    )
    one = contest()
    table = read_actas(pd.DataFrame(rows), contest=one, mapping=mapping)
    report = verify(Case(one, table), checks="compare")
    pending = kinds(report)["pending"]
    assert report.materiality is not None
    ahead = report.materiality.lead
    assert pending.sheets == 1
    assert pending.votes == 304 + 400 + rows[4]["C"]
    assert pending.candidates["B"].taken_out == report.totals.votes["B"] + 400
    assert pending.proportional is None
    assert pending.could_change == (ahead <= 96)
    assert ahead == 50 + (28 - 4)  # what the other sheets say
    assert pending.fewest == (1, 1)
    assert pending.taken_out is not None
    assert pending.taken_out.winner == "B"


def test_discrepant_sheets_are_held_against_the_largest() -> None:
    rows = sheets(50)
    votes = {name: sum(row[name] for row in rows) for name in "ABC"}
    low = {**votes, "A": votes["A"] - 250}
    said = declared_of(nation(votes=low, complete=True, stations=MANY), stations=MANY)
    report = found(rows, said)
    assert report.verdict == "discrepant"
    one = kinds(report)["discrepant"]
    assert one.sheets == 1
    assert one.taken_out is None
    assert one.fewest == (1, 1)
    assert one.could_change
    far = sheets(40_000)
    votes = {name: sum(row[name] for row in far) for name in "ABC"}
    far[0]["registered"] = 50_000
    low = {**votes, "B": votes["B"] - 10}
    said = declared_of(nation(votes=low, complete=True, stations=MANY), stations=MANY)
    one = kinds(found(far, said))["discrepant"]
    assert one.could_change  # the largest sheet holds the lead
    for row in far[1:]:
        row["A"] += 950
        row["valid"] += 950
    votes = {name: sum(row[name] for row in far) for name in "ABC"}
    low = {**votes, "B": votes["B"] - 10}
    said = declared_of(nation(votes=low, complete=True, stations=MANY), stations=MANY)
    report = found(far, said)
    one = kinds(report)["discrepant"]
    assert not one.could_change
    assert one.fewest is not None
    assert one.fewest[0] > one.sheets == 1
    assert "the outcome stays; it would take" in report.of("D313")[-1].message


def test_a_majority_may_hang_on_a_sheet_where_the_lead_does_not() -> None:
    rows = sheets(50)
    total, of_a = (sum(row[name] for row in rows) for name in ("valid", "A"))
    more = -(-(total - 2 * of_a - 100) // MANY)
    for row in rows:
        row["A"] += more
        row["valid"] += more
    # Some votes short of half, but for a valid line that is 200 too low.
    rows[3]["valid"] -= 200
    report = found(rows, asked=contest(kind="majority", share=0.5))
    one = kinds(report)["unsound"]
    assert report.materiality is not None
    assert report.materiality.outcome.winner == "A"
    assert one.fewest == (1, 1)
    assert kinds(found(rows))["unsound"].fewest is None
    assert "more than 50 % of the valid votes" in report.to_text(width=200, verbose=True)


def test_names_of_candidates_do_not_matter() -> None:
    rows = sheets(12)
    for at in (3, 8, 30):
        rows[at]["valid"] += 30
    one = kinds(found(rows))["unsound"]
    turned = [{**row, "A": row["B"], "B": row["C"], "C": row["A"]} for row in rows]
    other = kinds(found(turned))["unsound"]
    assert one.fewest == other.fewest
    for name, was in (("A", "B"), ("B", "C"), ("C", "A")):
        assert other.candidates[name] == one.candidates[was]


def test_on_all_faces_and_back(tmp_path: Path) -> None:
    rows = sheets(12)
    rows[3]["valid"] += 30
    report = found(rows)
    path = tmp_path / "report.json"
    text = report.to_json(path)
    again = tv.load_report(path)
    assert again.materiality == report.materiality
    assert again.to_json() == text
    schema = tv.json_schema("report")
    assert set(json.loads(text)) == set(schema["properties"])
    assert set(json.loads(text)["materiality"]) == set(
        schema["$defs"]["MaterialitySection"]["properties"]
    )
    for face in (report.to_text(width=200, verbose=True), report.to_html()):
        assert "Could the sheets in question change who wins?" in face
        assert "whose own arithmetic fails" in face
        assert "does not say what ought to be annulled" in " ".join(face.split())
    assert report.to_json() == found(rows[::-1]).to_json()


def test_not_asked_where_the_check_was_not() -> None:
    one = contest()
    table = read_actas(pd.DataFrame(sheets(5)), contest=one)
    assert verify(Case(one, table), checks="D301").materiality is None


small = st.integers(0, 3)
box = st.tuples(st.tuples(small, small, small), st.tuples(small, small, small), small)
Box = tuple[tuple[int, ...], tuple[int, ...], int]
"""What a sheet may hold at least for each, how much more, and beside the votes."""


def _questioned(boxes: list[Box], seen: list[tuple[int, ...]], names: str) -> QuestionedSheets:
    low = {n: np.array([b[0][k] for b in boxes]) for k, n in enumerate(names)}
    high = {n: np.array([b[0][k] + b[1][k] for b in boxes]) for k, n in enumerate(names)}
    votes = {n: np.array([one[k] for one in seen]) for k, n in enumerate(names)}
    beside = np.array([b[2] for b in boxes])
    base = sum(votes.values()) + beside
    most = sum(high.values()) + beside
    return QuestionedSheets({}, votes, np.asarray(base), low, high, (beside, beside), most)


rules = st.sampled_from(
    [
        Rule(kind="plurality"),
        Rule(kind="majority"),
        Rule(kind="majority", share=0.4, runoff="later"),
        Rule(kind="lead", share=0.4, lead=0.1),
        Rule(kind="lead", share="1/3", lead=0.2, runoff="later"),
    ]
)


def _told_and_tried(
    rule: Rule, boxes: list[Box], seen: list[tuple[int, ...]], others: tuple[int, ...]
) -> tuple[Fewest | None, int | None]:
    """Return the fewest sheets as they are told, and by brute force.

    That is over every subset of sheets, taken out or corrected to any figures.
    """
    names = "ABCD"[: len(others)]
    votes = {n: others[k] + sum(one[k] for one in seen) for k, n in enumerate(names)}
    base = sum(votes.values()) + sum(b[2] for b in boxes)
    outcome = rule.outcome(votes, base)
    deciding = Deciding(_questioned(boxes, seen, names), votes, base)
    told = fewest_of([deciding.fewest(way) for n in names for way in ways(rule, outcome, names, n)])
    options = [
        [None, *product(*(range(a, a + b + 1) for a, b in zip(low, more, strict=True)))]
        for low, more, _ in boxes
    ]
    for size in range(1, len(boxes) + 1):
        for which in combinations(range(len(boxes)), size):
            for choice in product(*(options[at] for at in which)):
                now, whole = dict(votes), base
                for at, one in zip(which, choice, strict=True):
                    for k, n in enumerate(names):
                        now[n] += (one[k] if one else 0) - seen[at][k]
                    whole += (sum(one) if one else -boxes[at][2]) - sum(seen[at])
                if rule.outcome(now, whole) != outcome:
                    return told, size
    return told, None


def _encloses(told: Fewest | None, tried: int | None) -> bool:
    """Whether no fewer than are told do it, and those that are shown do."""
    if tried is None:
        return told is None or told[1] is None
    return told is not None and told[0] <= tried and (told[1] is None or told[1] >= tried)


@given(rules, st.lists(box, min_size=1, max_size=2), st.data())
def test_the_fewest_are_the_fewest(rule: Rule, boxes: list[Box], data: st.DataObject) -> None:
    seen = [
        tuple(data.draw(st.integers(a, a + b)) for a, b in zip(low, more, strict=True))
        for low, more, _ in boxes
    ]
    others = data.draw(st.tuples(*[st.integers(0, 6)] * 3))
    told, tried = _told_and_tried(rule, boxes, seen, others)
    assert _encloses(told, tried)
    if tried is not None and not rule.of_shares:
        assert told == (tried, tried)


few = st.integers(0, 1)
four = st.tuples(few, few, few, few)
runoffs = st.sampled_from(
    [Rule(kind="majority", share=share, runoff="later") for share in (0.4, 0.5, 1)]
)


@given(
    runoffs,
    st.integers(3, 4),
    st.lists(st.tuples(four, four, few), min_size=1, max_size=2),
    st.tuples(four, four),
    st.tuples(small, st.integers(2, 5), st.integers(2, 5)),
    st.permutations(range(4)),
)
def test_a_tie_for_the_runoff_is_closed_by_the_fewest(
    rule: Rule,
    count: int,
    boxes: list[Box],
    more: tuple[tuple[int, ...], ...],
    ahead: tuple[int, int, int],
    places: list[int],
) -> None:
    """Two or more have as many, for one place in the runoff or for both."""
    places = [at for at in places if at < count]
    boxes = [(low[:count], wide[:count], beside) for low, wide, beside in boxes]
    seen = [
        tuple(a + min(b, c) for a, b, c in zip(low, wide, which[:count], strict=True))
        for (low, wide, _), which in zip(boxes, more, strict=False)
    ]
    # The first is ahead by some votes, or by none: then three have as many.
    totals = dict.fromkeys(places[1:3], ahead[1]) | {places[0]: ahead[1] + ahead[0]}
    totals |= dict.fromkeys(places[3:], min(ahead[1], ahead[2]))
    others = tuple(max(totals[at] - sum(one[at] for one in seen), 0) for at in range(count))
    told, tried = _told_and_tried(rule, boxes, seen, others)
    assert _encloses(told, tried)


@pytest.mark.parametrize(
    ("votes", "sheet", "fewest"),
    [
        ((40, 25, 25), (0, 1, 0), (1, 1)),  # C is then ahead of B
        ((40, 25, 25), (1, 0, 0), None),  # A goes to the runoff with or without it
        ((40, 25, 25), (20, 0, 0), (1, 1)),  # of B and C, without A
        ((30, 30, 30), (1, 0, 0), (1, 1)),  # of B and C
        ((30, 30, 30), (1, 1, 0), None),  # C wins no share, and who goes with C is open
    ],
)
def test_ties_for_the_runoff_by_hand(
    votes: tuple[int, ...], sheet: tuple[int, ...], fewest: Fewest | None
) -> None:
    """The sheet in question may say what it says, or be taken out."""
    rule = Rule(kind="majority", share=0.5, runoff="later")
    others = tuple(all_ - one for all_, one in zip(votes, sheet, strict=True))
    told, tried = _told_and_tried(rule, [(sheet, (0, 0, 0), 0)], [sheet], others)
    assert told == fewest
    assert tried == (fewest[0] if fewest else None)


def test_a_tie_for_the_runoff_hangs_on_a_sheet_in_question() -> None:
    rows = [
        {"station": f"{at:03d}", "state": "N", "registered": 200, "A": 40, "B": 25, "C": 25}
        | {"valid": 90}
        for at in range(40)
    ]
    rows[0] |= {"B": 30, "C": 20, "valid": 80}
    rows[1] |= {"B": 20, "C": 30}
    report = found(rows, asked=contest(kind="majority", share=0.5, runoff="the second round"))
    one = kinds(report)["unsound"]
    assert report.materiality is not None
    assert report.materiality.outcome.finalists == ()
    assert one.fewest == (1, 1)
    assert one.candidates["B"].fewest == one.candidates["C"].fewest == (1, 1)
    assert one.taken_out is not None
    assert one.taken_out.finalists == ("A", "C")


@pytest.mark.parametrize(("tied", "candidates"), [(True, 27), (True, 28), (False, 201)])
def test_with_many_candidates_it_is_not_asked(tied: bool, candidates: int) -> None:
    """Each pair of those who tie for a runoff has ways of its own: 28 of them have too many."""
    names = [f"c{at:03d}" for at in range(candidates)]
    asked = Contest.model_validate(
        {
            "id": "t",
            "levels": ["state"],
            "candidates": [{"id": name} for name in names],
            "rule": {"kind": "majority", "share": 0.5, "runoff": "later"},
        }
    )
    own = dict.fromkeys(names, 4) | ({} if tied else {names[0]: 9, names[1]: 7})
    rows = [
        {"station": str(at), "state": "N", "registered": 5000, **own, "valid": sum(own.values())}
        for at in range(40)
    ]
    rows[0]["valid"] += 1
    check = found(rows, asked=asked).check("D313")
    if candidates == 27:
        assert check.status is Status.PASSED
    else:
        assert check.status is Status.NOT_APPLICABLE
        assert check.reason.startswith(f"with {candidates} candidates there are too many ways")
