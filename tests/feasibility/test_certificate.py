"""Certificates: both checkers prove them from the case, and refuse whatever is altered."""

from __future__ import annotations

import copy
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tallyverify import json_schema, load_case, verify
from tallyverify.engine import check_certificate
from tallyverify.errors import InputError
from tallyverify.exchange import convert
from tallyverify.feasibility import Certificate
from tests.helpers.command import SAMPLES, Command
from tests.helpers.real import path_of, realdata
from tests.helpers.tiers import slow_but

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "check_certificate.py"
Json = dict[str, Any]

CONTEST: Json = {
    "id": "toy",
    "levels": ["state", "town"],
    "candidates": [{"id": "A"}, {"id": "B"}, {"id": "C"}],
}
MAPPING: Json = {
    "station": ["town", "mesa"],
    "areas": {"state": "state", "town": "town"},
    "lines": {"valid": "valid"},
    "votes": {"A": "A", "B": "B", "C": "C"},
}


def sheets(count: int = 60) -> list[tuple[str, str, str, int, int, int]]:
    """Made-up sheets of two states."""
    found = []
    for at in range(count):
        a, b, c = 100 + 7 * (at % 9), 60 + 5 * (at % 7), 3 + at % 4
        found.append((f"S{at % 2}", f"T{at % 6}", f"{at:02d}", a, b, c))
    return found


def total(rows: list[tuple[str, str, str, int, int, int]], state: str | None = None) -> list[int]:
    return [sum(r[at] for r in rows if state in (None, r[0])) for at in (3, 4, 5)]


