"""Where the stations that differ lie, and of which size they are: counts, and no test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts
from tallyverify.language import number, told
from tallyverify.reconcile.difference import StationsOfGroup

if TYPE_CHECKING:
    from tallyverify.reconcile.pair import Reconciliation

_LEVELS = 2
_QUARTERS = 4


def differing_by_area(pair: Reconciliation) -> tuple[StationsOfGroup, ...]:
    """Return the areas of the first two levels, those with most differing stations first."""
    found: list[StationsOfGroup] = []
    levels = pair.captures[0].table.levels[:_LEVELS]
    for depth in range(1, len(levels) + 1):
        names = pair.captures[0].area(levels[:depth])[pair.rows[0]]
        code, labels = pd.factorize(pd.MultiIndex.from_arrays(list(names.T)))
        groups = _groups(pair, np.asarray(code, dtype=np.int64), [tuple(label) for label in labels])
        found += sorted(groups, key=lambda one: (-one.differ, one.group))
    return tuple(found)


def differing_by_size(pair: Reconciliation) -> tuple[StationsOfGroup, ...]:
    """Return the quarters of the common stations by the votes on the first capture's sheet."""
    votes = pair.captures[0].votes[pair.rows[0]]
    if not len(votes):
        return ()
    edges = np.unique(np.quantile(votes, np.arange(1, _QUARTERS) / _QUARTERS, method="lower"))
    code = np.searchsorted(edges, votes, side="left").astype(np.int64)
    labels: list[tuple[str, ...]] = []
    for at in range(len(edges) + 1):
        here = votes[code == at]
        low, high = (int(here.min()), int(here.max())) if len(here) else (0, 0)
        labels.append((told("{low} to {high} votes", low=number(low), high=number(high)),))
    return tuple(one for one in _groups(pair, code, labels) if one.common)


def _groups(
    pair: Reconciliation, code: Counts, labels: list[tuple[str, ...]]
) -> list[StationsOfGroup]:
    many = len(labels)
    common = np.bincount(code, minlength=many)
    differ = np.bincount(code[pair.differing], minlength=many)
    net = {
        name: np.bincount(code, weights=pair.change[:, at], minlength=many)
        for at, name in enumerate(pair.options)
    }
    rate = pair.differ / max(pair.common, 1)
    return [
        StationsOfGroup(
            group=label,
            common=int(common[at]),
            differ=int(differ[at]),
            expected=round(rate * int(common[at]), 6),
            net={name: int(sums[at]) for name, sums in net.items() if sums[at]},
        )
        for at, label in enumerate(labels)
    ]
