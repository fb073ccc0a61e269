"""The order of counting: whether late stations differ by more than the areas they lie in.

Late stations differ honestly: they lie elsewhere. So they are compared within their areas, and a
jump is looked for with an estimate that is right at the cut (:mod:`tallyverify.inference.jump`).
Source: Idrobo, Kronick & Rodríguez (JOP 2022, doi:10.1086/719639).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tallyverify.errors import InputError, TallyVerifyError, shown
from tallyverify.inference.jump import Jump, jump_at, jump_within

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["Cumulative", "OrderOfCounting", "order_of_counting", "parse_order"]

_POINTS = 200
_EMPTY = frozenset({"", "nan", "none", "nat", "<na>"})
_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}(?:\.[0-9]+)?))?"
_FORMS = {
    "number": re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?"),
    "date": re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_CLOCK})?"),
    "date with offset": re.compile(
        rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})"
    ),
    "clock": re.compile(_CLOCK),
}
_ALLOWED = (
    "whole numbers or decimals (17, 17.5), dates and times (2019-10-20T19:40, "
    "2019-10-20 19:40:33) or clock times (19:40), one kind in the whole column"
)
# Fewer effective draws than this, and the normal law is replaced by random permutations.
_ENOUGH = 30
_DRAWS, _CELLS = 9_999, 20_000_000


@dataclass(frozen=True)
class Cumulative:
    """The margin of all stations counted so far, at up to 200 points.

    Attributes
    ----------
    counted : tuple of float
        Share of the stations counted, rising to 1. Stations with one position count at once.
    margin : tuple of float
        Margin of the first candidate over the second so far, as a fraction of the valid votes.
    """

    counted: tuple[float, ...]
    margin: tuple[float, ...]

    def __repr__(self) -> str:
        return f"<Cumulative: {len(self.counted)} points, {self.margin[-1]:+.4f} at the end>"


@dataclass(frozen=True)
class OrderOfCounting:
    """What the order of counting shows. Margins are fractions of the valid votes.

    Attributes
    ----------
    n, left_out : int
        Stations with a known position, and those without, which take no part.
    cumulative : Cumulative
        The margin as the count went on.
    late_stations : int
        How many stations were taken as late: near the share asked for, never splitting a tie.
    shift_raw : float or None
        Margin of the late stations less that of the others.
    shift_explained : float or None
        The same if every station had the margin of its area. What is left of the raw shift is the
        shift within, times Σ W_a (1/V_late + 1/V_early) ≤ 1.
    shift_within : float or None
        Σ W_a (m_late,a − m_early,a) / Σ W_a over the areas with both, where W_a is the product of
        the late and the early valid votes of the area, divided by their sum.
    shift_se : float or None
        Its standard error, robust to any dependence within areas; None with less than two areas.
    shift_pvalue : float or None
        Two-sided, of no shift within areas. The larger of two: of all orders within the areas, and
        of Student's t with the robust error, which holds if stations of an area report in groups.
    shift_comparable : float or None
        Share of the late valid votes that lie in areas with both.
    shift_reason : str
        Why some of these are None.
    jump, jump_within : Jump or None
        The jump at the cut, and the jump of each station's margin less that of the other stations
        of its area: a change of the areas that report is no jump.
    jump_reason, jump_within_reason : str
        Why these are None.
    """

    n: int
    left_out: int
    cumulative: Cumulative
    late_stations: int
    shift_raw: float | None
    shift_explained: float | None
    shift_within: float | None
    shift_se: float | None
    shift_pvalue: float | None
    shift_comparable: float | None
    shift_reason: str
    jump: Jump | None
    jump_reason: str
    jump_within: Jump | None
    jump_within_reason: str

    def __repr__(self) -> str:
        def told(value: float | None) -> str:
            return "unknown" if value is None else f"{value:+.4f}"

        chance = "" if self.shift_pvalue is None else f" (p = {self.shift_pvalue:.3g})"
        return (
            f"<OrderOfCounting: {self.n:,} stations; late shift {told(self.shift_raw)}, "
            f"within areas {told(self.shift_within)}{chance}>"
        )


@dataclass(frozen=True)
class _Shift:
    late_stations: int = 0
    raw: float | None = None
    explained: float | None = None
    within: float | None = None
    se: float | None = None
    pvalue: float | None = None
    comparable: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Counted:
    """The stations with a position, sorted by it; ``start`` is where each position begins."""

    position: Floats
    lead: Floats
    valid: Floats
    area: NDArray[np.intp]
    start: NDArray[np.intp]

    def by_area(self, what: Floats) -> Floats:
        return np.bincount(self.area, weights=what).astype(np.float64)


def parse_order(texts: Iterable[object]) -> tuple[Floats, Literal["number", "time"]]:
    """Read a column that says in which order the stations were counted.

    Parameters
    ----------
    texts : iterable of str or None
        Whole numbers, decimals, ISO dates with or without a time (all with an offset from UTC, or
        none), or clock times. Other objects are read as their text.

    Returns
    -------
    position : ndarray of float64, shape (n,)
        The number itself, or seconds; nan where empty or unreadable. Equal texts stay equal.
    kind : {"number", "time"}

    Raises
    ------
    TallyVerifyError
        If less than 90 % of the texts that are not empty are readable and of one kind, or clock
        times lie on both sides of midnight, where they do not give an order.

    Examples
    --------
    >>> parse_order(["3", "1", "", "2.5"])
    (array([3. , 1. , nan, 2.5]), 'number')
    >>> parse_order(["19:40", "19:40:33"])
    (array([70800., 70833.]), 'time')
    """
    column = ["" if text is None else str(text).strip() for text in texts]
    column = ["" if text.lower() in _EMPTY else text for text in column]
    given = sum(text != "" for text in column)
    if given == 0:
        raise InputError("the order of counting is empty", expected=_ALLOWED)
    best, position = "", np.full(len(column), np.nan)
    for form in _FORMS:
        read = _read(column, form)
        if np.isfinite(read).sum() > np.isfinite(position).sum():
            best, position = form, read
    unread = np.isnan(position)
    odd = [text for text, lost in zip(column, unread, strict=True) if text and lost]
    if 10 * len(odd) > given:
        raise InputError(
            f"the order of counting cannot be read: {len(odd):,} of {given:,} entries are not "
            f"a {best or 'number or a time'}",
            found=shown(odd[0]),
            expected=_ALLOWED,
        )
    if best == "clock" and np.nanmin(position) < 6 * 3600 and np.nanmax(position) >= 18 * 3600:
        raise InputError(
            "clock times on both sides of midnight do not give an order",
            found=f"times from {column[np.nanargmin(position)]} "
            f"to {column[np.nanargmax(position)]}",
            hint="give the date with the time, as in 2019-10-20T19:40",
        )
    return position, "number" if best == "number" else "time"


def _read(column: list[str], form: str) -> Floats:
    import pandas as pd

    position = np.full(len(column), np.nan)
    fits = _FORMS[form].fullmatch
    at = [i for i, text in enumerate(column) if fits(text)]
    if not at:
        return position
    texts = [column[i] for i in at]
    if form == "number":
        position[at] = [float(text) for text in texts]
        return position
    if form == "clock":
        texts = [f"1970-01-01 {text.zfill(5) if text[1] == ':' else text}" for text in texts]
    # A date that does not exist (2019-02-30) is unreadable.
    times = pd.to_datetime(pd.Series(texts), format="ISO8601", errors="coerce", utc=True)
    seconds = (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    position[at] = seconds.to_numpy(dtype=np.float64)
    return position


def order_of_counting(
    position: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    valid: ArrayLike,
    area: ArrayLike,
    *,
    cut: float | None = None,
    late: float = 0.2,
    seed: int = 0,
) -> OrderOfCounting:
    """Compare late stations with early ones of the same area, and look for a jump at a cut.

    Parameters
    ----------
    position : array_like of float, shape (n,)
        When each station was counted, in any unit; nan where not known.
    first, second, valid : array_like, shape (n,)
        Votes of the two candidates and all valid votes of each station.
    area : array_like of int, shape (n,)
        Code of the smallest area; stations in it are taken to be comparable.
    cut : float, optional
        The position from which a change is claimed. Without it no jump is looked for.
    late : float
        Share of the stations that are late, between 0 and 1.
    seed : int
        For the random orders that are drawn where few areas or stations carry the comparison.

    Returns
    -------
    OrderOfCounting

    Raises
    ------
    TallyVerifyError
        If the arrays do not fit each other, hold votes that are negative or not known, or nothing
        has both a position and valid votes.

    Notes
    -----
    With m_a the margin of area a and z = (first − second) − m_a · valid of each station, the shift
    within is Σ_late z / Σ W_a. If the order within areas is by chance, Σ_late z has mean 0 and
    variance Σ_a L_a E_a / (n_a (n_a − 1)) Σ z², with L_a late and E_a early stations of n_a: exact
    moments, with the normal law. Not more than a difference is shown: stations of an area
    that report late may differ honestly, as the rural ones of a town do.

    Examples
    --------
    >>> import numpy as np
    >>> late_area = np.repeat([0, 1], 50)
    >>> votes = np.where(late_area, 60, 40) + np.tile([-1, 1, 0, 2, -2], 20)
    >>> order_of_counting(np.arange(100), votes, 100 - votes, np.full(100, 100), late_area)
    <OrderOfCounting: 100 stations; late shift +0.2500, within areas +0.0000 (p = 1)>
    """
    if not 0 < late < 1:
        raise TallyVerifyError(f"the late share is a fraction between 0 and 1, not {late}")
    if cut is not None and not np.isfinite(cut):
        raise TallyVerifyError(f"the cut is a position, a finite number, not {cut}")
    counted, left_out = _counted(position, first, second, valid, area)
    shift = _late_shift(counted, late, seed)
    jump, jump_reason, within, within_reason = _jumps(counted, cut)
    return OrderOfCounting(
        n=counted.position.size,
        left_out=left_out,
        cumulative=_cumulative(counted),
        late_stations=shift.late_stations,
        shift_raw=shift.raw,
        shift_explained=shift.explained,
        shift_within=shift.within,
        shift_se=shift.se,
        shift_pvalue=shift.pvalue,
        shift_comparable=shift.comparable,
        shift_reason=shift.reason,
        jump=jump,
        jump_reason=jump_reason,
        jump_within=within,
        jump_within_reason=within_reason,
    )


def _counted(
    position: ArrayLike, first: ArrayLike, second: ArrayLike, valid: ArrayLike, area: ArrayLike
) -> tuple[_Counted, int]:
    at, one, two, all_valid = (
        np.asarray(given, dtype=np.float64) for given in (position, first, second, valid)
    )
    code = np.asarray(area)
    if at.ndim != 1 or any(given.shape != at.shape for given in (one, two, all_valid, code)):
        raise TallyVerifyError("position, votes and area need one entry for each station")
    known = ~np.isnan(at)
    at, one, two, all_valid, code = (x[known] for x in (at, one, two, all_valid, code))
    for name, votes in (("first", one), ("second", two), ("valid", all_valid)):
        if not (np.isfinite(votes) & (votes >= 0)).all():
            raise TallyVerifyError(
                f"'{name}' holds votes that are negative or not known; leave these stations out"
            )
    if not all_valid.any():
        raise TallyVerifyError("no station has both a known position and valid votes")
    # Sorted by all that is known of a station: the order of rows cannot matter.
    order = np.lexsort((two, one, all_valid, code, at))
    at, lead, all_valid, code = at[order], (one - two)[order], all_valid[order], code[order]
    start = np.flatnonzero(np.concatenate(([True], at[1:] != at[:-1])))
    codes = np.unique(code, return_inverse=True)[1]
    return _Counted(at, lead, all_valid, codes, start), int((~known).sum())


def _cumulative(counted: _Counted) -> Cumulative:
    n = counted.position.size
    ends = np.append(counted.start[1:], n)
    valid = np.cumsum(counted.valid)[ends - 1]
    margin = np.cumsum(counted.lead)[ends - 1][valid > 0] / valid[valid > 0]
    ends = ends[valid > 0]
    at = np.unique(np.searchsorted(ends, np.arange(1, _POINTS + 1) * n / _POINTS))
    return Cumulative(tuple((ends[at] / n).tolist()), tuple(margin[at].tolist()))


def _late_shift(counted: _Counted, late: float, seed: int) -> _Shift:
    n, lead, valid, area = counted.position.size, counted.lead, counted.valid, counted.area
    if counted.start.size < 2:
        return _Shift(reason="all stations have one position")
    begins = int(counted.start[1:][np.abs(counted.start[1:] - (1 - late) * n).argmin()])
    is_late = np.arange(n) >= begins
    votes_late, votes_early = float(valid[begins:].sum()), float(valid[:begins].sum())
    if not votes_late or not votes_early:
        return _Shift(n - begins, reason="the late or the other stations hold no valid votes")
    raw = lead[begins:].sum() / votes_late - lead[:begins].sum() / votes_early
    total = counted.by_area(valid)
    by_late = counted.by_area(valid * is_late)
    margin = counted.by_area(lead) / np.where(total > 0, total, 1)
    explained = (margin * (by_late / votes_late - (total - by_late) / votes_early)).sum()
    both = (by_late > 0) & (by_late < total)
    comparable = float(by_late[both].sum() / votes_late)
    shift = (n - begins, float(raw), float(explained))
    if not both.any():
        return _Shift(*shift, comparable=0.0, reason="no area has both late and early stations")
    z = np.where(valid > 0, lead - margin[area] * valid, lead) * both[area]
    weight = (by_late * (total - by_late) / np.where(total > 0, total, 1))[both]
    sums = counted.by_area(z * is_late)[both]
    within = float(sums.sum() / weight.sum())
    se, pvalue = _robust(sums, weight, within)
    among = both[area]
    by_chance = _permuted(z[among], is_late[among], area[among], seed)
    reason = "" if se is not None else "one area alone gives no standard error"
    return _Shift(*shift, within, se, max(pvalue, by_chance), comparable, reason)


def _robust(sums: Floats, weight: Floats, within: float) -> tuple[float | None, float]:
    """Return the standard error over areas, and the p-value of Student's t."""
    from scipy import stats

    areas = sums.size
    if areas < 2:
        return None, 0.0
    rest = ((sums - within * weight) ** 2).sum() * areas / (areas - 1)
    se = float(np.sqrt(rest)) / float(weight.sum())
    if se == 0:
        return se, 0.0 if within else 1.0
    freedom = max(float((weight**2).sum() ** 2 / (weight**4).sum()) - 1, 1.0)
    return se, float(2 * stats.t.sf(abs(within) / se, freedom))


