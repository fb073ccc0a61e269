"""Areas that most depart from the other areas of the next larger one, ranked, with the reason.

The counterpart for centres, communes or provinces of
:func:`tallyverify.forensics.outlying_stations`: where every station of an area departs
together, none of them departs from its own area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Array, Counts, Floats, counts
from tallyverify.forensics.calibration.calibration_spec import TURNOUT
from tallyverify.forensics.calibration.map_threads import side_by_side
from tallyverify.forensics.indicator import Effect, Indicator
from tallyverify.forensics.places.context import Context, between_0_and_1, context_of
from tallyverify.forensics.places.context_levels import canonical
from tallyverify.forensics.places.context_tail import FEWEST, Tail, fitted_tail
from tallyverify.forensics.places.outlying import levels_named, looked_at
from tallyverify.forensics.places.outlying_result import percent_of
from tallyverify.language import clauses, counted, formula, told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    import pandas as pd

_SMALL_TAIL = 8.0
_COLUMNS = [
    *("level", "area", "within", "stations", "aspect", "share", "expected", "low", "high"),
    *("score", "pvalue", "adjusted", "flagged", "reason"),
]


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class OutlyingAreas(Indicator):
    """Areas by how far they depart; the statistic is the number flagged.

    Attributes
    ----------
    table : DataFrame
        One row an area, those that depart most first: ``level`` and ``area`` (names), ``within``
        (the larger areas), ``stations``, ``aspect``, ``share``, ``expected``, ``low`` and ``high``
        (95 % of honest areas), ``score``, ``pvalue`` (times the number of aspects), ``adjusted``,
        ``flagged`` and ``reason``.
    level : float
        The false discovery rate, over the areas of all levels.
    """

    table: pd.DataFrame
    level: float


@takes_input
def outlying_areas(
    votes: ArrayLike,
    *,
    areas: Sequence[ArrayLike],
    registered: ArrayLike | None = None,
    ballots: ArrayLike | None = None,
    candidates: Sequence[str] | None = None,
    area_names: Sequence[str] | None = None,
    level: float = 0.05,
) -> OutlyingAreas:
    """Rank areas by how far they depart from the other areas of the next larger one.

    Parameters
    ----------
    votes, areas, registered, ballots, candidates, area_names, level
        As for :func:`tallyverify.forensics.outlying_stations`. The largest areas are held
        against each other.

    Returns
    -------
    OutlyingAreas
        Refused where no level has areas enough to be held against each other.

    Raises
    ------
    InputError
        If the arrays do not fit each other, or the level is not between 0 and 1.

    Notes
    -----
    An area's log-odds are the weighted mean of its stations', so that a few odd stations do not
    make an odd area. The tail is fitted at each level with 200 areas or more; with fewer, a t with
    at most 8 degrees of freedom is taken. Among a few hundred areas one alone, however far out,
    may not be flagged: it makes the tail heavy. For the rest as for stations.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> centre = np.repeat(np.arange(1500), 3)
    >>> odds = rng.normal(0, 0.2, 1500)
    >>> odds[7] = 3.0
    >>> first = rng.binomial(400, 1 / (1 + np.exp(-odds[centre])))
    >>> found = outlying_areas(
    ...     np.column_stack([first, 400 - first]), areas=[centre], area_names=["centre"])
    >>> found
    <OutlyingAreas outlying: statistic 1, areas flagged 1; 4,500 stations>
    >>> found.table["area"][0]
    '7'
    """
    import pandas as pd

    x = counts("votes", votes, dimensions=2)
    between_0_and_1(level=level)
    labels = [np.asarray(some) for some in areas]
    sides, levels, _ = looked_at(x, areas, registered, ballots, candidates)
    kinds = levels_named(area_names, len(levels))
    order = canonical([*levels, *(side for _, *pair in sides for side in pair)])
    found: dict[tuple[int, ...], list[dict[str, Any]]] = {}
    inside = [some[order] for some in levels]

    def looked(side: tuple[str, Counts, Counts]) -> list[tuple[tuple[int, ...], dict[str, Any]]]:
        name, one, of = side[0], side[1][order], side[2][order]
        if int((of > 0).sum()) < FEWEST or one.sum() in (0, of.sum()):
            return []
        return _rows(context_of(one, of - one, inside), one, of, inside, name)

    for rows in side_by_side(looked, sides):
        for key, row in rows:
            found.setdefault(key, []).append(row)
    table = _table(found, labels, kinds, level) if found else pd.DataFrame(columns=_COLUMNS)
    refused = "" if found else told("no level has areas enough to be held against each other")
    many = int(table["flagged"].sum())
    return OutlyingAreas(
        code="outlying",
        statistic=None if refused else float(many),
        effect=None if refused else Effect(told("areas flagged"), many),
        used=0 if refused else len(x),
        null=told(
            "what the other areas of the next larger one show, with this election's own tail"
        ),
        refused=refused,
        warnings=(told("an area that departs is worth a look; why it departs, the paper may say"),),
        table=table,
        level=level,
    )


def _rows(
    context: Context, first: Counts, total: Counts, areas: list[Counts], name: str
) -> list[tuple[tuple[int, ...], dict[str, Any]]]:
    """Return what every area shows in one respect, by its codes from the largest level on."""
    from scipy import special

    votes = np.flatnonzero(total > 0)
    unit = np.arange(votes.size)
    rows = []
    for depth, (place, _) in enumerate(context.levels):
        unit = context.tree.parents[depth][unit]
        others = context.areas[depth]
        held = others.precision > 0
        if not held.any():
            continue
        deviation = np.sqrt(
            others.within + others.own_variance + 1 / np.where(held, others.precision, 1.0)
        )
        score = (others.own - others.mean) / deviation
        tail = _tail(score[held], context, depth)
        pvalue = 2 * tail.below(-np.abs(score))
        reach = tail.reach * deviation
        number = np.bincount(unit)
        shown = np.bincount(unit, first[votes]) / np.bincount(unit, total[votes])
        station = votes[np.unique(unit, return_index=True)[1]]
        ends = special.expit([others.mean, others.mean - reach, others.mean + reach])
        for at in np.flatnonzero(held):
            key = tuple(int(codes[station[at]]) for codes in areas[: place + 1])
            row = {
                "stations": int(number[at]),
                "aspect": name,
                "share": float(shown[at]),
                "expected": float(ends[0, at]),
                "low": float(ends[1, at]),
                "high": float(ends[2, at]),
                "score": float(score[at]),
                "pvalue": float(pvalue[at]),
            }
            rows.append((key, row))
    return rows


def _tail(score: Floats, context: Context, depth: int) -> Tail:
    if score.size >= FEWEST:
        return fitted_tail(score)
    parents = np.unique(context.tree.parents[depth + 1]).size
    return Tail(1.0, float(np.clip(score.size - parents, 1.5, _SMALL_TAIL)))


def _table(
    found: dict[tuple[int, ...], list[dict[str, Any]]],
    labels: list[Array],
    kinds: list[str],
    level: float,
) -> pd.DataFrame:
    import pandas as pd
    from scipy import stats

    words = [np.unique(some) for some in labels]
    rows = []
    for key in sorted(found):
        looked = found[key]
        # Of two candidates alone, one has too many where the other has too few: name the first.
        row = min(looked, key=lambda one: one["pvalue"] * (1 + 1e-6 * (one["score"] < 0)))
        smallest = min(1.0, min(one["pvalue"] for one in looked) * len(looked))
        path = [str(words[place][code]) for place, code in enumerate(key)]
        rows.append(
            {
                **row,
                "level": kinds[len(key) - 1],
                "area": path[-1],
                "within": " / ".join(path[:-1]),
                "pvalue": smallest,
                "reason": _reason(row, kinds, path),
            }
        )
    table = pd.DataFrame(rows)
    table["adjusted"] = stats.false_discovery_control(table["pvalue"])
    table["flagged"] = table["adjusted"] <= level
    return table.sort_values("pvalue", kind="stable", ignore_index=True)[_COLUMNS]


def _reason(row: dict[str, Any], kinds: list[str], path: list[str]) -> str:
    area, *larger = (
        formula("{level} {name}", level=level, name=name)
        for level, name in zip(kinds[len(path) - 1 :: -1], path[::-1], strict=True)
    )
    share, stations = percent_of(row["share"]), counted(row["stations"], "station", "stations")
    if row["aspect"] == TURNOUT:
        has = told(
            "Turnout is {share} in {area} ({stations})", share=share, area=area, stations=stations
        )
    else:
        has = told(
            "{name} has {share} in {area} ({stations})",
            name=row["aspect"],
            share=share,
            area=area,
            stations=stations,
        )
    return clauses([has, expected_of(row, larger[0] if larger else None)])


def expected_of(row: dict[str, Any], larger: str | None) -> str:
    """Return what is expected of an area, going by the rest of the larger one, if there is one."""
    expected, low, high = (percent_of(row[key]) for key in ("expected", "low", "high"))
    if larger is None:
        return told(
            "going by all others, expected {expected} ({low} to {high})",
            expected=expected,
            low=low,
            high=high,
        )
    return told(
        "going by the rest of {area}, expected {expected} ({low} to {high})",
        area=larger,
        expected=expected,
        low=low,
        high=high,
    )
