"""Published formats read by name: against other readers of them, and with what is wrong in them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from actasum.profiles.br import tse
from actasum.profiles.co import escrutinio
from actasum.profiles.es import infoelectoral
from actasum.profiles.mx import ine
from actasum.statement import Statement

from tallyverify.errors import InputError
from tallyverify.readers import contest_in, format_names, read_actas
from tallyverify.readers.profiles.profile import profile_named, profile_names
from tallyverify.records import Contest
from tallyverify.table import ActaTable
from tests.helpers.real import described, path_of, realdata
from tests.readers.profiles.layouts import (
    COLOMBIA,
    brazil,
    candidature,
    casilla,
    colombia,
    computos,
    delimited,
    mesa,
    packed,
    prep,
    votes_of,
)


def written(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def contest(*candidates: str | dict[str, Any], **more: Any) -> Contest:
    named = [{"id": one} if isinstance(one, str) else one for one in candidates]
    return Contest.model_validate({"id": "t", "candidates": named, **more})


def cells(table: ActaTable, *names: str) -> list[tuple[Any, ...]]:
    frame = table.frame[list(names)].astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).to_numpy()]


def same_figures(
    table: ActaTable, statements: list[Statement], codes: dict[str, str], **lines: str
) -> None:
    """Hold a table against the statements of another reader, station by station."""
    assert len(table) == len(statements) > 0
    for row, one in zip(table.frame.to_dict("records"), statements, strict=True):
        for name, code in codes.items():
            assert _count(row[name]) == one.value(f"candidature:{code}"), (name, one.station)
        for name, item in lines.items():
            expected = getattr(one, item) if hasattr(one, item) else one.value(f"other:{item}")
            assert _count(row[name]) == expected, (name, one.station)


def _count(cell: Any) -> int | None:
    return None if pd.isna(cell) else int(cell)


def test_every_profile_says_where_it_is_documented() -> None:
    assert (
        {"openelections", "spain-mesa", "brazil-bu"} <= set(profile_names()) <= set(format_names())
    )
    for name in profile_names():
        assert profile_named(name).documented


def test_no_such_format(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "station,A\n1,2\n")
    with pytest.raises(InputError, match="no such format") as raised:
        read_actas(path, contest=contest("A"), format="brasil-bu")
    assert "did you mean 'brazil-bu'?" in str(raised.value)


# Brazil

SECTIONS = (
    ("0001", "0010", {"13": 100, "22": 80, "95": 5, "96": 7}),
    ("0001", "0011", {"13": 90, "96": 1}),
    ("0002", "0010", {"22": 60, "12": 3, "95": 2}),
)
BRAZIL_IDS = contest({"id": "13", "name": "Lula"}, "22", "12", levels=["state", "municipality"])


def test_brazil_as_another_reader_reads_it(tmp_path: Path) -> None:
    path = written(tmp_path, "bweb_1t_RR_051020261403.csv", brazil(*SECTIONS))
    table = read_actas(path, contest=BRAZIL_IDS, format="brazil-bu")
    theirs = tse.read_bu(tse.load(str(path))).statements
    codes = {code: code for code in ("13", "22", "12")}
    same_figures(table, theirs, codes, blank="blank", null="null", registered="registered")
    assert table.frame["station"].tolist() == ["RR/0001/0010", "RR/0001/0011", "RR/0002/0010"]
    assert table.frame["municipality"].tolist() == ["SÃO LUÍS"] * 3
    assert table.frame["ballots"].tolist() == [192, 91, 65]


def test_brazil_in_its_archive_by_name_and_without_a_contest(tmp_path: Path) -> None:
    path = tmp_path / "bweb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bweb_1t_RR_1.csv", brazil(*SECTIONS))
        archive.writestr("leiame.pdf", b"%PDF")
    found = contest_in(path, format="brazil-bu")
    assert [(one.id, one.name) for one in found.candidates] == [
        ("13", "NOME 13"), ("22", "NOME 22"), ("12", "NOME 12"),
    ]  # fmt: skip
    assert found.name == "Presidente"
    by_name = contest(*({"id": f"c{n}", "name": f"NOME {n}"} for n in ("13", "22", "12")))
    for one in (found, by_name):
        table = read_actas(path, contest=one, format="brazil-bu")
        assert table.frame[table.votes[0]].tolist() == [100, 90, 0]


def test_brazil_leaves_out_other_offices_and_machines_that_were_not_counted(tmp_path: Path) -> None:
    governor = brazil(("0001", "0010", {"10": 9}), DS_CARGO_PERGUNTA="Governador").split(
        b"\r\n", 1
    )[1]
    not_counted = brazil(("0003", "0001", {"13": 9}), CD_TIPO_URNA="3").split(b"\r\n", 1)[1]
    path = written(tmp_path, "bweb.csv", brazil(*SECTIONS) + governor + not_counted)
    president = BRAZIL_IDS.model_copy(update={"name": "presidente"})
    table = read_actas(path, contest=president, format="brazil-bu")
    assert len(table) == 3
    assert "1 row is left out by the format: '3' in 'CD_TIPO_URNA'" in table.source.text
    with pytest.raises(InputError, match="several races") as raised:
        read_actas(path, contest=BRAZIL_IDS, format="brazil-bu")
    assert "'Presidente', 'Governador'" in str(raised.value)


def test_an_option_that_the_contest_lacks_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "bweb.csv", brazil(*SECTIONS))
    with pytest.raises(InputError, match="options that the contest does not have") as raised:
        read_actas(path, contest=contest("13", "22"), format="brazil-bu")
    assert "'NOME 12'" in str(raised.value)


def test_two_of_one_name_are_told_apart_by_their_numbers(tmp_path: Path) -> None:
    data = brazil(*SECTIONS).replace(b"NOME 12", b"NOME 22")
    path = written(tmp_path, "bweb.csv", data)
    assert len(read_actas(path, contest=BRAZIL_IDS, format="brazil-bu")) == 3
    by_name = contest("13", {"id": "x", "name": "NOME 22"})
    with pytest.raises(InputError, match="options that the contest does not have"):
        read_actas(path, contest=by_name, format="brazil-bu")


def test_the_only_race_of_a_file_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "bweb.csv", brazil(*SECTIONS, DS_CARGO_PERGUNTA="Governador"))
    table = read_actas(path, contest=BRAZIL_IDS, format="brazil-bu")
    assert "the race of the file: 'Governador'" in table.source.text


def test_a_file_that_was_saved_again_in_utf_8_has_its_letters(tmp_path: Path) -> None:
    path = written(tmp_path, "bweb.csv", brazil(*SECTIONS).decode("latin-1"))
    table = read_actas(path, contest=BRAZIL_IDS, format="brazil-bu")
    assert table.frame["municipality"].tolist() == ["SÃO LUÍS"] * 3


# Colombia

MESAS = (
    ("001", {"0026-001": 120, "0027-002": 77, "0000-996": 4, "0000-997": 3, "0000-998": 1}),
    ("002", {"0026-001": 80, "0000-997": 2}),
)
COLOMBIAN = contest(
    {"id": "X", "name": "0026 / 001"},
    {"id": "Y", "name": "NOMBRE 0027-002"},
    lines=["unmarked"],
    ballot_lines=["null", "blank", "unmarked"],
    levels=["department", "municipality", "place"],
)


def test_colombia_as_another_reader_reads_it(tmp_path: Path) -> None:
    path = written(tmp_path, "MMV.csv", colombia(*MESAS))
    table = read_actas(path, contest=COLOMBIAN, format="colombia-mmv")
    theirs = escrutinio.read_statements(escrutinio.load_mmv(str(path)), "2026-05")
    codes = {"X": "0026-001", "Y": "0027-002"}
    same_figures(table, theirs, codes, blank="blank", null="null", unmarked="unmarked")
    assert table.frame["station"].tolist() == ["16/001/01/02/001", "16/001/01/02/002"]


def test_colombia_below_a_stray_line_and_with_lost_zeros(tmp_path: Path) -> None:
    path = written(tmp_path, "MMV.csv", "13 bytes here\r\n" + colombia(*MESAS))
    assert len(read_actas(path, contest=COLOMBIAN, format="colombia-mmv")) == 2
    rows = [
        {"DEP": "16", "MUN": "1", "ZONA": "1", "PUESTO": "2", "MESA": "1", "PAR": par, "CAN": can,
         "CORNOMBRE": "PRESIDENTE", "CANNOMBRE": f"N {par}", "VOTOS": "7"}
        for par, can in (("26", "1"), ("0", "996"))
    ]  # fmt: skip
    path = written(tmp_path, "excel.csv", delimited(COLOMBIA, rows, ";"))
    found = contest_in(path, format="colombia-mmv")
    assert [(one.id, one.name) for one in found.candidates] == [("26 / 1", "N 26")]
    assert read_actas(path, contest=found, format="colombia-mmv").frame["blank"].tolist() == [7]


def test_a_contest_without_a_class_of_paper_of_the_format_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "MMV.csv", colombia(*MESAS))
    bare = contest({"id": "X", "name": "0026 / 001"}, {"id": "Y", "name": "0027 / 002"})
    with pytest.raises(InputError, match="lacks a line") as raised:
        read_actas(path, contest=bare, format="colombia-mmv")
    assert '"ballot_lines": ["null", "blank", "unmarked"]' in str(raised.value)


# Mexico

MEXICAN = contest(
    {"id": "XG", "options": ["PAN", "PRI", "PAN-PRI"]},
    {"id": "CS", "options": ["MORENA"]},
    lines=["unregistered", "drawn", "voted"],
    ballot_lines=["null", "unregistered"],
    levels=["state", "district", "section"],
)
PREP_ROWS = (
    casilla("010338B0100"),
    casilla("010338C0100", PAN="Ilegible", PRI="Sin dato", LISTA_NOMINAL="N/A"),
    casilla("010339B0100", CONTABILIZADA="0", OBSERVACIONES="Sin acta",
            **dict.fromkeys(("PAN", "PRI", "MORENA", "PAN-PRI", "NO_REGISTRADAS", "NULOS"), "-")),
    casilla("010340S0100", LISTA_NOMINAL="0"),
)  # fmt: skip


def test_the_prep_as_another_reader_reads_it(tmp_path: Path) -> None:
    path = written(tmp_path, "PRES_2024.csv", prep(*PREP_ROWS))
    table = read_actas(path, contest=MEXICAN, format="mexico-prep")
    theirs = ine.read_prep(ine.load(str(path)), "2024-06").statements
    codes = {code: code for code in ("PAN", "PRI", "MORENA", "PAN-PRI")}
    same_figures(table, theirs, codes, null="null", unregistered="unregistered")
    assert table.frame["station"].tolist() == ["010338B0100", "010338C0100", "010340S0100"]
    assert table.frame["section"].tolist() == ["0338", "0338", "0340"]
    # What was written and not read is kept with its text; what was not written is missing.
    assert table.unread[["station", "column", "text"]].to_numpy().tolist() == [
        ["010338C0100", "PAN", "Ilegible"]
    ]
    assert cells(table, "registered", "ballots", "drawn", "voted") == [
        (600, 30, 30, 30), (None, 30, 30, 30), (0, 30, 30, 30),
    ]  # fmt: skip


def test_the_computos_as_another_reader_reads_them(tmp_path: Path) -> None:
    nothing = dict.fromkeys(
        ("PAN", "PRI", "MORENA", "PAN_PRI", "CANDIDATO/A NO REGISTRADO/A", "VOTOS NULOS"), "-"
    )
    rows = (
        casilla("010338B0100", OBSERVACIONES="Cotejo"),
        casilla("010338C0100", OBSERVACIONES="Recuento", PAN="1,204"),
        casilla("010339B0100", OBSERVACIONES="Paquete no recibido", TOTAL_VOTOS_CALCULADOS="-",
                **nothing),
    )  # fmt: skip
    path = written(tmp_path, "PRES_2024.csv", computos(*rows))
    own = MEXICAN.model_copy(
        update={"candidates": contest({"id": "XG", "options": ["PAN", "PRI", "PAN_PRI"]},
                                      {"id": "CS", "options": ["MORENA"]}).candidates}
    )  # fmt: skip
    own = Contest.model_validate(own.model_dump())
    table = read_actas(path, contest=own, format="mexico-computos")
    theirs = ine.read_computos(ine.load(str(path)), "2024-06").statements
    codes = {"PAN": "PAN", "PRI": "PRI", "MORENA": "MORENA", "PAN_PRI": "PAN-PRI"}
    same_figures(table.take(table.seen), theirs, codes, null="null", unregistered="unregistered")
    assert len(table) == 3
    assert table.frame["district"].tolist() == ["JESÚS MARÍA"] * 3
    assert cells(table, "PAN", "null", "ballots")[2] == (None, None, None)


def test_the_contest_of_a_mexican_file_has_a_candidate_for_each_column(tmp_path: Path) -> None:
    path = written(tmp_path, "PRES_2024.csv", prep(*PREP_ROWS))
    found = contest_in(path, format="mexico-prep")
    assert found.candidate_ids == ("PAN", "PRI", "MORENA", "PAN-PRI")
    assert found.ballot_lines == ("null", "unregistered")
    assert found.levels == ("state", "district", "section")
    assert len(read_actas(path, contest=found, format="mexico-prep")) == 3


def test_a_party_that_the_contest_lacks_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "PRES_2024.csv", prep(*PREP_ROWS))
    short = MEXICAN.model_copy(update={"candidates": MEXICAN.candidates[1:]})
    with pytest.raises(InputError, match="options that the contest does not have") as raised:
        read_actas(path, contest=Contest.model_validate(short.model_dump()), format="mexico-prep")
    assert "'PAN', 'PRI', 'PAN-PRI'" in str(raised.value)


# Spain

SPANISH = contest(
    {"id": "P", "name": "PARTIDO P", "options": ["000061", "000099"]},
    {"id": "000007"},
    levels=["province", "municipality"],
    valid_includes_blank=False,
)
MESAS_09 = (
    mesa("04/003/02/001/A", 500, 4, 3, 150),
    mesa("04/003/02/001/B", 480, 1, 0, 90),
    mesa("28/999/01/0000/U", 90, 0, 1, 12),
    mesa("99/999/01/0000/U", 90, 0, 1, 12),
)
VOTES_10 = (
    votes_of("04/003/02/001/A", "000061", 100),
    votes_of("04/003/02/001/A", "000007", 50),
    votes_of("04/003/02/001/B", "000061", 90),
    votes_of("28/999/01/0000/U", "000099", 12),
    votes_of("99/999/01/0000/U", "000099", 12),
)
INITIALS = {"000061": "P-ALM", "000099": "P-MAD", "000007": "Q"}
NAMES_03 = tuple(candidature(code, initials) for code, initials in INITIALS.items())


def spain(folder: Path, **changed: Any) -> Path:
    members = {"f03021911": NAMES_03, "f09021911": MESAS_09, "f10021911": VOTES_10}
    members |= {"FICHEROS.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 a document"}
    members = {name: one for name, one in (members | changed).items() if one is not None}
    return written(folder, "02201911_MESA.zip", packed(**members))


def test_spain_as_another_reader_reads_it(tmp_path: Path) -> None:
    path = spain(tmp_path)
    table = read_actas(path, contest=SPANISH, format="spain-mesa")
    theirs = infoelectoral.read_statements(infoelectoral.load_dataset(str(path)))
    codes = {code: code for code in ("000061", "000099", "000007")}
    lines = {"blank": "blank", "null": "null", "registered": "registered"}
    same_figures(table, theirs, codes, valid="candidature_total", **lines)
    assert table.frame["station"].tolist() == [
        "04/003/02/001/A", "04/003/02/001/B", "28/999/01/0000/U",
    ]  # fmt: skip
    assert table.source.name == "02201911_MESA.zip"
    assert table.frame["row"].tolist() == [1, 2, 3]


def test_the_contest_of_a_spanish_archive_bears_the_initials(tmp_path: Path) -> None:
    path = spain(tmp_path)
    found = contest_in(path, format="spain-mesa")
    assert {one.id: one.name for one in found.candidates} == INITIALS
    assert len(read_actas(path, contest=found, format="spain-mesa")) == 3


def test_a_spanish_folder_is_read_as_its_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(spain(tmp_path)) as archive:
        archive.extractall(tmp_path / "files")
    table = read_actas(tmp_path / "files", contest=SPANISH, format="spain-mesa")
    assert cells(table, "000061", "valid") == [(100, 150), (90, 90), (0, 12)]
    assert table.source.row(2) == "2 of 09021911.DAT"
    assert [name for name, _, _ in table.source.files] == ["09021911.DAT", "10021911.DAT"]


BROKEN_SPAIN: list[tuple[str, dict[str, Any], str]] = [
    ("no votes", {"f10021911": None}, "not of the format spain-mesa"),
    ("a short line", {"f09021911": ["0220191"]}, "shorter than the format's columns"),
    ("votes twice", {"f10021911": [*VOTES_10, VOTES_10[0]]}, "stand twice for one station"),
    (
        "votes of no station",
        {"f10021911": [votes_of("01/001/01/001/A", "000061", 1)]},
        "not among the stations",
    ),
    ("a station twice", {"f09021911": [*MESAS_09, MESAS_09[0]]}, "stands twice among"),
    (
        "two elections",
        {"f09041911": MESAS_09, "f10041911": VOTES_10},
        "stations of several elections",
    ),
]


@pytest.mark.parametrize(
    ("what", "changed", "said"), BROKEN_SPAIN, ids=[b[0] for b in BROKEN_SPAIN]
)
def test_broken_spanish_archives_are_refused(
    tmp_path: Path, what: str, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        read_actas(spain(tmp_path, **changed), contest=SPANISH, format="spain-mesa")


def test_a_spanish_count_that_is_none_is_not_read(tmp_path: Path) -> None:
    votes = [VOTES_10[0][:29] + "00x0100", *VOTES_10[1:]]
    table = read_actas(spain(tmp_path, f10021911=votes), contest=SPANISH, format="spain-mesa")
    assert table.unread["text"].tolist() == ["00x0100"]


def test_other_files_of_a_spanish_archive_are_passed_over(tmp_path: Path) -> None:
    path = spain(tmp_path, f05021911=["x"], f01021911=["y"], f09101911=["z" * 200])
    assert len(read_actas(path, contest=SPANISH, format="spain-mesa")) == 3


# OpenElections

PRECINCTS = """county,precinct,office,district,party,candidate,votes
Adams,1,Registered Voters,,,,400
Adams,1,Ballots Cast,,,,105
Adams,1,President,,DEM,Ann Lee,60
Adams,1,President,,WOR,Ann Lee,5
Adams,1,President,,REP,Bob Ray,35
Adams,1,President,,,Under Votes,4
Adams,1,President,,,Over Votes,1
Adams,1,State House,12,DEM,Cy Fox,70
Adams,2,Registered Voters,,,,300
Adams,2,President,,DEM,Ann Lee,30
Adams,2,President,,REP,Bob Ray,"1,020"
Adams,2,President,,,Under Votes,
Adams,2,President,,,Over Votes,0
Adams,2,State House,13,DEM,Di Orr,10
Adams,,President,,DEM,Ann Lee,90
Adams,,President,,REP,Bob Ray,1055
"""
US = contest(
    {"id": "lee", "name": "Ann Lee"},
    {"id": "ray", "name": "Bob Ray"},
    name="President",
    levels=["county"],
    lines=["undervotes", "overvotes"],
)


def test_openelections_adds_a_candidates_party_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "20201103__xx__general__precinct.csv", PRECINCTS)
    table = read_actas(path, contest=US, format="openelections")
    names = ("station", "lee", "ray", "undervotes", "overvotes", "registered", "ballots")
    assert cells(table, *names)[:2] == [
        ("Adams/1", 65, 35, 4, 1, 400, 105), ("Adams/2", 30, 1020, None, 0, 300, None),
    ]  # fmt: skip
    # Rows without a precinct are totals, say the instructions for the format.
    assert len(table) == 2
    assert "2 rows are left out by the format: '' in 'precinct'" in table.source.text


def test_openelections_by_office_and_district(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", PRECINCTS)
    house = contest({"id": "fox", "name": "Cy Fox"}, name="State House / 12")
    assert cells(read_actas(path, contest=house, format="openelections"), "station", "fox") == [
        ("Adams/1", 70)
    ]
    with pytest.raises(InputError, match="several races") as raised:
        contest_in(path, format="openelections")
    assert "'State House / 12', 'State House / 13'" in str(raised.value)
    found = contest_in(path, format="openelections", race="President")
    assert found.candidate_ids == ("Ann Lee", "Bob Ray")
    table = read_actas(path, contest=found, format="openelections")
    assert table.frame["Ann Lee"].tolist()[:2] == [65, 30]


TOTALS = PRECINCTS.replace("Under Votes", "Total Votes Cast")


def test_a_total_of_which_the_layout_does_not_say_what_of_is_no_vote(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", TOTALS)
    table = read_actas(path, contest=US, format="openelections")
    assert table.frame["lee"].tolist()[:2] == [65, 30]
    assert any("left out, as no line of the contest is named so" in t for t in table.source.text)
    named = Contest.model_validate(
        {**US.model_dump(), "lines": [{"id": "valid", "name": "Total Votes Cast"}, "overvotes"]}
    )
    table = read_actas(path, contest=named, format="openelections")
    assert cells(table, "valid")[:2] == [(4,), (None,)]
    found = contest_in(path, format="openelections", race="President")
    assert "Total Votes Cast" not in found.candidate_ids


@realdata
def test_vermont_has_the_sums_that_are_known(tmp_path: Path) -> None:
    given = described("vermont-2020")["contest"]
    lines = [{"id": "ballots", "name": "Total Votes Cast"}, "blank", "null"]
    vermont = Contest.model_validate({**given, "lines": lines})
    path = path_of("vermont-2020")
    table = read_actas(path, contest=vermont, format="openelections")
    sums = {n: int(table.figure(n)[0].sum()) for n in ("biden", "trump", "ballots")}
    assert sums == {"biden": 242_820, "trump": 112_704, "ballots": 370_968}
    assert len(table) == 275
    assert table.frame["station"].is_unique


# What may be wrong with any of them

FILES: dict[str, tuple[str, Contest, tuple[str, ...]]] = {
    "brazil-bu": (brazil(*SECTIONS).decode("latin-1"), BRAZIL_IDS, (
        "NR_SECAO", "NR_VOTAVEL", "QT_VOTOS", "CD_TIPO_URNA",
    )),
    "colombia-mmv": (colombia(*MESAS), COLOMBIAN, ("DEP", "MESA", "PAR", "CAN", "VOTOS")),
    "mexico-prep": (prep(*PREP_ROWS).decode(), MEXICAN, ("CLAVE_CASILLA", "CONTABILIZADA")),
    "openelections": (PRECINCTS, US, ("precinct", "candidate", "votes")),
}  # fmt: skip
LACKING = [(name, column) for name, (_, _, columns) in FILES.items() for column in columns]


@pytest.mark.parametrize(("name", "column"), LACKING)
def test_a_file_that_lacks_a_column_of_the_format_is_refused(
    tmp_path: Path, name: str, column: str
) -> None:
    text, of, (first, *_) = FILES[name]
    head = next(line for line in text.splitlines() if first in line)
    path = written(tmp_path, "a.csv", text.replace(head, head.replace(column, f"X{column}X", 1), 1))
    for call in (
        lambda: read_actas(path, contest=of, format=name),
        lambda: contest_in(path, format=name, race="President"),
    ):
        with pytest.raises(InputError) as raised:
            call()
        assert "a.csv" in str(raised.value)


@pytest.mark.parametrize("name", FILES)
def test_columns_that_another_year_adds_change_nothing(tmp_path: Path, name: str) -> None:
    text, of, (first, *_) = FILES[name]
    usual = read_actas(written(tmp_path, "a.csv", text), contest=of, format=name)
    head, row, below = text.partition(next(line for line in text.splitlines() if first in line))
    sign = next(sign for sign in ";|," if sign in row)
    more = [
        f'{line}{sign}"NEW"' if at == 0 else f"{line}{sign}9"
        for at, line in enumerate([row, *below.strip("\r\n").splitlines()])
    ]
    wider = head + "\r\n".join(line for line in more if line[0] not in sign) + "\r\n"
    table = read_actas(written(tmp_path, "b.csv", wider), contest=of, format=name)
    pd.testing.assert_frame_equal(table.frame, usual.frame)


@pytest.mark.parametrize("name", [n for n in profile_names() if n != "tallyverify"])
def test_another_file_is_of_no_format(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, "a.csv", "station,A,B\n1,2,3\n")
    with pytest.raises(InputError, match="not of the format"):
        read_actas(path, contest=contest("A", "B"), format=name)


@pytest.mark.parametrize("name", FILES)
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    for data in ("", "\r\n\r\n", FILES[name][0].splitlines()[0]):
        with pytest.raises(InputError):
            read_actas(written(tmp_path, "a.csv", data), contest=FILES[name][1], format=name)


def test_a_frame_is_read_by_name_too() -> None:
    rows = [line.split(",") for line in PRECINCTS.replace('"1,020"', "1020").splitlines()]
    frame = pd.DataFrame(rows[1:-2], columns=rows[0])
    table = read_actas(frame, contest=US, format="openelections")
    assert table.frame["lee"].tolist() == [65, 30]
