"""The report: verdict, checks, findings. One source for every rendering."""

from __future__ import annotations

from collections.abc import Mapping as Values
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, PlainSerializer, PrivateAttr

from tallyverify.atomic_write import write_whole
from tallyverify.errors import InputError, UnknownNameError, escaped, shown
from tallyverify.feasibility import FeasibilitySection, MaterialitySection
from tallyverify.findings import CheckResult, Evidence, Finding, Status, Verdict
from tallyverify.inference import EstimateDocument
from tallyverify.language import LANGUAGES, Language, Told, ToldText, retold, told
from tallyverify.model import Model
from tallyverify.reconcile import ReconcileSection
from tallyverify.records import (
    Allowance,
    CaptureKind,
    Contest,
    Declared,
    DeclaredMapping,
    Mapping,
    Sampling,
)
from tallyverify.report.first_screen.summary import Summary
from tallyverify.report.left_out import (
    LeftOutFile,
    LeftOutRows,
    left_out_csv,
    left_out_file,
    left_out_frame,
)
from tallyverify.report.published import IndicatorTest
from tallyverify.report.spoken import in_its_language
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    import pandas as pd


def check_language(language: str) -> None:
    """Raise :class:`InputError` for a language that reports are not written in."""
    if language not in LANGUAGES:
        raise UnknownNameError.of(told("no such language"), language, LANGUAGES)


class InputFile(Model):
    """A file that the report was made from."""

    role: str
    name: str
    sha256: str
    rows: int | None


_Written = TypeVar("_Written", bound=Model)


def _as_written(value: Model | None) -> Any:
    return None if value is None else value.model_dump(mode="json", exclude_defaults=True)


AsWritten = Annotated[_Written, PlainSerializer(_as_written)]
"""What people write in a file of its own stands in a report as they write it: what is not said is
left out."""


class MappingUsed(Model):
    """What the columns of a table were taken to mean, with all that was found out of the file.

    Attributes
    ----------
    role, name : str
        What the table is of the case, and its file's name.
    mapping : Mapping
        By which the same file is read alike without anything being found out: encoding,
        separator, row of the header, sheet and thousands separator are filled in.
    grouping, decimal : str
        Signs inside figures that were read as parting thousands, and as standing before decimals.
    """

    role: str
    name: str
    mapping: AsWritten[DeclaredMapping | Mapping]
    grouping: str
    decimal: str


class CoverageFacts(Model):
    """How much was seen, of how much."""

    stations: int
    stations_expected: int | None
    registered: int | None
    registered_expected: int | None


class Totals(Model):
    """Sums over the stations seen; None for a line that the actas do not have."""

    valid: int | None
    null: int | None
    blank: int | None
    ballots: int | None
    registered: int | None
    votes: dict[str, int]


