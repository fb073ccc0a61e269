"""The contest that a file of a known format is about, as far as the file says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from tallyverify.errors import RecordError
from tallyverify.readers.kinds.election_report import AREA
from tallyverify.readers.profiles.fitted import line_columns, option_columns, station_columns
from tallyverify.readers.profiles.options_found import Option, options_found
from tallyverify.readers.profiles.profile import Profile
from tallyverify.readers.profiles.race import race_meant, rows_of_race
from tallyverify.readers.raw import Raw
from tallyverify.records import Contest

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def contest_found(profile: Profile, name: str, raw: Raw, race: str | None) -> Contest:
    """Return the contest of a file: its levels, lines and options are those that stand there.

    Each option is a candidate; which of them are one candidate's the file does not say.
    """
    station_columns(profile, name, raw)
    meant = race_meant(profile, raw, [race or ""])
    where = {**profile.where, **dict(meant.where)}
    columns = line_columns(profile, raw)
    if profile.layout == "long":
        option_columns(profile, name, raw)
        raw = rows_of_race(raw, {"where": where})
    found = options_found(profile, raw, meant)
    lines = list(columns)
    texts = {text: line for line, names in profile.texts.items() for text in names}
    options: list[Option] = []
    totals: list[Option] = []
    for one in found:
        beside = [line for line, races in profile.beside.items() if one.beside in races]
        line = beside[0] if beside else texts.get(one.text) or texts.get(one.name)
        if line is not None or one.beside:
            lines += [line] if line is not None else []
        elif one.name in profile.totals:
            totals.append(one)
        else:
            options.append(one)
    levels = [level for level, names in profile.areas.items() if any(map(raw.has, names))]
    levels += [n.removeprefix(AREA) for n in raw.names if profile.own and n.startswith(AREA)]
    by_name = bool(set(profile.names) & set(profile.option))
    total: list[dict[str, Any]] = [{"id": "total", "name": one.name} for one in totals[:1]]
    lines += [line for line in profile.ballot_lines if line not in lines]
    contest = {
        "id": _short(race_id(meant.label) or name),
        "name": _text(meant.label),
        "levels": levels,
        "lines": [*dict.fromkeys(lines), *total],
        "ballot_lines": profile.ballot_lines,
        "candidates": _candidates(options, by_name=by_name, taken=[*levels, *lines]),
    }
    try:
        return Contest.model_validate(contest)
    except RecordError as error:
        raise error.in_file(raw.file) from None


def race_id(label: str) -> str:
    """Return a short name for a race."""
    return _short(re.sub(r"[^\w]+", "-", label.lower()).strip("-"))


def _candidates(
    options: Sequence[Option], *, by_name: bool, taken: Iterable[str]
) -> list[dict[str, Any]]:
    """Return a candidate for each option, for each name where the format knows them by name."""
    if by_name:
        names = dict.fromkeys(one.name for one in options)
        pairs = [(name, "") for name in names]
    else:
        pairs = [(one.text, one.name if one.name != one.text else "") for one in options]
    reserved = {*taken, "station", "row", "order"}
    reserved |= {"registered", "signed", "ballots", "valid", "null", "blank"}
    candidates = []
    for text, called in pairs:
        key, name = _short(text), called
        if key in reserved:  # a name stands for one thing only; the file has it as the name
            key, name = f"{key}-option", text
        candidates.append({"id": key, **({"name": _text(name)} if name else {})})
    return candidates


def _text(name: str) -> str:
    return _CONTROL.sub(" ", name)[:500]


def _short(name: str) -> str:
    return _text(name)[:100].strip()
