"""A command run as people run it, in a process of its own, and what it took and left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers.command import ROOT

MOST_SECONDS = 60
MOST_BYTES = 2 * 1024**3
CODES = (0, 1, 2, 130, 143)


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str
    seconds: float  # of processors, its children's with them: whatever else the machine does
    peak: int  # bytes, of the largest of its processes
    left: frozenset[str]  # files that were not there before

    def faults(self, *, whole: frozenset[str] | None = None) -> list[str]:
        """Return what must never be, whatever the input holds."""
        return [
            *(["a traceback"] if "Traceback" in self.out + self.err else []),
            *([f"exit code {self.code}"] if self.code not in CODES else []),
            *([f"{self.seconds:.0f} s"] if self.seconds > MOST_SECONDS else []),
            *([f"{self.peak / 1024**2:.0f} MiB"] if self.peak > MOST_BYTES else []),
            *(["a defect"] if "a defect of tallyverify" in self.err else []),
            *(
                [f"left behind: {sorted(self.left)}"]
                if whole is not None and self.left not in (whole, frozenset())
                else []
            ),
        ]


def outside(*args: str | Path, folder: Path) -> Ended:
    """Run ``tallyverify`` in a folder; what it says must be told, not thrown."""
    if not hasattr(os, "wait4"):
        pytest.skip("this system does not tell what a process took")
    before = _files(folder)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LANGUAGE": "en"}
    with (folder / "said.out").open("wb") as out, (folder / "said.err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "tallyverify", *map(str, args)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment,
            start_new_session=True,
        )
        clock = threading.Timer(4 * MOST_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        clock.start()
        _, status, took = os.wait4(process.pid, 0)
        clock.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    said = [(folder / f"said.{name}").read_text("utf-8", "replace") for name in ("out", "err")]
    for name in ("out", "err"):
        (folder / f"said.{name}").unlink()
    unit = 1 if sys.platform == "darwin" else 1024
    return Ended(
        process.returncode,
        *said,
        seconds=took.ru_utime + took.ru_stime,
        peak=took.ru_maxrss * unit,
        left=_files(folder) - before,
    )


def _files(folder: Path) -> frozenset[str]:
    return frozenset(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
