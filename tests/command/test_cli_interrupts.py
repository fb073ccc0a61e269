"""Interrupted at any time: a code of its own, and nothing half written."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.command import contradicted_case
from tests.helpers.tiers import slow_rows_but

VERIFY = ("verify", "bad", "--checks", "rules,compare", "--out", "out")

# Says that it is there, then waits as the body has it; what is tested sends the signal.
WAITING = """
import importlib, os, sys, threading, time
def ready():
    sys.stderr.write("ready\\n")
    sys.stderr.flush()
{more}
home, name = {inside!r}.rsplit(".", 1)
module = importlib.import_module(home)
real = getattr(module, name)
def slow(*args, **options):
{body}
setattr(module, name, slow)
from tallyverify.command.app import main
main()
"""
BODIES = {
    "asleep": "ready()\ntime.sleep(120)",
    "in threads": (
        "from tallyverify.forensics.calibration.map_threads import side_by_side\n"
        "def work(at):\n"
        "    if at == 0: ready()\n"
        "    time.sleep(2)\n"
        "side_by_side(work, range(200))"
    ),
    "in numpy": (
        "import numpy as np\nready()\n"
        "one = np.random.default_rng(1).random((200, 200))\n"
        "while True: one = one @ one; one /= one.max()"
    ),
    "in scipy": (
        "from scipy.optimize import minimize\nready()\n"
        "while True: minimize(lambda x: (x**2).sum(), [1.0, 2.0, 3.0])"
    ),
    "in pyarrow": (
        "import io\nfrom pyarrow import csv\nready()\n"
        "while True: csv.read_csv(io.BytesIO(b'a,b\\n' + b'1,2\\n' * 100_000))"
    ),
    "where it is swallowed": (
        "ready()\ntry: time.sleep(120)\nexcept BaseException: pass\nreturn real(*args, **options)"
    ),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stand in a folder with a contradicted case, where interrupts are not ignored."""
    contradicted_case(tmp_path / "bad")
    monkeypatch.chdir(tmp_path)
    # In a shell's job in the background, or under nohup, they are; and in all that it starts.
    default = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in default.items()}
    yield tmp_path
    for number, handler in before.items():
        signal.signal(number, handler)


