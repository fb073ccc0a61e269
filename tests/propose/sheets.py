"""Small spreadsheets in the manner of observer missions, made up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HEADER = (
    "Departamento", "Municipio", "Mesa", "Ana Paz", "Berto Rey", "Carla Gil", "Nulos", "Blancos",
    "Válidos", "Total votos", "Inscritos",
)  # fmt: skip
DEPARTMENTS = ("Norte", "Centro", "Sur")

Row = tuple[Any, ...]


def tallies(stations: int = 36) -> Iterator[Row]:
    """Return made-up rows under the header; the department's stations stand together."""
    rng = random.Random(7)
    for at in range(stations):
        place, of = divmod(at, stations // 3)
        votes = [rng.randrange(40, 260) for _ in range(3)]
        null, blank = rng.randrange(1, 9), rng.randrange(1, 7)
        ballots = sum(votes) + null + blank
        yield (
            DEPARTMENTS[place], f"Aldea {place}{of // 4}", str(101 + 50 * place + of), *votes,
            null, blank, sum(votes), ballots, ballots + rng.randrange(5, 90),
        )  # fmt: skip


def sums() -> dict[str, int]:
    """Return the true sums by column."""
    columns = list(zip(*tallies(), strict=True))
    return {name: sum(columns[at]) for at, name in enumerate(HEADER) if at > 2}


def saved(path: Path, rows: list[list[Any]]) -> Path:
    """Write rows as the only sheet of a workbook."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def with_titles(folder: Path) -> Path:
    """Two lines of title and an empty one above the header."""
    above: list[list[Any]] = [["Misión de observación"], ["Conteo rápido 2030"], []]
    return saved(folder / "titles.xlsx", [*above, list(HEADER), *map(list, tallies())])


def with_merged_cells_and_totals(folder: Path) -> Path:
    """Each department named once, and a total below it; a total of all at the end."""
    rows: list[list[Any]] = [list(HEADER)]
    for department in DEPARTMENTS:
        own = [row for row in tallies() if row[0] == department]
        rows += [[department if at == 0 else None, *row[1:]] for at, row in enumerate(own)]
        rows.append([f"Total {department}", None, None, *_added(own)])
    rows.append(["Gran total", None, None, *_added(list(tallies()))])
    return saved(folder / "merged.xlsx", rows)


def _added(rows: list[Row]) -> list[int]:
    return [sum(column) for column in zip(*(row[3:] for row in rows), strict=True)]


def with_two_header_rows(folder: Path) -> Path:
    """Groups of columns in a merged cell above their names."""
    above = [
        "Departamento",
        "Municipio",
        "Mesa",
        "Votos",
        *[None] * 4,
        "Totales",
        None,
        "Inscritos",
    ]
    names = [
        None,
        None,
        None,
        "Ana",
        "Berto",
        "Carla",
        "Nulos",
        "Blancos",
        "Válidos",
        "Emitidos",
        None,
    ]
    return saved(folder / "two.xlsx", [["Informe"], above, names, *map(list, tallies())])


def with_a_sheet_a_district(folder: Path) -> Path:
    """A sheet for each department, its stations numbered from 1 in each."""
    book = Workbook()
    book.remove(book.active)
    for department in DEPARTMENTS:
        sheet = book.create_sheet(department)
        sheet.append(["Mesa", *HEADER[3:]])
        own = [row for row in tallies() if row[0] == department]
        for number, row in enumerate(own, start=1):
            sheet.append([number, *row[3:]])
    path = folder / "districts.xlsx"
    book.save(path)
    return path


def with_semicolons(folder: Path) -> Path:
    """Text of a European spreadsheet: semicolons, points in thousands, Windows letters, a title."""
    lines = ["Observación, conteo;;;;;;;;;;", "", ";".join(HEADER)]
    for row in tallies():
        counts = (f"{9 * count:,}".replace(",", ".") for count in row[3:])
        lines.append(";".join([*row[:3], *counts]))
    path = folder / "semicolons.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return path


def with_a_status(folder: Path) -> Path:
    """A status for each sheet, and counts of which only one is named."""
    words = ("Contabilizada", "Contabilizada", "Anulada", "Contabilizada", "Pendiente")
    lines = ["Acta,Region,Estado del acta,Ana,Berto,Carla,Suma,Padron"]
    for at, row in enumerate(tallies()):
        cells = (row[2], row[0], words[at % 5], *row[3:6], row[8], row[10])
        lines.append(",".join(map(str, cells)))
    path = folder / "status.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def long_with_station_columns(folder: Path) -> Path:
    """A row for each option, the register repeated in each."""
    lines = ["Municipio\tJRV\tInscritos\tCandidato\tVotos"]
    options = (("Ana", 3), ("Berto", 4), ("Carla", 5), ("Nulos", 6), ("Blancos", 7), ("Total", 9))
    for row in tallies():
        lines += [f"{row[1]}\t{row[2]}\t{row[10]}\t{name}\t{row[at]}" for name, at in options]
    path = folder / "long.tsv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
