"""How an estimate was made and what it assumes, in words."""

from __future__ import annotations

from tallyverify.inference.estimating.study import Study
from tallyverify.language import clauses, counted, number, told

_WHY = {
    "registry": told("a registry lists the stations"),
    "listed": told("the unseen stations stand in the actas without votes"),
    "areas": told("of the unseen only their number by area is known"),
    "numbers": told("of the unseen only their number in the country is known"),
    "nothing": told("of the unseen nothing is known"),
}


def method_text(found: Study) -> str:
    """Say by which method, and from what knowledge of the unseen."""
    why = _WHY[found.known]
    if found.unseen_stations == 0:
        return _sum_text(found, why)
    if found.strata is not None:
        return _ratio_text(found, why)
    levels = found.population.levels
    if not levels:
        return told("hierarchical prediction of each unseen station (station): {why}", why=why)
    return told(
        "hierarchical prediction of each unseen station ({levels} → station): {why}",
        levels=" → ".join(levels),
        why=why,
    )


def _sum_text(found: Study, why: str) -> str:
    some_empty = bool(found.sampling_frame.empty)
    if found.known == "listed":
        if some_empty:
            return told("sum of all sheets: every station that can hold votes was seen")
        return told("sum of all sheets: every station was seen")
    if some_empty:
        return told("sum of all sheets: {why}, and each that can hold votes was seen", why=why)
    return told("sum of all sheets: {why}, and each was seen", why=why)


def _ratio_text(found: Study, why: str) -> str:
    count = len(found.strata.names) if found.strata is not None else 1
    strata = told("unstratified") if count == 1 else counted(count, "stratum", "strata")
    if found.strata is not None and found.strata.registered is not None:
        return told("ratio estimate by registered voters, {strata}: {why}", strata=strata, why=why)
    return told("ratio estimate by stations, {strata}: {why}", strata=strata, why=why)


def assumption_text(found: Study) -> str:
    """Say what has to hold for the estimate to be right."""
    says = [_of_the_seen(found)]
    if found.known == "listed":
        says.append(told("the actas list every station"))
    return clauses([*says, told("the sheets are authentic")])


def _of_the_seen(found: Study) -> str:
    if found.unseen_stations == 0:
        return told("each station counts once")
    if found.drawn:
        return told(
            "the stations were drawn by lot, as is stated, and every station drawn was seen"
        )
    if found.drawn_not_in:
        return told(
            "the stations were drawn by lot, as is stated; the {lacking} drawn that are not in may "
            "be missing in proportion to the share of one of the first two, but no more so",
            lacking=number(found.drawn_not_in),
        )
    if found.strata is None:
        return told(
            "unseen stations differ from the seen of their areas only as these differ among "
            "themselves (missing at random within areas)"
        )
    if len(found.strata.names) > 1:
        return told("the seen stations are as good as a random draw within each stratum")
    return told("the seen stations are as good as a random draw from the whole country")
