"""The checks of the family: what verify asks of the unseen."""

from tallyverify.inference.declared_vs_interval import I401
from tallyverify.inference.order_check import I404
from tallyverify.inference.required_share import I402
from tallyverify.inference.tipping_point import I403

CHECKS = (I401, I402, I403, I404)
