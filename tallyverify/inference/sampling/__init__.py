"""Ratio and stratified estimates where only numbers of unseen stations are known.

In: a sample and sizes by stratum. Out: an estimate with its error. Begin with :mod:`.ratio`.
"""
