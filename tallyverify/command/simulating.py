"""The command ``tallyverify simulate``."""

from __future__ import annotations

from tallyverify.command.shared.options import (
    AlterList,
    Favoured,
    Lang,
    LikeFolder,
    Replace,
    SeedNumber,
    StationCount,
    TargetFolder,
    TargetsOf,
)
from tallyverify.command.shared.output import Done, say


def simulate_command(
    out: TargetFolder,
    stations: StationCount = None,
    like: LikeFolder = None,
    seed: SeedNumber = 0,
    alter: AlterList = None,
    candidate: Favoured = None,
    targets_of: TargetsOf = None,
    force: Replace = False,
    lang: Lang = None,
) -> Done:
    """Simulate a case."""
    from tallyverify.command.shared.write_simulation import write_simulation as run

    say(
        run(
            out,
            stations=stations,
            like=like,
            seed=seed,
            alter=alter or (),
            candidate=candidate,
            targets_of=targets_of,
            force=force,
        ),
        written=True,
    )
    return Done()
