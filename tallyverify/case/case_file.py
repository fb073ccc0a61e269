"""case.json: which files make up a case, and what is said of the case as a whole."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from tallyverify.errors import listed
from tallyverify.language import Language, told
from tallyverify.model import Identifier, Model, OrFile, Text
from tallyverify.records import (
    Allowance,
    AreaResult,
    Bulletin,
    CaptureKind,
    DeclaredMapping,
    Mapping,
    Sampling,
    SourceKind,
    Tolerance,
)

ACTAS = "actas"
"""What the sheets of a case are called beside its captures."""


class SheetsFile(Model):
    """Where sheets are, and what their columns mean.

    The file may be several: a folder, a pattern (``actas/*.csv``), an archive.
    """

    file: Text
    mapping: OrFile[Mapping] | None = None
    format: Identifier | None = None

    @model_validator(mode="after")
    def _one_description(self) -> SheetsFile:
        if self.mapping is not None and self.format is not None:
            raise ValueError(told("a file has either a 'mapping' or a known 'format', not both"))
        return self


class ActasFile(SheetsFile):
    """The actas, how they were captured (with care, or ``provisional``), and who supplied them."""

    capture: CaptureKind = "definitive"
    stage: Text | None = None
    supplied_by: Text | None = None


class RegistryFile(Model):
    """Where the register of stations is, and what its columns mean."""

    file: Text
    mapping: OrFile[Mapping] | None = None


class EarlierFile(SheetsFile):
    """The sheets of an earlier round or election at the same stations.

    Of another contest, if its candidates are not those of the case.
    """

    contest: Text | None = None


class CaptureFile(SheetsFile):
    """Another capture of the same stations: by QR code, the quick count, another party's copies.

    Attributes
    ----------
    name : str
        What it is called.
    kind : {"sheets", "provisional", "lower_bound"}
        Figures of sheets; figures taken in haste; or the least of each figure (photographs of
        ballots, parts of protocols).
    stage : str, optional
        Of which stage of the count it is. Between stages figures may change.
    tolerance : Tolerance, optional
        How far figures may lie apart without being called different.
    crosswalk : str, optional
        A table of two columns: keys of this capture, and those of the actas they stand for.
    supplied_by : str, optional
        Who supplied it.
    """

    name: Identifier
    kind: SourceKind = "sheets"
    stage: Text | None = None
    tolerance: Tolerance | None = None
    crosswalk: Text | None = None
    supplied_by: Text | None = None


class FurtherContest(SheetsFile):
    """Another contest of the same day at the same stations, which takes as many ballots.

    Of other candidates: those of ``contest``, or else those that its mapping names.
    """

    name: Identifier
    contest: Text | None = None


class BulletinHead(Bulletin):
    """What holds for a bulletin whose areas stand in a table."""

    areas: tuple[AreaResult, ...] = ()

    @model_validator(mode="after")
    def _areas_in_the_table(self) -> BulletinHead:
        if self.areas:
            what = told("the areas of this bulletin stand in the table's file: no 'areas'")
            raise ValueError(what)
        return self


class DeclaredTable(Model):
    """A file of declared results, what its columns mean, and of which bulletin it is.

    Tables of one bulletin, e.g. by state and by municipality, have the same ``bulletin.id``.
    """

    file: Text
    mapping: OrFile[DeclaredMapping]
    bulletin: BulletinHead | None = None


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


DeclaredParts = Annotated[
    tuple[OrFile[DeclaredTable], ...],
    BeforeValidator(
        _one_or_many,
        json_schema_input_type=OrFile[DeclaredTable] | tuple[OrFile[DeclaredTable], ...],
    ),
]
"""A declared result: a document, tables of it, or both."""


class CaseFile(Model):
    """case.json: the parts of a case, as files in its folder.

    Examples
    --------
    >>> CaseFile.model_validate({"contest": "contest.json", "actas": {"file": "a.csv"}}).actas.file
    'a.csv'
    >>> CaseFile.model_validate({"contest": "contest.json", "allowance": {"sheets": 12},
    ...     "actas": {"file": "a.csv", "capture": "provisional"}}).allowance
    Allowance(sheets=12, share=None)
    """

    contest: Text
    actas: ActasFile
    declared: DeclaredParts | None = None
    registry: RegistryFile | None = None
    earlier: EarlierFile | None = None
    captures: tuple[CaptureFile, ...] = ()
    contests: tuple[FurtherContest, ...] = ()
    allowance: Allowance | None = None
    sampling: Sampling | None = None
    language: Language | None = None

    @model_validator(mode="after")
    def _one_document(self) -> CaseFile:
        if sum(isinstance(part, str) for part in self.declared or ()) > 1:
            what = told("one declared.json, and tables beside it; two documents are named")
            raise ValueError(what)
        return self

    @model_validator(mode="after")
    def _names_of_their_own(self) -> CaseFile:
        names = [one.name for one in self.contests]
        if len(set(names)) < len(names):
            what = told(
                "each of the contests has a name of its own; named are {names}", names=listed(names)
            )
            raise ValueError(what)
        names = [ACTAS, *(one.name for one in self.captures)]
        if len(set(names)) < len(names):
            what = told(
                "each of the captures has a name of its own, beside the actas; named are {names}",
                names=listed(names),
            )
            raise ValueError(what)
        return self
