"""The catalogues of messages: one file for each room of the package, in gettext's format."""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations


@cache
def translations(language: str) -> NullTranslations:
    """Return the messages of a language; those without a translation stay English."""
    found = NullTranslations()
    if language == "en":
        return found
    from importlib.resources import files

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    folder = files("tallyverify.language") / language
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".po"):
            continue
        compiled = io.BytesIO()
        with file.open("rb") as source:
            write_mo(compiled, read_po(source))
        compiled.seek(0)
        room = GNUTranslations(compiled)
        room.add_fallback(found)
        found = room
    return found
