"""Files that are cut off, garbage or worse: each costs itself alone, and is told."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tallyverify as tv
from tallyverify.scanning import FileOutcome, ScanLimits, scan_folder
from tallyverify.scanning import pool as pool_module
from tallyverify.scanning.pool import ReadingPool
from tests.helpers.acta_pages import payload_of
from tests.helpers.pictures import (
    drawn_pdf,
    folder_of,
    held,
    jpeg_claiming,
    pdf_of,
    png_claiming,
    small_page,
)

TEXT = payload_of(1)
MAGIC = {
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "pdf": b"%PDF-1.7\n1 0 obj\n<<",
    "tif": b"II*\0\x08\0\0\0",
    "gif": b"GIF89a\x10\0\x10\0",
    "webp": b"RIFF\xff\0\0\0WEBPVP8 ",
    "bmp": b"BM\xff\0\0\0\0\0\0\0",
}


def outcomes(folder: Path, **limits: int) -> dict[str, FileOutcome]:
    scan = scan_folder(
        folder, folder.parent / "actas.csv", jobs=2, limits=ScanLimits(**limits) if limits else None
    )
    return {one.file: one for one in scan.outcomes}


def test_files_cut_off_anywhere(tmp_path: Path) -> None:
    """At fifty places each: read to the end, or damaged; whoever stands beside is read."""
    photos = tmp_path / "photos"
    folder_of(photos, 3)
    whole = {
        "jpg": held(small_page(TEXT), "jpeg"),
        "png": held(small_page(TEXT), "png"),
        "pdf": drawn_pdf(TEXT),
        "tif": held(small_page(TEXT), "tiff", compression="tiff_lzw"),
    }
    for kind, data in whole.items():
        for at in range(50):
            cut = len(data) * at // 50
            (photos / f"cut{at:02d}.{kind}").write_bytes(data[:cut])
    found = outcomes(photos)
    assert len(found) == 203
    for name, outcome in found.items():
        (page,) = outcome.pages
        if name.startswith("acta"):
            assert page.status == "read"
        else:
            assert page.status in ("damaged", "no_code", "read"), (name, page)
            assert page.text in ("", TEXT)
    assert sum(one.is_read for one in found.values()) < 20


def test_garbage_behind_a_right_beginning(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    folder_of(photos, 2)
    draw = random.Random(7)
    for kind, magic in MAGIC.items():
        for at in range(8):
            data = magic + draw.randbytes(draw.choice([0, 1, 10, 1000, 50_000]))
            (photos / f"x{at}.{kind}").write_bytes(data)
    found = outcomes(photos)
    assert len(found) == 2 + 8 * len(MAGIC)
    statuses = {name: outcome.pages[0].status for name, outcome in found.items()}
    assert set(statuses.values()) <= {"read", "damaged", "no_code", "too_large"}
    assert [name for name, status in statuses.items() if status == "read"] == [
        *("acta0000.png", "acta0001.png")
    ]


def test_bytes_changed_at_random(tmp_path: Path) -> None:
    """Whatever is still read is what stood there."""
    photos = tmp_path / "photos"
    photos.mkdir()
    draw = random.Random(8)
    for kind, data in {
        "jpg": held(small_page(TEXT), "jpeg"),
        "png": held(small_page(TEXT), "png"),
        "pdf": drawn_pdf(TEXT),
        "gif": held(small_page(TEXT), "gif"),
        "webp": held(small_page(TEXT).convert("RGB"), "webp"),
    }.items():
        for at in range(12):
            spoilt = bytearray(data)
            for _ in range(draw.choice([1, 5, 50])):
                spoilt[draw.randrange(len(data))] = draw.randrange(256)
            (photos / f"x{at:02d}.{kind}").write_bytes(spoilt)
    for name, outcome in outcomes(photos).items():
        for page in outcome.pages:
            assert page.text in ("", TEXT), name
            assert page.status != "ended"


def test_claims_of_size(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    folder_of(photos, 1)
    (photos / "a.png").write_bytes(png_claiming(2**31 - 1, 2**31 - 1))
    (photos / "b.jpg").write_bytes(jpeg_claiming(65_500, 65_500))
    (photos / "c.png").write_bytes(png_claiming(0, 0))
    (photos / "d.pdf").write_bytes(pdf_of(pages=5000))
    with (photos / "e.jpg").open("wb") as file:
        file.truncate(2**40)
    start = time.monotonic()
    found = outcomes(photos)
    assert time.monotonic() - start < 60
    assert {name: one.pages[0].status for name, one in found.items()} == {
        **{"a.png": "too_large", "b.jpg": "too_large", "c.png": "damaged"},
        **{"d.pdf": "too_large", "e.jpg": "too_large", "acta0000.png": "read"},
    }
    assert found["e.jpg"].pages[0].what == "bytes"
    assert found["d.pdf"].pages[0].found == 5000


# Done in the process that reads, before it serves: what a library might do to it.
SPOILT = """
import os, sys, time
import tallyverify.scanning.page_reading as reading
real = reading.read_page
def spoilt(grey):
    if grey.shape[0] == 77:
        {body}
    return real(grey)
