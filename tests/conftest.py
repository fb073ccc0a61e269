"""Options and profiles of the test run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.helpers.command import Command, small_case

for profile, examples in (("default", 40), ("slow", 100)):
    settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--runslow",
        action="store_true",
        help="also run the tests marked slow or hours, and more examples of each",
    )


def pytest_configure(config: pytest.Config) -> None:
    os.environ["LANGUAGE"] = "en"  # whatever the screen of whoever runs the tests speaks
    # Whoever asks Python to keep nothing that it compiled has each process compile it all anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    settings.load_profile("slow" if config.getoption("--runslow") else "default")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--runslow"):
        return
    for item in items:
        for tier in ("slow", "hours"):
            if item.get_closest_marker(tier):
                item.add_marker(pytest.mark.skip(reason=f"{tier}; run with --runslow"))


@pytest.fixture(autouse=True)
def stays_here() -> Iterator[None]:
    """Hold that a test leaves the working folder as it found it: the examples are run from it."""
    before = Path.cwd()
    yield
    after = Path.cwd()
    os.chdir(before)
    assert after == before, f"the test went to {after} and stayed there"


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return the command line, to be called with its arguments."""
    return Command(capfd, monkeypatch)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Return the folder of a small consistent case, alone in its parent."""
    return small_case(tmp_path / "toy")
