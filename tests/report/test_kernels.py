"""The same bytes whatever the processor: with other kernels of BLAS, without numpy's wide loops.

Sums in floating point come out otherwise in the last digits where a processor adds in another
order, and a solved system with them. What is published is counted, or rounded so far that these
digits are gone; draws and thresholds must not hang on them. This is tried, not proved.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from threadpoolctl import threadpool_info

import tallyverify as tv
from tallyverify.command.shared.write_simulation import write_simulation
from tests.helpers.real import path_of, realdata
from tests.report.golden.make import HERE, NAMES

pytestmark = pytest.mark.hours
ROOT = Path(__file__).resolve().parents[2]
NEEDS = {"Nehalem": (), "Haswell": ("AVX2", "FMA3"), "SkylakeX": ("AVX512F", "AVX512_SKX")}
"""Kernels of OpenBLAS for x86, and what numpy calls what a processor needs for them."""

IN_ANOTHER_PROCESS = """
import sys
import scipy.linalg
from threadpoolctl import threadpool_info
import tallyverify as tv
kernels = {one.get("architecture") for one in threadpool_info() if one["user_api"] == "blas"}
sys.stderr.write(" ".join(sorted(map(str, kernels))) + "\\n")
case = tv.load_case(sys.argv[1], actas=sys.argv[2] if len(sys.argv) > 2 else None)
text = tv.verify(case).to_json()
sys.stdout.buffer.write(text.encode())
"""


def kernels_here() -> list[str]:
    """Return the kernels that this processor can run, if BLAS is OpenBLAS here."""
    blas = [one for one in threadpool_info() if one["user_api"] == "blas"]
    if {one["internal_api"] for one in blas} != {"openblas"} or "SSE42" not in __cpu_features__:
        return []
    return [name for name, needs in NEEDS.items() if all(map(__cpu_features__.get, needs))]


def report_with(kernel: str, case: Path, *actas: Path) -> bytes:
    """Return report.json of a case, made in a process of its own with another kernel.

    numpy's own loops are those of the oldest processor there, but with the newest kernel; the C
    library's functions are told to leave fused sums and wide registers where they can be told.
    """
    wide = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    oldest = kernel == "Nehalem"
    environment = {
        "OPENBLAS_CORETYPE": kernel,
        "OPENBLAS_NUM_THREADS": "1" if oldest else "2",
        "NPY_DISABLE_CPU_FEATURES": " ".join(wide if oldest else wide[-1:]),
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F" if oldest else "",
        "PYTHONHASHSEED": "7" if oldest else "11",
        "PYTHONPATH": str(ROOT),
    }
    ended = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS, case, *actas],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert ended.stderr.decode() == f"{kernel}\n"  # or the trial is none
    return ended.stdout


@pytest.mark.parametrize("kernel", NEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_samples_have_the_same_bytes_with_every_kernel(name: str, kernel: str) -> None:
    if kernel not in kernels_here():
        pytest.skip("not a kernel of this processor, or no OpenBLAS")
    text = report_with(kernel, ROOT / "data" / "samples" / name).decode()
    own = text.replace(f'"version": "{tv.__version__}"', '"version": ""', 1)
    assert own == (HERE / f"{name}.json").read_text(encoding="utf-8")


def test_a_made_up_election_is_the_same_and_its_report(tmp_path: Path) -> None:
    """Larger than the samples, with what indicators find, like another (by eigenvectors)."""
    if "Nehalem" not in kernels_here():
        pytest.skip("not a kernel of this processor, or no OpenBLAS")
    write_simulation(tmp_path / "first", stations=1200, seed=3)
    write_simulation(tmp_path / "like", like=tmp_path / "first", seed=4, alter=["swapped=0.05"])
    here = tv.verify(tv.load_case(tmp_path / "like")).to_json().encode()
    assert report_with("Nehalem", tmp_path / "like") == here


@realdata
def test_a_real_election_has_the_same_bytes() -> None:
    if "Nehalem" not in kernels_here():
        pytest.skip("not a kernel of this processor, or no OpenBLAS")
    sample = ROOT / "data" / "samples" / "venezuela-2024"
    actas = path_of("venezuela-2024-v2")
    here = tv.verify(tv.load_case(sample, actas=actas)).to_json().encode()
    assert report_with("Nehalem", sample, actas) == here
