"""Turnout and the leader's share: fingerprint, Klimek's model, the turnout peak, association.

In: votes, ballots and registered voters. Out: a frozen result each. Begin with :mod:`.fingerprint`.
"""
