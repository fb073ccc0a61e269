"""The reports of the samples, made once."""

from __future__ import annotations

from functools import cache

from tallyverify import Report, load_case, verify
from tests.helpers.command import SAMPLES


@cache
def sample_report(name: str) -> Report:
    """Return the report of a sample, in English."""
    return verify(load_case(SAMPLES / name))
