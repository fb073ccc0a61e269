"""read_registry: the list of stations that exist, with their areas and registered voters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import told
from tallyverify.readers.actas import _as_mapping, _thousands, read_actas
from tallyverify.readers.build import build_wide
from tallyverify.readers.opening.decided import as_decided
from tallyverify.readers.profiles.known_formats import opened_columns
from tallyverify.readers.respelt import spelt_alike, with_columns_of
from tallyverify.readers.words import cell_place
from tallyverify.records import Contest, Mapping
from tallyverify.table import ActaTable, Registry, listed_stations
from tallyverify.taken import takes_input


@takes_input
def read_registry(
    source: Any,
    *,
    contest: Contest,
    mapping: Mapping | dict[str, Any] | None = None,
) -> Registry:
    """Read a register of stations.

    Parameters
    ----------
    source : path, frame, Arrow table or list of dict
        Anything that :func:`tallyverify.read_actas` can read, in wide layout.
    contest : Contest
        Names the levels.
    mapping : Mapping or dict, optional
        ``station``, ``areas`` and ``lines.registered``; without it the columns must be named
        ``station``, ``registered`` and as the levels.

    Raises
    ------
    InputError
        If it cannot be read, names a station twice, or holds a figure that is not a count.

    Examples
    --------
    >>> contest = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}]})
    >>> stations = pd.DataFrame({"station": ["1", "2"], "registered": ["300", "250"]})
    >>> read_registry(stations, contest=contest).registered
    550
    """
    given = _as_mapping(mapping)
    raw, where_from, _ = opened_columns(source, given)
    if given is None:
        there = {
            n for n in (*contest.levels, "registered") if raw.has(n) or spelt_alike(n, raw.distinct)
        }
        given = Mapping(
            station=("station",),
            areas={level: level for level in contest.levels if level in there},
            lines={"registered": "registered"} if "registered" in there else {},
        )
    fitted = given.fitting(contest, raw.file, votes=False).model_copy(update={"votes": {}})
    fitted, respelt = with_columns_of(raw, fitted)
    where_from = replace(where_from, respelt=(*where_from.respelt, *respelt))
    if fitted.status or fitted.repeated != "hull" or fitted.subtotals:
        raise InputError(
            told("a registry lists stations, not their sheets"),
            file=raw.file,
            place="mapping",
            found=told("'status', 'repeated' or 'subtotals'"),
            hint=told("mapping.where keeps some of its rows"),
        )
    for column in fitted.columns:
        raw.position(column)
    thousands = _thousands(raw, fitted, False)
    where_from = replace(where_from, mapping=as_decided(fitted, raw, thousands))
    table, _ = build_wide(raw, fitted, contest, thousands, where_from)
    if len(table.unread):
        worst = table.unread.iloc[0]
        raise InputError(
            told("a registry holds counts only"),
            file=raw.file,
            place=cell_place(table.source.row(int(worst["row"])), worst["column"]),
            found=shown(worst["text"]),
            expected=told("a whole number, or nothing"),
        )
    twice = table.frame["station"][table.frame["station"].duplicated()]
    if len(twice):
        raise InputError(
            told("a station stands in the registry twice"),
            file=raw.file,
            found=listed(dict.fromkeys(twice.tolist()), 5),
            expected=told("each station once"),
            hint=told("the key may need another column in mapping.station"),
        )
    frame = table.frame.drop(columns="row")
    if "registered" not in frame:
        frame["registered"] = pd.array(
            pa.nulls(len(frame), pa.int64()), dtype=pd.ArrowDtype(pa.int64())
        )
    return Registry(frame=frame, source=table.source)


@takes_input
def registry_from(
    source: Any,
    *,
    earlier: bool = False,
    contest: Contest | None = None,
    mapping: Mapping | dict[str, Any] | None = None,
    format: str | None = None,
) -> Registry:
    """Take stations, areas and registered voters from tally sheets; never their votes as votes.

    Parameters
    ----------
    source : ActaTable, path, frame, Arrow table or list of dict
        Actas of the same stations: of an earlier election, or of a later and fuller count. Sheets
        without any vote count as stations too. What is no table of actas yet is read as
        :func:`tallyverify.read_actas` does.
    earlier : bool
        The sheets are of an *earlier* election: their votes by candidate are kept as further
        columns, ``earlier NAME``, with which the prediction is sharpened. Not for a later count of
        the same election, which would put the answer into the question.
    contest, mapping, format
        As for :func:`tallyverify.read_actas`, where the source is to be read.

    Returns
    -------
    Registry

    Raises
    ------
    InputError
        If a station stands twice with other areas or registered voters, or the source cannot be
        read.

    Notes
    -----
    Only stations of which the sheets know are then taken to exist. Stations that were added since
    come out as seen stations that are not in the registry, and a note says so.

    Examples
    --------
    >>> contest = Contest.model_validate(
    ...     {"id": "t", "levels": ["state"], "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> rows = pd.DataFrame({"station": ["1", "2"], "state": ["N", "S"],
    ...     "registered": [300, 250], "A": [100, 0], "B": [80, 0]})
    >>> registry_from(rows, contest=contest).registered
    550
    """
    if isinstance(source, ActaTable):
        given = {"contest": contest, "mapping": mapping, "format": format}
        too_much = [name for name, value in given.items() if value is not None]
        if too_much:
            raise InputError(
                told("a table of actas was read already"),
                found=listed(too_much),
                hint=told("leave these out, or give the file that the table came from"),
            )
        return listed_stations(source, earlier=earlier)
    if contest is None:
        raise InputError(
            told("sheets are read by their contest"),
            found=told("no contest"),
            expected=told("contest=, as for read_actas"),
            hint=told("give it, or a table from read_actas"),
        )
    table = read_actas(source, contest=contest, mapping=mapping, format=format)
    return listed_stations(table, earlier=earlier)
