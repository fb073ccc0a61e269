"""Readers: files as their publishers distribute them, into an ActaTable or a Registry."""

from tallyverify.readers.actas import ActaStream, read_actas
from tallyverify.readers.stations import read_registry

__all__ = ["ActaStream", "read_actas", "read_registry"]
