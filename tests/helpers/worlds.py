"""Small made-up elections with a known truth, honest slips, and altered results.

A :class:`World` knows what was truly counted; :func:`honest` draws one with the slips that happen
where nobody cheats, :func:`altered` one whose declared result was changed. Both draw by a
:class:`Draw`, so that a seeded search and Hypothesis make the same worlds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import Any, Protocol, TypeVar

import pandas as pd

from tallyverify import Case, Contest, Declared, Registry, read_actas

T = TypeVar("T")


class Draw(Protocol):
    """Where choices come from; the first of each is the simplest."""

    def int(self, low: int, high: int) -> int: ...

    def pick(self, choices: Sequence[T]) -> T: ...

    def chance(self, percent: int) -> bool: ...


class Seeded:
    """Choices from a seed."""

    def __init__(self, seed: int | str) -> None:
        self.random = random.Random(seed)

    def int(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent


class Drawn:
    """Choices by Hypothesis, which shrinks them."""

    def __init__(self, data: Any) -> None:
        from hypothesis import strategies as st

        self.data, self.st = data, st

    def int(self, low: int, high: int) -> int:
        return self.data.draw(self.st.integers(low, high))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.int(0, len(choices) - 1)]

    def chance(self, percent: int) -> bool:
        return self.int(0, 99) >= 100 - percent


@dataclass
class Station:
    """What was truly counted at a station, and what is seen of it."""

    key: str
    areas: dict[str, str]
    voters: int
    votes: dict[str, int]
    others: int  # valid votes for nobody whom the contest names
    null: int
    blank: int
    seen: bool = True
    enters: int = 0  # with this bulletin; their number: with none
    annulled: bool = False
    listed: bool = True  # stands in the registry

    @property
    def papers(self) -> int:
        return sum(self.votes.values()) + self.others + self.null + self.blank


@dataclass
class World:
    """An election, how it was written down, and how it was published."""

    candidates: list[str]
    levels: list[str]
    stations: list[Station]
    lines: list[str]  # on the sheets
    blank_in_valid: bool  # on the sheets
    says_blank: bool  # the contest says so
    bulletins: list[dict[str, Any]] = field(default_factory=list)
    declared: dict[str, Any] = field(default_factory=dict)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    registry: list[dict[str, Any]] | None = None
    balanced: bool = False  # the contest names its lines
    touched: int = 0  # sheets that say something else than was counted
    strict: bool = True  # every closing assumption that is not declared holds
    kinds: list[str] = field(default_factory=list)

    @property
    def contest(self) -> Contest:
        told: dict[str, Any] = {
            "id": "w",
            "levels": self.levels,
            "candidates": [{"id": name} for name in self.candidates],
        }
        if self.says_blank:
            told["valid_includes_blank"] = self.blank_in_valid
        if self.balanced:
            told["lines"] = [line for line in self.lines if line in ("null", "blank", "valid")]
        return Contest.model_validate(told)

    @property
    def result(self) -> dict[str, Any]:
        return {**self.declared, "bulletins": self.bulletins}

    @property
    def case(self) -> Case:
        contest = self.contest
        registry = Registry.of(self.registry) if self.registry is not None else None
        return Case(
            contest,
            read_actas(pd.DataFrame(self.sheets), contest=contest),
            Declared.model_validate(deepcopy(self.result)),
            registry,
        )


def allowed(sheets: int) -> int:
    """Return the allowance for so many sheets, as design and docs say it."""
    expected = 0.005 * sheets
    return max(1, ceil(round(expected + 2 * sqrt(expected), 9)))


# --- An election ---------------------------------------------------------------------------------


def election(draw: Draw, most: int = 40, *, plain: bool = False) -> World:
    """Draw an election and its sheets, without any slip."""
    candidates = ["A", "B", "C", "D"][: draw.int(2, 4)]
    levels = ["state", "town"][: draw.int(0, 2)]
    size = draw.int(3, most)
    has_blank, has_others = draw.chance(50), draw.chance(15) and not plain
    large = draw.pick([60, 300, 900])
    states = ["N", "S", "E"][: draw.int(1, 3)]
    unseen = draw.pick([0, 0, 10, 30, 60])
    stations = []
    for at in range(size):
        state = draw.pick(states)
        areas = {"state": state, "town": f"{state}{draw.int(1, 2)}"}
        voters = draw.int(large // 3, large)
        left = draw.int(voters // 3, voters * 9 // 10)
        null = draw.int(0, left // 12)
        blank = draw.int(0, left // 12) if has_blank else 0
        others = draw.int(0, left // 15) if has_others else 0
        left -= null + blank + others
        votes = {}
        for name in candidates[:-1]:
            votes[name] = draw.int(0, left)
            left -= votes[name]
        votes[candidates[-1]] = left
        stations.append(
            Station(
                f"{at + 1:03d}",
                {level: areas[level] for level in levels},
                voters,
                votes,
                others,
                null,
                blank,
                seen=at == 0 or not draw.chance(unseen),
            )
        )
    lines = [line for line in ("registered", "valid", "null", "ballots") if draw.chance(60)]
    if has_blank and draw.chance(75):
        lines.append("blank")
    if has_others and "valid" not in lines:
        lines.append("valid")
    if "valid" not in lines and "ballots" in lines and "null" in lines and has_others:
        lines.remove("ballots")
    inside = has_blank and draw.chance(35)
    says = has_blank and draw.chance(60)
    return World(candidates, levels, stations, lines, inside, says, balanced=draw.chance(25))


def sheet_of(world: World, station: Station) -> dict[str, Any]:
    """Return a station's sheet as it should read."""
    valid = sum(station.votes.values()) + station.others
    valid += station.blank if world.blank_in_valid else 0
    lines = {
        "registered": station.voters,
        "valid": valid,
        "null": station.null,
        "blank": station.blank,
        "ballots": station.papers,
    }
    return {
        "station": station.key,
        **station.areas,
        **{name: lines[name] for name in world.lines},
        **station.votes,
    }


