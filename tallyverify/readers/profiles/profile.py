"""What a profile is: the layout of a published format, as data."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tallyverify.errors import UnknownNameError
from tallyverify.language import told
from tallyverify.model import Identifier, Model, Text

Name = Annotated[str, Field(max_length=200)]
Names = tuple[Name, ...]
Span = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]


class RecordLayout(Model):
    """Columns of text of fixed width: the first and last place of each, counted from 1."""

    files: Name
    columns: dict[Name, Span] = Field(min_length=1)


class Profile(Model):
    """The layout of a published format: a mapping but for the candidates, who are the contest's.

    Attributes
    ----------
    title : str
        What it is called.
    documented : tuple of str
        Where its layout is documented.
    layout : {"wide", "long"}
        As of a mapping.
    station : tuple of tuple of str
        Columns of the key; of several lists, the first whose columns are all there.
    areas, columns : dict of str to tuple of str
        Level, or line, to the columns that may hold it; the first that is there.
    added : dict of str to tuple of str
        Line to columns of which all are added.
    texts : dict of str to tuple of str
        Long only: line to texts of the option; those that are there are added.
    option, names : tuple of str
        Long only: columns that together name the option, as far as they are there, and columns
        by which it is also known.
    count : str, optional
        Long only: the column of its count.
    race : tuple of str
        Columns that name the race, where a file holds several.
    beside : dict of str to tuple of str
        Lines whose rows stand in a race of their own.
    totals : tuple of str
        Texts of the option that are totals of which the layout does not say what of.
    ballot_lines : tuple of str
        Lines that are classes of paper beside the votes.
    between : tuple of tuple of str
        Wide only: votes stand in the columns after the last of the first names, and before the
        first of the second.
    begins : str, optional
        The first column of the header, which stands below other lines.
    unwrapped : tuple of str
        Signs that spreadsheets are told by that a cell is text, taken away.
    own : bool
        Lines and areas of the contest stand in columns ``line:…`` and ``area:…``.
    records : dict of str to RecordLayout
        Files of fixed width: ``stations``, ``votes`` and ``names``.
    members : str, optional
        Pattern of the members to read, where the file is an archive.
    kinds : str, optional
        A column that says of which kind a station is, where they are of several.
    """

    title: Text
    documented: tuple[Text, ...] = Field(min_length=1)
    layout: Literal["wide", "long"] = "wide"
    station: tuple[Names, ...] = Field(min_length=1)
    areas: dict[Identifier, Names] = Field(default_factory=dict)
    columns: dict[Identifier, Names] = Field(default_factory=dict)
    added: dict[Identifier, Names] = Field(default_factory=dict)
    texts: dict[Identifier, Names] = Field(default_factory=dict)
    option: Names = ()
    names: Names = ()
    count: Name | None = None
    race: Names = ()
    beside: dict[Identifier, Names] = Field(default_factory=dict)
    totals: Names = ()
    ballot_lines: tuple[Identifier, ...] = ()
    between: tuple[Names, Names] | None = None
    begins: Name | None = None
    unwrapped: tuple[Literal['="…"', "'…'", "'…"], ...] = ()
    own: bool = False
    records: dict[Literal["stations", "votes", "names"], RecordLayout] = Field(default_factory=dict)
    members: Name | None = None
    kinds: Name | None = None
    where: dict[Name, Names] = Field(default_factory=dict)
    where_not: dict[Name, Names] = Field(default_factory=dict)
    missing: Names = ()
    absent: Literal["zero"] | None = None
    encoding: Name | None = None
    separator: Name | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None

    @model_validator(mode="after")
    def _layout_fits(self) -> Profile:
        if self.layout == "long" and not (self.option and self.count):
            raise ValueError(told("a long layout needs 'option' and 'count', the columns of both"))
        return self


@cache
def profile_names() -> tuple[str, ...]:
    """Return the names of all profiles, sorted."""
    there = [one.name for one in files("tallyverify.readers.profiles").iterdir()]
    return tuple(sorted(name.removesuffix(".json") for name in there if name.endswith(".json")))


@cache
def profile_named(name: str) -> Profile:
    """Return a profile by its name."""
    if name not in profile_names():
        raise UnknownNameError.of(told("no such format"), name, profile_names())
    text = files("tallyverify.readers.profiles").joinpath(f"{name}.json").read_text("utf-8")
    return Profile.model_validate(json.loads(text))
