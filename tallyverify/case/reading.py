"""The files of a case: where they may lie, what they hold, and the record of which were read."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from tallyverify.case.case_file import CaptureFile, DeclaredTable, EarlierFile, FurtherContest
from tallyverify.case.crosswalk import read_crosswalk
from tallyverify.case.json_files import (
    Document,
    names_a_file,
    parsed_document,
    raw_document,
    read_document,
)
from tallyverify.checking import Capture, ConcurrentContest, concurrent_contest
from tallyverify.errors import InputError, RecordError, shown
from tallyverify.language import formula, number, told
from tallyverify.readers import (
    check_exists,
    files_meant,
    open_actas,
    read_actas,
    read_areas,
    read_registry,
    read_twice,
)
from tallyverify.records import (
    AreaResult,
    Bulletin,
    Contest,
    Declared,
    DeclaredMapping,
    Mapping,
)
from tallyverify.table import (
    ActaParts,
    ActaTable,
    Registry,
    SecondReading,
    Source,
    listed_stations,
)

_OF_TABLES = (
    *(".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".parquet", ".html", ".htm", ".zip", ".gz"),
)
_Mapping = TypeVar("_Mapping", bound=Mapping)
_Where = Literal["actas", "registry"]
"""Where stations stand that another file should have."""


@dataclass(frozen=True)
class Input:
    """A file that a case was read from, for the report."""

    role: str
    name: str
    sha256: str
    rows: int | None = None


@dataclass
class CaseReading:
    """Files of one case as they are read, and which they were."""

    root: Path | None
    twice: bool = False  # whether each table is read by a second library, too
    inputs: list[Input] = field(default_factory=list)
    second_readings: list[SecondReading] = field(default_factory=list)
    declared_in: list[Source] = field(default_factory=list)

    def document(self, path: Path, model: type[Document], role: str) -> Document:
        """Read a JSON document."""
        return self._known(raw_document(path), path, model, role)

    def _known(self, raw: bytes, path: Path, model: type[Document], role: str) -> Document:
        read = parsed_document(raw, path.name, model, role)
        self.inputs.append(Input(role, path.name, hashlib.sha256(raw).hexdigest()))
        return read

    def mapping(self, given: _Mapping | str | None, model: type[_Mapping]) -> _Mapping | None:
        """Return a mapping, which may stand in a file of its own."""
        return (
            self.document(self.path(given), model, "mapping") if isinstance(given, str) else given
        )

    def path(self, name: str) -> Path:
        """Return the path of a file of the case's folder."""
        if self.root is None:
            raise InputError(told("there is no folder that this file could lie in"), file=name)
        return inside(self.root, name)

    def table(
        self,
        role: str,
        source: Source,
        path: Path,
        format: str | None = None,
        *,
        in_parts: bool = False,
    ) -> None:
        """Record the files of a table, and read them a second time where that was asked."""
        self.inputs += [Input(role, name, sha256, rows) for name, sha256, rows in source.files]
        if not self.twice:
            return
        if in_parts:
            reason = told("a file that is read in parts is not read a second time")
            self.second_readings.append(SecondReading(source.name, reason=reason))
        else:
            self.second_readings += read_twice(path, source.mapping, format, source)

    def actas(
        self, path: Path, contest: Contest, mapping: Mapping | None, format: str | None
    ) -> ActaParts:
        """Read the sheets."""
        try:
            table = open_actas(path, contest=contest, mapping=mapping, format=format)
        except InputError as error:
            raise error.in_file(path.name) from None
        in_parts = not isinstance(table, ActaTable)
        self.table("actas", table.source, path, format, in_parts=in_parts)
        return table

    def registry(self, path: Path, contest: Contest, mapping: Mapping | None) -> Registry:
        """Read the register of stations."""
        try:
            known = read_registry(path, contest=contest, mapping=mapping)
        except InputError as error:
            raise error.in_file(path.name) from None
        self.table("registry", known.source, path)
        return known

    def earlier(self, given: EarlierFile, contest: Contest) -> Registry:
        """Read the sheets of an earlier election as stations with votes."""
        path = self.path(given.file)
        if given.contest is not None:
            contest = self.document(self.path(given.contest), Contest, "contest")
        mapping = self.mapping(given.mapping, Mapping)
        try:
            table = read_actas(path, contest=contest, mapping=mapping, format=given.format)
            known = listed_stations(table, earlier=True)
        except InputError as error:
            raise error.in_file(path.name) from None
        self.table("earlier", table.source, path, given.format)
        return known

    def concurrent(self, given: FurtherContest, contest: Contest) -> ConcurrentContest:
        """Read the sheets of another contest at the same stations."""
        path = self.path(given.file)
        mapping = self.mapping(given.mapping, Mapping)
        if given.contest is not None:
            where = self.path(given.contest)
            contest, sha256 = read_document(where, Contest, "contest")
            self.inputs.append(Input("concurrent", where.name, sha256))
        try:
            if given.contest is None and mapping is not None:
                contest = contest_named(given.name, mapping, contest)
            table = read_actas(path, contest=contest, mapping=mapping, format=given.format)
            found = concurrent_contest(given.name, table)
        except InputError as error:
            raise error.in_file(path.name) from None
        self.table("concurrent", table.source, path, given.format)
        return found

    def capture(self, given: CaptureFile, contest: Contest) -> Capture:
        """Read another capture of the same stations."""
        path = self.path(given.file)
        mapping = self.mapping(given.mapping, Mapping)
        try:
            table = read_actas(path, contest=contest, mapping=mapping, format=given.format)
        except InputError as error:
            raise error.in_file(path.name) from None
        self.table("capture", table.source, path, given.format)
        crosswalk: dict[str, str] = {}
        if given.crosswalk is not None:
            where = self.path(given.crosswalk)
            crosswalk, sha256 = read_crosswalk(where, table.frame["station"])
            self.inputs.append(Input("crosswalk", where.name, sha256, len(crosswalk)))
        return Capture(
            given.name,
            table,
            given.kind,
            given.stage,
            given.tolerance,
            crosswalk,
            given.supplied_by,
        )

    def announced(self, path: Path, contest: Contest) -> Declared:
        """Read what was declared of one file: a document, or JSON that names a table beside it."""
        check_exists(path)
        kind = next((end for end in path.suffixes[-2:] if end.lower() in _OF_TABLES), None)
        if kind is not None:
            name = json.dumps(path.name)
            table = f'{{"file": {name}, "mapping": {{"areas": {{…}}, "votes": {{…}}}}}}'
            raise InputError(
                told("what columns of a table mean must be said"),
                file=path.name,
                found=told("a file {kind}", kind=kind),
                expected=told("JSON: a declared.json, or one that names a table beside it"),
                hint=told("write {json} into table.json beside it, and give that", json=table),
            )
        raw = raw_document(path)
        if not names_a_file(raw):
            return self._known(raw, path, Declared, "declared").fitting(contest, path.name)
        beside = replace(self, root=path.parent, declared_in=[])
        described = beside._known(raw, path, DeclaredTable, "declared")
        return beside.declared((described,), contest)

    def declared(self, parts: tuple[DeclaredTable | str, ...], contest: Contest) -> Declared:
        """Read what was declared: a document, tables, or tables beside a document."""
        whole = Declared()
        names: list[str] = []
        for part in parts:
            if isinstance(part, str):
                path = self.path(part)
                whole = self.document(path, Declared, "declared")
                names.insert(0, path.name)
        said: list[str] = []
        of_tables = [part for part in parts if not isinstance(part, str)]
        tables = [self._bulletin(part, contest, said) for part in of_tables]
        names += [part.file for part in of_tables]
        if tables:
            try:
                document = {**dict(whole), "bulletins": _merged([*whole.bulletins, *tables])}
                whole = Declared.model_validate(document)
            except RecordError as error:
                raise error.in_file(names[0]) from None
        return whole.fitting(contest, names[0]).noticing(said)

    def _bulletin(self, given: DeclaredTable, contest: Contest, said: list[str]) -> Bulletin:
        path = self.path(given.file)
        mapping = self.mapping(given.mapping, DeclaredMapping)
        if mapping is None:
            what = told("a table of declared results needs a mapping")
            raise InputError(what, file=path.name)
        try:
            areas, source = read_areas(path, contest=contest, mapping=mapping)
        except InputError as error:
            raise error.in_file(path.name) from None
        self.table("declared", source, path)
        self.declared_in.append(source)
        noticed = (*source.text, *source.respelt)
        said += [formula("{file}: {words}", file=source.name, words=words) for words in noticed]
        head = dict(given.bulletin) if given.bulletin else {"id": path.name.split(".")[0]}
        try:
            # A coverage is in the unit of its own file.
            whole = Declared.model_validate({"bulletins": [{**head, "areas": areas}]})
        except RecordError as error:
            raise error.in_file(path.name) from None
        return whole.bulletins[0]


