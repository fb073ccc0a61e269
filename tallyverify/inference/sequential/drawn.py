"""The stations that were drawn, in the order of the draw, and the areas of the whole list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tallyverify.errors import InputError, listed, shown
from tallyverify.inference.sequential.state import Sampling
from tallyverify.language import number, told
from tallyverify.names import folded_key

Areas = Mapping[str, str] | Mapping[str, Mapping[str, str]]
"""The area of each station by key; with strata, these by stratum."""


@dataclass(frozen=True)
class Drawn:
    """Draws by list (the whole one, or a stratum), and the area of every station of the list."""

    keys: dict[str, tuple[str, ...]]  # folded, in the order of the draw
    areas: dict[str, dict[str, str]]  # by list, by folded key

    def next_areas(self, name: str, before: int, keys: Sequence[str]) -> list[str]:
        """Return the areas of stations that must be the next drawn of a list."""
        drawn = self.keys[name]
        if before + len(keys) > len(drawn):
            raise InputError(
                told("more stations than were drawn; nothing of this batch was taken in"),
                place="keys",
                found=number(before + len(keys)),
                expected=told("at most the {most} of `drawn`", most=number(len(drawn))),
            )
        for at, key in enumerate(keys, start=before):
            if folded_key(str(key)) != drawn[at]:
                raise InputError(
                    told(
                        "the stations of a batch are the next ones of the draw, none of them "
                        "skipped; nothing of this batch was taken in"
                    ),
                    place=told("keys, number {at} of the draw", at=number(at + 1)),
                    found=shown(str(key)),
                    expected=shown(drawn[at]),
                    hint=told("for sheets that come in another order, use sampling='archive'"),
                )
        areas = self.areas[name]
        return [areas[drawn[at]] for at in range(before, before + len(keys))]


def drawn_of(
    drawn: Sequence[str] | Mapping[str, Sequence[str]] | None,
    areas: Areas | None,
    stations: Mapping[str, int],
    sampling: Sampling,
) -> Drawn | None:
    """Check what is given of a draw; none for an archive."""
    if sampling == "archive":
        if drawn is not None or areas is not None:
            raise InputError(
                told("an archive was not drawn"),
                place="drawn" if drawn is not None else "areas",
                expected=told("neither `drawn` nor `areas` with sampling='archive'"),
                hint=told("if the stations were drawn by lot, use sampling='random'"),
            )
        return None
    if drawn is None or areas is None:
        raise InputError(
            told(
                "sampling={sampling} holds only for stations that were drawn by lot",
                sampling=repr(sampling),
            ),
            place="drawn" if drawn is None else "areas",
            found=told("none"),
            expected=told("the keys drawn, in the order of the draw")
            if drawn is None
            else told("the area of every station of the list, by key"),
            hint=told(
                "for sheets that somebody collected, or in order of arrival, use sampling='archive'"
            ),
        )
    lists = _by_list("drawn", drawn, stations, sampling)
    places = _by_list("areas", areas, stations, sampling)
    keys = {name: tuple(folded_key(str(key)) for key in own) for name, own in lists.items()}
    by_key = {
        name: {folded_key(str(key)): str(area) for key, area in own.items()}
        for name, own in places.items()
    }
    for name, own in keys.items():
        _check_list(name, own, by_key[name], stations[name])
    return Drawn(keys, by_key)


def _by_list(what: str, given: Any, stations: Mapping[str, int], sampling: Sampling) -> Any:
    """Return what is given by list: by stratum, or of the one list that there is."""
    if sampling == "strata":
        if not isinstance(given, Mapping) or set(given) != set(stations):
            there = listed(sorted(map(str, given)), 8) if isinstance(given, Mapping) else ""
            raise InputError(
                told("with strata, {what} are given by stratum", what=what),
                place=what,
                found=there if isinstance(given, Mapping) else told("none"),
                expected=listed(stations, 8),
            )
        return given
    if isinstance(given, str) or isinstance(given, Mapping) != (what == "areas"):
        raise InputError(
            told("the draw is a list of keys, and the areas are by key"),
            place=what,
            found=type(given).__name__,
        )
    return {next(iter(stations)): given}


def _check_list(name: str, drawn: tuple[str, ...], areas: Mapping[str, str], count: int) -> None:
    twice = [key for key, times in Counter(drawn).items() if times > 1]
    if twice:
        raise InputError(
            told("a station was drawn twice"), place="drawn", found=listed(sorted(twice), 5)
        )
    if lost := sorted(set(drawn) - set(areas)):
        raise InputError(
            told("a station was drawn whose area is not given"),
            place="areas",
            found=listed(lost, 5),
        )
    if len(areas) != count:
        raise InputError(
            told("areas are given of every station of the list, drawn or not, each once"),
            place=told("areas of {name}", name=name),
            found=told("{stations} stations", stations=number(len(areas))),
            expected=number(count),
        )
