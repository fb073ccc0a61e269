"""A clean file of 300 stations, and the ways in which its meaning is lost.

Each way takes the file's cells and the mapping, and returns what a mission would hand in without
knowing: nothing in the file says that it is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import pandas as pd

from tallyverify import Case, Contest, Declared, read_actas
from tallyverify.simulate import clean_election

STATIONS = 300
Map = dict[str, Any]
File = tuple[pd.DataFrame, Map]

CONTEST = Contest.model_validate(
    {"id": "r", "levels": ["state", "town"], "candidates": [{"id": name} for name in "ABC"]}
)


def mapping() -> Map:
    return {
        "station": ["STATE", "TOWN", "TABLE"],
        "areas": {"state": "STATE", "town": "TOWN"},
        "lines": {
            "registered": "LISTED",
            "valid": "VALID",
            "null": "NULL",
            "blank": "BLANK",
            "ballots": "BALLOTS",
        },
        "votes": {"A": "ANA", "B": "BERTO", "C": "CARLA"},
    }


FIGURES = ["LISTED", "ANA", "BERTO", "CARLA", "VALID", "NULL", "BLANK", "BALLOTS"]


@cache
def _clean(seed: int) -> pd.DataFrame:
    """STATE, TOWN and TABLE name a station together: 6 states of 5 towns of 10 tables."""
    election = clean_election(stations=STATIONS, seed=seed)
    frame = election.table.frame
    names = ["registered", "A", "B", "C", "valid", "null", "blank", "ballots"]
    cells = frame[names].astype(str).set_axis(FIGURES, axis=1).reset_index(drop=True)
    at = pd.Series(range(STATIONS))
    cells.insert(0, "STATE", ("State " + (at // 50).map(lambda n: "NSEWUV"[n])).to_list())
    cells.insert(1, "TOWN", ("Town " + (at // 10 % 5 + 1).astype(str)).to_list())
    cells.insert(2, "TABLE", (at % 10 + 1).astype(str).to_list())
    cells.insert(3, "ID", (120_001 + 37 * at).astype(str).to_list())
    return cells


def clean(seed: int) -> File:
    return _clean(seed).copy(), mapping()


SHAPES = (
    "states", "whole", "silent", "covered", "towns", "percentages", "two bulletins", "lists only",
)  # fmt: skip
"""How results are declared: what of them, and what is said about them."""


def declared_of(seed: int, *, right: bool, shape: str = "states") -> Declared:
    """Return the declared result in one of the shapes; or with a tenth of A's votes moved to B."""
    frame, _ = clean(seed)
    votes = frame[["ANA", "BERTO", "CARLA"]].astype(int).set_axis(list("ABC"), axis=1)
    if not right:
        moved = votes["A"] // 10
        votes["A"] -= moved
        votes["B"] += moved
    levels = {"states": ["STATE"], "towns": ["STATE", "TOWN"]}.get(shape, [])
    rows: list[dict[str, Any]] = [{"votes": _sums(votes)}]
    for names, here in votes.groupby([frame[level] for level in levels]) if levels else ():
        area = dict(zip(("state", "town"), names, strict=False))
        rows.append({"area": area, "votes": _sums(here)})
    for row in rows:
        row["valid"] = sum(row["votes"].values())
    whole: dict[str, Any] = {"stations": STATIONS}
    whole["registered"] = int(frame["LISTED"].astype(int).sum())
    bulletin: dict[str, Any] = {"id": "final", "complete": True, "areas": rows}
    bulletins = [bulletin]
    if shape in ("silent", "covered", "lists only"):
        del bulletin["complete"]
    if shape == "states":
        rows[0]["stations"] = STATIONS
    elif shape == "covered":
        rows[0]["coverage"] = 1.0
    elif shape == "silent":
        whole = {}
    elif shape == "lists only":
        whole = {"registered": whole["registered"]}
    elif shape == "percentages":
        every = rows[0].pop("votes")
        shares = {name: round(100 * n / sum(every.values()), 2) for name, n in every.items()}
        rows[0]["percentages"] = shares
    elif shape == "two bulletins":
        early = _sums(votes[: STATIONS // 2])
        part = {"votes": early, "stations": STATIONS // 2, "valid": sum(early.values())}
        bulletins.insert(0, {"id": "first", "areas": [part]})
    return Declared.model_validate({**whole, "bulletins": bulletins})


def _sums(votes: pd.DataFrame) -> dict[str, int]:
    return {str(name): int(total) for name, total in votes.sum().items()}


def case_of(file: File, declared: Declared) -> Case:
    frame, how = file
    table = read_actas(frame, contest=CONTEST, mapping=how)
    return Case(CONTEST, table, declared)


def truths(seed: int, case: Case) -> int:
    """Return how many stations stand in the table as they were counted, under their own place.

    Where no result is declared by area, a place decides nothing.
    """
    frame, _ = clean(seed)
    table: Any = case.actas
    by_area = any(row.area for one in case.declared.bulletins for row in one.areas)  # type: ignore[union-attr]
    place = ["state"] if by_area and "state" in table.levels else []
    true = frame[[*(["STATE"] if place else []), "ANA", "BERTO", "CARLA"]]
    read = table.frame[[*place, "A", "B", "C"]].astype(str)
    return len(
        set(true.itertuples(index=False, name=None)) & set(read.itertuples(index=False, name=None))
    )


# --- The ways ------------------------------------------------------------------------------------


def _short_key(gone: str) -> Callable[[File, Random], File]:
    def broken(file: File, random: Random) -> File:
        frame, how = file
        how["station"].remove(gone)
        return frame, how

    return broken


def _labels_once(column: str) -> Callable[[File, Random], File]:
    """Only the first row of each block is labelled, and the key is another column."""

    def broken(file: File, random: Random) -> File:
        frame, how = file
        how["station"] = ["ID"]
        again = frame[column] == frame[column].shift()
        return frame.assign(**{column: frame[column].where(~again, "")}), how

    return broken


def _totals(level: str, where: str, label: str) -> Callable[[File, Random], File]:
    def broken(file: File, random: Random) -> File:
        frame, how = file
        how["station"] = ["ID"]
        blocks = []
        keys = {"town": ["STATE", "TOWN"], "state": ["STATE"], "country": []}[level]
        groups = frame.groupby(keys, sort=False) if keys else [("", frame)]
        for at, (_, block) in enumerate(groups):
            total = block.iloc[:1].copy()
            total[FIGURES] = [[str(n) for n in block[FIGURES].astype(int).sum()]]
            total["TABLE"] = label
            total["ID"] = label or f"9{at:05d}"
            blocks += [total, block] if where == "start" else [block, total]
        return pd.concat(blocks, ignore_index=True), how

    return broken


def _dropped_as_totals(file: File, random: Random) -> File:
    frame, how = file
    again = frame["STATE"] == frame["STATE"].shift()
    how["subtotals"] = "leave_out"
    return frame.assign(STATE=frame["STATE"].where(~again, "")), how


def _annulled(file: File, random: Random) -> File:
    frame, how = file
    status = [random.choice(["contabilizada", "anulada", "anulada"]) for _ in range(len(frame))]
    frame = frame.assign(STATUS=status)
    false = frame["STATUS"] == "anulada"
    frame.loc[false, "ANA"], frame.loc[false, "BERTO"] = (
        frame.loc[false, "BERTO"].copy(),
        frame.loc[false, "ANA"].copy(),
    )
    return frame, how


def _copies(file: File, random: Random) -> File:
    """A hundred rows stand again, under a key of their own."""
    frame, how = file
    how["station"] = ["ID"]
    again = frame.sample(100, random_state=random.randrange(1000))
    return pd.concat([frame, again.assign(ID=again["ID"] + "-2")], ignore_index=True), how


def _shifted(file: File, random: Random) -> File:
    """From one column on, each cell stands one to the right of its name."""
    frame, how = file
    start = frame.columns.get_loc(random.choice(["LISTED", "ANA", "BERTO", "VALID"]))
    columns = list(frame.columns)
    frame.insert(start, "_", "7")
    frame = frame.iloc[:, : len(columns)].set_axis(columns, axis=1)
    return frame, how


def _exchanged(one: str, other: str) -> Callable[[File, Random], File]:
    def broken(file: File, random: Random) -> File:
        frame, how = file
        return frame.rename(columns={one: other, other: one}), how

    return broken


def _exchanged_on_some(one: str, other: str) -> Callable[[File, Random], File]:
    """A third of the sheets have two columns in each other's place; only valid is mapped."""

    def broken(file: File, random: Random) -> File:
        frame, how = file
        how["lines"] = {"valid": "VALID"}
        rows = [random.random() < 1 / 3 for _ in range(len(frame))]
        frame.loc[rows, [one, other]] = frame.loc[rows, [other, one]].to_numpy()
        return frame, how

    return broken


def _header_again(file: File, random: Random) -> File:
    frame, how = file
    again = pd.DataFrame([{name: name for name in frame.columns}])
    at = random.randrange(50, 250)
    return pd.concat([frame[:at], again, frame[at:]], ignore_index=True), how


def _truncated(file: File, random: Random) -> File:
    frame, how = file
    rows = frame.index >= random.randrange(100, 200)
    frame.loc[rows, FIGURES[1:]] = ""
    return frame, how


def _mixed_thousands(file: File, random: Random) -> File:
    frame, how = file
    for name, sign in (("ANA", ","), ("BERTO", ".")):
        frame[name] = [f"1{sign}{int(n):03d}" if at % 3 else n for at, n in enumerate(frame[name])]
        frame.loc[3::9, name] = frame.loc[3::9, name] + f"{sign}5"
    return frame, how


def _column_missing(file: File, random: Random) -> File:
    """A candidate stands under two names, and one of them is not mapped."""
    frame, how = file
    second = frame["ANA"].astype(int) // 4
    frame["ANA LIST 2"] = second.astype(str)
    frame["ANA"] = (frame["ANA"].astype(int) - second).astype(str)
    return frame, how


def _another_order(file: File, random: Random) -> File:
    """The sheets of two states have VALID, ANA and LISTED in another order."""
    frame, how = file
    rows = frame["STATE"].isin(["State N", "State S"])
    frame.loc[rows, ["LISTED", "ANA", "VALID"]] = frame.loc[
        rows, ["ANA", "VALID", "LISTED"]
    ].to_numpy()
    return frame, how


def _decimals(file: File, random: Random) -> File:
    frame, how = file
    frame["BERTO"] = [f"{n}.5" if at % 4 == 0 else n for at, n in enumerate(frame["BERTO"])]
    return frame, how


def _scientific(file: File, random: Random) -> File:
    frame, how = file
    how["station"] = ["ID"]
    frame["ID"] = [f"{int(n):.2E}" for n in frame["ID"]]
    return frame, how


def _two_spellings(file: File, random: Random) -> File:
    """Half of one state's sheets, and all of another's, spell it otherwise."""
    frame, how = file
    how["station"] = ["ID"]
    frame["STATE"] = [
        name.replace("State S", "Staate S").replace("State E", "Stat E" if at % 2 else "State E")
        for at, name in enumerate(frame["STATE"])
    ]
    return frame, how


def _lost_zeros(file: File, random: Random) -> File:
    """Honest: one half of the codes lost their leading zeros."""
    frame, how = file
    how["station"] = ["ID"]
    frame["ID"] = [n if at % 2 else f"000{n}" for at, n in enumerate(frame["ID"])]
    return frame, how


def _merged_versions(file: File, random: Random) -> File:
    frame, how = file
    how["station"] = ["TABLE"]
    how["repeated"] = random.choice(["sum", {"latest": "ID"}, {"first": "ID"}])
    return frame, how


def _versions_of_others(how_named: str) -> Callable[[File, Random], File]:
    """The key is short, one row of each key counts, and no line tells the stations apart."""

    def broken(file: File, random: Random) -> File:
        frame, how = file
        cut = {"column": "ID", "pattern": r"\d{4}(\d\d)"}
        how["station"] = [random.choice(["TABLE", cut])]
        how["repeated"] = {how_named: "ID"}
        how["lines"] = {"valid": "VALID"}
        how["areas"] = random.choice([{}, how["areas"]])
        return frame, how

    return broken


def _not_a_place(file: File, random: Random) -> File:
    frame, how = file
    how["station"] = ["ID"]
    frame.loc[frame.index % 3 > 0, "STATE"] = random.choice(["NA", "N/A", "-", "#N/A"])
    return frame, how


BREAKS: dict[str, Callable[[File, Random], File]] = {
    "key without its state": _short_key("STATE"),
    "key without its town": _short_key("TOWN"),
    "key without its table": _short_key("TABLE"),
    "short key, rows merged": _merged_versions,
    "short key, the last counts": _versions_of_others("latest"),
    "short key, the first counts": _versions_of_others("first"),
    "states labelled once": _labels_once("STATE"),
    "towns labelled once": _labels_once("TOWN"),
    "states labelled once, the rest left out": _dropped_as_totals,
    "totals of towns at the end": _totals("town", "end", ""),
    "totals of states at the start": _totals("state", "start", ""),
    "totals of states, labelled": _totals("state", "end", "TOTAL"),
    "total of the country": _totals("country", "end", ""),
    "annulled sheets among them": _annulled,
    "copies of rows": _copies,
    "shifted columns": _shifted,
    "a candidate and the valid votes exchanged": _exchanged("ANA", "VALID"),
    "ballots and voters exchanged": _exchanged("BALLOTS", "LISTED"),
    "a candidate and null votes exchanged on some": _exchanged_on_some("ANA", "NULL"),
    "a candidate and voters exchanged on some": _exchanged_on_some("BERTO", "LISTED"),
    "a candidate and valid votes exchanged on some": _exchanged_on_some("CARLA", "VALID"),
    "a header in the middle": _header_again,
    "truncated rows": _truncated,
    "mixed thousands": _mixed_thousands,
    "a column missing": _column_missing,
    "another order in two states": _another_order,
    "decimals": _decimals,
    "scientific notation": _scientific,
    "two spellings of areas": _two_spellings,
    "zeros lost": _lost_zeros,
    "NA for a place": _not_a_place,
}
HONEST = ("zeros lost", "a header in the middle")
"""Ways that lose nothing: the reader must see through them."""
