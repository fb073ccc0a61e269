"""compare.contradictions: the comparison alone, for other pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.records import Declared
from tallyverify.table import ActaParts, Registry
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.report import Report


@takes_input
def contradictions(
    table: ActaParts, declared: Declared, registry: Registry | None = None
) -> Report:
    """Hold a declared result against actas, with the checks of the family ``compare`` only.

    Parameters
    ----------
    table : ActaTable or ActaStream
        The actas.
    declared : Declared
        What was announced.
    registry : Registry, optional
        The stations that exist.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        If the declared result names candidates or levels that the contest does not have.

    Examples
    --------
    >>> import pandas as pd, tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> seen = tv.read_actas(
    ...     pd.DataFrame({"station": ["1"], "A": [60], "B": [40]}), contest=contest)
    >>> said = tv.Declared.model_validate({"bulletins": [
    ...     {"id": "1", "areas": [{"votes": {"A": 50, "B": 55}}]}]})
    >>> tv.compare.contradictions(seen, said).verdict  # the one sheet may be wrong
    'discrepant'
    """
    from tallyverify.case import Case
    from tallyverify.engine.verification import verify

    return verify(Case(table.contest, table, declared, registry), checks="compare")
