"""What the rows of a file mean: totals among them, their status, versions and parts of a station.

Begin with :mod:`.settling`; what comes out has one row for each station, as far as the mapping
says so.
"""
