"""Digits of counts: the second, the last, the last two.

In: counts on plain arrays. Out: a frozen result each. Begin with :mod:`.last_digit`.
"""
