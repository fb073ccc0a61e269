"""What a contest's balances say of the papers in the box, held against what it says itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.errors import listed
from tallyverify.language import Told, told
from tallyverify.records.balance import ALL_OPTIONS, Balance

if TYPE_CHECKING:
    from tallyverify.records.contest import Contest


def check_agreement(contest: Contest) -> None:
    """Refuse a contest of which a balance says otherwise than its own keys."""
    for balance in contest.balances:
        left, right = (_spelt_out(names, contest) for names in balance.named_sides)
        for whole, parts in ((left, right), (right, left)):
            if balance.op == "==":
                _check_balance(balance, whole, parts, contest)


def _spelt_out(names: tuple[str, ...], contest: Contest) -> frozenset[str]:
    """Return figures with all options, and those of candidates, named one by one."""
    of = {ALL_OPTIONS: tuple(contest.options)}
    of |= {row.id: row.options for row in contest.candidates}
    return frozenset(figure for name in names for figure in of.get(name, (name,)))


def _check_balance(
    balance: Balance, whole: frozenset[str], parts: frozenset[str], contest: Contest
) -> None:
    votes, classes = frozenset(contest.options), frozenset(contest.ballot_lines)
    says = told(
        "balance {balance} says {left} == {right}",
        balance=repr(balance.code),
        left=balance.left,
        right=balance.right,
    )
    includes = None
    if whole == {"valid"} and parts - {"blank"} == votes:
        includes = "blank" in parts
    elif whole == {"ballots"} and {"valid", "blank"} <= parts:
        includes = False
    if includes is not None and contest.valid_includes_blank is (not includes):
        raise ValueError(_otherwise(says, includes))
    if classes and whole == {"ballots"} and votes <= parts and parts - votes != classes:
        raise ValueError(
            told(
                "{says}, so the classes of paper beside the votes are {lines}; ballot_lines "
                "says {others}",
                says=says,
                lines=listed(sorted(parts - votes)),
                others=listed(contest.ballot_lines),
            )
        )


def _otherwise(says: str, includes: bool) -> Told:
    """Return what is said of blank votes by a balance, and not by the contest."""
    if includes:
        return told(
            "{says}, so valid votes hold the blank ones; valid_includes_blank says that they do "
            "not",
            says=says,
        )
    return told(
        "{says}, so valid votes do not hold the blank ones; valid_includes_blank says that they do",
        says=says,
    )
