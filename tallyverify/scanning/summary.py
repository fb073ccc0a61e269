"""A scan in a few lines, as the screen shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.errors import printable
from tallyverify.language import counted, formula, number, told, told_of
from tallyverify.scanning.words import KINDS

if TYPE_CHECKING:
    from tallyverify.scanning.folder import FolderScan
    from tallyverify.scanning.outcomes import PageStatus


def scan_summary(scan: FolderScan) -> str:
    """Return how many pages were read, why others were not, and what to look at."""
    lines: list[str] = [
        told(
            "{pages}: {read} read, {rest} not read",
            pages=counted(scan.pages, "page", "pages"),
            read=number(scan.read),
            rest=number(scan.pages - scan.read),
        )
    ]
    for status, count in scan.counts.items():
        if status not in ("read", "skipped"):
            lines.append(_counted(status, count, scan))
    if skipped := scan.counts.get("skipped", 0):
        lines.append(_counted("skipped", skipped, scan))
    several, unlike = scan.repeated
    if several:
        lines.append(
            told(
                "{stations} on several pages, {unlike} of them with different figures: each page "
                "has its row, and tallyverify verify tells them (T201, T202)",
                stations=counted(several, "station", "stations"),
                unlike=number(unlike),
            )
        )
    if scan.taken_over:
        lines.append(
            told_of(
                scan.taken_over,
                "{count} file was read by an earlier run that was broken off",
                "{count} files were read by an earlier run that was broken off",
            )
        )
    if scan.started_anew:
        lines.append(
            told(
                "an earlier run left a journal of another version, with other limits or damaged: "
                "all was read anew"
            )
        )
    return "".join(f"{line}\n" for line in lines)


def _counted(status: PageStatus, count: int, scan: FolderScan) -> str:
    first = next(o.file for o in scan.outcomes if any(page.status == status for page in o.pages))
    return formula(
        "  {count}  {kind} ({first})",
        count=number(count),
        kind=KINDS[status],
        first=printable(first) if count == 1 else told("first: {file}", file=printable(first)),
    )
