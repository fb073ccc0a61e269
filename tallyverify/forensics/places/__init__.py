"""Stations and areas beside their like: homogeneity within centres, who departs, swapped tallies.

In: votes and areas. Out: a frozen result each. Begin with :mod:`.homogeneity`.
"""
