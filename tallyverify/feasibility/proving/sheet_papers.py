"""Papers of true sheets: those not said exactly, and those changed where a vote is wrong."""

from __future__ import annotations

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.feasibility.proving.building import Builder
from tallyverify.feasibility.proving.program import Chain, Program


def loose_papers(
    program: Program,
    build: Builder,
    rows: Counts,
    chain: Chain,
    y: Counts,
    here: Counts,
    loose: Counts,
    *,
    each: bool = False,
) -> Counts:
    """Add the papers of true sheets, for figures that they do not say exactly.

    Of all sheets together, which is all that a bound needs, or of ``each`` by itself. Returns them
    in shape (sheets or 1, entries, variants).
    """
    entries, variants = y.shape[1], program.membership.shape[1]
    stations, class_of = program.stations, program.papers.class_of
    group = np.arange(len(here)) if each else np.zeros(len(here), dtype=np.int64)
    size = int(group.max(initial=-1)) + 1
    papers = build.variables(size * entries * variants).reshape(size, entries, variants)

    def between(columns: Counts, low: Counts, high: Counts) -> None:
        for edge, sign in ((low, -1.0), (high, 1.0)):
            bound = build.constraints(size * entries, -np.inf, 0.0).reshape(size, entries)
            build.put(bound[:, :, None], columns, sign)
            build.put(bound[group], y, -sign * edge[:, None].astype(float))

    for one in range(len(program.papers.names)):
        mine = papers[:, :, class_of == one]
        between(mine, stations.low[here, one], stations.high[here, one])
    for figure in loose:
        counted = program.membership[figure] > 0
        if counted.any():
            low, high = stations.least[here, figure], stations.most[here, figure]
            between(papers[:, :, counted], low, high)
    for at, row in enumerate(chain.rows):
        figure = program.figure_of[row]
        if figure in loose:
            counted = program.membership[figure] > 0
            entered = papers[:, chain.counts[:, at]]
            build.put(rows[row], entered[:, :, counted], 1.0)
    return papers


def changed_papers(
    program: Program,
    build: Builder,
    rows: Counts,
    chain: Chain,
    y: Counts,
    here: Counts,
    *,
    strict: bool,
) -> None:
    """Add papers that are taken off, or put on, at a cost of one each; a change is both.

    ``strict``: a station then still holds no more than it can; a bound can do without.
    """
    entries, variants = y.shape[1], program.membership.shape[1]
    off = build.variables(entries * variants).reshape(entries, variants)
    on = build.variables(entries * variants).reshape(entries, variants)
    changed = build.variables(entries, 1.0)
    for side in (off, on):
        most = build.constraints(entries, -np.inf, 0.0)
        build.put(most[:, None], side, 1.0)
        build.put(most, changed, -1.0)
    stations = program.stations
    for entry in range(entries):
        for one in range(len(program.papers.names)):
            held = build.constraint(-np.inf, 0.0)
            build.put(held, off[entry][program.papers.class_of == one], 1.0)
            build.put(held, y[:, entry], -stations.high[here, one].astype(float))
        top = build.constraint(-np.inf, 0.0)
        build.put(top, on[entry], 1.0)
        build.put(top, y[:, entry], -stations.cap[here].astype(float))
        if strict:
            left = build.constraint(-np.inf, 0.0)
            build.put(left, on[entry], 1.0)
            build.put(left, off[entry], -1.0)
            room = stations.cap[here] - np.minimum(
                stations.high[here].sum(axis=1), stations.cap[here]
            )
            build.put(left, y[:, entry], -room.astype(float))
    for at, row in enumerate(chain.rows):
        entered = chain.counts[:, at]
        counted_in = program.membership[program.figure_of[row]].astype(float)
        build.put(rows[row], off[entered], -counted_in[None, :])
        build.put(rows[row], on[entered], counted_in[None, :])
