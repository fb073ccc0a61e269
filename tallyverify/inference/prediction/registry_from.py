"""A registry from another file: see :mod:`tallyverify.table.registry_from`."""

from tallyverify.table import registry_from

__all__ = ["registry_from"]
