"""A case: the parts of one audit, and the folder that they are kept in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import floor
from pathlib import Path

from tallyverify.case.case_file import CaseFile
from tallyverify.case.reading import CaseReading, Input, check_stations, inside, matched
from tallyverify.checking import Capture, CaseFacts, ConcurrentContest
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import Language, counted, number, told
from tallyverify.readers import check_name
from tallyverify.records import (
    MOST_SHARE,
    Allowance,
    CaptureKind,
    Contest,
    Declared,
    Mapping,
    Sampling,
)
from tallyverify.table import (
    ActaParts,
    ActaTable,
    Registry,
    SecondReading,
    Source,
    with_earlier,
)
from tallyverify.taken import takes_input

_DESCRIBED = "case.json"


@takes_input
@dataclass(frozen=True, eq=False)
class Case:
    """All parts of one audit.

    Attributes
    ----------
    contest : Contest
        What was voted on.
    actas : ActaTable or ActaStream
        The sheets.
    declared : Declared, optional
        What was announced.
    registry : Registry, optional
        The stations that exist.
    seed : int
        Seeds every random draw.
    inputs : tuple of Input
        The files it was read from.
    allowance : Allowance, optional
        Sheets that may be wrong without a contradiction being claimed; by default, a number that
        follows from how many there are and how they were captured.
    capture : {"definitive", "provisional"}
        How the sheets were captured: with care, or in haste (night data entry, a quick count).
    captures : tuple of Capture
        Other captures of the same stations.
    earlier : Registry, optional
        Stations with their votes in an earlier round or election.
    sampling : Sampling, optional
        How the stations were drawn, where the sheets are a sample drawn by lot.
    contests : tuple of ConcurrentContest
        Other contests of the same day at the same stations, with their ballots.
    declared_in : tuple of Source
        Tables that the declared result was read from.
    language : {"en", "es"}, optional
        What the case's files are written in; English where it does not say.
    supplied_by : str, optional
        Who supplied the sheets.
    stage : str, optional
        Of which stage of the count the sheets are.
    second_readings : tuple of SecondReading, optional
        What other libraries read in the files; None where none were asked.

    Examples
    --------
    >>> import pandas as pd
    >>> from tallyverify import read_actas
    >>> contest = Contest.model_validate({"id": "toy", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> rows = pd.DataFrame({"station": ["1"], "valid": [9], "A": [5], "B": [4]})
    >>> Case(contest, read_actas(rows, contest=contest)).declared is None
    True
    """

    contest: Contest
    actas: ActaParts
    declared: Declared | None = None
    registry: Registry | None = None
    seed: int = 0
    inputs: tuple[Input, ...] = ()
    allowance: Allowance | None = None
    capture: CaptureKind = "definitive"
    captures: tuple[Capture, ...] = ()
    earlier: Registry | None = None
    declared_in: tuple[Source, ...] = ()
    sampling: Sampling | None = None
    contests: tuple[ConcurrentContest, ...] = ()
    language: Language | None = None
    supplied_by: str | None = None
    stage: str | None = None
    second_readings: tuple[SecondReading, ...] | None = None

    @cached_property
    def facts(self) -> CaseFacts:
        """What checks may know before they see an acta.

        Raises
        ------
        InputError
            If the declared result names candidates or levels that the contest does not have.
        """
        first = next(iter(self.actas.parts()))
        declared = self.declared.fitting(self.contest, "declared") if self.declared else None
        return CaseFacts(
            self.contest,
            declared,
            self.registry,
            first.source,
            first.levels,
            first.lines,
            first.votes,
            self.seed,
            allowance=self.allowance,
            capture=self.capture,
            captures=self.captures,
            stage=self.stage,
            earlier=self.earlier,
            sampling=self.sampling,
            contests=self.contests,
            second_readings=self.second_readings,
        )

    def __repr__(self) -> str:
        parts = [f"{self.actas!r}"]
        parts += [f"{len(self.declared.bulletins)} bulletins"] if self.declared else []
        parts += [f"registry of {len(self.registry):,}"] if self.registry is not None else []
        return f"<Case {self.contest.id!r}: {', '.join(parts)}>"


@takes_input
def load_case(
    folder: str | Path | None = None,
    *,
    actas: str | Path | None = None,
    contest: str | Path | None = None,
    declared: str | Path | None = None,
    registry: str | Path | None = None,
    mapping: str | Path | None = None,
    seed: int = 0,
    second_reading: bool = False,
) -> Case:
    """Read a case from its folder, from single files, or from a folder with some files replaced.

    Parameters
    ----------
    folder : path, optional
        A folder with a ``case.json``, or that file; the files it names must lie inside the folder.
    actas, contest, declared, registry : path, optional
        Files instead of those of the folder, from anywhere. ``declared`` is a declared.json, or
        JSON that names a table beside it, as ``declared`` of a case.json does.
    mapping : path, optional
        A JSON mapping for ``actas``; without one a known format or the contest's names are tried.
    seed : int
        Seeds every random draw.
    second_reading : bool
        Also read the tables with other libraries, and compare them cell by cell (T218).

    Raises
    ------
    InputError
        If a file is missing or cannot be read, or does not fit the others.

    Examples
    --------
    >>> load_case("data/samples/clean").seed
    0
    """
    described: CaseFile | None = None
    root, named = _case_file(Path(folder)) if folder is not None else (None, "")
    read = CaseReading(root, second_reading)
    if root is not None:
        described = _described(root, named, read)
    elif actas is None or contest is None:
        raise InputError(
            told("a case is a folder, or at least a file of actas and a contest file"),
            found=told("neither"),
            hint=told("tallyverify verify FOLDER, or --actas FILE --contest FILE"),
        )

    def path_of(given: str | Path | None, inside: str | None) -> Path | None:
        if given is not None:
            return check_name(Path(given))
        return read.path(inside) if inside is not None else None

    voting = _needed(path_of(contest, described.contest if described else None))
    voted_on = read.document(voting, Contest, "contest")
    said = None
    if declared is not None:
        said = read.announced(check_name(Path(declared)), voted_on)
    elif described and described.declared:
        said = read.declared(described.declared, voted_on)
    # A file named on the command line has its own mapping; the folder's is for the folder's file.
    own = described.actas if described and actas is None else None
    sheets = _needed(path_of(actas, described.actas.file if described else None))
    if mapping is not None:
        how: Mapping | None = read.document(Path(mapping), Mapping, "mapping")
    else:
        how = read.mapping(own.mapping, Mapping) if own else None
    table = read.actas(sheets, voted_on, how, own.format if own and mapping is None else None)
    stations = described.registry if described else None
    listing = path_of(registry, stations.file if stations else None)
    known = None
    if listing is not None:
        its_mapping = stations.mapping if stations and registry is None else None
        known = read.registry(listing, voted_on, read.mapping(its_mapping, Mapping))
    before = None
    if described and described.earlier:
        before = read.earlier(described.earlier, voted_on)
        if known is None:
            before = matched(before, next(iter(table.parts())).frame["station"], "actas")
        else:
            before = matched(before, known.frame["station"], "registry")
            known = with_earlier(known, before)
    contests = (
        tuple(read.concurrent(one, voted_on) for one in described.contests) if described else ()
    )
    for one in contests:
        # A stream is matched part by part, when its ballots are held against these.
        if isinstance(table, ActaTable):
            check_stations(one, table.frame["station"], "actas")
    allowance = described.allowance if described else None
    _check_allowance(allowance, table.source)
    others = tuple(read.capture(one, voted_on) for one in described.captures) if described else ()
    return Case(
        voted_on,
        table,
        said,
        known,
        seed,
        tuple(read.inputs),
        allowance,
        own.capture if own else "definitive",
        others,
        before,
        tuple(read.declared_in),
        _sampled(described.sampling if described else None, voted_on),
        contests,
        described.language if described else None,
        own.supplied_by if own else None,
        own.stage if own else None,
        tuple(read.second_readings) if second_reading else None,
    )


def as_case(case: Case | str | Path, *, second_reading: bool = False) -> Case:
    """Return a case, read from its folder where a path is given."""
    return case if isinstance(case, Case) else load_case(case, second_reading=second_reading)


def _sampled(sampling: Sampling | None, contest: Contest) -> Sampling | None:
    for level in sampling.strata if sampling else ():
        if level not in contest.levels:
            raise InputError(
                told("a stratum of the sample is a level of areas"),
                file="case.json",
                place="sampling.strata",
                found=shown(level),
                expected=listed(contest.levels) or told("none: the contest has no levels"),
                hint=nearest(level, contest.levels),
            )
    return sampling


def _check_allowance(allowance: Allowance | None, source: Source) -> None:
    most = max(1, floor(MOST_SHARE * source.rows))
    if allowance is not None and (allowance.sheets or 0) > most:
        raise InputError(
            told("more sheets may be wrong than not"),
            file="case.json",
            place="allowance.sheets",
            found=number(allowance.sheets),
            expected=told(
                "0 to {most}: half of the {rows} of {file}",
                most=number(most),
                rows=counted(source.rows, "row", "rows"),
                file=source.name,
            ),
        )


def _needed(path: Path | None) -> Path:
    if path is None:
        raise InputError(told("the case lacks a contest or actas"), file="case.json")
    return path


def _case_file(given: Path) -> tuple[Path, str]:
    """Return the folder of a case and the name of the file that describes it."""
    if given.is_file() and given.suffix.lower() == ".json":
        return given.parent, given.name
    return given, _DESCRIBED


def _described(root: Path, file: str, read: CaseReading) -> CaseFile:
    name = root.name or root.resolve().name
    if not root.is_dir():
        found: str = told("nothing there")
        hint = nearest(name, _there(root.parent))
        if root.is_file():
            found = told("a file")
            hint = told(
                "tallyverify init {file}, which proposes a case for a file of actas; or --actas "
                "FILE --contest FILE",
                file=name,
            )
        raise InputError(
            told("a case is a folder with a case.json in it"),
            file=name,
            found=found,
            hint=hint or told("give the folder, or --actas FILE --contest FILE"),
        )
    if not (root / file).is_file():
        there = _there(root)
        raise InputError(
            told("the folder has no case.json"),
            file=name,
            found=listed(there) or told("an empty folder"),
            hint=nearest("case.json", there)
            or told('write one: {{"contest": "contest.json", "actas": {{"file": "actas.csv"}}}}'),
        )
    return read.document(inside(root, file), CaseFile, "case")


def _there(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
