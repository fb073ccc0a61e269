"""What a monitor is given: a list of stations, then batches of them; refused if impossible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from tallyverify.language import clauses, formatted, number, told

WHOLE: str = told("the whole list")  # name of the only list where there are no strata


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
        raise InputError(
            told("{name} is {value}; give {allowed}", name=name, value=repr(value), allowed=allowed)
        )


def limits(
    stations: int | Mapping[str, int],
    bound: float | None,
    registered: ArrayLike | Mapping[str, ArrayLike] | None,
    sampling: Sampling,
) -> dict[str, Limits]:
    """Return the limits of each stratum, or of the whole list."""
    if sampling not in get_args(Sampling):
        raise InputError(
            told(
                "sampling is {value}; it can be {allowed}",
                value=repr(sampling),
                allowed=listed(get_args(Sampling)),
            )
        )
    if isinstance(stations, Mapping) != (sampling == "strata"):
        raise InputError(
            told(
                "stations is {value} with sampling={sampling}; give a number by stratum with "
                "sampling='strata', and one number otherwise",
                value=f"{stations!r:.80}",
                sampling=repr(sampling),
            )
        )
    sizes = stations if isinstance(stations, Mapping) else {WHOLE: stations}
    voters = registered if isinstance(registered, Mapping) else {WHOLE: registered}
    if registered is not None and (unlike := set(sizes) ^ set(voters)):
        raise InputError(
            told(
                "registered and stations do not name the same strata: {names}",
                names=listed(sorted(unlike), 8),
            )
        )
    if not sizes:
        raise InputError(told("stations names no stratum; give at least one"))
    if bound is not None and not (isinstance(bound, Real) and 1 <= bound < inf):
        raise InputError(
            told("bound is {value}; give the most valid votes of one station", value=repr(bound))
        )
    return {name: _limits(name, size, bound, voters.get(name)) for name, size in sizes.items()}


def _limits(name: str, size: int, bound: float | None, registered: ArrayLike | None) -> Limits:
    if not isinstance(size, Integral) or size < 1:
        raise InputError(
            told(
                "{name} has {size} stations; give a whole number from 1", name=name, size=repr(size)
            )
        )
    voters = None
    if registered is not None:
        voters = numbers(told("registered of {name}", name=name), registered, least=0)
    if voters is not None and voters.ndim and voters.shape != (size,):
        raise InputError(
            told(
                "registered lists {listed} stations, but {name} has {size}; give one number for "
                "each station, or their sum",
                listed=number(voters.size),
                name=name,
                size=number(int(size)),
            )
        )
    largest = float(voters.max()) if voters is not None and voters.ndim else None
    if bound is None and largest is None:
        raise InputError(
            told(
                "nothing says how many valid votes a station of {name} can have; give `bound`, or "
                "`registered` of each station",
                name=name,
            )
        )
    if bound is not None and largest is not None and largest > bound:
        raise InputError(
            told(
                "a station of {name} has {voters} registered voters, more than the bound {bound}; "
                "raise the bound or leave it out",
                name=name,
                voters=formatted(largest, ",.0f"),
                bound=formatted(bound, ","),
            )
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
    used = v if registered is None else _counts("registered", registered, seen)
    if len(lengths := {len(a), len(b), len(v), len(used)}) > 1:
        raise InputError(
            told(
                "the columns of a batch have different lengths ({shortest} and {longest}); give "
                "one figure for each station",
                shortest=number(min(lengths)),
                longest=number(max(lengths)),
            )
        )
    _refuse(
        seen,
        a + b > v,
        lambda at: told(
            "the two have {votes} votes, more than {valid} valid",
            votes=_figure(a[at] + b[at]),
            valid=_figure(v[at]),
        ),
    )
    _refuse(
        seen,
        v > used,
        lambda at: told(
            "{valid} valid votes, more than {registered} registered",
            valid=_figure(v[at]),
            registered=_figure(used[at]),
        ),
    )
    rows = _rows(stratum, len(v), seen, lists, sampling)
    for name, at in rows.items():
        where = name if sampling == "strata" else None
        _refuse_beyond(seen, at, used, lists[name], where, of_registered=registered is not None)
    return Batch(a - b, v, used, rows)


def _refuse_beyond(
    seen: int, rows: Codes, used: Floats, bets: Bets, stratum: str | None, *, of_registered: bool
) -> None:
    """Refuse what a list, whole or of a stratum, cannot hold."""
    over = np.zeros(len(used), dtype=bool)
    over[rows] = used[rows] > bets.bound
    _refuse(
        seen,
        over,
        lambda at: _within(
            told(
                "{votes}, more than the bound of {bound}",
                votes=_voters(used[at], of_registered=of_registered),
                bound=formatted(bets.bound, ",.0f"),
            ),
            stratum,
        ),
    )
    if (count := bets.seen + len(rows)) > bets.units:
        raise InputError(
            told(
                "{stations} with this batch, but the list has {units}; each station may come once",
                stations=_within(told("{stations} stations", stations=number(count)), stratum),
                units=number(bets.units),
            )
        )
    if (spent := bets.used + used[rows].sum()) > bets.total:
        raise InputError(
            told(
                "{votes} with this batch, but the list has {total} registered; correct "
                "`registered` of the monitor",
                votes=_within(_voters(spent, of_registered=of_registered), stratum),
                total=formatted(bets.total, ",.0f"),
            )
        )


def _voters(count: float, *, of_registered: bool) -> str:
    if of_registered:
        return told("{voters} registered voters", voters=_figure(count))
    return told("{votes} valid votes", votes=_figure(count))


def _within(what: str, stratum: str | None) -> str:
    if stratum is None:
        return what
    return told("{what} in stratum {stratum}", what=what, stratum=repr(stratum))


def _figure(value: float) -> str:
    return formatted(value, ",.10g")


def _counts(name: str, values: ArrayLike, seen: int) -> Floats:
    counts = np.atleast_1d(floats(repr(name), values))
    if counts.ndim > 1:
        raise InputError(
            told(
                "{name} has {count} dimensions; give a flat sequence",
                name=repr(name),
                count=number(counts.ndim),
            )
        )
    bad = ~(np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts)))
    _refuse(
        seen,
        bad,
        lambda at: told(
            "{name} is {value}; a count is a whole number from 0",
            name=repr(name),
            value=_figure(counts[at]),
        ),
    )
    return counts


def _refuse(seen: int, bad: Mask, why: Callable[[int], str]) -> None:
    """Refuse the batch at its first bad station, with what is wrong there."""
    if bad.any():
        at = int(np.argmax(bad))
        raise _refusal(seen, at, why(at))


def _refusal(seen: int, at: int, why: str) -> InputError:
    return InputError(
        told(
            "station {at} of the batch ({all} in all): {why}; nothing of this batch was taken in",
            at=number(at + 1),
            all=number(seen + at + 1),
            why=why,
        )
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
                told(
                    "the monitor has no strata, but {given} was given; leave `stratum` out, or "
                    "build the monitor with sampling='strata'",
                    given=f"{stratum!r:.80}",
                )
            )
        return {WHOLE: np.arange(count)}
    given = [] if stratum is None else stratum
    names = [given] * count if isinstance(given, str) else list(given)
    if len(names) != count:
        raise InputError(
            told(
                "{strata} strata for {stations} stations; name the stratum of each",
                strata=number(len(names)),
                stations=number(count),
            )
        )
    rows: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        rows.setdefault(name, []).append(at)
    for name, positions in rows.items():
        if name not in lists:
            hint = nearest(str(name), lists) or told("known: {names}", names=listed(lists, 8))
            unknown = clauses([told("unknown stratum {name}", name=repr(name)), hint])
            raise _refusal(seen, positions[0], unknown)
    return {name: np.array(positions, dtype=np.intp) for name, positions in rows.items()}
