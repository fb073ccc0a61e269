"""Made-up data sets, published by a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.datasets.served import CONTENT, Server, publish, serving, whole


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Serve the made-up files, whole, where the data sets say that they are."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as running:
        running.answers = {f"/{name}": whole(raw) for name, raw in CONTENT.items()}
        publish(monkeypatch, running.address)
        yield running


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cache that is not there yet; the environment names it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TALLYVERIFY_CACHE", str(folder))
    return folder
