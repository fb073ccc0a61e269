"""Each unseen station from its areas, and the variance of their total.

In: a population of seen and unseen stations. Out: totals with their error. Begin with
:mod:`.unseen_totals`.
"""
