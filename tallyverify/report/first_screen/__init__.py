"""What every face shows first: the verdict in a sentence, the figures, and what they rest on.

In: a report. Out: its summary, in words. Begin with :mod:`tallyverify.report.first_screen.summary`.
"""
