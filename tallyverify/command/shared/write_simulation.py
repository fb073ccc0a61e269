"""The command ``tallyverify simulate``: a made-up case, and the truth about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.atomic_write import write_whole
from tallyverify.case import load_case
from tallyverify.errors import InputError, listed, nearest, printable, shown
from tallyverify.language import counted, enumerated, formula, number, told
from tallyverify.simulate import (
    ALTERATIONS,
    FAVOURING,
    SimulatedElection,
    case_texts,
    clean_election,
    clean_like,
    structure_of,
    truth_of,
)
from tallyverify.table import ActaTable, together

FILES = (
    "contest.json",
    "declared.json",
    "actas.csv",
    "stations.csv",
    "case.json",
    "truth.csv",
    "truth_declared.csv",
)
"""What may be written; the last only where declared results are altered."""

_STATIONS = 1000
_MOST_STATIONS = 1_000_000
_DECLARED, _HIDDEN, _TARGETS = "typed", "withheld", "targets"


def write_simulation(
    out: Path,
    *,
    stations: int | None = None,
    like: Path | None = None,
    seed: int = 0,
    alter: Sequence[str] = (),
    candidate: str | None = None,
    targets_of: str | None = None,
    force: bool = False,
) -> str:
    """Simulate a case, write it as a folder, and return what is to be printed.

    The declared result is the sum of the sheets *as altered*, of all stations: no declared figure
    contradicts a sheet, so only methods that look at the sheets' figures themselves can notice.
    But ``typed`` alters what is declared: areas then no longer sum to the country.
    """
    doses = _doses(alter)
    if candidate is not None and not FAVOURING & set(doses):
        raise InputError(
            told("no alteration that is asked for favours a candidate"),
            found=f"--candidate {shown(candidate)}",
            hint=told("--alter NAME=DOSE with one of {names}", names=listed(sorted(FAVOURING))),
        )
    if targets_of is not None and _TARGETS not in doses:
        raise InputError(
            told("no alteration that is asked for makes round percentages"),
            found=f"--targets-of {targets_of}",
            hint=f"--alter {_TARGETS}=0.05",
        )
    if like is not None and stations is not None:
        raise InputError(
            told("the number of stations is that of the case to be like"),
            found=told("--stations {stations} and --like", stations=str(stations)),
            expected=told("one of the two"),
        )
    _check_free(out, force)
    options: dict[str, dict[str, Any]] = {name: {} for name in doses}
    for name in FAVOURING & set(doses):
        options[name] = {} if candidate is None else {"candidate": candidate}
    if targets_of is not None:
        options[_TARGETS] |= {"of": targets_of}
    texts, said = _simulated(_election(stations, like, seed), doses, options, seed)
    # The truth of a case that stood here before is none of this one, and goes.
    write_whole({out / name: texts.get(name) for name in FILES})
    names = enumerated(printable(str(out / name)) for name in FILES if name in texts)
    written = told("written: {files}", files=names)
    return f"{said}\n{written}\n"


def _doses(alter: Sequence[str]) -> dict[str, float]:
    doses: dict[str, float] = {}
    for text in alter:
        name, _, dose = text.partition("=")
        if name not in ALTERATIONS:
            raise InputError(
                told("no alteration has this name"),
                found=shown(name),
                expected=listed(ALTERATIONS),
                hint=nearest(name, tuple(ALTERATIONS)),
            )
        if name in doses:
            raise InputError(told("an alteration is asked for twice"), found=shown(name))
        if not re.fullmatch(r"[0-9]{0,9}\.?[0-9]{1,12}", dose) or not 0 < float(dose) <= 1:
            raise InputError(
                told("a dose is a share of the stations"),
                found=shown(text),
                expected=told("a number above 0, at most 1"),
                hint=f"--alter {name}=0.05",
            )
        doses[name] = float(dose)
    return doses


def _check_free(out: Path, force: bool) -> None:
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not there.is_dir():
        raise InputError(
            told("OUT names a file") if there == out else told("OUT names a place inside a file"),
            file=there.name,
            found=told("a file"),
            expected=told("a folder, or a name that is still free"),
        )
    taken = [name for name in FILES if (out / name).exists()]
    if [name for name in taken if (out / name).is_dir()]:
        where = told("a folder stands where a file would be written")
        raise InputError(where, found=listed(taken))
    if taken and not force:
        raise InputError(
            told("the folder holds a case already")
            if "case.json" in taken
            else told("files are in the way"),
            file=out.name,
            found=listed(taken),
            expected=told("a folder without them"),
            hint=told("name another folder, or replace them with --force"),
        )


def _election(stations: int | None, like: Path | None, seed: int) -> SimulatedElection:
    if like is None:
        wanted = _STATIONS if stations is None else stations
        if not 1 <= wanted <= _MOST_STATIONS:
            raise InputError(
                told("a case of this size is not simulated"),
                found=told("{count} stations", count=str(wanted)),
                expected=told("from 1 to {most}", most=number(_MOST_STATIONS)),
            )
        return clean_election(stations=wanted, seed=seed)
    return clean_like(structure_of(together(load_case(like).actas.parts())), seed=seed)


def _simulated(
    clean: SimulatedElection,
    doses: dict[str, float],
    options: dict[str, dict[str, Any]],
    seed: int,
) -> tuple[dict[str, str], str]:
    """The files by name, and what they hold in words."""
    kinds = np.full(len(clean.table), "", dtype=object)
    stations = counted(len(kinds), "station", "stations")
    said: list[str] = [
        told("simulated: {stations}, seed {seed}", stations=stations, seed=str(seed))
    ]

    def put(name: str, given: Any) -> Any:
        try:
            return ALTERATIONS[name](given, doses[name], seed=seed, **options[name])
        except InputError as error:
            raise error.at(f"--alter {name}={doses[name]:g}") from None

    def put_in(name: str, table: ActaTable) -> ActaTable:
        found = put(name, table)
        where = found.truth["altered"].to_numpy()
        kinds[where] = [f"{kind}+{name}" if kind else name for kind in kinds[where]]
        altered: str = counted(found.stations, "station", "stations")
        asked = round(doses[name] * len(table))
        if found.stations < asked:
            altered = told(
                "{stations} of {asked} asked for: no more can be",
                stations=altered,
                asked=number(asked),
            )
        who = _favoured(name, table, options[name])
        said.append(formula("{name}: {altered}{who}", name=name, altered=altered, who=who))
        result: ActaTable = found.table
        return result

    table = clean.table
    for name in doses:
        if name not in (_DECLARED, _HIDDEN):
            table = put_in(name, table)
    declared = replace(clean, table=table).declared(by=table.levels[:1])
    truth: dict[str, str] = {}
    if _DECLARED in doses:
        typed = put(_DECLARED, declared)
        line = told(
            "{name}: {altered} of {all} declared results",
            name=_DECLARED,
            altered=str(typed.results),
            all=str(len(typed.truth)),
        )
        said.append(line)
        declared = typed.declared
        truth["truth_declared.csv"] = _csv(typed.truth)
    published = put_in(_HIDDEN, table) if _HIDDEN in doses else table
    truth["truth.csv"] = _csv(
        truth_of(clean.table, table, kinds, clean.table.figures).sort_values("station")
    )
    texts = case_texts(published, declared=declared, registry=clean.registry)
    return texts | truth, "\n".join(map(str, said))


def _favoured(name: str, table: ActaTable, options: dict[str, Any]) -> str:
    """Return whom an alteration favours, empty where it favours nobody."""
    if name not in FAVOURING:
        return ""
    ids = table.contest.candidate_ids
    leader = max(ids, key=lambda one: int(table.figure(one)[0].sum()))
    who = shown(options.get("candidate", leader))
    if name == _HIDDEN:
        return told(", good ones of {who}", who=who)
    if name == "swapped":
        return told(", of {who} and another", who=who)
    return told(", for {who}", who=who)


def _csv(truth: pd.DataFrame) -> str:
    truth = truth.assign(altered=truth["altered"].astype(int))
    return truth.to_csv(index=False, lineterminator="\n")
