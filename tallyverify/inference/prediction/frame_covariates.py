"""What else is known of every station: further columns of the registry, or given by station."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import enumerated, told, told_of
from tallyverify.table import Registry

if TYPE_CHECKING:
    from tallyverify.arrays import Codes, Floats, Texts


def covariates_of(
    registry: Registry | None,
    given: pd.DataFrame | None,
    keys: Texts,
    spot: Codes,
    size: Floats,
    levels: Sequence[str],
) -> tuple[Floats | None, list[str]]:
    """Further columns of the registry, per registered voter, and what was given by station."""
    found: list[Floats] = []
    used: list[str] = []
    if registry is not None:
        names = [
            name
            for name in registry.frame
            if name not in ("station", "registered", *levels)
            and pd.api.types.is_numeric_dtype(registry.frame[name])
            and not pd.api.types.is_bool_dtype(registry.frame[name])
            and registry.frame[name].notna().any()
        ]
        for name in names:
            column = np.full(len(keys), np.nan)
            column[spot] = registry.frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            found.append(column / size)
            used.append(str(name))
    if given is not None:
        for name in given:
            if not pd.api.types.is_numeric_dtype(given[name]) or given.index.duplicated().any():
                raise InputError(
                    told("covariates are numbers by station, each station once"),
                    place=told("covariates, column {name}", name=shown(name)),
                    found=str(given[name].dtype),
                )
            column = given[name].reindex(pd.Index(keys)).to_numpy(dtype=np.float64)
            found.append(column)
            used.append(str(name))
    if not found:
        return None, []
    table = np.column_stack(found)
    lacking = ~np.isfinite(table)
    if lacking.all(axis=0).any():
        raise InputError(
            told("a covariate is known of no station"),
            place="covariates",
            found=listed(used[at] for at in np.flatnonzero(lacking.all(axis=0))),
            hint=told("its stations may be written in another way than those of the sheets"),
        )
    mean = np.nanmean(np.where(lacking, np.nan, table), axis=0)
    notes: list[str] = [
        told("covariates: log of registered voters, {names}", names=enumerated(used))
    ]
    if lacking.any():
        notes.append(
            told_of(
                int(lacking.any(axis=1).sum()),
                "{count} station without a covariate: the mean stands there",
                "{count} stations without a covariate: the mean stands there",
            )
        )
    return np.where(lacking, mean, table), notes
