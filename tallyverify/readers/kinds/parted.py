"""Text of a cell in pieces of which some stand apart: struck out, raised, hidden, on lines below.

Joined without a sign, such pieces would make one figure of two: ``2918`` and a footnote's ``1``.
"""

from __future__ import annotations

APART, LINE = "\x1f", "\n"
"""What stands between pieces of which one is apart, and where a line ends."""


def joined(text: str) -> str:
    r"""Return a text whose pieces are parted by a line end, unless a letter touches another piece.

    Examples
    --------
    >>> joined(f"2918{APART}1{APART}"), joined(f"N{APART}o{APART} de mesa")
    ('2918\n1', 'No de mesa')
    """
    whole, left = [], ""
    for piece in text.split(APART):
        right = piece.strip()
        if left and right and not left.isalpha() and not right[0].isalpha():
            whole.append(LINE)
        whole.append(piece)
        left = right[-1:] or left
    return "".join(whole)
