"""What is held against each other grows with the number of areas and bulletins, not its square."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.arrays import Mask
from tallyverify.errors import InputError
from tallyverify.feasibility.proving.building import Builder
from tallyverify.feasibility.proving.linear_program import _entered
from tallyverify.feasibility.proving.program import Chain
from tallyverify.records import AreaResult, Declared, areas_around, stated_short
from tallyverify.records.declared import MOST_BULLETINS


def chain(counts: Mask) -> Chain:
    return Chain(np.arange(counts.shape[1]), counts, 0)


def by_bulletin(bulletins: int, rows: int = 3) -> Mask:
    """Return in which rows a station counts that enters with each bulletin, or never."""
    entry, bulletin = np.ogrid[: bulletins + 1, :bulletins]
    return np.repeat(bulletin >= entry, rows, axis=1)


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_sums_of_all_rows_are_what_each_would_be_written_out(seed: int, nested: bool) -> None:
    draws = np.random.default_rng(seed)
    ways, rows = draws.integers(1, 7, 2)
    counts = by_bulletin(int(ways)) if nested else draws.random((ways, rows)) < 0.6
    build = Builder()
    y = build.variables(2 * len(counts)).reshape(2, len(counts))
    entered = _entered(build, chain(counts), y)
    matrix = build.matrix().toarray()
    own, others = matrix[:, : y.size], matrix[:, y.size :]
    values = draws.integers(0, 5, y.shape)
    # Each constraint is 0: what was added follows from what was there.
    found = np.linalg.solve(others, -own @ values.ravel())
    assert np.array_equal(np.rint(found[entered - y.size]), values @ counts)


def test_the_sums_of_all_rows_have_as_many_terms_as_bulletins() -> None:
    def terms(bulletins: int) -> int:
        build = Builder()
        y = build.variables(5 * (bulletins + 1)).reshape(5, bulletins + 1)
        _entered(build, chain(by_bulletin(bulletins)), y)
        return build.matrix().nnz

    assert terms(80) < 2.1 * terms(40)


AREAS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"))


@given(st.lists(AREAS, unique_by=lambda area: tuple(sorted(area.items()))))
def test_areas_around_are_those_of_a_comparison_of_all(areas: list[dict[str, str]]) -> None:
    assert areas_around(areas) == [
        {at for at, other in enumerate(areas) if other.items() <= area.items()} for area in areas
    ]


@given(
    st.lists(
        st.tuples(AREAS, st.sampled_from([None, 0.5, 1.0])),
        unique_by=lambda row: tuple(sorted(row[0].items())),
    )
)
def test_what_states_less_than_all_is_that_of_a_comparison_of_all(
    given_rows: list[tuple[dict[str, str], float | None]],
) -> None:
    rows = [AreaResult(area=area, coverage=coverage) for area, coverage in given_rows]
    assert stated_short(rows) == {
        at
        for at, row in enumerate(rows)
        if any(o.coverage == 0.5 and row.area.items() <= o.area.items() for o in rows)
    }


def test_more_bulletins_of_one_series_than_are_held_against_each_other() -> None:
    def several(number: int, series: int) -> Declared:
        bulletins = [
            {"id": f"{at}", "series": f"s{at % series}", "areas": [{"valid": 1}]}
            for at in range(number)
        ]
        return Declared.model_validate({"bulletins": bulletins})

    assert len(several(MOST_BULLETINS + 1, 2).bulletins) == MOST_BULLETINS + 1
    with pytest.raises(InputError, match="10,000 bulletins are of one series, and at most 200"):
        several(10_000, 1)
    assert len(several(2 * MOST_BULLETINS, 3).bulletins) == 2 * MOST_BULLETINS
    with pytest.raises(InputError, match="401 bulletins of all series, and at most 400 are read"):
        several(2 * MOST_BULLETINS + 1, 50)
