"""Which race of a file is meant, where it holds several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from tallyverify.errors import InputError, listed, nearest
from tallyverify.language import told
from tallyverify.readers.profiles.profile import Profile
from tallyverify.readers.raw import Raw
from tallyverify.readers.respelt import spelt_alike
from tallyverify.readers.rows.not_meant import rows_kept
from tallyverify.readers.rows.row_meaning import check_conditions, no_row_kept, texts_of
from tallyverify.readers.words import column_place
from tallyverify.records import Mapping


@dataclass(frozen=True)
class Race:
    """A race of a file, and what rows belong to it."""

    label: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    beside: tuple[str, ...] = ()  # races of which the lines of this one are read


def rows_of_race(raw: Raw, conditions: dict[str, Any]) -> Raw:
    """Return the rows that a format's conditions ask for, if there are any."""
    mapping = Mapping.model_validate({"station": "", **conditions})
    check_conditions(texts_of(raw, mapping), mapping, raw.file)
    kept = rows_kept(raw, mapping)
    if not kept.rows:
        raise no_row_kept(raw.file, mapping)
    return kept


def race_meant(profile: Profile, raw: Raw, wanted: Sequence[str]) -> Race:
    """Return the only race of a file, or the one that bears one of these names.

    A race in several columns (office and district) is named by all that are filled.

    Raises
    ------
    InputError
        If there are several, and none is named so.
    """
    columns = [name for name in profile.race if raw.has(name)]
    if not columns:
        return Race()
    cells = [pc.fill_null(raw.text(name), "").to_pylist() for name in columns]
    apart = {text for texts in profile.beside.values() for text in texts}
    every = dict.fromkeys(zip(*cells, strict=True))
    races = {_label(race): race for race in every if race[0] not in apart}
    if not races:
        raise InputError(told("no row names a race"), file=raw.file, place=column_place(columns[0]))
    named = [name for name in wanted if name]
    label = next(iter(races)) if len(races) == 1 else None
    for name in named:
        label = label or (name if name in races else spelt_alike(name, races))
    if label is None:
        raise InputError(
            told("the file holds several races, and the contest is named like none of them"),
            file=raw.file,
            place=told("column {column}", column=listed(columns)),
            found=listed(named) or None,
            expected=told("one of {names}", names=listed(races, 40)),
            hint=nearest(named[0], races)
            if named and nearest(named[0], races)
            else told(
                'give the contest this name: "name": {name}', name=json.dumps(next(iter(races)))
            ),
        )
    meant = races[label]
    beside = () if any(meant[1:]) else tuple(sorted({race[0] for race in every} & apart))
    asked = {columns[0]: (meant[0], *beside)} | {
        name: (text,) for name, text in zip(columns[1:], meant[1:], strict=True)
    }
    there = dict(zip(columns, (set(texts) for texts in cells), strict=True))
    where = tuple((n, texts) for n, texts in asked.items() if there[n] - set(texts))
    return Race(label, where, beside)


def _label(race: tuple[str, ...]) -> str:
    return " / ".join(filter(None, race))
