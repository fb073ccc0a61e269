"""A declared result that was published as a table: areas down, candidates across."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from tallyverify.errors import listed, nearest
from tallyverify.language import paragraph, told
from tallyverify.model import Identifier
from tallyverify.records.contest import Contest
from tallyverify.records.mapping import Mapping
from tallyverify.records.row_meaning import Code, ColumnName, Cut, Texts, one_or_many

DECLARED_LINES = ("stations", "registered", "ballots", "valid", "null", "blank")
"""Figures of an area, besides votes, that a table may declare."""

_AS_IT_STANDS = r"([\s\S]*)"
_OF_STATIONS = (
    "station",
    "order",
    "kind",
    "marks",
    "status",
    "repeated",
    "subtotals",
    "absent",
)


class DeclaredMapping(Mapping):
    """How the columns of a table become a declared result; one row for each area.

    Attributes
    ----------
    areas : dict of str to str or Cut
        Level of the contest to column. A row in which all are empty is the whole country.
    lines : dict of str to str or list
        ``stations``, ``registered``, ``ballots``, ``valid``, ``null`` or ``blank`` to column.
    votes : dict of str to str or list
        Candidate, or name of a group, to column.
    groups : dict of str to tuple of str
        Name of a group to its candidates.
    percentages : dict of str to str
        Candidate, or name of a group, to the column of its published percentage.
    coverage : str, optional
        Column that says how much of the area is counted.
    whole : tuple of str
        Texts in a column of areas that mean all of them, e.g. ``TOTAL``.

    Examples
    --------
    >>> DeclaredMapping(areas={"state": "EDO"}, votes={"A": "ANA"}, whole="TOTAL").whole
    ('TOTAL',)
    """

    station: tuple[Code, ...] = ()
    groups: dict[Identifier, tuple[Identifier, ...]] = Field(default_factory=dict)
    percentages: dict[Identifier, ColumnName] = Field(default_factory=dict)
    coverage: ColumnName | None = None
    whole: Texts = ()

    @model_validator(mode="before")
    @classmethod
    def _texts(cls, data: Any) -> Any:
        if isinstance(data, dict) and "whole" in data:
            return {**data, "whole": one_or_many(data["whole"])}
        return data

    @model_validator(mode="after")
    def _of_areas(self) -> DeclaredMapping:
        given = [name for name in _OF_STATIONS if name in self.model_fields_set]
        if given:
            raise ValueError(
                told("a declared result is by area, not by station: no {keys}", keys=listed(given))
            )
        if not (self.votes or self.lines or self.percentages):
            raise ValueError(told("a declared result needs 'votes', 'lines' or 'percentages'"))
        unknown = [name for name in self.lines if name not in DECLARED_LINES]
        if unknown:
            what = told(
                "an area has {lines}, not {others}.",
                lines=listed(DECLARED_LINES),
                others=listed(unknown),
            )
            raise ValueError(paragraph([what, nearest(unknown[0], DECLARED_LINES) or ""]))
        if self.layout == "long" and (self.percentages or self.coverage):
            raise ValueError(told("'percentages' and 'coverage' are columns of the layout 'wide'"))
        return self

    @property
    def shares(self) -> tuple[str, ...]:
        """Columns of percentages and of the coverage."""
        return (*self.percentages.values(), *filter(None, [self.coverage]))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that the mapping reads, in a stable order."""
        return tuple(dict.fromkeys([*super().columns, *self.shares]))

    def of_counts(self, contest: Contest) -> tuple[Mapping, Contest]:
        """Return how counts are read: as if each area were a station, and of which contest."""
        own = {name: getattr(self, name) for name in Mapping.model_fields}
        counted = [column for columns in self.figures.values() for column in columns]
        of_long = [*self.options_in] if self.layout == "long" else [*counted, *self.shares]
        # What names no place must not become the whole country: it is read as it stands.
        areas = {
            level: code if isinstance(code, Cut) else Cut(column=code, pattern=_AS_IT_STANDS)
            for level, code in self.areas.items()
        }
        keys = tuple(areas[level] for level in contest.levels if level in areas)
        # A table of the whole country alone has no column that names an area.
        own["station"] = keys or of_long[:1]
        own["areas"] = areas
        rows = Contest.model_validate(
            {
                "id": contest.id,
                "levels": contest.levels,
                "candidates": [{"id": name} for name in (*contest.candidate_ids, *self.groups)],
                "lines": ["stations"],
            }
        )
        return Mapping.model_validate(own), rows
