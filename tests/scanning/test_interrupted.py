"""A run that is broken off: the next goes on where it stood, nothing twice, nothing lost."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tallyverify as tv
from tallyverify.scanning import FileOutcome, ScanLimits, scan_folder
from tallyverify.scanning import pool as pool_module
from tallyverify.scanning.journal import open_journal
from tests.helpers.acta_pages import payload_of
from tests.helpers.pictures import folder_of, held, small_page

FILES = 12
JOURNAL = "actas.scan.journal"

# The process that reads, but each file takes a while and is noted when it is asked for.
SLOWLY = """
import os, time
import tallyverify.scanning.worker as worker
real = worker._file
def slowly(path, limits):
    with open("asked.txt", "a") as log:
        log.write(os.path.basename(path) + "\\n")
    time.sleep({seconds})
    yield from real(path, limits)
worker._file = slowly
worker.serve()
"""
RUN = """
import sys
from tallyverify.scanning import pool
pool._CALL = {slowly!r}
from tallyverify.command.app import main
sys.argv = ["tallyverify", "scan", "photos", "--out", "actas.csv", *{more!r}]
main()
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Return a folder of pages, and what a run that nothing disturbs writes of it."""
    folder = tmp_path_factory.mktemp("made")
    folder_of(folder / "photos", FILES)
    return folder / "photos", written(folder / "photos", folder / "actas.csv")


def written(photos: Path, out: Path) -> bytes:
    return b"".join(path.read_bytes() for path in scan_folder(photos, out).written)


@pytest.fixture
def expected(made: tuple[Path, bytes]) -> bytes:
    return made[1]


@pytest.fixture
def here(
    tmp_path: Path, made: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    shutil.copytree(made[0], tmp_path / "photos")
    monkeypatch.chdir(tmp_path)
    # In a shell's job in the background interrupts are ignored, and in all that it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield tmp_path
    signal.signal(signal.SIGINT, before)


def started(seconds: float = 0.05, *more: str) -> subprocess.Popen[bytes]:
    script = RUN.format(slowly=SLOWLY.format(seconds=seconds), more=list(more))
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def lines() -> int:
    """Return how many files the journal holds."""
    try:
        return Path(JOURNAL).read_bytes().count(b"\n") - 1
    except FileNotFoundError:
        return 0


def broken_off(by: signal.Signals, after: int) -> tuple[int, bytes]:
    """Send a signal to a run when so many files are read; return its code and its message."""
    with started() as process:
        deadline = time.monotonic() + 60
        while lines() < after and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(by)
        _, err = process.communicate(timeout=60)
    return process.returncode, err


def finished() -> tuple[int, str]:
    with started(0) as process:
        out, err = process.communicate(timeout=120)
    assert err == b""
    return process.returncode, out.decode()


def found() -> bytes:
    return Path("actas.csv").read_bytes() + Path("actas.scan.csv").read_bytes()


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_and_finished(here: Path, by: signal.Signals, expected: bytes) -> None:
    kills = (1, 3, 6) if by is signal.SIGKILL else (4,)
    for after in kills:
        code, err = broken_off(by, after)
        if by is signal.SIGKILL:
            assert code == -by
        else:
            assert (code, err) == (128 + by, b"error: interrupted\n")
        assert after <= lines() < FILES
        assert not Path("actas.csv").exists()
        assert not Path("actas.scan.csv").exists()
    kept = lines()
    code, out = finished()
    assert code == 0
    assert f"{FILES} pages: {FILES} read, 0 not read" in out
    assert f"{kept} files were read by an earlier run that was broken off" in out
    assert found() == expected
    asked = Counter(Path("asked.txt").read_text(encoding="utf-8").split())
    # Asked for again is only what was being read, or had just been, when the run was killed.
    assert sum(asked.values()) - FILES <= 2 * len(kills) * (os.cpu_count() or 1)
    assert set(asked) == {path.name for path in Path("photos").iterdir()}
    assert sorted(os.listdir(".")) == ["actas.csv", "actas.scan.csv", "asked.txt", "photos"]


def test_what_the_journal_holds_is_not_read_again(here: Path) -> None:
    broken_off(signal.SIGKILL, 5)
    kept = {json.loads(line[9:])["file"] for line in Path(JOURNAL).read_bytes().splitlines()[1:]}
    Path("asked.txt").unlink()
    assert finished()[0] == 0
    asked = set(Path("asked.txt").read_text(encoding="utf-8").split())
    assert len(kept) >= 5
    assert not kept & asked
    assert kept | asked == {path.name for path in Path("photos").iterdir()}


def test_two_runs_at_once_do_not_write_one_output(here: Path, expected: bytes) -> None:
    with started() as first:
        while lines() < 1 and first.poll() is None:
            time.sleep(0.005)
        with pytest.raises(tv.InputError, match="another scan is writing to the same output"):
            scan_folder("photos", "actas.csv")
        assert first.communicate(timeout=60)[1] == b""
    assert first.returncode == 0
    assert found() == expected


@pytest.fixture
def half(here: Path, journal: bytes) -> Path:
    """A folder whose scan was broken off when most files were read."""
    Path(JOURNAL).write_bytes(journal)
    return Path(JOURNAL)


@pytest.fixture(scope="module")
def journal(made: tuple[Path, bytes], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the journal of a run that failed at its end, but for its last four lines."""
    folder = tmp_path_factory.mktemp("journal")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tallyverify.scanning.folder.write_whole", no_space)
        with pytest.raises(OSError, match="No space"):
            scan_folder(made[0], folder / "actas.csv")
    data = (folder / JOURNAL).read_bytes()
    return b"".join(data.splitlines(keepends=True)[:-4])


def no_space(texts: object) -> None:
    raise OSError(28, "No space left on device")


