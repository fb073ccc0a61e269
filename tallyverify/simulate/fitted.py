"""Synthetic actas whose sums are given totals, exactly, area by area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, Floats
from tallyverify.draws import streams
from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.records import Contest
from tallyverify.simulate.structure import (
    BRANCHING,
    FIRST_CENTRE,
    SIZES,
    area_names,
    as_table,
    deal,
    log_rates,
    nest,
)
from tallyverify.table import ActaTable
from tallyverify.taken import takes_input

_DEVIATIONS = {"municipality": 0.35, "parish": 0.25, "centre": 0.4}
_LINES = ("null", "blank")
_CENTRES_PER_AREA = 1_000_000


@takes_input
def fit_totals(
    totals: pd.DataFrame,
    contest: Contest,
    *,
    seed: int,
    sizes: Counts = SIZES,
    branching: Mapping[str, float] = BRANCHING,
    share_deviations: Mapping[str, float] = _DEVIATIONS,
    overdispersion: float = 1.2,
    labels: Mapping[str, str] | None = None,
) -> ActaTable:
    """Simulate actas that add up to published totals.

    In each area of the largest level, stations get a size and rates for every candidate as in
    :func:`clean_election`; then each total is dealt over the area's stations by one multinomial
    draw in proportion to size times rate. The sums are therefore those given, to the vote.

    Parameters
    ----------
    totals : DataFrame
        One row per area of the contest's largest level, named by the index. Columns:
        ``stations`` (number of actas), one per candidate, and optionally ``null`` and ``blank``.
        Other columns are not used.
    contest : Contest
        Levels and candidates.
    seed : int
        Same seed, same table.
    sizes : ndarray of int
        Station sizes to resample from; only their ratios matter here.
    branching : mapping of str to float
        Mean number of the next smaller unit in an area, by level.
    share_deviations : mapping of str to float
        By level below the largest, standard deviation of the log-odds of two candidates.
    overdispersion : float
        χ²/df of the station × candidate table within centres.
    labels : mapping of str to str, optional
        First word of an area's made-up name, by level; default is the level's own name.

    Returns
    -------
    ActaTable
        With ``valid`` (the sum of the candidates) and the given lines, without registered voters.

    Raises
    ------
    InputError
        If a column is absent, or a total is negative or given for an area without stations.

    Examples
    --------
    >>> contest = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}],
    ...     "levels": ["state", "municipality", "parish", "centre"]})
    >>> totals = pd.DataFrame({"stations": [20, 10], "A": [5001, 900], "B": [4000, 2100]},
    ...     index=["North", "South"])
    >>> table = fit_totals(totals, contest, seed=1)
    >>> table.frame.groupby("state")[["A", "B", "valid"]].sum().values.tolist()
    [[5001, 4000, 9001], [900, 2100, 3000]]
    """
    names = contest.candidate_ids
    _check(totals, contest, branching)
    lines = [name for name in _LINES if name in totals.columns]
    below = {level: float(branching[level]) for level in contest.levels[1:]}
    parts: list[dict[str, Any]] = []
    for place, rng in enumerate(streams(seed, len(totals))):
        row = totals.iloc[place]
        count = int(row["stations"])
        areas = nest(count, below, rng)
        size = rng.choice(sizes, size=count).astype(np.int64)
        given = np.array([int(row[name]) for name in names], dtype=np.int64)
        rates = np.maximum(given, 1) * np.exp(log_rates(areas, share_deviations, len(names), rng))
        # Sizes are scaled to the area's mean number of votes: overdispersion depends on it.
        expected = np.maximum(size * (given.sum() / size.sum()), 1).astype(np.int64)
        weight = size[:, None] * deal(expected, rates, overdispersion, rng)
        votes = {name: _dealt(given[k], weight[:, k], rng) for k, name in enumerate(names)}
        codes = FIRST_CENTRE + (place + 1) * _CENTRES_PER_AREA
        made = area_names(areas, labels, codes)
        parts.append(
            {
                "station": made["station"],
                contest.levels[0]: np.full(count, str(totals.index[place]), dtype=object),
                **made,
                "valid": np.sum(list(votes.values()), axis=0),
                **{line: _dealt(int(row[line]), size.astype(float), rng) for line in lines},
                **votes,
            }
        )
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return as_table(columns, contest, "(simulated)")


def _dealt(total: int, weight: Floats, rng: np.random.RandomState) -> Counts:
    """Deal a total in proportion to weights: a multinomial draw."""
    edges = np.cumsum(weight)
    drawn = np.searchsorted(edges, np.sort(rng.random_sample(total)) * edges[-1], side="right")
    return np.bincount(np.minimum(drawn, len(weight) - 1), minlength=len(weight))


def _check(totals: pd.DataFrame, contest: Contest, branching: Mapping[str, float]) -> None:
    needed = ["stations", *contest.candidate_ids]
    absent = [name for name in needed if name not in totals.columns]
    if absent or not len(totals):
        raise InputError(
            told("totals need a row, and a column for each of the contest's candidates"),
            found=told("{rows} rows, no {names}", rows=str(len(totals)), names=listed(absent)),
            expected=listed(needed),
        )
    below = contest.levels[1:]
    unknown = [level for level in below if level not in branching]
    if unknown or not below:
        raise InputError(
            told("stations are placed in levels below the largest, each with a mean in branching"),
            found=told(
                "levels {levels}; branching has no {unknown}",
                levels=listed(contest.levels),
                unknown=listed(unknown),
            ),
            expected=listed(branching),
        )
    counts = totals[[*needed, *(name for name in _LINES if name in totals.columns)]]
    if (counts.to_numpy() < 0).any() or (counts["stations"] < 1).any():
        raise InputError(
            told("totals are counts, and each area has at least one station"),
            found=told("lowest {counts}", counts=str(counts.min().to_dict())),
        )
