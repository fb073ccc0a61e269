"""The command line. Begin with :mod:`tallyverify.command.app`, which owns the exit code."""

from tallyverify.command.app import main

__all__ = ["main"]