def line(text: str) -> bytes:
    return b"%08x %s\n" % (zlib.crc32(text.encode()), text.encode())


def test_a_line_that_was_cut_off_is_read_again_wherever_it_was(half: Path, expected: bytes) -> None:
    data = half.read_bytes()
    last = data.rindex(b"\n", 0, len(data) - 1)
    for cut in (1, (len(data) - last) // 2, len(data) - last - 1):
        half.write_bytes(data[:-cut])
        scan_folder("photos", "actas.csv")
        assert found() == expected
        assert not half.exists()


def spoilt(data: bytes, how: str) -> bytes:
    """Return a journal in which somebody has written."""
    first, second, *rest = data.splitlines(keepends=True)
    entry = json.loads(second[9:])
    if how == "a hole of zeros":
        return data[:-200] + bytes(200)
    if how == "a bit":
        return data[:700] + bytes([data[700] ^ 4]) + data[701:]
    if how == "another version":
        head = json.loads(first[9:])
        return line(json.dumps({**head, "version": "0.0.1"})) + second + b"".join(rest)
    if how == "other limits":
        head = json.loads(first[9:])
        return line(json.dumps({**head, "megapixels": 1})) + second + b"".join(rest)
    if how == "not a journal":
        return b"my own notes\n" * 50
    if how == "no text":
        return bytes(range(256)) * 100
    if how == "no payload":
        entry["pages"][0]["text"] = "forged"
    if how == "another payload, for other bytes":
        entry["pages"][0]["text"], entry["sha256"] = payload_of(999), "0" * 64
    if how == "another size":
        entry["size"] += 1
    if how == "no file of the folder":
        entry["file"] = "../../etc/passwd"
    if how == "a key more":
        entry["more"] = 1
    if how == "no page":
        entry["pages"] = []
    return first + line(json.dumps(entry)) + b"".join(rest)


ANEW = ("another version", "other limits", "not a journal", "no text")


@pytest.mark.parametrize(
    "how",
    [
        *ANEW,
        *("a hole of zeros", "a bit", "no payload", "another payload, for other bytes"),
        *("another size", "no file of the folder", "a key more", "no page"),
    ],
)
def test_a_journal_is_believed_as_far_as_it_holds(half: Path, how: str, expected: bytes) -> None:
    half.write_bytes(spoilt(half.read_bytes(), how))
    scan = scan_folder("photos", "actas.csv")
    assert found() == expected
    assert scan.started_anew == (how in ANEW)
    assert ("all was read anew" in str(scan)) == (how in ANEW)


def test_a_changed_file_is_read_again(half: Path) -> None:
    changed = json.loads(half.read_bytes().splitlines()[1][9:])["file"]
    path = Path("photos", changed)
    seen = path.stat()
    path.write_bytes(held(small_page(payload_of(500)), "png"))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    gone = json.loads(half.read_bytes().splitlines()[2][9:])["file"]
    Path("photos", gone).unlink()
    scan_folder("photos", "actas.csv")
    assert found() == written(Path("photos"), Path("whole.csv"))
    with Path("actas.scan.csv").open(encoding="utf-8") as file:
        payloads = {row["file"]: row["payload"] for row in csv.DictReader(file)}
    assert payloads[changed] == payload_of(500)
    assert gone not in payloads


def test_what_ended_a_process_is_tried_again(here: Path) -> None:
    with open_journal(Path(JOURNAL), ScanLimits()) as journal:
        for name, status in (("acta0000.png", "ended"), ("acta0001.png", "too_slow")):
            path = Path("photos", name)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            pages = [{"page": 1, "status": status}]
            outcome = {"file": name, "sha256": digest, "pages": pages}
            size = path.stat().st_size
            journal.add(FileOutcome.model_validate({**outcome, "size": size}))
    assert lines() == 2
    scan = scan_folder("photos", "actas.csv")
    assert (scan.read, scan.taken_over) == (FILES, 0)


def test_a_disk_that_is_full_ends_the_run_and_loses_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch, expected: bytes
) -> None:
    from tallyverify.scanning import journal as module

    real, left = module._write, [6]

    def full(file: Any, text: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            file.write(text.encode()[:20])
            raise OSError(28, "No space left on device")
        real(file, text)

    monkeypatch.setattr(module, "_write", full)
    with pytest.raises(OSError, match="No space"):
        scan_folder("photos", "actas.csv")
    monkeypatch.undo()
    monkeypatch.chdir(here)
    scan = scan_folder("photos", "actas.csv")
    assert (scan.read, scan.taken_over) == (FILES, 5)
    assert found() == expected


def test_an_output_that_fails_at_the_end_keeps_what_was_read(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallyverify.scanning.folder.write_whole", no_space)
    with pytest.raises(OSError, match="No space"):
        scan_folder("photos", "actas.csv")
    assert lines() == FILES
    monkeypatch.undo()
    monkeypatch.chdir(here)
    monkeypatch.setattr(pool_module, "_CALL", "raise SystemExit(1)")  # nothing to be read
    assert scan_folder("photos", "actas.csv").taken_over == FILES


@pytest.mark.hours
def test_five_hundred_pages_killed_eight_times(here: Path) -> None:
    folder_of(here / "photos", 500 - FILES, first=FILES)
    draw = random.Random(3)
    kept = 0
    for _ in range(8):
        code, _ = broken_off(signal.SIGKILL, kept + draw.randint(5, 50))
        assert code == -signal.SIGKILL
        assert lines() >= kept
        kept = lines()
    assert finished()[0] == 0
    with Path("actas.csv").open(encoding="utf-8") as file:
        rows = Counter(row["file"] for row in csv.DictReader(file))
    assert len(rows) == 500
    assert set(rows.values()) == {1}
    assert found() == written(Path("photos"), Path("whole.csv"))
