"""Where the figures stand in a file: the columns of a wide file, the rows of a long one."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import paragraph, told
from tallyverify.model import Model
from tallyverify.records.contest import Contest
from tallyverify.records.row_meaning import (
    Code,
    Columns,
    Cut,
    First,
    Latest,
    MarkedBy,
    SheetStatus,
    StationColumn,
    Subtotals,
    one_or_many,
)
from tallyverify.records.row_meaning import ColumnName as Text

HeaderRow = Annotated[int, Field(ge=1, le=1000)]


def _one_row_or_several(value: Any) -> str:
    return "rows" if isinstance(value, list | tuple) else ""


HeaderRows = Annotated[
    Annotated[HeaderRow, Tag("")]
    | Annotated[tuple[HeaderRow, ...], Field(min_length=1), Tag("rows")],
    Discriminator(_one_row_or_several),
]
"""The row that names the columns, or several that do so together."""


class Mapping(Model):
    r"""How a file's columns (or rows) become figures of an acta.

    A column is named as in the file's header; of several columns with one name, ``NAME#2`` is
    the second.

    Attributes
    ----------
    layout : {"wide", "long"}
        One row per station, or one row per station and option.
    station : tuple of str or Cut
        Columns, or parts of columns, that together are the station's key.
    areas : dict of str to str or Cut
        Level of the contest to column.
    lines : dict of str to str or list
        Protocol line to column (long: to the text in the option column, or to
        ``{"column": …}``, a column of its own). Of a list, the sum.
    votes : dict of str to str or list
        Option, or candidate, to column (long: to the text in the option column).
    order : str, optional
        Column that says in which order or when stations reported.
    kind : str, optional
        Column that says of which kind a station is: by post, abroad, rural, special.
    marks : tuple of str or Mark
        Columns that mark stations of one kind (contested, machine, late), to be held against the
        others of their area.
    missing : tuple of str
        Texts that mean *not read*, besides an empty cell, ``-``, ``\N``, ``NULL``, ``None``,
        ``NA``, ``N/A`` and ``NaN``.
    encoding, separator, sheet : str, optional
        What the file is, where sniffing should not decide.
    where : dict of str to str or list
        Keep only rows whose column has this text (or one of these).
    where_not : dict of str to str or list
        Leave out rows whose column has this text (or one of these).
    header : int or tuple of int, optional
        Row of the file in which the columns are named, counted from 1; of several, the names are
        joined by a space.
    fill_down : tuple of str
        Columns in which an empty cell means what stands above it.
    status : SheetStatus, optional
        A column that says which sheets are counted, annulled or pending.
    repeated : "hull", "sum", Latest or First
        What several rows of one station mean: copies, of which none is known to be right; parts
        (ways of voting, party lines) that add up, with registered voters once; or versions, of
        which the last or the first by a column counts.
    absent : "zero", optional
        Long only: an option without a row in a station has no votes there.
    option, count : str
        Long only: the column (or columns, joined by " / ") that names the option, and the one
        that holds its count.
    ignore : tuple of str
        Long only: texts in the option column to leave out, e.g. totals.
    thousands : str, optional
        Thousands separator, where sniffing should not decide.
    pad : dict of str to int
        Columns whose codes lost leading zeros, to the width they had.
    subtotals : {"keep", "leave_out"} or Subtotals, optional
        What to do with area subtotals mixed in among the stations, or which rows they are. By
        default they are reported and no sum is compared until this is decided.

    Examples
    --------
    >>> Mapping(station=("CENTRO", "MESA"), votes={"A": "VOTOS_A"}).layout
    'wide'
    """

    layout: Literal["wide", "long"] = "wide"
    station: tuple[Code, ...] = Field(min_length=1)
    areas: dict[Text, Code] = Field(default_factory=dict)
    lines: dict[Text, Columns | StationColumn] = Field(default_factory=dict)
    votes: dict[Text, Columns] = Field(default_factory=dict)
    order: Text | None = None
    kind: Text | None = None
    marks: tuple[MarkedBy, ...] = ()
    missing: tuple[Text, ...] = ()
    encoding: Text | None = None
    separator: Text | None = None
    sheet: Text | None = None
    where: dict[Text, Columns] = Field(default_factory=dict)
    where_not: dict[Text, Columns] = Field(default_factory=dict)
    header: HeaderRows | None = None
    fill_down: tuple[Text, ...] = ()
    status: SheetStatus | None = None
    repeated: Literal["hull", "sum"] | Latest | First = "hull"
    absent: Literal["zero"] | None = None
    option: Columns | None = None
    count: Text | None = None
    ignore: tuple[Text, ...] = ()
    thousands: Literal[".", ",", " ", "'"] | None = None
    pad: dict[Text, int] = Field(default_factory=dict)
    subtotals: Literal["keep", "leave_out"] | Subtotals | None = None

    @field_validator(
        "station",
        "missing",
        "ignore",
        "fill_down",
        "marks",
        mode="before",
        json_schema_input_type=Text | tuple[Text, ...],
    )
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, dict) else one_or_many(value)

    @field_validator("repeated", "subtotals", mode="before")
    @classmethod
    def _one_of_these(cls, value: Any, info: ValidationInfo) -> Any:
        words = {"repeated": ("hull", "sum"), "subtotals": ("keep", "leave_out")}
        allowed = words[info.field_name or ""]
        if isinstance(value, str) and value not in allowed:
            what = told(
                "{value} is none of {allowed}; a rule is an object: {{ … }}.",
                value=shown(value),
                allowed=listed(allowed),
            )
            raise ValueError(paragraph([what, nearest(value, allowed) or ""]))
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                "a".encode(value)
            except (LookupError, UnicodeError):
                what = told("no such text encoding; e.g. utf-8, latin-1, cp1252")
                raise ValueError(what) from None
        return value

    @field_validator("separator")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value is not None and (len(value) != 1 or value in '"\r\n'):
            raise ValueError(told("a separator is one character, e.g. ',' or ';'"))
        return value

    @field_validator("header")
    @classmethod
    def _downwards(cls, value: int | tuple[int, ...] | None) -> int | tuple[int, ...] | None:
        if isinstance(value, tuple) and list(value) != sorted(set(value)):
            raise ValueError(told("the rows of a header are named from the top, each once: [5, 6]"))
        return value

    @field_validator("pad")
    @classmethod
    def _sane_width(cls, value: dict[str, int]) -> dict[str, int]:
        if any(not 1 <= width <= 50 for width in value.values()):
            raise ValueError(told("a width is between 1 and 50"))
        return value

    @model_validator(mode="after")
    def _layout_fits(self) -> Mapping:
        if self.layout == "long" and not (self.option and self.count):
            raise ValueError(told("a long layout needs 'option' and 'count', the columns of both"))
        of_long = self.option or self.count or self.ignore or self.absent or self.station_columns
        if self.layout == "wide" and of_long:
            raise ValueError(
                told(
                    "'option', 'count', 'ignore', 'absent' and lines with a 'column' of their own "
                    "belong to the layout 'long'"
                )
            )
        codes = tuple(column_named(code) for code in (*self.station, *self.areas.values()))
        for column in self.pad:
            if column not in codes:
                what = told(
                    "'pad' widens columns of 'station' and 'areas', which are {columns}; {column} "
                    "is none.",
                    columns=listed(codes),
                    column=shown(column),
                )
                raise ValueError(paragraph([what, nearest(column, codes) or ""]))
        return self

    @field_validator("marks")
    @classmethod
    def _marked_once(cls, value: tuple[MarkedBy, ...]) -> tuple[MarkedBy, ...]:
        columns = Counter(one if isinstance(one, str) else one.column for one in value)
        twice = [column for column, times in columns.items() if times > 1]
        if twice:
            raise ValueError(
                told(
                    "a column marks stations in one way: {columns} stands twice",
                    columns=listed(twice),
                )
            )
        return value

    @model_validator(mode="after")
    def _each_column_once(self) -> Mapping:
        votes = [column for given in self.votes.values() for column in _all(given)]
        lines = {
            column
            for given in self.lines.values()
            if not isinstance(given, StationColumn)
            for column in _all(given)
        }
        used = Counter([*votes, *lines, *set(self.ignore)])
        twice = [column for column, times in used.items() if times > 1]
        if twice:
            raise ValueError(
                told(
                    "votes would be counted twice: {columns} stands in two places",
                    columns=listed(twice),
                )
            )
        return self

    def fitting(self, contest: Contest, file: str, *, votes: bool = True) -> Mapping:
        """Return the mapping if the contest knows all that it names.

        Parameters
        ----------
        contest : Contest
            Whose levels, lines and options it must use.
        file : str
            Named in the error.
        votes : bool
            Whether every candidate must be mapped (false for a registry).

        Raises
        ------
        InputError
            For a level, line or option that the contest does not have, a candidate without
            votes, or a candidate mapped both alone and by option.
        """
        options = tuple(dict.fromkeys([*contest.candidate_ids, *contest.options]))
        for part, known, what in (
            ("areas", contest.levels, told("the contest has no level of this name")),
            ("lines", contest.line_ids, told("the contest has no line of this name")),
            ("votes", options, told("the contest has no option or candidate of this name")),
        ):
            for name in getattr(self, part):
                if name not in known:
                    raise InputError(
                        what,
                        file=file,
                        place=f"mapping.{part}",
                        found=shown(name),
                        expected=listed(known) or told("none"),
                        hint=nearest(name, known),
                    )
        for candidate in contest.candidates if votes else ():
            named = [option for option in candidate.options if option in self.votes]
            alone = candidate.id in self.votes and candidate.options != (candidate.id,)
            if (alone and named) or not (alone or len(named) == len(candidate.options)):
                raise InputError(
                    told("votes are mapped twice for a candidate")
                    if alone
                    else told("a candidate's votes are not mapped"),
                    file=file,
                    place="mapping.votes",
                    found=told(
                        "candidate {candidate}: {options}",
                        candidate=shown(candidate.id),
                        options=listed(named) or told("nothing"),
                    ),
                    expected=told(
                        "either {candidate} or all of {options}",
                        candidate=shown(candidate.id),
                        options=listed(candidate.options),
                    ),
                    hint=told(
                        "map every candidate of the contest, or take the candidate out of it"
                    ),
                )
        return self

    @property
    def header_rows(self) -> tuple[int, ...]:
        """The rows of the file that name its columns; none where that is not said."""
        return (self.header,) if isinstance(self.header, int) else self.header or ()

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """The parts of columns that are a station's key or area."""
        codes = (*self.station, *self.areas.values())
        return tuple(code for code in codes if isinstance(code, Cut))

    @property
    def figures(self) -> dict[str, tuple[str, ...]]:
        """Each line and option with the columns (or texts) whose sum it is."""
        given = {n: c for n, c in self.lines.items() if not isinstance(c, StationColumn)}
        return {name: _all(columns) for name, columns in (given | self.votes).items()}

    @property
    def station_columns(self) -> dict[str, tuple[str, ...]]:
        """Each line of a long file that has columns of its own, with these."""
        return {n: _all(c.column) for n, c in self.lines.items() if isinstance(c, StationColumn)}

    @property
    def options_in(self) -> tuple[str, ...]:
        """The columns of a long file that together name the option."""
        return _all(self.option) if self.option is not None else ()

    @property
    def marked_by(self) -> tuple[str, ...]:
        """The columns that mark stations."""
        return tuple(one if isinstance(one, str) else one.column for one in self.marks)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that the mapping reads, in a stable order."""
        named = [column_named(code) for code in (*self.station, *self.areas.values())]
        named += [*self.where, *self.where_not, *self.fill_down]
        named += [self.status.column] if self.status else []
        named += [self.subtotals.column] if isinstance(self.subtotals, Subtotals) else []
        if isinstance(self.repeated, Latest | First):
            versions = self.repeated
            named.append(versions.latest if isinstance(versions, Latest) else versions.first)
        named += [name for name in (self.order, self.kind) if name]
        named += self.marked_by
        if self.layout == "long":
            named += [*self.options_in, self.count or ""]
            named += [column for columns in self.station_columns.values() for column in columns]
        else:
            for columns in self.figures.values():
                named += columns
        return tuple(dict.fromkeys(named))


def column_named(code: str | Cut) -> str:
    """Return the column that a code, or a part of one, stands in."""
    return code.column if isinstance(code, Cut) else code


def _all(columns: Columns) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else columns
