"""How many sheets may be wrong before a contradiction is claimed, and how sheets were captured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from tallyverify.language import told
from tallyverify.model import Count, Model

MOST_SHARE = 0.5
"""Where more than half of the sheets may be wrong, nothing is held against sheets any more."""

CaptureKind = Literal["definitive", "provisional"]
"""How the actas were captured: with care, or in haste (night data entry, a quick count)."""


def _credible(share: float) -> float:
    if not 0 <= share <= MOST_SHARE:
        raise ValueError(
            told(
                "an allowance is a share from 0 to {most} of the sheets, as 0.005",
                most=str(MOST_SHARE),
            )
        )
    return share


class Allowance(Model):
    """Sheets that may be wrong without a contradiction being claimed; exactly one of the two.

    Attributes
    ----------
    sheets : int, optional
        Their number.
    share : float, optional
        Their share of the sheets that were seen, a fraction from 0 to 0.5.

    Examples
    --------
    >>> Allowance(share=0.005)
    Allowance(sheets=None, share=0.005)
    """

    sheets: Count | None = None
    share: (
        Annotated[
            float,
            Field(
                strict=True,
                allow_inf_nan=False,
                json_schema_extra={"minimum": 0, "maximum": MOST_SHARE},
            ),
            AfterValidator(_credible),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Allowance:
        if (self.sheets is None) == (self.share is None):
            raise ValueError(told('an allowance is either {{"sheets": 5}} or {{"share": 0.005}}'))
        return self