def _merged(bulletins: list[Bulletin]) -> list[Bulletin]:
    """Return bulletins, the areas of those with one id put together."""
    merged: dict[str, Bulletin] = {}
    areas: dict[str, dict[frozenset[tuple[str, str]], list[AreaResult]]] = {}
    for bulletin in bulletins:
        first = merged.setdefault(bulletin.id, bulletin)
        placed = areas.setdefault(bulletin.id, {})
        for row in bulletin.areas:
            same = placed.setdefault(frozenset(row.area.items()), [])
            if first is bulletin or row not in same:
                same.append(row)
        if first is bulletin:
            continue
        nothing = {"areas": ()}
        one, other = first.model_copy(update=nothing), bulletin.model_copy(update=nothing)
        if one != other:
            raise InputError(
                told("one bulletin is described in two ways"),
                file="case.json",
                place=told("declared, bulletin {bulletin}", bulletin=shown(bulletin.id)),
                found=shown({k: v for k, v in dict(other).items() if v != getattr(one, k)}),
                expected=shown({k: v for k, v in dict(one).items() if v != getattr(other, k)}),
                hint=told("say the same of both tables, or give two bulletins two ids"),
            )
    for name, placed in areas.items():
        rows = [row for same in placed.values() for row in same]
        if len(rows) > len(merged[name].areas):
            merged[name] = Bulletin.model_validate({**dict(merged[name]), "areas": rows})
    return list(merged.values())


