"""Declared figures among themselves: parts and totals, percentages, coverage, areas, bulletins.

In: what was declared. Out: D303 to D309. Begin with :mod:`.parts`.
"""
