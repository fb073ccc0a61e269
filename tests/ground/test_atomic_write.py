"""Files written whole: whatever fails, kills or comes between, none half and no two runs mixed."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tallyverify.atomic_write import write_whole
from tallyverify.errors import InputError

NAMES = ("worklist.csv", "report.json", "report.html", "made_with.json", "certificate.json")
STEPS = ("open", "fdopen", "chmod", "replace", "unlink")
"""What of the system a write rests on, in ``os``."""


def run_of(number: int, folder: Path, size: int = 50_000) -> dict[Path, str | None]:
    """Return the files of a run: each says of which; every third run has no certificate."""
    texts: dict[Path, str | None] = {folder / name: f"{number} " * size for name in NAMES}
    if number % 3 == 0:
        texts[folder / NAMES[-1]] = None
    return texts


def runs_in(folder: Path) -> dict[str, str]:
    """Return of which run each file is, that is there; a file that is half is of none."""
    found = {}
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        (number,) = set(path.read_text(encoding="utf-8").split()) or {"none"}
        assert path.read_text(encoding="utf-8") == f"{number} " * 50_000, path.name
        found[path.name] = number
    return found


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def failing_at(call: int, name: str, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let one call of a function fail as a full disk does; return how many calls there were."""
    real, calls = getattr(os, name), [0]

    def full(*args: Any, **options: Any) -> Any:
        calls[0] += 1
        if calls[0] == call:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **options)

    monkeypatch.setattr(os, name, full)
    return calls


@pytest.mark.parametrize("before", [False, True], ids=["an empty folder", "an earlier run"])
@pytest.mark.parametrize("name", STEPS)
def test_a_disk_that_fills_up_at_any_step_leaves_what_was_there(
    tmp_path: Path, name: str, before: bool
) -> None:
    """Either nothing happened and it is told, or all did: whichever call it is that fails."""
    for call in range(1, 40):
        folder = tmp_path / f"{call}"
        if before:
            write_whole(run_of(1, folder))
        with pytest.MonkeyPatch.context() as patch:
            calls = failing_at(call, name, patch)
            told = None
            try:
                write_whole(run_of(2, folder))
            except OSError as error:
                told = error.errno
        if calls[0] < call:
            return  # every call has had its turn
        if told:
            assert told == errno.ENOSPC
            assert folder.exists() == before
        if told and before:
            assert runs_in(folder) == dict.fromkeys(NAMES, "1")
        elif not told:
            assert runs_in(folder) == dict.fromkeys(NAMES, "2")
        if folder.exists() and name != "unlink":  # what cannot be taken away stays, hidden
            assert hidden(folder) == []
    raise AssertionError("there is no end of calls")


def test_a_folder_in_the_place_of_a_file_stays(tmp_path: Path) -> None:
    write_whole(run_of(1, tmp_path))
    (tmp_path / "report.html").unlink()
    (tmp_path / "report.html" / "mine").mkdir(parents=True)
    with pytest.raises(OSError, match=r"report\.html"):
        write_whole(run_of(2, tmp_path))
    assert (tmp_path / "report.html" / "mine").is_dir()
    (tmp_path / "report.html" / "mine").rmdir()
    (tmp_path / "report.html").rmdir()
    left = [name for name in NAMES if name != "report.html"]
    assert (runs_in(tmp_path), hidden(tmp_path)) == (dict.fromkeys(left, "1"), [])


def test_a_file_that_is_copied_is_copied_whole(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(range(256)) * 9000)
    write_whole({tmp_path / "new" / "a": source, tmp_path / "new" / "b": "text"})
    assert (tmp_path / "new" / "a").read_bytes() == source.read_bytes()
    with pytest.raises(FileNotFoundError):
        write_whole({tmp_path / "other" / "b": "text", tmp_path / "other" / "a": tmp_path / "no"})
    assert not (tmp_path / "other").exists()


