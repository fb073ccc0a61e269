"""Exit codes: 0 and 1 only for what was computed and delivered, 2 for all else, real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.helpers.command import contradicted_case, small_case
from tests.helpers.tiers import slow_but, slow_rows_but

QUICK = ("--checks", "rules,compare")
JOBS = {
    "consistent": ("verify", "toy", *QUICK),
    "contradicted": ("verify", "bad", *QUICK),
    "contradicted, as JSON": ("verify", "bad", *QUICK, "--format", "json"),
    "contradicted, written": ("verify", "bad", *QUICK, "--out", "out"),
    "estimate": ("estimate", "toy"),
    "estimate, written": ("estimate", "toy", "--out", "out"),
    "simulate": ("simulate", "out", "--stations", "20"),
    "checks": ("checks",),
    "schema": ("schema", "case"),
    "--version": ("--version",),
    "--help": ("--help",),
    "no case": ("verify", "none"),
    "no such option": ("verify", "bad", "--none"),
    "nothing asked": (),
}
TRIED = ("contradicted", "contradicted, written", "checks")
"""Jobs of every run: each is a process of its own, and the others end as these do."""
REFUSED = ("no case", "no such option", "nothing asked")
WRITING = ("contradicted, written", "estimate, written", "simulate")

# The place in the code where a library of each command may raise.
INSIDE = {
    "contradicted": "tallyverify.engine.verify",
    "estimate": "tallyverify.engine.estimate_case",
    "simulate": "tallyverify.command.shared.write_simulation.write_simulation",
    "checks": "tallyverify.engine.catalogue",
    "schema": "tallyverify.engine.json_schema",
    "--version": "tallyverify.command.parser.say",
}
PATCHED = """
import importlib, os, signal, sys, time
class PanicException(BaseException):
    '''As pyo3 raises for a panic of native code.'''
    __module__ = "pyo3_runtime"
class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no words")
def deep():
    deep()
def broken(*args, **options):
    {body}
home, name = {inside!r}.rsplit(".", 1)
setattr(importlib.import_module(home), name, broken)
from tallyverify.command.app import main
main()
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a consistent and a contradicted case."""
    small_case(tmp_path / "toy")
    contradicted_case(tmp_path / "bad")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def due(job: str) -> int:
    return 2 if job in REFUSED else int(job.startswith("contradicted"))


def ended(redirected: str, job: str) -> subprocess.CompletedProcess[bytes]:
    """Run a job with its streams redirected by the shell."""
    script = f'exec "$0" -m tallyverify "$@" {redirected}'
    line = ["sh", "-c", script, sys.executable, *JOBS[job]]
    return subprocess.run(line, capture_output=True, check=False)


def broken(body: str, job: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a job whose inner function does something else."""
    script = PATCHED.format(body=body, inside=INSIDE[job])
    line = [sys.executable, "-c", script, *JOBS[job]]
    return subprocess.run(line, capture_output=True, check=False, env={**os.environ, **env})


CLOSED, NO_ROOM = "<&- >&- 2>&-", ">/dev/full 2>/dev/full"
full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only where /dev/full is")


@pytest.mark.parametrize(
    "job",
    slow_but(
        ["contradicted, written", "nothing asked"],
        ["consistent", "contradicted, written", "--help", "nothing asked"],
    ),
)
def test_streams_as_they_should_be(job: str) -> None:
    found = ended("", job)
    assert found.returncode == due(job), found
    assert bool(found.stdout) is (job not in REFUSED)
    assert bool(found.stderr) is (job in REFUSED)


@pytest.mark.parametrize("job", slow_but([*TRIED, "no case"], JOBS))
def test_a_closed_output_delivers_nothing(job: str) -> None:
    found = ended(">&-", job)
    assert found.returncode == (due(job) if job in WRITING else 2), found
    assert found.stdout == b""
    if job in WRITING:
        assert found.stderr == b""
        assert any(Path("out").iterdir())
    elif job not in REFUSED:
        assert found.stderr.startswith(b"error: output: nothing can be printed\n")


@full
@pytest.mark.parametrize("job", slow_but(TRIED, [job for job in JOBS if job not in REFUSED]))
def test_a_full_output(job: str) -> None:
    found = ended(">/dev/full", job)
    assert (found.returncode, found.stderr) == (2, b"error: output: No space left on device\n")


@full
@pytest.mark.parametrize(
    ("job", "redirected"),
    slow_rows_but(
        [("contradicted", "2>&-"), ("contradicted", "2>/dev/full"), ("no case", "2>/dev/full")],
        [
            ("consistent", "2>/dev/full"),
            ("contradicted", "2>&-"),
            ("contradicted", "2>/dev/full"),
            ("estimate", "2>&-"),
            ("simulate", "2>/dev/full"),
            ("checks", "2>&-"),
            ("schema", "2>/dev/full"),
            ("--version", "2>&-"),
            *((job, redirected) for job in REFUSED for redirected in ("2>&-", "2>/dev/full")),
        ],
    ),
)
def test_errors_that_nobody_hears(job: str, redirected: str) -> None:
    found = ended(redirected, job)
    assert (found.returncode, found.stderr) == (due(job), b"")


@full
@pytest.mark.parametrize(
    ("job", "redirected"),
    slow_rows_but(
        [("contradicted", CLOSED), ("contradicted, written", NO_ROOM)],
        product(["contradicted", "contradicted, written", "no case"], [CLOSED, NO_ROOM]),
    ),
)
def test_no_stream_at_all(job: str, redirected: str) -> None:
    found = ended(redirected, job)
    written = job in WRITING and "full" not in redirected
    assert found.returncode == (due(job) if written else 2), found


