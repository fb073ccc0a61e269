"""Whatever a file does to the process that opens it is told as bad input, and costs that alone."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import tallyverify as tv
from tallyverify.errors import InputError
from tallyverify.language import (
    counted,
    enumerated,
    formula,
    number,
    sentence,
    speaking,
    told,
    told_as_json,
    told_from_json,
    told_of,
)
from tallyverify.readers.files import load
from tallyverify.readers.guarded import asking, processes
from tallyverify.readers.guarded.asking import asked
from tallyverify.readers.guarded.child_limits import ChildLimits
from tallyverify.readers.guarded.parts import Part
from tallyverify.readers.guarded.processes import GuardedProcess
from tallyverify.readers.guarded.workbooks import workbook_columns
from tests.helpers.small import CSV, written
from tests.readers.test_bad import workbook_bytes

HERE = "tests.readers.guarded.faults"


def answers(fault: str, data: bytes = b"abc", **arguments: object) -> list[Part]:
    return list(asked(f"{HERE}:{fault}", "a.xls", data, lambda part: part, **arguments))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("panics", r"breaks the program(.|\n)*ended: PanicException: index out of bounds"),
        ("aborts", r"breaks the program(.|\n)*ended: SIGABRT"),
        ("leaves", r"breaks the program(.|\n)*ended: exit code 0"),
        ("hoards", "takes too much memory"),
        ("swells", r"far more than a table would(.|\n)*3 bytes grow to"),
        ("sleeps", r"took too long(.|\n)*more than 1 s"),
    ],
)
def test_what_ends_the_process_is_bad_input(
    monkeypatch: pytest.MonkeyPatch, fault: str, words: str
) -> None:
    monkeypatch.setenv("TALLYVERIFY_CHILD_MEMORY", "256")
    if fault == "sleeps":
        monkeypatch.setenv("TALLYVERIFY_CHILD_SECONDS", "1")
    with pytest.raises(InputError, match=words) as caught:
        answers(fault)
    assert caught.value.file == "a.xls"
    limits = f"256 MiB and {1 if fault == 'sleeps' else 60} s"
    assert limits in str(caught.value)
    assert "TALLYVERIFY_CHILD_MEMORY (MiB) or TALLYVERIFY_CHILD_SECONDS" in str(caught.value)
    assert answers("echoes")[0].data == b"abc"


def test_the_next_file_is_read_by_the_same_process_after_a_refusal_too() -> None:
    first = answers("echoes")[0].facts["process"]
    with pytest.raises(InputError) as caught, speaking("es"):
        answers("refuses")
    assert str(caught.value) == "a.xls: row 3: el archivo está vacío\n  hallado: 3 actas"
    assert answers("echoes")[0].facts["process"] == first
    assert first != os.getpid()


def test_what_a_library_prints_is_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    assert answers("prints") == [Part(data=b"abc")]
    assert capfd.readouterr() == ("", "")


def test_two_at_a_time_and_one_that_is_left_half_read() -> None:
    outer = asked(f"{HERE}:echoes", "a.xls", b"a", lambda part: part.facts["process"], times=3)
    process = next(outer)
    inner = answers("echoes", b"b")[0].facts["process"]
    assert inner != process
    assert next(outer) == process
    outer.close()  # type: ignore[attr-defined]
    assert not alive(process)
    assert alive(inner)
    asking.end_idle()
    assert not alive(inner)


def test_memory_that_stays_held_is_not_the_next_files() -> None:
    (first,) = answers("keeps")
    (second,) = answers("echoes")
    assert first.facts["process"] != second.facts["process"]
    assert not alive(first.facts["process"])


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_answer_is_as_hostile_as_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_LAST_WORD", 0.01)
    with pytest.raises(InputError, match="breaks the program"):
        answers("tells_an_odd_table")

    def refuse(part: Part) -> None:
        raise ValueError

    with pytest.raises(InputError, match="no answer that can be read"):
        list(asked(f"{HERE}:echoes", "a.xls", b"", refuse))


SAID = (
    "as it is",
    told("{sheets} name no {level}", sheets=counted(3, "sheet", "sheets"), level="state"),
    told_of(2, "{count} sheet lacks {line}", "{count} sheets lack {line}", line="valid"),
    formula("{a} − {b}", a=number(7303480), b=number(5.5)),
    sentence(enumerated(["a", number(None)])),
)


@pytest.mark.parametrize("text", SAID)
def test_messages_cross_in_every_language(text: str) -> None:
    again = told_from_json(told_as_json(text))
    assert again == text
    with speaking("es"):
        assert f"{again}" == f"{text}"


@pytest.mark.parametrize(
    "data",
    [
        None,
        3,
        {},
        {"way": "eval", "what": []},
        {"way": "_filled", "what": []},
        {"way": "_filled", "what": ["{x:>999999999999}", {"values": {"x": "1"}}]},
        {"way": "_filled", "what": ["{x.__class__}", {"values": {"x": "1"}}]},
        {"way": "_joined", "what": [3, 4]},
    ],
)
def test_what_is_no_message_of_ours_is_none(data: object) -> None:
    with pytest.raises(ValueError):
        told_from_json(data)


def test_limits_grow_with_the_file_and_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ChildLimits().bytes_for(0) == 2 * 2**30
    assert ChildLimits().bytes_for(2**20) == 2 * 2**30 + 32 * 2**20
    assert ChildLimits().seconds_for(600 * 2**20) == 120
    monkeypatch.setenv("TALLYVERIFY_CHILD_MEMORY", "4096")
    assert ChildLimits.of_environment() == ChildLimits(memory=4096)


@pytest.mark.parametrize("text", ["0", "-1", "255", "1e4", "much", "٣٠٠٠", "9" * 30])
def test_a_limit_that_is_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TALLYVERIFY_CHILD_MEMORY", text)
    with pytest.raises(InputError, match=r"TALLYVERIFY_CHILD_MEMORY(.|\n)*256 to 1,048,576"):
        answers("echoes")


def test_a_process_that_does_not_start_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asking.end_idle()
    monkeypatch.setattr(processes, "_SERVE", "raise SystemExit(1)")
    with pytest.raises(tv.TallyVerifyError, match="does not start") as caught:
        answers("echoes")
    assert not isinstance(caught.value, InputError)


@pytest.mark.parametrize("program", ["", "/nowhere/python"])
def test_a_python_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    asking.end_idle()
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(
        tv.TallyVerifyError, match=f"Python does not start: '{program}': "
    ) as caught:
        answers("echoes")
    assert not isinstance(caught.value, InputError)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv.gz"])
def test_one_process_unpacks_a_file_and_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    started: list[GuardedProcess] = []

    def counted_start() -> GuardedProcess:
        started.append(GuardedProcess())
        return started[-1]

    asking.end_idle()
    monkeypatch.setattr(asking, "GuardedProcess", counted_start)
    data = workbook_bytes() if name.endswith("xlsx") else gzip.compress(CSV.encode())
    for one in load(written(tmp_path, data, name)):
        if one.kind == "xlsx":
            workbook_columns(one, None, [])
        else:
            answers("echoes")
    assert len(started) == 1


INTERRUPTED = """
import sys
sys.path[:0] = {path!r}
from tallyverify.readers.guarded import packed
real = packed.asked
def asleep(function, file, data, taken, **arguments):
    return real("tests.readers.guarded.faults:sleeps", file, data, taken, note="process")
packed.asked = asleep
from tallyverify.command.app import main
sys.argv = ["tallyverify", "init", "a.csv.gz", "--out", "case"]
main()
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    # In a shell's job in the background interrupts are ignored, and in all that it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield tmp_path
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_both(here: Path, by: signal.Signals) -> None:
    Path("a.csv.gz").write_bytes(b"\x1f\x8b")
    script = INTERRUPTED.format(path=sys.path)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        deadline = time.monotonic() + 60
        note = Path("process")
        while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(by)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (128 + by, b"error: interrupted\n")
    assert not alive(int(note.read_text()))


def test_a_script_needs_no_guard_of_its_own(tmp_path: Path) -> None:
    """Nothing of it is run again in the other process."""
    script = tmp_path / "script.py"
    script.write_text(
        "print('once')\n"
        "from tallyverify.readers.guarded.asking import asked\n"
        f"(data,) = asked('{HERE}:echoes', 'a', b'there', lambda part: part.data)\n"
        "print(data.decode())\n"
    )
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    ran = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert (ran.stdout, ran.stderr) == (b"once\nthere\n", b"")
