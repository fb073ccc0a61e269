"""A name becomes a case: downloaded once, held to its SHA-256, kept, and mended."""

from __future__ import annotations

import errno
import importlib
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import tallyverify as tv
from tallyverify.case import read_document
from tallyverify.datasets import DATASETS, DataSet, downloading, fetch, written_case
from tallyverify.datasets import cache as cached
from tests.datasets.served import CONTENT, FIRST, SECOND, V1, V2, Server, held, status
from tests.helpers.command import SAMPLES

needs_pooch = pytest.mark.skipif(
    importlib.util.find_spec("pooch") is None, reason="needs tallyverify[datasets]"
)
DOCUMENTS = ["case.json", "contest.json", "declared.json"]


def copies(folder: Path) -> list[str | Path]:
    """Write the made-up files under names of the user's own."""
    folder.mkdir(exist_ok=True)
    made = {folder / f"my copy {at}.txt": raw for at, raw in enumerate(CONTENT.values())}
    for path, raw in made.items():
        path.write_bytes(raw)
    return list(made)


def test_what_is_pinned() -> None:
    """The SHA-256 of the two files, as the issue that asked for them gives them."""
    second, first = DATASETS["venezuela-2024"].files
    assert first.sha256 == "fd2712796bf8ec77dfe02e07cd864882c93f4079238c2d21b822b7b9a999f8ea"
    assert second.sha256 == "296d35bbda1d6bd12e7011ed93da1973a3f22beb73cc05dbb0554efc31b2deaa"
    for known in DATASETS.values():
        for file in known.files:
            assert re.fullmatch("[0-9a-f]{64}", file.sha256)
            assert file.address == f"https://static.resultadosconvzla.com/{file.name}"


def test_documents_are_the_published_totals_of_the_sample_and_no_station() -> None:
    for known in DATASETS.values():
        texts = known.texts()
        for name in ("contest.json", "declared.json"):
            assert texts[name] == (SAMPLES / "venezuela-2024" / name).read_bytes()
        assert list(texts) == ["contest.json", "declared.json", known.case]


def test_documents_are_such_as_a_case_has(tmp_path: Path) -> None:
    for known in DATASETS.values():
        path = tmp_path / known.case
        path.write_bytes(known.texts()[known.case])
        case, _ = read_document(path, tv.CaseFile, "case")
        assert case.actas.file == known.files[0].name


@needs_pooch
def test_it_is_downloaded_once_and_is_a_case(server: Server, cache: Path) -> None:
    found = fetch("venezuela-2024")
    assert server.asked == [f"/{SECOND}", f"/{FIRST}"]
    assert held(cache) == {
        f"venezuela-2024/{name}": raw
        for name, raw in {**CONTENT, **DATASETS["venezuela-2024"].texts()}.items()
    }
    assert found.files == (found.folder / SECOND, found.folder / FIRST)
    assert found.notes == ()
    assert repr(found) == "<DataSet 'venezuela-2024': 2 of 2 files>"
    again = fetch("venezuela-2024")
    assert len(server.asked) == 2
    assert again == found
    case = tv.load_case(found)
    assert len(case.actas) == 300
    assert case.supplied_by == "the opposition campaign (resultadosconvzla.com)"
    assert case.actas.frame["state"].tolist()[0] == "EDO. PEÑA"
    shas = {one.name: one.sha256 for one in case.inputs}
    assert shas[SECOND] == found.known.files[0].sha256
    assert tv.verify(found, checks="rules").verdict == tv.verify(found.case, checks="rules").verdict


@needs_pooch
def test_the_first_edition_is_a_case_of_its_own(server: Server, cache: Path) -> None:
    found = fetch("venezuela-2024-v1")
    assert server.asked == [f"/{FIRST}"]
    case = tv.load_case(found)
    assert len(case.actas) == 280
    assert int(case.actas.figure("registered")[0].sum()) == 280 * 999
    fetch("venezuela-2024")  # what is there is not fetched again
    assert server.asked == [f"/{FIRST}", f"/{SECOND}"]
    assert len(tv.load_case(found).actas) == 280


