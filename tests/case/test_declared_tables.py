"""A declared result that was published as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tallyverify import InputError, load_case, verify
from tallyverify.records import AreaResult
from tests.case.test_many_files import case_of
from tests.helpers.command import CONTEST, small_case
from tests.readers.test_formats import workbook

TABLE = 'EDO,VALIDOS,ANA,BERTO,MESAS\nNorte,12,8,4,1\nSur,"1,507",900,607,2\n,1519,908,611,3\n'
MAPPED: dict[str, Any] = {
    "areas": {"state": "EDO"},
    "votes": {"A": "ANA", "B": "BERTO"},
    "lines": {"valid": "VALIDOS", "stations": "MESAS"},
}
FINAL = {"id": "final", "issued": "2030-05-07", "complete": True}


def declared(mapping: Any = None, **more: Any) -> dict[str, Any]:
    return {"file": "r.csv", "mapping": mapping or MAPPED, "bulletin": FINAL, **more}


def areas_of(folder: Path, table: str, said: Any) -> list[AreaResult]:
    case = load_case(case_of(folder, {"r.csv": table}, declared=said))
    assert case.declared is not None
    return [row for bulletin in case.declared.bulletins for row in bulletin.areas]


def test_one_row_for_each_area(tmp_path: Path) -> None:
    folder = case_of(tmp_path / "c", {"r.csv": TABLE}, declared=declared())
    case = load_case(folder)
    assert case.declared is not None
    (bulletin,) = case.declared.bulletins
    assert (bulletin.id, bulletin.issued, bulletin.complete) == ("final", "2030-05-07", True)
    assert [(r.area, r.valid, r.votes, r.stations) for r in bulletin.areas] == [
        ({"state": "Norte"}, 12, {"A": 8, "B": 4}, 1),
        ({"state": "Sur"}, 1507, {"A": 900, "B": 607}, 2),
        ({}, 1519, {"A": 908, "B": 611}, 3),
    ]
    assert [(i.name, i.rows) for i in case.inputs if i.role == "declared"] == [("r.csv", 3)]
    assert verify(case).verdict == "consistent"


@pytest.mark.parametrize("cell", ["#N/A", "NA", "n/a", "-", "#REF!", " null "])
def test_a_cell_that_names_no_area_is_not_the_whole(tmp_path: Path, cell: str) -> None:
    table = TABLE.replace("\nNorte", f"\n{cell}").replace("\n,1519,908,611,3", "")
    with pytest.raises(InputError) as caught:
        areas_of(tmp_path / "c", table, declared())
    said = str(caught.value)
    assert said.startswith("r.csv: row 2: this names no area")
    assert f"state '{cell.strip()}'" in said
    rows = areas_of(tmp_path / "c", table, declared({**MAPPED, "whole": cell.strip()}))
    assert [row.area for row in rows] == [{}, {"state": "Sur"}]
    named = {**MAPPED, "areas": {"state": {"column": "EDO", "pattern": " ?(.*?) ?"}}}
    rows = areas_of(tmp_path / "c", table, declared(named))
    assert [row.area for row in rows] == [{"state": cell.strip()}, {"state": "Sur"}]


def test_a_town_that_names_nothing_is_not_its_state(tmp_path: Path) -> None:
    table = "EDO,TOWN,ANA,BERTO\nNorte,#REF!,8,4\n"
    mapping = {**MAPPED, "areas": {"state": "EDO", "town": "TOWN"}, "lines": {}}
    contest = json.dumps({**CONTEST, "levels": ["state", "town"]})
    case = case_of(
        tmp_path / "c", {"r.csv": table, "contest.json": contest}, declared=declared(mapping)
    )
    with pytest.raises(InputError, match=r"row 2: this names no area(.|\n)*town '#REF!'"):
        load_case(case)


def test_the_whole_has_a_label_or_no_row(tmp_path: Path) -> None:
    table = TABLE.replace("\n,1519", "\nTOTAL,1519")
    with pytest.raises(InputError, match=r"row 4: (.|\n)*'TOTAL'(.|\n)*\"whole\": \[\"TOTAL\"\]"):
        areas_of(tmp_path / "c", table, declared())
    rows = areas_of(tmp_path / "c", table, declared({**MAPPED, "whole": "total"}))
    assert rows[2].area == {}
    left = areas_of(tmp_path / "c", table, declared({**MAPPED, "where": {"EDO": ["Norte", "Sur"]}}))
    assert [row.area for row in left] == [{"state": "Norte"}, {"state": "Sur"}]


def test_tables_stand_beside_a_document_and_each_other(tmp_path: Path) -> None:
    early = {"id": "early", "issued": "2030-05-06", "areas": [{"votes": {"A": 8, "B": 4}}]}
    document = {"authority": "X", "stations": 3, "bulletins": [early]}
    whole = "VALIDOS,ANA,BERTO\n1519,908,611\n"
    files = {"d.json": json.dumps(document), "r.csv": TABLE, "w.csv": whole}
    of_whole = {"votes": MAPPED["votes"], "lines": {"valid": "VALIDOS"}}
    states = {**MAPPED, "where": {"EDO": ["Norte", "Sur"]}}
    said = ["d.json", declared(states), {**declared(of_whole), "file": "w.csv"}]
    case = load_case(case_of(tmp_path / "c", files, declared=said))
    assert case.declared is not None
    assert (case.declared.authority, case.declared.stations) == ("X", 3)
    assert [(b.id, len(b.areas)) for b in case.declared.bulletins] == [("early", 1), ("final", 3)]
    other = [said[1], {**said[2], "bulletin": {**FINAL, "complete": False}}]
    with pytest.raises(InputError, match=r"one bulletin is described in two ways(.|\n)*complete"):
        load_case(case_of(tmp_path / "c", files, declared=other))
    with pytest.raises(InputError, match="two documents"):
        load_case(case_of(tmp_path / "c", files, declared=["d.json", "d.json"]))


def test_groups_percentages_and_coverage(tmp_path: Path) -> None:
    table = (
        "EDO;ESC;VAL;ANA;ANA %;RESTO %\nNorte;96,87;1.200;800;66,7;33,3 %\n;97;3.000;;51.2%;48,8\n"
    )
    mapping = {
        "areas": {"state": "EDO"}, "coverage": "ESC", "lines": {"valid": "VAL"},
        "votes": {"A": "ANA"}, "groups": {"others": ["B"]},
        "percentages": {"A": "ANA %", "others": "RESTO %"},
    }  # fmt: skip
    north, whole = areas_of(tmp_path / "c", table, declared(mapping, bulletin={"id": "1"}))
    assert (north.valid, north.votes, north.coverage) == (1200, {"A": 800}, 0.9687)
    assert north.percentages == {"A": 66.7, "others": 33.3}
    assert (whole.votes, whole.percentages, whole.coverage) == (
        {},
        {"A": 51.2, "others": 48.8},
        0.97,
    )
    assert whole.groups[0].candidates == ("B",)


def test_long_tables_and_workbooks(tmp_path: Path) -> None:
    table = "EDO,PARTY,N\n" + "".join(
        f"{edo},{party},{n}\n" for edo, party, n in
        [("Norte", "ANA", 8), ("Norte", "BERTO", 4), ("Sur", "ANA", 900), ("Sur", "BERTO", 607)]
    )  # fmt: skip
    long = {"layout": "long", "areas": {"state": "EDO"}, "option": "PARTY", "count": "N",
            "votes": {"A": "ANA", "B": "BERTO"}}  # fmt: skip
    rows = areas_of(tmp_path / "c", table, declared(long))
    assert [(row.area["state"], row.votes) for row in rows] == [
        ("Norte", {"A": 8, "B": 4}),
        ("Sur", {"A": 900, "B": 607}),
    ]
    folder = case_of(tmp_path / "c", {}, declared={"file": "r.xlsx", "mapping": MAPPED})
    cells = [
        ["EDO", "VALIDOS", "ANA", "BERTO", "MESAS"],
        ["Norte", 12, 8, 4, 1],
        [None, 12, 8, 4, 1],
    ]
    workbook(folder / "r.xlsx", results=cells)
    case = load_case(folder)
    assert case.declared is not None
    assert case.declared.bulletins[0].id == "r"
    assert [row.area for row in case.declared.bulletins[0].areas] == [{"state": "Norte"}, {}]


def test_the_mapping_may_stand_in_a_file_and_the_table_in_several(tmp_path: Path) -> None:
    head, *rows = TABLE.splitlines()
    files = {f"r/{at}.csv": f"{head}\n{row}\n" for at, row in enumerate(rows)}
    files["m.json"] = json.dumps(MAPPED)
    case = load_case(
        case_of(tmp_path / "c", files, declared={"file": "r/*.csv", "mapping": "m.json"})
    )
    assert [i.name for i in case.inputs if i.role == "declared"] == ["0.csv", "1.csv", "2.csv"]
    assert verify(case).verdict == "consistent"


def two_levels(**more: Any) -> dict[str, Any]:
    return {"areas": {"state": "E", "town": "T"}, "votes": {"A": "A"}, **more}


@pytest.mark.parametrize(
    ("table", "mapping", "words"),
    [
        (TABLE.replace("900", "9x0"), MAPPED, r"row 3, column 'ANA'(.|\n)*'9x0'"),
        (TABLE.replace("Sur", "norte"), MAPPED, r"row 3: an area stands(.|\n)*also in row 2"),
        (TABLE.replace("Sur", ""), MAPPED, r"row 4: an area stands(.|\n)*the whole country"),
        (TABLE, {**MAPPED, "votes": {"Z": "ANA"}}, r"no option or candidate(.|\n)*'Z'"),
        (TABLE, {**MAPPED, "votes": {"A": "ANNA"}}, r"no column(.|\n)*did you mean 'ANA'"),
        (TABLE, {**MAPPED, "lines": {"station": "MESAS"}}, r"did you mean 'stations'"),
        (TABLE, {**MAPPED, "station": "EDO"}, r"by area, not by station: no 'station'"),
        (TABLE, {"areas": {"state": "EDO"}}, r"needs 'votes', 'lines' or"),
        (TABLE, {**MAPPED, "areas": {"states": "EDO"}}, r"no level(.|\n)*did you mean 'state'"),
        (TABLE, {**MAPPED, "groups": {"A": ["B"]}}, r"A|twice"),
        (TABLE, {**MAPPED, "groups": {"o": ["Z"]}, "votes": {"o": "ANA"}}, r"Z"),
        (TABLE, {**MAPPED, "percentages": {"A": "ANA"}}, r"row 3: column 'ANA'(.|\n)*'900'"),
        ("ANA,B\n,1\n", {"votes": {"A": "ANA"}}, "declares nothing"),
        ("EDO,V,P,Q\nN,9,0.4,0.6\n", {"areas": {"state": "EDO"}, "lines": {"valid": "V"},
         "percentages": {"A": "P", "B": "Q"}}, r"row 2: percentages sum to 1"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    tmp_path: Path, table: str, mapping: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        areas_of(tmp_path / "c", table, declared(mapping))


def test_a_smaller_area_needs_the_larger_one(tmp_path: Path) -> None:
    contest = {"id": "t", "levels": ["state", "town"], "candidates": [{"id": "A"}, {"id": "B"}]}
    files = {"contest.json": json.dumps(contest), "r.csv": "E,T,A\nN,x,1\n,y,2\n,,3\n"}
    folder = tmp_path / "c"
    with pytest.raises(InputError, match=r"row 3: a row names a smaller area(.|\n)*fill_down"):
        load_case(case_of(folder, files, declared=declared(two_levels())))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"bulletin": {"id": "1", "areas": [{}]}}, "no 'areas'"),
        ({"bulletin": {"id": "1", "issue": "2030"}}, "did you mean 'issued'"),
        ({"mapping": None}, "mapping"),
        ({"maping": {}}, "did you mean 'mapping'"),
    ],
)
def test_tables_that_are_described_wrongly(
    tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    small_case(tmp_path / "c")
    with pytest.raises(InputError, match=rf"case\.json(.|\n)*{words}"):
        areas_of(tmp_path / "c", TABLE, {**declared(), **changed})


def test_many_areas(tmp_path: Path) -> None:
    rows = "".join(f"S{at},3,1,2,1\n" for at in range(20_000))
    head = TABLE.splitlines()[0]
    assert len(areas_of(tmp_path / "c", f"{head}\n{rows}", declared())) == 20_000
