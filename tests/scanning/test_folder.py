"""A folder of files: what is written of each, the same whatever the order and the processes."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

import tallyverify as tv
from tallyverify.language import speaking
from tallyverify.readers import OPTIONS, read_payload
from tallyverify.scanning import FolderScan, ScanLimits, scan_folder
from tests.helpers.acta_pages import payload_of
from tests.helpers.command import SAMPLES
from tests.helpers.pictures import folder_of, held, pdf_of, png_claiming, small_page

URL = "https://example.org/acta"


def written(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def page(text: str, kind: str = "png") -> bytes:
    return held(small_page(text), kind)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one of everything."""
    folder = tmp_path_factory.mktemp("mixed") / "photos"
    pages = [small_page(payload_of(seed)) for seed in (3, 4)]
    written(folder, "b/acta.jpg", page(payload_of(1), "jpeg"))
    written(folder, "a.png", page(payload_of(2)))
    written(folder, "two.pdf", held(pages[0], "pdf", save_all=True, append_images=pages[1:]))
    written(folder, "without a name", page(payload_of(5)))
    written(folder, "wrong name.jpg", page(payload_of(6)))
    written(folder, "cut.png", page(payload_of(7))[:900])
    written(folder, "large.png", png_claiming(25_000, 20_000))
    written(folder, "web.png", page(URL))
    written(folder, "37.png", page(payload_of(8).replace(",", "", 1)))
    written(folder, "blank.pdf", pdf_of())
    written(folder, "empty.jpg", b"")
    written(folder, "phone.heic", b"\0\0\0\x18ftypheic" + bytes(50))
    written(folder, "notes.txt", b"some notes")
    written(folder, ".hidden.jpg", page(payload_of(9)))
    written(folder, ".git/objects.png", page(payload_of(9)))
    written(folder.parent, "outside.png", page(payload_of(10)))
    (folder / "link.png").symlink_to("../outside.png")
    (folder / "folders").symlink_to("..")
    os.mkfifo(folder / "pipe.jpg")
    return folder


@pytest.fixture(scope="module")
def scanned(mixed: Path) -> tuple[FolderScan, Path]:
    out = mixed.parent / "actas.csv"
    return scan_folder(mixed, out, jobs=2), out


EXPECTED = {
    ".git/": ("", "skipped", "hidden"),
    ".hidden.jpg": ("", "skipped", "hidden"),
    "37.png": ("1", "not_payload", "the payload has 37 figures, 38 are expected"),
    "a.png": ("1", "read", ""),
    "b/acta.jpg": ("1", "read", ""),
    "blank.pdf": ("1", "no_code", "no QR code was found"),
    "cut.png": ("1", "damaged", "it cannot be decoded: "),
    "empty.jpg": ("", "damaged", "there is nothing in it"),
    "folders": ("", "skipped", "a link, which is not followed"),
    "large.png": (
        "1",
        "too_large",
        "25,000 × 20,000 pixels are 500.0 megapixels; at most 120 are read (--megapixels)",
    ),
    "link.png": ("", "skipped", "a link, which is not followed"),
    "notes.txt": ("", "skipped", "neither a picture nor a PDF"),
    "phone.heic": ("", "unsupported", "save it as JPEG or PNG"),
    "pipe.jpg": ("", "skipped", "no file, but a pipe or a device"),
    "two.pdf": ("1", "read", ""),
    "web.png": ("1", "not_payload", "character 1, code: a character that does not belong"),
    "without a name": ("1", "read", ""),
    "wrong name.jpg": ("1", "read", ""),
}


