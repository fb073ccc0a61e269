"""``tallyverify scan``: what the screen says, and exit codes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.helpers.acta_pages import payload_of
from tests.helpers.command import SAMPLES, Command, spawned
from tests.helpers.pictures import folder_of, held, png_claiming, small_page

RECORD = ("actas.csv", "actas.scan.csv")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder_of(tmp_path / "photos", 3)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "photos")


def test_every_page_read(command: Command, here: Path) -> None:
    done = command("scan", "photos", "--out", "actas.csv", "--jobs", "1")
    assert (done.code, done.err) == (0, "")
    assert done.out == "3 pages: 3 read, 0 not read\n\nwritten: actas.csv, actas.scan.csv\n"
    assert left_behind(here) == [*RECORD]


def test_what_was_passed_over_is_no_failure(command: Command, here: Path) -> None:
    (here / "photos" / "notes.txt").write_text("notes", encoding="utf-8")
    done = command("scan", "photos", "--out", "actas.csv", "--jobs", "1")
    assert done.code == 0
    assert "  1  passed over (notes.txt)\n" in done.out


def test_some_pages_not_read(command: Command, here: Path) -> None:
    (here / "photos" / "large.png").write_bytes(png_claiming(25_000, 20_000))
    (here / "photos" / "\x1b[31m.png").write_bytes(b"")
    done = command("scan", "photos", "--out", "actas.csv", "--jobs", "2")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("5 pages: 3 read, 2 not read\n")
    assert "  1  damaged (\\x1b[31m.png)\n" in done.out
    assert left_behind(here) == [*RECORD]


def test_no_page_read(command: Command, here: Path) -> None:
    for path in (here / "photos").iterdir():
        path.write_bytes(path.read_bytes()[:500])
    done = command("scan", "photos", "--out", "actas.csv", "--jobs", "1")
    assert (done.code, done.err) == (2, "")
    assert done.out.startswith("3 pages: 0 read, 3 not read\n  3  damaged (first: acta0000.png)\n")
    with (here / "actas.scan.csv").open(encoding="utf-8") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["damaged"] * 3
    with (here / "actas.csv").open(encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == []


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("none", "--out", "actas.csv"), ("error: none: this folder is not there",)),
        (("photos", "--out", "actas.xlsx"), ("--out names no CSV file", "--out actas.csv")),
        (("photos", "--out", "no/actas.csv"), ("make the folder first",)),
        (("photos",), ("--out",)),
        (("photos", "--out", "actas.csv", "--jobs", "0"), ("jobs", "1 to 256")),
        (("photos", "--out", "actas.csv", "--jobs", "x"), ("--jobs",)),
        (("photos", "--out", "actas.csv", "--megapixels", "0"), ("megapixels", "1 to 2,000")),
        (("photos", "--out", "actas.csv", "--seconds", "-1"), ("seconds", "1 to 3,600")),
        (("photos", "--out", "actas.csv", "--pages", "0"), ("pages", "1 to 100,000")),
        (("empty", "--out", "actas.csv"), ("error: empty: the folder holds no picture",)),
        (("photos/acta0000.png", "--out", "actas.csv"), ("a folder is read, no single file",)),
    ],
)
def test_what_cannot_be_done(
    command: Command, here: Path, args: tuple[str, ...], words: tuple[str, ...]
) -> None:
    (here / "empty").mkdir()
    done = command("scan", *args)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err, done.err
    assert left_behind(here) == ["empty"]


def test_in_spanish(command: Command, here: Path) -> None:
    (here / "photos" / "empty.jpg").write_bytes(b"")
    done = command("scan", "photos", "--out", "actas.csv", "--jobs", "1", "--lang", "es")
    assert done.out.startswith("4 páginas: 3 leídas, 1 sin leer\n")
    assert "no hay nada" in (here / "actas.scan.csv").read_text(encoding="utf-8")
    assert "Carpeta con imágenes" in command("scan", "--help", "--lang", "es").out


def test_the_help_says_what_exit_codes_mean(command: Command) -> None:
    said = " ".join(command("scan", "--help").out.split())
    assert "Exit 0: every page was read. 1: some were not" in said


def test_from_photographs_to_a_verdict(here: Path) -> None:
    """In processes of their own, as a user types it: scan, then verify what was scanned."""
    again = held(small_page(payload_of(1)), "jpeg", quality=60)
    (here / "photos" / "copy.jpg").write_bytes(again)
    done = spawned("scan", "photos", "--out", "actas.csv")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"1 station on several pages, 0 of them with different figures" in done.stdout
    sample = SAMPLES / "venezuela-2024"
    files = ("--contest", sample / "contest.json", "--declared", sample / "declared.json")
    done = spawned("verify", "--actas", "actas.csv", *files, "--checks", "rules,D310")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Tally sheets of 3 of 30,026 stations" in done.stdout
