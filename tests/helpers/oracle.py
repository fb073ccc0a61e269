"""The least number of wrong sheets of a small world, by an integer program of its own.

Written from ``docs`` and the design (worlds, witnesses, closing assumptions), not from the engine:
it knows nothing of multipliers or of the fold. It covers what :func:`tests.helpers.worlds.altered`
draws: sheets whose arithmetic holds, votes and lines in the bulletins, extents by number of
stations, by coverage of stations or by ``complete``.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from tests.helpers.worlds import World, allowed

IMPOSSIBLE = 1 << 30
"""The answer where no number of wrong sheets helps."""

Term = tuple[int, float]


class _Integers:
    """An integer program, row by row."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.top: list[float] = []
        self.rows: list[tuple[list[Term], float, float]] = []

    def new(self, top: float = np.inf, cost: float = 0.0) -> int:
        self.cost.append(cost)
        self.top.append(top)
        return len(self.cost) - 1

    def add(self, terms: list[Term], low: float, high: float) -> None:
        self.rows.append((terms, low, high))

    def least(self, seconds: float) -> int | None:
        entries = [(r, c, v) for r, (terms, _, _) in enumerate(self.rows) for c, v in terms]
        at = np.array([(r, c) for r, c, _ in entries]).reshape(-1, 2)
        matrix = coo_array(
            ([v for _, _, v in entries], (at[:, 0], at[:, 1])),
            shape=(len(self.rows), len(self.cost)),
        ).tocsr()
        found = milp(
            self.cost,
            constraints=LinearConstraint(
                matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows]
            ),
            integrality=np.ones(len(self.cost)),
            bounds=Bounds(0, self.top),
            options={"time_limit": seconds},
        )
        if found.status == 2:
            return IMPOSSIBLE
        if found.status != 0:
            return None
        return round(found.fun)


