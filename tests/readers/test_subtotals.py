"""Area subtotals among the stations: reported, and left out only when the mapping says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.small import HEADER, read, rows_of, written

STATIONS = (
    "Norte,01,300,180,120",
    "Norte,02,200,100,100",
    "Norte,03,100,40,60",
    "Sur,04,250,50,200",
    "Sur,05,150,70,80",
    "Sur,06,111,100,11",
)
LABELLED = ("Norte,Total Norte,600,320,280", "Sur,,511,220,291", "TOTAL,TOTAL,1111,540,571")
SILENT = ("Norte,91,600,320,280", "Sur,92,511,220,291", "Pais,93,1111,540,571")


def mixed(folder: Path, extra: tuple[str, ...], **changed: Any) -> Any:
    return read(written(folder, "\n".join([HEADER, *STATIONS, *extra])), **changed)


@pytest.mark.parametrize("extra", [LABELLED, SILENT])
def test_subtotals_are_reported_and_no_row_is_dropped(
    tmp_path: Path, extra: tuple[str, ...]
) -> None:
    table = mixed(tmp_path, extra)
    assert [words.split(":")[0] for words in table.source.subtotals] == ["row 8", "row 9", "row 10"]
    assert table.source.subtotals_left_out is None
    assert len(table) == 9


@pytest.mark.parametrize("extra", [LABELLED, SILENT])
def test_the_mapping_may_leave_them_out(tmp_path: Path, extra: tuple[str, ...]) -> None:
    table = mixed(tmp_path, extra, subtotals="leave_out")
    assert len(table) == len(STATIONS)
    assert sum(row[1] for row in rows_of(table)) == 1111
    assert (table.source.left_out, table.source.rows) == (3, 9)
    assert table.source.subtotals_left_out is True


def test_the_mapping_may_keep_them(tmp_path: Path) -> None:
    table = mixed(tmp_path, LABELLED, subtotals="keep")
    assert len(table) == 9
    assert table.source.subtotals_left_out is False
    assert table.source.left_out == 0


def test_unread_cells_of_rows_left_out_go_with_them(tmp_path: Path) -> None:
    extra = ("Norte,Total Norte,600,x,280",)
    assert len(mixed(tmp_path, extra).unread) == 1
    assert mixed(tmp_path, extra, subtotals="leave_out").unread.empty


def test_a_file_without_subtotals_reports_none(tmp_path: Path) -> None:
    assert mixed(tmp_path, ()).source.subtotals == ()


@pytest.mark.parametrize(
    "key", ["Totalmente Nueva", "Escuela Suma", "Total", "Gran total:", "Итого"]
)
def test_labels(tmp_path: Path, key: str) -> None:
    table = mixed(tmp_path, (f"Norte,{key},1,1,0",))
    assert bool(table.source.subtotals) == (key in ("Total", "Gran total:", "Итого"))


def test_a_sum_that_differs_in_one_figure_is_a_station(tmp_path: Path) -> None:
    assert mixed(tmp_path, ("Norte,91,601,320,280",)).source.subtotals == ()


def test_small_and_lonely_rows_are_never_subtotals(tmp_path: Path) -> None:
    rows = ("Oeste,01,500,300,200", "Oeste,02,500,300,200")
    assert mixed(tmp_path, rows).source.subtotals == ()
