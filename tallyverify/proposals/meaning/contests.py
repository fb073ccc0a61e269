"""Several contests in one long file, told apart by a column whose name need not say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, Mask
from tallyverify.errors import listed
from tallyverify.language import number, told
from tallyverify.proposals.columns import Column, combination_codes
from tallyverify.proposals.words import OPTION, plain

_MOST_CONTESTS = 50
_ALIKE = 0.15  # two contests of one station have about the same ballots
_MOSTLY = 0.5


@dataclass(frozen=True)
class Contests:
    """The column that names the contest, the one that is read, and the others."""

    column: Column
    text: str
    others: tuple[str, ...]
    rows: Mask
    sure: bool  # a register shows that together they are more than one contest's votes

    @property
    def evidence(self) -> str:
        """What shows that there are several."""
        return told(
            "{column} parts the options, and the same stations count about as many votes under "
            "each of its {texts} texts: several contests",
            column=self.column.name,
            texts=number(len(self.others) + 1),
        )

    @property
    def question(self) -> str:
        """Ask which contest is meant."""
        if not self.sure:
            return told(
                "Does {column} tell several contests apart? All rows are read. If it does, keep "
                'one of {texts}: "where": {{"{name}": "{text}"}}.',
                column=repr(self.column.name),
                texts=listed((self.text, *self.others), 8),
                name=self.column.name,
                text=self.text,
            )
        return told(
            "Does {column} tell several contests apart? Only the rows of {text} are read; there "
            "are also {others}. If it does not, take it out of mapping.where.",
            column=repr(self.column.name),
            text=repr(self.text),
            others=listed(self.others, 8),
        )


def contests_among(
    columns: Sequence[Column],
    option: Column,
    count: Column,
    places: Sequence[Column],
    registers: Sequence[Column],
) -> Contests | None:
    """Return the column under whose texts other options stand, at the same stations.

    Candidates of one district stand in its rows alone, too, but then the stations differ; parties
    part the options, but count other numbers of votes; blocs that do not are told from contests by
    a register: together they have no more votes than voters. Without one it is only asked.
    """
    rows = len(option.cells)
    for column in columns:
        named = column.name in (option.name, count.name) or OPTION.search(column.plain)
        if named or column.empty.any() or not 1 < len(column.texts) <= _MOST_CONTESTS:
            continue
        others = [place for place in places if place.name != column.name]
        if not others:
            continue
        pairs = pd.DataFrame({"option": option.codes, "contest": column.codes}).drop_duplicates()
        alone = pairs["option"].value_counts() == 1
        if alone.mean() <= _MOSTLY or pairs["contest"].value_counts().min() < 2:
            continue
        stations = combination_codes(others, rows)
        votes = np.zeros((int(stations.max()) + 1, int(column.codes.max()) + 1), dtype=np.int64)
        np.add.at(votes, (stations, column.codes), count.counts)
        two = np.sort(votes, axis=1)[:, -2:]
        if float((two[:, 0] >= (1 - _ALIKE) * two[:, 1])[two[:, 1] > 0].mean()) <= _MOSTLY:
            continue
        fits = [_is_within(votes, stations, register) for register in registers]
        if any(fits):
            continue
        totals = votes.sum(axis=0)
        code_of = dict(zip(column.cells.to_pylist(), column.codes.tolist(), strict=True))
        by_votes = sorted(column.texts, key=lambda text: (-totals[code_of[text]], text))
        text = next((t for t in by_votes if plain(t).startswith("presid")), by_votes[0])
        chosen = column.codes == code_of[text]
        left = tuple(t for t in by_votes if t != text)
        return Contests(column, text, left, chosen, sure=bool(fits))
    return None


def _is_within(votes: Counts, stations: Counts, register: Column) -> bool:
    """Whether a count of the station is mostly no less than all of its votes together."""
    voters = np.zeros(len(votes), dtype=np.int64)
    np.maximum.at(voters, stations, register.counts)
    return bool((voters >= votes.sum(axis=1)).mean() > _MOSTLY)