# --- How it is published -------------------------------------------------------------------------


@dataclass
class Manner:
    """How the bulletins are written."""

    figures: list[str]  # besides votes
    blank_in_valid: bool
    group: bool
    depth: int  # areas of so many levels besides the whole
    decimals: int | None  # of percentages beside the votes
    typed: bool  # votes were typed from percentages
    elsewhere: dict[str, int]  # votes of no station, in the whole only, from the last bulletin on
    elsewhere_voters: int
    own_row: bool  # these stand in an area of their own as well


def published(draw: Draw, world: World, *, plain: bool = False) -> Manner:
    """Draw bulletins over the world and write them, with registry and totals."""
    count = draw.pick([1, 1, 2, 3])
    whole = plain or draw.chance(75)
    last = count - 1
    for station in world.stations:
        station.enters = draw.int(0, last)
        if not whole and draw.chance(25):
            station.enters = count
    figures = [name for name in ("valid", "null", "ballots") if draw.chance(60)]
    if any(s.blank for s in world.stations) and draw.chance(50):
        figures.append("blank")
    elsewhere: dict[str, int] = {}
    voters = 0
    if draw.chance(25) and not plain:
        cast = sum(s.papers for s in world.stations)
        elsewhere = {name: draw.int(0, cast // 60) for name in world.candidates}
        voters = sum(elsewhere.values()) + draw.int(0, 20)
        world.kinds.append("votes of no station")
    manner = Manner(
        figures,
        world.blank_in_valid,
        len(world.candidates) > 2 and draw.chance(25),
        draw.int(0, len(world.levels)),
        draw.pick([None, None, 1, 2]),
        False,
        elsewhere,
        voters,
        False,
    )
    if any(s.blank for s in world.stations) and not world.says_blank and draw.chance(30):
        manner.blank_in_valid = not world.blank_in_valid
        world.kinds.append("blank in valid on one side")
    if not plain and draw.chance(8):
        manner.typed, manner.decimals = True, draw.int(1, 3)
        world.kinds.append("typed from percentages")
    if elsewhere and world.levels and manner.depth and draw.chance(40):
        manner.own_row = True
    _stated(draw, world, manner, plain)
    ways = ["complete", "stations", "coverage", "voters", "silent"]
    if elsewhere:
        ways.remove("stations")  # a row that states its stations holds no votes of others
    statement = draw.pick(ways)
    dated = draw.pick(["days", "none", "one day"])
    ahead = manner.depth > 0 and statement not in ("stations",) and draw.chance(20) and not plain
    for at in range(count):
        bulletin: dict[str, Any] = {"id": f"b{at + 1}"}
        if dated == "days":
            bulletin["issued"] = f"2024-07-{20 + at}"
        elif dated == "one day":
            bulletin["issued"] = "2024-07-20"
        bulletin["areas"] = rows_at(world, manner, at, whole and at == last, statement, draw, ahead)
        world.bulletins.append(bulletin)
    if ahead:
        world.kinds.append("areas ahead of the whole")
    if statement in ("silent", "complete") and not whole:
        world.strict = False  # the last is taken as whole
    if statement in ("coverage", "voters"):
        world.kinds.append(f"coverage of {'stations' if statement == 'coverage' else 'voters'}")
    if dated != "days" and count > 1 and draw.chance(50) and not plain:
        world.bulletins.reverse()
        world.kinds.append("bulletins in reverse")
    return manner


def _stated(draw: Draw, world: World, manner: Manner, plain: bool) -> None:
    """Say totals of the country, and give a registry."""
    lists = sum(s.voters for s in world.stations)
    if draw.chance(60):
        world.declared["stations"] = len(world.stations)
    if draw.chance(60):
        world.declared["registered"] = lists + manner.elsewhere_voters
    if not manner.elsewhere and draw.chance(70 if plain else 30):
        world.declared["all_votes_at_stations"] = True
    if draw.chance(40):
        world.registry = [
            {"station": s.key, "areas": s.areas, "registered": s.voters} for s in world.stations
        ]
    if manner.elsewhere and "registered" not in world.declared:
        # Without a register, a tenth of the votes is assumed at the most.
        cast = sum(s.papers for s in world.stations)
        if 10 * sum(manner.elsewhere.values()) > cast // 2:
            world.strict = False


def rows_at(
    world: World,
    manner: Manner,
    at: int,
    whole: bool,
    statement: str,
    draw: Draw,
    ahead: bool = False,
) -> list[dict[str, Any]]:
    """Return the rows of one bulletin."""
    rows = []
    keys: list[dict[str, str]] = [{}]
    for depth in range(1, manner.depth + 1):
        found = {tuple(list(s.areas.items())[:depth]) for s in world.stations}
        keys += [dict(key) for key in sorted(found)]
    for key in keys:
        counted = at + (1 if ahead and key else 0)
        inside = [s for s in world.stations if key.items() <= s.areas.items() and not s.annulled]
        held = [s for s in inside if s.enters <= counted]
        extra = manner.elsewhere if not key and at >= len(_bulletins(world)) - 1 else {}
        row = row_of(world, manner, held, extra)
        row["area"] = key
        say_extent(world, row, held, whole, statement, draw)
        rows.append(row)
    return rows


def _bulletins(world: World) -> range:
    most = max((s.enters for s in world.stations), default=0)
    return range(most + 1)


def row_of(
    world: World, manner: Manner, held: list[Station], extra: dict[str, int]
) -> dict[str, Any]:
    """Return a published row over some stations."""
    votes = {
        name: sum(s.votes[name] for s in held) + extra.get(name, 0) for name in world.candidates
    }
    blank, null = sum(s.blank for s in held), sum(s.null for s in held)
    valid = sum(votes.values()) + sum(s.others for s in held)
    ballots = valid + blank + null
    valid += blank if manner.blank_in_valid else 0
    row: dict[str, Any] = {}
    base = max(valid, 1)
    if manner.typed:
        unit = 10**manner.decimals * 100  # type: ignore[operator]
        votes = {k: round(round(v * unit / base) * base / unit) for k, v in votes.items()}
        row["from_percentages"] = manner.decimals
    elif manner.decimals is not None and "valid" in manner.figures and valid:
        row["percentages"] = {k: round(100 * v / base, manner.decimals) for k, v in votes.items()}
    if manner.group:
        row["groups"] = [
            {
                "name": "others",
                "candidates": world.candidates[1:],
                "votes": sum(votes[k] for k in world.candidates[1:]),
            }
        ]
        row.pop("percentages", None)
        votes = {world.candidates[0]: votes[world.candidates[0]]}
    row["votes"] = votes
    known = {"valid": valid, "null": null, "blank": blank, "ballots": ballots}
    row |= {name: known[name] for name in manner.figures}
    if manner.typed and "valid" not in row:
        row["valid"] = valid
    return row


def say_extent(
    world: World,
    row: dict[str, Any],
    held: list[Station],
    whole: bool,
    statement: str,
    draw: Draw,
) -> None:
    """Say how much of its area a row holds, in one of the ways that authorities have."""
    inside = [s for s in world.stations if row["area"].items() <= s.areas.items()]
    if statement == "complete" and whole:
        row["complete"] = True
    elif statement == "stations":
        row["stations"] = len(held)
    elif statement == "coverage" and not row["area"]:
        row["coverage"] = round(len(held) / len(inside), 4)
        if draw.chance(60):
            row["coverage_basis"] = "stations"
    elif statement == "voters" and not row["area"]:
        every = world.declared.get("registered", sum(s.voters for s in inside))
        row["coverage"] = round(sum(s.voters for s in held) / every, 4)
        if draw.chance(60):
            row["coverage_basis"] = "registered"


# --- Honest slips --------------------------------------------------------------------------------


def _digits(draw: Draw, kind: str, value: int) -> int:
    spelt = str(value)
    if kind == "extra digit":
        at = draw.int(0, len(spelt))
        return int(spelt[:at] + str(draw.int(1, 9)) + spelt[at:])
    if kind == "lost digit":
        at = draw.int(0, len(spelt) - 1)
        return int(spelt[:at] + spelt[at + 1 :] or "0")
    return int(spelt[::-1])


def _slip_in_digits(kind: str) -> Callable[[Draw, World, int], None]:
    def slip(draw: Draw, world: World, at: int) -> None:
        names = [*world.candidates, *(n for n in world.lines if n != "registered")]
        name = draw.pick(names)
        world.sheets[at][name] = _digits(draw, kind, world.sheets[at][name])

    return slip


def _exchanged(draw: Draw, world: World, at: int) -> None:
    one = draw.int(0, len(world.candidates) - 2)
    a, b = world.candidates[one], world.candidates[one + 1]
    sheet = world.sheets[at]
    sheet[a], sheet[b] = sheet[b], sheet[a]


def _two_spellings(draw: Draw, world: World, at: int) -> None:
    copy = dict(world.sheets[at])
    copy["station"] = draw.pick(
        [str(int(copy["station"])), f"{copy['station']}.0", f"0{copy['station']}"]
    )
    world.sheets.append(copy)


def _wrong_area(draw: Draw, world: World, at: int) -> None:
    other = draw.pick(world.stations)
    world.sheets[at].update(other.areas)


def _recount(draw: Draw, world: World, at: int) -> None:
    """The sheet was read as it was; the ballots were counted again, and changed."""
    sheet = world.sheets[at]
    for name in world.candidates:
        sheet[name] = draw.int(0, sheet[name] + 9)
    options = sum(sheet[name] for name in world.candidates)
    blank = sheet.get("blank", 0)
    if "valid" in sheet:
        sheet["valid"] = options + (blank if world.blank_in_valid else 0)
    if "ballots" in sheet:
        sheet["ballots"] = options + blank + sheet.get("null", 0)


ON_SHEETS: dict[str, Callable[[Draw, World, int], None]] = {
    "extra digit": _slip_in_digits("extra digit"),
    "lost digit": _slip_in_digits("lost digit"),
    "swapped digits": _slip_in_digits("swapped digits"),
    "candidates exchanged": _exchanged,
    "two spellings of a key": _two_spellings,
    "sheet in the wrong area": _wrong_area,
    "recount": _recount,
}

STATED = (
    "annulled, stated",
    "annulled, a number",
    "off-list voting",
    "unlisted booth",
    "correction",
    "roll of last year",
    "100 % said loosely",
    "coverage cut off",
    "write-ins that sheets do not show",
)


def honest(draw: Draw, most: int = 40, kind: str | None = None) -> World:
    """Draw an honest world with slips on at most as many sheets as are allowed for."""
    world = election(draw, most)
    stated = [name for name in STATED if (name == kind if kind else draw.chance(10))]
    if any(s.others for s in world.stations):
        world.kinds.append("write-ins")
    if "off-list voting" in stated:
        _off_list(draw, world)
    for name in ("annulled, stated", "annulled, a number"):
        seen = [s for s in world.stations[1:] if s.seen]
        if name in stated and seen:
            station = draw.pick(seen)
            if not any(s.annulled for s in world.stations):
                station.annulled = True
                world.declared["annulled"] = [station.key] if name == "annulled, stated" else 1
                world.kinds.append(name)
                world.touched += name == "annulled, a number"
    world.sheets = [sheet_of(world, s) for s in world.stations if s.seen]
    _small_unseen(world)
    if "write-ins that sheets do not show" in stated and "valid" in world.lines:
        for sheet in world.sheets:
            del sheet["valid"]
        world.lines.remove("valid")
        if any(s.others for s in world.stations):
            world.kinds.append("write-ins that sheets do not show")
    manner = published(draw, world)
    _said_loosely(draw, world, stated)
    if not {"valid", "blank"} & set(world.lines) and (
        any(s.others for s in world.stations) or manner.blank_in_valid
    ):
        # Open: the engine takes the options for all valid votes (docs/feasibility-rates.md).
        world.strict = False
        world.kinds.append("valid votes that no line tells")
    if "unlisted booth" in stated and world.registry is not None:
        unseen = [s for s in world.stations if not s.seen]
        if unseen:
            booth = draw.pick(unseen)
            world.registry = [row for row in world.registry if row["station"] != booth.key]
            world.kinds.append("unlisted booth")
    if "correction" in stated and len(world.bulletins) == 1 and not manner.typed:
        _corrected(draw, world)
    room = allowed(len(world.sheets))
    if kind in ON_SHEETS:
        slips = [kind] * draw.int(1, room)
    else:
        slips = [
            draw.pick(list(ON_SHEETS)) for _ in range(draw.int(0, room) if kind is None else 0)
        ]
    used: set[int] = set()
    for name in slips:
        at = draw.int(0, len([s for s in world.stations if s.seen]) - 1)
        if at in used:
            continue
        used.add(at)
        before = deepcopy(world.sheets)
        ON_SHEETS[name](draw, world, at)
        if world.sheets != before:
            world.touched += 1
            world.kinds.append(name)
    return world


def _said_loosely(draw: Draw, world: World, stated: list[str]) -> None:
    """Rolls of last year, and coverages that are not quite what they seem."""
    if "roll of last year" in stated and world.registry is not None:
        for row in world.registry:
            row["registered"] = max(row["registered"] * draw.int(90, 106) // 100, 1)
        world.strict = False
        world.kinds.append("roll of last year")
    row = _last(world)
    if "coverage" not in row:
        return
    if "coverage cut off" in stated:
        for bulletin in world.bulletins:
            for one in bulletin["areas"]:
                if "coverage" in one:
                    one["coverage"] = int(100 * one["coverage"]) / 100
        world.strict = False
        world.kinds.append("coverage cut off")
    elif "100 % said loosely" in stated and row["coverage"] < 1 and 1 - row["coverage"] < 0.1:
        missing = sum(s.enters >= len(world.bulletins) for s in world.stations)
        if missing <= 1:
            row["coverage"] = 1
            world.touched += missing
            world.kinds.append("100 % said loosely")


def _small_unseen(world: World) -> None:
    """Without a list, an unseen station holds no more than the most seen: else not strict."""
    top = max(s.papers for s in world.stations if s.seen)
    if any(s.papers > top for s in world.stations if not s.seen):
        world.strict = False


def _off_list(draw: Draw, world: World) -> None:
    station = draw.pick(world.stations)
    station.voters = max(station.papers - draw.int(1, 15), 1)
    if not station.seen:
        world.strict = False
    world.kinds.append("off-list voting")


def _corrected(draw: Draw, world: World) -> None:
    """A first bulletin was wrong, and the authority says so."""
    first = deepcopy(world.bulletins[0])
    second = world.bulletins[0]
    first["id"] = "b0"
    for row in first["areas"]:
        for name in row["votes"]:
            row["votes"][name] += draw.int(0, 300)
    if "issued" in second:
        first["issued"] = "2024-07-19"
    second["correction"] = True
    world.bulletins.insert(0, first)
    world.kinds.append("correction")


# --- Altered results -----------------------------------------------------------------------------


def _last(world: World) -> dict[str, Any]:
    later = world.bulletins[0] if world.bulletins[0]["id"] != "b1" else world.bulletins[-1]
    row: dict[str, Any] = later["areas"][0]
    return row


def _figures(row: dict[str, Any]) -> dict[str, int]:
    grouped = {group["name"]: group["votes"] for group in row.get("groups", [])}
    return {**row["votes"], **grouped}


def _set(row: dict[str, Any], name: str, votes: int) -> None:
    if name in row["votes"]:
        row["votes"][name] = votes
    else:
        row["groups"][0]["votes"] = votes


def _dose(draw: Draw, world: World) -> int:
    mean = sum(s.papers for s in world.stations) // len(world.stations)
    return draw.int(1, 6) * mean // 2


def _moved(draw: Draw, world: World) -> None:
    row = _last(world)
    figures = _figures(row)
    one, other = list(figures)[:2]
    if draw.chance(50):
        one, other = other, one
    votes = min(_dose(draw, world), figures[one])
    _set(row, one, figures[one] - votes)
    _set(row, other, figures[other] + votes)


def _added(draw: Draw, world: World) -> None:
    row = _last(world)
    name = draw.pick(list(_figures(row)))
    votes = _dose(draw, world)
    _set(row, name, _figures(row)[name] + votes)
    for line in ("valid", "ballots"):
        if line in row:
            row[line] += votes


def _lowered(draw: Draw, world: World) -> None:
    row = _last(world)
    name = draw.pick(list(_figures(row)))
    votes = min(_dose(draw, world), _figures(row)[name])
    _set(row, name, _figures(row)[name] - votes)
    for line in ("valid", "ballots"):
        if line in row:
            row[line] -= votes


def _left_out(draw: Draw, world: World) -> None:
    """Sheets are left out of the votes of one candidate's column alone, or of all but a line."""
    row = _last(world)
    seen = [s for s in world.stations if s.seen]
    for station in seen[: draw.int(1, 4)]:
        name = draw.pick(list(_figures(row)))
        members = [name] if name in row["votes"] else world.candidates[1:]
        votes = sum(station.votes[member] for member in members)
        _set(row, name, max(_figures(row)[name] - votes, 0))


def _unsummed(draw: Draw, world: World) -> None:
    """One area has other votes than the whole needs."""
    rows = [row for b in world.bulletins for row in b["areas"] if row["area"]]
    if not rows:
        return
    row = draw.pick(rows)
    name = draw.pick(list(_figures(row)))
    _set(row, name, _figures(row)[name] + _dose(draw, world))


def _falling(draw: Draw, world: World) -> None:
    """The bulletin before the last has more of somebody."""
    if len(world.bulletins) < 2:
        return
    early = world.bulletins[1 if world.bulletins[0]["id"] != "b1" else -2]["areas"][0]
    name = draw.pick(list(_figures(early)))
    _set(early, name, _figures(_last(world)).get(name, 0) + _dose(draw, world))


def _over_capacity(draw: Draw, world: World) -> None:
    row = _last(world)
    every = sum(s.voters for s in world.stations)
    name = draw.pick(list(_figures(row)))
    votes = every + _dose(draw, world)
    _set(row, name, votes)
    for line in ("valid", "ballots"):
        if line in row:
            row[line] += votes


ALTERATIONS: dict[str, Callable[[Draw, World], None]] = {
    "votes moved": _moved,
    "votes added": _added,
    "lowered below the sheets": _lowered,
    "sheets left out of some figures": _left_out,
    "areas that do not sum": _unsummed,
    "bulletins that fall": _falling,
    "more votes than capacity": _over_capacity,
}


def altered(draw: Draw, kind: str | None = None, most: int = 9) -> World:
    """Draw a world without slips whose declared result was changed after the count."""
    world = election(draw, most, plain=True)
    _small_unseen(world)
    world.sheets = [sheet_of(world, s) for s in world.stations if s.seen]
    manner = published(draw, world, plain=True)
    kind = kind or draw.pick(list(ALTERATIONS))
    for bulletin in world.bulletins:
        for row in bulletin["areas"]:
            row.pop("percentages", None)
            if "voters" in "".join(world.kinds):
                row.pop("coverage", None)
                row.pop("coverage_basis", None)
            elif "coverage" in row:
                row["coverage_basis"] = "stations"
    del manner
    before = deepcopy(world.bulletins)
    ALTERATIONS[kind](draw, world)
    world.kinds = [kind if world.bulletins != before else "as it was"]
    return world
