"""All tests of an election together: run, calibrated on clean twins, adjusted for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scipy.stats import false_discovery_control

from tallyverify.errors import InputError, printable
from tallyverify.forensics.calibration.allowed_specs import allowed_specs
from tallyverify.forensics.calibration.calibration_spec import ANY, EITHER, TURNOUT, figure_at
from tallyverify.forensics.calibration.map_threads import side_by_side
from tallyverify.forensics.calibration.rejection_rate import (
    ALPHA,
    THOROUGH,
    WORST_RATE,
    RejectionRate,
    calibrated,
)
from tallyverify.forensics.indicator import Indicator
from tallyverify.forensics.stations import Stations, stations_of
from tallyverify.language import enumerated, formatted, told
from tallyverify.table import ActaTable
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    import pandas as pd

# Indicators with a null that twins can try. All but F509 are judged.
TESTED = ("F501", "F502", "F503", "F504", "F505", "F509", "F513")
_MATTERS, _SURELY_UNFIT = 0.001, 0.25


@dataclass(frozen=True, eq=False)
class CalibratedTest:
    """One test, with its own error.

    Attributes
    ----------
    code, figure : str
        The indicator; the candidate, or turnout, or turnout or the leader's share.
    result : Indicator
        What the test says of the election.
    calibration : RejectionRate or None
        How often it rejects clean twins; None where it refused before.
    adjusted : float or None
        p-value adjusted for all tests of the battery (Benjamini–Hochberg); None where the test
        refused, or rejects too many clean twins, or is described and not judged (F509).
    group : str
        The marked stations that it is of (F513); empty for all.
    """

    code: str
    figure: str
    result: Indicator
    calibration: RejectionRate | None
    adjusted: float | None
    group: str = ""

    @property
    def flagged(self) -> bool:
        """Whether the adjusted p-value is at most 0.05."""
        return self.adjusted is not None and self.adjusted <= ALPHA

    @property
    def refused(self) -> str:
        """Why the test has no say; empty if it has."""
        if self.result.refused:
            return self.result.refused
        if self.calibration is not None and not self.calibration.fit:
            return told(
                "miscalibrated on these station sizes: it {rejects}, {most} % at most are allowed",
                rejects=self.calibration.words,
                most=formatted(100 * WORST_RATE, "g"),
            )
        return ""

    def __repr__(self) -> str:
        what = printable(f"{self.code} {figure_at(self.figure, self.group)}")
        if self.refused:
            return f"<{what}: not applicable, {printable(self.refused)}>"
        adjusted = "not judged" if self.adjusted is None else f"adjusted {self.adjusted:.3g}"
        said = f"<{what}: p = {self.result.pvalue or 0.0:.3g}, {adjusted}"
        if self.calibration is None:
            return f"{said}>"
        return f"{said}; rejects {100 * self.calibration.rate:.1f} % of clean elections>"

    @property
    def candidate(self) -> str | None:
        """The candidate it is of; None of turnout, and of turnout or a share."""
        return None if self.figure in (TURNOUT, EITHER, ANY) else self.figure

    def named(self, names: Mapping[str, str]) -> str:
        """Return whom or what it is of, by these names of candidates."""
        figure = self.figure if self.candidate is None else names[self.candidate]
        return figure_at(figure, self.group)


@dataclass(frozen=True, eq=False)
class Battery:
    """All tests of an election.

    Attributes
    ----------
    tests : tuple of CalibratedTest
        In the order of codes, then of candidates by votes.
    twins : int
        Most clean twins that a rate was measured on; 0 where no test got so far.
    """

    tests: tuple[CalibratedTest, ...]
    twins: int

    @cached_property
    def flagged(self) -> tuple[CalibratedTest, ...]:
        """Tests whose adjusted p-value is at most 0.05."""
        return tuple(one for one in self.tests if one.flagged)

    def of(self, code: str) -> tuple[CalibratedTest, ...]:
        """Return the tests of one indicator."""
        return tuple(one for one in self.tests if one.code == code)

    def __repr__(self) -> str:
        said = sum(not one.refused for one in self.tests)
        return (
            f"<Battery: {len(self.flagged):,} of {said:,} tests flagged at an adjusted {ALPHA:g}; "
            f"{len(self.tests) - said:,} not applicable>"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the tests as a DataFrame, one row each."""
        import pandas as pd

        rows = [
            {
                "code": one.code,
                "figure": figure_at(one.figure, one.group),
                "statistic": one.result.statistic,
                "pvalue": one.result.pvalue,
                "adjusted": one.adjusted,
                "rejects_clean": one.calibration.rate if one.calibration else None,
                "effect": one.result.effect.value if one.result.effect else None,
                "stations": one.result.used,
                "not_applicable": one.refused,
            }
            for one in self.tests
        ]
        columns = "code figure statistic pvalue adjusted rejects_clean effect stations"
        return pd.DataFrame(rows, columns=[*columns.split(), "not_applicable"])


