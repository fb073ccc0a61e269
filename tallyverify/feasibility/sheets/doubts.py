"""Sheets that are open to doubt, in words."""

from __future__ import annotations

from tallyverify.language import Told, told_of


def sheets_in_doubt(
    doubtful: int, apart: int, pending: int, gone: int, nameless: int
) -> tuple[Told, ...]:
    """Say how sheets are taken that are open to doubt, and how many each time."""
    said = (
        (
            doubtful,
            told_of(
                doubtful,
                "{count} sheet with another's votes, or its key spelt otherwise, in the same "
                "place may be no sheet of its own",
                "{count} sheets with another's votes, or its key spelt otherwise, in the same "
                "place may be no sheet of its own",
            ),
        ),
        (
            apart,
            told_of(
                apart,
                "{count} sheet in two areas (by the registry, or by rows of one key), counted in "
                "the country, and in neither area for sure",
                "{count} sheets in two areas (by the registry, or by rows of one key), counted in "
                "the country, and in neither area for sure",
            ),
        ),
        (
            pending,
            told_of(
                pending,
                "{count} sheet pending, in any bulletin or in none",
                "{count} sheets pending, in any bulletin or in none",
            ),
        ),
        (
            gone,
            told_of(
                gone,
                "{count} sheet without votes in another capture, in any bulletin or in none",
                "{count} sheets without votes in another capture, in any bulletin or in none",
            ),
        ),
        (
            nameless,
            told_of(
                nameless,
                "{count} sheet without an area for which results are declared, as if not seen",
                "{count} sheets without an area for which results are declared, as if not seen",
            ),
        ),
    )
    return tuple(words for sheets, words in said if sheets)