@pytest.mark.parametrize("job", slow_but(TRIED, [job for job in JOBS if job not in REFUSED]))
def test_a_reader_who_has_seen_enough_changes_no_code(job: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    line = [sys.executable, "-m", "tallyverify", *JOBS[job]]
    found = subprocess.run(line, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (found.returncode, found.stderr) == (due(job), b"")


@pytest.mark.parametrize("job", slow_but(["no case"], REFUSED))
def test_nobody_reads_the_message(job: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    line = [sys.executable, "-m", "tallyverify", *JOBS[job]]
    found = subprocess.run(line, stdout=subprocess.PIPE, stderr=writer, check=False)
    os.close(writer)
    assert (found.returncode, found.stdout) == (2, b"")


@full
@pytest.mark.parametrize(("job", "stream"), [("contradicted", "stderr"), ("checks", "stdout")])
def test_what_is_printed_as_python_ends(job: str, stream: str) -> None:
    """Python would end in 120 where such words find no room."""
    last = f"import atexit; atexit.register(lambda: print('bye', file=sys.{stream}))"
    script = f"import sys\n{last}\nfrom tallyverify.command.app import main\n{last}\nmain()"
    command = f'exec "$0" -c "$@" {">" if stream == "stdout" else "2>"}/dev/full'
    line = ["sh", "-c", command, sys.executable, script, *JOBS[job]]
    found = subprocess.run(line, capture_output=True, check=False)
    assert found.returncode == (2 if stream == "stdout" else due(job)), found


@pytest.mark.parametrize("job", slow_but(["contradicted", "checks"], INSIDE))
def test_a_panic_is_no_verdict(job: str) -> None:
    found = broken("raise PanicException('index out of bounds\\x1b[2J')", job)
    assert (found.returncode, found.stdout) == (2, b"")
    assert found.stderr.decode() == (
        "error: a defect of tallyverify, or of a library that it uses; nothing was concluded\n"
        "  found: PanicException: index out of bounds\\x1b[2J\n"
        "  try: report it, with the traceback that TALLYVERIFY_TRACEBACK=1 shows\n"
    )


@pytest.mark.parametrize(
    ("job", "code"),
    slow_rows_but(
        [("contradicted", "1"), ("contradicted", "0"), ("checks", "'text'")],
        [*((job, "1") for job in INSIDE), ("contradicted", "0"), ("checks", "'text'")],
    ),
)
def test_a_library_that_would_end_the_process(job: str, code: str) -> None:
    found = broken(f"raise SystemExit({code})", job)
    assert (found.returncode, found.stdout) == (2, b"")
    assert b"  found: SystemExit: " in found.stderr


@pytest.mark.parametrize("job", slow_but(["contradicted"], ["contradicted", "checks", "--version"]))
def test_a_keyboard_interrupt(job: str) -> None:
    found = broken("raise KeyboardInterrupt", job)
    assert (found.returncode, found.stdout) == (130, b"")
    assert found.stderr.strip() == b"error: interrupted"


def test_memory_is_not_enough() -> None:
    found = broken("raise MemoryError", "contradicted")
    assert (found.returncode, found.stdout) == (2, b"")
    assert found.stderr == b"error: not enough memory; convert the actas to Parquet\n"


RAISED = ("deep()", "import typer; raise typer.Exit(1)", "sys.stdout.close(); raise MemoryError")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(*row, marks=[] if row[0] in RAISED else pytest.mark.slow)
        for row in [
            ("raise OSError('odd')", b"error: output: odd\n"),
            ("raise BrokenPipeError(32, 'Broken pipe')", b"defect"),
            ("raise GeneratorExit", b"found: GeneratorExit"),
            ("raise Mute", b"found: Mute\n"),
            ("deep()", b"found: RecursionError: "),
            ("import typer; raise typer.Exit(1)", b"found: SystemExit: 1"),
            ("import typer; raise typer.Abort", b"found: Abort"),
            ("return 1", b"found: TypeError: "),
            ("sys.stdout.close(); raise MemoryError", b"error: not enough memory"),
            ("sys.stderr.close(); raise MemoryError", b""),
        ]
    ],
)
def test_whatever_is_raised(body: str, words: bytes) -> None:
    found = broken(body, "checks")
    assert (found.returncode, found.stdout) == (2, b""), found
    assert words in found.stderr
    assert b"Traceback" not in found.stderr


def test_a_traceback_is_no_verdict_either() -> None:
    found = broken("raise PanicException('x')", "contradicted", TALLYVERIFY_TRACEBACK="1")
    assert (found.returncode, found.stdout) == (2, b"")
    assert b"defect" in found.stderr
    assert found.stderr.endswith(b"PanicException: x\n")
    assert b"Traceback" in found.stderr


def test_an_installation_that_cannot_be_loaded() -> None:
    script = (
        "import sys; sys.modules['typer'] = None\nfrom tallyverify.command.app import main\nmain()"
    )
    line = [sys.executable, "-c", script, *JOBS["contradicted"]]
    found = subprocess.run(line, capture_output=True, check=False)
    assert (found.returncode, found.stdout) == (2, b"")
    assert b"  found: ModuleNotFoundError: import of typer halted" in found.stderr
    assert b"Traceback" not in found.stderr


def test_a_native_abort_is_the_systems_to_tell() -> None:
    assert broken("os.abort()", "contradicted").returncode == -signal.SIGABRT


def test_the_installed_command() -> None:
    script = Path(sys.executable).with_name("tallyverify")
    if not script.exists():
        pytest.skip("the command is not installed beside this Python")
    for job in ("consistent", "contradicted", "no case"):
        found = subprocess.run([script, *JOBS[job]], capture_output=True, check=False)
        assert found.returncode == due(job)
