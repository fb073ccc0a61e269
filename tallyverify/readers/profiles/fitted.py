"""A profile, a file and a contest, to the mapping by which the file is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import told
from tallyverify.readers.kinds.election_report import AREA, LINE
from tallyverify.readers.profiles.options_found import Option, options_found
from tallyverify.readers.profiles.profile import Profile
from tallyverify.readers.profiles.race import Race, race_meant, rows_of_race
from tallyverify.readers.profiles.rows_out import rows_left_out
from tallyverify.readers.raw import Raw
from tallyverify.readers.respelt import spelt_alike
from tallyverify.records import Candidate, Contest, Mapping


@dataclass
class _Placing:
    """Options of the file, each placed once."""

    options: list[Option]
    by_name: bool = True  # whether options of one name are one candidate's
    placed: dict[str, str] = field(default_factory=dict)  # text to what it stands for

    def named(self, name: str) -> list[str]:
        """Return the texts of the options that are, or are called, so."""
        texts = [one.text for one in self.options if one.text == name]
        called = [one.text for one in self.options if one.name == name]
        if not (texts or called):
            names = dict.fromkeys(n for one in self.options for n in (one.text, one.name))
            near = spelt_alike(name, names)
            return self.named(near) if near is not None else []
        # Two of one name are two of them where the format tells them apart by a code.
        return texts or (called if self.by_name or len(called) == 1 else [])

    def place(self, names: Iterable[str], what: str) -> tuple[str, ...]:
        """Place the options that bear one of these names, if they are not placed yet."""
        found = [text for name in names if name for text in self.named(name)]
        texts = tuple(dict.fromkeys(text for text in found if text not in self.placed))
        self.placed |= dict.fromkeys(texts, what)
        return texts

    @property
    def left(self) -> list[Option]:
        return [one for one in self.options if one.text not in self.placed]


def profile_mapping(
    profile: Profile, name: str, raw: Raw, contest: Contest
) -> tuple[Mapping, tuple[str, ...]]:
    """Return the mapping of a file of a format for a contest, and what is worth telling.

    A candidate or option stands in the file under its id, or under the candidate's name; a line
    under the names that the profile has for it, or under its name in the contest.
    """
    station = station_columns(profile, name, raw)
    race = race_meant(profile, raw, [contest.name, contest.id])
    said: list[str] = []
    where_not = rows_left_out(profile, raw, race, said)
    where = {**profile.where, **dict(race.where)}
    given: dict[str, Any] = {
        "layout": profile.layout,
        "station": station,
        "areas": _areas(profile, raw, contest),
        "where": where,
        "where_not": where_not,
        "missing": profile.missing,
        "thousands": profile.thousands,
    }
    if race.label and race.label not in (contest.name, contest.id):
        said.append(told("the race of the file: {name}", name=shown(race.label)))
    _check_lines(profile, name, raw, contest)
    if profile.layout == "long":
        given |= _long(profile, name, raw, contest, race, given, said)
    else:
        given |= _wide(profile, name, raw, contest, race)
    if profile.kinds and len(set(raw.text(profile.kinds).to_pylist())) > 1:
        given["kind"] = profile.kinds
    return Mapping.model_validate(given), tuple(said)


def station_columns(profile: Profile, name: str, raw: Raw) -> tuple[str, ...]:
    """Return the columns of the key, or say that the file is of another format."""
    for column in (*profile.where, *profile.where_not):
        if not raw.has(column):
            raise not_of_format(name, raw, [column])
    for columns in profile.station:
        if all(raw.has(column) for column in columns):
            return columns
    raise not_of_format(name, raw, profile.station[-1])


def option_columns(profile: Profile, name: str, raw: Raw) -> tuple[str, ...]:
    """Return the columns of the option that a long file has, if it has them and a count."""
    there = tuple(one for one in profile.option if raw.has(one))
    lacking = [one for one in profile.names if one in profile.option and one not in there]
    if profile.count is not None and not raw.has(profile.count):
        lacking.append(profile.count)
    if lacking or (len(profile.option) <= 2 and len(there) < len(profile.option)):
        raise not_of_format(name, raw, lacking or profile.option)
    return there


def not_of_format(name: str, raw: Raw, columns: Sequence[str]) -> InputError:
    """Return the error for a file that lacks columns of a format."""
    absent = [column for column in columns if not raw.has(column)]
    return InputError(
        told("the file is not of the format {name}", name=name),
        file=raw.file,
        place=told("header"),
        found=told(
            "no {columns} among {there}", columns=listed(absent), there=listed(raw.distinct, 40)
        ),
        hint=told("describe the columns in a mapping instead of naming a format"),
    )


def _areas(profile: Profile, raw: Raw, contest: Contest) -> dict[str, str]:
    areas = {}
    for level in contest.levels:
        columns = [*profile.areas.get(level, ()), *([AREA + level, level] if profile.own else [])]
        column = next((one for one in columns if raw.has(one)), None)
        if column is not None:
            areas[level] = column
    return areas


def line_columns(profile: Profile, raw: Raw) -> dict[str, str]:
    """Return each line of a format with the column that it has in a file."""
    found = {}
    for line, columns in profile.columns.items():
        column = next((one for one in columns if raw.has(one)), None)
        if column is not None:
            found[line] = column
    if profile.own:
        found |= {c.removeprefix(LINE): c for c in raw.names if c.startswith(LINE)}
    return found


def _check_lines(profile: Profile, name: str, raw: Raw, contest: Contest) -> None:
    """Refuse a contest that lacks a class of paper which the format's sheets have."""
    lacking = [line for line in profile.ballot_lines if line not in contest.line_ids]
    there = [line for line in lacking if line in line_columns(profile, raw) or profile.texts]
    if there:
        raise InputError(
            told("the contest lacks a line that the sheets of the format {name} have", name=name),
            file=raw.file,
            found=listed(there),
            hint=told(
                'add to the contest: "lines": {lines}, "ballot_lines": {classes}',
                lines=f'["{there[0]}", …]',
                classes=_quoted(profile.ballot_lines),
            ),
        )


