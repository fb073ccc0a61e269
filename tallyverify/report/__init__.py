"""One Report, several renderings: terminal, JSON, HTML and DataFrame."""

from tallyverify.report.model import CoverageFacts, InputFile, Report, Totals

__all__ = ["CoverageFacts", "InputFile", "Report", "Totals"]
