"""Files, archives, sheets and frames of any kind, many of them perhaps, as one table of cells.

In: a path, a pattern or a table in memory. Out: :class:`tallyverify.readers.raw.Raw`. Begin with
:mod:`.many`; which files a path means stands in :mod:`.places`, the mapping of a file whose columns
bear the contest's own names in :mod:`.own_names`.
"""
