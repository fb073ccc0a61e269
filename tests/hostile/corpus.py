"""The smallest inputs known to have taken a reader down or to have been misread, made by code."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.hostile.sound import HEADER, ROWS, packed, sound, text, unpacked

Made = tuple[str, bytes]
"""Name and bytes of a file."""

INPUTS: dict[str, Callable[[], Made]] = {}


def _of(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def keep(make: Callable[[], bytes]) -> Callable[[], bytes]:
        INPUTS[make.__name__.replace("_", " ").strip()] = lambda: (name, make())
        return make

    return keep


@_of("a.xlsx")
def a_cell_in_the_far_corner() -> bytes:
    book = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        book.active.append(row)
    book.active.cell(1_048_576, 16_384, 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@_of("a.xlsx")
def shared_strings_that_expand() -> bytes:
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    strings = f'<?xml version="1.0"?><!DOCTYPE sst [{entities}]><sst><si><t>&i;</t></si></sst>'
    return packed(unpacked(sound("a.xlsx")) | {"xl/sharedStrings.xml": strings.encode()})


@_of("a.ods")
def repeated_rows_without_end() -> bytes:
    parts = unpacked(sound("a.ods"))
    content = parts["content.xml"].decode()
    repeat = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" '
        'office:value="1"><text:p>1</text:p></table:table-cell></table:table-row></table:table>'
    )
    return packed(parts | {"content.xml": content.replace("</table:table>", repeat).encode()})


@_of("a.parquet")
def a_long_text_on_every_row_of_an_unmapped_column() -> bytes:
    rows = 4000
    table = pa.table(
        {
            "EDO": ["N"] * rows,
            "MESA": [str(at) for at in range(rows)],
            "VALID": [3] * rows,
            "A": [1] * rows,
            "B": [2] * rows,
            "NOTE": pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["x" * 10**6]),
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


@_of("a.csv")
def a_cell_of_300_kilobytes_in_latin_1() -> bytes:
    return text().replace("001", "é" * 300_000, 1).encode("latin-1")


@_of("a.csv")
def a_quoted_cell_without_end() -> bytes:
    return text().replace("001", '"001', 1).encode()


@_of("a.csv")
def a_cell_of_a_megabyte() -> bytes:
    return text().replace("001", "x" * 10**6, 1).encode()


@_of("a.csv")
def a_header_of_100_000_columns() -> bytes:
    more = 100_000
    lines = text().splitlines()
    head = lines[0] + "".join(f",c{at}" for at in range(more))
    return "\n".join([head, *(line + "," * more for line in lines[1:4])]).encode()


@_of("a.csv")
def only_separators() -> bytes:
    return text().encode() + b",,,,\n" * 200_000


@_of("a.csv")
def only_quotes() -> bytes:
    return b'"' * 500_000


@_of("a.csv")
def carriage_returns_and_line_feeds_mixed() -> bytes:
    return text().replace("\n", "\r\r\n\r", 20).encode()


@_of("a.csv")
def null_characters() -> bytes:
    return text().replace("001", "0\x0001", 1).encode()


@_of("a.csv")
def text_behind_a_closing_quote() -> bytes:
    return text().replace(",204", ',"20"4', 1).replace(",203,", ',"20"3,', 1).encode()


@_of("a.csv")
def spreadsheet_errors_in_counts() -> bytes:
    return text().replace(",203,", ",#REF!,", 1).replace(",206,", ",#N/A,", 1).encode()


@_of("a.csv")
def digits_of_other_scripts() -> bytes:
    return text().replace(",203,", ",٢٠٣,", 1).encode()


@_of("a.csv")
def directions_and_escapes_in_names() -> bytes:
    return text().replace("Norte", "Nor\u202ete\x1b[31m\x9b").encode()


@_of("a.csv")
def formulas_in_names() -> bytes:
    return text().replace("Norte", '"=HYPERLINK(""http://x.invalid"",""y"")"').encode()


@_of("a.csv")
def scripts_in_names() -> bytes:
    return text().replace("Norte", "</script><script>alert(1)</script>").encode()


@_of("a.csv")
def counts_beyond_all_integers() -> bytes:
    return text().replace(",203,", "," + "9" * 5000 + ",", 1).encode()


@_of("a.csv")
def counts_of_nineteen_digits() -> bytes:
    return text().replace(",203,", "," + "9" * 19 + ",", 1).encode()


@_of("a.jsonl")
def lines_nested_without_end() -> bytes:
    return b'{"a":' * 130_000 + b"1" + b"}" * 130_000


@_of("a.jsonl")
def lines_nested_and_wide() -> bytes:
    deep: object = 1
    for at in range(500):
        deep = {f"k{at}": deep, "x": at}
    return "\n".join([*map(json.dumps, [deep] * 8)]).encode()


@_of("a.jsonl")
def lines_with_other_keys_each() -> bytes:
    return "\n".join(json.dumps({f"k{at}": 1}) for at in range(20_000)).encode()


@_of("a.jsonl")
def a_key_with_a_dot_and_one_inside() -> bytes:
    return "\n".join(
        json.dumps({**dict(zip(HEADER[:3], row[:3], strict=True)), "A": {"x": 5}, "A.x": 7, "B": 1})
        for row in ROWS
    ).encode()


@_of("a.jsonl")
def a_key_twice() -> bytes:
    return sound("a.jsonl").replace(b'"A": 203', b'"A": 203, "A": 4', 1)


@_of("a.json")
def numbers_that_are_none() -> bytes:
    return sound("a.json").replace(b'"A": 203', b'"A": NaN', 1).replace(b"206", b"1e999", 1)


@_of("a.json")
def a_number_of_5000_digits() -> bytes:
    return sound("a.json").replace(b'"A": 203', b'"A": ' + b"9" * 5000, 1)


@_of("a.html")
def cells_that_span_without_end() -> bytes:
    cell = '<td rowspan="1000" colspan="1000">x</td>'
    return f"<!doctype html><table>{f'<tr>{cell * 10}</tr>' * 100}</table>".encode()


@_of("a.html")
def tables_in_tables() -> bytes:
    return b"<!doctype html>" + b"<table><tr><td>" * 50_000


@_of("a.zip")
def a_bomb() -> bytes:
    return packed({"a.csv": text().encode() + b"\n" * (300 * 1024**2)})


@_of("a.csv.gz")
def a_bomb_of_gzip() -> bytes:
    return gzip.compress(text().encode() + b"\n" * (300 * 1024**2), mtime=0)


@_of("a.zip")
def archives_in_archives() -> bytes:
    data = sound("a.csv")
    for _ in range(20):
        data = packed({"a.zip": data})
    return data


@_of("a.zip")
def names_that_lead_out() -> bytes:
    return packed({"../../a.csv": sound("a.csv")})


@_of("a.zip")
def one_hundred_thousand_files() -> bytes:
    return packed({f"{at}.csv": b"" for at in range(100_001)})


@_of("a.csv")
def every_byte_there_is() -> bytes:
    return bytes(range(256)) * 40


@_of("a.csv")
def an_old_workbook_by_its_first_bytes() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)


@_of("a.xml")
def entities_of_a_billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>'
        '<ElectionReport xmlns="http://itl.nist.gov/ns/voting/1500-100/v2">&l9;</ElectionReport>'
    ).encode()


@_of("a.xml")
def a_document_that_asks_for_another() -> bytes:
    return (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        b'<ElectionReport xmlns="http://itl.nist.gov/ns/voting/1500-100/v2">&e;</ElectionReport>'
    )