def contest_named(name: str, mapping: Mapping, contest: Contest) -> Contest:
    """Return the contest of the candidates and lines that a mapping names."""
    own = [line for line in mapping.lines if line not in contest.standard_lines]
    classes = [line for line in mapping.lines if line in ("null", "blank") or line in own]
    return Contest.model_validate(
        {
            "id": name,
            "levels": contest.levels,
            "candidates": [{"id": option} for option in mapping.votes],
            "lines": own,
            "ballot_lines": classes if "null" in classes or own else (),
        }
    )


def check_stations(others: ConcurrentContest, keys: object, of: _Where) -> None:
    """Say so if another contest has none of these stations.

    Raises
    ------
    InputError
        If it has none.
    """
    if (others.stations.positions(keys) >= 0).any():
        return
    what = told("contest {contest} has none of the stations", contest=shown(others.name))
    raise _without_any(what, others.stations, of)


def matched(earlier: Registry, keys: object, of: _Where) -> Registry:
    """Return the earlier stations with a word on how many of these keys they have.

    Raises
    ------
    InputError
        If they have none.
    """
    at = earlier.positions(keys)
    if not (at >= 0).any():
        what = told("the earlier election has none of the stations")
        raise _without_any(what, earlier, of)
    found, every = number(int((at >= 0).sum())), number(len(at))
    if of == "actas":
        said = told(
            "votes of the earlier election for {found} of the {stations} stations of the actas",
            found=found,
            stations=every,
        )
    else:
        said = told(
            "votes of the earlier election for {found} of the {stations} stations of the registry",
            found=found,
            stations=every,
        )
    source = earlier.source
    return earlier.model_copy(update={"source": replace(source, respelt=(*source.respelt, said))})


def _without_any(what: str, stations: Registry, of: _Where) -> InputError:
    return InputError(
        what,
        file=stations.source.name,
        found=told("keys such as {key}", key=shown(stations.index[0])),
        expected=told("those of the actas") if of == "actas" else told("those of the registry"),
        hint=told(
            "name the columns of the key in the mapping, as for the actas (and pad their zeros)"
        ),
    )


def inside(root: Path, name: str) -> Path:
    """Return the path of a file of the case, or of several, none of which leads out of its folder.

    Raises
    ------
    InputError
        If one does.
    """
    path = root / name
    if _leads_out(root, name, path):
        raise _outside(name)
    for file in files_meant(path).files:
        if _leads_out(root, "", file):
            raise _outside(file.relative_to(root).as_posix())
    return path


def _leads_out(root: Path, name: str, path: Path) -> bool:
    try:
        outside = os.path.isabs(name) or not path.resolve().is_relative_to(root.resolve())
        if not outside and path.is_symlink():
            os.stat(path)  # since Python 3.13 only this tells of links that lead to each other
    except FileNotFoundError:
        return False  # a link to nothing: there is no such file
    except (OSError, RuntimeError):  # links that lead to each other
        return True
    return outside


def _outside(name: str) -> InputError:
    return InputError(
        told("a file of a case must lie inside the case's folder"),
        file="case.json",
        found=shown(name),
        expected=told("a path relative to the folder, without links that lead out of it"),
        hint=told("copy the file into the folder, or name it on the command line (e.g. --actas)"),
    )
