"""Copies that people have: known by their bytes alone, only read, told apart where they differ."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tallyverify as tv
from tallyverify.datasets import fetch
from tests.datasets.served import CONTENT, FIRST, SECOND, V1, V2, Server


def copy(folder: Path, raw: bytes, name: str = "mine.txt") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def test_they_are_known_by_their_bytes_not_by_their_names(
    server: Server, cache: Path, tmp_path: Path
) -> None:
    crosswise = [copy(tmp_path, V1, SECOND), copy(tmp_path, V2, FIRST)]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in crosswise}
    found = fetch("venezuela-2024", from_file=crosswise)
    assert {name: (found.folder / name).read_bytes() for name in CONTENT} == CONTENT
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in crosswise} == before
    assert server.asked == []


def test_one_will_do_if_the_case_reads_it(server: Server, cache: Path, tmp_path: Path) -> None:
    found = fetch("venezuela-2024", from_file=str(copy(tmp_path, V2)))
    assert found.files == (found.folder / SECOND,)
    assert repr(found) == "<DataSet 'venezuela-2024': 1 of 2 files>"
    assert len(tv.load_case(found).actas) == 300
    assert fetch("venezuela-2024", from_file=copy(tmp_path, V2)) == found
    more = fetch("venezuela-2024", from_file=copy(tmp_path, V1))  # the other is in the cache
    assert len(more.files) == 2
    assert server.asked == []


def test_the_case_needs_its_file(server: Server, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(tv.InputError) as caught:
        fetch("venezuela-2024", from_file=[copy(tmp_path, V1)])
    said = str(caught.value)
    assert said.startswith(f"{SECOND}: the case reads a file of which no copy was given")
    assert f"found: {FIRST}\n" in said
    assert said.endswith("is the data set venezuela-2024-v1")
    assert not cache.exists()
    assert server.asked == []
    assert fetch("venezuela-2024-v1", from_file=copy(tmp_path, V1)).files[0].name == FIRST


def test_the_same_twice_is_no_harm(server: Server, cache: Path, tmp_path: Path) -> None:
    twice = [copy(tmp_path, V2, "a"), copy(tmp_path, V2, "b")]
    assert len(fetch("venezuela-2024", from_file=twice).files) == 1


def test_an_empty_list_is_none(server: Server, cache: Path) -> None:
    pytest.importorskip("pooch", reason="needs tallyverify[datasets]")
    assert len(fetch("venezuela-2024", from_file=[]).files) == 2
    assert len(server.asked) == 2


def zipped(raw: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(SECOND, raw)
    return made.getvalue()


_TEXT = "it has the text of {}, but a program changed its encoding"
WRONG: dict[str, tuple[bytes, str]] = {
    "something else": (b"a,b\n1,2\n", "fetch the file itself, or verify this one as a case"),
    "as many bytes": (V2.replace(b"200", b"201"), f"it has as many bytes as {SECOND}, but not"),
    "saved as UTF-8": (V2.decode("latin-1").encode(), _TEXT.format(SECOND)),
    "saved as UTF-8 with a mark": (
        V2.decode("latin-1").encode("utf-8-sig").replace(b"\n", b"\r\n"),
        _TEXT.format(SECOND),
    ),
    "ends of lines of Windows": (V2.replace(b"\n", b"\r\n"), _TEXT.format(SECOND)),
    "ends of lines of git": (V1.replace(b"\r\n", b"\n"), _TEXT.format(FIRST)),
    "without its mark": (V1.removeprefix(b"\xef\xbb\xbf"), _TEXT.format(FIRST)),
    "saved as Latin-1": (V1.decode("utf-8-sig").encode("latin-1"), _TEXT.format(FIRST)),
    "a page of the web": (b"<!doctype html><title>Sign in</title>", "it is a web page"),
    "gz": (gzip.compress(V2), "it is packed: unpack it first"),
    "zip": (zipped(V2), "it is packed: unpack it first"),
    "cut off": (V2[:5000], "fetch the file itself"),
    "one line more": (V2 + b"\n", "fetch the file itself"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_copy_is_told(kind: str, server: Server, cache: Path, tmp_path: Path) -> None:
    raw, words = WRONG[kind]
    for more in ([], [copy(tmp_path, V2, "good.csv")]):
        with pytest.raises(tv.InputError) as caught:
            fetch("venezuela-2024", from_file=[*more, copy(tmp_path, raw)])
        said = str(caught.value)
        assert said.startswith("mine.txt: this copy is none of the published files\n"), said
        sha256 = hashlib.sha256(raw).hexdigest()
        assert f"  found: {len(raw):,} bytes, SHA-256 {sha256}\n" in said
        for name, right in CONTENT.items():
            known = hashlib.sha256(right).hexdigest()
            assert f"{name}: {len(right):,} bytes, SHA-256 {known}" in said
        assert f"try: {words}" in said, said
        assert str(tmp_path) not in said
        assert not cache.exists()
    assert (tmp_path / "mine.txt").read_bytes() == raw


def test_a_copy_of_another_set(server: Server, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(tv.InputError) as caught:
        fetch("venezuela-2024-v1", from_file=copy(tmp_path, V2))
    assert "this copy is a file of another data set\n  found: a file of venezuela-2024\n" in str(
        caught.value
    )


def test_what_is_no_file(server: Server, cache: Path, tmp_path: Path) -> None:
    copy(tmp_path, V2, "RESULTADOS.csv")
    (tmp_path / "empty").touch()
    for given_path, words in (
        (tmp_path, "this is a folder"),
        (tmp_path / "RESULTADO.csv", "did you mean 'RESULTADOS.csv'?"),
        (tmp_path / "empty", "the file is empty"),
        (tmp_path / "a\0b", "there is no such file"),
        (Path("/dev/zero"), "there is no such file"),
    ):
        with pytest.raises(tv.InputError) as caught:
            fetch("venezuela-2024", from_file=given_path)
        assert words in str(caught.value)
    assert not cache.exists()


def test_a_large_copy_is_not_held_in_memory(
    server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallyverify.datasets.copies._MOST", 1000)
    raw = b"0" * 5_000_000
    with pytest.raises(tv.InputError, match=hashlib.sha256(raw).hexdigest()):
        fetch("venezuela-2024", from_file=copy(tmp_path, raw))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(at=st.integers(0, len(V2) - 1), byte=st.integers(1, 255), size=st.integers(-1, 1))
def test_no_other_bytes_are_taken(
    at: int, byte: int, size: int, server: Server, cache: Path, tmp_path: Path
) -> None:
    """One byte changed, left out or put in, anywhere."""
    changed = bytes([V2[at] ^ byte])
    raw = V2[:at] + (b"" if size < 0 else changed if size == 0 else changed + V2[at : at + 1])
    raw += V2[at + 1 :]
    with pytest.raises(tv.InputError, match="none of the published files"):
        fetch("venezuela-2024", from_file=copy(tmp_path, raw))
    assert not cache.exists()
