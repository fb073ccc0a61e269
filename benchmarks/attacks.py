"""From which size a falsified count, or a smear of a true one, is seen: the figures of ATTACKS.md.

Elections of 1,000 stations in four states are simulated (``simulate.clean_election``, seeds 1 to
10; three candidates, 467,213 valid votes in the first). Something is done to the declared result,
to the sheets or to what the auditor holds; what ``verify`` then says is counted.

    python benchmarks/attacks.py PART [--only WORD] [--seeds 10] [--stations 1000]

PART is ``held`` (the auditor holds the genuine sheets, the declared result is false), ``file``
(only the falsified sheets exist, and the declared result is their sum) or ``smear`` (the declared
result is true). A line says: what was done; how many of the elections ended in which verdict; how
many had a finding of a code on which rung, notes left out; how many votes the declared result of
the country adds or takes, as a share of the valid votes; and how many sheets are proved wrong at
the least (both medians).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import tallyverify as tv  # noqa: E402
from tallyverify.records import Allowance, Declared, Sampling  # noqa: E402
from tallyverify.simulate import (  # noqa: E402
    ALTERATIONS,
    SimulatedElection,
    bulletin_of,
    clean_election,
    hide_stations,
)
from tallyverify.table import ActaTable  # noqa: E402

Given = SimulatedElection
LEADER, SECOND = "A", "B"


@dataclass(frozen=True)
class Attack:
    """What is done to an election, and which checks are asked."""

    name: str
    case: Callable[[Given], tv.Case]
    checks: str = "rules,compare"


def case(given: Given, table: ActaTable, declared: Declared, **more: Any) -> tv.Case:
    return tv.Case(given.contest, table, declared, more.pop("registry", given.registry), **more)


def declared_of(given: Given, table: ActaTable, by: tuple[str, ...] = ("state",)) -> Declared:
    """The sum of a table, declared as complete."""
    return whole(replace(given, table=table).declared(by=by))


def whole(declared: Declared) -> Declared:
    document = declared.model_dump(mode="json", exclude_defaults=True)
    document["bulletins"][-1]["complete"] = True
    return Declared.model_validate(document)


def bulletins(declared: Declared, *documents: dict[str, Any], **more: Any) -> Declared:
    """Other bulletins of the same authority."""
    kept = {"authority": declared.authority, "registered": declared.registered}
    return Declared.model_validate(
        {**kept, "stations": declared.stations, **more, "bulletins": list(documents)}
    )


def document(bulletin: Any, **more: Any) -> dict[str, Any]:
    return {**bulletin.model_dump(mode="json", exclude_defaults=True), **more}


def altered(given: Given, name: str, dose: float, **options: Any) -> ActaTable:
    return ALTERATIONS[name](given, dose, seed=given.seed, **options).table


# --- held: the genuine sheets, a false result ---

MOVES: list[tuple[str, str, dict[str, Any], tuple[float, ...]]] = [
    ("a fifth of one's votes moved", "moved", {"candidate": SECOND}, (0.03, 0.1, 0.3)),
    ("ballots stuffed", "stuffing", {}, (0.03, 0.1, 0.3)),
    ("stuffed to the brim", "extreme", {}, (0.01, 0.03, 0.1)),
    ("tallies exchanged", "swapped", {"gap": 0.2}, (0.01, 0.03, 0.1)),
    ("shares rounded to 5 %", "targets", {"of": "share", "direction": "nearest"}, (0.1, 1.0)),
    ("digits invented", "digits", {}, (0.1, 1.0)),
    ("sheets copied", "copied", {}, (0.03, 0.1)),
]


def held() -> Iterator[Attack]:
    def sums(name: str, dose: float, options: dict[str, Any], by: tuple[str, ...]) -> Any:
        return lambda given: case(
            given, given.table, declared_of(given, altered(given, name, dose, **options), by)
        )

    yield Attack("nothing", lambda given: case(given, given.table, declared_of(given, given.table)))
    for said, name, options, doses in MOVES:
        for dose in doses:
            yield Attack(f"{said}, {dose:.0%}", sums(name, dose, options, ("state",)))
    for dose in (0.3,):
        said, name, options, _ = MOVES[0]
        yield Attack(f"{said}, {dose:.0%}, one total", sums(name, dose, options, ()))
    for share in (0.8, 0.5):
        yield Attack(
            f"a fifth moved everywhere, {share:.0%} of the sheets held",
            lambda given, share=share: case(
                given,
                hide_stations(given.table, 1 - share, seed=given.seed),
                declared_of(given, altered(given, "moved", 1.0, candidate=SECOND)),
            ),
            "rules,compare,inference",
        )
    for part in (0.0, 0.02, 0.05, 0.1, 0.2):
        yield Attack(
            f"{part:.0%} of one's votes moved everywhere, 200 sheets drawn by lot",
            lambda given, part=part: _drawn(given, part),
            "inference",
        )
    for share in (0.8, 0.95):
        yield Attack(
            f"a fifth moved everywhere, coverage said to be {share:.0%}",
            lambda given, share=share: _covering(given, share),
        )
    for dose in (0.1, 0.3):
        yield Attack(
            f"percentages alone, a fifth moved, {dose:.0%}",
            lambda given, dose=dose: _percentages(given, dose),
        )
    yield Attack("typed from percentages", _typed)
    for many in (10, 100):
        yield Attack(f"{many} stations added", lambda given, many=many: _added(given, many))
    yield Attack("12 more than the published number", lambda given: _added(given, 12, listed=False))
    yield Attack("a tenth withheld by result, coverage true", lambda given: _withheld(given, False))
    yield Attack("a tenth withheld by result, said complete", lambda given: _withheld(given, True))
    for dose in (0.03, 0.1, 0.3):
        yield Attack(
            f"a fifth moved after the provisional bulletin, {dose:.0%}",
            lambda given, dose=dose: _after_provisional(given, dose),
        )
    yield Attack("the late fifth stuffed, unseen", _late_batch, "rules,compare,inference")
    yield Attack("the late fifth: nine tenths for one", _late_all, "rules,compare,inference")


def _typed(given: Given) -> tv.Case:
    declared = given.declared(by=())
    return case(given, given.table, ALTERATIONS["typed"](declared, 1.0, seed=given.seed).declared)


def _drawn(given: Given, part: float) -> tv.Case:
    """A simple sample of the stations, all of which was seen, beside the list of all."""
    stations = len(given.table)
    drawn = hide_stations(given.table, 1 - 200 / stations, seed=given.seed)
    false = given.table
    if part:
        false = altered(given, "moved", 1.0, candidate=SECOND, fraction=part)
    design = Sampling(kind="drawn", stations={"all": stations}, drawn=200)
    return case(given, drawn, declared_of(given, false, ()), sampling=design)


def _covering(given: Given, share: float) -> tv.Case:
    """All is in the bulletin, which says that it holds a share of the stations."""
    table = altered(given, "moved", 1.0, candidate=SECOND)
    made = document(bulletin_of(table, id="final", issued="2030-05-07"))
    area = {name: made["areas"][0][name] for name in ("votes", "valid")}
    said = {**made, "coverage_basis": "stations", "areas": [{**area, "coverage": share}]}
    return case(given, given.table, bulletins(given.declared(), said))


def _percentages(given: Given, dose: float) -> tv.Case:
    """Valid votes, and a percentage with one decimal for each candidate."""
    table = altered(given, "moved", dose, candidate=SECOND)
    valid = int(table.figure("valid")[0].sum())
    shares = {
        name: round(100 * int(table.figure(name)[0].sum()) / valid, 1)
        for name in given.contest.candidate_ids
    }
    said = {"id": "final", "complete": True, "areas": [{"valid": valid, "percentages": shares}]}
    return case(given, given.table, bulletins(given.declared(), said))


def _added(given: Given, many: int, listed: bool = True) -> tv.Case:
    """Stations that nobody saw are declared: 400 voters, 380 ballots, all for one."""
    more = many if listed else 0
    true = document(bulletin_of(given.table, id="final", issued="2030-05-07"))
    area = {**true["areas"][0], "percentages": {}}
    area.pop("coverage", None)
    for name in ("valid", "ballots"):
        area[name] += 380 * many
    area["votes"] = {**area["votes"], LEADER: area["votes"][LEADER] + 380 * many}
    area["stations"] += many
    area["registered"] += 400 * many
    declared = bulletins(
        given.declared(),
        {"id": "final", "issued": "2030-05-07", "complete": True, "areas": [area]},
        stations=len(given.table) + more,
        registered=given.registry.registered + 400 * more,
    )
    return case(given, given.table, declared)


def _withheld(given: Given, complete: bool) -> tv.Case:
    table = altered(given, "withheld", 0.1, candidate=SECOND)
    only = bulletin_of(table, id="final", issued="2030-05-07", stations=len(given.table))
    said = document(only, complete=True) if complete else document(only)
    if complete:
        area = {**said["areas"][0]}
        area.pop("coverage", None)
        area.pop("stations", None)
        said["areas"] = [area]
    return case(given, given.table, bulletins(given.declared(), said))


def _after_provisional(given: Given, dose: float) -> tv.Case:
    """No sheets but the forged ones: the provisional bulletin alone remembers."""
    table = altered(given, "moved", dose, candidate=SECOND)
    stations = len(given.table)
    first = hide_stations(given.table, 0.05, seed=given.seed)
    declared = bulletins(
        given.declared(),
        document(bulletin_of(first, id="1", issued="2030-05-05", stations=stations)),
        document(bulletin_of(table, id="2", issued="2030-05-07", stations=stations), complete=True),
    )
    return case(given, table, declared)


def _late(given: Given, make: Callable[[ActaTable], ActaTable]) -> tv.Case:
    early = hide_stations(given.table, 0.2, seed=given.seed)
    known = set(early.frame["station"])
    false = make(given.table)
    late = np.array([station not in known for station in false.frame["station"]])
    frame = pd.concat([early.frame, false.frame[late]])
    mixed = tv.read_actas(frame.reset_index(drop=True), contest=given.contest)
    stations = len(given.table)
    declared = bulletins(
        given.declared(),
        document(bulletin_of(early, id="1", issued="2030-05-05", stations=stations)),
        document(bulletin_of(mixed, id="2", issued="2030-05-07", stations=stations), complete=True),
    )
    return case(given, early, declared)


def _late_batch(given: Given) -> tv.Case:
    return _late(given, lambda table: altered(given, "stuffing", 1.0))


def _late_all(given: Given) -> tv.Case:
    return _late(given, lambda table: altered(given, "extreme", 1.0, reach=0.8))


# --- file: only the falsified sheets exist ---


def file() -> Iterator[Attack]:
    def own(name: str, dose: float, options: dict[str, Any]) -> Any:
        def made(given: Given) -> tv.Case:
            table = altered(given, name, dose, **options)
            return case(given, table, declared_of(given, table))

        return made

    for name, dose, options in (
        ("copied", 0.01, {}),
        ("copied", 0.1, {}),
    ):
        yield Attack(f"sheets {name}, {dose:.0%}", own(name, dose, options))
    for name, dose, options in (
        ("targets", 0.05, {"of": "share", "direction": "nearest"}),
        ("targets", 0.05, {"of": "turnout", "direction": "nearest"}),
        ("digits", 0.3, {}),
        ("digits", 1.0, {}),
        ("extreme", 0.03, {}),
    ):
        of = f" of {options['of']}" if options else ""
        yield Attack(f"sheets: {name}{of}, {dose:.0%}", own(name, dose, options), "forensics")
    for dose in (0.01, 0.03):
        yield Attack(f"sheets copied, ten candidates, {dose:.0%}", _copied_of_ten(dose))
    yield Attack("registers inflated by a fifth", _inflated)
    yield Attack("ballots above the list, 5 %", _beyond)


def _copied_of_ten(dose: float) -> Callable[[Given], tv.Case]:
    shares = {f"C{place}": 1 / place for place in range(1, 11)}

    def made(given: Given) -> tv.Case:
        other = clean_election(stations=len(given.table), seed=given.seed, shares=shares)
        table = altered(other, "copied", dose)
        return case(other, table, declared_of(other, table))

    return made


def _inflated(given: Given) -> tv.Case:
    frame = given.table.frame.copy()
    frame["registered"] = (frame["registered"] * 6) // 5
    table = tv.read_actas(frame, contest=given.contest)
    return case(given, table, declared_of(given, table))


def _beyond(given: Given) -> tv.Case:
    """Stuffed beyond the list at a twentieth of the stations."""
    frame = given.table.frame.copy()
    rows = np.random.default_rng(given.seed).random(len(frame)) < 0.05
    more = (frame["registered"] - frame["ballots"] + 20).where(rows, 0)
    for name in ("ballots", "valid", LEADER):
        frame[name] = frame[name] + more
    table = tv.read_actas(frame, contest=given.contest)
    return case(given, table, declared_of(given, table))


# --- smear: the declared result is true ---


def smear() -> Iterator[Attack]:
    both = "rules,compare,inference"
    yield Attack("the areas best for one alone", _best_areas, both)
    for share in (0.1, 0.5):
        yield Attack(
            f"the first {share:.0%} to come in, large ones",
            lambda given, share=share: case(
                given,
                hide_stations(given.table, 1 - share, seed=given.seed, pattern="small"),
                declared_of(given, given.table),
            ),
            both,
        )
    yield Attack("an early bulletin against all sheets", lambda given: _early(given, {}))
    yield Attack("the same, said to be complete", lambda given: _early(given, {"complete": True}))
    yield Attack(
        "the same, its stations left out and said to be complete",
        lambda given: _early(given, {"complete": True}, drop=True),
    )
    for dose in (0.005, 0.01, 0.02, 0.05):
        yield Attack(f"slips, {dose:.1%}", lambda given, dose=dose: _slips(given, dose))
    yield Attack(
        "slips, 0.5%, none allowed for",
        lambda given: replace(_slips(given, 0.005), allowance=Allowance(sheets=0)),
    )
    for dose in (0.05, 0.2):
        for said, instead in (("cells unread", None), ("the same as zeros", 0)):
            yield Attack(
                f"{said}, {dose:.0%}",
                lambda given, dose=dose, instead=instead: _unread(given, dose, instead),
            )
    for dose in (0.01, 0.03, 0.1):
        yield Attack(
            f"another station's sheet typed, {dose:.0%}",
            lambda given, dose=dose: case(
                given, altered(given, "copied", dose), declared_of(given, given.table)
            ),
        )
    yield Attack(
        "another station's sheet typed, 1%, none allowed for",
        lambda given: replace(
            case(given, altered(given, "copied", 0.01), declared_of(given, given.table)),
            allowance=Allowance(sheets=0),
        ),
    )
    for said in (False, True):
        yield Attack(
            f"a hasty count before the official one{', each its series' if said else ''}",
            lambda given, said=said: _hasty(given, said),
        )
    for tilt in (1.0, 3.0):
        yield Attack(
            f"a fifth kept back where the first did well, tilt {tilt:.0f}",
            lambda given, tilt=tilt: case(
                given,
                altered(given, "withheld", 0.2, candidate=LEADER, tilt=tilt),
                declared_of(given, given.table),
            ),
            both,
        )
    yield Attack("two columns exchanged", lambda given: _renamed(given, {"A": "B", "B": "A"}))
    yield Attack(
        "a column for another", lambda given: _renamed(given, {"A": "ballots", "ballots": "A"})
    )
    yield Attack("the register of another election", _register)
    yield Attack("every sheet twice, one key", lambda given: _twice(given, ""))
    yield Attack("every sheet twice, two keys", lambda given: _twice(given, "x"))
    yield Attack("a tenth twice, two keys", lambda given: _twice(given, "x", 0.1))
    for dose in (0.1, 0.3):
        yield Attack(
            f"forged sheets, a fifth moved, {dose:.0%}",
            lambda given, dose=dose: case(
                given,
                altered(given, "moved", dose, candidate=SECOND),
                declared_of(given, given.table),
            ),
        )


def _best_areas(given: Given) -> tv.Case:
    frame = given.table.frame
    share = frame.groupby("state")[[SECOND, "valid"]].sum()
    best = (share[SECOND] / share["valid"]).idxmax()
    table = given.table.take((frame["state"] == best).to_numpy())
    return case(given, table, declared_of(given, given.table))


def _early(given: Given, said: dict[str, Any], drop: bool = False) -> tv.Case:
    early = hide_stations(given.table, 0.2, seed=given.seed)
    made = document(
        bulletin_of(early, id="1", issued="2030-05-05", stations=len(given.table)), **said
    )
    if said:
        area = {**made["areas"][0]}
        area.pop("coverage", None)
        if drop:
            area.pop("stations", None)
            area.pop("registered", None)
        made["areas"] = [area]
    return case(given, given.table, bulletins(given.declared(), made))


def _slips(given: Given, dose: float) -> tv.Case:
    """A digit lost, doubled or exchanged in the votes of one candidate."""
    frame = given.table.frame.copy()
    random = np.random.default_rng(given.seed)
    for row in np.flatnonzero(random.random(len(frame)) < dose):
        name = (LEADER, SECOND)[int(random.integers(2))]
        text = str(int(frame[name].iloc[row]))
        kind = int(random.integers(3))
        new = (text[:-1] or "0", text + text[-1], text[::-1])[kind]
        frame.iloc[row, frame.columns.get_loc(name)] = int(new)
    table = tv.read_actas(frame, contest=given.contest)
    return case(given, table, declared_of(given, given.table))


def _hasty(given: Given, said: bool) -> tv.Case:
    """A first count of all stations, a fiftieth of its sheets typed for another station."""
    first = replace(given, table=altered(given, "copied", 0.02)).table
    stations = len(given.table)
    quick = document(bulletin_of(first, id="1", issued="2030-05-05", stations=stations))
    official = bulletin_of(given.table, id="2", issued="2030-05-07", stations=stations)
    declared = bulletins(
        given.declared(),
        {**quick, "series": "quick"} if said else quick,
        document(official, complete=True),
    )
    return case(given, given.table, declared)


def _unread(given: Given, dose: float, instead: int | None) -> tv.Case:
    frame = given.table.frame.copy()
    rows = np.random.default_rng(given.seed).random(len(frame)) < dose
    frame[LEADER] = frame[LEADER].astype("Int64").mask(rows, pd.NA if instead is None else instead)
    return case(given, tv.read_actas(frame, contest=given.contest), declared_of(given, given.table))


def _renamed(given: Given, names: dict[str, str]) -> tv.Case:
    frame = given.table.frame.rename(columns=names)
    return case(given, tv.read_actas(frame, contest=given.contest), declared_of(given, given.table))


def _register(given: Given) -> tv.Case:
    other = clean_election(stations=len(given.table) // 2, seed=given.seed + 500)
    return case(given, given.table, declared_of(given, given.table), registry=other.registry)


def _twice(given: Given, mark: str, share: float = 1.0) -> tv.Case:
    frame = given.table.frame
    again = frame[np.random.default_rng(given.seed).random(len(frame)) < share].copy()
    again["station"] = again["station"].astype(str) + mark
    both = pd.concat([frame, again]).reset_index(drop=True)
    return case(given, tv.read_actas(both, contest=given.contest), declared_of(given, given.table))


# --- counting ---

PARTS = {"held": held, "file": file, "smear": smear}


def _off(votes: Mapping[str, int], truth: Mapping[str, int]) -> int:
    more = [count - truth[name] for name, count in votes.items()]
    return max(sum(one for one in more if one > 0), -sum(one for one in more if one < 0))


def line(attack: Attack, stations: int, seeds: int) -> str:
    verdicts: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    changes, least = [], []
    for seed in range(1, seeds + 1):
        given = clean_election(stations=stations, seed=seed)
        made = attack.case(given)
        report = tv.verify(made, checks=attack.checks)
        verdicts[str(report.verdict)] += 1
        found.update({(f.code, str(f.evidence)) for f in report.findings if f.evidence != "note"})
        if made.declared is not None:
            said = made.declared.bulletins[-1].of({})
            off = _off(said.votes, given.truth) if set(said.votes) <= set(given.truth) else None
            changes += [] if off is None or not said.votes else [off / given.truth["valid"]]
        if report.feasibility is not None:
            least.append(report.feasibility.sheets_wrong[0])
    told = ", ".join(f"{what} {many}" for what, many in verdicts.most_common())
    codes = "; ".join(f"{code} {rung} {many}" for (code, rung), many in sorted(found.items()))
    change = f"{median(changes):.2%}" if changes else "–"
    wrong = f"{median(least):g}" if least else "–"
    return f"| {attack.name} | {told} | {codes or '–'} | {change} | {wrong} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--stations", type=int, default=1000)
    asked = parser.parse_args()
    print("| what was done | verdicts | findings above a note | votes off | sheets wrong |")
    print("|---|---|---|--:|--:|")
    for attack in PARTS[asked.part]():
        if asked.only in attack.name:
            print(line(attack, asked.stations, asked.seeds), flush=True)


if __name__ == "__main__":
    main()
