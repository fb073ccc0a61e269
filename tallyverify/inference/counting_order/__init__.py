"""The order in which stations were counted: late stations, and jumps at a cut.

In: a position for each station. Out: what late stations differ by, within their areas. Begin with
:mod:`.late_stations`.
"""