@needs_pooch
def test_others_may_read_what_was_fetched(server: Server, cache: Path) -> None:
    """A cache may be shared: files are not for their owner alone."""
    for path in fetch("venezuela-2024").folder.iterdir():
        assert path.stat().st_mode & 0o044 == 0o044, path


@needs_pooch
def test_progress_is_told_and_pooch_says_nothing(
    server: Server, cache: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallyverify.datasets.downloading._SAID_EVERY", 8192)
    said: list[tuple[str, int, int]] = []
    fetch("venezuela-2024", progress=lambda *one: said.append(one))
    of_second = [(done, of) for what, done, of in said if what == f"fetching {SECOND}"]
    assert [done // 8192 for done, _ in of_second] == [1, 2]
    assert {of for _, of in of_second} == {len(V2)}
    assert capfd.readouterr() == ("", "")
    assert not importlib.import_module("pooch").get_logger().disabled


@needs_pooch
def test_a_wrong_file_in_the_cache_is_told_and_replaced(server: Server, cache: Path) -> None:
    found = fetch("venezuela-2024")
    (found.folder / SECOND).write_bytes(V2 + b"one more\n")
    mended = fetch("venezuela-2024")
    assert (found.folder / SECOND).read_bytes() == V2
    assert server.asked == [f"/{SECOND}", f"/{FIRST}", f"/{SECOND}"]
    (note,) = mended.notes
    assert re.fullmatch(rf"{SECOND} in the cache was another file \(SHA-256 \w{{64}}\); .*", note)


@needs_pooch
def test_a_wrong_file_stays_where_no_other_can_be_had(server: Server, cache: Path) -> None:
    found = fetch("venezuela-2024")
    (found.folder / SECOND).write_bytes(b"mine")
    before = held(cache)
    server.answers[f"/{SECOND}"] = status(503)
    with pytest.raises(tv.InputError, match="in the cache, under this name, another file"):
        fetch("venezuela-2024")
    assert held(cache) == before


@needs_pooch
def test_documents_that_were_changed_are_told_and_written_anew(server: Server, cache: Path) -> None:
    found = fetch("venezuela-2024")
    (found.folder / "declared.json").write_text("{}", encoding="utf-8")
    assert fetch("venezuela-2024").notes == (
        "declared.json said something else in the cache; it was written anew",
    )
    assert fetch("venezuela-2024").notes == ()


@needs_pooch
@pytest.mark.parametrize("right", [True, False])
def test_a_link_in_the_cache_is_replaced_and_what_it_leads_to_is_not(
    server: Server, cache: Path, tmp_path: Path, right: bool
) -> None:
    """A case is not led out of its folder: the right file is copied, a wrong one fetched."""
    mine = tmp_path / "mine.csv"
    mine.write_bytes(V2 if right else b"mine")
    folder = cache / "venezuela-2024"
    folder.mkdir(parents=True)
    (folder / SECOND).symlink_to(mine)
    found = fetch("venezuela-2024")
    assert not (folder / SECOND).is_symlink()
    assert (folder / SECOND).read_bytes() == V2
    assert mine.read_bytes() == (V2 if right else b"mine")
    assert (f"/{SECOND}" in server.asked) is not right
    assert len(tv.load_case(found).actas) == 300


@needs_pooch
def test_a_link_to_nothing_is_replaced(server: Server, cache: Path, tmp_path: Path) -> None:
    folder = cache / "venezuela-2024"
    folder.mkdir(parents=True)
    (folder / SECOND).symlink_to(tmp_path / "gone.csv")
    (folder / "case.json").symlink_to(tmp_path / "gone.json")
    assert len(tv.load_case(fetch("venezuela-2024")).actas) == 300
    assert not (tmp_path / "gone.csv").exists()
    assert not (tmp_path / "gone.json").exists()


@needs_pooch
def test_many_fetch_at_once(server: Server, cache: Path) -> None:
    found: list[DataSet] = []
    at_once = [
        threading.Thread(target=lambda: found.append(fetch("venezuela-2024"))) for _ in range(6)
    ]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    assert len(found) == 6
    assert {name.split("/")[1] for name in held(cache)} == {*CONTENT, *DOCUMENTS}
    assert held(cache)[f"venezuela-2024/{SECOND}"] == V2


@needs_pooch
def test_an_interrupt_leaves_nothing_half(server: Server, cache: Path) -> None:
    class Stop(BaseException):
        pass

    def stop(asked: object) -> None:
        asked.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + V2[:9000])  # type: ignore[attr-defined]

    def interrupted(what: str, done: int, of: int) -> None:
        raise Stop

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tallyverify.datasets.downloading._SAID_EVERY", 4096)
        with pytest.raises(Stop):
            fetch("venezuela-2024", progress=interrupted)
    assert held(cache) == {}


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLYVERIFY_CACHE", str(tmp_path / "of the environment"))
    assert cached.cache_folder(None) == tmp_path / "of the environment"
    assert cached.cache_folder(tmp_path / "given") == tmp_path / "given"
    assert cached.cache_folder("~/x") == Path.home() / "x"
    monkeypatch.setenv("TALLYVERIFY_CACHE", "~/y")
    assert cached.cache_folder(None) == Path.home() / "y"
    for name in ("", None):
        monkeypatch.delenv("TALLYVERIFY_CACHE", raising=False)
        if name is not None:
            monkeypatch.setenv("TALLYVERIFY_CACHE", name)
        pooch = pytest.importorskip("pooch", reason="needs tallyverify[datasets]")
        assert cached.cache_folder(None) == pooch.os_cache("tallyverify")


def test_a_place_is_told_from_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/people/ana")
    assert cached.near_home(Path("/people/ana/.cache/x")) == os.path.join("~", ".cache", "x")
    assert cached.near_home(Path("/srv/x")) == "/srv/x"


def refuse(number: int) -> Callable[..., object]:
    def refused(*args: object, **named: object) -> object:
        raise OSError(number, os.strerror(number))

    return refused


@needs_pooch
@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
@pytest.mark.parametrize("what", ["folder", "file", "bytes", "documents"])
def test_a_cache_that_cannot_be_written_to_is_told(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch, what: str, number: int
) -> None:
    refused = refuse(number)
    if what == "folder":
        monkeypatch.setattr(os, "makedirs", refused)
    elif what == "file":
        monkeypatch.setattr(tempfile, "NamedTemporaryFile", refused)
    elif what == "bytes":
        monkeypatch.setattr("tallyverify.datasets.downloading._Receiving.write", refused)
    else:
        monkeypatch.setattr("tallyverify.datasets.fetching.write_whole", refused)
    with pytest.raises(tv.InputError) as caught:
        fetch("venezuela-2024")
    said = str(caught.value)
    assert said.startswith("the cache cannot be used\n"), said
    assert f"venezuela-2024: {os.strerror(number)}\n" in said
    assert "--cache FOLDER, or in TALLYVERIFY_CACHE" in said
    assert set(held(cache)) <= {f"venezuela-2024/{name}" for name in CONTENT}


@needs_pooch
def test_a_full_cache_that_cannot_be_written_to_is_used(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that an administrator filled."""
    fetch("venezuela-2024")
    monkeypatch.setattr(tempfile, "mkstemp", refuse(errno.EROFS))
    monkeypatch.setattr(os, "makedirs", refuse(errno.EROFS))
    assert fetch("venezuela-2024").notes == ()


@pytest.mark.parametrize(
    "place", ["cache", "cache/venezuela-2024", f"cache/venezuela-2024/{SECOND}"]
)
def test_something_stands_in_the_way(
    server: Server, cache: Path, tmp_path: Path, place: str
) -> None:
    there = tmp_path / place
    there.parent.mkdir(parents=True, exist_ok=True)
    if place.endswith(".csv"):
        there.mkdir()
    else:
        there.write_text("mine", encoding="utf-8")
    before = held(tmp_path)
    with pytest.raises(tv.InputError, match=r"is no folder|something stands where") as caught:
        fetch("venezuela-2024")
    assert there.name in str(caught.value)
    assert held(tmp_path) == before


def test_without_the_library(
    cache: Path, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs no download needs no extra, either."""
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(tv.InputError) as caught:
        fetch("venezuela-2024")
    assert 'pip install "tallyverify[datasets]"' in str(caught.value)
    assert not cache.exists()
    found = fetch("venezuela-2024", from_file=copies(tmp_path / "mine"))
    assert len(tv.load_case(found).actas) == 300
    assert fetch("venezuela-2024").files == found.files
    monkeypatch.delenv("TALLYVERIFY_CACHE")
    with pytest.raises(tv.InputError, match="no pooch"):
        fetch("venezuela-2024", from_file=copies(tmp_path / "mine"))
    assert server.asked == []


def test_a_folder_of_ones_own(server: Server, cache: Path, tmp_path: Path) -> None:
    found = fetch("venezuela-2024", from_file=copies(tmp_path / "mine"))
    out = tmp_path / "new" / "mine"
    written = found.write(out)
    assert written[-1] == out / "case.json"
    assert held(out) == {**CONTENT, **found.known.texts()}
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    assert found.write(str(out)) == written  # the same again is no harm, and not written
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == before
    first = fetch("venezuela-2024-v1").write(tmp_path / "first")
    assert first[-1].name == "case.json"
    assert len(tv.load_case(tmp_path / "first").actas) == 280


def test_a_folder_of_ones_own_is_not_overwritten(
    server: Server, cache: Path, tmp_path: Path
) -> None:
    found = fetch("venezuela-2024", from_file=copies(tmp_path / "mine"))
    out = tmp_path / "out"
    out.mkdir()
    (out / "case.json").write_text("{}", encoding="utf-8")
    (out / "notes.txt").write_text("of mine", encoding="utf-8")
    with pytest.raises(tv.InputError) as caught:
        found.write(out)
    assert str(caught.value).startswith("out: files of other content are in the way\n")
    assert "found: 'case.json'\n" in str(caught.value)
    assert held(out) == {"case.json": b"{}", "notes.txt": b"of mine"}
    with pytest.raises(tv.InputError, match="other content"):
        fetch("venezuela-2024-v1").write(out)


def test_a_file_that_changed_since_is_not_handed_on(
    server: Server, cache: Path, tmp_path: Path
) -> None:
    found = fetch("venezuela-2024", from_file=copies(tmp_path / "mine"))
    found.files[0].write_bytes(V2.replace(b"200", b"900"))
    with pytest.raises(tv.InputError, match="changed since it was fetched"):
        found.write(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    # Who loads it none the less has the SHA-256 of what was read in the report.
    shas = {one.name: one.sha256 for one in tv.load_case(found).inputs}
    assert shas[SECOND] != found.known.files[0].sha256


def test_a_folder_that_cannot_be_written_to(
    server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = fetch("venezuela-2024", from_file=copies(tmp_path / "mine"))
    with pytest.raises(tv.InputError, match="the cache cannot be used"):
        fetch("venezuela-2024", from_file=copies(tmp_path / "mine"), cache="a\0b")
    with pytest.raises(tv.InputError, match="the folder cannot be written to"):
        found.write("a\0b")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(tv.InputError, match="the folder cannot be written to"):
        found.write(tmp_path / "file")
    monkeypatch.setattr(tempfile, "mkstemp", refuse(errno.ENOSPC))
    with pytest.raises(tv.InputError, match="found: No space left on device"):
        found.write(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_own_documents_name_the_case_like_any_other() -> None:
    for known in DATASETS.values():
        assert sorted(written_case.own_documents(known)) == DOCUMENTS


def test_v1_is_written_as_the_first_edition_is() -> None:
    assert V1.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in V1
    assert b"\r\n" not in V2
    assert b"\xd1" in V2


@needs_pooch
def test_the_page_runs_as_it_is_told(
    server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (SAMPLES.parents[1] / "docs" / "datasets.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(code.replace("verify(found)", "verify(found, checks='rules')"), "", "exec"), names)
    assert held(tmp_path / "venezuela").keys() == {*CONTENT, *DOCUMENTS}


def test_the_page_tells_the_limits_as_they_are() -> None:
    page = (SAMPLES.parents[1] / "docs" / "datasets.md").read_text(encoding="utf-8")
    said = " ".join(page.split())
    assert f"nothing comes for {downloading._SILENCE:.0f} seconds" in said
    assert f"after a minute it is slower than {downloading._SLOWEST:,} bytes a second" in said
    assert downloading._PATIENCE == 60