reading.read_page = spoilt
from tallyverify.scanning.worker import serve
serve()
"""
BODIES = {
    "aborts": ("os.abort()", "ended"),
    "exits": ("os._exit(0)", "ended"),
    "hangs": ("time.sleep(600)", "too_slow"),
    "loops": ("while True: pass", "too_slow"),
    "fills the memory": ("import numpy; numpy.ones(10**11)", "too_large"),
    "dies of its memory": ("import ctypes; ctypes.string_at(0)", "ended"),
    "prints": ("print('{}'); os.write(1, b'{\\\"end\\\": true}\\n'); return {}", "ended"),
    "answers nonsense": ("return {'status': 'read', 'text': 'no payload'}", "ended"),
    "forges": ("return {'status': 'no_code', 'how': 'x' * 10**6}", "ended"),
}


def spoil(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    code = SPOILT.replace("{body}", body)
    monkeypatch.setattr(pool_module, "_CALL", code)


@pytest.mark.parametrize("what", BODIES)
def test_what_is_done_to_the_process_costs_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    body, status = BODIES[what]
    spoil(monkeypatch, body)
    photos = tmp_path / "photos"
    folder_of(photos, 3)
    bad = Image.fromarray(np.zeros((77, 300), dtype=np.uint8))
    (photos / "acta0001a.png").write_bytes(held(bad, "png"))
    found = outcomes(photos, seconds=4)
    assert [one.pages[0].status for one in found.values()] == ["read", "read", status, "read"]
    assert not list(tmp_path.glob("*.journal"))


def test_pages_behind_the_one_that_ended_the_reading_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, "os.abort()")
    photos = tmp_path / "photos"
    folder_of(photos, 1)
    good, bad = small_page(TEXT), Image.fromarray(np.zeros((77, 300), dtype=np.uint8))
    data = held(good, "tiff", save_all=True, append_images=[bad, good, good])
    (photos / "four.tif").write_bytes(data)
    found = outcomes(photos)["four.tif"]
    assert [page.status for page in found.pages] == ["read", "ended", "not_reached", "not_reached"]
    assert [page.page for page in found.pages] == [1, 2, 3, 4]
    assert len(found.sha256) == 64
    assert not found.is_final


def test_a_process_that_does_not_start_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_CALL", "raise SystemExit(1)")
    folder_of(tmp_path / "photos", 2)
    with pytest.raises(tv.TallyVerifyError, match="does not start"):
        scan_folder(tmp_path / "photos", tmp_path / "actas.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_files_that_the_system_does_not_give(tmp_path: Path) -> None:
    """Gone, or another thing, since the folder was listed; the running user may read anything."""
    (tmp_path / "link.png").symlink_to("there.png")
    (tmp_path / "there.png").write_bytes(held(small_page(TEXT), "png"))
    (tmp_path / "folder.png").mkdir()
    files = {name: tmp_path / name for name in ("gone.png", "link.png", "folder.png", "there.png")}
    with ReadingPool(files, ScanLimits(), 1) as pool:
        found = {one.file: one.pages[0] for one in pool.outcomes()}
    assert {name: page.status for name, page in found.items()} == {
        **{"gone.png": "unreadable", "link.png": "unreadable", "folder.png": "unreadable"},
        "there.png": "read",
    }
    assert found["gone.png"].said == "No such file or directory"


def test_processes_end_with_the_pool(tmp_path: Path) -> None:
    folder_of(tmp_path, 2)
    files = {path.name: path for path in tmp_path.iterdir()}
    with ReadingPool(files, ScanLimits(), 2) as pool:
        next(pool.outcomes())
        running = [one.process for one in pool._running]
    for process in running:
        assert process.wait(timeout=20) is not None
