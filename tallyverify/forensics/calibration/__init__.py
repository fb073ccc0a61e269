"""How often a test rejects an honest election like this one: clean twins, rates, power.

In: stations. Out: tests calibrated together. Begin with :mod:`.battery`.
"""