def test_each_file_and_page_is_recorded_once(scanned: tuple[FolderScan, Path]) -> None:
    record = rows(scanned[1].with_suffix(".scan.csv"))
    assert [(row["file"], row["page"]) for row in record if row["file"] == "two.pdf"] == [
        ("two.pdf", "1"),
        ("two.pdf", "2"),
    ]
    first = {row["file"]: row for row in reversed(record)}
    assert list(first)[::-1] == sorted(EXPECTED)
    for name, (number, status, words) in EXPECTED.items():
        row = first[name]
        assert (row["page"], row["status"]) == (number, status), row
        assert words in row["why"], row
        assert bool(row["how"]) == bool(row["payload"]) == (status == "read")
        assert len(row["sha256"]) == (0 if status in ("skipped", "unsupported") else 64)
    assert json.loads(first["web.png"]["others"]) == [URL]
    assert first["a.png"]["payload"] == payload_of(2)
    assert first["a.png"]["width"] == first["a.png"]["height"] == "340"


def test_each_page_that_was_read_has_its_row(scanned: tuple[FolderScan, Path]) -> None:
    _, out = scanned
    table = rows(out)
    expected = {"a.png": 2, "b/acta.jpg": 1, "without a name": 5, "wrong name.jpg": 6}
    assert [row["file"] for row in table] == [
        *("a.png", "b/acta.jpg", "two.pdf", "two.pdf", "without a name", "wrong name.jpg")
    ]
    texts = [payload_of(expected.get(row["file"], int(row["page"]) + 2)) for row in table]
    for row, text in zip(table, texts, strict=True):
        acta = read_payload(text)
        assert (row["centre"], row["mesa"], row["code"]) == (acta.centre, acta.mesa, acta.code)
        assert {option: int(row[option]) for option in OPTIONS} == acta.by_option
        assert (int(row["null"]), int(row["invalid"])) == (acta.null, acta.invalid)
    contest = tv.load_case(SAMPLES / "venezuela-2024").contest
    assert len(tv.read_actas(out, contest=contest)) == 6


def test_what_the_scan_says(scanned: tuple[FolderScan, Path]) -> None:
    scan, _ = scanned
    assert (scan.pages, scan.read, scan.counts["skipped"]) == (13, 6, 6)
    assert [acta.payload for acta in scan.actas][:2] == [payload_of(2), payload_of(1)]
    said = str(scan).splitlines()
    assert said[0] == "13 pages: 6 read, 7 not read"
    assert "  2  a QR code that is no payload (first: 37.png)" in said
    assert "  1  too large (large.png)" in said
    assert said[-1] == "  6  passed over (first: .git/)"
    with speaking("es"):
        assert str(scan).startswith("13 páginas: ")


def test_the_same_bytes_with_any_number_of_processes(mixed: Path, scanned: Any) -> None:
    _, out = scanned
    other = mixed.parent / "other" / "actas.csv"
    other.parent.mkdir()
    scan_folder(mixed, other, jobs=1)
    for ending in (".csv", ".scan.csv"):
        assert other.with_suffix(ending).read_bytes() == out.with_suffix(ending).read_bytes()
    assert str(mixed) not in other.with_suffix(".scan.csv").read_text(encoding="utf-8")
    assert sorted(path.name for path in other.parent.iterdir()) == ["actas.csv", "actas.scan.csv"]


def test_what_a_scan_writes_into_its_own_folder_is_not_of_it(tmp_path: Path) -> None:
    folder_of(tmp_path, 2)
    out = tmp_path / "actas.csv"
    first = scan_folder(tmp_path, out)
    texts = [path.read_bytes() for path in first.written]
    (tmp_path / ".actas.csv.x1y2z3").write_text("what a killed run leaves", encoding="utf-8")
    again = scan_folder(tmp_path, out)
    assert [path.read_bytes() for path in again.written] == texts
    assert len(again.outcomes) == 2


def test_the_record_in_spanish(tmp_path: Path) -> None:
    folder_of(tmp_path / "photos", 1)
    written(tmp_path / "photos", "large.png", png_claiming(25_000, 20_000))
    out = tmp_path / "actas.csv"
    scan_folder(tmp_path / "photos", out, language="es")
    record = rows(out.with_suffix(".scan.csv"))
    assert record[1]["status"] == "too_large"
    assert "25.000 × 20.000" in record[1]["why"]
    assert "--megapixels" in record[1]["why"]


