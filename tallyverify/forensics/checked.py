"""The checks of the family."""

from tallyverify.forensics.described import F506, F507, F508, F510, F511
from tallyverify.forensics.exchanged import F512
from tallyverify.forensics.tested import F501, F502, F503, F504, F505, F509

CHECKS = (F501, F502, F503, F504, F505, F506, F507, F508, F509, F510, F511, F512)
