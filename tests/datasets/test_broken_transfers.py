"""Whatever a server does, there is the published file or a message that says what to do."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import tallyverify as tv
from tallyverify.datasets import DATASETS, downloading, fetch
from tests.datasets.served import SECOND, V2, Answer, Server, held, plain, publish, status, whole

pytest.importorskip("pooch", reason="needs tallyverify[datasets]")
_OK = b"HTTP/1.0 200 OK\r\n"
_HTML = b"<!DOCTYPE html>\n<html><body>Please sign in</body></html>"


def _length(size: int) -> bytes:
    return _OK + f"Content-Length: {size}\r\n\r\n".encode()


def _drip(asked: object) -> None:
    """One byte, and another, and another."""
    asked.wfile.write(_length(len(V2)))  # type: ignore[attr-defined]
    for at in range(len(V2)):
        asked.wfile.write(V2[at : at + 1])  # type: ignore[attr-defined]
        asked.wfile.flush()  # type: ignore[attr-defined]
        time.sleep(0.002)


def _endless(asked: object) -> None:
    asked.wfile.write(_OK + b"\r\n")  # type: ignore[attr-defined]
    while True:
        asked.wfile.write(b"0" * 65536)  # type: ignore[attr-defined]


BAD: dict[str, tuple[Answer, str]] = {
    "another file of the same size": (
        whole(V2.replace(b"200", b"201")),
        "what came is not the published file",
    ),
    "one byte more": (whole(V2 + b"\n"), f"more than {len(V2):,} bytes"),
    "one byte less": (whole(V2[:-1]), f"found: {len(V2) - 1:,} bytes, SHA-256 "),
    "nothing": (whole(b""), "found: 0 bytes"),
    "endless": (_endless, f"more than {len(V2):,} bytes"),
    "fewer bytes than were said": (
        plain(_length(len(V2)) + V2[:9000]),
        "the transfer broke off",
    ),
    "no length, cut off": (plain(_OK + b"\r\n" + V2[:9000]), "found: 9,000 bytes, SHA-256 "),
    "chunks, cut off": (
        plain(_OK.replace(b"1.0", b"1.1") + b"Transfer-Encoding: chunked\r\n\r\n400\r\n" + V2[:99]),
        "the transfer broke off",
    ),
    "chunks that are none": (
        plain(_OK.replace(b"1.0", b"1.1") + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + V2[:99]),
        "the transfer broke off",
    ),
    "a page instead of the file": (whole(_HTML), f"found: a web page, {len(_HTML)} bytes"),
    "a page with a mark at its head": (whole(b"\xef\xbb\xbf \n" + _HTML), "a web page"),
    "redirected to a page": (status(302, Location="/page"), "a web page"),
    "redirected in a circle": (status(301, Location=f"/{SECOND}"), "in a circle"),
    "redirected to a file of this machine": (
        status(302, Location="file:///etc/passwd"),
        "the server's answer cannot be read\n  found: 127.0.0.1: InvalidSchema",
    ),
    "redirected to nowhere": (status(302, Location="http://"), "127.0.0.1"),
    "redirected to half an address": (status(302, Location="http://[::1"), "cannot be read"),
    "not modified": (status(304), "found: 0 bytes"),
    "no content": (status(204), "found: 0 bytes"),
    "forbidden": (status(403), "found: 127.0.0.1: 403 Forbidden"),
    "not found": (status(404, _HTML), "found: 127.0.0.1: 404 Not Found"),
    "gone": (status(410), "410 Gone"),
    "too many": (status(429), "429 Too Many Requests"),
    "an error": (status(500), "500 Internal Server Error"),
    "busy": (status(503), "503 Service Unavailable"),
    "a code of its own": (status(599), "found: 127.0.0.1: 599\n"),
    "gzip that is none": (whole(V2, Content_Encoding="gzip"), "answer cannot be read"),
    "gzip, cut off": (
        whole(gzip.compress(V2)[:800], Content_Encoding="gzip"),
        "expected",
    ),
    "gzip that swells": (
        whole(gzip.compress(b"0" * 10**8), Content_Encoding="gzip"),
        f"more than {len(V2):,} bytes",
    ),
    "a length that is no number": (
        plain(_OK + b"Content-Length: many\r\n\r\n" + V2),
        "the server's answer cannot be read",
    ),
    "no HTTP": (
        plain(b"220 mail.example.org ESMTP\r\n"),
        "cannot be read\n  found: 127.0.0.1: BadStatusLine",
    ),
    "hung up": (plain(b""), "cannot be read\n  found: 127.0.0.1: RemoteDisconnected"),
    "heads without end": (plain(_OK + b"X: y\r\n" * 200), "answer cannot be read"),
    "a trickle": (_drip, "too slow to come to an end"),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "_SILENCE", 0.5)
    monkeypatch.setattr(downloading, "_PATIENCE", 0.4)
    monkeypatch.setattr(downloading, "_SLOWEST", 20_000)


def refused(cache: Path) -> str:
    """Fetch what cannot be had: what to do is told, and nothing lies in the cache."""
    with pytest.raises(tv.InputError) as caught:
        fetch("venezuela-2024")
    said = str(caught.value)
    file = DATASETS["venezuela-2024"].files[0]
    assert said.startswith(f"{SECOND}: "), said
    assert f"  expected: {SECOND}: {file.size:,} bytes, SHA-256 {file.sha256}\n" in said
    assert f"  try: again later; or get a copy from {file.address}, or from somebody" in said
    assert "tallyverify fetch venezuela-2024 --from FILE (in Python, from_file=FILE)" in said
    assert str(cache / "venezuela-2024") in said
    assert held(cache) == {}
    return said


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_answer_is_told(kind: str, server: Server, cache: Path) -> None:
    answer, words = BAD[kind]
    server.answers |= {f"/{SECOND}": answer, "/page": whole(_HTML)}
    said = refused(cache)
    assert words in said, said


def test_a_server_that_falls_silent(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "_SILENCE", 0.2)
    server.answers[f"/{SECOND}"] = plain(b"", lambda: server.over.wait(20))
    assert "nothing from 127.0.0.1 in time" in refused(cache)
    server.answers[f"/{SECOND}"] = plain(_length(len(V2)), lambda: server.over.wait(20))
    assert "nothing from 127.0.0.1 in time" in refused(cache)
    begun = plain(_length(len(V2)) + V2[:5120], lambda: server.over.wait(20))
    server.answers[f"/{SECOND}"] = begun
    said = refused(cache)
    assert "the transfer broke off" in said
    assert f"found: 5,120 of {len(V2):,} bytes" in said


@pytest.fixture
def nobody() -> Iterator[str]:
    """Return an address of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_no_connection(nobody: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    publish(monkeypatch, nobody)
    said = refused(cache)
    assert "there is no connection\n  found: 127.0.0.1: Connection refused\n" in said


def test_a_proxy_that_is_not_there(
    nobody: str, server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setenv("http_proxy", nobody)
    assert "no connection through the proxy that the environment names" in refused(cache)
    assert server.asked == []


def test_a_name_that_nobody_has(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without a network."""

    def unknown(*args: object, **named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    publish(monkeypatch, "https://static.example.org")
    said = refused(cache)
    assert "no connection\n  found: static.example.org: Name or service not known\n" in said


def test_a_server_that_cannot_show_who_it_is(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, server.address.replace("http:", "https:"))
    assert "certificate cannot be trusted" in refused(cache)
    assert server.asked == []


def test_gzip_that_is_whole_is_undone(server: Server, cache: Path) -> None:
    server.answers[f"/{SECOND}"] = whole(gzip.compress(V2), Content_Encoding="gzip")
    assert (fetch("venezuela-2024").folder / SECOND).read_bytes() == V2
    assert server.heads[0]["Accept-Encoding"] == "identity"


def test_a_redirection_to_the_file_is_followed(server: Server, cache: Path) -> None:
    server.answers |= {f"/{SECOND}": status(301, Location="/moved"), "/moved": whole(V2)}
    assert (fetch("venezuela-2024").folder / SECOND).read_bytes() == V2


def test_what_came_before_the_fault_is_kept(server: Server, cache: Path) -> None:
    """The second of two files fails: the next time only that one is fetched."""
    first = DATASETS["venezuela-2024"].files[1]
    good = server.answers[f"/{first.name}"]
    server.answers[f"/{first.name}"] = status(503)
    with pytest.raises(tv.InputError, match="503"):
        fetch("venezuela-2024")
    assert held(cache) == {f"venezuela-2024/{SECOND}": V2}
    server.answers[f"/{first.name}"] = good
    fetch("venezuela-2024")
    assert server.asked == [f"/{SECOND}", f"/{first.name}", f"/{first.name}"]


def test_an_address_that_is_none(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = DATASETS["venezuela-2024"]
    odd = replace(known.files[0], address="ttp://static.example.org/x")
    monkeypatch.setitem(DATASETS, known.name, replace(known, files=(odd,)))
    with pytest.raises(tv.InputError):
        fetch("venezuela-2024")