@takes_input
def battery(
    table: ActaTable | Stations,
    *,
    codes: Sequence[str] = TESTED,
    seed: int = 0,
    twins: int | None = None,
) -> Battery:
    """Run every test that an election allows, measure its error, and adjust for their number.

    Parameters
    ----------
    table : ActaTable or Stations
        In which each station stands once.
    codes : sequence of str
        Indicators to run.
    seed : int
        Of the clean twins.
    twins : int, optional
        How many clean twins; 200 to 1,000 by default, as the size allows.

    Returns
    -------
    Battery
        Tests with p-values, the share of clean twins that each rejects, and adjusted p-values.

    Raises
    ------
    InputError
        If a code is not one of a test, there are no twins, voters have several votes each, or
        there are no stations or too many to be kept at once.

    Notes
    -----
    A test that rejects more than 7.5 % of the clean twins at 0.05 gets no p-value; one that rejects
    more than 5 % has its own multiplied by that rate over 5 %. A rate on 200 twins is known to a
    point or two only: where a p-value of 0.001 or less would be left out for it, the rates of all
    tests between 7.5 and 25 % are measured again, on 800 other twins, and that measure counts; of
    all, since to look again at the small ones alone would favour them. Not with ``twins`` given.
    The p-values are then adjusted together, so that about one report in twenty has a flag where
    nothing is wrong.

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), Controlling the false discovery rate, Journal of the Royal
    Statistical Society B 57:289.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> table = clean_election(stations=1500, seed=1).table
    >>> battery(table, codes=["F502", "F504"]).flagged
    ()
    """
    known_codes(codes)
    if twins is not None and twins < 1:
        raise InputError(told("a rate needs twins"), found=str(twins), expected=told("1 or more"))
    stations = stations_of(table) if isinstance(table, ActaTable) else table
    if stations.several_votes:
        raise InputError(stations.several_votes)
    tests = allowed_specs(stations, codes) if len(stations) else []
    results = side_by_side(lambda test: test.run(), tests)
    asked = [t for t, result in zip(tests, results, strict=True) if not result.refused]
    rates = calibrated(stations, asked, seed=seed, twins=twins) if asked else {}
    pvalues = {
        test.name: 1.0 if result.pvalue is None else result.pvalue
        for test, result in zip(tests, results, strict=True)
    }
    again = [test for test in asked if test.judged and _near(rates[test.name])]
    if twins is None and min((pvalues[test.name] for test in again), default=1.0) <= _MATTERS:
        rates |= calibrated(stations, again, seed=seed, thorough=True)
    fit = [test.name for test in asked if test.judged and rates[test.name].fit]
    scaled = [rates[name].scaled_by_rate(pvalues[name]) for name in fit]
    adjusted = dict(zip(fit, map(float, false_discovery_control(scaled)), strict=True))
    found = [
        CalibratedTest(
            test.code,
            test.figure,
            result,
            rates.get(test.name),
            adjusted.get(test.name),
            test.group,
        )
        for test, result in zip(tests, results, strict=True)
    ]
    found.sort(key=lambda one: one.code)
    number_of = max((rate.twins for rate in rates.values()), default=0)
    return Battery(tuple(found), number_of)


def _near(rate: RejectionRate) -> bool:
    """Return whether chance in the rate alone may leave out a test."""
    return not rate.fit and rate.rate <= _SURELY_UNFIT and rate.twins < THOROUGH


def known_codes(codes: Sequence[str]) -> None:
    """Say so if a code is not one of an indicator with a null."""
    for code in codes:
        if code not in TESTED:
            raise InputError(
                told("no test has this code"),
                found=repr(code),
                expected=told("one of {codes}", codes=enumerated(TESTED)),
            )
