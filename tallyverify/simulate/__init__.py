"""Simulated elections with real structure, for calibration, power and sample data."""

from tallyverify.simulate.fitted import fit_totals
from tallyverify.simulate.write import write_case

__all__ = ["fit_totals", "write_case"]
