"""``tallyverify convert``: what it writes and says, and that it writes whole or nothing."""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache
from pathlib import Path

import pytest

from tallyverify.exchange import TARGETS, convert
from tallyverify.readers import read_actas
from tallyverify.records import Contest
from tests.exchange.report_schema import SPACE
from tests.exchange.test_round_trip import ENDINGS
from tests.helpers.command import CONTEST, MAPPING, Command, small_case
from tests.helpers.real import described, path_of, realdata
from tests.readers.profiles.layouts import brazil
from tests.readers.profiles.test_profiles import PRECINCTS, SECTIONS


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = small_case(tmp_path / "case")
    contest = {**CONTEST, "date": "2024-07-28"}
    (folder / "contest.json").write_text(json.dumps(contest), encoding="utf-8")
    return folder


def of(case: Path) -> Contest:
    return Contest.model_validate(json.loads((case / "contest.json").read_text()))


def sheets(path: Path, contest: Contest, format: str | None = None) -> list[list[object]]:
    table = read_actas(path, contest=contest, format=format)
    return table.frame[["state", "station", "valid", "A", "B"]].to_numpy().tolist()


ROWS = [["Norte", "01", 12, 8, 4], ["Sur", "02", 1500, 900, 600], ["Sur", "03", 7, 0, 7]]


@pytest.mark.parametrize("to", TARGETS)
def test_a_case_is_written_in_each_format_and_read_back(
    command: Command, case: Path, tmp_path: Path, to: str
) -> None:
    out = tmp_path / f"sheets.{ENDINGS[to]}"
    ended = command("convert", case, out, "--to", to)
    assert ended.code == 0, ended.err
    assert f"{to}: 3 sheets" in ended.out
    assert "not of the sheets, and left out: the declared result" in ended.out
    assert f"written: {out}" in ended.out
    assert sheets(out, of(case), "tallyverify" if to == "csv" else None) == ROWS
    again = tmp_path / f"again.{ENDINGS[to]}"
    assert command("convert", case, again, "--to", to).code == 0
    assert again.read_bytes() == out.read_bytes()


def test_a_chain_through_every_format_changes_no_figure(
    command: Command, case: Path, tmp_path: Path
) -> None:
    before: Path = case
    contest = ["--contest", str(case / "contest.json")]
    for to in TARGETS:
        out = tmp_path / f"{to}.{ENDINGS[to]}"
        given = [] if before == case else [*contest]
        given += ["--format", "tallyverify"] if before.name == "csv.csv" else []
        ended = command("convert", before, out, "--to", to, *given)
        assert ended.code == 0, ended.err
        before = out
    assert sheets(before, of(case)) == ROWS


def test_the_ending_says_which_format(command: Command, case: Path, tmp_path: Path) -> None:
    for name, to in (("a.csv", "csv"), ("a.xml", "nist-xml"), ("a.json", "nist-json")):
        assert f"{to}: 3 sheets" in command("convert", case, tmp_path / name).out
    ended = command("convert", case, tmp_path / "a.odt")
    assert ended.code == 2
    assert "the ending of the file does not say which format is meant" in ended.err


