"""The options of a file of a profile: how each stands in it, and what else it is called."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.compute as pc

from tallyverify.readers.profiles.profile import Profile
from tallyverify.readers.profiles.race import Race
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.not_meant import option_texts


@dataclass(frozen=True)
class Option:
    """A text of the option of a long file, or a column of votes of a wide one."""

    text: str
    name: str  # what it is called beside, or the text itself
    beside: str = ""  # the race of its own that it stands in


def options_found(profile: Profile, raw: Raw, race: Race) -> list[Option]:
    """Return the options of a file whose rows are those of one race, in the file's order."""
    if profile.layout == "wide":
        return [Option(name, name) for name in _vote_columns(profile, raw)]
    there = [name for name in profile.option if raw.has(name)]
    texts = option_texts(raw, there).to_pylist()
    names = next((name for name in profile.names if raw.has(name)), None)
    called = pc.fill_null(raw.text(names), "").to_pylist() if names else texts
    apart: list[str] = [""] * len(texts)
    if race.beside:
        apart = pc.fill_null(raw.text(profile.race[0]), "").to_pylist()
        apart = [text if text in race.beside else "" for text in apart]
    found: dict[str, Option] = {}
    for text, name, beside in dict.fromkeys(zip(texts, called, apart, strict=True)):
        found.setdefault(text, Option(text, name or text, beside))
    return list(found.values())


def _vote_columns(profile: Profile, raw: Raw) -> list[str]:
    if profile.between is None:
        return []
    before, after = ([n for n in names if n in raw.names] for names in profile.between)
    start = max((raw.names.index(name) for name in before), default=-1) + 1
    stop = min((raw.names.index(name) for name in after), default=len(raw.names))
    return raw.distinct[start:stop]
