"""Files of observer missions in many shapes, of one made-up truth: what a person would hand in.

Each shape is a function of a folder and a truth; it returns the files. What is true of the file is
known from the truth alone, never from the file.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Rows = list[list[Any]]


@dataclass(frozen=True)
class Words:
    """What columns and places are called."""

    district: str
    town: str
    table: str
    candidates: tuple[str, ...]
    null: str
    blank: str
    valid: str
    ballots: str
    registered: str
    total: str
    votes: str
    places: tuple[str, ...]
    annulled: str
    pending: str
    counted: str
    status: str
    parties: tuple[str, ...]

    @property
    def figures(self) -> list[str]:
        return [
            *self.candidates, self.null, self.blank, self.valid, self.ballots, self.registered,
        ]  # fmt: skip


SPANISH = Words(
    "Departamento", "Municipio", "Mesa", ("Lucía Prado", "Tomás Vera", "Inés Soto"), "Nulos",
    "En blanco", "Votos válidos", "Total de votos", "Inscritos", "Total", "Votos",
    ("Ribera", "Sierra", "Llano", "Costa"), "Anulada", "Observada", "Contabilizada", "Estado",
    ("Unión", "Frente"),
)  # fmt: skip
ENGLISH = Words(
    "County", "Ward", "Precinct", ("Marsh", "Okoro", "Lindqvist"), "Spoilt", "Blank", "Valid votes",
    "Ballots cast", "Registered voters", "Subtotal", "Votes", ("Ash", "Birch", "Cedar", "Dogwood"),
    "Annulled", "Pending", "Counted", "Status", ("Green", "Blue"),
)  # fmt: skip
FRENCH = Words(
    "Région", "Commune", "Bureau de vote", ("Morel", "Diallo", "Keller"), "Nuls", "Blancs",
    "Exprimés", "Votants", "Inscrits", "Total", "Voix", ("Nord-Est", "Vallée", "Plateau", "Delta"),
    "annulée", "en attente", "validée", "Statut", ("Liste A", "Liste B"),
)  # fmt: skip
LANGUAGES = {"spanish": SPANISH, "english": ENGLISH, "french": FRENCH}


@dataclass(frozen=True)
class Station:
    """What one sheet says."""

    place: int
    town: str
    number: int
    votes: tuple[int, ...]
    null: int
    blank: int
    more: int
    status: str

    @property
    def figures(self) -> list[int]:
        valid = sum(self.votes)
        ballots = valid + self.null + self.blank
        return [*self.votes, self.null, self.blank, valid, ballots, ballots + self.more]


@dataclass(frozen=True)
class Truth:
    """The sheets of an election, a district's together, and what things are called."""

    words: Words
    stations: tuple[Station, ...]

    def of(self, place: int) -> list[Station]:
        return [one for one in self.stations if one.place == place]

    def key(self, one: Station) -> list[Any]:
        return [self.words.places[one.place], one.town, one.number]

    def sums(self, stations: Sequence[Station] | None = None) -> list[int]:
        some = self.stations if stations is None else stations
        return [sum(column) for column in zip(*(one.figures for one in some), strict=True)]


