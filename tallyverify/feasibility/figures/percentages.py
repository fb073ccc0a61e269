"""Declared percentages: what they are of, and the votes that they allow."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from tallyverify.checking import CaseFacts
from tallyverify.language import told
from tallyverify.records import AreaResult
from tallyverify.taken import takes_input


@takes_input
def unit_of(percentage: float) -> Fraction:
    """Return one unit of the last digit that a percentage is stated with, in points."""
    return Fraction(1, 10 ** len(f"{percentage:f}".rstrip("0").partition(".")[2]))


@takes_input
def bases_of(result: AreaResult, facts: CaseFacts) -> dict[str, int]:
    """Return the declared totals that percentages may be of."""
    valid, ballots = result.valid, result.ballots
    bases: dict[str, int | None] = {
        told("valid votes"): valid,
        told("valid and blank votes"): valid + result.blank if valid and result.blank else None,
        told("ballots"): ballots,
        told("registered voters"): _registered(result, facts),
    }
    # Of votes, where valid papers have several each.
    summed = valid is None or facts.contest.votes_allowed > 1
    if summed and result.candidates == set(facts.contest.candidate_ids):
        bases[told("votes declared")] = sum(result.figures.values())
    if ballots and valid is None and result.null is not None:
        bases[told("ballots without null ones")] = ballots - result.null
    return {name: total for name, total in bases.items() if total}


def _registered(result: AreaResult, facts: CaseFacts) -> int | None:
    """Return the voters of a row; of the whole country they may stand in the document."""
    whole = facts.declared.registered if facts.declared and not result.area else None
    return result.registered or whole


@takes_input
def allowed(percentage: float, total: int) -> tuple[int, int]:
    """Return the least and the most votes of a total that a stated percentage allows.

    A percentage may be rounded, cut off, or moved by a unit so that all sum to 100: a unit of its
    last digit either way.
    """
    return _between(percentage, total, total)


@takes_input
def undeclared_total(
    result: AreaResult, facts: CaseFacts
) -> tuple[Fraction, Fraction | None] | None:
    """Return the range of a total that would explain every percentage, or None if none does.

    It lies between the votes and the ballots (else the registered voters), where these are known.
    """
    known = {k: p for k, p in result.percentages.items() if k in result.figures}
    whole = facts.declared.registered if facts.declared else None
    most = result.ballots or result.registered or whole
    # Each voter may have several votes.
    votes_declared = max(sum(result.figures.values()), result.valid or 0)
    low = Fraction(votes_declared, facts.contest.votes_allowed)
    high = Fraction(most) if most else None
    for label, percentage in known.items():
        stated, unit = Fraction(str(percentage)), unit_of(percentage)
        votes = result.figures[label]
        low = max(low, 100 * votes / (stated + unit))
        if stated > unit:
            bound = 100 * votes / (stated - unit)
            high = bound if high is None else min(high, bound)
    return None if high is not None and low > high else (low, high)


def percentage_rows(result: AreaResult, facts: CaseFacts) -> Iterator[tuple[str, int, int]]:
    """Yield (label, least, most votes) for percentages that say more than the declared votes.

    They are of whichever declared total explains all of them, or of one that is not declared where
    that does; of several that do, each vote may be what any of them allows.
    """
    if not result.percentages:
        return
    bases = bases_of(result, facts)
    fits = {
        name: total
        for name, total in bases.items()
        if all(
            _holds(result.figures[label], allowed(percentage, total))
            for label, percentage in result.percentages.items()
            if label in result.figures
        )
    }
    counted = [label for label in result.percentages if label in result.figures]
    between = undeclared_total(result, facts) if counted and not fits else None
    if between is not None:
        yield from _of_a_total(result, *between)
        return
    if not counted and result.valid and not result.ballots:
        yield from _of_valid_or_more(result, result.valid, facts)
        return
    if not fits:
        if not bases:
            return
        best = min(bases, key=lambda name: _misfit(result, bases[name]))
        fits = {best: bases[best]}
    for label, percentage in result.percentages.items():
        if label in result.figures and _holds_any(result.figures[label], percentage, fits):
            continue
        ranges = [allowed(percentage, total) for total in fits.values()]
        # Of valid votes that are not declared, they are fewer of what is.
        least = 0 if result.valid is None and not counted else min(low for low, _ in ranges)
        yield label, least, max(high for _, high in ranges)


def _of_a_total(
    result: AreaResult, low: Fraction, high: Fraction | None
) -> Iterator[tuple[str, int, int]]:
    """Yield (label, least, most votes) of those whose votes are not declared, of such a total."""
    if high is None:
        return
    for label, percentage in result.percentages.items():
        if label not in result.figures:
            yield label, *_between(percentage, low, high)


def _of_valid_or_more(
    result: AreaResult, valid: int, facts: CaseFacts
) -> Iterator[tuple[str, int, int]]:
    """Yield (label, least, most votes) where percentages may be of a total that is not declared.

    It is the valid votes, or ballots with others besides, or registered voters. The percentages say
    how many these can be: what the candidates have together is at the most all that is valid.
    """
    totals: list[Fraction] = []
    if facts.contest.votes_allowed == 1:
        if registered := _registered(result, facts):
            totals.append(Fraction(registered))
        stated, raised = result.percentage_sum
        if stated > raised:
            totals.append(100 * valid / (stated - raised))
    total = max(min(totals), Fraction(valid)) if totals else None
    for label, percentage in result.percentages.items():
        least, most = _between(percentage, valid, total or valid)
        yield label, least, valid if total is None else min(most, valid)


def _between(percentage: float, low: Fraction | int, high: Fraction | int) -> tuple[int, int]:
    """Return the least and the most votes that a percentage allows of a total in this range."""
    stated, unit = Fraction(str(percentage)), unit_of(percentage)
    return max(ceil((stated - unit) * low / 100), 0), floor((stated + unit) * high / 100)


def _holds(votes: int, interval: tuple[int, int]) -> bool:
    return interval[0] <= votes <= interval[1]


def _holds_any(votes: int, percentage: float, fits: dict[str, int]) -> bool:
    return any(_holds(votes, allowed(percentage, total)) for total in fits.values())


def _misfit(result: AreaResult, total: int) -> int:
    return sum(
        max(low - result.figures[label], result.figures[label] - high, 0)
        for label, percentage in result.percentages.items()
        if label in result.figures
        for low, high in [allowed(percentage, total)]
    )