def stopped(
    by: signal.Signals,
    body: str,
    *args: str,
    inside: str = "tallyverify.engine.verify",
    more: str = "",
) -> tuple[int, str]:
    """Send a signal to a command as soon as it is inside; return its code and its message."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    script = WAITING.format(body=indented, inside=inside, more=more)
    with subprocess.Popen(
        [sys.executable, "-c", script, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"ready\n"
        process.send_signal(by)
        _, err = process.communicate(timeout=100)
    return process.returncode, err.decode()


@pytest.mark.parametrize(
    ("where", "by"),
    slow_rows_but(
        [("asleep", signal.SIGTERM), ("in threads", signal.SIGINT)],
        [*((where, signal.SIGTERM) for where in BODIES), ("in threads", signal.SIGINT)],
    ),
)
def test_wherever_it_stands(where: str, by: signal.Signals) -> None:
    code, err = stopped(by, BODIES[where], *VERIFY)
    assert code == 128 + by
    if where != "where it is swallowed":
        assert err == "error: interrupted\n"
        assert not Path("out").exists()


@pytest.mark.parametrize(
    ("inside", "args", "by"),
    [
        ("tallyverify.engine.estimate_case", ("estimate", "bad", "--out", "out"), signal.SIGINT),
        *(
            pytest.param(*row, marks=pytest.mark.slow)
            for row in (
                (
                    "tallyverify.command.shared.write_simulation.write_simulation",
                    ("simulate", "out"),
                    signal.SIGTERM,
                ),
                ("tallyverify.engine.catalogue", ("checks",), signal.SIGHUP),
                ("tallyverify.engine.json_schema", ("schema", "case"), signal.SIGTERM),
                ("tallyverify.command.parser.say", ("--version",), signal.SIGINT),
            )
        ),
    ],
)
def test_whatever_is_asked(inside: str, args: tuple[str, ...], by: signal.Signals) -> None:
    code, err = stopped(by, BODIES["asleep"], *args, inside=inside)
    assert (code, err) == (128 + by, "error: interrupted\n")
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("inside", "by"),
    slow_rows_but(
        [("os.replace", signal.SIGTERM)],
        [
            ("tempfile.mkstemp", signal.SIGTERM),
            ("os.chmod", signal.SIGINT),
            ("os.replace", signal.SIGTERM),
        ],
    ),
)
def test_files_are_written_whole_or_not_at_all(inside: str, by: signal.Signals) -> None:
    # Asleep in the midst of writing: the signal must wait until both files are there.
    once = "if not seen:\n    seen.append(1)\n    ready()\n    time.sleep(1)\n"
    body = once + "return real(*args, **options)"
    code, err = stopped(by, body, *VERIFY, inside=inside, more="seen = []")
    assert (code, err) == (128 + by, "error: interrupted\n")
    written = {"certificate.json", "left_out.csv", "made_with.json", "report.html", "report.json"}
    assert set(os.listdir("out")) == written


def test_a_disk_that_fails_under_an_interrupt_leaves_nothing() -> None:
    body = "ready()\ntime.sleep(1)\nraise OSError(28, 'No space left on device')"
    code, _ = stopped(signal.SIGTERM, body, *VERIFY, inside="os.chmod")
    assert code == 143
    assert not Path("out").exists()


def test_a_second_interrupt_does_not_wait() -> None:
    body = (
        "try:\n    ready()\n    time.sleep(120)\n"
        "except BaseException:\n    os.kill(os.getpid(), 15)\n    time.sleep(120)"
    )
    code, _ = stopped(signal.SIGINT, body, *VERIFY)
    assert code == -signal.SIGTERM  # a shell shows 143
    assert not Path("out").exists()


def test_what_is_to_be_ignored_is_ignored() -> None:
    """As under nohup, or of a script's job in the background."""
    body = "os.kill(os.getpid(), 1)\nos.kill(os.getpid(), 2)\nreturn real(*args, **options)"
    more = "import signal\nsignal.signal(1, signal.SIG_IGN)\nsignal.signal(2, signal.SIG_IGN)"
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    script = WAITING.format(body=indented, inside="tallyverify.engine.verify", more=more)
    line = [sys.executable, "-c", script, *VERIFY]
    assert subprocess.run(line, capture_output=True, check=False).returncode == 1


HOLDING = """
import signal
from pathlib import Path
from tallyverify.atomic_write import held, write_whole
before = signal.getsignal(signal.SIGINT)
try:
    with held():
        signal.raise_signal(signal.SIGINT)
        write_whole({Path("a"): "whole"})
except KeyboardInterrupt:
    assert signal.getsignal(signal.SIGINT) is before
    print("interrupted")
"""


def test_a_library_call_holds_interrupts_too(here: Path) -> None:
    """In a process of its own: signals come to a main thread, which a test may not run in."""
    line = [sys.executable, "-c", HOLDING]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=here)
    assert done.stdout == "interrupted\n", done
    assert (here / "a").read_text(encoding="utf-8") == "whole"


@pytest.mark.hours
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
def test_stopped_at_any_moment(here: Path, by: signal.Signals) -> None:
    """A whole run again and again, with a home that makes matplotlib put its fonts beside."""
    temporary = here / "temporary"
    temporary.mkdir()
    kept = {name: value for name, value in os.environ.items() if name != "MPLCONFIGDIR"}
    where = {**kept, "HOME": os.devnull, "TMPDIR": str(temporary)}
    line = [sys.executable, "-m", "tallyverify", *VERIFY]
    began = time.monotonic()
    subprocess.run(line, env=where, capture_output=True, check=False)
    lasts = time.monotonic() - began
    names = sorted(os.listdir("out"))
    moments = random.Random(7)
    for _ in range(20):
        shutil.rmtree("out", ignore_errors=True)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(line, env=where, **pipes) as run:
            time.sleep(moments.uniform(0, lasts))
            run.send_signal(by)
            run.communicate(timeout=100)
        there = sorted(os.listdir("out")) if Path("out").exists() else []
        if by == signal.SIGKILL:
            assert {name for name in there if not name.startswith(".")} <= set(names)
            continue
        assert there in ([], names)
        assert run.returncode in (1, -by, 128 + by)
        assert os.listdir(temporary) == []
