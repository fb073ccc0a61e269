"""The published files themselves, where they are at hand: hashes, and what is true of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import tallyverify as tv
from tallyverify.datasets import DATASETS, DataSet, fetch
from tests.helpers.real import NEEDS_REALDATA, REAL

pytestmark = NEEDS_REALDATA
HERE = REAL / "venezuela-2024"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def found(name: str, cache: Path) -> DataSet:
    """Fetch a data set from the copies in the folder of the real files."""
    copies = [path for path in sorted(HERE.glob("*.csv")) if path.is_file()]
    if len(copies) < 2:
        pytest.skip(f"no published files in {HERE.name}")
    first = DATASETS["venezuela-2024-v1"].files[0].name
    only = [path for path in copies if path.name == first]
    return fetch(name, from_file=copies if name == "venezuela-2024" else only, cache=cache)


def test_the_published_files_have_the_pinned_hashes_and_sizes(cache: Path) -> None:
    data = found("venezuela-2024", cache)
    assert [path.stat().st_size for path in data.files] == [f.size for f in data.known.files]
    assert data.notes == ()


def test_what_is_true_of_the_second_edition_comes_out(cache: Path) -> None:
    """The README of the real files: sums by pandas, and how much is lacking in each bulletin."""
    case = tv.load_case(found("venezuela-2024", cache))
    assert len(case.actas) == 25_073
    sums = {name: int(case.actas.figure(name)[0].sum()) for name in ("valid", "null", "EG", "NM")}
    assert sums == {"valid": 10_887_262, "null": 1_213, "EG": 7_303_480, "NM": 3_316_142}
    report = tv.verify(case, checks="compare")
    assert report.verdict == "contradicted"
    lacking = {int(f.difference or 0) for f in report.of("D301") if f.candidate == "EG"}
    assert lacking == {1_977_376, 2_857_502}


def test_what_is_true_of_the_first_edition_comes_out(cache: Path) -> None:
    case = tv.load_case(found("venezuela-2024-v1", cache))
    assert len(case.actas) == 24_532
    names = ("registered", "valid", "null", "EG", "NM")
    sums = [int(case.actas.figure(name)[0].sum()) for name in names]
    assert sums == [17_745_239, 10_659_128, 1_139, 7_156_462, 3_241_461]
