"""A certificate proved again from its case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tallyverify.case import Case, as_case
from tallyverify.checking import Kept
from tallyverify.engine.all_checks import select
from tallyverify.engine.folding import doubt_of, find_suspects, fold_rows
from tallyverify.engine.verification import certificate_inputs
from tallyverify.feasibility import (
    Certificate,
    Feasibility,
    Recheck,
    proved_again,
    summarise_witnesses,
)
from tallyverify.taken import takes_input


def _untold(what: str, done: int, of: int) -> None:
    """Tell nobody of the progress."""


@takes_input
def check_certificate(certificate: Certificate, case: Case | str | Path) -> Recheck:
    """Prove a certificate again from its case.

    Parameters
    ----------
    certificate : Certificate
        As it was written by ``tallyverify verify --out``.
    case : Case or path
        The case that it is of, or its folder.

    Returns
    -------
    Recheck
        Whether it is proved, and in words what is, or why not.

    Raises
    ------
    InputError
        If the case cannot be read.

    Examples
    --------
    >>> import tallyverify as tv
    >>> case = tv.load_case("data/samples/venezuela-2024")
    >>> certificate = tv.verify(case, checks="D312", certify=True).certificate
    >>> check_certificate(certificate, case).proved
    True
    """
    case = as_case(case)
    chosen = select("D312")
    suspects, source = find_suspects(case, _untold)
    facts = replace(case.facts, source=source)
    summaries, repeats, seen = fold_rows(case, facts, chosen, suspects, _untold)
    if doubt := doubt_of(summaries, repeats, facts):
        return Recheck(False, doubt)
    rows = summaries[summarise_witnesses]
    engine = Feasibility(Kept(seen, rows), facts)
    return proved_again(certificate, engine, rows, certificate_inputs(case))