class _Oracle:
    def __init__(self, world: World) -> None:
        self.world = world
        self.model = _Integers()
        self.names = world.candidates
        bulletins = world.bulletins
        if len(bulletins) > 1 and bulletins[-1].get("id") == "b1":
            bulletins = bulletins[::-1]  # listed in reverse
        self.bulletins = bulletins
        declared = [row for b in bulletins for row in b["areas"]]
        self.areas: list[dict[str, str]] = [{}]
        for row in declared:
            if row["area"] not in self.areas:
                self.areas.append(row["area"])
        self.blank = "blank" in world.lines or any("blank" in row for row in declared)
        self.classes = [*self.names, "other", "null", "unclassed"]
        if self.blank:
            self.classes += ["blank in", "blank out"]  # counted in declared valid votes, or not
        self.box = 1 + sum(
            sum(row["votes"].values())
            + sum(g["votes"] for g in row.get("groups", []))
            + sum(row.get(n, 0) for n in ("valid", "null", "blank", "ballots"))
            for row in declared
        )
        gone = world.declared.get("annulled", [])
        self.sheets = [
            s for s in world.sheets if not (isinstance(gone, list) and s["station"] in gone)
        ]
        self.total = world.declared.get("stations")
        if self.total is not None and self.total < len(self.sheets):
            self.total = None
        self.extents()
        self.published()
        self.limits()

    # --- What is published ---

    def total_of(self, area: dict[str, str]) -> int | None:
        if not area:
            return self.total
        if self.closed and self.world.registry is not None:
            return sum(area.items() <= row["areas"].items() for row in self.world.registry)
        return None

    @property
    def closed(self) -> bool:
        registry = self.world.registry
        if registry is None or self.world.declared.get("stations") != len(registry):
            return False
        return {s["station"] for s in self.sheets} <= {row["station"] for row in registry}

    def extents(self) -> None:
        self.whole: set[tuple[int, int]] = set()
        self.complete: set[tuple[int, int]] = set()  # of papers of no station too
        self.held: dict[tuple[int, int], tuple[int, int]] = {}
        for at, bulletin in enumerate(self.bulletins):
            rows = bulletin["areas"]
            silent = all(not {"complete", "stations", "coverage"} & row.keys() for row in rows)
            for row in rows:
                key = at, self.areas.index(row["area"])
                total = self.total_of(row["area"])
                if row.get("complete"):
                    self.complete.add(key)
                if row.get("complete") or (silent and at == len(self.bulletins) - 1):
                    self.whole.add(key)
                elif "stations" in row:
                    self.held[key] = row["stations"], row["stations"]
                    if row["stations"] == total:
                        self.whole.add(key)
                elif "coverage" in row:
                    self.covered(key, row, total)

    def covered(self, key: tuple[int, int], row: dict[str, Any], total: int | None) -> None:
        share = Fraction(str(row["coverage"])) * 100
        spelt = f"{float(share):.8f}".rstrip("0").partition(".")[2]
        half = Fraction(1, 2 * 10 ** len(spelt))
        low, high = max((share - half) / 100, Fraction(0)), min((share + half) / 100, Fraction(1))
        if total is None:
            if high == 1 and low >= Fraction(199, 200) and floor((1 - low) * len(self.sheets)) == 0:
                self.whole.add(key)
            return
        least, most = ceil(low * total), floor(high * total)
        self.held[key] = (least, most) if least <= most else (most, least)
        if least == total:
            self.whole.add(key)

    def published(self) -> None:
        """Each published number: bulletin, area, weight by class, low, high."""
        self.rows: list[tuple[int, int, dict[str, int], int, int, bool]] = []
        valid = [*self.names, "other"]
        includes = self.world.blank_in_valid if self.world.says_blank else None
        for at, bulletin in enumerate(self.bulletins):
            for row in bulletin["areas"]:
                area = self.areas.index(row["area"])
                states = "stations" in row

                def put(classes: list[str], value: int, at=at, area=area, states=states) -> None:  # type: ignore[no-untyped-def]
                    self.rows.append((at, area, dict.fromkeys(classes, 1), value, value, states))

                for name, votes in row["votes"].items():
                    put([name], votes)
                for group in row.get("groups", []):
                    put(group["candidates"], group["votes"])
                if "valid" in row:
                    extra = ["blank in"] if self.blank and includes is not False else []
                    extra += ["blank out"] if self.blank and includes is True else []
                    put([*valid, *extra], row["valid"])
                if "blank" in row:
                    put(["blank in", "blank out"], row["blank"])
                    if "null" in row:
                        put(["null"], row["null"])
                elif "null" in row:
                    # It may hold the blank papers, or not.
                    self.rows.append(
                        (at, area, {"null": 1, "±blank": 1}, row["null"], row["null"], states)
                    )
                if "ballots" in row:
                    put(self.classes, row["ballots"])

    # --- What sheets and stations may hold ---

    def limits(self) -> None:
        world, lines = self.world, self.world.lines
        self.papers = []
        for sheet in self.sheets:
            options = sum(sheet[name] for name in self.names)
            most = max(options, sheet.get("valid", 0), sheet.get("ballots", 0))
            self.papers.append(most)
        enough = len(self.sheets) >= 10
        self.top = max(self.papers) if enough else self.box
        excess = Fraction(1)
        if "registered" in lines:
            for papers, sheet in zip(self.papers, self.sheets, strict=True):
                excess = max(excess, Fraction(papers, sheet["registered"]))
        self.excess = excess
        self.caps = [
            ceil(sheet["registered"] * excess)
            if "registered" in lines
            else (2 * self.top if enough else self.box)
            for sheet in self.sheets
        ]
        # Stations that no sheet shows: cap, area path (None: any), how many.
        self.unseen: list[tuple[int, dict[str, str] | None, int]] = []
        self.free = False
        listed = 0
        known = "registered" in lines
        seen = {s["station"] for s in self.sheets}
        gone = world.declared.get("annulled", [])
        gone = set(gone) if isinstance(gone, list) else set()
        if world.registry is not None and (self.closed or "stations" not in world.declared):
            for row in world.registry:
                if row["station"] not in seen:
                    cap = 0 if row["station"] in gone else ceil(row["registered"] * excess)
                    self.unseen.append((cap, row["areas"], 1))
                    listed += row["registered"]
            if not self.closed:
                self.unseen.append((self.top, None, self.allowance))
                known = False
        elif self.total is not None:
            left = self.total - len(self.sheets)
            empty = min(left, len(gone))
            self.unseen += [(self.top, None, 1)] * (left - empty) + [(0, None, 1)] * empty
            known = known and left == 0
        else:
            self.free = True
            known = False
        registered = world.declared.get("registered")
        lists = sum(s.get("registered", 0) for s in self.sheets)
        self.room = None
        if registered is not None and "registered" in lines and excess == 1 and lists <= registered:
            self.room = registered - lists
        rows = [row for b in self.bulletins for row in b["areas"]]
        if world.declared.get("all_votes_at_stations") or all("stations" in r for r in rows):
            self.elsewhere = 0
        elif registered is not None and known:
            self.elsewhere = max(registered - lists - listed, 0)
        else:
            self.elsewhere = (
                max(
                    votes
                    for row in rows
                    for votes in (
                        row.get("ballots", 0),
                        row.get("valid", 0),
                        sum(row["votes"].values()) + sum(g["votes"] for g in row.get("groups", [])),
                    )
                )
                // 10
            )

    @property
    def allowance(self) -> int:
        annulled = self.world.declared.get("annulled", 0)
        return allowed(len(self.sheets)) + (annulled if isinstance(annulled, int) else 0)

    # --- The program ---

    def inside(self, areas: dict[str, str]) -> tuple[int, ...]:
        return tuple(at for at, area in enumerate(self.areas) if area.items() <= areas.items())

    @property
    def one_hour(self) -> bool:
        for at, bulletin in enumerate(self.bulletins):
            rows = bulletin["areas"]
            if len(rows) < 2 or (at, 0) in self.whole:
                continue
            if all((at, self.areas.index(row["area"])) in self.whole for row in rows):
                continue
            top = rows[0] if not rows[0]["area"] else None
            least = min(len(row["area"]) for row in rows if row["area"])
            tops = [row for row in rows if len(row["area"]) == least]
            if top is None or any("stations" not in row for row in [top, *tops]):
                return False
            if sum(row["stations"] for row in tops) != top["stations"]:
                return False
        return True

    def chains(self, site: tuple[int, ...], stations: bool) -> list[tuple[list[int], int]]:
        """Areas that a station enters together, and the bulletin by which it is in all of them.

        The same for papers of no station.
        """
        never, whole = len(self.bulletins), self.whole if stations else self.complete

        def last(around: tuple[int, ...]) -> int:
            return min((b for b, area in whole if area in around), default=never)

        if self.one_hour:
            return [(list(site), last(site))]
        return [
            (
                [area],
                last(tuple(a for a in site if self.areas[a].items() <= self.areas[area].items())),
            )
            for area in site
        ]

    def least(self, seconds: float = 20.0) -> int | None:
        """Return the least number of wrong sheets, ``IMPOSSIBLE``, or None if time ran out."""
        model = self.model
        sums: list[list[Term]] = [[] for _ in self.rows]
        counts: dict[tuple[int, int], list[Term]] = {key: [] for key in self.held}
        unseen_papers: list[Term] = []
        sites = {self.inside(area) for area in self.areas}
        sites |= {
            self.inside({level: s[level] for level in self.world.levels}) for s in self.sheets
        }

        def enter(
            site: tuple[int, ...],
            papers: dict[str, int],
            there: Term | None,
            cap: int,
            *,
            stations: bool = True,
        ) -> None:
            """A station with these papers (variables) may enter each chain once, or never.

            ``there`` None: papers of stations whose number is not known, or of none at all.
            """
            for areas, last in self.chains(site, stations):
                amounts: dict[str, list[Term]] = {name: [] for name in papers}
                steps = []
                for entry in range(last + 1):
                    rows = [
                        at
                        for at, row in enumerate(self.rows)
                        if row[1] in areas and row[0] >= entry
                    ]
                    if there is not None:
                        step = model.new(1)
                        steps.append((step, 1.0))
                        for (bulletin, area), held_there in counts.items():
                            if area in areas and bulletin >= entry:
                                held_there.append((step, 1.0))
                    total = []
                    for name, held in amounts.items():
                        x = model.new(cap)
                        held.append((x, 1.0))
                        total.append((x, 1.0))
                        blank_null = None
                        for at in rows:
                            weights = self.rows[at][2]
                            if not stations and self.rows[at][5]:
                                continue
                            if name in weights:
                                sums[at].append((x, 1.0))
                            if "±blank" in weights and name.startswith("blank"):
                                if blank_null is None:
                                    blank_null = model.new(cap)
                                    model.add([(blank_null, 1.0), (x, -1.0)], -np.inf, 0)
                                sums[at].append((blank_null, 1.0))
                    if there is not None:
                        model.add([*total, (step, -float(cap))], -np.inf, 0)
                for name, x in papers.items():
                    model.add([*amounts[name], (x, -1.0)], 0, 0)
                if there is not None:
                    model.add([*steps, (there[0], -there[1])], 0, 0)

        for sheet, cap in zip(self.sheets, self.caps, strict=True):
            wrong = model.new(1, cost=1.0)
            true = model.new(1)
            model.add([(wrong, 1.0), (true, 1.0)], 1, 1)
            self.true_sheet(sheet, true, enter)
            places = []
            for site in sites:
                here = model.new(1)
                places.append((here, 1.0))
                papers = {name: model.new(cap) for name in self.classes}
                model.add([*((x, 1.0) for x in papers.values()), (here, -float(cap))], -np.inf, 0)
                enter(site, papers, (here, 1.0), cap)
            model.add([*places, (wrong, -1.0)], 0, 0)
        for cap, areas, count in self.unseen:
            for _ in range(count):
                places = []
                for site in sites if areas is None else [self.inside(areas)]:
                    here = model.new(1)
                    places.append((here, 1.0))
                    papers = {name: model.new(cap) for name in self.classes}
                    unseen_papers += [(x, 1.0) for x in papers.values()]
                    model.add(
                        [*((x, 1.0) for x in papers.values()), (here, -float(cap))], -np.inf, 0
                    )
                    enter(site, papers, (here, 1.0), cap)
                optional = areas is None and self.total is None
                model.add(places, 0 if optional else 1, 1)
        if self.free:
            for site in sites:
                papers = {name: model.new(self.box) for name in self.classes}
                unseen_papers += [(x, 1.0) for x in papers.values()]
                more = {key: model.new(10_000) for key in counts if key[1] in site}
                enter(site, papers, None, self.box)
                for key, x in more.items():
                    counts[key].append((x, 1.0))
        if self.elsewhere:
            everywhere: list[Term] = []
            for site in sites:
                papers = {name: model.new(self.elsewhere) for name in self.classes}
                everywhere += [(x, 1.0) for x in papers.values()]
                enter(site, papers, None, self.elsewhere, stations=False)
            unseen_papers += everywhere
            model.add(everywhere, 0, self.elsewhere)
        if self.room is not None and unseen_papers:
            model.add(unseen_papers, 0, self.room)
        for terms, row in zip(sums, self.rows, strict=True):
            if not terms:
                if row[3] > 0:
                    return IMPOSSIBLE
                continue
            model.add(terms, row[3], row[4])
        for key, terms in counts.items():
            model.add(terms, *self.held[key])
        return model.least(seconds)

    def true_sheet(self, sheet: dict[str, Any], true: int, enter: Any) -> None:
        """What a sheet whose arithmetic holds says of each class, if it is true."""
        model, lines = self.model, self.world.lines
        options = sum(sheet[name] for name in self.names)
        cap = max(self.caps[self.sheets.index(sheet)], *self.papers)
        papers = {name: model.new(cap) for name in self.classes}
        for name in self.names:
            model.add([(papers[name], 1.0), (true, -float(sheet[name]))], 0, 0)
        blank: list[Term] = [(papers[n], 1.0) for n in ("blank in", "blank out") if n in papers]
        if "blank" in lines:
            model.add([*blank, (true, -float(sheet["blank"]))], 0, 0)
        if "null" in lines:
            model.add([(papers["null"], 1.0), (true, -float(sheet["null"]))], 0, 0)
        if "valid" in lines:
            gap = sheet["valid"] - options
            if not self.gap:
                model.add([(papers["other"], 1.0)], 0, 0)
            elif self.blank:
                inside = model.new(cap)
                model.add([(inside, 1.0), *((x, -v) for x, v in blank)], -np.inf, 0)
                model.add([(papers["other"], 1.0), (inside, 1.0), (true, -float(gap))], 0, 0)
                if self.gap == "blank":
                    model.add([(papers["other"], 1.0)], 0, 0)
            else:
                model.add([(papers["other"], 1.0), (true, -float(gap))], 0, 0)
        else:
            model.add([(papers["other"], 1.0)], 0, 0)
        every: list[Term] = [(x, 1.0) for x in papers.values()]
        if "ballots" in lines:
            model.add([*every, (true, -float(sheet["ballots"]))], 0, 0)
        else:
            model.add([*every, (true, -float(cap))], -np.inf, 0)
            if "null" in lines:
                model.add([(papers["unclassed"], 1.0)], 0, 0)
        site = self.inside({level: sheet[level] for level in self.world.levels})
        enter(site, papers, (true, 1.0), cap)

    @property
    def gap(self) -> str:
        """What valid votes above the options are, as most sheets show."""
        gaps = [s["valid"] - sum(s[n] for n in self.names) for s in self.sheets]
        if 2 * sum(gap != 0 for gap in gaps) <= len(gaps):
            return ""
        blanks = [s.get("blank") for s in self.sheets]
        if 2 * sum(gap != blank for gap, blank in zip(gaps, blanks, strict=True)) <= len(gaps):
            return "blank"
        return "over"


def least_wrong(world: World, seconds: float = 20.0) -> int | None:
    """Return the least number of wrong sheets, ``IMPOSSIBLE``, or None if time ran out."""
    return _Oracle(world).least(seconds)
