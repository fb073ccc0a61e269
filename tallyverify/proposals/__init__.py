"""Proposals: what a file of sheets seems to say, with the evidence for it, as a case to begin with.

In: a file, or a frame, and nothing else. Out: :class:`Proposal`: a contest, a mapping, what each
choice rests on, and in words what only people can answer. Begin with
:mod:`tallyverify.proposals.proposal`; rows become columns in ``grid``, columns get their roles in
``figures`` (wide), ``options`` (long) and ``places``.
"""

from tallyverify.hand_on import hand_on

__all__ = ["Proposal", "differences", "name_of", "propose", "propose_files"]

_HOMES = {
    "proposal": ("propose", "propose_files"),
    "case_folder": ("Proposal", "differences"),
    "placing": ("name_of",),
}
__getattr__ = hand_on(__name__, _HOMES)