def truth_of(words: Words, seed: int, stations: int = 48) -> Truth:
    """Return a made-up truth; about a tenth of its sheets do not count (yet) where that is said."""
    rng = random.Random(seed)
    every = []
    for at in range(stations):
        place, nth = divmod(at, stations // 4)
        lean = (150, 110, 70)
        votes = tuple(rng.randrange(mean - 50, mean + 60) for mean in lean)
        status = words.counted if at % 9 else (words.annulled if at % 18 else words.pending)
        every.append(
            Station(
                place,
                f"{words.places[place]} {nth // 4 + 1}",
                1001 + 40 * place + nth,
                votes,
                rng.randrange(1, 9),
                rng.randrange(1, 7),
                rng.randrange(20, 90),
                status,
            )
        )
    return Truth(words, tuple(every))


def saved(path: Path, sheets: dict[str, Rows], merged: Sequence[str] = ()) -> list[Path]:
    """Write a workbook; ``merged`` are ranges of its first sheet."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        book.create_sheet(name)
        for row in rows:
            book[name].append(row)
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    book.save(path)
    return [path]


def text(path: Path, rows: Rows, sign: str = ",", encoding: str = "utf-8") -> list[Path]:
    lines = [sign.join("" if cell is None else str(cell) for cell in row) for row in rows]
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return [path]


def header(words: Words) -> list[Any]:
    return [words.district, words.town, words.table, *words.figures]


def rows_of(truth: Truth) -> Rows:
    return [[*truth.key(one), *one.figures] for one in truth.stations]


def total_of(truth: Truth, place: int | None) -> list[Any]:
    words = truth.words
    own = truth.stations if place is None else truth.of(place)
    name = words.total if place is None else f"{words.total} {words.places[place]}"
    return [name, None, None, *truth.sums(own)]


# --- Six kinds ----------------------------------------------------------------------------------


def title_lines(folder: Path, truth: Truth) -> list[Path]:
    above: Rows = [["Observation 2031"], ["48 sheets, by hand"], []]
    return saved(folder / "a.xlsx", {"x": [*above, header(truth.words), *rows_of(truth)]})


def merged_cells(folder: Path, truth: Truth) -> list[Path]:
    rows, ranges = _merged(truth, totals=False, first=2)
    return saved(folder / "a.xlsx", {"x": [header(truth.words), *rows]}, ranges)


def totals_below(folder: Path, truth: Truth) -> list[Path]:
    rows: Rows = [header(truth.words)]
    for place in range(4):
        rows += [[*truth.key(one), *one.figures] for one in truth.of(place)]
        rows.append(total_of(truth, place))
    return text(folder / "a.csv", [*rows, total_of(truth, None)])


def two_header_rows(folder: Path, truth: Truth) -> list[Path]:
    words = truth.words
    above = [*header(words)[:3], words.votes, *[None] * 6, words.registered]
    below = [None] * 3 + [*words.figures[:7], None]
    return saved(folder / "a.xlsx", {"x": [above, below, *rows_of(truth)]}, ["D1:J1"])


def a_sheet_a_district(folder: Path, truth: Truth) -> list[Path]:
    words = truth.words
    sheets: dict[str, Rows] = {}
    for place, name in enumerate(words.places):
        own = [[n, *one.figures] for n, one in enumerate(truth.of(place), start=1)]
        sheets[name] = [[words.table, *words.figures], *own]
    return saved(folder / "a.xlsx", sheets)


def semicolons(folder: Path, truth: Truth) -> list[Path]:
    rows = [
        [*row[:3], *(f"{9 * n:,}".replace(",", ".") for n in row[3:])] for row in rows_of(truth)
    ]
    return text(folder / "a.csv", [header(truth.words), *rows], ";", "cp1252")


# --- Six more, of combined kinds ----------------------------------------------------------------


def _merged(truth: Truth, *, totals: bool, first: int) -> tuple[Rows, list[str]]:
    rows: Rows = []
    ranges = []
    for place in range(4):
        start = first + len(rows)
        for at, one in enumerate(truth.of(place)):
            district, town, number = truth.key(one)
            rows.append([None if at else district, town, number, *one.figures])
        ranges.append(f"A{start}:A{first + len(rows) - 1}")
        rows += [total_of(truth, place)] if totals else []
    return rows, ranges


def titles_merged_subtotals(folder: Path, truth: Truth) -> list[Path]:
    above: Rows = [["Observation 2031"], []]
    rows, ranges = _merged(truth, totals=True, first=4)
    rows.append(total_of(truth, None))
    return saved(folder / "a.xlsx", {"x": [*above, header(truth.words), *rows]}, ranges)


def parties_over_candidates(folder: Path, truth: Truth) -> list[Path]:
    """A party spans its candidates; the lines have names of one row or the other."""
    words = truth.words
    one, two, three = words.candidates
    above = [*header(words)[:3], words.parties[0], None, words.parties[1], *words.figures[3:]]
    below = [None, None, None, one, two, three, *[None] * 5]
    return saved(folder / "a.xlsx", {"x": [["2031"], above, below, *rows_of(truth)]}, ["D2:E2"])


def statuses(folder: Path, truth: Truth) -> list[Path]:
    rows = [[*row, one.status] for row, one in zip(rows_of(truth), truth.stations, strict=True)]
    return text(folder / "a.csv", [[*header(truth.words), truth.words.status], *rows])


def long_with_station_columns(folder: Path, truth: Truth) -> list[Path]:
    words = truth.words
    options = [*words.candidates, words.null, words.blank]
    rows: Rows = [[*header(words)[:3], words.registered, "Option", words.votes]]
    for one in truth.stations:
        for at, option in enumerate(options):
            rows.append([*truth.key(one), one.figures[-1], option, one.figures[at]])
    return text(folder / "a.csv", rows, "\t")


def totals_above(folder: Path, truth: Truth) -> list[Path]:
    """The total of a district stands above its sheets, with its name and nothing else."""
    rows: Rows = [header(truth.words)]
    for place, name in enumerate(truth.words.places):
        rows.append([name, None, None, *truth.sums(truth.of(place))])
        rows += [[*truth.key(one), *one.figures] for one in truth.of(place)]
    return text(folder / "a.csv", rows)


def lost_zeros(folder: Path, truth: Truth) -> list[Path]:
    """Codes of stations are numbers: some lost a zero in front."""
    rows = rows_of(truth)
    for at, row in enumerate(rows):
        row[2] = 7_200_011 + 250_013 * at  # seven digits, then eight
    return saved(folder / "a.xlsx", {"x": [header(truth.words), *rows]})


# --- More -----------------------------------------------------------------------------------------


def levels_named(folder: Path, truth: Truth) -> list[Path]:
    """A column says what each row is: a station, or the total of a district or of all."""
    words = truth.words
    rows: Rows = [["Level", *header(words)], ["Country", None, None, None, *truth.sums()]]
    for place, name in enumerate(words.places):
        rows.append([words.district, name, None, None, *truth.sums(truth.of(place))])
        rows += [[words.table, *truth.key(one), *one.figures] for one in truth.of(place)]
    return text(folder / "a.csv", rows)


def times_of_arrival(folder: Path, truth: Truth) -> list[Path]:
    rows = [
        [*row, f"2031-05-04 {19 + at // 20:02}:{at % 20 * 3:02}"]
        for at, row in enumerate(rows_of(truth))
    ]
    return text(folder / "a.csv", [[*header(truth.words), "Received"], *rows])


def challenged_votes(folder: Path, truth: Truth) -> list[Path]:
    """A line of papers that are nobody's (yet), among the candidates by its place."""
    words = truth.words
    names = [*header(words)[:6], "Challenged", words.null, words.blank, words.ballots]
    rows: Rows = [names]
    for one in truth.stations:
        extra = one.number % 7
        figures = [*one.votes, extra, one.null, one.blank, one.figures[6] + extra]
        rows.append([*truth.key(one), *figures])
    return text(folder / "a.csv", rows)


def key_within_a_code(folder: Path, truth: Truth) -> list[Path]:
    """One column holds what the sheet was scanned as: the station, and the number of the scan."""
    rows = [[*row[:2], f"{row[2]}-{at:03}.pdf", *row[3:]] for at, row in enumerate(rows_of(truth))]
    return text(folder / "a.csv", [header(truth.words), *rows])


def ways_of_voting(folder: Path, truth: Truth) -> list[Path]:
    words = truth.words
    rows: Rows = [[*header(words)[:3], "Vote type", *words.candidates, words.registered]]
    for one in truth.stations:
        early = [count // 3 for count in one.votes]
        rest = [count - some for count, some in zip(one.votes, early, strict=True)]
        for way, votes in (("early", early), ("day", rest)):
            rows.append([*truth.key(one), way, *votes, one.figures[-1]])
    return text(folder / "a.csv", rows)


def a_file_a_district(folder: Path, truth: Truth) -> list[Path]:
    words = truth.words
    return [
        text(
            folder / f"{name}.csv",
            [
                [words.table, *words.figures],
                *([n, *one.figures] for n, one in enumerate(truth.of(place), start=1)),
            ],
        )[0]
        for place, name in enumerate(words.places)
    ]


Shape = Callable[[Path, Truth], list[Path]]
SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        title_lines, merged_cells, totals_below, two_header_rows, a_sheet_a_district, semicolons,
        titles_merged_subtotals, parties_over_candidates, statuses, long_with_station_columns,
        totals_above, lost_zeros, levels_named, times_of_arrival, challenged_votes,
        key_within_a_code, ways_of_voting, a_file_a_district,
    )
}  # fmt: skip
