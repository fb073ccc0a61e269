"""Shares: at integer percentages, at coarse fractions, with more than one peak.

In: votes, ballots and registered voters. Out: a frozen result each. Begin with
:mod:`.integer_percentages`.
"""
