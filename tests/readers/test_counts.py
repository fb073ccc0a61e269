"""Cells to counts: exactly, or not at all and with a mention."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.model import MAX_COUNT
from tallyverify.readers.counts import Thousands, read_counts, thousands_of
from tests.helpers.small import CONTEST, CSV, HEADER, MAPPING, read, rows_of, written


def cells(folder: Path, *texts: str, **changed: object) -> list[int | None]:
    """Read texts as the votes of A, one a row."""
    lines = [f'N,{at},,"{text}",1' for at, text in enumerate(texts, start=1)]
    table = read(written(folder, "\n".join([HEADER, *lines])), **changed)
    return [row[0] for row in rows_of(table, "A")]


@pytest.mark.parametrize("empty", ["", "-", "\\N", "NULL", "null", "NA", "N/A", "NaN", " - "])
def test_an_empty_cell_is_missing_and_no_fault(tmp_path: Path, empty: str) -> None:
    path = written(tmp_path, f"{HEADER}\nN,01,12,{empty},4\nN,02,3,1,2\n")
    table = read(path)
    assert rows_of(table) == [("01", 12, None, 4), ("02", 3, 1, 2)]
    assert table.unread.empty


def test_the_mapping_may_name_more_texts_that_mean_missing(tmp_path: Path) -> None:
    assert cells(tmp_path, "7", "s/d", "0", missing="s/d") == [7, None, 0]


@pytest.mark.parametrize("text", ["1.5", "-3", "+3", "abc", "1e3", "12a", "¼", "١٢", "0x1F", "1/2"])
def test_what_is_no_count_is_missing_and_listed(tmp_path: Path, text: str) -> None:
    lines = ["Norte,01,12,8,4", f"Norte,02,3,{text},2", "Sur,03,7,0,7"]
    table = read(written(tmp_path, "\n".join([HEADER, *lines])))
    assert rows_of(table) == [("01", 12, 8, 4), ("02", 3, None, 2), ("03", 7, 0, 7)]
    assert table.unread.to_dict("records") == [
        {"row": 3, "station": "02", "column": "A", "text": text, "reason": "illegible"}
    ]


def test_every_unread_cell_is_listed_in_order(tmp_path: Path) -> None:
    table = read(written(tmp_path, f"{HEADER}\nN,01,x,8,y\nN,02,3,z,2\n"))
    assert table.unread[["row", "column", "text"]].values.tolist() == [
        [2, "B", "y"],
        [2, "VALID", "x"],
        [3, "A", "z"],
    ]


def test_more_people_than_there_are_is_no_count(tmp_path: Path) -> None:
    assert cells(tmp_path, "10000000000", "10000000001", "9" * 30) == [10**10, None, None]


def test_leading_zeros_of_a_count_mean_nothing(tmp_path: Path) -> None:
    assert cells(tmp_path, "007", "000000000000042") == [7, 42]


@pytest.mark.parametrize(
    ("texts", "counts"),
    [
        (["1,204", "12", "3,000"], [1204, 12, 3000]),
        (["1.204", "12", "1.234.567"], [1204, 12, 1_234_567]),
        (["0.512", "12"], [None, 12]),  # no group of three begins with nothing
        (["1.204", "0.004"], [None, None]),
        (["1 204", "1\u00a0204", "1\u202f204"], [1204] * 3),
        (["1'204", "1’204"], [1204] * 2),
        (["12.0", "1204.0", "0.00"], [12, 1204, 0]),
        (["12,0", "1204,0"], [12, 1204]),
        (["12.000", "3.000"], [None, None]),
        (["12.000", "3.0"], [None, None]),
        (["1.204", "12.5"], [None, None]),
        (["1.204", "12.0"], [None, 12]),
        (["1,2,3", "12,34"], [None, None]),
        (["1204.50", "7"], [None, 7]),
    ],
)
def test_separators_inside_figures(
    tmp_path: Path, texts: list[str], counts: list[int | None]
) -> None:
    assert cells(tmp_path, *texts) == counts


def test_the_mapping_settles_what_is_ambiguous(tmp_path: Path) -> None:
    assert cells(tmp_path, "12.000", "3.000", thousands=".") == [12_000, 3_000]
    assert cells(tmp_path, "12,000", "3.0", thousands=",") == [12_000, 3]


def test_a_separator_is_one_decision_for_the_file(tmp_path: Path) -> None:
    text = f'{HEADER}\nN,01,"1,204","1,000",204\nN,02,"2,000","1,000","1,000"\n'
    table = read(written(tmp_path, text))
    assert rows_of(table) == [("01", 1204, 1000, 204), ("02", 2000, 1000, 1000)]
    assert "“,” read as a thousands separator" in table.source.text[-1]


def test_ambiguous_figures_are_listed(tmp_path: Path) -> None:
    table = read(written(tmp_path, f"{HEADER}\nN,01,12.000,8.000,4.000\n"))
    assert rows_of(table) == [("01", None, None, None)]
    assert table.unread["text"].tolist() == ["8.000", "4.000", "12.000"]


def test_codes_keep_their_zeros_and_lose_their_padding(tmp_path: Path) -> None:
    path = written(tmp_path, CSV.replace(",01,", ", 0001 ,"))
    assert rows_of(read(path), "station")[0] == ("0001",)


def test_lost_zeros_come_back_where_the_mapping_gives_the_width(tmp_path: Path) -> None:
    path = written(tmp_path, CSV)
    table = read(path, pad={"MESA": 9})
    assert rows_of(table, "station")[0] == ("000000001",)


def test_a_key_of_two_columns_is_unambiguous(tmp_path: Path) -> None:
    text = "C,M,EDO,VALID,A,B\na/b,c,N,3,1,2\na,b/c,N,3,1,2\n"
    table = read(written(tmp_path, text), station=["C", "M"])
    assert table.frame["station"].is_unique


def test_a_line_may_be_a_sum_of_columns(tmp_path: Path) -> None:
    text = "EDO,MESA,V1,V2,A,B\nN,01,5,7,8,4\nN,02,5,,1,4\nN,03,x,y,1,4\n"
    table = read(written(tmp_path, text), lines={"valid": ["V1", "V2"]})
    assert [row[0] for row in rows_of(table, "valid")] == [12, None, None]
    assert table.unread[["row", "column", "text"]].values.tolist() == [
        [4, "V1", "x"],
        [4, "V2", "y"],
    ]


@pytest.mark.parametrize(
    ("array", "counts", "unread"),
    [
        (pa.array([1, None, 3], pa.int16()), [1, None, 3], []),
        (pa.array([1, -2, 3]), [1, None, 3], ["-2"]),
        (pa.array([1, 2**64 - 1], pa.uint64()), [1, None], ["18446744073709551615"]),
        (pa.array([1.0, float("nan"), 2.5, None]), [1, None, None, None], ["2.5"]),
        (pa.array([1.0, float("inf"), -1.0]), [1, None, None], ["inf", "-1.0"]),
        (pa.array([None, None]), [None, None], []),
        (pa.array([True, False]), [None, None], ["true", "false"]),
        (pa.array(["1", None, ""]), [1, None, None], []),
        (pa.array(["1", "x"], pa.large_string()), [1, None], ["x"]),
    ],
)
def test_typed_columns(array: pa.Array, counts: list[int | None], unread: list[str]) -> None:
    read_column = read_counts(array, Thousands())
    assert read_column.values.to_pylist() == counts
    assert read_column.texts == unread


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        (pa.array([MAX_COUNT, MAX_COUNT + 1, 0, -1]), [MAX_COUNT, None, 0, None]),
        (pa.array([1e10, 1e10 + 1, 0.0, -1.0]), [MAX_COUNT, None, 0, None]),
        (pa.array(["10000000000", "10000000001", "0", "-1"]), [MAX_COUNT, None, 0, None]),
        (pa.array(["10 000 000 000", "10 000 000 001", "0 000"]), [MAX_COUNT, None, None]),
        (pa.array(["9999999999.0", "10000000000.0", "0.0"]), [MAX_COUNT - 1, None, 0]),
        (pa.array(["0" * 39 + "7", "0" * 40 + "7", "x"]), [7, None, None]),
        (pa.array(["9999999999", "10000000000"]), [MAX_COUNT - 1, MAX_COUNT]),
    ],
)
def test_the_largest_count_and_one_more(cells: pa.Array, counts: list[int | None]) -> None:
    found = read_counts(cells, Thousands())
    assert found.values.to_pylist() == counts
    unread = [at for at, count in enumerate(counts) if count is None]
    assert found.rows.tolist() == unread
    assert found.texts == [str(cells[at].as_py()) for at in unread]


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (pa.array(["1", "x", "", None, "2", "y", " "]), [1, 5]),
        (pa.array(["1", "2"]), []),
        (pa.array(["", None]), []),
        (pa.array([1.0, 2.5, None, -3.0, float("nan")]), [1, 3]),
        (pa.array([1, None, -3]), [2]),
        (pa.array([1, 2]), []),
        (pa.array([], pa.string()), []),
    ],
)
def test_the_rows_of_what_was_not_read(cells: pa.Array, rows: list[int]) -> None:
    found = read_counts(cells, Thousands())
    assert found.rows.tolist() == rows
    assert len(found.texts) == len(rows)
    assert [found.values[at].as_py() for at in rows] == [None] * len(rows)


figures = st.lists(
    st.sampled_from(
        ["7", "12", "1.204", "12.000", "3.0", "0.00", "1,204", "3,000", "1.5", "1.234.567", "x.y"]
    ),
    min_size=1,
    max_size=4,
)


@given(figures)
def test_what_a_sign_means_is_what_all_figures_of_the_file_bear(texts: list[str]) -> None:
    decided = thousands_of([pa.array(texts)], None)
    for sign in ".,":
        holds = [t for t in texts if sign in t and t != "x.y"]
        grouped = [t for t in holds if all(len(part) == 3 for part in t.split(sign)[1:])]
        zeros = [t for t in holds if t.count(sign) == 1 and set(t.split(sign)[1]) == {"0"}]
        every = bool(holds) and len(grouped) == len(holds)
        assert (sign in decided.grouping) == (every and set(zeros) != set(holds))
        both = set(grouped) & set(zeros)
        assert (sign in decided.decimal) == (sign not in decided.grouping and not both)
        told = f"“{sign}” read as a thousands separator, as in {min(grouped, default='')}"
        assert (told in decided.said) == (sign in decided.grouping)
    assert {" ", "'"} <= decided.grouping


@pytest.mark.parametrize("given_sign", [".", ",", "'"])
def test_what_the_mapping_says_of_thousands_stands(given_sign: str) -> None:
    decided = thousands_of([pa.array(["1.5", "1,5"])], given_sign)
    assert decided.grouping == {" ", "'", given_sign}
    assert decided.decimal == {".", ","} - {given_sign}
    assert decided.said == ""


def test_nothing_is_decided_without_figures() -> None:
    assert thousands_of([pa.array(["12", "", None])], None) == Thousands()


def test_a_frame_is_read_like_a_file() -> None:
    from tallyverify.readers import read_actas

    frame = pd.DataFrame(
        {"EDO": ["N", "S"], "MESA": [1, 2], "VALID": [3, 3.5], "A": [1, "x"], "B": ["2", None]}
    )
    table = read_actas(frame, contest=CONTEST, mapping=MAPPING)
    assert rows_of(table) == [("1", 3, 1, 2), ("2", None, None, None)]
    assert table.unread["text"].tolist() == ["x", "3.5"]
    assert table.unread["row"].tolist() == [2, 2]