def written(folder: Path, declared: Json, rows: Any = None, contest: Json = CONTEST) -> Path:
    """Write a case of made-up sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = sheets() if rows is None else rows
    lines = ["state,town,mesa,valid,A,B,C"]
    lines += [",".join(map(str, (*r[:3], sum(r[3:]), *r[3:]))) for r in rows]
    (folder / "actas.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    case = {
        "contest": "contest.json",
        "declared": "declared.json",
        "actas": {"file": "actas.csv", "mapping": MAPPING},
    }
    for name, data in (("case", case), ("contest", contest), ("declared", declared)):
        (folder / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def row(votes: list[int], **more: Any) -> Json:
    return {"valid": sum(votes), "votes": dict(zip("ABC", votes, strict=True)), **more}


def moved(votes: list[int], by: int) -> list[int]:
    return [votes[0] - by, votes[1] + by, votes[2]]


def one_area() -> Json:
    """All of the country is declared; 900 votes have moved."""
    bulletin = {"id": "1", "complete": True, "areas": [row(moved(total(sheets()), 900))]}
    return {"stations": 60, "all_votes_at_stations": True, "bulletins": [bulletin]}


def areas() -> Json:
    """Both states are declared and one of them is wrong."""
    rows = sheets()
    south = row(moved(total(rows, "S1"), 700), area={"state": "s1"})
    north = row(total(rows, "S0"), area={"state": "S0"})
    bulletin = {"id": "1", "complete": True, "areas": [north, south]}
    return {"stations": 60, "all_votes_at_stations": True, "bulletins": [bulletin]}


def bulletins() -> Json:
    """The first bulletin, of part of the stations, has more for B than ever after."""
    rows = sheets()
    first = row([1500, 3900, 60], coverage=0.5)
    whole = {"id": "2", "issued": "2030-05-06", "complete": True, "areas": [row(total(rows))]}
    return {
        "stations": 60,
        "coverage_basis": "stations",
        "all_votes_at_stations": True,
        "bulletins": [{"id": "1", "issued": "2030-05-05", "areas": [first]}, whole],
    }


def grown() -> Json:
    """The first bulletin is complete, and the second has more votes for B."""
    a, b, c = total(sheets())
    first = {"id": "1", "issued": "2030-05-05", "complete": True, "areas": [row([a, b, c])]}
    more = {"id": "2", "issued": "2030-05-06", "areas": [row([a, b + 300, c])]}
    return {"stations": 60, "bulletins": [first, more]}


def partial() -> Json:
    """Four fifths of 70 stations are declared, with fewer votes for A than 46 sheets hold."""
    bulletin = {"id": "1", "areas": [row([2000, 4500, 300], coverage=0.8)]}
    return {"stations": 70, "coverage_basis": "stations", "bulletins": [bulletin]}


def excluding() -> Json:
    """The candidates sum to more than the valid votes."""
    votes = total(sheets())
    return {
        "stations": 60,
        "bulletins": [
            {"id": "1", "complete": True, "areas": [{**row(votes), "valid": sum(votes) - 500}]}
        ],
    }


MADE: dict[str, Callable[[], Json]] = {
    "one area": one_area,
    "areas": areas,
    "bulletins": bulletins,
    "grown": grown,
    "partial": partial,
    "excluding": excluding,
}


def certificate_of(folder: Path) -> Json:
    report = verify(load_case(folder), checks="compare", certify=True)
    assert report.certificate is not None
    found: Json = json.loads(report.certificate.to_json())
    return found


def alone(certificate: Json, folder: Path) -> tuple[int, str]:
    """Return what the stand-alone checker says."""
    place = folder.parent / f"{folder.name}-certificate.json"
    place.write_text(json.dumps(certificate), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-I", TOOL, place, folder], capture_output=True, text=True, check=False
    )
    assert ended.stderr == ""
    return ended.returncode, ended.stdout


def together(certificate: Json, folder: Path) -> tuple[int, str]:
    """Return what the package says."""
    try:
        found = check_certificate(Certificate.model_validate(certificate), load_case(folder))
    except (InputError, ValueError) as error:
        return 2, str(error)
    return 0 if found.proved else 1, found.words


def rehashed(certificate: Json, folder: Path) -> Json:
    """Return the certificate with the SHA-256 of what the folder holds now."""
    found = copy.deepcopy(certificate)
    for one in found["inputs"]:
        one["sha256"] = hashlib.sha256((folder / one["name"]).read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="module", params=MADE)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Json]:
    """A made-up case and its certificate."""
    folder = written(tmp_path_factory.mktemp("made") / "case", MADE[request.param]())
    return folder, certificate_of(folder)


@pytest.fixture(scope="module")
def venezuela() -> tuple[Path, Json]:
    folder = SAMPLES / "venezuela-2024"
    return folder, certificate_of(folder)


def test_both_prove_it(made: tuple[Path, Json]) -> None:
    folder, certificate = made
    assert certificate["outside"] == []
    code, words = together(certificate, folder)
    assert (code, words) == (0, certificate["claim"])
    code, words = alone(certificate, folder)
    assert (code, words[:8]) == (0, "proved: "), words


def test_it_is_what_the_schema_says(made: tuple[Path, Json]) -> None:
    schema = Draft202012Validator(json_schema("certificate"))
    assert list(schema.iter_errors(made[1])) == []


def test_the_venezuelan_sample(venezuela: tuple[Path, Json], tmp_path: Path) -> None:
    folder, certificate = venezuela
    by = {proof["kind"]: proof for proof in certificate["proofs"]}
    assert by["sheets"]["certified"] == by["sheets"]["proved_by_engine"] == 3351
    assert len(certificate["figures"]) == 2
    assert together(certificate, folder)[0] == 0
    copied = tmp_path / "case"
    copied.mkdir()
    for name in ("case.json", "contest.json", "declared.json", "actas.csv"):
        (copied / name).write_bytes((folder / name).read_bytes())
    code, words = alone(certificate, copied)
    assert code == 0
    assert words.startswith("proved: at least 3351 of 25073 sheets are wrong")


def refused_by_both(certificate: Json, folder: Path, *words: str) -> None:
    """Both say "not proved", with the reason."""
    for code, said in (together(certificate, folder), alone(certificate, folder)):
        assert code == 1, said
        assert any(word in said for word in words), said


def test_another_bound_is_refused(made: tuple[Path, Json]) -> None:
    folder, certificate = made
    altered = copy.deepcopy(certificate)
    altered["proofs"][0]["certified"] += 1
    refused_by_both(altered, folder, "the fold proves")


def test_another_multiplier_is_refused(made: tuple[Path, Json]) -> None:
    folder, certificate = made
    for at, multiplier in enumerate(certificate["proofs"][0]["multipliers"]):
        for other in (0, -multiplier):
            altered = copy.deepcopy(certificate)
            altered["proofs"][0]["multipliers"][at] = other
            refused_by_both(altered, folder, "the fold proves")


def test_another_figure_is_refused(made: tuple[Path, Json]) -> None:
    folder, certificate = made
    for at in range(len(certificate["figures"])):
        altered = copy.deepcopy(certificate)
        altered["figures"][at]["low"] -= 1
        refused_by_both(altered, folder, "bulletin ")


def test_another_hash_is_refused(made: tuple[Path, Json]) -> None:
    folder, certificate = made
    for at in range(3):
        altered = copy.deepcopy(certificate)
        altered["inputs"][at]["sha256"] = "0" * 64
        refused_by_both(altered, folder, "SHA-256")


@pytest.mark.parametrize("name", MADE)
def test_other_sheets_or_declarations_are_refused(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "case", MADE[name]())
    certificate = certificate_of(folder)
    # The files are others than those of the certificate.
    rows = sheets()
    rows[7] = (*rows[7][:3], rows[7][3] + 1, *rows[7][4:])
    written(folder, MADE[name](), rows)
    refused_by_both(certificate, folder, "SHA-256")
    declared = MADE[name]()
    for bulletin in declared["bulletins"]:
        for one in bulletin["areas"]:
            one["valid"] += 3
            one["votes"] = {candidate: votes + 1 for candidate, votes in one["votes"].items()}
    written(folder, declared)
    refused_by_both(certificate, folder, "SHA-256")
    # Also where their SHA-256 is put into the certificate: the figures are others.
    refused_by_both(rehashed(certificate, folder), folder, "bulletin ")
    # Sheets that bear the declared result out: the fold proves nothing.
    if name in ("one area", "areas"):
        shift = 15 if name == "one area" else 0
        told = [(*r[:3], r[3] - shift, r[4] + shift, r[5]) for r in sheets()]
        if name == "areas":
            south = [at for at, r in enumerate(told) if r[0] == "S1"]
            for at in south:
                told[at] = (*told[at][:3], told[at][3] - 20, told[at][4] + 20, told[at][5])
            told[south[0]] = (
                *told[south[0]][:3],
                told[south[0]][3] - 100,
                told[south[0]][4] + 100,
                told[south[0]][5],
            )
        written(folder, MADE[name](), told)
        refused_by_both(rehashed(certificate, folder), folder, "the fold proves", "assumptions")


@pytest.mark.parametrize("made", slow_but(["areas", "partial"], MADE), indirect=True)
@settings(max_examples=12)
@given(data=st.data())
def test_no_alteration_is_believed(
    made: tuple[Path, Json], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever is altered, what is still called proved is proved by the fold of both."""
    source, certificate = made
    folder = tmp_path_factory.mktemp("altered") / "case"
    declared = json.loads((source / "declared.json").read_text(encoding="utf-8"))
    rows = sheets()
    for at in data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=8)):
        votes = data.draw(st.tuples(*[st.integers(0, 260)] * 3))
        rows[at] = (*rows[at][:3], *votes)
    written(folder, declared, rows)
    altered = rehashed(certificate, folder)
    proof = altered["proofs"][0]
    for at in data.draw(st.lists(st.integers(0, len(proof["multipliers"]) - 1), max_size=2)):
        change = data.draw(st.integers(-2 * proof["scale"], 2 * proof["scale"]))
        proof["multipliers"][at] += change
    del altered["proofs"][1:]
    # What the package finds of these sheets by itself is at least what is still proved.
    report = verify(load_case(folder), checks="compare", certify=True)
    engine = json.loads(report.to_json())["feasibility"]
    code, words = alone(altered, folder)
    if code == 0:
        goal = {
            "sheets": engine["sheets_wrong"][0],
            "exclude": engine["figures_exclude_each_other"],
        }
        kind = proof["kind"]
        assert goal[kind] or engine["figures_exclude_each_other"], words
        assert kind != "sheets" or (
            engine["figures_exclude_each_other"] or goal[kind] >= proof["certified"]
        )


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"contest": {**CONTEST, "votes_allowed": 2}}, "votes_allowed"),
        ({"declared": {**one_area(), "annulled": ["T1/01"]}}, "annulled"),
    ],
)
def test_the_stand_alone_checker_says_what_is_outside(
    tmp_path: Path, change: Json, word: str
) -> None:
    folder = written(tmp_path / "case", one_area())
    certificate = certificate_of(folder)
    written(folder, change.get("declared", one_area()), contest=change.get("contest", CONTEST))
    code, words = alone(rehashed(certificate, folder), folder)
    assert code == 2
    assert word in words


