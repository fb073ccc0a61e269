"""scan_folder: the QR codes of a folder of tally sheets, into a table."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tallyverify.atomic_write import write_whole
from tallyverify.language import Language, speaking, told
from tallyverify.readers import QrActa, read_payload
from tallyverify.scanning.asked import (
    check_installed,
    check_out,
    check_scanned_folder,
    jobs_of,
    nothing_to_read,
)
from tallyverify.scanning.file_list import files_in
from tallyverify.scanning.journal import Journal, open_journal
from tallyverify.scanning.limits import ScanLimits
from tallyverify.scanning.opened import open_file
from tallyverify.scanning.outcomes import FileOutcome, PageStatus
from tallyverify.scanning.pool import ReadingPool
from tallyverify.scanning.tables import acta_rows, page_rows
from tallyverify.taken import takes_input

_CHUNK = 2**20


@dataclass(frozen=True)
class FolderScan:
    """What a scan of a folder found.

    Attributes
    ----------
    outcomes : tuple of FileOutcome
        Each file, by name, those passed over too.
    written : tuple of Path
        The table of actas, and the record of each page.
    taken_over : int
        Files that an earlier run, broken off, had read already.
    started_anew : bool
        Whether such a run left a journal that could not be used.
    """

    outcomes: tuple[FileOutcome, ...]
    written: tuple[Path, ...]
    taken_over: int = 0
    started_anew: bool = False

    @cached_property
    def counts(self) -> dict[PageStatus, int]:
        """Number of pages by status, the most first; a file that gave no page counts as one."""
        found = Counter(page.status for one in self.outcomes for page in one.pages)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @property
    def pages(self) -> int:
        """Pages that were to be read."""
        return sum(self.counts.values()) - self.counts.get("skipped", 0)

    @property
    def read(self) -> int:
        """Pages that gave a payload."""
        return self.counts.get("read", 0)

    @cached_property
    def actas(self) -> tuple[QrActa, ...]:
        """What was read, in the order of files and pages."""
        pages = (page for one in self.outcomes for page in one.pages)
        return tuple(read_payload(page.text) for page in pages if page.status == "read")

    @cached_property
    def repeated(self) -> tuple[int, int]:
        """Stations that stand on several pages, and how many of them with different figures."""
        found: dict[tuple[str, str], set[tuple[int, ...]]] = defaultdict(set)
        times: Counter[tuple[str, str]] = Counter()
        for acta in self.actas:
            key = (acta.centre, acta.mesa)
            times[key] += 1
            found[key].add((*acta.votes, acta.null, acta.invalid))
        several = [key for key, count in times.items() if count > 1]
        return len(several), sum(len(found[key]) > 1 for key in several)

    def __str__(self) -> str:
        from tallyverify.scanning.summary import scan_summary

        return scan_summary(self)


@takes_input
def scan_folder(
    folder: str | Path,
    out: str | Path,
    *,
    jobs: int | None = None,
    limits: ScanLimits | None = None,
    language: Language = "en",
    progress: Callable[[str, int, int], None] | None = None,
) -> FolderScan:
    """Read the QR code of each tally sheet in a folder, and write a table of what they say.

    Each file is read once, in a process of its own kind: one that breaks or hangs it costs that
    file. A run that is broken off, however it may be, is taken up by the next with the same
    output. What is written is the same whatever the number of processes and of interruptions.

    Parameters
    ----------
    folder : str or Path
        Where the pictures (JPEG, PNG, TIFF, WebP, GIF, BMP) and PDF files are, in folders too.
    out : str or Path
        The table, a CSV file: a row for each page that was read, of the format ``acta_qr``. The
        record of every page is written beside it, ``actas.scan.csv`` for ``actas.csv``.
    jobs : int, optional
        Processes; by default one for each core.
    limits : ScanLimits, optional
        What is too large or too slow.
    language : {"en", "es"}
        Of the words in the record.
    progress : callable, optional
        Called with a word, the number of files done and of all.

    Returns
    -------
    FolderScan
        Every file with its pages. ``str()`` of it says how many were read, and why others were not.

    Raises
    ------
    InputError
        If the folder holds no picture and no PDF, the output cannot be written or is written by
        another scan, something else stands in its place, or the extra ``scan`` is not installed.

    Examples
    --------
    >>> scan_folder("no such folder", "actas.csv")
    Traceback (most recent call last):
    ...
    tallyverify.errors.InputError: no such folder: this folder is not there
      expected: a folder with pictures or PDF files of actas
    """
    folder, out = Path(folder), Path(out)
    limits = limits or ScanLimits()
    check_installed()
    check_scanned_folder(folder)
    record, path = out.with_suffix(".scan.csv"), out.with_suffix(".scan.journal")
    check_out(out, record)
    count = jobs_of(jobs)
    tell = progress or (lambda what, done, of: None)
    files = files_in(folder, (out, record, path))
    if not files.to_read and all(one.pages[0].status == "skipped" for one in files.passed):
        raise nothing_to_read(folder, files.passed)
    with open_journal(path, limits) as journal:
        kept = _still_true(journal, files.to_read, tell)
        left = {file: path for file, path in files.to_read.items() if file not in kept}
        done = dict(kept)
        with ReadingPool(left, limits, count) as pool:
            for outcome in pool.outcomes():
                journal.add(outcome)
                done[outcome.file] = outcome
                tell(told("reading"), len(done), len(files.to_read))
        outcomes = sorted((*files.passed, *done.values()), key=lambda one: one.file)
        with speaking(language):
            texts: dict[Path, str | bytes | None] = {
                out: acta_rows(outcomes),
                record: page_rows(outcomes),
            }
        write_whole(texts)
        journal.remove()
    return FolderScan(tuple(outcomes), (out, record), len(kept), journal.started_anew)


def _still_true(
    journal: Journal, files: dict[str, Path], tell: Callable[[str, int, int], None]
) -> dict[str, FileOutcome]:
    """Return what an earlier run read of files that have the same bytes still."""
    kept = {}
    for at, (file, path) in enumerate(files.items(), 1):
        before = journal.done.get(file)
        if before is not None and before.is_final and _same_bytes(path, before):
            kept[file] = before
            tell(told("looking for what was read before"), at, len(files))
    return kept


def _same_bytes(path: Path, before: FileOutcome) -> bool:
    digest = hashlib.sha256()
    try:
        with open_file(path) as file:
            if os.fstat(file.fileno()).st_size != before.size:
                return False
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return False
    return digest.hexdigest() == before.sha256
