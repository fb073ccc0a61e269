"""Regenerate the sample cases, byte for byte: ``python data/samples/generate.py [OUT]``.

Without OUT the files are written where this script lies. The seeds are fixed here; the only input
is ``venezuela-2024/state_totals.csv``, totals by state of published tally sheets.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd

from tallyverify.contest import Contest
from tallyverify.declared import Declared
from tallyverify.simulate import clean_election, fit_totals, hide_stations, write_case

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


def venezuela(out: Path) -> None:
    """Real totals by state and real bulletins; simulated actas that add up to the totals."""
    out.mkdir(parents=True, exist_ok=True)
    source = HERE / "venezuela-2024" / "state_totals.csv"
    if out.resolve() != source.parent:
        shutil.copyfile(source, out / source.name)
    table = fit_totals(
        pd.read_csv(source, index_col="state"),
        Contest.model_validate(VENEZUELA),
        seed=20240728,
        labels={"municipality": "Mun."},
    )
    write_case(out, table, declared=Declared.model_validate(CNE), station=("centre", "mesa"))


def toy(name: str, shares: dict[str, float]) -> Contest:
    """A contest of a made-up country."""
    lines = ("registered", "ballots", "valid", "null", "blank")
    return Contest.model_validate(
        {
            "id": name,
            "name": "Simulated election of a president",
            "date": "2030-05-05",
            "country": "Nowhere",
            "levels": ["state", "municipality", "parish", "centre"],
            "candidates": [{"id": letter, "name": f"Candidate {letter}"} for letter in shares],
            "lines": [{"id": line} for line in lines],
        }
    )


def clean(out: Path) -> None:
    """Everything there, everything adds up."""
    shares = {"A": 0.46, "B": 0.40, "C": 0.11, "D": 0.03}
    election = clean_election(stations=1500, seed=11, shares=shares, contest=toy("clean", shares))
    write_case(
        out,
        election.table,
        declared=election.declared(partial=0.7),
        registry=election.registry,
        station=("centre", "mesa"),
    )


def partial(out: Path) -> None:
    """A close race of which 70 % of the stations are seen."""
    shares = {"A": 0.45, "B": 0.45, "C": 0.10}
    election = clean_election(stations=1500, seed=53, shares=shares, contest=toy("partial", shares))
    write_case(
        out,
        hide_stations(election.table, 0.3, seed=1),
        declared=election.declared(),
        registry=election.registry,
        station=("centre", "mesa"),
    )


def main(out: Path = HERE) -> None:
    """Write all samples into a folder."""
    venezuela(out / "venezuela-2024")
    clean(out / "clean")
    partial(out / "partial")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
