"""``python -m tallyverify``."""

from tallyverify.command import main

main()