def test_a_published_file_becomes_a_case_that_verify_reads(
    command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "bweb.csv"
    path.write_bytes(brazil(*SECTIONS))
    out = tmp_path / "brazil"
    ended = command("convert", path, out, "--format", "brazil-bu", "--to", "case")
    assert ended.code == 0, ended.err
    assert "each option of the file is taken for a candidate of its own" in ended.out
    assert sorted(one.name for one in out.iterdir()) == ["actas.csv", "case.json", "contest.json"]
    ended = command("verify", out)
    assert ended.code == 0, ended.err


def test_a_race_is_named(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(PRECINCTS, encoding="utf-8")
    out = tmp_path / "b.jsonl"
    ended = command("convert", path, out, "--format", "openelections")
    assert (ended.code, out.exists()) == (2, False)
    assert "'President', 'State House / 12'" in ended.err
    asked = ("--format", "openelections", "--race", "President")
    assert command("convert", path, out, *asked).code == 0
    assert json.loads(out.read_text().splitlines()[0])["votes"] == {"Ann Lee": 65, "Bob Ray": 35}


def test_a_mapping_and_a_contest_are_taken(command: Command, case: Path, tmp_path: Path) -> None:
    (tmp_path / "mapping.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    out = tmp_path / "out.parquet"
    contest = ("--contest", case / "contest.json")
    ended = command(
        "convert", case / "actas.csv", out, *contest, "--mapping", tmp_path / "mapping.json"
    )
    assert ended.code == 0, ended.err
    assert sheets(out, of(case)) == ROWS


def test_what_is_left_out_is_on_the_screen(command: Command, case: Path, tmp_path: Path) -> None:
    text = (case / "actas.csv").read_text().replace("900", "9OO")
    (case / "actas.csv").write_text(text, encoding="utf-8")
    ended = command("convert", case, tmp_path / "a.xml")
    assert ended.code == 0
    assert "1 cell that was not read is missing, its text left out: 02, A: '9OO'" in ended.out
    assert "left out" not in command("convert", case, tmp_path / "a.csv").out.replace(
        "not of the sheets, and left out", ""
    )


def test_the_screen_speaks_spanish(command: Command, case: Path, tmp_path: Path) -> None:
    ended = command("convert", case, tmp_path / "a.csv", "--lang", "es")
    assert "csv: 3 actas" in ended.out
    assert "el resultado declarado" in ended.out


def test_nothing_is_written_over(command: Command, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    out.write_text("mine", encoding="utf-8")
    ended = command("convert", case, out)
    assert (ended.code, out.read_text()) == (2, "mine")
    assert "nothing is overwritten" in ended.err
    assert command("convert", case, out, "--force").code == 0
    assert out.read_text() != "mine"


@pytest.mark.parametrize("way", ["same", "link", "dots"])
def test_what_is_read_is_never_written_over(
    command: Command, case: Path, tmp_path: Path, way: str
) -> None:
    path = case / "actas.csv"
    before = path.read_bytes()
    out = {"same": path, "dots": case / ".." / "case" / "actas.csv", "link": tmp_path / "l.csv"}[
        way
    ]
    if way == "link":
        out.symlink_to(path)
    for source in (path, case):
        given = ("--contest", case / "contest.json") if source == path else ()
        ended = command("convert", source, out, "--force", *given)
        assert ended.code == 2
        assert "would be written over" in ended.err
        assert path.read_bytes() == before
    assert command("convert", case, case, "--to", "case", "--force").code == 2


BAD: list[tuple[str, list[str], str]] = [
    ("no contest", [], "does not say by itself what was voted on"),
    ("no such format", ["--format", "brasil-bu"], "did you mean 'brazil-bu'?"),
    ("no such target", ["--to", "xls"], "no such format to write"),
    ("another format", ["--format", "spain-mesa"], "not of the format spain-mesa"),
]


@pytest.mark.parametrize(("what", "given", "said"), BAD, ids=[one[0] for one in BAD])
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    command: Command, case: Path, tmp_path: Path, what: str, given: list[str], said: str
) -> None:
    out = tmp_path / "new" / "a.csv"
    ended = command("convert", case / "actas.csv", out, *given)
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert not out.parent.exists()


def test_a_case_says_by_itself_how_it_is_read(command: Command, case: Path, tmp_path: Path) -> None:
    ended = command("convert", case, tmp_path / "a.csv", "--format", "convzla")
    assert ended.code == 2
    assert "a case says itself" in ended.err


def test_a_folder_stands_in_the_way(command: Command, case: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert command("convert", case, tmp_path / "a.csv", "--force").code == 2


def test_an_undated_contest_has_no_report(command: Command, tmp_path: Path) -> None:
    case = small_case(tmp_path / "undated")
    ended = command("convert", case, tmp_path / "a.xml")
    assert ended.code == 2
    assert "the contest has no date" in ended.err
    assert not (tmp_path / "a.xml").exists()


@cache
def archive(names: tuple[str, ...], data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name in names:
            packed.writestr(zipfile.ZipInfo(name), data)
    return held.getvalue()


BOMB = b"PK\x03\x04" + b"\0" * 40
HOSTILE: list[tuple[str, tuple[str, ...], bytes]] = [
    ("100,000 empty entries", tuple(f"{n}.csv" for n in range(100_000)), b""),
    ("100,001 entries", tuple(f"{n}.csv" for n in range(100_001)), b"station,A\n1,2\n"),
    ("an archive inside", ("a.zip",), BOMB),
    ("a name that leads out", ("../a.csv",), b"station,A\n1,2\n"),
    ("an absolute name", ("/etc/a.csv",), b"station,A\n1,2\n"),
]


OPENED = [(*one, f) for one in HOSTILE for f in ("", "brazil-bu", "spain-mesa", "mexico-prep")]
# Those of many entries take seconds to make: of the formats only the one that opens them otherwise.
OPENED = [one for one in OPENED if len(one[1]) < 9 or one[3] in ("", "spain-mesa")]


# Of these, one for each way to be refused is enough for every run.
MANY = [one for one in OPENED if len(one[1]) > 9][1:]
PARAMETERS = [
    pytest.param(*one, id=f"{one[0]} {one[3]}", marks=[pytest.mark.hours] if one in MANY else [])
    for one in OPENED
]


@pytest.mark.parametrize(("what", "names", "data", "format"), PARAMETERS)
def test_hostile_archives_end_in_2_and_leave_nothing(
    command: Command,
    case: Path,
    tmp_path: Path,
    what: str,
    names: tuple[str, ...],
    data: bytes,
    format: str,
) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(archive(names, data))
    given = ["--format", format] if format else []
    out = tmp_path / "out.csv"
    ended = command("convert", path, out, "--contest", case / "contest.json", *given)
    assert ended.code == 2
    assert "bad.zip" in ended.err
    assert "Traceback" not in ended.err
    assert not out.exists()


def test_a_bomb_of_xml_ends_in_2_and_leaves_nothing(
    command: Command, case: Path, tmp_path: Path
) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>'
    path = tmp_path / "bomb.xml"
    path.write_text(f"{text}<ElectionReport xmlns='{SPACE}'>&l11;</ElectionReport>")
    ended = command("convert", path, tmp_path / "a.csv", "--contest", case / "contest.json")
    assert ended.code == 2
    assert "bomb.xml: the XML declares a document type or entities" in ended.err
    assert not (tmp_path / "a.csv").exists()


def test_many_files_of_which_one_is_bad_name_it(
    command: Command, case: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.csv").write_text(f"station,state,A,B\n{n},N,1,2\n", encoding="utf-8")
    (folder / "1.csv").write_bytes(b"\x00\x01\x02\x03")
    ended = command("convert", folder, tmp_path / "a.csv", "--contest", case / "contest.json")
    assert ended.code == 2
    assert "1.csv" in ended.err
    assert not (tmp_path / "a.csv").exists()


def test_a_large_table_on_disk_is_written_whole(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Parquet file of many rows is read in parts; none of them, and no unread cell, is lost."""
    import pandas as pd

    monkeypatch.setattr("tallyverify.readers.actas.STREAM_ROWS", 2)
    monkeypatch.setattr("tallyverify.readers.actas.BATCH_ROWS", 2)
    rows = pd.DataFrame(
        {"station": list("12345"), "A": ["1", "x", "3", "4", "5"], "B": list("12345")}
    )
    rows.to_parquet(tmp_path / "large.parquet")
    done = convert(tmp_path / "large.parquet", tmp_path / "a.csv", contest=of(case))
    assert done.rows == 5
    assert (tmp_path / "a.csv").read_text().splitlines()[2] == "2,x,2"


@realdata
def test_vermont_keeps_its_sums_through_every_format(tmp_path: Path) -> None:
    """Biden 242,820, Trump 112,704, all 370,968: as the file was summed by other means."""
    given = described("vermont-2020")["contest"]
    lines = [{"id": "ballots", "name": "Total Votes Cast"}, "blank", "null"]
    vermont = Contest.model_validate({**given, "lines": lines})
    source, format = path_of("vermont-2020"), "openelections"
    for to in ("nist-xml", "actasum", "nist-json", "csv"):
        out = tmp_path / f"{to}.{ENDINGS[to]}"
        done = convert(source, out, contest=vermont, format=format, to=to)
        assert (done.rows, done.left_out) == (275, ())
        source, format = (
            out,
            {"nist-xml": "nist-sp-1500-100", "actasum": "actasum"}.get(
                to, "nist-sp-1500-100" if to == "nist-json" else "tallyverify"
            ),
        )
    table = read_actas(source, contest=vermont, format=format)
    sums = {name: int(table.figure(name)[0].sum()) for name in ("biden", "trump", "ballots")}
    assert sums == {"biden": 242_820, "trump": 112_704, "ballots": 370_968}
