"""What a description says of an election, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tallyverify.findings import number
from tallyverify.forensics.association import TurnoutShare
from tallyverify.forensics.fingerprint import Fingerprint
from tallyverify.forensics.homogeneity import ORDINARY, Homogeneity
from tallyverify.forensics.klimek import KlimekFit
from tallyverify.forensics.result import Effect, Indicator
from tallyverify.forensics.turnout_peak import TurnoutPeak

_NOT_CENTRES = 2.0


def words_of(found: Indicator, leader: str, levels: Sequence[str]) -> str:
    """Return a description as a clause.

    Parameters
    ----------
    found : Indicator
        A description that did not refuse.
    leader : str
        Name of the candidate with most votes.
    levels : sequence of str
        Area levels, from the largest.
    """
    if isinstance(found, Fingerprint):
        return (
            f"fingerprint of turnout and the share of {leader}: the logarithmic vote rate has "
            f"skewness {_two(found.skewness)} and kurtosis {_two(found.kurtosis)} "
            "(0 and 3 if normal); clean elections of unlike places are not normal"
        )
    if isinstance(found, KlimekFit):
        return (
            f"the model of Klimek et al. fits {leader} with {_percent(found.effect)} of the "
            f"stations incremental and {_percent(found.extreme)} extreme; a clean election of "
            "unlike places may look the same"
        )
    if isinstance(found, TurnoutPeak):
        return (
            f"{leader} has {_votes(found.effect)} votes more than the ratio of "
            f"{found.ratio or 0.0:.2f} to all others at turnouts up to the peak of "
            f"{100 * (found.peak or 0.0):.0f} %; that this ratio does not depend on turnout is an "
            "assumption, seldom true"
        )
    if isinstance(found, Homogeneity):
        return _homogeneity(found, levels[-1])
    if isinstance(found, TurnoutShare):
        smallest = found.by_level[-1] if found.by_level else None
        within = f", within one {levels[-1]} of {_two(smallest)}" if smallest else ""
        return (
            f"turnout and the share of {leader} have a correlation of {_two(found.effect)}"
            f"{within}; genuine sheets show correlations between places too"
        )
    return str(found)


def _homogeneity(found: Homogeneity, level: str) -> str:
    ratio = found.effect.value if found.effect else 1.0
    high = found.effect.high if found.effect and found.effect.high is not None else ratio
    said = (
        f"stations of one {level} differ {_two(found.effect)} times as much as chance alone lets "
        f"them (χ²/df over {number(found.centres)} with two stations or more): "
    )
    if high < 1:
        return said + "they are more alike than voters dealt by chance would make them"
    if ratio <= ORDINARY:
        return said + "ordinary overdispersion"
    if ratio <= _NOT_CENTRES:
        return said + "more than is usual where voters are dealt to stations by a number"
    return said + (
        f"either a {level} is not a centre whose voters are dealt to its stations by chance, or "
        "its stations differ for another reason"
    )


def _two(effect: Effect | None) -> str:
    """Return an effect with two decimals and its interval."""
    return _shown(effect, lambda value: f"{value:.2f}")


def _percent(effect: Effect | None) -> str:
    return _shown(effect, lambda value: f"{100 * value:.1f} %")


def _votes(effect: Effect | None) -> str:
    return _shown(effect, lambda value: f"{round(value):,}")


def _shown(effect: Effect | None, write: Callable[[float], str]) -> str:
    if effect is None:
        return "–"
    text = write(effect.value)
    if effect.low is not None and effect.high is not None:
        text += f" ({write(effect.low)} to {write(effect.high)})"
    return text.replace("-", "−")
