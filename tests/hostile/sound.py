"""One small set of actas in every format that is read, to be damaged."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEADER = ("EDO", "MESA", "VALID", "A", "B")
ROWS = tuple(
    ("Norte" if at < 20 else "Mérida", f"{at:03d}", 300 + 7 * at, 200 + 3 * at, 100 + 4 * at)
    for at in range(1, 41)
)
SUMS = tuple(sum(row[place] for row in ROWS) for place in (3, 4))
"""What the sheets hold of A and of B."""


def text(separator: str = ",", end: str = "\n") -> str:
    """Return the actas as delimited text."""
    return end.join(separator.join(map(str, row)) for row in (HEADER, *ROWS)) + end


def records() -> list[dict[str, object]]:
    """Return the actas as objects."""
    return [dict(zip(HEADER, row, strict=True)) for row in ROWS]


def workbook() -> bytes:
    """Return the actas as a workbook with numbers in its cells."""
    book = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opendocument() -> bytes:
    """Return the actas as an OpenDocument sheet."""
    cell = '<table:table-cell office:value-type="{}"{}><text:p>{}</text:p></table:table-cell>'

    def told(value: object) -> str:
        if isinstance(value, int):
            return cell.format("float", f' office:value="{value}"', value)
        return cell.format("string", "", value)

    rows = "".join(
        f"<table:table-row>{''.join(map(told, row))}</table:table-row>" for row in (HEADER, *ROWS)
    )
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} '
        'office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="actas">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        "</manifest:manifest>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    parts = {"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": manifest}
    return packed({name: part.encode() for name, part in parts.items()})


def parquet() -> bytes:
    """Return the actas as Parquet."""
    columns = zip(*ROWS, strict=True)
    table = pa.table({name: list(cells) for name, cells in zip(HEADER, columns, strict=True)})
    out = io.BytesIO()
    pq.write_table(table, out, write_page_checksum=True)
    return out.getvalue()


def page() -> bytes:
    """Return the actas as a table of an HTML page."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (HEADER, *ROWS)
    )
    return f'<!doctype html><meta charset="utf-8"><table>{rows}</table>'.encode()


def packed(files: dict[str, bytes]) -> bytes:
    """Return a zip archive of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 7, 28, 0, 0, 0)), data)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _tsv() -> bytes:
    return text("\t", "\r\n").encode("utf-16")


FORMATS: dict[str, Callable[[], bytes]] = {
    "a.csv": lambda: text().encode(),
    "a-latin.csv": lambda: text(";", "\r\n").encode("latin-1"),
    "a.tsv": _tsv,
    "a.json": lambda: json.dumps(records(), ensure_ascii=False, indent=1).encode(),
    "a.jsonl": lambda: "\n".join(map(json.dumps, records())).encode(),
    "a.html": page,
    "a.xlsx": workbook,
    "a.ods": opendocument,
    "a.parquet": parquet,
    "a.zip": lambda: packed({"a.csv": text().encode()}),
    "a.csv.gz": lambda: gzip.compress(text().encode(), mtime=0),
    "books.zip": lambda: packed({"a.xlsx": workbook()}),
}


@cache
def sound(name: str) -> bytes:
    """Return the actas in the format of this name."""
    return FORMATS[name]()
