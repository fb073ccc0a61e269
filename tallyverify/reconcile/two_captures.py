"""reconcile_captures: two captures joined by their keys, and the figures that both have."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.reconcile.one_capture import ComparedCapture, compared_capture
from tallyverify.reconcile.pair import Reconciliation
from tallyverify.records import SourceKind, Tolerance
from tallyverify.table import ActaTable, match_keys, no_key_in_common
from tallyverify.taken import takes_input


@takes_input
def reconcile_captures(
    first: ActaTable,
    second: ActaTable,
    *,
    names: tuple[str, str] = ("first", "second"),
    kinds: tuple[SourceKind, SourceKind] = ("sheets", "sheets"),
    tolerance: Tolerance | None = None,
    crosswalk: Mapping[str, str] | None = None,
) -> Reconciliation:
    """Hold two captures of the same stations beside each other.

    Parameters
    ----------
    first, second : ActaTable
        The captures. Where one is later, it is the second.
    names : (str, str)
        What they are called.
    kinds : (str, str)
        ``sheets``, ``provisional``, or ``lower_bound`` for figures of which it is only known that
        there are at least so many: such a capture differs only where it says more.
    tolerance : Tolerance, optional
        How far figures may lie apart.
    crosswalk : mapping of str to str, optional
        Keys of the second, with those of the first that they stand for.

    Returns
    -------
    Reconciliation

    Raises
    ------
    InputError
        If they have no station or no figure in common, or are of different contests.

    Notes
    -----
    A station that stands several times in a capture with different figures is left out, and told.
    A figure that was not read differs from nothing: that it was read in one capture only is told
    apart. Of options that only one capture tells apart, the candidates' sums are compared.

    Examples
    --------
    >>> import pandas as pd, tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> one, other = (tv.read_actas(pd.DataFrame({"station": ["1"], "A": [a], "B": [7]}),
    ...     contest=contest) for a in (784, 484))
    >>> reconcile_captures(one, other).by_figure["A"].net
    -300
    """
    _check_kinds(kinds)
    _check_contest(first, second, names)
    one, other = compared_capture(names[0], first), compared_capture(names[1], second)
    match = match_keys(one.station, other.station, crosswalk)
    at = np.flatnonzero(match.places >= 0)
    if not len(at):
        raise no_key_in_common(first.frame["station"], second.frame["station"], names)
    # In the order of the first's keys, whatever the order of rows.
    at = at[np.argsort(match.places[at], kind="stable")]
    options = _options_of_both(one, other)
    lines = tuple(name for name in first.lines if name in second.lines)
    if not options and not lines:
        raise InputError(
            told("{first} and {second} have no figure in common", first=names[0], second=names[1]),
            found=told(
                "{one} in {first}; {other} in {second}",
                first=names[0],
                one=listed(first.figures),
                second=names[1],
                other=listed(second.figures),
            ),
            hint=told("map the same votes or lines in both"),
        )
    return Reconciliation(
        names,
        kinds,
        match,
        tolerance,
        options,
        lines,
        (one, other),
        (match.places[at], at),
    )


def _options_of_both(one: ComparedCapture, other: ComparedCapture) -> tuple[str, ...]:
    """The options that both have; candidates where one of them does not tell options apart."""
    names: list[str] = []
    for candidate in one.table.contest.candidates:
        own = [option for option in candidate.options if one.has(option) or other.has(option)]
        if own and all(one.has(option) and other.has(option) for option in own):
            names += own
        elif one.has(candidate.id) and other.has(candidate.id):
            names.append(candidate.id)
    return tuple(names)


def _check_kinds(kinds: tuple[str, str]) -> None:
    allowed = ("sheets", "provisional", "lower_bound")
    for kind in kinds:
        if kind not in allowed:
            raise InputError(told("no such kind of capture"), found=kind, expected=listed(allowed))


def _check_contest(first: ActaTable, second: ActaTable, names: tuple[str, str]) -> None:
    one, other = first.contest.candidate_ids, second.contest.candidate_ids
    if set(one) != set(other):
        raise InputError(
            told("the captures are of different contests"),
            found=told(
                "{first}: {one}; {second}: {other}",
                first=names[0],
                one=listed(one),
                second=names[1],
                other=listed(other),
            ),
            expected=told("the same candidates in both"),
        )
