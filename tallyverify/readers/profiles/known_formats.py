"""Formats that are known by name: a file of one opened, and what its columns mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import told
from tallyverify.readers.acta_qr import acta_qr_mapping, is_acta_qr
from tallyverify.readers.convzla import convzla_mapping, is_convzla
from tallyverify.readers.kinds.formats import with_rows
from tallyverify.readers.kinds.header import check_no_header
from tallyverify.readers.opening.frames import from_frame
from tallyverify.readers.opening.many import read_files
from tallyverify.readers.opening.own_names import own_names_mapping
from tallyverify.readers.profiles.contest_found import contest_found
from tallyverify.readers.profiles.fitted import profile_mapping
from tallyverify.readers.profiles.fixed_width import names_in_records
from tallyverify.readers.profiles.opening import read_profiled, unwrapped
from tallyverify.readers.profiles.profile import Profile, profile_named, profile_names
from tallyverify.readers.raw import Raw
from tallyverify.readers.respelt import with_columns_of
from tallyverify.records import Contest, Mapping
from tallyverify.table import Source
from tallyverify.taken import takes_input

FORMATS = {"acta_qr": acta_qr_mapping, "convzla": convzla_mapping}
"""Published formats that need no mapping, and are no profile."""


@takes_input
def format_names() -> tuple[str, ...]:
    """Return the names of all formats that need no mapping, sorted."""
    return tuple(sorted([*FORMATS, *profile_names()]))


def opened_columns(
    source: Any, given: Mapping | None, format: str | None = None
) -> tuple[Raw, Source, bool]:
    """Return unread columns, where they came from, and whether the file has types of its own."""
    profile = None
    if given is None and format is not None and format not in FORMATS:
        profile = _profile(format)
    if isinstance(source, str | Path):
        if profile is not None:
            return read_profiled(Path(source), profile, format or "")
        return read_files(Path(source), given)
    raw = with_rows(from_frame(source))
    check_no_header(given.header_rows if given else (), raw.file, told("a data frame"))
    raw = unwrapped(raw, profile) if profile is not None else raw
    return raw, Source(name=raw.file, rows=raw.rows, blank=raw.blank), False


def _profile(name: str) -> Profile:
    if name not in profile_names():
        known = format_names()
        raise InputError(
            told("no such format"),
            found=shown(name),
            expected=listed(known),
            hint=nearest(name, known) or told("describe the columns in a mapping"),
        )
    return profile_named(name)


def mapping_for(
    raw: Raw, contest: Contest, given: Mapping | None, name: str | None
) -> tuple[Mapping, tuple[str, ...], tuple[str, ...]]:
    """Return the mapping, its columns as the file spells them, and in words which it did not.

    Last, what else is worth telling of how the file fits the contest.
    """
    said: tuple[str, ...] = ()
    if given is None:
        name = name or raw.format or None
        if name in FORMATS:
            given = FORMATS[name](raw, contest)
        elif name is not None:
            given, said = profile_mapping(_profile(name), name, raw, contest)
        elif is_convzla(raw.names):
            given = convzla_mapping(raw, contest)
        elif is_acta_qr(raw.names):
            given = acta_qr_mapping(raw, contest)
        else:
            given = own_names_mapping(raw, contest)
    fitted, respelt = with_columns_of(raw, given.fitting(contest, raw.file))
    for column in fitted.columns:
        raw.position(column)
    return fitted, respelt, said


@takes_input
def contest_in(
    source: str | Path, *, format: str | None = None, race: str | None = None
) -> Contest:
    """Return the contest that a file of a known format is about, as far as the file says.

    Each option is a candidate; ``race`` names the one meant, where the file holds several.
    """
    raw, _, _ = opened_columns(source, None, format)
    name = format or raw.format
    if not name or name in FORMATS:
        raise InputError(
            told("this file does not say by itself what was voted on"),
            file=raw.file,
            hint=told("name the contest's file, or the format of the file"),
        )
    profile = _profile(name)
    contest = contest_found(profile, name, raw, race)
    called = names_in_records(Path(source), profile, name) if profile.records else {}
    known = [
        one.model_copy(update={"name": called.get(one.id, one.name)}) for one in contest.candidates
    ]
    return contest.model_copy(update={"candidates": tuple(known)})
