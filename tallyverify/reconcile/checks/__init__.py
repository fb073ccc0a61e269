"""S601 to S605: the captures of a case beside its actas, and what each of them proves."""

from tallyverify.reconcile.checks.captures_differ import S601
from tallyverify.reconcile.checks.exchanged_or_gone import S603, S604
from tallyverify.reconcile.checks.in_one_only import S602
from tallyverify.reconcile.checks.what_each_proves import S605

CHECKS = (S601, S602, S603, S604, S605)
