"""A certificate proved again from its case."""

from __future__ import annotations

from dataclasses import replace

from tallyverify.case import Case
from tallyverify.checking import Kept
from tallyverify.engine.all_checks import select
from tallyverify.engine.verification import (
    _doubt,
    _first_pass,
    _folded,
    certificate_inputs,
)
from tallyverify.feasibility import (
    Certificate,
    Feasibility,
    Recheck,
    proved_again,
    summarise_witnesses,
)


def _untold(what: str, done: int, of: int) -> None:
    """Tell nobody of the progress."""


def check_certificate(certificate: Certificate, case: Case) -> Recheck:
    """Prove a certificate again from its case.

    Parameters
    ----------
    certificate : Certificate
        As it was written by ``tallyverify verify --out``.
    case : Case
        The case that it is of.

    Returns
    -------
    Recheck
        Whether it is proved, and in words what is, or why not.
    """
    chosen = select("D312")
    suspects, source = _first_pass(case, _untold)
    facts = replace(case.facts, source=source)
    summaries, repeats, seen = _folded(case, facts, chosen, suspects, _untold)
    if doubt := _doubt(summaries, repeats, facts):
        return Recheck(False, doubt)
    rows = summaries[summarise_witnesses]
    engine = Feasibility(Kept(seen, rows), facts)
    return proved_again(certificate, engine, rows, certificate_inputs(case))
