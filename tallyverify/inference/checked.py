"""The checks of the family: what verify asks of the unseen."""

from tallyverify.inference.against import I401
from tallyverify.inference.counting import I404
from tallyverify.inference.required import I402
from tallyverify.inference.tipping import I403

CHECKS = (I401, I402, I403, I404)
