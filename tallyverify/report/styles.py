"""Colours of verdicts, rungs and statuses on a terminal."""

from __future__ import annotations

from tallyverify.findings import Evidence, Status

VERDICT_STYLE = {
    "contradicted": "bold red",
    "improbable": "bold yellow",
    "discrepant": "bold dark_cyan",
    "consistent": "bold green",
    "insufficient": "bold blue",
}
RUNG_STYLE = {
    Evidence.CONTRADICTION: "red",
    Evidence.IMPROBABLE: "yellow",
    Evidence.DISCREPANCY: "dark_cyan",
    Evidence.ANOMALY: "magenta",
    Evidence.QUALITY: "cyan",
    Evidence.NOTE: "dim",
}
STATUS_STYLE = {
    Status.PASSED: "green",
    Status.FLAGGED: "red",
    Status.NOT_APPLICABLE: "dim",
    Status.NOT_ASKED: "dim",
    Status.ERROR: "bold red",
}
