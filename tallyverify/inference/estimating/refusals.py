"""When no estimate is given: what the seen stations cannot tell about the others."""

from __future__ import annotations

import numpy as np

from tallyverify.errors import shown
from tallyverify.inference.estimating.request import EstimateRequest
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.sampling_frame import SamplingFrame
from tallyverify.inference.prediction.smallest_areas import VarianceComponents
from tallyverify.language import clauses, counted, number, percent, told, told_of

FEWEST_STATIONS = 20
"""From fewer seen stations nothing is predicted."""

_LARGEST = 0.01  # of all voters: an unseen area well beyond the size of any seen, above this
_BEYOND = 1.5  # times the largest seen: so far sizes are carried on
_MATTERS = 0.001
_FEWEST_FREE = 2.0
_MOST_LACKING = 0.01  # of the stations: a registry that lacks more is not predicted from


def why_refused(population: Population, work: VarianceComponents, *, areas: bool = True) -> str:
    """Say why the seen stations do not carry a prediction of those asked for, if they do not.

    How areas differ is learnt from the seen areas of the same level. It says nothing of an unseen
    area half as large again as every seen one: a capital is not one of many towns. Above one
    percent of the voters, that decides. Nor can it be learnt from fewer than three areas.
    """
    seen = int(population.seen.sum())
    if seen < FEWEST_STATIONS:
        return told_of(
            seen,
            "{count} station seen and wholly read; at least {fewest} needed",
            "{count} stations seen and wholly read; at least {fewest} needed",
            fewest=number(FEWEST_STATIONS),
        )
    sort = _unseen_kind(population)
    if sort or not areas:
        return sort
    tree = population.tree
    voters = tree.totals(population.size)
    inside = tree.totals(np.where(population.seen, population.size, 0.0))
    asked = tree.totals(population.wanted_size)
    everyone = float(inside[0][0] + asked[0][0])
    for depth in range(1, tree.depth):
        level = population.levels[depth - 1]
        whole = (inside[depth] == 0) & (asked[depth] > 0)
        if not whole.any():
            continue
        largest = round(float(voters[depth][whole].max()))
        known = round(float(voters[depth][inside[depth] > 0].max(initial=0.0)))
        if largest > _BEYOND * known and largest > _LARGEST * everyone:
            return told(
                "nothing was seen of the largest area of the level {level} ({voters} voters, "
                "{share} of all; the largest seen has {known}): what smaller ones show does not "
                "carry over to it",
                level=level,
                voters=number(largest),
                share=percent(largest, everyone, 1),
                known=number(known),
            )
        gone = float(asked[depth][whole].sum())
        if work.freedom[depth - 1] < _FEWEST_FREE and gone > _MATTERS * everyone:
            return told(
                "nothing was seen of {areas} of the level {level} ({share} of the voters), and "
                "from the few seen ones it cannot be told how much areas differ",
                areas=counted(int(whole.sum()), "area", "areas"),
                level=level,
                share=percent(gone, everyone, 1),
            )
    return ""


def _unseen_kind(population: Population) -> str:
    """Say if too little was seen of a kind of which more than one percent is unseen."""
    everyone, seen = population.everyone, population.kinds_seen()[0]
    for at in population.unseen_kinds:
        here = population.wanted & (population.kind == at)
        voters = float(population.size[here].sum())
        if voters > _LARGEST * everyone:
            named = {
                "kind": shown(population.kinds[at]),
                "unseen": number(int(here.sum())),
                "share": percent(voters, everyone, 1),
            }
            if not seen[at]:
                return told(
                    "nothing was seen of the kind {kind}, of which {unseen} are unseen ({share} of "
                    "the voters): what other kinds show does not carry over to them",
                    **named,
                )
            return told_of(
                int(seen[at]),
                "only {count} station was seen of the kind {kind}, of which {unseen} are unseen "
                "({share} of the voters): what other kinds show does not carry over to them",
                "only {count} stations were seen of the kind {kind}, of which {unseen} are unseen "
                "({share} of the voters): what other kinds show does not carry over to them",
                **named,
            )
    return ""


def why_unknown(sampling_frame: SamplingFrame, known: str, asked: EstimateRequest) -> str:
    """Say why what is known of the stations carries no estimate, if it does not."""
    if sampling_frame.mismatch:
        return sampling_frame.mismatch
    if known == "nothing":
        says = told(
            "nothing says which stations were not seen, or how many: there is neither a registry "
            "nor a number of stations or registered voters"
        )
        if not sampling_frame.unread:
            return says
        gaps = told_of(
            sampling_frame.unread,
            "{count} row of the actas with no votes that could be read: if the actas list every "
            "station, give their number or ask for the prediction",
            "{count} rows of the actas with no votes that could be read: if the actas list every "
            "station, give their number or ask for the prediction",
        )
        return clauses([says, gaps])
    if len(sampling_frame.population.names) < 2:
        return told("the contest has one candidate only")
    if not sampling_frame.population.votes.any():
        return told("no sheet that was wholly read holds a vote")
    return _registry_short(sampling_frame, asked)


def _registry_short(sampling_frame: SamplingFrame, asked: EstimateRequest) -> str:
    """Say that the registry lacks stations, or has some under other keys, if it does."""
    there, declared = sampling_frame.stations, asked.stations
    if asked.registry is None:
        return ""
    strangers = sampling_frame.strangers
    if declared is not None and strangers and there > declared:
        return told_of(
            strangers,
            "the registry has {stations}, and {count} sheet are of stations that it does not have: "
            "{there} together, more than the {declared} declared, so that some may be the same "
            "stations under other keys, counted as seen and predicted as unseen",
            "the registry has {stations}, and {count} sheets are of stations that it does not "
            "have: {there} together, more than the {declared} declared, so that some may be the "
            "same stations under other keys, counted as seen and predicted as unseen",
            stations=counted(there - strangers, "station", "stations"),
            there=number(there),
            declared=number(declared),
        )
    if declared is not None and declared > there * (1 + _MOST_LACKING):
        return told(
            "the registry has {there} stations, but {declared} are declared: what it lacks cannot "
            "be predicted; give a whole registry, or leave it out to estimate from numbers",
            there=number(there),
            declared=number(declared),
        )
    if sampling_frame.lacks(declared) and bool(sampling_frame.population.seen.all()):
        return told(
            "every station of the registry was seen, but it is known to lack others, of which "
            "nothing is known"
        )
    return ""
