"""Profiles: published formats as data, and what a file of one means for a contest."""
