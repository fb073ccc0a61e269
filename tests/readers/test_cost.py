"""What a small file may cost: a refusal where a limit is met, and else no more than its size.

None of these is timed. Where only time would tell, a process of its own has so many seconds of the
processor, of which what is linear needs one and what is a square would need thousands.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tallyverify.errors import InputError, nearest
from tallyverify.names import KnownNames, look_alikes
from tallyverify.readers.opening.html_tables import tables_in
from tallyverify.readers.opening.json_records import MOST_LEVELS, columns_of_records
from tallyverify.readers.opening.table_limits import MOST_CHARACTERS, MOST_COLUMNS
from tallyverify.readers.raw import Raw
from tallyverify.readers.respelt import with_texts_of
from tests.helpers.small import HEADER, ROWS, WHOLE, read, rows_of, written

LONG = "a" * (MOST_CHARACTERS + 1)
RECORD = dict(zip(HEADER.split(","), ROWS[0].split(","), strict=True))
PAGE = "<table>" + "".join(f"<tr><td>{row.replace(',', '<td>')}" for row in (HEADER, *ROWS))


def with_cell(cell: str, first: str = "") -> str:
    return f"{HEADER},X\n{ROWS[0]},{first}\n{ROWS[1]},{cell}\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (with_cell(LONG), "row 3, column 'X'"),
        (with_cell(f'"{LONG}"'), "row 3, column 'X'"),
        (with_cell(f'"{LONG}"', '"two\nlines"'), "row 3, column 'X'"),
        (with_cell(f"{LONG},,"), "line 3"),
        (f"{HEADER},{LONG}\n{ROWS[0]},1\n", "line 1"),
    ],
)
def test_a_cell_longer_than_is_read(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(InputError, match=f"{place}: a cell is too long(.|\n)*131,072 characters"):
        read(written(tmp_path, text, "a.txt"))


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_a_long_text_where_no_mark_can_be_left_open(tmp_path: Path, kind: pa.DataType) -> None:
    record = RECORD | {"X": LONG}
    columns = {name: pa.array([cell], kind) for name, cell in record.items()}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    page = f"<table><tr><td>{HEADER.replace(',', '<td>')}<td>X<tr><td>"
    page += f"{ROWS[0].replace(',', '<td>')}<td>{LONG}</table>"
    for path in (
        tmp_path / "a.parquet",
        written(tmp_path, json.dumps(record) + "\n", "a.jsonl"),
        written(tmp_path, page, "a.html"),
    ):
        assert rows_of(read(path)) == WHOLE[:1]


def test_a_cell_as_long_as_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, with_cell(LONG[1:], LONG[1:]) + ROWS[2] + ",é\n")
    assert rows_of(read(path)) == WHOLE
    path.write_bytes(path.read_text("utf-8").encode("latin-1"))
    assert rows_of(read(path)) == WHOLE


def test_a_row_longer_than_a_block_of_the_parser(tmp_path: Path) -> None:
    more = ",".join(f"c{at}" for at in range(1_500))
    cells = ",".join(["x" * 800] * 1_500)
    rows = "".join(f"{row},{cells}\n" for row in ROWS)
    assert rows_of(read(written(tmp_path, f"{HEADER},{more}\n{rows}"))) == WHOLE


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.html"])
def test_more_columns_than_are_read(tmp_path: Path, name: str) -> None:
    names = [f"c{at}" for at in range(MOST_COLUMNS)]
    texts = {
        "a.csv": f"{HEADER},{','.join(names)}\n{ROWS[0]}{',1' * len(names)}\n",
        "a.jsonl": json.dumps(RECORD | dict.fromkeys(names, 1)) + "\n",
        "a.html": f"<table><tr><td>{'<td>'.join(names)}<td>x<tr><td>1</table>",
    }
    with pytest.raises(InputError, match=r"too many columns(.|\n)*at most 16,384"):
        read(written(tmp_path, texts[name], name))


@pytest.mark.parametrize("one_document", [False, True])
def test_objects_with_other_keys_each(tmp_path: Path, one_document: bool) -> None:
    rows = [RECORD | {"MESA": at, f"k{at}": at} for at in range(2_000)]
    text = json.dumps(rows) if one_document else "\n".join(map(json.dumps, rows))
    with pytest.raises(InputError, match=r"far more cells(.|\n)*4,010,000 cells(.|\n)*12,000"):
        read(written(tmp_path, text, "a.json"))
    raw = columns_of_records(rows[:300], "a.json")
    cells = [column.to_pylist() for column in raw.columns[5:]]
    assert [[(at, cell) for at, cell in enumerate(one) if cell] for one in cells] == [
        [(at, str(at))] for at in range(300)
    ]


def test_what_stands_beside_a_list_is_not_told_in_millions_of_cells(tmp_path: Path) -> None:
    beside = {f"k{at}": "x" for at in range(2_000)}
    rows = [RECORD | {"MESA": at} for at in range(5)]
    assert len(read(written(tmp_path, json.dumps(beside | {"rows": rows}), "a.json"))) == 5
    rows = [RECORD | {"MESA": at} for at in range(1_500)]
    for outer in (beside, {"note": "x" * 130_000}):
        with pytest.raises(InputError, match="far more cells"):
            read(written(tmp_path, json.dumps(outer | {"rows": rows}), "a.json"))


@pytest.mark.parametrize(
    "record",
    [
        {"a": {"b": 1}, "a.b": 2},
        {"a.b": 2, "a": {"b": 1}},
        {"a": {"b.c": None}, "a.b": {"c": None}},
    ],
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "beside.json"])
def test_two_keys_of_one_flattened_name(tmp_path: Path, record: dict[str, Any], name: str) -> None:
    whole = {"rows": [RECORD]} | record if name == "beside.json" else [RECORD | record]
    text = json.dumps(whole) if name.endswith("json") else json.dumps(RECORD | record) + "\n"
    with pytest.raises(InputError, match=r"two keys of one object(.|\n)*'a\.b"):
        read(written(tmp_path, text, name))


def test_keys_of_one_flattened_name_in_two_objects() -> None:
    raw = columns_of_records([{"a": {"b": 1}}, {"a.b": 2}], "a.json")
    assert (raw.names, raw.columns[0].to_pylist()) == (["a.b"], ["1", "2"])


def nested(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"x": 1}
    for _ in range(levels - 1):
        inner = {"k": inner, "y": 1}
    return inner


def test_objects_nested_deeper_than_is_read(tmp_path: Path) -> None:
    assert len(columns_of_records([nested(MOST_LEVELS)], "a.json").names) == MOST_LEVELS
    for deep in (nested(MOST_LEVELS + 1), nested(900)):
        with pytest.raises(InputError, match=r"entry 2: the JSON is nested too deeply"):
            read(written(tmp_path, json.dumps([RECORD, RECORD | deep]), "a.json"))
    key = "k" * 600
    with pytest.raises(InputError, match=r"name of a column is too long(.|\n)*1,000 characters"):
        read(written(tmp_path, json.dumps([RECORD | {key: {key: 1}}]), "a.json"))


def test_merged_cells_that_spread_over_millions() -> None:
    head = "<table><tr><td colspan=1000 rowspan=1000>x"
    assert len(tables_in(f"{head}<tr><td>y</table>", "a.html")[0].rows[1]) == 1_001
    with pytest.raises(InputError, match="too many columns"):
        tables_in(f"<table>{head.removeprefix('<table>') * 17}</table>", "a.html")
    with pytest.raises(InputError, match="far more cells"):
        tables_in(f"{head}{head.removeprefix('<table>') * 9}{'<tr><td>y' * 300}</table>", "a.html")
    with pytest.raises(InputError, match="far more cells"):
        tables_in(f"{head}{'y' * 200_000}</table>", "a.html")


@pytest.mark.parametrize("tail", ["<td", "</table", "<!-- and", "<!-- > <!-- >", "<?a ", "<![x"])
def test_a_page_that_ends_inside_a_tag_or_comment(tmp_path: Path, tail: str) -> None:
    with pytest.raises(InputError, match="ends inside a tag or a comment"):
        read(written(tmp_path, PAGE + tail, "a.html"))


@pytest.mark.parametrize("odd", ["<![x>", "<![CDATA[x]]>", "<![if !IE]>", "<![endif]-->", "<?a>"])
def test_sections_of_xml_in_a_page_are_passed_over(tmp_path: Path, odd: str) -> None:
    page = PAGE.replace("<tr>", odd + "<tr>", 1)
    assert rows_of(read(written(tmp_path, f"{page}</table>", "a.html"))) == WHOLE


def test_a_reference_to_a_character_of_thousands_of_digits(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the page cannot be read"):
        read(written(tmp_path, f"{PAGE}<tr><td>&#{'1' * 5_000};</table>", "a.html"))


LINEAR = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
from tallyverify.inference.counting_order.text import _SLASHED
from tallyverify.names import folded, look_alikes
from tallyverify.proposals.header import _NUMBER
from tallyverify.proposals.meaning.codes import _FIRST_PART
from tallyverify.readers.kinds.encoding import to_utf8
from tallyverify.readers.opening.html_tables import tables_in
from tallyverify.readers.opening.json_records import _LINES
n = 200_000
assert to_utf8(b"a" * n + b"\\xd1", None, "a.csv")[1] == "latin-1"
assert to_utf8((b"a" * 99 + b",") * 2_000 + b"\\xd1", None, "a.csv")[1] == "latin-1"
assert not _LINES.match(b"{}" + b"\\n" * n + b"x")
assert not _LINES.match(b"{" + b"} " * n + b"x")
assert _LINES.match(b" {} \\r\\n\\n {}")
assert not _NUMBER.fullmatch("1" * n + "x")
assert _NUMBER.fullmatch("+1 234,5 %")
assert not _FIRST_PART.fullmatch("1" * n)
assert not _SLASHED.fullmatch("1/1/2020" + " " * n + "\\n")
assert len(look_alikes(["S" * n], ["S" * n + "s"])) == 0
for odd in ("<?a ", "</a ", "<a b='", "<!a ", "<![x ", "<a "):
    tables_in("<table><tr><td>1</table>" + odd * (n // 4) + ">", "a.html")
tables_in("<table><tr><td>1</table>" + "<!-- > " * (n // 4) + "-->", "a.html")
"""


