"""The whole count from the stations seen, with the backtest that widens its intervals or refuses.

In: seen stations and what is known of the unseen. Out: an :class:`Estimate`. Begin with
:mod:`.whole_count`. By how much intervals are widened is found in :mod:`.interval_factor` and
applied by ``Predicted.half_width``.
"""
