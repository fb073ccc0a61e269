"""Published sheets, fetched where they were published, held to the SHA-256 that they must have.

In: the name of a data set. Out: :class:`DataSet`, a case in a folder, ready to be verified. Begin
with :mod:`tallyverify.datasets.fetching`; what can be fetched is told in ``known_sets``.
"""

from tallyverify.datasets.fetching import DataSet, fetch
from tallyverify.datasets.known_sets import DATASETS, DataFile, KnownSet, known_set
from tallyverify.datasets.written_case import check_free

__all__ = [
    "DATASETS",
    "DataFile",
    "DataSet",
    "KnownSet",
    "check_free",
    "fetch",
    "known_set",
]
