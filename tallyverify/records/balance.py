"""Balances: identities between the lines of a tally sheet, as data.

A rule such as *candidates sum to valid votes* is not code but a :class:`Balance`. One evaluator
applies it to a record and to a whole table; a test holds the two to the same verdict.

A missing figure is unknown, never zero: it may be any number from zero up. A balance therefore
*fails* only when no value of the missing figures could mend it, *holds* when every figure was
read and the arithmetic is right, and is *open* otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from typing import TYPE_CHECKING, Any, Literal

from pydantic import field_validator, model_validator

from tallyverify.language import told
from tallyverify.model import Count, Identifier, Model, Text

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Mask

ALL_OPTIONS = "sum(options)"
_UNBOUNDED = 1 << 60


class Balance(Model):
    """An identity or inequality between named figures of one sheet.

    Attributes
    ----------
    code : str
        ``R101`` … ``R104`` for the standard rules; a contest's own name for its own.
    left, right : str
        Figures joined by ``+``: the name of a protocol line, an option, a candidate, or
        ``sum(options)``. A trailing ``?`` marks a line that counts only if the sheet has it.
    op : {"==", "<=", ">="}
        How the two sides must stand to each other.
    tolerance : int
        Largest difference that is still accepted, in votes.
    title : str
        What the balance says, for people.
    unless_zero : str, optional
        A line that, where it reads 0, means the rule does not apply to the sheet.

    Examples
    --------
    >>> own = Balance(code="paper", left="issued + unused", op="==", right="received")
    >>> own.terms
    ('issued', 'unused', 'received')
    """

    code: Identifier
    left: Text
    op: Literal["==", "<=", ">="]
    right: Text
    tolerance: Count = 0
    title: Text = ""
    unless_zero: Identifier | None = None

    @field_validator("left", "right")
    @classmethod
    def _terms_present(cls, value: str) -> str:
        if not all(term.removesuffix("?").strip() for term in _split(value)):
            raise ValueError(
                told("figures joined by '+' are expected, not {given}", given=repr(value))
            )
        return value

    @model_validator(mode="after")
    def _each_figure_once(self) -> Balance:
        twice = [name for name, times in Counter(self.terms).items() if times > 1]
        if twice:
            raise ValueError(
                told(
                    "each figure may stand in a balance once; twice: {figure}",
                    figure=repr(twice[0]),
                )
            )
        return self

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of all figures on both sides, without the ``?``."""
        return tuple(name for side in self.named_sides for name in side)

    @property
    def named_sides(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the figures on the left and on the right, without the ``?``."""
        left, right = (
            tuple(term.removesuffix("?").strip() for term in _split(side))
            for side in (self.left, self.right)
        )
        return left, right

    def sides(
        self, present: Iterable[str], on_sheet: Iterable[str] = ()
    ) -> tuple[list[str], list[str]] | None:
        """Return the figures on each side, or None if a needed line was not recorded.

        ``present`` are the figures recorded; ``on_sheet`` the lines that the paper is known to
        have: one of these that was not recorded is needed even where it is marked ``?``.
        """
        present, on_sheet = set(present), set(on_sheet)
        sides = []
        for side in (self.left, self.right):
            names = []
            for term in _split(side):
                name = term.removesuffix("?").strip()
                if name in present:
                    names.append(name)
                elif not term.endswith("?") or name in on_sheet:
                    return None
            sides.append(names)
        return (sides[0], sides[1]) if all(sides) else None

    def words(self) -> str:
        """Return the balance as a reader would say it."""
        return self.title or f"{self.left} {self.op} {self.right}".replace("?", "")


def _split(side: str) -> list[str]:
    return [term.strip() for term in side.split("+")]


@dataclass(frozen=True, slots=True)
class BalanceOutcome:
    """What one balance says of one record."""

    verdict: Literal["holds", "fails", "open"]
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """What one balance says of every row of a table: masks, and the sums of what was read."""

    fails: Mask
    open: Mask
    exempt: Mask
    left: Counts
    right: Counts


def evaluate_record(
    balance: Balance, figures: dict[str, list[int | None]], on_sheet: Iterable[str] = ()
) -> BalanceOutcome | None:
    """Apply a balance to one record: its counts by name, None where not read.

    None where the sheet has no such lines, or the rule exempts it.
    """
    sides = balance.sides(figures, on_sheet)
    if sides is None:
        return None
    if balance.unless_zero and all(n == 0 for n in figures.get(balance.unless_zero, [None])):
        return None
    values = [[count for name in side for count in figures[name]] for side in sides]
    low = [sum(count or 0 for count in side) for side in values]
    high = [
        sums + (_UNBOUNDED if None in side else 0) for sums, side in zip(low, values, strict=True)
    ]
    gap = balance.tolerance
    too_small = high[0] + gap < low[1] if balance.op != "<=" else False
    too_large = low[0] > high[1] + gap if balance.op != ">=" else False
    if too_small or too_large:
        return BalanceOutcome("fails", low[0], low[1])
    return BalanceOutcome("holds" if low == high else "open", low[0], low[1])


def evaluate_table(
    balance: Balance,
    present: Iterable[str],
    figure: Callable[[str], tuple[Counts, Mask | None]],
    on_sheet: Iterable[str] = (),
) -> TableOutcome | None:
    """Apply a balance to every row of a table; None where it has no such lines.

    ``figure(name)`` is :meth:`ActaTable.figure`; ``on_sheet`` as in :meth:`Balance.sides`.
    """
    import numpy as np

    present = set(present)
    sides = balance.sides(present, on_sheet)
    if sides is None:
        return None
    sums, unread = [], []
    for side in sides:
        figures = [figure(name) for name in side]
        sums.append(reduce(add, [values for values, _ in figures]))
        nowhere = np.zeros(len(sums[0]), dtype=bool)
        unread.append(reduce(or_, [mask for _, mask in figures if mask is not None], nowhere))
    left, right = sums
    fails, exempt = nowhere.copy(), nowhere
    if balance.op != "<=":
        fails |= (left + balance.tolerance < right) & ~unread[0]
    if balance.op != ">=":
        fails |= (left > right + balance.tolerance) & ~unread[1]
    if balance.unless_zero in present:
        values, mask = figure(balance.unless_zero)
        exempt = values == 0 if mask is None else (values == 0) & ~mask
    fails &= ~exempt
    return TableOutcome(fails, (unread[0] | unread[1]) & ~fails & ~exempt, exempt, left, right)


def _standard(code: str, left: str, op: Any, right: str, title: str, **more: Any) -> Balance:
    checked = Balance(code=code, left=left, op=op, right=right, title=title, **more)
    # What people write is in one language, and so is the text of a checked title.
    return checked.model_copy(update={"title": title})


_R101 = told("candidates sum to valid votes")
_R102 = told("valid, null and blank votes sum to the ballots")
_R103 = told("no more ballots than registered voters")
_R104 = told("no more ballots than voters who signed")

STANDARD_BALANCES: dict[str, tuple[Balance, ...]] = {
    "R101": (_standard("R101", ALL_OPTIONS, "==", "valid", _R101),),
    "R102": (
        _standard("R102", "valid + null + blank?", "==", "ballots", _R102),
        _standard("R102", f"{ALL_OPTIONS} + null + blank?", "==", "ballots", _R102),
    ),
    "R103": tuple(
        _standard("R103", left, "<=", "registered", _R103, unless_zero="registered")
        for left in ("ballots", "valid + null? + blank?", f"{ALL_OPTIONS} + null? + blank?")
    ),
    "R104": tuple(
        _standard("R104", left, "<=", "signed", _R104)
        for left in ("ballots", "valid + null? + blank?", f"{ALL_OPTIONS} + null? + blank?")
    ),
}
"""The standard rules; of several forms the first whose lines are on the sheet is used."""
