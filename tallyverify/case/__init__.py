"""A case: a folder with case.json, and all parts of one audit in memory.

In: a folder, or files named one by one. Out: :class:`Case`. Begin with
:mod:`tallyverify.case.folder`.
"""

from tallyverify.case.case_file import ACTAS, CaseFile
from tallyverify.case.crosswalk import read_crosswalk
from tallyverify.case.folder import Case, as_case, load_case
from tallyverify.case.json_files import parsed_document, raw_document, read_document

__all__ = [
    "ACTAS",
    "Case",
    "CaseFile",
    "as_case",
    "load_case",
    "parsed_document",
    "raw_document",
    "read_crosswalk",
    "read_document",
]
