"""certificate.json: a proof that others can redo, with all that it uses of a case.

What each key means, and how the proof is redone, is told point by point in docs/verifier.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tallyverify.errors import escaped
from tallyverify.language import told
from tallyverify.model import Count, Model

Kind = Literal["sheets", "votes", "exclude"]
"""What is bounded: wrong sheets, wrong votes, or by how much figures exclude each other."""


def _exact(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(told("a whole number, written without decimals or quotes"))
    return value


Whole = Annotated[int, BeforeValidator(_exact)]


class CertifiedFigure(Model):
    """A published figure that a proof uses: where it stands, what it counts, and its interval."""

    bulletin: str
    area: dict[str, str]
    kind: str
    candidates: tuple[str, ...] = ()
    low: Count
    high: Count


class CertifiedProof(Model):
    """Multipliers, one for each figure, and the least whole number that the fold proves.

    ``proved_by_engine`` is what the whole program proves; where a certificate can hold less of it,
    ``certified`` is smaller.
    """

    kind: Kind
    certified: Count
    proved_by_engine: Count
    scale: Annotated[Whole, Field(ge=1)]
    multipliers: tuple[Whole, ...]
    room_multiplier: Annotated[Whole, Field(ge=0)]


class WholeRow(Model):
    """A row of a bulletin that holds its area wholly; ``taken``: only because it is the last."""

    bulletin: str
    area: dict[str, str]
    taken: bool


class CertificateAssumptions(Model):
    """What the proof assumes, in words and as the numbers that the fold uses.

    Attributes
    ----------
    words : tuple of str
        For people; no program reads them.
    stations : int or None
        The declared number of stations.
    sheets, exact : int
        Sheets seen, and those of them that say their figures exactly; the others are free.
    unseen : int or None
        Stations of which no sheet was seen; None where their number is not bounded.
    most_seen : int or None
        The most papers on a sound sheet; None where too few were seen to say.
    excess : (int, int)
        Papers and list of the sound sheet that exceeds its list most; (1, 1) where none does.
    box : int
        More papers than any station can add to the figures: the sum of what these allow.
    votes_of_no_station : int
        The most papers that belong to no station.
    room : int or None
        The most papers that no sheet shows; None where the register does not bound them.
    whole : tuple of WholeRow
        What is held wholly.
    one_hour : bool
        The rows of each bulletin are of one hour.
    """

    words: tuple[str, ...]
    stations: Count | None
    sheets: Count
    exact: Count
    unseen: Count | None
    most_seen: Count | None
    excess: tuple[Count, Count]
    box: Count
    votes_of_no_station: Count
    room: Count | None
    whole: tuple[WholeRow, ...]
    one_hour: bool


class CertificateColumns(Model):
    """Which columns of the file of sheets hold what, and how its text is read."""

    station: tuple[str, ...]
    areas: dict[str, str]
    lines: dict[str, tuple[str, ...]]
    votes: dict[str, tuple[str, ...]]
    where: dict[str, tuple[str, ...]]
    pad: dict[str, int]
    encoding: str | None
    separator: str | None
    grouping: str
    decimal: str


class CertificateInput(Model):
    """A file that the proof stands on."""

    role: str
    name: str
    sha256: str


class Certificate(Model):
    """A proof that published figures are not true together unless sheets are wrong.

    Attributes
    ----------
    contest, series : str
        Which contest, and which series of bulletins.
    claim : str
        What is proved, in a sentence.
    allowance : int
        Sheets that may happen to be wrong, for comparison; no part of the proof.
    figures : tuple of CertifiedFigure
        The published figures that the proofs use.
    proofs : tuple of CertifiedProof
        One for each thing that is proved.
    assumptions : CertificateAssumptions
        What is assumed.
    columns : CertificateColumns
        How the sheets are read.
    inputs : tuple of CertificateInput
        SHA-256 of the files.
    outside : tuple of str
        Why the stand-alone checker cannot redo it; empty where it can.
    """

    schema_: Literal["tallyverify/certificate/1"] = Field(
        "tallyverify/certificate/1", alias="schema"
    )
    contest: str
    series: str
    claim: str
    allowance: Count
    figures: tuple[CertifiedFigure, ...]
    proofs: tuple[CertifiedProof, ...] = Field(min_length=1)
    assumptions: CertificateAssumptions
    columns: CertificateColumns
    inputs: tuple[CertificateInput, ...]
    outside: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the document, the same text for the same proof."""
        return escaped(self.model_dump_json(by_alias=True, indent=1)) + "\n"
