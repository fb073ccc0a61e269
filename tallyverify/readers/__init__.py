"""Readers: files as their publishers distribute them, into an ActaTable or a Registry.

In: a path or a DataFrame, a contest, a mapping. Out: columns, with all that was inferred and could
not be read. Begin with :mod:`tallyverify.readers.actas`; a cell becomes a number in
:mod:`tallyverify.readers.counts`.
"""

from typing import TYPE_CHECKING

from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify.readers.acta_qr import OPTIONS, QR_COLUMNS, QrActa, read_payload
    from tallyverify.readers.actas import ActaStream, open_actas, read_actas
    from tallyverify.readers.bulletins import read_areas
    from tallyverify.readers.counts import Thousands, read_counts, thousands_of
    from tallyverify.readers.files import Content, check_exists, digest, load
    from tallyverify.readers.guarded.child_limits import restrict
    from tallyverify.readers.guarded.parts import NoAnswerError
    from tallyverify.readers.guarded.processes import PythonProcess
    from tallyverify.readers.guarded.serving import open_answers
    from tallyverify.readers.guarded.workbooks import visible_sheets
    from tallyverify.readers.kinds.encoding import to_utf8
    from tallyverify.readers.kinds.formats import read_raw
    from tallyverify.readers.opening.frames import from_frame
    from tallyverify.readers.opening.many import FILE, SHEET, names_of_files
    from tallyverify.readers.opening.more_kinds import check_not_fixed_width, is_html
    from tallyverify.readers.opening.places import FilesMeant, check_name, files_meant
    from tallyverify.readers.opening.same_columns import with_names_of
    from tallyverify.readers.opening.sheets import WORKBOOKS
    from tallyverify.readers.profiles.known_formats import contest_in, format_names
    from tallyverify.readers.raw import Raw
    from tallyverify.readers.rows.alike import ALIKE, rows_alike, share_alike
    from tallyverify.readers.rows.blocks import totals_by_place
    from tallyverify.readers.rows.subtotals import labelled
    from tallyverify.readers.second.reading import read_twice
    from tallyverify.readers.stations import read_registry, registry_from

__all__ = [
    "ALIKE",
    "FILE",
    "OPTIONS",
    "QR_COLUMNS",
    "SHEET",
    "WORKBOOKS",
    "ActaStream",
    "Content",
    "FilesMeant",
    "NoAnswerError",
    "PythonProcess",
    "QrActa",
    "Raw",
    "Thousands",
    "check_exists",
    "check_name",
    "check_not_fixed_width",
    "contest_in",
    "digest",
    "files_meant",
    "format_names",
    "from_frame",
    "is_html",
    "labelled",
    "load",
    "names_of_files",
    "open_actas",
    "open_answers",
    "read_actas",
    "read_areas",
    "read_counts",
    "read_payload",
    "read_raw",
    "read_registry",
    "read_twice",
    "registry_from",
    "restrict",
    "rows_alike",
    "share_alike",
    "thousands_of",
    "to_utf8",
    "totals_by_place",
    "visible_sheets",
    "with_names_of",
]

__getattr__ = hand_on(
    __name__,
    {
        "acta_qr": ("OPTIONS", "QR_COLUMNS", "QrActa", "read_payload"),
        "actas": ("ActaStream", "open_actas", "read_actas"),
        "bulletins": ("read_areas",),
        "counts": ("Thousands", "read_counts", "thousands_of"),
        "files": ("Content", "check_exists", "digest", "load"),
        "guarded.child_limits": ("restrict",),
        "guarded.parts": ("NoAnswerError",),
        "guarded.processes": ("PythonProcess",),
        "guarded.serving": ("open_answers",),
        "guarded.workbooks": ("visible_sheets",),
        "kinds.encoding": ("to_utf8",),
        "kinds.formats": ("read_raw",),
        "opening.frames": ("from_frame",),
        "opening.many": ("FILE", "SHEET", "names_of_files"),
        "opening.more_kinds": ("check_not_fixed_width", "is_html"),
        "opening.places": ("FilesMeant", "check_name", "files_meant"),
        "opening.same_columns": ("with_names_of",),
        "opening.sheets": ("WORKBOOKS",),
        "profiles.known_formats": ("contest_in", "format_names"),
        "raw": ("Raw",),
        "rows.alike": ("ALIKE", "rows_alike", "share_alike"),
        "rows.blocks": ("totals_by_place",),
        "rows.subtotals": ("labelled",),
        "second.reading": ("read_twice",),
        "stations": ("read_registry", "registry_from"),
    },
)
