"""What a stand-alone checker can redo by itself, and how it is to read the sheets."""

from __future__ import annotations

import re
from itertools import pairwise

from tallyverify.checking import CaseFacts
from tallyverify.feasibility.answer import Feasibility
from tallyverify.feasibility.certificates.certificate import CertificateColumns
from tallyverify.feasibility.figures.published import BY_COVERAGE, Row, Series
from tallyverify.records import AreaResult, Mapping, column_named, moments_of
from tallyverify.table import Source

_LINES = ("registered", "ballots", "valid", "null", "blank")


def columns_of(facts: CaseFacts) -> CertificateColumns:
    """Return which columns of the sheets hold what; empty where they came from no file."""
    source = facts.source
    mapping = source.mapping
    if mapping is None:
        mapping = Mapping(station=("station",))
    figures = mapping.figures if mapping.layout == "wide" else {}
    votes = {}
    for candidate in facts.contest.candidates:
        alone = figures.get(candidate.id)
        parts = [figures.get(option, ()) for option in candidate.options]
        votes[candidate.id] = alone or tuple(name for part in parts for name in part)
    return CertificateColumns(
        station=tuple(column_named(code) for code in mapping.station),
        areas={level: column_named(code) for level, code in mapping.areas.items()},
        lines={name: figures[name] for name in mapping.lines if name in figures},
        votes=votes,
        where={
            name: (texts,) if isinstance(texts, str) else texts
            for name, texts in mapping.where.items()
        },
        pad=mapping.pad,
        encoding=mapping.encoding,
        separator=mapping.separator,
        grouping=source.grouping,
        decimal=source.decimal,
    )


def outside_of(
    engine: Feasibility, series: Series, rows: tuple[Row, ...], source: Source
) -> tuple[str, ...]:
    """Return what of a case the stand-alone checker does not know, in words."""
    facts = engine.facts
    contest, mapping, declared = facts.contest, source.mapping, facts.declared
    own = set(contest.line_ids) - {"signed", *_LINES}
    balanced = {term for balance in contest.balances for term in balance.terms}
    columns = mapping.columns if mapping else ()
    found = {
        "the sheets are not delimited text (CSV)": mapping is None
        or mapping.encoding is None
        or mapping.separator is None
        or source.name.lower().endswith((".zip", ".gz")),
        "the sheets are in several files": bool(source.parts),
        "the sheets are in a long layout": mapping is not None and mapping.layout == "long",
        "area subtotals were left out": bool(source.left_out),
        "rows of one station that were put together, or left out": bool(source.settled),
        "keys of stations that differ only in their spelling": bool(engine.kept.rows.spelt),
        "sheets annulled or pending": bool(source.annulled or source.pending),
        "columns of one name (NAME#2)": any(re.search(r"#\d+$", name) for name in columns),
        "each voter has several votes": contest.votes_allowed > 1,
        "votes are transferred": contest.transfers,
        "the ballots hold papers of the contest's own classes": bool(
            own & {*balanced, *contest.ballot_lines}
        ),
        "a registry of stations": facts.registry is not None,
        "stations are annulled": declared is not None
        and (declared.annulled is not None or any(r.annulled is not None for r in _rows(series))),
        "candidates or levels that the result spells otherwise than the contest": bool(
            declared is not None and declared.respelt
        ),
        "a correction": declared is not None and any(b.correction for b in declared.bulletins),
        "a coverage beside a number of stations": any(row.label == BY_COVERAGE for row in rows),
        "votes were calculated from percentages": any(
            bulletin.from_percentages is not None or row.from_percentages is not None
            for bulletin, own_rows in series.bulletins
            for row in own_rows
        ),
        "a declared percentage": any(row.of_percentage for row in rows),
        "figures that are no votes, valid votes or stations": any(
            row.figure.kind not in ("votes", "valid", "stations")
            or (row.figure.kind == "stations" and row.area)
            for row in rows
        ),
        "blank votes": contest.valid_includes_blank is not False
        and (
            not {"blank", "ballots"}.isdisjoint(facts.lines)
            or any(row.blank is not None for row in _rows(series))
        ),
        "rows chosen by mapping.where or where_not": mapping is not None
        and bool(mapping.where or mapping.where_not),
        "cells filled down, or codes cut out by a pattern": mapping is not None
        and bool(mapping.fill_down or mapping.cuts),
        "a header further down than the first line": mapping is not None
        and mapping.header not in (None, 1),
        "signs were taken from cells that a spreadsheet is to keep as text": source.unwrapped,
        "the bulletins are not in order by their dates": not _dated(series),
    }
    return tuple(words for words, true in found.items() if true)


def _rows(series: Series) -> list[AreaResult]:
    return [row for _, rows in series.bulletins for row in rows]


def _dated(series: Series) -> bool:
    """Whether the bulletins' dates alone say their order."""
    issued = [bulletin.issued for bulletin, _ in series.bulletins]
    if len(issued) < 2:
        return True
    if not all(issued):
        return False
    moments = moments_of(issued)
    mixed = any(("T" in a) != ("T" in b) and a[:10] == b[:10] for a, b in pairwise(sorted(issued)))
    return len(set(moments)) == len(moments) and not mixed
