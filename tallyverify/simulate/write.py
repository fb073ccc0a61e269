"""Write a case folder: the same table gives the same bytes, in whatever order its rows are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from tallyverify.atomic_write import write_whole
from tallyverify.errors import InputError, json_text
from tallyverify.language import told
from tallyverify.records import Contest, Declared
from tallyverify.table import ActaTable, Registry
from tallyverify.taken import takes_input


@takes_input
def write_case(
    folder: str | Path,
    table: ActaTable,
    *,
    declared: Declared | None = None,
    registry: Registry | None = None,
    station: tuple[str, ...] = ("station",),
) -> Path:
    r"""Write a case: contest.json, actas.csv, case.json, and what else is given.

    Parameters
    ----------
    folder : path
        Made if it is not there. Files of the same names are overwritten.
    table : ActaTable
        The actas.
    declared : Declared, optional
        Goes to declared.json.
    registry : Registry, optional
        Goes to stations.csv.
    station : tuple of str
        Columns that the pieces of a station's key (``centre/mesa``) are written in. A piece whose
        column is also a level is written once.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If a station's key has another number of pieces, or one differs from its level.

    Examples
    --------
    >>> import tempfile
    >>> from tallyverify.simulate import clean_election
    >>> election = clean_election(stations=40, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_case(folder, election.table, registry=election.registry)
    ...     sorted(file.name for file in path.iterdir())
    ['actas.csv', 'case.json', 'contest.json', 'stations.csv']
    """
    folder = Path(folder)
    texts = case_texts(table, declared=declared, registry=registry, station=station)
    write_whole({folder / name: text for name, text in texts.items()})
    return folder


@takes_input
def case_texts(
    table: ActaTable,
    *,
    declared: Declared | None = None,
    registry: Registry | None = None,
    station: tuple[str, ...] = ("station",),
) -> dict[str, str]:
    """Return the files of a case, by name, as :func:`write_case` writes them.

    Parameters
    ----------
    table, declared, registry, station
        As in :func:`write_case`.

    Returns
    -------
    dict of str to str
        contest.json first and case.json, which names the others, last.

    Raises
    ------
    InputError
        As in :func:`write_case`.
    """
    contest = table.contest
    case: dict[str, Any] = {"contest": "contest.json"}
    texts = {"contest.json": json_text(_contest(contest))}
    if declared is not None:
        case["declared"] = "declared.json"
        texts["declared.json"] = json_text(declared.model_dump(exclude_defaults=True))
    mapping = {
        "station": list(station),
        "areas": {level: level for level in table.levels},
        "lines": {line: line for line in table.lines},
        "votes": {name: name for name in table.votes},
    }
    case["actas"] = {"file": "actas.csv", "mapping": mapping}
    texts["actas.csv"] = _csv(table.frame, station, table.levels, table.figures)
    if registry is not None:
        levels = tuple(level for level in contest.levels if level in registry.frame.columns)
        areas = {level: level for level in levels}
        lines = {"registered": "registered"}
        case["registry"] = {
            "file": "stations.csv",
            "mapping": {"station": list(station), "areas": areas, "lines": lines},
        }
        texts["stations.csv"] = _csv(registry.frame, station, levels, ("registered",))
    texts["case.json"] = json_text(case)
    return texts


def _contest(contest: Contest) -> dict[str, Any]:
    dumped = contest.model_dump(exclude_defaults=True)
    for candidate in dumped["candidates"]:
        if tuple(candidate["options"]) == (candidate["id"],):
            del candidate["options"]
    return dumped


def _csv(
    frame: pd.DataFrame,
    station: tuple[str, ...],
    levels: tuple[str, ...],
    figures: tuple[str, ...],
) -> str:
    frame = frame.sort_values("station", kind="stable", ignore_index=True)
    keys = frame["station"].astype(object)
    pieces = keys.str.split("/", expand=True) if len(station) > 1 else keys.to_frame()
    if pieces.shape[1] != len(station) or pieces.isna().to_numpy().any():
        raise InputError(
            told("the stations' keys do not have a piece for each column"),
            found=told("{key} and the like", key=repr(keys.iloc[0])),
            expected="/".join(station),
        )
    key = {name: pieces.iloc[:, place] for place, name in enumerate(station)}
    for name in set(station) & set(levels):
        if (frame[name].astype(object) != key[name]).any():
            what = told("a station's key differs from its area")
            raise InputError(what, place=told("column {name}", name=repr(name)))
    columns = {name: frame[name] for name in levels} | key
    columns |= {name: frame[name] for name in figures}
    return pd.DataFrame(columns).to_csv(index=False, lineterminator="\n")
