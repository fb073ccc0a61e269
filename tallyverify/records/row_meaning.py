"""What a row of a file means: its status, its repetitions, and codes cut out of its cells."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from tallyverify.errors import listed
from tallyverify.language import number, told
from tallyverify.model import Model

# Headers of spreadsheets may hold line ends: a column is named as it stands in the file.
ColumnName = Annotated[str, StringConstraints(max_length=500)]
Columns = ColumnName | Annotated[tuple[ColumnName, ...], Field(min_length=1)]
Texts = tuple[ColumnName, ...]


def one_or_many(value: Any) -> Any:
    """Return a single text as a tuple of one."""
    return (value,) if isinstance(value, str) else value


class SheetStatus(Model):
    """What the texts of a status column mean; every text of the column must be placed.

    Attributes
    ----------
    column : str
        The column.
    counted : tuple of str
        The sheet is part of the result.
    annulled : tuple of str
        It is not, and its voters are not free to have voted elsewhere.
    pending : tuple of str
        It may or may not be part of any bulletin.

    Examples
    --------
    >>> SheetStatus(column="ESTADO", counted=("contabilizada",), annulled=("anulada",)).pending
    ()
    """

    column: ColumnName
    counted: Texts = Field(min_length=1)
    annulled: Texts = ()
    pending: Texts = ()

    _many = field_validator("counted", "annulled", "pending", mode="before")(one_or_many)

    @model_validator(mode="after")
    def _placed_once(self) -> SheetStatus:
        every = [*self.counted, *self.annulled, *self.pending]
        twice = {text for text in every if every.count(text) > 1}
        if twice:
            raise ValueError(
                told("a status has one meaning: {texts} stands twice", texts=listed(sorted(twice)))
            )
        return self


class Cut(Model):
    r"""A part of a column's texts: what the group of a pattern finds, of the whole text.

    Patterns are those of RE2, which never take long: no lookaround, no backreferences.

    Examples
    --------
    >>> Cut(column="MESA", pattern=r"(\d+)-.*").pattern
    '(\\d+)-.*'
    """

    column: ColumnName
    pattern: Annotated[str, StringConstraints(min_length=1, max_length=500)]

    @field_validator("pattern")
    @classmethod
    def _one_group(cls, value: str) -> str:
        try:
            groups = re.compile(value).groups
        except re.error as error:
            raise ValueError(told("no regular expression: {error}", error=str(error))) from None
        _check_re2(value)
        if groups != 1:
            raise ValueError(
                told(
                    "a pattern has one group (…), for the part meant, not {groups}",
                    groups=number(groups),
                )
            )
        return value


def _check_re2(pattern: str) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array(["x"]), pattern)
    except pa.ArrowInvalid as error:
        said = str(error).removeprefix("Invalid regular expression: ")
        raise ValueError(
            told(
                "the pattern is not one of RE2, which has no lookaround and no backreferences: "
                "{error}",
                error=said,
            )
        ) from None


def _part_or_column(value: Any) -> str:
    return "" if isinstance(value, dict | Cut) else "column"


# Told apart before they are checked, so that an error speaks of the one that is meant.
Code = Annotated[
    Annotated[Cut, Tag("")] | Annotated[ColumnName, Tag("column")],
    Discriminator(_part_or_column),
]
"""A column that holds a code, or a part of one."""


class Latest(Model):
    """Of rows of one station, the one that is last by a column counts.

    Examples
    --------
    >>> Latest(latest="RECIBIDA").latest
    'RECIBIDA'
    """

    latest: ColumnName


class First(Model):
    """Of rows of one station, the one that is first by a column counts.

    Examples
    --------
    >>> First(first="VERSION").first
    'VERSION'
    """

    first: ColumnName


class Mark(Model):
    """Stations that a column marks, and what its texts say of the others.

    Attributes
    ----------
    column : str
        The column.
    marked : tuple of str
        Texts of the stations meant; an empty cell is ``""``.
    rest : tuple of str, optional
        Texts of the others; without it, every text that is not empty.

    Examples
    --------
    >>> Mark(column="OBSERVED", marked="x", rest="").rest
    ('',)
    """

    column: ColumnName
    marked: Texts = Field(min_length=1)
    rest: Texts | None = None

    _many = field_validator("marked", "rest", mode="before")(one_or_many)

    @model_validator(mode="after")
    def _one_side(self) -> Mark:
        both = sorted({*self.marked} & {*(self.rest or ())})
        if both:
            raise ValueError(
                told("a station is marked or not: {texts} stands on both sides", texts=listed(both))
            )
        return self


def _mark_or_column(value: Any) -> str:
    return "" if isinstance(value, dict | Mark) else "column"


MarkedBy = Annotated[
    Annotated[Mark, Tag("")] | Annotated[ColumnName, Tag("column")],
    Discriminator(_mark_or_column),
]
"""A column that marks stations, each of its texts some of them, or those of some texts."""


class Subtotals(Model):
    """Rows that are subtotals, by the texts of a column; they are left out.

    Examples
    --------
    >>> Subtotals(column="NIVEL", equals=("Distrito", "Región")).equals
    ('Distrito', 'Región')
    """

    column: ColumnName
    equals: Texts = Field(min_length=1)

    _many = field_validator("equals", mode="before")(one_or_many)


class StationColumn(Model):
    """A line of a long file that has a column of its own, the same in all rows of a station.

    Examples
    --------
    >>> StationColumn(column="PADRON").column
    'PADRON'
    """

    column: Columns
