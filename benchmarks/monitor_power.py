"""How often the monitor rejects a true margin, by stopping rule and order; how soon a wrong one.

Prints three tables, without times or names of the machine. Takes five to ten minutes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallyverify.inference.sequential.betting import Bets
from tallyverify.inference.sequential.margin_monitor import monitor
from tallyverify.inference.sequential.monitoring import Monitor
from tallyverify.simulate import clean_election

Floats = NDArray[np.float64]

ARRIVALS = 50
ELECTIONS, STATIONS, ALPHA, BATCH, HORIZON = 1000, 2000, 0.05, 50, 400
SEEN = (0.01, 0.02, 0.05, 0.1, 0.2)
WRONG_BY = (0.02, 0.05, 0.1, 0.2)
RULES = (
    "look after every station, to the end: any e-value ≥ 20",
    f"look after each batch of {BATCH}, stop at an e-value ≥ 20",
    "stop at the first e-value ≥ 20",
    f"stop when the interval excludes it, each batch of {BATCH}",
    f"fixed horizon, {HORIZON} stations",
)


class Election(NamedTuple):
    """Stations in the order in which they come."""

    a: Floats
    b: Floats
    valid: Floats
    registered: Floats
    area: NDArray[np.object_]

    @property
    def margin(self) -> float:
        return float((self.a - self.b).sum() / self.valid.sum())


def structured(seed: int) -> Election:
    """Areas within areas, centres, turnout and sizes as in real elections."""
    table = clean_election(stations=STATIONS, seed=seed).table
    order = np.random.default_rng([seed, 1]).permutation(STATIONS)
    names = ("A", "B", "valid", "registered")
    columns = (table.figure(name)[0].astype(float)[order] for name in names)
    return Election(*columns, table.frame["municipality"].to_numpy(dtype=object)[order])


def all_or_nothing(seed: int) -> Election:
    """Every voter of a station votes, all for the same one: the largest variance there is."""
    one = structured(seed)
    size = one.registered
    share = np.random.default_rng([seed, 2]).integers(0, 2, STATIONS)
    return Election(size * share, size * (1 - share), size, size, one.area)


def watched(election: Election, ends: list[int], declared: float) -> Monitor:
    """Let the monitor see the stations up to each of the ends in turn."""
    keys = [str(at) for at in range(STATIONS)]
    watch = monitor(
        STATIONS,
        registered=election.registered,
        declared=declared,
        alpha=ALPHA,
        sampling="random",
        drawn=keys,
        areas=dict(zip(keys, election.area.tolist(), strict=True)),
    )
    for start, stop in zip([0, *ends[:-1]], ends, strict=True):
        a, b, valid, registered = (column[start:stop] for column in election[:4])
        watch.update(a, b, valid, registered=registered, keys=keys[start:stop])
    return watch


def evalues(election: Election, margins: Floats) -> Floats:
    """E-values after every station, shape (stations, margins)."""
    a, b, valid, registered = election[:4]
    bound, total = registered.max(), registered.sum()
    bets = Bets(margins, margins, units=STATIONS, bound=bound, total=total)
    return np.exp(bets.advance(a - b, valid, registered))


def first(hit: NDArray[np.bool_]) -> int:
    return int(np.argmax(hit)) if hit.any() else len(hit) - 1


def stopped(election: Election) -> list[tuple[bool, float]]:
    """By rule: whether the true margin is rejected, and the e-value where one stops."""
    margin = election.margin
    each = evalues(election, np.array([margin]))[:, 0]
    path = watched(election, list(range(BATCH, STATIONS + 1, BATCH)), margin).path
    looks = path.evalue.to_numpy()
    # The bounds only narrow, until no margin is left in them, or the draw is refused.
    nothing = path.assumption.str.contains("no margin fits").to_numpy()
    looks = np.where(np.isnan(looks.astype(float)), 0.0, looks.astype(float))
    outside = nothing | (path.low > margin).to_numpy() | (path.high < margin).to_numpy()
    crossed, seen = each >= 1 / ALPHA, looks >= 1 / ALPHA
    return [
        (crossed.any(), each[-1]),
        (seen.any(), looks[first(seen)]),
        (crossed.any(), each[first(crossed)]),
        (outside.any(), looks[first(outside)]),
        (crossed[HORIZON - 1], each[HORIZON - 1]),
    ]


def print_table(head: list[str], rows: list[list[str]]) -> None:
    for cells in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(cells) + " |")
    print()


def type_one() -> None:
    head, columns = ["stopping rule"], []
    for kind in (structured, all_or_nothing):
        results = np.array([stopped(kind(seed)) for seed in range(ELECTIONS)], dtype=float)
        columns += [[f"{share:.1%}" for share in results[:, :, 0].mean(axis=0)]]
        columns += [[f"{mean:.2f}" for mean in results[:, :, 1].mean(axis=0)]]
        name = kind.__name__.replace("_", " ")
        head += [f"{name}: rejected", f"{name}: mean e-value at the stop"]
    print(f"Type-I error: the true margin is declared; {ELECTIONS:,} elections, α = {ALPHA:.0%}\n")
    print_table(head, [[rule, *cells] for rule, *cells in zip(RULES, *columns, strict=True)])
    print(
        "The e-value at any stop is 1 on average; late ones rest on rare and very large values.\n"
    )


def in_order(election: Election, seed: int, kind: str) -> Election:
    """Put the stations in an order of arrival, which somebody may take for a draw."""
    rng = np.random.default_rng([seed, 4])
    _, code = np.unique(election.area.astype(str), return_inverse=True)
    key = {
        "by area, as in a file": code.astype(float),
        "by area, as each reports": rng.exponential(1, code.max() + 1)[code]
        + rng.exponential(0.4, STATIONS),
        "small stations first": election.registered + rng.normal(0, 50, STATIONS),
        "a random draw": rng.random(STATIONS),
    }[kind]
    order = np.argsort(key, kind="stable")
    return Election(*(column[order] for column in election))


def arrival() -> None:
    kinds = (
        "by area, as in a file",
        "by area, as each reports",
        "small stations first",
        "a random draw",
    )
    ends = list(range(BATCH, STATIONS // 2 + 1, BATCH))
    rows = []
    for kind in kinds:
        counts = np.zeros(3)
        for seed in range(ARRIVALS):
            one = in_order(structured(seed), seed, kind)
            path = watched(one, ends, one.margin).path
            bets = evalues(one, np.array([one.margin]))[np.array(ends) - 1, 0]
            counts += (
                bets.max() >= 1 / ALPHA,
                path.rejected.any(),
                path.assumption.iloc[-1].startswith("refused"),
            )
        rows.append([kind, *(f"{count:.0f}" for count in counts)])
    print(f"Order of arrival taken for a draw: of {ARRIVALS} elections, half of each seen\n")
    head = "the true margin rejected by its bet alone", "by the monitor", "the draw refused"
    print_table(["order", *head], rows)


def power() -> None:
    ends = [round(share * STATIONS) for share in SEEN]
    rejected, widths = np.zeros((len(SEEN), len(WRONG_BY))), np.zeros(len(SEEN))
    for seed in range(ELECTIONS):
        election = structured(seed)
        sign = 1 if seed % 2 else -1
        largest = np.maximum.accumulate(
            evalues(election, election.margin + sign * np.array(WRONG_BY))
        )
        rejected += largest[np.array(ends) - 1] >= 1 / ALPHA
        path = watched(election, ends, election.margin).path
        widths += (path.high - path.low).to_numpy()
    print(
        f"Power: share of {ELECTIONS:,} structured elections in which a wrong margin is rejected, "
        f"α = {ALPHA:.0%}\n"
    )
    head = ["stations seen", *(f"wrong by {off * 100:.0f} points" for off in WRONG_BY)]
    rows = [
        [f"{share:.0%} ({end})", *(f"{part:.1%}" for part in parts), f"{width * 100:.1f} points"]
        for share, end, parts, width in zip(
            SEEN, ends, rejected / ELECTIONS, widths / ELECTIONS, strict=True
        )
    ]
    print_table([*head, "mean width of the interval"], rows)


if __name__ == "__main__":
    type_one()
    arrival()
    power()
