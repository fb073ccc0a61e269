"""A registry from another file: see :mod:`tallyverify.table.earlier`."""

from tallyverify.table import registry_from  # noqa: F401
