"""S601 to S605, declared."""

from tallyverify.reconcile.captures_differ import S601
from tallyverify.reconcile.exchanged_or_gone import S603, S604
from tallyverify.reconcile.in_one_only import S602
from tallyverify.reconcile.what_each_proves import S605

CHECKS = (S601, S602, S603, S604, S605)
