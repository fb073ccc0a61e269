"""Download one file into the cache: counted, timed and hashed as it comes, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from tallyverify._version import __version__
from tallyverify.datasets.cache import near_home, of_the_system, pooch_library, reason
from tallyverify.datasets.copies import is_web_page
from tallyverify.datasets.known_sets import DataFile, KnownSet
from tallyverify.errors import InputError
from tallyverify.language import clauses, counted, formula, number, told

Progress = Callable[[str, int, int], None]

_CONNECT = 15.0
"""Seconds for a connection to come about."""
_SILENCE = 30.0
"""Seconds without a byte."""
_SLOWEST, _PATIENCE = 1000, 60.0
"""Bytes a second that have to come on the whole, once this many seconds are over."""
_CHUNK = 256
"""Bytes after which the pace is looked at: few, so that a trickle is noticed."""
_SAID_EVERY = 64 * 1024
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": f"tallyverify/{__version__}"}


class _BrokenOffError(Exception):
    """The download was given up: why, and what was found."""


class _Receiving:
    """A download as pooch calls it, and the file that its bytes are written to."""

    def __init__(self, file: DataFile, tell: Progress) -> None:
        self.file, self.tell = file, tell
        self.size, self.head = 0, b""
        self._hash = hashlib.sha256()
        self._since = monotonic()
        self._said = 0

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        """Download an address to a file; pooch takes it away if this raises."""
        from pooch import HTTPDownloader

        answers: list[Any] = []  # pooch leaves them open where it ends early

        def keep(answer: Any, **_: Any) -> None:
            answers.append(answer)

        timeout, hooks = (_CONNECT, _SILENCE), {"response": keep}
        ask = HTTPDownloader(chunk_size=_CHUNK, timeout=timeout, headers=_HEADERS, hooks=hooks)
        try:
            with open(output_file, "wb") as self._out:
                ask(url, self, None)
        finally:
            for answer in answers:
                answer.close()
        os.chmod(output_file, 0o644)  # made for its owner alone, it could not be shared
        if self._hash.hexdigest() != self.file.sha256:
            raise _BrokenOffError(told("what came is not the published file"), self._what_came())

    def write(self, chunk: bytes) -> None:
        """Take some bytes; more than the file has, or too slowly, ends the download."""
        self._out.write(chunk)
        self._hash.update(chunk)
        self.head = self.head or bytes(chunk)
        self.size += len(chunk)
        if self.size > self.file.size:
            more = told("more than {size} bytes", size=number(self.file.size))
            raise _BrokenOffError(told("what came is not the published file"), self._kind(more))
        if self.size >= self._said + _SAID_EVERY:
            self._said = self.size
            what = told("fetching {file}", file=self.file.name)
            self.tell(what, self.size, self.file.size)
        passed = monotonic() - self._since
        if passed > _PATIENCE and self.size < _SLOWEST * passed:
            raise _BrokenOffError(told("the transfer is too slow to come to an end"), self.so_far())

    def flush(self) -> None:
        """Do nothing: pooch asks for it after each chunk."""

    def so_far(self) -> str:
        """Return how much came."""
        return told("{size} of {whole} bytes", size=number(self.size), whole=number(self.file.size))

    def _what_came(self) -> str:
        sha256 = self._hash.hexdigest()
        size = counted(self.size, "byte", "bytes")
        return self._kind(told("{size}, SHA-256 {sha256}", size=size, sha256=sha256))

    def _kind(self, size: str) -> str:
        return told("a web page, {size}", size=size) if is_web_page(self.head) else size


def download(
    known: KnownSet, file: DataFile, folder: Path, there: str | None, tell: Progress
) -> None:
    """Download a file of a data set into the cache; a file of that name is replaced at the end.

    ``there`` is the SHA-256 of the file that it replaces, if there is one.

    Raises
    ------
    InputError
        If it cannot be had, with what to do then.
    OSError
        If the system refuses to write it.
    """
    pooch = pooch_library()
    from requests import RequestException

    coming = _Receiving(file, tell)
    try:
        with _quiet(pooch.get_logger()):
            pooch.retrieve(
                file.address,
                known_hash=f"sha256:{file.sha256}",
                fname=file.name,
                path=folder,
                downloader=coming,
            )
        return
    except _BrokenOffError as error:
        what, found = error.args
    except (RequestException, ValueError) as error:  # the latter of heads that say nothing
        what, found = _why(error, coming)
    if there is not None:
        old = told("in the cache, under this name, another file (SHA-256 {sha256})", sha256=there)
        found = clauses((found, old))
    raise InputError(
        what,
        file=file.name,
        found=found,
        expected=file.described(),
        hint=by_hand(known, file, folder),
    )


def by_hand(known: KnownSet, file: DataFile, folder: Path) -> str:
    """Return what can be done without a download."""
    return told(
        "again later; or get a copy from {address}, or from somebody who has one, and give it: "
        "tallyverify fetch {name} --from FILE (in Python, from_file=FILE); or put it into "
        "{folder} under this name",
        address=file.address,
        name=known.name,
        folder=near_home(folder),
    )


@contextmanager
def _quiet(logger: Any) -> Iterator[None]:
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _why(error: Any, coming: _Receiving) -> tuple[str, str]:
    """Return in words what kept a download from its end, and what was found."""
    from requests import exceptions as of
    from urllib3.exceptions import ReadTimeoutError

    host = urlsplit(coming.file.address).hostname or ""
    silent = any(isinstance(one, of.Timeout | ReadTimeoutError) for one in (error, *error.args))
    if isinstance(error, of.HTTPError):
        code = error.response.status_code
        known = {one.value: one.phrase for one in HTTPStatus}
        answer = f"{code} {known.get(code, '')}".strip()
        what = told("the server does not give the file")
        return what, formula("{host}: {answer}", host=host, answer=answer)
    if coming.size or isinstance(error, of.ChunkedEncodingError):
        return told("the transfer broke off"), coming.so_far()
    if silent:
        what = told("the server does not answer")
        return what, told("nothing from {host} in time", host=host)
    found = formula("{host}: {why}", host=host, why=reason(error))
    if isinstance(error, of.TooManyRedirects):
        return told("the server redirects in a circle"), host
    if isinstance(error, of.SSLError):
        return told("the server's certificate cannot be trusted"), found
    if isinstance(error, of.ProxyError):
        return told("there is no connection through the proxy that the environment names"), found
    if of_the_system(error):
        return told("there is no connection"), found
    return told("the server's answer cannot be read"), found
