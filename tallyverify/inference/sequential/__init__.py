"""A margin followed sheet by sheet, with bounds that hold however often one looks.

In: batches of stations. Out: bounds of the margin. Begin with :mod:`.margin_monitor`.
"""
