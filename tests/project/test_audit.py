"""What the audit says where nothing was audited: no way to the databases, or no pip-audit."""

from __future__ import annotations

import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest

AUDIT = runpy.run_path(str(Path(__file__).resolve().parents[2] / "tools" / "audit.py"))["main"]
UNREACHED = "requests.exceptions.ProxyError: HTTPSConnectionPool(host='pypi.org', port=443)"
CASES = [
    ("not installed", 1, "python: No module named pip_audit", 2),
    ("a wrong option", 2, "pip-audit: error: unrecognized arguments: --x", 2),
    ("broken", 1, "Traceback:\nTypeError: 3", 2),
    ("no word", -9, "", 2),
    ("no way there", 1, f"Traceback:\n{UNREACHED}", 0),
    ("no answer", 1, "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed", 0),
]


@pytest.mark.parametrize(("stops", "stderr", "code"), [case[1:] for case in CASES])
def test_what_the_audit_says_when_it_did_not_take_place(
    stops: int,
    stderr: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def ended(*args: Any, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], stops, "", f"{stderr}\n")

    monkeypatch.setattr(subprocess, "run", ended)
    assert AUDIT() == code
    said = capsys.readouterr()
    assert ("cannot be reached" in said.out) == (code == 0)
    assert ("pip-audit does not run here" in said.err) == (code == 2)


def test_databases_that_take_too_long_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def waits(*args: Any, **options: Any) -> None:
        raise subprocess.TimeoutExpired("pip_audit", 300)

    monkeypatch.setattr(subprocess, "run", waits)
    assert AUDIT() == 0
    assert "cannot be reached" in capsys.readouterr().out
