"""Columns and options that a mapping names in another spelling than the file: found, and said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tallyverify import Case, Contest, InputError, read_actas, read_registry, verify
from tallyverify.readers.actas import ActaStream
from tests.helpers.small import CONTEST, CSV, HEADER, MAPPING, WHOLE, read, rows_of, written

OTHER = {"EDO": "Edo\u200b", "MESA": "mesa", "VALID": " Valid", "A": "a"}


def test_columns_in_another_spelling_are_found_and_said(tmp_path: Path) -> None:
    header = ",".join(OTHER.get(name, name) for name in HEADER.split(","))
    table = read(written(tmp_path, CSV.replace(HEADER, header)), pad={"MESA": 2})
    assert rows_of(table) == WHOLE
    assert table.source.respelt == (
        "'MESA' read from column 'mesa'",
        "'EDO' read from column 'Edo\\u200b'",
        "'VALID' read from column ' Valid'",
        "'A' read from column 'a'",
    )
    report = verify(Case(CONTEST, table), checks="T209")
    assert report.check("T209").reason.endswith("; ".join(table.source.respelt))


def test_a_column_as_it_is_named_comes_first(tmp_path: Path) -> None:
    both = CSV.replace(HEADER, HEADER + ",a").replace("\n", ",9\n").replace(",a,9", ",a")
    table = read(written(tmp_path, both))
    assert rows_of(table) == WHOLE
    assert table.source.respelt == ()


@pytest.mark.parametrize("header", ["EDO,MESA,VALID,a,Ａ,B", "EDO,MESA,VALID,a,a,B"])
def test_of_two_columns_none_is_taken(tmp_path: Path, header: str) -> None:
    path = written(tmp_path, f"{header}\nN,01,8,4,4,4\n")
    with pytest.raises(InputError, match="the file has no column of this name"):
        read(path)


def test_of_two_names_none_is_given_a_column(tmp_path: Path) -> None:
    path = written(tmp_path, CSV.replace(",A,B", ",A,C"))
    with pytest.raises(InputError, match="no column of this name"):
        read(path, votes={"A": "A", "B": "a"})


def test_a_separator_is_found_by_columns_in_another_spelling(tmp_path: Path) -> None:
    text = CSV.replace(",", ";").replace(HEADER.replace(",", ";"), "edo;mesa;valid;a;b,c,d,e,f,g")
    table = read(written(tmp_path, text), votes={"A": "A", "B": "B,C,D,E,F,G"})
    assert rows_of(table) == WHOLE


def test_files_with_the_contests_own_names() -> None:
    frame = pd.DataFrame({"Station": ["1"], "STATE": ["N"], "Votes.A": [3], "b": [4], "Valid": [7]})
    table = read_actas(frame, contest=CONTEST)
    assert rows_of(table, "station", "state", "A", "B", "valid") == [("1", "N", 3, 4, 7)]
    assert len(table.source.respelt) == 5


def test_a_column_of_another_name_of_the_contest_is_not_taken() -> None:
    contest = Contest.model_validate(
        {"id": "t", "levels": ["a"], "candidates": [{"id": "A"}, {"id": "B"}]}
    )
    table = read_actas(pd.DataFrame({"station": ["1"], "A": [3], "B": [4]}), contest=contest)
    assert table.levels == ()
    assert table.source.respelt == ()


def test_a_registry() -> None:
    frame = pd.DataFrame({"STATION": ["1"], "State": ["N"], "Registered": [30]})
    registry = read_registry(frame, contest=CONTEST)
    assert registry.registered == 30
    assert "state" in registry.frame
    table = read_actas(pd.DataFrame({"station": ["1"], "A": [3], "B": [4]}), contest=CONTEST)
    report = verify(Case(CONTEST, table, None, registry), checks="T209")
    assert "(frame): 'state' read from column 'State'" in report.check("T209").reason


def test_a_stream_says_so_too(tmp_path: Path) -> None:
    path = tmp_path / "actas.parquet"
    pd.DataFrame({"edo": ["N"], "mesa": ["1"], "VALID": [7], "A": [3], "B": [4]}).to_parquet(path)
    whole, stream = read(path), ActaStream(path, CONTEST, read_mapping())
    (part,) = stream.parts()
    assert rows_of(part) == rows_of(whole) == [("1", 7, 3, 4)]
    assert (
        part.source.respelt
        == whole.source.respelt
        == (
            "'MESA' read from column 'mesa'",
            "'EDO' read from column 'edo'",
        )
    )


def read_mapping():  # type: ignore[no-untyped-def]
    from tallyverify import Mapping

    return Mapping.model_validate(MAPPING)


def test_options_of_a_long_file(tmp_path: Path) -> None:
    long = "EDO,MESA,Option,N\nS,01,Ann  Ay,8\nS,01,BOB BEE,4\nS,02,Ann Ay,3\nS,02,Bob Bee,0\n"
    table = read(
        written(tmp_path, long + "S,02,total,3\n"),
        layout="long",
        option="OPTION",
        count="n",
        lines={},
        votes={"A": "Ann Ay", "B": "Bob Bee"},
        ignore="Total",
    )
    assert rows_of(table, "station", "A", "B") == [("01", 8, 4), ("02", 3, 0)]
    assert table.source.respelt == (
        "'OPTION' read from column 'Option'",
        "'n' read from column 'N'",
        "'Ann  Ay' read as 'Ann Ay'",
        "'BOB BEE' read as 'Bob Bee'",
        "'total' read as 'Total'",
    )
