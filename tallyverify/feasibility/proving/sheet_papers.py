"""Papers of true sheets: those not said exactly, and those changed where a vote is wrong."""

from __future__ import annotations

import numpy as np

from tallyverify.arrays import Counts, Floats
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
) -> None:
    """Add the papers of true sheets, for figures that they do not say exactly."""
    entries, variants = y.shape[1], program.membership.shape[1]
    stations, class_of = program.stations, program.papers.class_of
    papers = build.variables(entries * variants).reshape(entries, variants)

    def between(columns: Counts, values: Floats, low: Counts, high: Counts, entry: int) -> None:
        for edge, sign in ((low, -1.0), (high, 1.0)):
            bound = build.constraint(-np.inf, 0.0)
            build.put(bound, columns, sign * values)
            build.put(bound, y[:, entry], -sign * edge.astype(float))

    for entry in range(entries):
        for one in range(len(program.papers.names)):
            mine = papers[entry][class_of == one]
            low, high = stations.low[here, one], stations.high[here, one]
            between(mine, np.ones(len(mine)), low, high, entry)
        for figure in loose:
            counted = program.membership[figure].astype(float)
            low, high = stations.least[here, figure], stations.most[here, figure]
            if counted.any():
                between(papers[entry], counted, low, high, entry)
    for at, row in enumerate(chain.rows):
        figure = program.figure_of[row]
        if figure in loose:
            counted = program.membership[figure].astype(float)
            build.put(rows[row], papers[chain.counts[:, at]], counted[None, :])


def changed_papers(
    program: Program,
    build: Builder,
    rows: Counts,
    chain: Chain,
    y: Counts,
    here: Counts,
) -> None:
    """Add papers that are taken off, or put on, at a cost of one each; a change is both."""
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
    for at, row in enumerate(chain.rows):
        entered = chain.counts[:, at]
        counted_in = program.membership[program.figure_of[row]].astype(float)
        build.put(rows[row], off[entered], -counted_in[None, :])
        build.put(rows[row], on[entered], counted_in[None, :])
