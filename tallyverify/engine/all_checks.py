"""The catalogue: every check that this version has, and which of them were asked for."""

from __future__ import annotations

from collections.abc import Iterable

from tallyverify.checking import Check
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import told
from tallyverify.taken import takes_input

FAMILIES = ("rules", "compare", "inference", "forensics", "reconcile")


@takes_input
def catalogue() -> tuple[Check, ...]:
    """Return every check that this version has, in the order of their codes.

    Examples
    --------
    >>> [check.code for check in catalogue()][:3]
    ['R101', 'R102', 'R103']
    """
    from tallyverify.compare import CHECKS as COMPARE
    from tallyverify.forensics import CHECKS as FORENSICS
    from tallyverify.inference import CHECKS as INFERENCE
    from tallyverify.reconcile import CHECKS as RECONCILE
    from tallyverify.rules import CHECKS as RULES

    return (*RULES, *COMPARE, *INFERENCE, *FORENSICS, *RECONCILE)


def wanted_of(checks: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the families and codes that were asked for, as they are written; None for all."""
    if checks is None:
        return None
    names = checks.split(",") if isinstance(checks, str) else checks
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


@takes_input
def select(wanted: str | list[str] | tuple[str, ...] | None) -> tuple[Check, ...]:
    """Return the checks of these families and codes, in the catalogue's order; None for all."""
    every = catalogue()
    if wanted is None:
        return every
    names = wanted_of(wanted) or ()
    families = tuple(dict.fromkeys(check.family for check in every))
    codes = [check.code for check in every]
    for name in names or [""]:
        if name in FAMILIES and name not in families:
            raise InputError(
                told("this version has no checks of that family yet"),
                place="checks",
                found=shown(name),
                expected=listed(families),
            )
        if name not in families and name.upper() not in codes:
            raise InputError(
                told("no such check or family"),
                place="checks",
                found=shown(name),
                expected=told(
                    "families {families} or codes {codes}",
                    families=listed(families),
                    codes=listed(codes, 60),
                ),
                hint=nearest(name, [*families, *codes]),
            )
    wanted_codes = {name.upper() for name in names}
    return tuple(c for c in every if c.family in names or c.code in wanted_codes)
