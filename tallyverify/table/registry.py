"""The register of stations: which exist, where they lie and how many voters they have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ConfigDict, Field, field_validator

from tallyverify.arrays import Codes, Counts, Mask, Texts, among
from tallyverify.errors import shown
from tallyverify.key_bytes import folded_keys
from tallyverify.language import told, told_of
from tallyverify.model import Count, Identifier, Model, Text
from tallyverify.names import folded, folded_key
from tallyverify.table.looks import look, looks_of, with_code_points
from tallyverify.table.source import Source

EARLIER = "earlier "
"""Columns of a registry that begin with this hold votes of an earlier election."""
KIND = ":kind"
"""Column of actas, and of a registry, that says of which kind a station is."""


class RegisteredStation(Model):
    """One station of the register."""

    station: Identifier
    areas: dict[Identifier, Text] = Field(default_factory=dict)
    registered: Count | None = None


@dataclass(frozen=True)
class Respelt:
    """Stations that a registry has under another spelling of their key."""

    stations: int = 0
    example: tuple[str, str] = ("", "")  # the first: as it stands on the sheet, in the registry

    def __add__(self, other: Respelt) -> Respelt:
        examples = (one.example for one in (self, other) if one.stations)
        return Respelt(self.stations + other.stations, min(examples, default=("", "")))

    @property
    def words(self) -> str:
        """Say so; nothing where there is none."""
        if not self.stations:
            return ""
        here, there = with_code_points(self.example, shown)
        return told_of(
            self.stations,
            "{count} station found in the registry under another spelling of the key, such as "
            "{here} as {there}",
            "{count} stations found in the registry under another spelling of the key, such as "
            "{here} as {there}",
            here=here,
            there=there,
        )


class Registry(Model):
    """All stations of a contest, by column.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per station: ``station``, one column per level, ``registered`` (missing where it
        is not known).
    source : Source
        Where it came from.

    Examples
    --------
    >>> rows = [{"station": "1", "areas": {"state": "N"}, "registered": 300}, {"station": "2"}]
    >>> Registry.of(rows).registered
    300
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    frame: pd.DataFrame = Field(repr=False)
    source: Source = Field(default_factory=Source)

    @field_validator("frame")
    @classmethod
    def _usable(cls, frame: pd.DataFrame) -> pd.DataFrame:
        for name in ("station", "registered"):
            if name not in frame.columns:
                raise ValueError(told("a registry has a column {name}", name=repr(name)))
        if frame["station"].duplicated().any():
            raise ValueError(told("a station stands in the registry twice"))
        if (frame["registered"].dropna() < 0).any():
            raise ValueError(told("registered voters cannot be negative"))
        return frame

    @classmethod
    def of(cls, stations: list[dict[str, Any]]) -> Registry:
        """Build a registry from records, each validated as a :class:`RegisteredStation`."""
        import pyarrow as pa

        rows = [RegisteredStation.model_validate(station) for station in stations]
        frame = pd.DataFrame(
            [{"station": row.station, **row.areas, "registered": row.registered} for row in rows],
            columns=list(
                dict.fromkeys(["station", *(k for r in rows for k in r.areas), "registered"])
            ),
        )
        registered = pa.array([row.registered for row in rows], pa.int64())
        counts: Any = pd.array(registered, dtype=pd.ArrowDtype(pa.int64()))
        return cls(frame=frame.assign(registered=counts))

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def index(self) -> pd.Index[Any]:
        """The station keys, to look positions up in."""
        keys: pd.Index[Any] = pd.Index(self.frame["station"].astype(object))
        return keys

    @cached_property
    def _folded_keys(self) -> pd.Index[Any]:
        return pd.Index(folded_keys(self.frame["station"]))

    @cached_property
    def _by_folded_key(self) -> pd.Series[int]:
        """Places by folded key, of the keys that fold to one that no other folds to."""
        places = pd.Series(np.arange(len(self)), index=self._folded_keys)
        return places[~self._folded_keys.duplicated(keep=False)]

    def respelt(self, stations: Any, at: Codes) -> Respelt:
        """Return which stations, found ``at`` these places, stand there under another spelling."""
        here = np.asarray(stations, dtype=object)[at >= 0]
        there = self.index.to_numpy(dtype=object)[at[at >= 0]]
        pairs = [(str(here[k]), str(there[k])) for k in np.flatnonzero(here != there)]
        return Respelt(len(pairs), min(pairs, default=("", "")))

    def lists_apart(self, keys: Texts) -> Mask:
        """Return which folded keys the registry lists in several spellings; shape (keys,)."""
        twice = self._folded_keys[self._folded_keys.duplicated()]
        return among(keys, twice)

    @cached_property
    def _looks(self) -> pd.Index[Any]:
        return pd.Index(looks_of(self.index.to_numpy(dtype=object)))

    def spellings(self, station: str) -> list[str]:
        """Return the keys of the registry that are this one up to their spelling, or look so."""
        same = np.asarray(self._folded_keys == folded_key(station))
        same |= np.asarray(self._looks == look(station))
        return [str(key) for key in self.index[same]]

    def positions(self, stations: Any) -> Codes:
        """Return where stations stand in the registry, −1 where they do not; shape (stations,).

        A key that is not there as it is spelt is looked up by what its spellings have in common,
        if that means one station of the registry, and none of the other ``stations`` is this one.
        """
        keys: pd.Index[Any] = pd.Index(np.asarray(stations, dtype=object))
        at = self.index.get_indexer(keys)
        lost = np.flatnonzero(at < 0)
        if not len(lost) or not len(self):
            return at
        code, names = pd.factorize(keys[lost], use_na_sentinel=False)
        found = self._by_folded_key.index.get_indexer(pd.Index(folded_keys(names)))
        found = np.append(self._by_folded_key.to_numpy(), -1)[found]
        claims = np.bincount(found[found >= 0], minlength=len(self))
        claims[at[at >= 0]] = 2
        found[claims[found] > 1] = -1
        at[lost] = found[code]
        return at

    @cached_property
    def sizes(self) -> tuple[Counts, Mask]:
        """Registered voters by station (0 where not known), and where they are not known.

        A station with 0 voters on its list (a special booth, say) still takes ballots: how many
        it could take is not known.
        """
        voters = self.frame["registered"].to_numpy(dtype=np.int64, na_value=0)
        return voters, voters == 0

    @property
    def earlier(self) -> tuple[str, ...]:
        """Columns with votes of an earlier election, where the registry was made from one."""
        return tuple(str(name) for name in self.frame.columns if str(name).startswith(EARLIER))

    @property
    def registered(self) -> int:
        """Registered voters in all, of the stations where the number is known."""
        return int(self.sizes[0].sum())

    def _folded(self, level: str) -> Texts:
        names = self.frame[level].fillna("").astype(object)
        spelt = {name: folded(str(name)) for name in names.unique()}
        return names.map(spelt).to_numpy(dtype=object)

    def inside(self, area: dict[str, str]) -> Mask | None:
        """Return which stations lie in an area, or None if its levels are not in the registry."""
        mask = np.ones(len(self), dtype=bool)
        for level, name in area.items():
            if level not in self.frame.columns:
                return None
            mask &= self._folded(level) == folded(name)
        return mask
