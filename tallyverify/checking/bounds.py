"""Worst-case bounds (Manski 2003): what shares the unseen votes still allow, whoever got them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tallyverify.errors import InputError, printable
from tallyverify.language import told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Bounds:
    """Manski bounds on each candidate's share of the valid votes.

    Attributes
    ----------
    low, high : dict of str to float
        Least and greatest share of the valid votes, as fractions.
    unseen_votes : int
        M, the most valid votes that the unseen stations can hold.
    leader, runner_up : str
        The two with most seen votes.
    lead : int
        Seen votes of the leader less those of the runner-up.
    settled : bool
        The lead is larger than M: whoever the unseen voters chose, the leader wins.
    words : str
        How M comes about.
    """

    low: dict[str, float]
    high: dict[str, float]
    unseen_votes: int
    leader: str
    runner_up: str
    lead: int
    settled: bool
    words: str

    def __repr__(self) -> str:
        return printable(
            f"<Bounds: {self.leader} leads {self.runner_up} by {self.lead:,} seen votes, "
            f"{self.unseen_votes:,} unseen; {'settled' if self.settled else 'not settled'}>"
        )

    @takes_input
    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what share of the valid votes each candidate can have.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default new axes, in the style of the report's figures
            (``tallyverify.report.tallyverify``).

        Returns
        -------
        matplotlib.axes.Axes
            With words in the language spoken.

        Raises
        ------
        InputError
            If there are no candidates.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> bounds_of({"A": 60, "B": 40}, 10).plot().get_xlabel()
        '% of the valid votes'
        >>> plt.close()
        """
        from tallyverify.report import plotted

        return plotted(self, ax)


@takes_input
def bounds_of(votes: dict[str, int], unseen_votes: int, words: str = "") -> Bounds:
    """Return the bounds for seen votes by candidate and a number of unseen valid votes.

    share_k lies in [x_k / (V + M), (x_k + M) / (V + M)] (Manski 2003, worst case).

    Parameters
    ----------
    votes : dict of str to int
        Seen votes of each candidate.
    unseen_votes : int
        M.
    words : str
        How M comes about.

    Examples
    --------
    >>> bounds_of({"A": 60, "B": 40}, 10)
    <Bounds: A leads B by 20 seen votes, 10 unseen; settled>
    """
    if len(votes) < 2:
        raise InputError(told("bounds need at least two candidates"))
    total = sum(votes.values()) + unseen_votes
    ranked = sorted(votes, key=lambda name: -votes[name])
    leader, runner_up = ranked[:2]
    lead = votes[leader] - votes[runner_up]
    return Bounds(
        {name: count / total if total else 0.0 for name, count in votes.items()},
        {name: (count + unseen_votes) / total if total else 1.0 for name, count in votes.items()},
        unseen_votes,
        leader,
        runner_up,
        lead,
        lead > unseen_votes,
        words,
    )
