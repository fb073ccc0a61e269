"""QR codes of tally sheets, read from photographs and scans of a whole folder.

In: a folder of images and PDF files. Out: a table of what the codes say, and for each page what was
read, how, or why not. Begin with :mod:`tallyverify.scanning.folder`; pictures are opened and read
in processes of their own (:mod:`.worker`), since what they hold is not to be trusted.
"""

from typing import TYPE_CHECKING

from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify.scanning.folder import FolderScan, scan_folder
    from tallyverify.scanning.limits import ScanLimits
    from tallyverify.scanning.outcomes import FileOutcome, PageOutcome

__all__ = ["FileOutcome", "FolderScan", "PageOutcome", "ScanLimits", "scan_folder"]

__getattr__ = hand_on(
    __name__,
    {
        "folder": ("FolderScan", "scan_folder"),
        "limits": ("ScanLimits",),
        "outcomes": ("FileOutcome", "PageOutcome"),
    },
)
