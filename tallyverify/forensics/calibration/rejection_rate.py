"""How often each test rejects clean elections that look like this one, measured before it is used.

Clean twins of the table are drawn, each test is run on each, and its rejections at 0.05 are
counted. A test that rejects too many clean twins has no p-value here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Mask
from tallyverify.forensics.calibration.calibration_spec import CalibrationSpec
from tallyverify.forensics.calibration.clean_twin import TwinModel, twin_model
from tallyverify.forensics.calibration.map_threads import side_by_side
from tallyverify.forensics.stations import Stations
from tallyverify.language import formatted, told

ALPHA = 0.05  # level at which rejections are counted
WORST_RATE = 0.075  # a test that rejects a larger share of clean twins has no p-value
_DRAWS = 60_000_000
_FEWEST_TWINS, _MOST_TWINS = 200, 1000

# Twins that show what is expected of any; none of them is one that rejections are counted on.
_LEARNT_FROM = 16
THOROUGH = 800  # twins of a thorough look
_OTHERS = 1_000_000

_MOST_KEPT = 2000


@dataclass(frozen=True)
class RejectionRate:
    """What a test does with clean elections of these stations.

    Attributes
    ----------
    rate : float
        Share of the twins that it rejects at 0.05.
    twins : int
        How many there were.
    """

    rate: float
    twins: int

    @property
    def fit(self) -> bool:
        """Whether the test may be used."""
        return self.rate <= WORST_RATE

    def scaled_by_rate(self, pvalue: float) -> float:
        """Return a p-value times the rate over 0.05, if the rate is larger."""
        return min(1.0, pvalue * max(1.0, self.rate / ALPHA))

    @property
    def words(self) -> str:
        """The same, for a reader."""
        return told(
            "rejects {rate} % of clean elections with these station sizes",
            rate=formatted(100 * self.rate, ".1f"),
        )


_CACHE: OrderedDict[tuple[str, int, str, str], RejectionRate] = OrderedDict()


def twins_for(stations: int, candidates: int) -> int:
    """Return how many twins are drawn: more of a small election, at least 200."""
    draws = max(stations, 1) * (candidates + 2)
    return int(np.clip(_DRAWS // draws, _FEWEST_TWINS, _MOST_TWINS))


def calibrated(
    stations: Stations,
    tests: Sequence[CalibrationSpec],
    *,
    seed: int = 0,
    twins: int | None = None,
    thorough: bool = False,
) -> dict[str, RejectionRate]:
    """Run tests on clean twins of an election; return by name how often each rejects."""
    # A thorough look is at other twins, 800 or more, and learns from four times as many.
    columns = sorted({test.candidate for test in tests if test.candidate is not None})
    number = twins_for(len(stations), len(columns)) if twins is None else twins
    if thorough:
        number = max(number, THOROUGH)
    drawn = f"{number} {columns} {thorough}"
    keys = {test.name: (stations.fingerprint, seed, drawn, test.name) for test in tests}
    new = [test for test in tests if keys[test.name] not in _CACHE]
    if new:
        # Drawn apart are all candidates tested, also those whose rate is known already: so a rate
        # does not depend on what was asked before.
        model = twin_model(stations).of(columns)
        counted = _counted(model, new, seed, number, thorough=thorough)
        for test, found in zip(new, counted, strict=True):
            _CACHE[keys[test.name]] = found
    for key in keys.values():
        _CACHE.move_to_end(key)
    rates = {name: _CACHE[key] for name, key in keys.items()}
    while len(_CACHE) > _MOST_KEPT:
        _CACHE.popitem(last=False)
    return rates


def _counted(
    model: TwinModel, tests: Sequence[CalibrationSpec], seed: int, number: int, *, thorough: bool
) -> list[RejectionRate]:
    # Twins are told apart by their number: those of a thorough look are none of the first.
    start = _OTHERS if thorough else 0
    learn_from = range(_LEARNT_FROM * (4 if thorough else 1))
    first = [model.draw(seed, start + number + k) for k in learn_from]
    most = [min(number, test.most_twins) for test in tests]
    rejections = side_by_side(lambda test: test.learn(first), tests)

    def one(k: int) -> Mask:
        twin = model.draw(seed, start + k)
        asked = zip(rejections, most, strict=True)
        return np.array([k < enough and rejects(twin) for rejects, enough in asked])

    counted = np.sum(side_by_side(one, range(max(most))), axis=0)
    return [RejectionRate(float(n / of), of) for n, of in zip(counted, most, strict=True)]
