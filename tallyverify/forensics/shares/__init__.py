"""Shares: at integer percentages, at coarse fractions, with more than one peak.

In: votes and ballots. Out: a frozen result each. Begin with :mod:`.integer_percentages`.
"""
