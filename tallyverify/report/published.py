"""What report.json holds of the tests of the indicators, each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.findings import Figure
from tallyverify.language import ToldText
from tallyverify.model import Model

if TYPE_CHECKING:
    from tallyverify.forensics import ForensicSection


class EffectTold(Model):
    """The size of what an indicator looks at, with its 95 % interval where there is one."""

    name: ToldText
    value: Figure
    low: Figure | None
    high: Figure | None


class IndicatorTest(Model):
    """One test of an indicator, with its own error.

    Attributes
    ----------
    code, figure : str
        The indicator; the candidate, or turnout, or what else it is of.
    group : str
        The marked stations that it is of; empty for all.
    statistic, pvalue, adjusted : number or None
        The p-value adjusted for all tests; None where the test refused or is only described.
    rejects_clean : number or None
        The share of simulated clean elections like this one that it rejects at 0.05.
    effect : EffectTold or None
    stations : int
        How many it used.
    flagged : bool
    refused : str
        Why it has no say; empty if it has.
    """

    code: str
    figure: ToldText
    group: ToldText
    statistic: Figure | None
    pvalue: Figure | None
    adjusted: Figure | None
    rejects_clean: Figure | None
    effect: EffectTold | None
    stations: int
    flagged: bool
    refused: ToldText


def indicator_tests(shown: ForensicSection | None) -> tuple[IndicatorTest, ...]:
    """Return the tests of a section as report.json holds them."""
    tests = shown.battery.tests if shown is not None else ()
    return tuple(
        IndicatorTest(
            code=one.code,
            figure=one.figure,
            group=one.group,
            statistic=one.result.statistic,
            pvalue=one.result.pvalue,
            adjusted=one.adjusted,
            rejects_clean=one.calibration.rate if one.calibration is not None else None,
            effect=EffectTold.model_validate(one.result.effect, from_attributes=True)
            if one.result.effect is not None
            else None,
            stations=one.result.used,
            flagged=one.flagged,
            refused=one.refused,
        )
        for one in tests
    )
