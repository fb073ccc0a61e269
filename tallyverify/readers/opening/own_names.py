"""Files whose columns bear the contest's own names, and so need no mapping."""

from __future__ import annotations

from typing import Any

from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.readers.raw import Raw
from tallyverify.readers.respelt import spelt_alike
from tallyverify.records import Contest, Mapping


def own_names_mapping(raw: Raw, contest: Contest) -> Mapping:
    """Return the mapping of a file whose columns bear the contest's own names, in any spelling."""

    def find(group: str, name: str) -> str | None:
        both = (name, f"{group}.{name}")
        exactly = next((given for given in both if given in raw.names), None)
        return exactly or next((given for given in both if spelt_alike(given, others)), None)

    names = (*contest.levels, *contest.line_ids, *contest.options, *contest.candidate_ids)
    grouped = (f"{group}.{name}" for group in ("areas", "lines", "votes") for name in names)
    exact = {"station", *names, *grouped}
    others = [name for name in raw.distinct if name not in exact]

    station = find("", "station")
    if station is None:
        raise InputError(
            told("without a mapping the columns must bear the contest's own names"),
            file=raw.file,
            place=told("header"),
            found=told("no column 'station' among {there}", there=listed(raw.distinct, 60)),
            expected=told("station, then levels, lines and options as the contest names them"),
            hint=told("describe the columns in a mapping (tallyverify schema mapping)"),
        )
    votes: dict[str, Any] = {}
    for candidate in contest.candidates:
        own = {option: find("votes", option) for option in candidate.options}
        whole = find("votes", candidate.id)
        if all(own.values()):
            votes.update(own)
        elif whole:
            votes[candidate.id] = whole
    areas = {level: find("areas", level) for level in contest.levels}
    lines = {line: find("lines", line) for line in contest.line_ids}
    return Mapping(
        station=(station,),
        areas={level: column for level, column in areas.items() if column},
        lines={line: column for line, column in lines.items() if column},
        votes=votes,
    )
