"""Incremental and extreme stuffing that Klimek's model needs to describe a fingerprint.

Klimek, Yegorov, Hanel & Thurner (PNAS 2012, 109:16469) fitted their model by least squares to a
histogram of the winner's share, with the clean turnout and share read off the low side of the
data. Read off so, the clean side is biased when many stations are stuffed. Here all parameters are
fitted together, by maximum likelihood on the turnout × share grid, which recovers them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts
from tallyverify.errors import InputError
from tallyverify.forensics.indicator import NO_NULL, Effect, Indicator, written
from tallyverify.forensics.turnout.klimek_fit import (
    Fit,
    bic,
    extreme_within,
    fitted_parameters,
    interval,
    low_side,
    profile,
    recovered,
    start_of,
)
from tallyverify.forensics.turnout.klimek_model import BINS, Parameters, klimek_cells
from tallyverify.forensics.turnout.klimek_rivals import rivals
from tallyverify.forensics.turnout.stations_used import grid, too_few, usable
from tallyverify.language import clauses, formatted, percent, told
from tallyverify.taken import takes_input

FEWEST_STATIONS = 500  # fewest stations on which the model is fitted
_ALWAYS = told(
    "a description, not evidence of stuffing: a clean election whose places differ (town and "
    "country, regions, peoples) may look like incremental stuffing to this model"
)
_LEAST_SPREAD = 0.01
_MOST_STUFFED = 0.95
_FLAT_ALPHA = 0.5  # standard error of log α, from which on α is not told
_APART = 0.05
_FLAT = 0.2
_CONTRADICTING = 0.2  # a convention, set with the real elections in view
_STARTS = (0.05, 0.3, 0.6)
_Z = 1.959963984540054


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class KlimekFit(Indicator):
    """Shares of stations that the model takes as stuffed; ``statistic`` is the incremental one.

    Attributes
    ----------
    parameters : Parameters or None
        The whole fit; None where it was not made. It is kept where the indicator refused after
        fitting, to show what was refused.
    extreme, alpha : Effect or None
        Share of extreme stations, and α; α is None where it cannot be told.
    profile : tuple of two float, or None
        95 % profile-likelihood interval of the incremental share: how flat the objective is.
    recovered : tuple of two float, or None
        95 % interval of it by refitting elections drawn from the fit. Both take the model as true.
    low_side : float or None
        The incremental share if the clean means and deviations are held at what the low side of
        the turnouts and shares shows, as the paper does.
    misfit, misfit_by_chance : float or None
        Share of stations that would have to lie elsewhere for the model to fit exactly, and how
        much of that is expected if it were true.
    one_kind, two_kinds : float or None
        How much better (Bayesian information criterion) clean stations of one kind, or of two,
        describe the fingerprint than the model does; negative where the model is better.
    """

    parameters: Parameters | None = None
    extreme: Effect | None = None
    alpha: Effect | None = None
    profile: tuple[float, float] | None = None
    recovered: tuple[float, float] | None = None
    low_side: float | None = None
    misfit: float | None = None
    misfit_by_chance: float | None = None
    one_kind: float | None = None
    two_kinds: float | None = None

    def sentence(self, name: str, level: str = "") -> str:
        """Return the shares that the model takes as stuffed."""
        said = told(
            "the model of Klimek et al. fits {name} with {incremental} of the stations incremental "
            "and {extreme} extreme",
            name=name,
            incremental=written(self.effect, _percent),
            extreme=written(self.extreme, _percent),
        )
        return clauses([said, told("a clean election of unlike places may look the same")])


def _percent(share: float) -> str:
    return percent(share, 1, 1)


@takes_input
def klimek(
    votes: ArrayLike,
    cast: ArrayLike,
    registered: ArrayLike,
    *,
    seed: int = 0,
    recoveries: int = 20,
    fewest_registered: int = 100,
) -> KlimekFit:
    """Fit the share of incremental and of extreme stations, and α, to a fingerprint.

    Parameters
    ----------
    votes : array_like of int, shape (n,)
        Votes of the winner.
    cast : array_like of int, shape (n,)
        Valid votes, as in the paper, or ballots: turnout and share are both taken by them.
    registered : array_like of int, shape (n,)
        Registered voters.
    seed : int
        Of the elections that are drawn to see what is recovered; the fit itself draws nothing.
    recoveries : int
        How many of them; 0 for none, or at least 2.
    fewest_registered : int
        Smaller stations are left out.

    Returns
    -------
    KlimekFit
        A description: ``pvalue`` is None. It refuses where clean stations of one kind describe the
        fingerprint better, or no clean side is left. Where clean stations of *two* kinds describe
        it better, the interval of the incremental share reaches down to 0, and it refuses if
        ``low_side`` is more than 0.2 away as well.

    Raises
    ------
    InputError
        If the arrays are not counts of one length, or an option is out of range.

    Notes
    -----
    Clean turnout and share are independent normal variables, cut to 0–1; x of incremental stations
    is half-normal with scale θ, that of extreme ones is 1 less a half-normal with scale 0.075. The
    spread of a station's own voters is part of the normal one. θ is at least 0.05: smaller shifts
    are no different from a clean station. Parts that the data do not ask for (Bayesian information
    criterion) are set to 0. A clean station of the rivals has log-odds of turnout and share that
    are jointly normal.

    References
    ----------
    P. Klimek, Y. Yegorov, R. Hanel and S. Thurner (2012), Statistical detection of systematic
    election irregularities, PNAS 109:16469, doi:10.1073/pnas.1210722109.

    Examples
    --------
    >>> import numpy as np
    >>> from tallyverify.forensics.turnout.klimek_model import klimek_election
    >>> registered = np.full(4000, 1000)
    >>> truth = Parameters(0.55, 0.08, 0.4, 0.1, 0.3, 1.5, 0.3, 0.02)
    >>> cast, votes = klimek_election(registered, truth, seed=1)
    >>> found = klimek(votes, cast, registered, recoveries=0)
    >>> round(found.statistic, 2), round(found.extreme.value, 2)
    (0.26, 0.02)
    """
    if recoveries < 0 or recoveries == 1 or recoveries != int(recoveries):
        raise InputError(
            told("recoveries are counted"), found=str(recoveries), expected=told("0, 2 or more")
        )
    if seed < 0 or seed != int(seed):
        raise InputError(
            told("a seed is a whole number"), found=str(seed), expected=told("0 or more")
        )
    w, b, n, left_out = usable("cast", votes, cast, registered, fewest_registered)
    # Sorted, so that neither sums nor draws depend on the order of the rows.
    order = np.lexsort((w, b, n))
    w, b, n = w[order], b[order], n[order]
    turnout, share = b / n, w / b
    bare = KlimekFit(code="F507", used=w.size, null=NO_NULL, left_out=left_out, warnings=(_ALWAYS,))
    if few := too_few(w.size, told("a turnout and a share"), FEWEST_STATIONS):
        return replace(bare, refused=few)
    if min(turnout.std(), share.std()) < _LEAST_SPREAD:
        return replace(bare, refused=told("turnout or share hardly varies between stations"))
    observed = grid(w, b, n, BINS).ravel()
    side = start_of(turnout, share)
    fit = fitted_parameters(observed, [replace(side, incremental=f).vector for f in _STARTS])
    found = Parameters.of(fit.vector)
    total, p = float(w.size), klimek_cells(fit.vector)
    mine = bic(fit.loss, len(fit.free), total)
    of_one, of_two = rivals(observed, turnout, share)
    one_kind, two_kinds = mine - bic(of_one, 5, total), mine - bic(of_two, 11, total)
    low = low_side(observed, side)
    misfit = float(np.abs(observed / total - p).sum() / 2)
    by_chance = float(np.minimum(p, np.sqrt(p / (2 * np.pi * total))).sum())
    described = replace(
        bare,
        refused=_unclean(found, one_kind, two_kinds, low),
        parameters=found,
        low_side=low,
        misfit=misfit,
        misfit_by_chance=by_chance,
        one_kind=one_kind,
        two_kinds=two_kinds,
    )
    if described.refused:
        return described
    ends = profile(observed, fit, side.width)
    refits = recovered(n, found, seed, int(recoveries))
    again = interval(found.incremental, [refit.incremental for refit in refits])
    alpha = _alpha(fit, found, refits)
    low_end = 0.0 if two_kinds >= 0 else min(ends[0], *again or ends)
    high_end = max(ends[1], *again or ends)
    described = replace(
        described,
        statistic=found.incremental,
        effect=Effect(told("incremental stations"), found.incremental, low_end, high_end),
        extreme=_extreme(observed, fit, found, refits),
        alpha=alpha,
        profile=ends,
        recovered=again,
    )
    return replace(described, warnings=tuple(_warnings(described, found, misfit, by_chance)))


def _warnings(
    described: KlimekFit, found: Parameters, misfit: float, by_chance: float
) -> list[str]:
    """Return what must be known of a fit before it is believed."""
    said: list[str] = [_ALWAYS]
    if described.two_kinds is not None and described.two_kinds >= 0:
        said.append(
            told(
                "clean stations of two kinds describe the fingerprint better than the model: the "
                "interval therefore reaches down to no stuffing at all"
            )
        )
    if misfit > 2 * by_chance:
        said.append(
            told(
                "{misfit}% of the stations lie elsewhere than the model puts them, {by_chance}% "
                "would by chance: what takes the model as true (recovery, profile) is too sure",
                misfit=formatted(100 * misfit, ".0f"),
                by_chance=formatted(100 * by_chance, ".0f"),
            )
        )
    low, ends = described.low_side, described.profile
    if low is not None and abs(low - found.incremental) > _APART:
        said.append(
            told(
                "it is {share} with the clean side read off the low turnouts and shares, as "
                "published: the answer hangs on how the clean side is taken",
                share=formatted(low, ".2f"),
            )
        )
    if ends is not None and ends[1] - ends[0] > _FLAT:
        said.append(
            told(
                "the objective is flat: {low} to {high} of incremental stations fit equally well",
                low=formatted(ends[0], ".2f"),
                high=formatted(ends[1], ".2f"),
            )
        )
    if found.incremental + found.extreme > 0 and described.alpha is None:
        said.append(told("α cannot be told from this fingerprint"))
    return said


def _unclean(found: Parameters, one_kind: float, two_kinds: float, low: float) -> str:
    if one_kind >= 0:
        return told(
            "clean stations of a single kind describe the fingerprint better than the model, so it "
            "says nothing about stuffing"
        )
    if found.incremental + found.extreme >= _MOST_STUFFED:
        return told(
            "the fit takes nearly every station as stuffed: no clean side is left to compare with"
        )
    if two_kinds >= 0 and abs(low - found.incremental) > _CONTRADICTING:
        return told(
            "clean stations of two kinds describe the fingerprint better than the model, and with "
            "the clean side held at the low turnouts and shares it gives {low} incremental "
            "stations instead of {share}: it has no stable answer",
            low=formatted(low, ".2f"),
            share=formatted(found.incremental, ".2f"),
        )
    return ""


def _extreme(observed: Counts, fit: Fit, found: Parameters, refits: list[Parameters]) -> Effect:
    low, high = extreme_within(observed, fit)
    again = interval(found.extreme, [refit.extreme for refit in refits]) or (low, high)
    return Effect(told("extreme stations"), found.extreme, min(low, again[0]), max(high, again[1]))


def _alpha(fit: Fit, found: Parameters, refits: list[Parameters]) -> Effect | None:
    error = float(fit.error[5])
    if 5 not in fit.free or not error < _FLAT_ALPHA:
        return None
    logs = [float(np.log(refit.alpha)) for refit in refits]
    if logs:
        error = max(error, float(np.sqrt(np.mean((np.array(logs) - np.log(found.alpha)) ** 2))))
    ends = found.alpha * np.exp([-_Z * error, _Z * error])
    return Effect("α", found.alpha, float(ends[0]), float(ends[1]))
