"""case.json: which files make up a case, and what is said of the case as a whole."""

from __future__ import annotations

from pydantic import model_validator

from tallyverify.model import Identifier, Model, Text
from tallyverify.records import Allowance, CaptureKind, Mapping


class SheetsFile(Model):
    """Where sheets are, and what their columns mean."""

    file: Text
    mapping: Mapping | None = None
    format: Identifier | None = None

    @model_validator(mode="after")
    def _one_description(self) -> SheetsFile:
        if self.mapping is not None and self.format is not None:
            raise ValueError("a file has either a 'mapping' or a known 'format', not both")
        return self


class ActasFile(SheetsFile):
    """The actas, and how they were captured: with care, or in haste (``provisional``)."""

    capture: CaptureKind = "definitive"


class RegistryFile(Model):
    """Where the register of stations is, and what its columns mean."""

    file: Text
    mapping: Mapping | None = None


class Capture(SheetsFile):
    """Another capture of the same stations, e.g. by QR code."""

    name: Identifier


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
    declared: Text | None = None
    registry: RegistryFile | None = None
    captures: tuple[Capture, ...] = ()
    allowance: Allowance | None = None
