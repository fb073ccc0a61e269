"""A registry from another file: see :mod:`tallyverify.table.earlier`."""

from tallyverify.readers import registry_from  # noqa: F401
