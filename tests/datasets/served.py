"""A server on this machine that answers as it is told to, and made-up sheets for it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tallyverify.datasets import DATASETS, DataFile, KnownSet

Answer = Callable[[BaseHTTPRequestHandler], None]
CANDIDATES = ("EG", "NM", "LM", "JABE", "JOBR", "AE", "CF", "DC", "EM", "BERA")


def made_up_sheets(stations: int, registered: bool) -> str:
    """Return sheets with the columns of the published files; no station of them exists."""
    head = "COD_EDO,EDO,COD_MUN,MUN,COD_PAR,PAR,CENTRO,MESA,"
    head += ("RE," if registered else "") + "VOTOS_VALIDOS,VOTOS_NULOS," + ",".join(CANDIDATES)
    lines = [f"{head},URL"]
    for at in range(stations):
        votes = [200 + at % 37, 90 + at % 11, *(at % (3 + k) for k in range(8))]
        who = f"1,EDO. PEÑA,1,MP. UNO,1,PQ. DOS,{901000000 + at // 3},{at % 3 + 1},"
        who += "999," if registered else ""
        lines.append(f"{who}{sum(votes)},{at % 2}," + ",".join(map(str, votes)) + ",none")
    return "\n".join(lines) + "\n"


V2 = made_up_sheets(300, registered=False).encode("latin-1")
"""As the second edition is written: Latin-1."""
V1 = made_up_sheets(280, registered=True).replace("\n", "\r\n").encode("utf-8-sig")
"""As the first edition is written: UTF-8 with a mark at its head, and CRLF."""
CONTENT = {"RESULTADOS_2024_CSV_V1.csv": V1, "RESULTADOS_2024_CSV_V2.csv": V2}
FIRST, SECOND = CONTENT


def whole(raw: bytes, **heads: str) -> Answer:
    """Answer with a file, as a server does."""

    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(200)
        for name, value in ({"Content_Length": str(len(raw))} | heads).items():
            asked.send_header(name.replace("_", "-"), value)
        asked.end_headers()
        asked.wfile.write(raw)

    return answer


def status(code: int, raw: bytes = b"", **heads: str) -> Answer:
    """Answer with a code."""

    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(code)
        for name, value in ({"Content_Length": str(len(raw))} | heads).items():
            asked.send_header(name.replace("_", "-"), value)
        asked.end_headers()
        asked.wfile.write(raw)

    return answer


def plain(raw: bytes, then: Callable[[], object] = lambda: None) -> Answer:
    """Send bytes as they are, heads and all, wait, and hang up."""

    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.wfile.write(raw)
        asked.wfile.flush()
        then()
        asked.close_connection = True

    return answer


@dataclass
class Server:
    """A server that is running, what it answers by path, and what it was asked."""

    address: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving() -> Iterator[Server]:
    """Serve on a free port of this machine."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            server.heads.append(dict(self.headers))
            try:
                server.answers.get(self.path, status(404))(self)
            except OSError:  # the other side had enough
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        running.block_on_close = False
        server.address = f"http://127.0.0.1:{running.server_address[1]}"
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            running.shutdown()
            thread.join()


def pinned(file: DataFile, address: str) -> DataFile:
    """Return a file of a data set with what is made up in its place."""
    raw = CONTENT[file.name]
    return replace(
        file,
        address=f"{address}/{file.name}",
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
    )


def publish(patch: pytest.MonkeyPatch, address: str) -> dict[str, KnownSet]:
    """Have the data sets made up, and published at an address."""
    for name, known in list(DATASETS.items()):
        files = tuple(pinned(file, address) for file in known.files)
        patch.setitem(DATASETS, name, replace(known, files=files))
    return DATASETS


def held(folder: Path) -> dict[str, bytes]:
    """Return what stands in a folder and below it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
