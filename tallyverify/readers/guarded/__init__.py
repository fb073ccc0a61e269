"""The guarded door: files that can break a library are opened in a process of their own.

Begin with :mod:`.asking`, which has a named function run there on bytes; :mod:`.serving` is that
process; :mod:`.child_limits` says how much memory and time it has.
"""
