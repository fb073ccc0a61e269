"""Rows that a format leaves out of a file, and the telling of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.errors import listed, shown
from tallyverify.language import told_of
from tallyverify.readers.profiles.profile import Profile
from tallyverify.readers.profiles.race import Race
from tallyverify.readers.raw import Raw


def rows_left_out(
    profile: Profile, raw: Raw, race: Race, said: list[str]
) -> dict[str, tuple[str, ...]]:
    """Return what the format leaves out of a file that has it, and tell how many rows go so."""
    of_race = raw.keep(_rows_with(raw, dict(race.where)))
    where_not = {}
    for name, texts in profile.where_not.items():
        there = pc.unique(raw.text(name)).to_pylist()
        if asked := tuple(text for text in texts if text in there):
            where_not[name] = asked
            gone = pc.sum(_rows_with(of_race, {name: asked})).as_py() or 0
            said.append(_told_rows(gone, name, asked))
    for name, texts in profile.where.items():
        gone = of_race.rows - (pc.sum(_rows_with(of_race, {name: texts})).as_py() or 0)
        if gone:
            others = pc.unique(of_race.text(name)).to_pylist()
            said.append(_told_rows(gone, name, [one for one in others if one not in texts]))
    return where_not


def _rows_with(raw: Raw, asked: Mapping[str, Sequence[str]]) -> pa.Array:
    keep = pa.array([True] * raw.rows, pa.bool_())
    for name, texts in asked.items():
        keep = pc.and_(keep, pc.is_in(raw.text(name), pa.array(texts, pa.string())))
    return keep.combine_chunks() if isinstance(keep, pa.ChunkedArray) else keep


def _told_rows(rows: int, name: str, texts: Iterable[object]) -> str:
    return told_of(
        rows,
        "{count} row is left out by the format: {texts} in {column}",
        "{count} rows are left out by the format: {texts} in {column}",
        texts=listed(map(str, texts), 6),
        column=shown(name),
    )
