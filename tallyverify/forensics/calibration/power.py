"""How readily each indicator sees each alteration of the sheets: dose and response, by simulation.

An indicator that has not flagged anything says little until one knows what it would have seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.errors import InputError, UnknownNameError, listed, nearest
from tallyverify.forensics.calibration.battery import TESTED, CalibratedTest, battery, known_codes
from tallyverify.forensics.calibration.rejection_rate import ALPHA
from tallyverify.forensics.indicator import share_interval
from tallyverify.language import told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    import pandas as pd

    from tallyverify.simulate import Structure

CLEAN = "none"  # what stands for an election that is left as it was drawn


@dataclass(frozen=True)
class PowerRow:
    """One indicator, of the figure that shows the alteration most, at one dose.

    Attributes
    ----------
    alteration : str
        Its name; ``"none"`` for clean elections.
    dose : float
        Share of the stations altered.
    code, figure : str
        The indicator; the candidate, or turnout, or turnout or the leader's share.
    runs, refused, rejected, flagged : int
        Elections with this test; those in which it refused or was miscalibrated; rejected at 0.05;
        flagged, as a report with tests of these codes flags: at 0.05 after adjustment for all.
    """

    alteration: str
    dose: float
    code: str
    figure: str
    runs: int
    refused: int
    rejected: int
    flagged: int

    @property
    def rate(self) -> float:
        """Share of the elections that it rejects at 0.05; refusing is not rejecting."""
        return self.rejected / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """Clopper–Pearson 95 % interval of the rate."""
        return share_interval(self.rejected, self.runs)


@dataclass(frozen=True)
class Power:
    """Rates of rejection by alteration, dose, indicator and figure.

    Attributes
    ----------
    rows : tuple of PowerRow
    """

    rows: tuple[PowerRow, ...]

    def __repr__(self) -> str:
        kinds = {(row.alteration, row.dose) for row in self.rows}
        return f"<Power: {len(kinds)} kinds of elections, {len(self.rows)} rates>"

    def to_frame(self) -> pd.DataFrame:
        """Return the rates as a DataFrame, one row each."""
        import pandas as pd

        columns = [*(field.name for field in fields(PowerRow)), "rate"]
        rows = [{**asdict(row), "rate": row.rate} for row in self.rows]
        return pd.DataFrame(rows, columns=columns)

    def of(self, alteration: str, dose: float, code: str) -> float:
        """Return the highest rate of an indicator over its figures.

        Raises
        ------
        InputError
            If that was not simulated.
        """
        rates = [
            row.rate
            for row in self.rows
            if (row.alteration, row.dose, row.code) == (alteration, dose, code)
        ]
        if not rates:
            there = dict.fromkeys((row.alteration, row.dose, row.code) for row in self.rows)
            raise UnknownNameError.of(
                told("this was not simulated"), (alteration, dose, code), map(str, there)
            )
        return max(rates)


@takes_input
def power(
    structure: Structure,
    alterations: Mapping[str, Sequence[float]],
    *,
    codes: Sequence[str] = TESTED,
    runs: int = 20,
    seed: int = 0,
    twins: int | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> Power:
    """Simulate elections, clean and altered, and count how often each indicator rejects.

    Parameters
    ----------
    structure : Structure
        What the elections are like: :func:`tallyverify.simulate.structure_of` of a table.
    alterations : mapping of str to sequence of float
        Doses by name of the alteration, one of ``tallyverify.simulate.ALTERATIONS`` that change
        sheets.
    codes : sequence of str
        Indicators, of those with a null.
    runs : int
        Elections for each dose, and as many clean ones.
    seed : int
        Same seed, same elections.
    twins : int, optional
        Clean twins of each election; by default as many as a report draws.
    options : mapping, optional
        Options of an alteration by its name.

    Returns
    -------
    Power
        Rates at 0.05 before adjustment for the number of tests, and how many were flagged after
        it; clean elections under the name ``"none"``, dose 0.

    Raises
    ------
    InputError
        For an alteration that there is not, or that leaves the sheets as they are; a code that is
        not one of a test; doses that are no sequence of numbers; no runs.

    Notes
    -----
    Each election is calibrated on twins of its own, as a report does it: an alteration may well
    make a test refuse, since the twins of altered sheets keep what was changed smoothly.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election, structure_of
    >>> like = structure_of(clean_election(stations=600, seed=1).table)
    >>> found = power(like, {"targets": [0.2]}, codes=["F504"], runs=5)
    >>> found.of("targets", 0.2, "F504")
    1.0
    """
    from tallyverify.simulate import ALTERATIONS, clean_like

    known_codes(codes)
    if runs < 1:
        raise InputError(
            told("a rate needs elections"),
            found=told("{runs} runs", runs=str(runs)),
            expected=told("1 or more"),
        )
    able = [name for name in ALTERATIONS if name not in ("typed", "withheld")]
    for name in alterations:
        if name not in able:
            raise InputError(
                told("no such alteration of sheets"),
                found=repr(name),
                expected=listed(able),
                hint=nearest(name, able),
            )
        doses = alterations[name]
        if isinstance(doses, str | bytes) or not np.iterable(doses):
            raise InputError(
                told("doses are given as a sequence of numbers"),
                found=f"{name!r}: {doses!r}",
                hint=f"{{{name!r}: [0.05]}}",
            )
    kinds = [(CLEAN, 0.0), *((name, d) for name, doses in alterations.items() for d in doses)]
    counted: defaultdict[tuple[str, float, str, str], Counts] = defaultdict(
        lambda: np.zeros(4, dtype=np.int64)
    )
    for run in range(runs):
        clean = clean_like(structure, seed=seed + 1 + run)
        for kind, dose in kinds:
            table = clean.table
            if kind != CLEAN:
                alter: Any = ALTERATIONS[kind]
                more = (options or {}).get(kind, {})
                table = alter(clean, dose, seed=seed + clean.seed, **more).table
            for one in battery(table, codes=codes, seed=seed + 1 + run, twins=twins).tests:
                shown = [1, bool(one.refused), _rejects(one), one.flagged]
                counted[kind, dose, one.code, one.figure] += np.array(shown)
    return Power(tuple(PowerRow(*key, *numbers.tolist()) for key, numbers in counted.items()))


def _rejects(one: CalibratedTest) -> bool:
    """Return whether a test rejects by itself, before adjustment for the others."""
    p, rate = one.result.pvalue, one.calibration
    return (
        not one.refused and p is not None and rate is not None and rate.scaled_by_rate(p) <= ALPHA
    )
