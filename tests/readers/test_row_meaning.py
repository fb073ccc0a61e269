"""What the rows of a file mean: the header, cells filled down, rows left out, codes cut out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.readers import ActaStream, read_actas
from tallyverify.readers.actas import open_actas
from tallyverify.readers.kinds.delimited import read_delimited
from tallyverify.records import Cut
from tallyverify.records.mapping import Mapping
from tests.helpers.small import CONTEST, CSV, HEADER, MAPPING, ROWS, WHOLE, read, rows_of, written


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("sign", [",", ";", "|"])
def test_lines_above_the_header_may_look_as_they_like(tmp_path: Path, end: str, sign: str) -> None:
    text = "RESULTS\n\n2030-05-05 20:00\n3|3,100.0;x\n" + CSV.replace(",", sign)
    table = read(written(tmp_path, text.replace("\n", end)), header=5)
    assert rows_of(table) == WHOLE
    assert rows_of(table, "row") == [(6,), (7,), (8,)]


def test_a_mark_inside_a_line_above_opens_no_quotation(tmp_path: Path) -> None:
    text = 'RESULTS in 5" print\n' + CSV.replace("Norte", '"Norte, dos"')
    table = read(written(tmp_path, text), header=2)
    assert rows_of(table) == WHOLE
    assert rows_of(table, "state", "row")[0] == ("Norte, dos", 3)


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    text = '"one cell\nof two lines"\n' + CSV.replace("Norte", '"Nor\nte"').replace(
        "Sur,02", "\nSur,02"
    )
    assert rows_of(read(written(tmp_path, text), header=2), "row") == [(3,), (5,), (6,)]


def test_the_encoding_is_that_of_the_header_too(tmp_path: Path) -> None:
    text = ("Título\n\n" + CSV.replace("VALID", "VÁLIDOS")).encode("latin-1")
    assert rows_of(read(written(tmp_path, text), header=3, lines={"valid": "VÁLIDOS"})) == WHOLE


def test_a_header_of_two_rows_takes_merged_cells_from_the_left(tmp_path: Path) -> None:
    text = "x\nEDO,MESA,VALID,VOTOS,\n,,,ANA,BERTO\n" + "\n".join(ROWS)
    table = read(
        written(tmp_path, text), header=[2, 3], votes={"A": "VOTOS ANA", "B": "VOTOS BERTO"}
    )
    assert rows_of(table) == WHOLE
    assert rows_of(table, "row")[0] == (4,)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (9, r"mapping.header: the header is beyond(.|\n)*row 9(.|\n)*of the 4 rows"),
        ([1, 9], r"beyond(.|\n)*row 9(.|\n)*4 rows"),
        (2, r"no column of this name(.|\n)*'MESA'(.|\n)*'Norte', '01'"),
    ],
)
def test_a_header_that_is_not_there_is_refused(tmp_path: Path, header: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(written(tmp_path, CSV), header=header)


def test_an_empty_header_row_is_refused(tmp_path: Path) -> None:
    for separator in (None, ","):
        with pytest.raises(InputError, match=r"row 1: the header row is empty"):
            read(written(tmp_path, "\n" + CSV), header=1, separator=separator)


def test_the_last_row_as_header_leaves_no_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a header but no rows"):
        read(written(tmp_path, "x\n" + HEADER), header=2)


def test_a_row_of_another_length_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 6: a row has another number of cells"):
        read(written(tmp_path, "x\n\n" + CSV.replace("Sur,03,", "Sur,03,9,")), header=3)


@pytest.mark.parametrize("value", [0, [], [6, 5], [5, 5], 1001])
def test_no_header_row(value: Any) -> None:
    with pytest.raises(InputError):
        Mapping(station=("x",), header=value)


def test_what_names_its_columns_itself_has_no_header_row(tmp_path: Path) -> None:
    frame = pd.DataFrame({"EDO": ["N"], "MESA": ["1"], "VALID": [3], "A": [1], "B": [2]})
    frame.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_text('{"MESA": "1"}\n')
    for source in (frame, tmp_path / "a.parquet", tmp_path / "a.jsonl"):
        with pytest.raises(InputError, match=r"mapping.header: .* names its columns itself"):
            read_actas(source, contest=CONTEST, mapping={**MAPPING, "header": 1})


def test_empty_cells_are_filled_down_before_rows_are_left_out(tmp_path: Path) -> None:
    text = f"{HEADER}\nNorte,TOTAL,9,9,0\n,01,12,8,4\nSur,02,1500,900,600\n,03,7,0,7\n"
    table = read(written(tmp_path, text), fill_down="EDO", where_not={"MESA": "TOTAL"})
    assert rows_of(table, "state") == [("Norte",), ("Sur",), ("Sur",)]
    assert rows_of(table, "row") == [(3,), (4,), (5,)]


def test_without_fill_down_nothing_is_filled(tmp_path: Path) -> None:
    text = CSV.replace("Sur,03", ",03")
    assert rows_of(read(written(tmp_path, text)), "state")[2] == ("",)


def test_an_empty_first_cell_has_nothing_above(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"row 2, column 'EDO': nothing stands above"):
        read(written(tmp_path, CSV.replace("Norte", " ")), fill_down="EDO")


@given(st.lists(st.sampled_from(["", " ", "a", "b"]), min_size=1, max_size=30))
def test_filling_is_what_a_loop_does(cells: list[str]) -> None:
    expected, last = [], "first"
    for cell in cells:
        last = cell.strip() or last
        expected.append(last)
    frame = pd.DataFrame({"MESA": range(len(cells) + 1), "EDO": ["first", *cells]})
    frame = frame.assign(VALID=3, A=1, B=2)
    table = read_actas(frame, contest=CONTEST, mapping={**MAPPING, "fill_down": ("EDO",)})
    assert table.frame["state"].tolist() == ["first", *expected]


def test_rows_are_left_out_by_their_texts(tmp_path: Path) -> None:
    path = written(tmp_path, CSV)
    assert rows_of(read(path, where_not={"MESA": "02"})) == [WHOLE[0], WHOLE[2]]
    assert rows_of(read(path, where_not={"MESA": ["02", "03"]}), "row") == [(2,)]
    assert rows_of(read(path, where={"EDO": "Sur"}, where_not={"MESA": "02"})) == [WHOLE[2]]


def test_what_no_row_has_is_told_and_a_misspelling_refused(tmp_path: Path) -> None:
    path = written(tmp_path, CSV)
    table = read(path, where_not={"EDO": "abroad"})
    assert rows_of(table) == WHOLE
    assert table.source.text[-1] == "no row has 'abroad' in 'EDO', to be left out"
    with pytest.raises(InputError, match=r"mapping.where_not(.|\n)*did you mean 'Norte'"):
        read(path, where_not={"EDO": "NORTE"})
    with pytest.raises(InputError, match=r"mapping.where and mapping.where_not"):
        read(path, where={"EDO": "Sur"}, where_not={"MESA": ["02", "03"]})


CUT = {"column": "MESA", "pattern": r"(\d+)-.*"}
DASHED = CSV.replace(",01,", ",01-B,").replace(",02,", ",02-C1,").replace(",03,", ",03-,")


def test_a_part_of_a_text_is_the_code(tmp_path: Path) -> None:
    path = written(tmp_path, DASHED)
    assert rows_of(read(path, station=[CUT])) == WHOLE
    both = read(path, station=[CUT, {"column": "MESA", "pattern": r"\d+-(.*)"}], pad={"MESA": 3})
    assert [row[0] for row in rows_of(both)] == ["001/00B", "002/0C1", "003/"]
    areas = read(path, areas={"state": {"column": "EDO", "pattern": "(.).*"}})
    assert rows_of(areas, "state") == [("N",), ("S",), ("S",)]


def test_a_text_that_does_not_fit_is_refused_with_its_row(tmp_path: Path) -> None:
    path = written(tmp_path, "x\n" + DASHED.replace("02-C1", "B-02").replace("03-", "03"))
    with pytest.raises(InputError, match=r"row 4, column 'MESA'(.|\n)*'B-02'; 2 such rows"):
        read(path, station=[CUT], header=2)


def test_a_pattern_fits_the_whole_text_and_an_empty_cell_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not fit"):
        read(written(tmp_path, CSV), station=[{"column": "MESA", "pattern": r"0(\d)|x"}, "EDO"],
             areas={"state": {"column": "EDO", "pattern": "(Sur)|Nort"}})  # fmt: skip
    table = read(
        written(tmp_path, CSV.replace("Norte", "")),
        areas={"state": {"column": "EDO", "pattern": "(S|Z)ur"}},
    )
    assert rows_of(table, "state") == [("",), ("S",), ("S",)]


@pytest.mark.parametrize("pattern", [r"(?=a)(b)", r"(a)\1", "a", "(a)(b)", "(", "(?<!a)(b)"])
def test_patterns_are_of_re2_and_have_one_group(pattern: str) -> None:
    with pytest.raises(InputError, match=r"RE2|one group|no regular expression|references"):
        Cut(column="MESA", pattern=pattern)


def test_a_pattern_that_backtracks_elsewhere_ends(tmp_path: Path) -> None:
    path = written(tmp_path, CSV.replace(",01,", "," + "a" * 5000 + "!,"))
    start = time.process_time()
    with pytest.raises(InputError, match="does not fit"):
        read(path, station=[{"column": "MESA", "pattern": "((?:a+)+)"}])
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text", ["NA", "N/A", "null", "none", "-", "#N/A", "#REF!", "#¡VALOR!", "#BEZUG!", "?", " NA "]
)
def test_no_place_is_no_area_and_no_station(tmp_path: Path, text: str) -> None:
    table = read(written(tmp_path, CSV.replace("Norte", text)))
    assert rows_of(table, "state")[0] == ("",)
    assert table.source.text[-1] == f"'{text.strip()}' in 'EDO' names nothing: taken as empty"
    table = read(written(tmp_path, CSV.replace(",03,", f",{text},")), station=["EDO", "MESA"])
    assert rows_of(table, "station")[2] == ("Sur/",)


@pytest.mark.parametrize("name", ["Nan", "ND", "Na", "SD"])
def test_names_that_only_look_like_none_stay(tmp_path: Path, name: str) -> None:
    table = read(written(tmp_path, CSV.replace("Norte", name)))
    assert rows_of(table, "state")[0] == (name,)


def test_parquet_names_its_columns_itself(tmp_path: Path) -> None:
    table = pa.table({name: ["1"] for name in ("EDO", "MESA", "VALID", "A", "B")})
    pq.write_table(table, path := tmp_path / "a.parquet")
    mapping = Mapping.model_validate({**MAPPING, "header": 3})
    for opened in (read_actas, open_actas):
        with pytest.raises(InputError, match=r"a\.parquet: mapping\.header: Parquet names its"):
            opened(path, contest=CONTEST, mapping=mapping)


def test_a_pattern_takes_what_names_nothing_elsewhere(tmp_path: Path) -> None:
    areas = {"state": {"column": "EDO", "pattern": "(.*)"}}
    table = read(written(tmp_path, CSV.replace("Norte", "NA")), areas=areas)
    assert rows_of(table, "state")[0] == ("NA",)


def test_columns_in_another_spelling_are_found_wherever_they_are_named(tmp_path: Path) -> None:
    table = read(
        written(tmp_path, DASHED),
        station=[{**CUT, "column": "mesa"}],
        fill_down="edo",
        areas={"state": "edo"},
        where_not={"edo": "Norte"},
    )
    assert rows_of(table) == WHOLE[1:]


def stored(folder: Path) -> Path:
    path = folder / "a.parquet"
    kinds = ["p", "p", "q", "q", "p", "q"]
    cells = {"EDO": ["N"] * 6, "MESA": [f"{at}-x" for at in range(6)], "KIND": kinds}
    pq.write_table(pa.table({**cells, "VALID": range(6), "A": range(6), "B": [0] * 6}), path)
    return path


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_a_stream_keeps_the_same_rows(tmp_path: Path, batch: int) -> None:
    path = stored(tmp_path)
    changed: dict[str, Any] = {"station": [CUT], "where": {"KIND": "p"}, "where_not": {"A": "4"}}
    mapping = Mapping.model_validate({**MAPPING, **changed})
    parts = [*ActaStream(path, CONTEST, mapping, batch=batch).parts()]
    whole = read(path, **changed)
    assert [row for part in parts for row in rows_of(part)] == rows_of(whole)
    assert [row for part in parts for row in part.frame["row"]] == [1, 2]


def test_a_stream_refuses_what_no_row_has(tmp_path: Path) -> None:
    path = stored(tmp_path)
    for changed, words in (
        ({"where": {"KIND": "r"}}, "no row has what mapping.where asks for"),
        ({"where_not": {"EDO": "n"}}, "did you mean 'N'"),
        ({"where": {"KIND": "p"}, "where_not": {"A": ["0", "1", "4"]}}, "no row has all"),
    ):
        mapping = Mapping.model_validate({**MAPPING, **changed})
        with pytest.raises(InputError, match=words):
            [*ActaStream(path, CONTEST, mapping, batch=2).parts()]


def test_cells_are_filled_down_only_in_files_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tallyverify.readers import actas

    monkeypatch.setattr(actas, "STREAM_ROWS", 2)
    mapping = Mapping.model_validate({**MAPPING, "fill_down": "EDO"})
    path = stored(tmp_path)
    assert not isinstance(open_actas(path, contest=CONTEST, mapping=mapping), ActaStream)
    with pytest.raises(InputError, match=r"mapping.fill_down(.|\n)*read in parts"):
        [*ActaStream(path, CONTEST, mapping).parts()]


@given(st.binary(max_size=60), st.sampled_from([(), (1,), (2,), (1, 3)]))
def test_any_text_with_any_header_is_read_or_refused(data: bytes, header: tuple[int, ...]) -> None:
    text = data.decode("latin-1").replace("\x00", " ").encode()
    try:
        raw, _ = read_delimited(text, "a.csv", None, (), header)
    except InputError:
        return
    assert all(len(column) == raw.rows for column in raw.columns)
    assert len(raw.row_numbers) == raw.rows