def test_texts_made_to_be_slow_are_read_in_time_that_grows_with_them() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LINEAR], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


class Counted(list[str]):
    """Names that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return super().__iter__()


def test_columns_are_found_without_going_through_all_of_them() -> None:
    names = Counted([*(f"c{at}" for at in range(500)), " d", "d", "e", "e"])
    raw = Raw(names, [pa.array(["1"])] * len(names), "a.csv")
    assert [raw.position(f"c{at}") for at in range(500)] == list(range(500))
    assert [raw.position(name) for name in ("d", " d", "d#1", "e#2")] == [501, 500, 500, 503]
    assert not any(map(raw.has, ("e", "e#3", "e#0", "e#" + "9" * 5_000, "x")))
    assert names.times == 1


def test_spellings_are_asked_of_many_names_at_once() -> None:
    known = KnownNames(["Ana", "ana", "Eva"])
    assert [known.of(name) for name in ("ANA", "ana", "EVA", "Ida")] == [
        ("Ana", "ana"), ("ana",), ("Eva",), (),
    ]  # fmt: skip
    texts = pa.array(["EVA", "Eva", "ANA", "Ida", "ana"])
    column, said = with_texts_of(texts, ["Eva", "Ana", "ana"])
    assert column.to_pylist() == ["Eva", "Eva", "ANA", "Ida", "ana"]
    assert said == ("'EVA' read as 'Eva'",)


def test_long_names_are_not_looked_for_among_others() -> None:
    assert nearest("x" * 201, ["x" * 200]) is None
    assert nearest("votos", ["y" * 10**6, "Votos"]) == "did you mean 'Votos'?"
    assert look_alikes(["S" * 300], ["S" * 301]) == []
    assert len(look_alikes(["S" * 30], ["S" * 31])) == 1
