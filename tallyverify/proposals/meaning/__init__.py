"""What a proposal says of rows and codes: which rows are no sheets, when they came, parts of keys.

Begin with :mod:`.row_kinds`.
"""