def test_one_station_on_several_pages_has_a_row_for_each(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    copy, first, second = payload_of(1), payload_of(2, 70), payload_of(3, 70)
    for name, text in {"a": copy, "b": copy, "c": first, "d": second}.items():
        written(photos, f"{name}.png", page(text))
    scan = scan_folder(photos, tmp_path / "actas.csv")
    assert scan.repeated == (2, 1)
    assert "2 stations on several pages, 1 of them with different figures" in str(scan)
    assert len(rows(tmp_path / "actas.csv")) == 4
    contest = tv.load_case(SAMPLES / "venezuela-2024").contest
    case = tv.Case(contest=contest, actas=tv.read_actas(tmp_path / "actas.csv", contest=contest))
    report = tv.verify(case, checks="rules")
    assert [report.check(code).status for code in ("T201", "T202")] == ["flagged", "flagged"]


def test_a_folder_as_deep_as_there_may_be(tmp_path: Path) -> None:
    """Deeper than a function may call itself, and than a path may be long."""
    photos = tmp_path / "photos"
    written(photos, "a.png", page(payload_of(1)))
    depth = 2500
    here = os.open(photos, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        here = _entered("d", here)
    try:
        scan = scan_folder(photos, tmp_path / "actas.csv", jobs=1)
    finally:  # what clears up after tests cannot go so deep
        for _ in range(depth):
            here = _entered("..", here)
            os.rmdir("d", dir_fd=here)
        os.close(here)
    assert scan.counts == {"read": 1, "unreadable": 1}
    deepest = next(one for one in scan.outcomes if one.pages[0].status == "unreadable")
    assert deepest.pages[0].said == "File name too long"


def _entered(name: str, here: int) -> int:
    there = os.open(name, os.O_RDONLY, dir_fd=here)
    os.close(here)
    return there


NAMES = {
    "=cmd|'/C calc'!A0.png": "'=cmd|'/C calc'!A0.png",
    "@SUM(1).png": "'@SUM(1).png",
    "-1.png": "'-1.png",
    'new\nline,"quoted".png': 'new\\nline,"quoted".png',
    "\x1b[31mred\x1b[0m.png": "\\x1b[31mred\\x1b[0m.png",
    "right\u202egnp.exe.png": "right\\u202egnp.exe.png",
    "año ñandú 投票.png": "año ñandú 投票.png",
    "  spaces .png": "  spaces .png",
    "x" * 200 + ".png": "x" * 200 + ".png",
}


def test_names_are_harmless_wherever_they_are_told(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for at, name in enumerate(NAMES):
        written(photos, name, page(payload_of(at)))
    undecodable = os.fsencode(photos) + b"/bytes\xff.png"
    with open(undecodable, "wb") as file:
        file.write(page(payload_of(20)))
    written(photos, "\x1b[2Jx.png", b"")
    scan = scan_folder(photos, tmp_path / "actas.csv")
    assert scan.read == len(NAMES) + 1
    names = {row["file"] for row in rows(tmp_path / "actas.csv")}
    assert names == {*NAMES.values(), "bytes\\xff.png"}
    assert "\x1b" not in str(scan)
    for path in scan.written:
        text = path.read_text(encoding="utf-8")
        assert not any(sign in text for sign in "\x1b\u202e\r")


def test_a_code_that_is_a_formula_is_text(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    written(photos, "a.png", page('=HYPERLINK("http://example.org","x")\n\x1b[1m'))
    scan_folder(photos, tmp_path / "actas.csv")
    (row,) = rows(tmp_path / "actas.scan.csv")
    assert row["others"].startswith('["=HYPERLINK')
    assert "\\u001b" in row["others"]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder_of(tmp_path / "photos", 1)
    return tmp_path / "photos"


REFUSED: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "no CSV": ("actas.xlsx", {}, ("names no CSV file", "--out actas.csv")),
    "no ending": ("actas", {}, ("names no CSV file", "--out actas.csv")),
    "no folder": ("none/actas.csv", {}, ("in a folder that is not there", "make the folder")),
    "a folder": ("folder.csv", {}, ("something that no scan wrote", "move it away")),
    "another file": ("mine.csv", {}, ("something that no scan wrote", "move it away")),
    "a link": ("link.csv", {}, ("something that no scan wrote", "move it away")),
    "its record": ("x.csv", {}, ("x.scan.csv", "something that no scan wrote")),
    "its journal": ("y.csv", {}, ("y.scan.journal", "the journal of the scan cannot")),
    "a linked journal": ("z.csv", {}, ("z.scan.journal", "the journal of the scan cannot")),
    "no process": ("actas.csv", {"jobs": 0}, ("jobs", "found: 0", "1 to 256")),
    "jobs as text": ("actas.csv", {"jobs": "2"}, ("scan_folder takes a whole number or None",)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_written_is_refused_first(tmp_path: Path, photos: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "y.scan.journal").mkdir()
    for mine in ("mine.csv", "x.scan.csv", "target"):
        (tmp_path / mine).write_text("my own work\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to("target")
    (tmp_path / "z.scan.journal").symlink_to("target")
    out, options, words = REFUSED[name]
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(tv.InputError) as caught:
        scan_folder(photos, tmp_path / out, **options)
    for word in words:
        assert word in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_folders_without_anything_to_read(tmp_path: Path) -> None:
    with pytest.raises(tv.InputError, match="this folder is not there"):
        scan_folder(tmp_path / "none", tmp_path / "actas.csv")
    (tmp_path / "file.jpg").write_bytes(b"x")
    with pytest.raises(tv.InputError, match="a folder is read, no single file"):
        scan_folder(tmp_path / "file.jpg", tmp_path / "actas.csv")
    (tmp_path / "photos").mkdir()
    with pytest.raises(tv.InputError, match="holds no picture and no PDF") as caught:
        scan_folder(tmp_path / "photos", tmp_path / "actas.csv")
    assert "found: nothing" in str(caught.value)
    (tmp_path / "photos" / "a.txt").write_bytes(b"x")
    (tmp_path / "photos" / "b.txt").write_bytes(b"x")
    with pytest.raises(tv.InputError, match="2 × neither a picture nor a PDF"):
        scan_folder(tmp_path / "photos", tmp_path / "actas.csv")
    assert not list(tmp_path.glob("actas*"))


@pytest.mark.parametrize("name", ["megapixels", "pages", "seconds"])
def test_limits_have_limits(name: str) -> None:
    for value in (0, -1, 10**7):
        with pytest.raises(tv.InputError, match=f"{name}: a limit is out of range"):
            ScanLimits(**{name: value})
    with pytest.raises(tv.InputError, match="takes a whole number"):
        ScanLimits(**{name: "1"})  # type: ignore[arg-type]


def test_the_extra_that_lacks_is_named(monkeypatch: pytest.MonkeyPatch, photos: Path) -> None:
    monkeypatch.setattr("tallyverify.scanning.asked.find_spec", lambda name: None)
    with pytest.raises(tv.InputError, match=r"tallyverify\[scan\]") as caught:
        scan_folder(photos, photos.parent / "actas.csv")
    assert "no zxing-cpp, pillow, pypdfium2" in str(caught.value)


def test_an_earlier_output_is_replaced(photos: Path) -> None:
    out = photos.parent / "actas.csv"
    scan_folder(photos, out)
    folder_of(photos, 1, first=1)
    assert scan_folder(photos, out).read == 2
    assert len(rows(out)) == 2


def test_progress_is_told(photos: Path) -> None:
    folder_of(photos, 3)
    told: list[tuple[str, int, int]] = []
    scan_folder(photos, photos.parent / "actas.csv", progress=lambda *now: told.append(now))
    assert told == [("reading", 1, 3), ("reading", 2, 3), ("reading", 3, 3)]