def _quoted(names: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _columns_of(profile: Profile, raw: Raw, contest: Contest) -> dict[str, str]:
    found = line_columns(profile, raw)
    if profile.own and profile.layout == "wide":
        found |= {line: line for line in contest.line_ids if raw.has(line)}
    for line in contest.lines:
        if line.name and raw.has(line.name) and profile.layout == "wide":
            found[line.id] = line.name
    return {line: column for line, column in found.items() if line in contest.line_ids}


def _wide(profile: Profile, name: str, raw: Raw, contest: Contest, race: Race) -> dict[str, Any]:
    columns = _columns_of(profile, raw, contest)
    options = options_found(profile, raw, race)
    if profile.between is None:
        used = {*columns.values(), *_areas(profile, raw, contest).values()}
        options = [Option(one, one) for one in raw.distinct if one not in used]
    placing = _Placing(options)
    votes = _votes(placing, contest, zero=False)
    placing.placed |= dict.fromkeys(columns.values(), "line")
    if profile.between is not None:
        _check_all_placed(placing.left, votes, contest, raw)
    return {"lines": columns, "votes": votes}


def _long(
    profile: Profile,
    name: str,
    raw: Raw,
    contest: Contest,
    race: Race,
    given: dict[str, Any],
    said: list[str],
) -> dict[str, Any]:
    option = option_columns(profile, name, raw)
    rows = rows_of_race(raw, {key: given[key] for key in ("where", "where_not")})
    by_name = bool(set(profile.names) & set(profile.option))
    placing = _Placing(options_found(profile, rows, race), by_name)
    lines: dict[str, Any] = {}
    for line in contest.lines:
        if texts := placing.place([line.name], line.id):
            lines[line.id] = texts
    votes = _votes(placing, contest, zero=profile.absent == "zero")
    for known, races in profile.beside.items():
        texts = tuple(o.text for o in placing.left if o.beside in races)
        placing.placed |= dict.fromkeys(texts, known)
        if texts and known not in lines:
            lines[known] = texts
    left_out: list[str] = []
    for known, names in profile.texts.items():
        texts = placing.place(names, known)
        if texts and known in contest.line_ids and known not in lines:
            lines[known] = texts
        else:
            left_out += texts
    left_out += placing.place(profile.totals, "total")
    left_out += [one.text for one in placing.left if one.beside]
    placing.placed |= dict.fromkeys(left_out, "nothing")
    if left_out:
        said.append(
            told("left out, as no line of the contest is named so: {texts}", texts=listed(left_out))
        )
    _check_all_placed(placing.left, votes, contest, raw)
    columns = _columns_of(profile, raw, contest)
    lines |= {name: {"column": column} for name, column in columns.items() if name not in lines}
    return {
        "option": option,
        "count": profile.count,
        "lines": lines,
        "votes": votes,
        "ignore": tuple(left_out),
        "absent": profile.absent,
    }


def _votes(placing: _Placing, contest: Contest, *, zero: bool) -> dict[str, Any]:
    """Return the texts of each option, or of candidates whose options are not told apart."""
    votes: dict[str, Any] = {}
    for candidate in contest.candidates:
        found = {option: placing.place([option], option) for option in candidate.options}
        if len(found) == 1 and not any(found.values()):
            (option,) = found
            found[option] = placing.place([candidate.name], option)
        if not any(found.values()):
            whole = placing.place([candidate.id, candidate.name], candidate.id)
            if whole:
                votes[candidate.id] = whole
                continue
        if zero:
            found = {o: texts or (_unlike_others(o, placing),) for o, texts in found.items()}
        votes |= {option: texts for option, texts in found.items() if texts}
    return votes


def _unlike_others(option: str, placing: _Placing) -> str:
    """Return a text that no row has, for an option that no station has votes for."""
    return option if option not in placing.placed else f"{option}#none"


def _check_all_placed(
    left: Sequence[Option], votes: dict[str, Any], contest: Contest, raw: Raw
) -> None:
    absent = [one.id for one in contest.candidates if not set(_names_of(one)) & set(votes)]
    if not left and not absent:
        return
    names = [one.name for one in left]
    there = told(
        "candidates of the contest, by id or name: {names}",
        names=listed((one.name or one.id for one in contest.candidates), 40),
    )
    if left:
        raise InputError(
            told("the file has votes for options that the contest does not have"),
            file=raw.file,
            found=listed(names, 40),
            expected=there,
            hint=nearest(names[0], [n for one in contest.candidates for n in _names_of(one)])
            or told("give a candidate, an option or a line of the contest this id or name"),
        )
    raise InputError(
        told("the file has no votes for a candidate of the contest"),
        file=raw.file,
        found=listed(absent, 40),
        expected=told("an id or a name that stands in the file"),
        hint=nearest(absent[0], raw.distinct)
        or told("the format names candidates as it does; give them these ids or names"),
    )


def _names_of(candidate: Candidate) -> Iterator[str]:
    yield from (candidate.id, *candidate.options)
    if candidate.name:
        yield candidate.name