def test_one_folder_by_two_names_is_no_other_run(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    done = threading.Thread(
        target=write_whole,
        args=({tmp_path / "real" / "a": "1", tmp_path / "link" / "b": "2"},),
        daemon=True,
    )
    done.start()
    done.join(20)
    assert not done.is_alive()
    assert (tmp_path / "real" / "b").read_text(encoding="utf-8") == "2"


def test_a_folder_that_another_program_holds_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under ``flock FOLDER tallyverify …``, which would wait for itself for ever."""
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr("tallyverify.atomic_write._MOST_SECONDS", 0.1)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(InputError, match="another program holds the folder"):
        write_whole(run_of(1, tmp_path))
    assert os.listdir(tmp_path) == []
    os.close(handle)
    write_whole(run_of(1, tmp_path))
    assert runs_in(tmp_path) == dict.fromkeys(NAMES, "1")


def test_runs_at_once_leave_the_files_of_one(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for _ in range(12):
            write_whole(run_of(number, tmp_path))

    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(runs_in(tmp_path).values())) == 1
    assert sorted(runs_in(tmp_path)) == sorted(NAMES)
    assert hidden(tmp_path) == []


def test_what_is_hidden_and_of_somebody_else_stays(tmp_path: Path) -> None:
    theirs = [".report.json", ".report.json.part", ".report.json.mine.part", ".other.abcdefgh.part"]
    for name in theirs:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    (tmp_path / ".report.json.abcdefg1.part").write_text("left by a killed run", encoding="utf-8")
    write_whole(run_of(1, tmp_path))
    assert sorted(hidden(tmp_path)) == sorted(theirs)


def test_what_cannot_be_tidied_away_stops_no_write(tmp_path: Path) -> None:
    """A folder named as a leftover is, or a file of another user in a shared folder."""
    (tmp_path / ".report.json.abcdefg1.part").mkdir()
    (tmp_path / ".report.json.abcdefg2.part").write_text("left", encoding="utf-8")
    write_whole(run_of(1, tmp_path))
    assert hidden(tmp_path) == [".report.json.abcdefg1.part"]
    assert runs_in(tmp_path) == dict.fromkeys(NAMES, "1")


def test_a_process_forked_meanwhile_does_not_hold_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has what was open when it was forked, as a second handle of the same file has."""
    pytest.importorskip("fcntl")
    monkeypatch.setattr("tallyverify.atomic_write._MOST_SECONDS", 0.1)
    real, forked = os.open, []

    def opened(*args: Any, **options: Any) -> int:
        handle = real(*args, **options)
        if args[0] == tmp_path:
            forked.append(os.dup(handle))
        return handle

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", opened)
        write_whole(run_of(1, tmp_path))
    write_whole(run_of(2, tmp_path))
    assert len(forked) == 1
    os.close(forked[0])


@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to nothing"])
def test_after_a_write_that_fails_a_link_is_a_link(tmp_path: Path, there: bool) -> None:
    """Whichever file of the run it is, and whichever step of the write fails."""
    folder, goal = tmp_path / "out", tmp_path / "goal"
    folder.mkdir()
    if there:
        goal.write_text("mine", encoding="utf-8")
    for name in NAMES[:2]:
        (folder / name).symlink_to(goal)
    failed = 0
    for call in range(1, 12):
        with pytest.MonkeyPatch.context() as patch:
            calls = failing_at(call, "replace", patch)
            try:
                write_whole(run_of(2, folder))
            except OSError:
                failed += 1
            else:
                assert calls[0] < call
                break
        assert [(folder / name).readlink() for name in NAMES[:2]] == [goal, goal]
        assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES[:2])
        assert goal.exists() == there
    assert failed > 5
    assert runs_in(folder) == dict.fromkeys(NAMES, "2")


WRITING = """
import sys
from pathlib import Path
from tallyverify.atomic_write import write_whole
from tests.ground.test_atomic_write import run_of
print("ready", flush=True)
for number in range(2, 10**6):
    write_whole(run_of(number, Path(sys.argv[1])))
"""
ROOT = Path(__file__).resolve().parents[2]


def stopped_while_writing(folder: Path, by: signal.Signals, after: float) -> None:
    """Let a process write run after run, and stop it after some seconds."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITING, folder], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(after)
        process.send_signal(by)
        process.wait(60)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="only where a process can be killed")
@pytest.mark.parametrize(
    "trials", [4, pytest.param(120, marks=pytest.mark.hours)], ids=["some", "many"]
)
def test_killed_at_any_moment_files_are_of_one_run(tmp_path: Path, trials: int) -> None:
    """And the first is there; the next run takes away what was left beside them."""
    moments = random.Random(15)
    for trial in range(trials):
        folder = tmp_path / f"{trial}"
        write_whole(run_of(1, folder))
        stopped_while_writing(folder, signal.SIGKILL, moments.uniform(0, 0.1))
        there = runs_in(folder)
        assert NAMES[0] in there
        assert len(set(there.values())) == 1, there
        write_whole(run_of(4, folder))
        assert runs_in(folder) == dict.fromkeys(NAMES, "4")
        assert hidden(folder) == []


class Killed(BaseException):
    """The process ends where it stands: nothing after it is done."""


@pytest.mark.parametrize("name", ["replace", "chmod"])
def test_killed_between_any_two_steps_files_are_of_one_run(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step in turn: no chance whether a moment is hit. From there on nothing can be done."""
    real = getattr(os, name)
    for step in range(1, 40):
        folder = tmp_path / f"{step}"
        write_whole(run_of(1, folder))
        calls = [0]
        with pytest.MonkeyPatch.context() as patch:

            def dead(*args: Any, **options: Any) -> None:
                raise OSError(errno.EIO, "the process is no more")

            def counted(
                *args: Any,
                calls: list[int] = calls,
                step: int = step,
                patch: pytest.MonkeyPatch = patch,
                dead: Any = dead,
                **options: Any,
            ) -> Any:
                calls[0] += 1
                if calls[0] < step:
                    return real(*args, **options)
                for each in ("replace", "unlink", "chmod"):
                    patch.setattr(os, each, dead)
                raise Killed

            patch.setattr(os, name, counted)
            try:
                write_whole(run_of(2, folder))
            except Killed:
                pass
            else:
                assert step > 5
                return
        there = runs_in(folder)
        assert NAMES[0] in there
        assert len(set(there.values())) == 1, there
    raise AssertionError("there is no end of steps")
