"""Which way slips go: stations of one area whose ballots differ in one direction, and elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, Texts
from tallyverify.checking import Check
from tallyverify.findings import Evidence, Finding, place
from tallyverify.language import counted, formatted, number, percent, told

FEWEST = 10
"""Stations that differ in an area, and in the whole, before a direction is looked for."""
_ALPHA = 0.05
_PRIOR = 10.0  # slips that go both ways, added to those seen elsewhere


@dataclass(frozen=True, eq=False)
class Compared:
    """The stations of which both contests tell the ballots, in the order of their keys."""

    name: str
    station: Texts
    own: Counts
    other: Counts
    areas: dict[str, Texts]

    @property
    def more(self) -> Counts:
        """How many ballots more the other contest has."""
        return self.other - self.own


@dataclass(frozen=True, eq=False)
class _Direction:
    """Slips of one area and those elsewhere, with the chance of that if slips go both ways."""

    contest: str
    area: dict[str, str]
    up: int
    differ: int
    up_elsewhere: int
    elsewhere: int
    pvalue: float


def directions(check: Check, compared: list[Compared]) -> list[Finding]:
    """Return what areas stand out by the direction of their slips, and what the whole shows."""
    from scipy.stats import binom, false_discovery_control

    said, tested = [], []
    for one in compared:
        up, differ = int((one.more > 0).sum()), int((one.more != 0).sum())
        if differ < FEWEST:
            continue
        chance = _two_sided(binom, up, differ, 0.5)
        said.append(_whole_direction(check, one, up, differ, chance))
        tested += _by_area(one)
    if not tested:
        return said
    adjusted = false_discovery_control([one.pvalue for one in tested])
    ranked = sorted(zip(adjusted, tested, strict=True), key=lambda pair: pair[0])
    return [_leaning(check, one, float(p)) for p, one in ranked if p <= _ALPHA] + said


def _whole_direction(check: Check, one: Compared, up: int, differ: int, chance: float) -> Finding:
    return check.finding(
        told(
            "of {stations} whose ballots differ, {up} have more in {contest} than on their acta, "
            "and {down} fewer; where voters may leave a paper, or keep one, most lean one way "
            "everywhere",
            stations=counted(differ, "station", "stations"),
            up=number(up),
            contest=one.name,
            down=number(differ - up),
        ),
        evidence=Evidence.NOTE,
        observed=up,
        expected=differ / 2,
        arithmetic=told("p = {p} if slips go both ways", p=formatted(chance, ".2g")),
    )


def _by_area(one: Compared) -> list[_Direction]:
    """Test each area of every level in which enough stations differ, and which is not the whole."""
    from scipy.stats import binom

    up, differ = one.more > 0, one.more != 0
    ups, all_differ = int(up.sum()), int(differ.sum())
    found: list[_Direction] = []
    inside = np.zeros(len(up), dtype=np.int64)
    for depth, names in enumerate(one.areas.values(), start=1):
        here, _ = pd.factorize(names)
        inside, _ = pd.factorize(inside * (int(here.max()) + 1) + here)
        size, slips = np.bincount(inside), np.bincount(inside, differ).astype(np.int64)
        upward = np.bincount(inside, up).astype(np.int64)
        known = np.bincount(inside, names == "") == 0
        at = np.flatnonzero(np.append(True, inside[1:] > np.maximum.accumulate(inside)[:-1]))
        for code in np.flatnonzero((slips >= FEWEST) & (size < len(up)) & known):
            m, more = int(slips[code]), int(upward[code])
            rest, rest_up = all_differ - m, ups - more
            # If slips elsewhere lean too, an area that leans as they do does not stand out.
            lean = (rest_up + _PRIOR / 2) / (rest + _PRIOR)
            p = max(_two_sided(binom, more, m, 0.5), _two_sided(binom, more, m, lean))
            area = {n: str(one.areas[n][at[code]]) for n in list(one.areas)[:depth]}
            found.append(_Direction(one.name, area, more, m, rest_up, rest, p))
    return found


def _two_sided(binom: Any, up: int, differ: int, chance: float) -> float:
    """Return twice the smaller tail of so many slips of one direction."""
    below, above = binom.cdf(up, differ, chance), binom.sf(up - 1, differ, chance)
    return float(min(1.0, 2 * min(below, above)))


def _leaning(check: Check, one: _Direction, adjusted: float) -> Finding:
    elsewhere = told("elsewhere none differ")
    if one.elsewhere:
        elsewhere = told(
            "elsewhere {share} of {differ}",
            share=percent(one.up_elsewhere, one.elsewhere, 0),
            differ=number(one.elsewhere),
        )
    return check.finding(
        told(
            "{area}: of {stations} whose ballots differ, {up} have more in {contest} than on their "
            "acta ({elsewhere}); slips go both ways (adjusted p = {p}). Another rule of counting "
            "in one place, or one contest counted elsewhere, does the same",
            area=place(one.area),
            stations=counted(one.differ, "station", "stations"),
            up=number(one.up),
            contest=one.contest,
            elsewhere=elsewhere,
            p=formatted(adjusted, ".2g"),
        ),
        area=one.area,
        observed=one.up,
        expected=one.differ / 2,
        arithmetic=told(
            "{up} of {differ}; p = {p}",
            up=number(one.up),
            differ=number(one.differ),
            p=formatted(one.pvalue, ".2g"),
        ),
    )
