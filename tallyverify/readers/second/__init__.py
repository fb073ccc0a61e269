"""A second reading of the files: the same bytes by another library, compared cell by cell.

In: a path and its mapping. Out: :class:`~tallyverify.table.SecondReading` of each table there.
Begin with :mod:`tallyverify.readers.second.reading`.
"""