def test_cells_with_a_sign_that_a_format_takes_away_are_outside(tmp_path: Path) -> None:
    """The stand-alone checker would read other keys than the package does."""
    told = one_area()
    source = written(tmp_path / "case", told)
    for sign, outside in (("", False), ("'=", True)):
        folder = tmp_path / f"again{outside}"
        convert(source, folder, to="case")
        head, first, rest = (folder / "actas.csv").read_text(encoding="utf-8").split("\n", 2)
        text = "\n".join([head, sign + first, rest])
        (folder / "actas.csv").write_text(text, encoding="utf-8")
        (folder / "declared.json").write_text(json.dumps(told), encoding="utf-8")
        case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        case["declared"] = "declared.json"
        (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
        found = certificate_of(folder)["outside"]
        assert any("signs were taken from cells" in one for one in found) == outside


def test_votes_of_no_station_may_come_after_all_stations(tmp_path: Path) -> None:
    certificate = certificate_of(written(tmp_path / "grown", grown()))
    assert [proof["kind"] for proof in certificate["proofs"]] == ["exclude"]
    declared = grown()
    # All stations are in the first bulletin; it does not say that nothing else is left out.
    del declared["bulletins"][0]["complete"]
    declared["bulletins"][0]["areas"][0]["stations"] = 60
    folder = written(tmp_path / "later", declared)
    assert alone(rehashed(certificate, folder), folder)[0] == 1
    assert verify(load_case(folder), checks="compare").verdict == "consistent"


def test_the_stand_alone_checker_is_short_and_stands_alone() -> None:
    text = TOOL.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    assert "tallyverify" not in text.replace("tallyverify/certificate", "")


def test_the_command(command: Command, tmp_path: Path) -> None:
    folder = written(tmp_path / "case", one_area())
    out = tmp_path / "out"
    assert command("verify", folder, "--out", out, "--checks", "compare").code == 1
    place = out / "certificate.json"
    outcome = command("check-certificate", place, folder)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("proved: at least ")
    altered = json.loads(place.read_text(encoding="utf-8"))
    altered["proofs"][0]["certified"] += 1
    other = tmp_path / "other.json"
    other.write_text(json.dumps(altered), encoding="utf-8")
    outcome = command("check-certificate", other, folder)
    assert outcome.code == 1
    assert outcome.out.startswith("not proved: sheets: the fold proves ")
    other.write_text("{}", encoding="utf-8")
    assert command("check-certificate", other, folder).code == 2
    # Where nothing is proved there is no certificate, and none of an earlier run stays.
    clean = {
        "stations": 60,
        "bulletins": [{"id": "1", "complete": True, "areas": [row(total(sheets()))]}],
    }
    written(folder, clean)
    assert command("verify", folder, "--out", out, "--checks", "compare").code == 0
    assert not place.exists()


@pytest.mark.slow
@realdata
def test_real_sheets(tmp_path: Path) -> None:
    """Venezuela, second edition: a known format, so the certificate tells the columns."""
    sample = SAMPLES / "venezuela-2024"
    folder = tmp_path / "case"
    folder.mkdir()
    for name in ("contest.json", "declared.json"):
        (folder / name).write_bytes((sample / name).read_bytes())
    (folder / "actas.csv").write_bytes(path_of("venezuela-2024-v2").read_bytes())
    case = {
        "contest": "contest.json",
        "declared": "declared.json",
        "actas": {"file": "actas.csv", "format": "convzla"},
    }
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    certificate = certificate_of(folder)
    assert certificate["proofs"][0]["certified"] == 3645
    assert together(certificate, folder)[0] == 0
    code, words = alone(certificate, folder)
    assert code == 0, words
    assert words.startswith("proved: at least 3645 of 25073 sheets are wrong")
