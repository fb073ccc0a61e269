"""Declared totals that were typed from percentages."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Hashes
from tallyverify.draws import station_uniforms
from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.records import AreaResult, Declared
from tallyverify.simulate.alter.sheets import check_dose
from tallyverify.taken import takes_input

_MOST_DECIMALS = 4
_FARTHEST = 1000


@dataclass(frozen=True, eq=False, repr=False)
class Typed:
    """A declared result of which some counts were computed from percentages.

    Attributes
    ----------
    declared : Declared
        As altered.
    truth : DataFrame
        A row per result declared: ``bulletin``, ``area`` (names joined by a slash), ``kind``,
        ``altered``, and the clean ``valid`` and votes as ``clean_<name>``.
    """

    declared: Declared
    truth: pd.DataFrame

    @property
    def results(self) -> int:
        """How many results were altered."""
        return int(self.truth["altered"].sum())

    def __repr__(self) -> str:
        return f"<Typed: {self.results} of {len(self.truth)} results>"


@takes_input
def type_totals(
    declared: Declared, dose: float = 1.0, *, seed: int = 0, decimals: int = 1
) -> Typed:
    """Replace declared votes by the nearest counts to rounded percentages of the valid votes.

    Parameters
    ----------
    declared : Declared
        Clean results, with valid votes and votes by candidate.
    dose : float
        Share of the results to alter: those of whole countries first, then areas by the seed.
    seed : int
        Same seed, same results.
    decimals : int
        Of the percentages, 0 to 4.

    Returns
    -------
    Typed
        Percentages sum to 100. Where the nearest counts do not sum to the valid votes, the valid
        votes become the closest number to which they do.

    Raises
    ------
    InputError
        If an argument is out of range, or no result has valid votes and votes that sum to them.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> typed = type_totals(clean_election(stations=200, seed=1).declared(by=()))
    >>> whole = typed.declared.bulletins[0].of({})
    >>> sum(whole.votes.values()) == whole.valid
    True
    """
    check_dose(dose, seed)
    if decimals not in range(_MOST_DECIMALS + 1):
        raise InputError(told("percentages have 0 to 4 decimals"), found=str(decimals))
    rows = [(bulletin.id, row) for bulletin in declared.bulletins for row in bulletin.areas]
    able = np.array([_able(row) for _, row in rows], dtype=bool)
    wanted = round(dose * len(rows))
    if wanted and not able.any():
        raise InputError(
            told("no declared result can be typed from percentages"),
            found=told("{rows} results", rows=str(len(rows))),
            expected=told("valid votes, and votes of all candidates that sum to them"),
        )
    names = ["/".join(row.area.values()) for _, row in rows]
    labels = np.array([f"{of}\x1f{name}" for (of, _), name in zip(rows, names, strict=True)])
    keys: Hashes = pd.util.hash_array(labels.astype(object), categorize=False)
    depth = np.array([len(row.area) > 0 for _, row in rows])
    order = np.lexsort((keys, station_uniforms(keys, seed, "typed"), depth))
    chosen = np.zeros(len(rows), dtype=bool)
    chosen[order[able[order]][:wanted]] = True

    made = [
        _typed(row, decimals) if pick else row for (_, row), pick in zip(rows, chosen, strict=True)
    ]
    after = iter(made)
    bulletins = tuple(
        bulletin.model_copy(update={"areas": tuple(next(after) for _ in bulletin.areas)})
        for bulletin in declared.bulletins
    )
    truth: dict[str, Any] = {
        "bulletin": [of for of, _ in rows],
        "area": names,
        "kind": np.where(chosen, "typed", "").astype(object),
        "altered": chosen,
        "clean_valid": pd.array([row.valid for _, row in rows], dtype="Int64"),
    }
    for name in dict.fromkeys(name for _, row in rows for name in row.figures):
        figures = [row.figures.get(name) for _, row in rows]
        truth[f"clean_{name}"] = pd.array(figures, dtype="Int64")
    return Typed(declared.model_copy(update={"bulletins": bulletins}), pd.DataFrame(truth))


def _able(row: AreaResult) -> bool:
    return bool(row.valid) and sum(row.figures.values()) == row.valid


def _typed(row: AreaResult, decimals: int) -> AreaResult:
    unit = 100 * 10**decimals
    valid, figures = row.valid or 0, row.figures
    exact = {name: Fraction(count * unit, valid) for name, count in figures.items()}
    steps = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(steps, key=lambda name: (steps[name] - exact[name], name))
    for name in by_remainder[: unit - sum(steps.values())]:
        steps[name] += 1
    counts: dict[str, int] = {}
    for away in (sign * apart for apart in range(_FARTHEST) for sign in (1, -1)):
        whole = valid + away
        counts = {name: _nearest(step * whole, unit) for name, step in steps.items()}
        if whole > 0 and sum(counts.values()) == whole:
            break
    valid = sum(counts.values())
    groups = tuple(g.model_copy(update={"votes": counts.get(g.name)}) for g in row.groups)
    changed: dict[str, Any] = {
        "valid": valid,
        "votes": {name: counts[name] for name in row.votes},
        "groups": groups,
    }
    if row.percentages:
        shares = {name: 100 * step / unit for name, step in steps.items()}
        changed["percentages"] = {
            name: shares.get(name, stated) for name, stated in row.percentages.items()
        }
    if row.ballots is not None:
        changed["ballots"] = row.ballots + valid - (row.valid or 0)
    return row.model_copy(update=changed)


def _nearest(count: int, unit: int) -> int:
    return (2 * count + unit) // (2 * unit)
