"""Write the sample cases anew, byte for byte: ``python data/samples/generate.py [OUT]``.

Without OUT the files are written where this script lies. The simulated sheets were drawn once and
stay as they are, since others quote them: they, and what can't be worked out from them, are read
and written again. All else is made here. New draws have a stream of their own.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from tallyverify import ActaTable, Contest, Declared, Registry, read_actas, read_registry
from tallyverify.simulate import SimulatedElection, write_case

HERE = Path(__file__).resolve().parent

VENEZUELA = {
    "id": "venezuela-2024",
    "name": "Presidential election of 28 July 2024",
    "date": "2024-07-28",
    "country": "Venezuela",
    "levels": ["state", "municipality", "parish", "centre"],
    "candidates": [
        {"id": "EG", "name": "Edmundo González"},
        {"id": "NM", "name": "Nicolás Maduro"},
        {"id": "LM", "name": "Luis Martínez"},
        {"id": "JABE", "name": "Javier Bertucci"},
        {"id": "JOBR", "name": "José Brito"},
        {"id": "AE", "name": "Antonio Ecarri"},
        {"id": "CF", "name": "Claudio Fermín"},
        {"id": "DC", "name": "Daniel Ceballos"},
        {"id": "EM", "name": "Enrique Márquez"},
        {"id": "BERA", "name": "Benjamín Rausseo"},
    ],
    "lines": [{"id": "valid", "name": "Votos válidos"}, {"id": "null", "name": "Votos nulos"}],
}

CNE = {
    "authority": "Consejo Nacional Electoral (CNE)",
    "stations": 30026,
    "registered": 21392464,
    "coverage_basis": "stations",  # it announced the share of the actas
    "bulletins": [
        {
            "id": "1",
            "issued": "2024-07-29",
            "areas": [
                {
                    "coverage": 0.8,
                    "valid": 10058774,
                    "votes": {"NM": 5150092, "EG": 4445978},
                    "groups": [
                        {
                            "name": "others",
                            "candidates": ["LM", "JABE", "JOBR", "AE", "CF", "DC", "EM", "BERA"],
                            "votes": 462704,
                        }
                    ],
                    "percentages": {"NM": 51.2, "EG": 44.2, "others": 4.6},
                }
            ],
        },
        {
            "id": "2",
            "issued": "2024-08-02",
            "areas": [
                {
                    "coverage": 0.9687,
                    "valid": 12335884,
                    "votes": {
                        "NM": 6408844,
                        "EG": 5326104,
                        "LM": 152360,
                        "AE": 116421,
                        "BERA": 92903,
                        "JOBR": 84231,
                        "JABE": 64452,
                        "CF": 40902,
                        "EM": 29611,
                        "DC": 20056,
                    },
                    "percentages": {"NM": 51.95, "EG": 43.18},
                }
            ],
        },
    ],
}


def frozen(name: str, out: Path, contest: Contest, *also: str) -> ActaTable:
    """The sheets of a sample as they were drawn; other files that stay are copied."""
    out.mkdir(parents=True, exist_ok=True)
    for other in also:
        if out.resolve() != (HERE / name):
            shutil.copyfile(HERE / name / other, out / other)
    return read_actas(HERE / name / "actas.csv", contest=contest, mapping=mapping(name, "actas"))


def mapping(name: str, part: str) -> dict[str, Any]:
    """What case.json says of the columns of a part."""
    case = json.loads((HERE / name / "case.json").read_text(encoding="utf-8"))
    return case[part]["mapping"]


def venezuela(out: Path) -> None:
    """Real totals by state and real bulletins; sheets simulated by ``fit_totals`` to add up."""
    contest = Contest.model_validate(VENEZUELA)
    table = frozen("venezuela-2024", out, contest, "state_totals.csv")
    write_case(out, table, declared=Declared.model_validate(CNE), station=("centre", "mesa"))


def toy(name: str, candidates: str) -> Contest:
    """A contest of a made-up country."""
    lines = ("registered", "ballots", "valid", "null", "blank")
    return Contest.model_validate(
        {
            "id": name,
            "name": "Simulated election of a president",
            "date": "2030-05-05",
            "country": "Nowhere",
            "levels": ["state", "municipality", "parish", "centre"],
            "candidates": [{"id": letter, "name": f"Candidate {letter}"} for letter in candidates],
            "lines": [{"id": line} for line in lines],
        }
    )


def clean(out: Path) -> None:
    """Everything there, everything adds up: sheets simulated by ``clean_election``."""
    contest = toy("clean", "ABCD")
    table = frozen("clean", out, contest)
    registry = Registry(frame=table.frame[["station", *contest.levels, "registered"]])
    election = SimulatedElection(contest, table, registry, seed=11)
    declared = election.declared(partial=0.7)
    write_case(out, table, declared=declared, registry=registry, station=("centre", "mesa"))


def partial(out: Path) -> None:
    """A close race of which 70 % of the stations are seen; the truth of the whole is declared."""
    contest = toy("partial", "ABC")
    folder = HERE / "partial"
    table = frozen("partial", out, contest)
    write_case(
        out,
        table,
        declared=Declared.model_validate_json((folder / "declared.json").read_bytes()),
        registry=read_registry(
            folder / "stations.csv", contest=contest, mapping=mapping("partial", "registry")
        ),
        station=("centre", "mesa"),
    )


def main(out: Path = HERE) -> None:
    """Write all samples into a folder."""
    venezuela(out / "venezuela-2024")
    clean(out / "clean")
    partial(out / "partial")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
