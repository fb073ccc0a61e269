"""``python -m tallyverify``."""

from tallyverify.cli import main

main()
