"""How an estimate was made and what it assumes, in words."""

from __future__ import annotations

from tallyverify.inference.estimating.study import Study
from tallyverify.language import number

_WHY = {
    "registry": "a registry lists the stations",
    "listed": "the unseen stations stand in the actas without votes",
    "areas": "of the unseen only their number by area is known",
    "numbers": "of the unseen only their number in the country is known",
    "nothing": "of the unseen nothing is known",
}


def method_text(found: Study) -> str:
    """Say by which method, and from what knowledge of the unseen."""
    if found.unseen_stations == 0:
        why = "every station" if found.known == "listed" else _WHY[found.known] + ", and each"
        if found.sampling_frame.empty:
            why += " that can hold votes"
        return f"sum of all sheets: {why} was seen"
    levels = " → ".join((*found.population.levels, "station"))
    if found.strata is None:
        return f"hierarchical prediction of each unseen station ({levels}): {_WHY[found.known]}"
    count = len(found.strata.names)
    by = "registered voters" if found.strata.registered is not None else "stations"
    strata = "unstratified" if count == 1 else f"{number(count)} strata"
    return f"ratio estimate by {by}, {strata}: {_WHY[found.known]}"


def assumption_text(found: Study) -> str:
    """Say what has to hold for the estimate to be right."""
    if found.unseen_stations == 0:
        says = "each station counts once"
    elif found.drawn:
        says = "the stations were drawn by lot, as is stated, and every station drawn was seen"
    elif found.drawn_not_in:
        says = (
            f"the stations were drawn by lot, as is stated; the {number(found.drawn_not_in)} drawn "
            "that are not in may be missing in proportion to the share of one of the first two, "
            "but no more so"
        )
    elif found.strata is None:
        says = (
            "unseen stations differ from the seen of their areas only as these differ among "
            "themselves (missing at random within areas)"
        )
    elif len(found.strata.names) > 1:
        says = "the seen stations are as good as a random draw within each stratum"
    else:
        says = "the seen stations are as good as a random draw from the whole country"
    if found.known == "listed":
        says += "; the actas list every station"
    return f"{says}; the sheets are authentic"