class Report(Model):
    """What was found, graded, and what it was made from: the same inputs give the same bytes.

    Attributes
    ----------
    language : {"en", "es"}
        What its text is written in; codes and figures are the same in all.
    verdict : {"contradicted", "improbable", "discrepant", "consistent", "insufficient"}
        From the findings alone; anomalies never move it, nor quality unless it puts the meaning
        of the sheets in doubt.
    reason : str
        Why the sheets were held against nothing, where their meaning is in doubt (T211 to T218).
    summary : Summary
        What every face shows first: the verdict in a sentence, the figures, what they rest on.
    checks : tuple of CheckResult
        Every check of the catalogue with its status; ``not_asked`` where it was not asked for.
    findings : tuple of Finding
        All findings, the strongest evidence first.
    feasibility : tallyverify.feasibility.FeasibilitySection or None
        Whether there is a world in which every published figure is true; what is proved.
    materiality : tallyverify.feasibility.MaterialitySection or None
        Whether the sheets in question could change who wins: arithmetic, which moves no verdict.
    reconcile : ReconcileSection or None
        The other captures of the case, where there are any and it was asked.
    estimate : tallyverify.inference.EstimateDocument or None
        The estimate of the whole count with its backtest, as in estimate.json, where one was asked.
    indicators : tuple of IndicatorTest
        Every test of the indicators, with its own error.
    coverage, totals, inputs
        What was seen, what it sums to, and from which files.
    left_out : LeftOutFile or None
        The file of all rows that no sum holds: its digest, and how many rows for which reason.
    asked : tuple of str or None
        Families and codes that were asked for; None for all.
    second_reading : bool
        Whether the files were also to be read by other libraries (T218).
    allowance, capture, supplied_by, sampling
        How many sheets may be wrong, as the case sets it, how the sheets were captured and who
        supplied them, and how their stations were drawn, if by lot.
    contest, declared, mappings
        What was voted on, the bulletins, and what the columns of each table were taken to mean.
    picture : tallyverify.inference.InferenceSection or None
        What the figures show; not part of report.json.
    forensics : tallyverify.forensics.ForensicSection or None
        The tests and descriptions, and what their figures show; likewise.
    certificate : tallyverify.feasibility.Certificate or None
        What is proved, for others to redo, where it was asked for; likewise.
    captures : tallyverify.reconcile.CapturesHeld or None
        The other captures of the case, compared: reconcile.json and the worklist are made of it;
        likewise.
    rows_out : LeftOutRows or None
        The rows that no sum holds, of which left_out.csv is made; likewise.

    Examples
    --------
    >>> import tallyverify as tv
    >>> report = tv.verify(tv.load_case("data/samples/clean"))
    >>> report.verdict
    'consistent'
    """

    schema_: Literal["tallyverify/report/1"] = Field("tallyverify/report/1", alias="schema")
    version: str
    language: Language = "en"
    seed: int
    asked: tuple[str, ...] | None
    second_reading: bool = False
    allowance: AsWritten[Allowance] | None
    capture: CaptureKind
    supplied_by: str | None = None
    sampling: AsWritten[Sampling] | None
    inputs: tuple[InputFile, ...]
    left_out: LeftOutFile | None = None
    coverage: CoverageFacts
    totals: Totals
    verdict: Verdict
    reason: ToldText = ""
    summary: Summary | None = None
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]
    feasibility: FeasibilitySection | None = None
    materiality: MaterialitySection | None = None
    reconcile: ReconcileSection | None = None
    estimate: EstimateDocument | None = None
    indicators: tuple[IndicatorTest, ...] = ()
    contest: AsWritten[Contest] = Field(repr=False)
    declared: AsWritten[Declared] | None = Field(repr=False)
    mappings: tuple[MappingUsed, ...] = Field(repr=False)
    picture: Any = Field(default=None, exclude=True, repr=False)
    forensics: Any = Field(default=None, exclude=True, repr=False)
    certificate: Any = Field(default=None, exclude=True, repr=False)
    captures: Any = Field(default=None, exclude=True, repr=False)
    rows_out: Any = Field(default=None, exclude=True, repr=False)
    _origin: Any = PrivateAttr(default=None)  # the report that this one says in another language

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {rung}" for rung, n in self.counts().items() if n)
        return f"<Report {self.contest.id!r}: {self.verdict}; findings: {counts or 'none'}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        from tallyverify.report.html import fragment

        return fragment(self)

    @takes_input
    def in_language(self, language: Language) -> Report:
        """Return the report with all its text in a language.

        Raises
        ------
        InputError
            If there is no such language, or the report stands in one, since it was read from a
            file or changed: :func:`tallyverify.reproduce` makes it again.

        Examples
        --------
        >>> import tallyverify as tv
        >>> report = tv.verify(tv.load_case("data/samples/clean")).in_language("es")
        >>> report.language, report.verdict
        ('es', 'consistent')
        """
        check_language(language)
        if language == self.language:
            return self
        origin: Report = self._origin or self
        if not any(isinstance(one.name, Told) for one in origin.checks):
            raise InputError(
                told("a report that was read from a file, or changed, stands in one language"),
                found=shown(self.language),
                hint=told("make it again: reproduce, or verify"),
            )
        if language == origin.language:
            return origin
        again = retold(origin, language).model_copy(update={"language": language})
        again = again.with_summary_named()
        if origin.rows_out is not None:
            again = again.with_rows_out(origin.rows_out)
        again._origin = origin
        return again

    def model_copy(self, *, update: Values[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields changed; a changed one stands in its language only."""
        copied = super().model_copy(update=update, deep=deep)
        if update:
            copied._origin = None
        return copied

    def with_summary_named(self) -> Report:
        """Return the report with a summary that names its lines in the report's language."""
        if self.summary is None:
            return self
        summary = self.summary.model_copy(update={"language": self.language})
        return self.model_copy(update={"summary": summary})

    def with_rows_out(self, rows: LeftOutRows) -> Report:
        """Return the report with the rows that no sum holds, and what it says of their file."""
        held = self.model_copy(update={"rows_out": rows})
        return held.model_copy(update={"left_out": left_out_file(held, rows)})

    def counts(self) -> dict[str, int]:
        """Return how many findings stand on each rung, from contradiction to note."""
        return {rung: sum(f.evidence == rung for f in self.findings) for rung in map(str, Evidence)}

    @property
    def exit_code(self) -> int:
        """1 if anything stands at contradiction or improbable, else 0."""
        counts = self.counts()
        return int(bool(counts["contradiction"] or counts["improbable"]))

    @property
    def headline(self) -> str:
        """What the sheets say of the winner (D310), if that was asked and could be answered."""
        return next((finding.message for finding in self.of("D310")), "")

    @takes_input
    def check(self, code: str) -> CheckResult:
        """Return the result of one check; of one that was not asked, that it was not.

        Raises
        ------
        InputError
            If there is no such check.
        """
        found = next((result for result in self.checks if result.code == code), None)
        if found is None:
            raise UnknownNameError.of(
                told("no such check"), code, [one.code for one in self.checks]
            )
        return found

    @property
    def answered(self) -> tuple[CheckResult, ...]:
        """The checks that were asked."""
        return tuple(check for check in self.checks if check.status is not Status.NOT_ASKED)

    @takes_input
    def of(self, code: str) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(finding for finding in self.findings if finding.code == code)

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a DataFrame, one row each.

        Texts have the type ``string``, the figures ``Float64``; an area is written
        ``larger / smaller``. An empty report has the same columns and types.
        """
        from tallyverify.report.tables import findings_frame

        return findings_frame(self)

    @takes_input
    def to_csv(self, path: str | Path | None = None) -> str:
        """Return the findings as CSV, in which no cell is a formula, and write it if asked."""
        from tallyverify.report.tables import findings_csv

        return _written(findings_csv(self), path)

    @takes_input
    def to_markdown(self, path: str | Path | None = None) -> str:
        """Return the first screen and the findings as Markdown, and write it if asked."""
        from tallyverify.report.tables import as_markdown

        return _written(as_markdown(self), path)

    @takes_input
    def to_parquet(self, path: str | Path) -> None:
        """Write the findings as Parquet, with the columns and types of :meth:`to_frame`."""
        import io

        held = io.BytesIO()
        self.to_frame().to_parquet(held, index=False)
        write_whole({Path(path): held.getvalue()})

    def checks_frame(self) -> pd.DataFrame:
        """Return the checks as a DataFrame, one row each."""
        import pandas as pd

        names = [name for name in CheckResult.model_fields if name != "findings"]
        rows = [check.model_dump(mode="json") for check in self.checks]
        return pd.DataFrame(rows, columns=names)

    def left_out_frame(self) -> pd.DataFrame:
        """Return every row of the sheets' files that no sum holds, one row each.

        The columns are those of left_out.csv: role, file, row, station, reason, words, option,
        count and, each named ``figure`` and its name, the figures that were read of the row.

        Raises
        ------
        InputError
            If the report was read from a file: it does not hold them.

        Examples
        --------
        >>> import tallyverify as tv
        >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}]})
        >>> rows = [{"station": "1", "A": 5}, {"station": "1", "A": 5}, {"station": "2", "A": 3}]
        >>> report = tv.verify(tv.Case(contest, tv.read_actas(rows, contest=contest)))
        >>> report.left_out_frame()[["row", "station", "reason", "figure A"]].values.tolist()
        [[2, '1', 'repeated', 5]]
        """
        return left_out_frame(self)

    @takes_input
    def left_out_csv(self, path: str | Path | None = None) -> str:
        """Return left_out.csv, in which no cell is a formula, and write it if asked."""
        return _written(left_out_csv(self), path)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, as in report.json."""
        return self.model_dump(mode="json", by_alias=True)

    @takes_input
    def to_json(self, path: str | Path | None = None) -> str:
        """Return report.json as text, and write it if a path is given."""
        text = self.model_dump_json(by_alias=True, indent=2) + "\n"
        return _written(escaped(text), path)

    @takes_input
    def to_html(self, path: str | Path | None = None) -> str:
        """Return the report as one self-contained HTML page, and write it if a path is given."""
        from tallyverify.report.html import page

        return _written(page(self), path)

    @takes_input
    def figure(self, name: str) -> str:
        """Return one of the report's figures as SVG text.

        Parameters
        ----------
        name : str
            A name of :data:`tallyverify.report.FIGURES`, or the code of an indicator.

        Raises
        ------
        InputError
            If the report has no such figure: it says which there are.
        """
        drawn = _drawn(self)
        if name not in drawn:
            raise UnknownNameError.of(told("the report has no such figure"), name, list(drawn))
        return drawn[name]

    @takes_input
    def to_text(self, *, width: int = 100, verbose: bool = False) -> str:
        """Return the report as plain text, as the terminal shows it; ``verbose``: all of it."""
        from tallyverify.report.terminal import as_text

        return as_text(self, width=width, verbose=verbose)


@in_its_language
def _drawn(report: Report) -> dict[str, str]:
    """Return every figure that the report has data for, as SVG text by name."""
    drawn: dict[str, str] = {}
    if report.picture is not None:
        from tallyverify.report.drawings.estimate_figures import figures

        drawn |= figures(report.picture)
    if report.forensics is not None:
        from tallyverify.report.drawings.forensic_figures import forensic_figures

        drawn |= forensic_figures(report.forensics)
    return drawn


def _written(text: str, path: str | Path | None) -> str:
    if path is not None:
        write_whole({Path(path): text})
    return text