def _permuted(z: Floats, is_late: NDArray[np.bool_], area: NDArray[np.intp], seed: int) -> float:
    """Return the two-sided p-value of Σ_late z over all orders within the areas."""
    from scipy import stats

    order = np.argsort(area, kind="stable")
    z, is_late = z[order], is_late[order]
    code = np.unique(area[order], return_inverse=True)[1]
    size = np.bincount(code).astype(np.float64)
    late = np.bincount(code, weights=is_late)
    squares = np.bincount(code, weights=z**2)
    variance = late * (size - late) / (size * np.maximum(size - 1, 1)) * squares
    spread = float(variance.sum())
    found = abs(float(z[is_late].sum()))
    if spread <= 0:
        return 1.0
    fourth = np.bincount(code, weights=z**4)
    carried = squares**2 / np.where(fourth > 0, fourth, 1)
    draws = np.maximum(np.minimum(np.minimum(late, size - late), carried), 1)
    if spread**2 / float((variance**2 / draws).sum()) >= _ENOUGH:
        return float(2 * stats.norm.sf(found / np.sqrt(spread)))
    rng = np.random.default_rng(seed)
    first = np.concatenate(([0], np.cumsum(size)[:-1]))
    chosen = np.arange(z.size) - first[code] < late[code]
    rounds = int(np.clip(_CELLS // z.size, 999, _DRAWS))
    as_far, done, chunk = 0, 0, max(1_000_000 // z.size, 1)
    while done < rounds:
        some = min(chunk, rounds - done)
        at = np.argsort(code + rng.random((some, z.size)), axis=1)
        drawn = np.abs(z[at][:, chosen].sum(axis=1))
        as_far += int((drawn >= found * (1 - 1e-9)).sum())
        done += some
    return (1 + as_far) / (1 + rounds)


def _jumps(counted: _Counted, cut: float | None) -> tuple[Jump | None, str, Jump | None, str]:
    if cut is None:
        return None, "no cut was given", None, "no cut was given"
    lead, valid, n = counted.lead, counted.valid, counted.position.size
    area = counted.area.astype(np.int64)
    ends = np.append(counted.start[1:], n)
    share = np.repeat((counted.start + ends) / (2 * n), ends - counted.start)
    at = float(np.searchsorted(counted.position, cut)) / n
    rate = lead / np.where(valid > 0, valid, 1)
    return (
        *jump_at(share, rate, valid, area, at),
        *jump_within(share, lead, valid, area, at),
    )
