"""The whole count from the stations seen, with the backtest that widens its intervals or refuses.

In: seen stations and what is known of the unseen. Out: an :class:`Estimate`. Begin with
:mod:`.whole_count`; intervals are widened in :mod:`.interval_factor`.
"""
