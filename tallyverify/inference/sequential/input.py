"""What a monitor is given: a list of stations, then batches of them; refused if impossible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from numbers import Integral, Real
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Codes, Floats, Mask, floats, numbers
from tallyverify.errors import InputError, listed, nearest
from tallyverify.inference.sequential.betting import Bets
from tallyverify.inference.sequential.state import Sampling

WHOLE = "the whole list"  # name of the only list where there are no strata


class Limits(NamedTuple):
    """Stations of a list, most valid votes of one of them, and most of all together."""

    stations: int
    bound: float
    total: float


@dataclass(frozen=True)
class Batch:
    """Stations in their order."""

    d: Floats  # first less second
    v: Floats
    used: Floats  # what each takes of the list's total
    rows: dict[str, Codes]  # positions of the stations of each list


def between(name: str, value: float, low: float, high: float, allowed: str) -> None:
    """Refuse an option outside the open interval."""
    if not isinstance(value, Real) or not low < value < high:
        raise InputError(f"{name} is {value!r}; give {allowed}")


def limits(
    stations: int | Mapping[str, int],
    bound: float | None,
    registered: ArrayLike | Mapping[str, ArrayLike] | None,
    sampling: Sampling,
) -> dict[str, Limits]:
    """Return the limits of each stratum, or of the whole list."""
    if sampling not in get_args(Sampling):
        raise InputError(f"sampling is {sampling!r}; it can be {listed(get_args(Sampling))}")
    if isinstance(stations, Mapping) != (sampling == "strata"):
        raise InputError(
            f"stations is {stations!r:.80} with sampling={sampling!r}; give a number by stratum "
            "with sampling='strata', and one number otherwise"
        )
    sizes = stations if isinstance(stations, Mapping) else {WHOLE: stations}
    voters = registered if isinstance(registered, Mapping) else {WHOLE: registered}
    if registered is not None and (unlike := set(sizes) ^ set(voters)):
        raise InputError(
            f"registered and stations do not name the same strata: {listed(sorted(unlike), 8)}"
        )
    if not sizes:
        raise InputError("stations names no stratum; give at least one")
    if bound is not None and not (isinstance(bound, Real) and 1 <= bound < inf):
        raise InputError(f"bound is {bound!r}; give the most valid votes of one station")
    return {name: _limits(name, size, bound, voters.get(name)) for name, size in sizes.items()}


def _limits(name: str, size: int, bound: float | None, registered: ArrayLike | None) -> Limits:
    if not isinstance(size, Integral) or size < 1:
        raise InputError(f"{name} has {size!r} stations; give a whole number from 1")
    voters = None if registered is None else numbers(f"registered of {name}", registered, least=0)
    if voters is not None and voters.ndim and voters.shape != (size,):
        raise InputError(
            f"registered lists {voters.size:,} stations, but {name} has {size:,}; give one number "
            "for each station, or their sum"
        )
    largest = float(voters.max()) if voters is not None and voters.ndim else None
    if bound is None and largest is None:
        raise InputError(
            f"nothing says how many valid votes a station of {name} can have; give `bound`, or "
            "`registered` of each station"
        )
    if bound is not None and largest is not None and largest > bound:
        raise InputError(
            f"a station of {name} has {largest:,.0f} registered voters, more than the bound "
            f"{bound:,}; raise the bound or leave it out"
        )
    # Bets divide by the bound, so a list without any voters still gets 1; its total stays 0.
    most = float(bound) if bound is not None else max(largest or 0.0, 1.0)
    total = size * most if voters is None else min(float(voters.sum()), size * most)
    return Limits(int(size), most, total)


def read_batch(
    votes: Sequence[tuple[str, ArrayLike]],
    stratum: str | Sequence[str] | None,
    registered: ArrayLike | None,
    lists: Mapping[str, Bets],
    sampling: Sampling,
) -> Batch:
    """Check a batch against itself and against what its lists can still hold."""
    seen = sum(bets.seen for bets in lists.values())
    a, b, v = (_counts(name, values, seen) for name, values in votes)
    used, what = v, "valid votes"
    if registered is not None:
        used, what = _counts("registered", registered, seen), "registered voters"
    if len(lengths := {len(a), len(b), len(v), len(used)}) > 1:
        raise InputError(
            f"the columns of a batch have different lengths ({min(lengths):,} and "
            f"{max(lengths):,}); give one figure for each station"
        )
    _refuse(seen, a + b > v, "the two have ", a + b, " votes, more than ", v, " valid")
    _refuse(seen, v > used, v, " valid votes, more than ", used, " registered")
    rows = _rows(stratum, len(v), seen, lists, sampling)
    for name, at in rows.items():
        bets = lists[name]
        where = f" in stratum {name!r}" if sampling == "strata" else ""
        over = np.zeros(len(v), dtype=bool)
        over[at] = used[at] > bets.bound
        _refuse(seen, over, used, f" {what}, more than the bound of {bets.bound:,.0f}{where}")
        if (count := bets.seen + len(at)) > bets.units:
            raise InputError(
                f"{count:,} stations{where} with this batch, but the list has {bets.units:,}; "
                "each station may come once"
            )
        if (spent := bets.used + used[at].sum()) > bets.total:
            raise InputError(
                f"{spent:,.0f} {what}{where} with this batch, but the list has "
                f"{bets.total:,.0f} registered; correct `registered` of the monitor"
            )
    return Batch(a - b, v, used, rows)


def _counts(name: str, values: ArrayLike, seen: int) -> Floats:
    counts = np.atleast_1d(floats(repr(name), values))
    if counts.ndim > 1:
        raise InputError(f"{name!r} has {counts.ndim} dimensions; give a flat sequence")
    bad = ~(np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts)))
    _refuse(seen, bad, f"{name!r} is ", counts, "; a count is a whole number from 0")
    return counts


def _refuse(seen: int, bad: Mask, *words: str | Floats) -> None:
    """Refuse the batch at its first bad station; an array gives the figure of that station."""
    if bad.any():
        at = int(np.argmax(bad))
        said = "".join(word if isinstance(word, str) else f"{word[at]:,.10g}" for word in words)
        raise InputError(
            f"station {at + 1:,} of the batch ({seen + at + 1:,} in all): {said}; "
            "nothing of this batch was taken in"
        )


def _rows(
    stratum: str | Sequence[str] | None,
    count: int,
    seen: int,
    lists: Mapping[str, Bets],
    sampling: Sampling,
) -> dict[str, Codes]:
    """Positions of the stations of each stratum, or of all."""
    if sampling != "strata":
        if stratum is not None:
            raise InputError(
                f"the monitor has no strata, but {stratum!r:.80} was given; leave `stratum` "
                "out, or build the monitor with sampling='strata'"
            )
        return {WHOLE: np.arange(count)}
    given = [] if stratum is None else stratum
    names = [given] * count if isinstance(given, str) else list(given)
    if len(names) != count:
        raise InputError(f"{len(names):,} strata for {count:,} stations; name the stratum of each")
    rows: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        rows.setdefault(name, []).append(at)
    for name, positions in rows.items():
        if name not in lists:
            hint = nearest(str(name), lists) or f"known: {listed(lists, 8)}"
            unknown = np.arange(count) == positions[0]
            _refuse(seen, unknown, f"unknown stratum {name!r}; {hint}")
    return {name: np.array(positions, dtype=np.intp) for name, positions in rows.items()}
