"""The register of stations: which exist, where they lie and how many voters they have."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tallyverify.arrays import Counts, Mask, Texts
from tallyverify.model import Count, Identifier, Model, Text, folded
from tallyverify.table.source import Source

EARLIER = "earlier "
"""Columns of a registry that begin with this hold votes of an earlier election."""


class RegisteredStation(Model):
    """One station of the register."""

    station: Identifier
    areas: dict[Identifier, Text] = Field(default_factory=dict)
    registered: Count | None = None


class Registry(BaseModel):
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

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    frame: pd.DataFrame
    source: Source = Field(default_factory=Source)

    @field_validator("frame")
    @classmethod
    def _usable(cls, frame: pd.DataFrame) -> pd.DataFrame:
        for name in ("station", "registered"):
            if name not in frame.columns:
                raise ValueError(f"a registry has a column {name!r}")
        if frame["station"].duplicated().any():
            raise ValueError("a station stands in the registry twice")
        if (frame["registered"].dropna() < 0).any():
            raise ValueError("registered voters cannot be negative")
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
