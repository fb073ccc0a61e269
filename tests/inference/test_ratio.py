"""The stratified ratio estimator, against samplics and exact fractions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tallyverify.errors import InputError
from tallyverify.inference.sampling.ratio import RatioEstimate, collapse, ratio
from tallyverify.inference.sampling.ratio_variance import covariance, factors, sums

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Samplics = Callable[..., Any]


@pytest.fixture(scope="module")
def samplics() -> Samplics:
    """Return ``samplics`` 0.6.1, which says on import that it is no longer maintained."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "samplics is archived", FutureWarning)
        from samplics.datasets import load_county_crop, load_county_crop_means
        from samplics.estimation import TaylorEstimator
        from samplics.utils.types import PopParam

    def load(what: str, *args: Any, **options: Any) -> Any:
        if what == "data":
            return load_county_crop()["data"], load_county_crop_means()["data"]
        estimator = TaylorEstimator(PopParam[what])
        estimator.estimate(*args, **options)
        return estimator

    return load


def crops(samplics: Samplics) -> tuple[Floats, Floats, Ints, Ints]:
    """Hectares of corn and soybeans and all pixels of 37 segments in 12 counties of Iowa.

    Battese, Harter & Fuller (1988), JASA 83:28. In three counties one segment was seen.
    """
    seen, counties = samplics("data")
    y = seen[["corn_area", "soybeans_area"]].to_numpy(float)
    x = seen[["corn_pixel", "soybeans_pixel"]].to_numpy(float).sum(axis=1)
    return y, x, seen["county_id"].to_numpy() - 1, counties["pop_segments"].to_numpy()


def theirs(
    samplics: Samplics,
    what: str,
    y: Floats,
    x: Floats | None,
    weight: Floats,
    group: Ints,
    unseen: Floats,
) -> Any:
    # Its fpc is the factor 1 − n/N itself, by stratum.
    fpc = {int(code): float(unseen[code]) for code in np.unique(group)}
    return samplics(what, y, samp_weight=weight, x=x, stratum=group, fpc=fpc)


def test_a_ratio_is_that_of_samplics(samplics: Samplics) -> None:
    y, x, county, stations = crops(samplics)
    several = county >= 3
    y, x, county, stations = y[several], x[several], county[several] - 3, stations[3:]
    ours = ratio(y, x, county, stations=stations)
    count = np.bincount(county)
    weight = (stations / count)[county]
    for k in range(2):
        other = theirs(samplics, "ratio", y[:, k], x, weight, county, 1 - count / stations)
        assert ours.ratio[k] == pytest.approx(other.point_est, rel=1e-12)
        assert ours.se[k] == pytest.approx(other.stderror, rel=1e-9)
        assert ours.low[k] == pytest.approx(other.lower_ci, rel=1e-9)
        assert ours.high[k] == pytest.approx(other.upper_ci, rel=1e-9)
        assert ours.df == other.degree_of_freedom == len(y) - len(count)
        total = theirs(samplics, "total", y[:, k], None, weight, county, 1 - count / stations)
        assert ours.total[k] == pytest.approx(total.point_est, rel=1e-12)
        assert ours.total_se[k] == pytest.approx(total.stderror, rel=1e-9)
    # It has no covariances of ratios; the variance of a margin is that of the ratio of y₀ − y₁.
    margin = theirs(samplics, "ratio", y[:, 0] - y[:, 1], x, weight, county, 1 - count / stations)
    assert ours.contrast([1, -1])[:2] == pytest.approx((margin.point_est, margin.stderror))
    assert ours.collapsed == ()


def test_joined_strata_are_those_of_samplics(samplics: Samplics) -> None:
    y, x, county, stations = crops(samplics)
    ours = ratio(y, x, county, stations=stations)
    assert ours.collapsed == ((0, 1), (2, 3))
    count = np.bincount(county)
    joined = np.array([0, 0, 2, 2, *range(4, 12)])
    # It leaves the factor of joined strata to the caller; ours is 1.
    unseen = 1 - count / stations
    unseen[[0, 2]] = 1.0
    for k in range(2):
        other = theirs(
            samplics, "ratio", y[:, k], x, (stations / count)[county], joined[county], unseen
        )
        assert ours.ratio[k] == pytest.approx(other.point_est, rel=1e-12)
        assert ours.se[k] == pytest.approx(other.stderror, rel=1e-9)
        assert ours.df == other.degree_of_freedom == 37 - 10


def by_hand(
    y: list[int], x: list[int], code: list[int], stations: list[int], size: list[int] | None
) -> tuple[Fraction, Fraction]:
    """Cochran (1977), eq. 6.48 (separate, if sizes are given) or 6.51 (combined), as fractions.

    Written with the sums of squares and products of each stratum, not with residuals by weight.
    """
    strata = []
    for h, whole in enumerate(stations):
        ys = [Fraction(a) for a, c in zip(y, code, strict=True) if c == h]
        xs = [Fraction(a) for a, c in zip(x, code, strict=True) if c == h]
        strata.append((whole, len(ys), sum(ys) / len(ys), sum(xs) / len(xs), ys, xs))
    x_all = sum(whole * mx for whole, _, _, mx, _, _ in strata) if size is None else sum(size)
    combined = sum(w * my for w, _, my, _, _, _ in strata) / sum(
        w * mx for w, _, _, mx, _, _ in strata
    )
    point, variance = Fraction(0), Fraction(0)
    for h, (whole, n, my, mx, ys, xs) in enumerate(strata):
        r = combined if size is None else my / mx
        syy = sum((a - my) ** 2 for a in ys) / (n - 1)
        sxx = sum((a - mx) ** 2 for a in xs) / (n - 1)
        syx = sum((a - my) * (b - mx) for a, b in zip(ys, xs, strict=True)) / (n - 1)
        # X_h / (N_h · mean x): the known size against the estimated one.
        scale = 1 if size is None else size[h] / (whole * mx)
        part = Fraction(whole * (whole - n), n) * (syy + r * r * sxx - 2 * r * syx)
        variance += scale * scale * part / (x_all * x_all)
        point += (whole * mx if size is None else size[h]) * r / x_all
    return point, variance


@pytest.mark.parametrize("size", [None, [760, 480]])
def test_exact_fractions_of_a_small_example(size: list[int] | None) -> None:
    y, x, code = [60, 45, 70, 20, 31, 12], [100, 90, 110, 60, 70, 55], [0, 0, 0, 1, 1, 1]
    point, variance = by_hand(y, x, code, [8, 7], size)
    ours = ratio(y, x, code, stations=[8, 7], size=size, form="separate" if size else "combined")
    assert ours.ratio[0] == pytest.approx(float(point), rel=1e-14)
    assert ours.cov[0, 0] == pytest.approx(float(variance), rel=1e-12)
    assert ours.df == 4
    half = stats.t.ppf(0.975, 4) * float(variance) ** 0.5
    assert ours.high[0] - ours.ratio[0] == pytest.approx(half, rel=1e-12)
    if size:
        assert ours.total[0] == pytest.approx(float(point * sum(size)), rel=1e-14)
        assert ours.total_se[0] == pytest.approx(sum(size) * float(variance) ** 0.5, rel=1e-12)


def test_known_sizes_in_the_combined_form_only_scale_the_totals() -> None:
    y, x = [60, 45, 70], [100, 90, 110]
    plain, sized = ratio(y, x, stations=9), ratio(y, x, stations=9, size=1000)
    assert sized.ratio == plain.ratio
    assert sized.se == plain.se
    assert sized.total == 1000 * plain.ratio
    assert plain.total == 9 * 175 / 3
    # n = 3 of N = 9: N·sqrt((1 − n/N)·s²/n) with s² of 60, 45, 70.
    assert plain.total_se[0] == pytest.approx(9 * (2 / 3 * np.var(y, ddof=1) / 3) ** 0.5)


def test_without_known_sizes_both_forms_are_the_same() -> None:
    y, x, code = [60, 45, 70, 20, 31, 12], [100, 90, 110, 60, 70, 55], [0, 0, 0, 1, 1, 1]
    one = ratio(y, x, code, stations=[8, 7])
    other = ratio(y, x, code, stations=[8, 7], form="separate")
    assert (one.ratio, one.se) == (other.ratio, other.se)
    assert (one.form, other.form) == ("combined", "separate")


@st.composite
def tallies(draw: st.DrawFn) -> tuple[Ints, Ints, Ints, Ints]:
    """Votes (n, K), valid votes, strata and their stations; two or more seen, or all."""
    strata = draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = rng.integers(1, 6, strata)
    stations = count + np.where(count > 1, rng.integers(0, 9, strata), 0)
    code = np.repeat(np.arange(strata), count)
    votes = rng.integers(0, 300, (len(code), draw(st.integers(1, 4))))
    votes[0, 0] += 1
    return votes, votes.sum(axis=1), code, stations


@given(tallies(), st.booleans())
def test_identities(tally: tuple[Ints, Ints, Ints, Ints], known: bool) -> None:
    votes, valid, code, stations = tally
    options: dict[str, Any] = {}
    if known:
        valid = valid + 1  # no stratum without voters
        options = {"size": stations * 200 + 7, "form": "separate"}
    ours = ratio(votes, valid, code, stations=stations, **options)

    np.testing.assert_allclose(ours.cov, ours.cov.T, atol=0)
    assert np.linalg.eigvalsh(ours.cov).min() >= -1e-15
    assert (ours.low <= ours.ratio).all()
    assert (ours.ratio <= ours.high).all()
    assert ours.collapsed == ()
    assert ours.seen == len(code)
    for k, weights in enumerate(np.eye(votes.shape[1])):
        expected = ours.ratio[k], ours.se[k], ours.low[k], ours.high[k]
        assert ours.contrast(weights) == pytest.approx(expected, abs=1e-15)
    if not known:
        estimate, se, *_ = ours.contrast(np.ones(votes.shape[1]))
        assert estimate == pytest.approx(1, rel=1e-14)
        assert se < 1e-7

    def same(other: RatioEstimate, order: Ints | slice = slice(None)) -> None:
        for name in ("ratio", "se", "low", "high", "total", "total_se"):
            np.testing.assert_allclose(
                getattr(other, name), getattr(ours, name)[order], rtol=1e-9, atol=1e-12
            )
        np.testing.assert_allclose(other.cov, ours.cov[order][:, order], rtol=1e-8, atol=1e-15)
        assert other.df == ours.df

    rng = np.random.default_rng(1)
    columns = rng.permutation(votes.shape[1])
    same(ratio(votes[:, columns], valid, code, stations=stations, **options), columns)
    rows = rng.permutation(len(code))
    shuffled = ratio(votes[rows], valid[rows], code[rows], stations=stations, **options)
    for field in fields(RatioEstimate):
        np.testing.assert_array_equal(getattr(shuffled, field.name), getattr(ours, field.name))
    names = rng.permutation(len(stations))
    back = np.argsort(names)
    if known:
        options["size"] = options["size"][back]
    same(ratio(votes, valid, names[code], stations=stations[back], **options))


@given(tallies())
def test_a_census_is_exact(tally: tuple[Ints, Ints, Ints, Ints]) -> None:
    votes, valid, code, _ = tally
    count = np.bincount(code)
    ours = ratio(votes, valid, code, stations=count)
    truth = votes.sum(axis=0) / valid.sum()
    for ends in (ours.ratio, ours.low, ours.high):
        np.testing.assert_array_equal(ends, truth)
    np.testing.assert_array_equal(ours.total, votes.sum(axis=0))
    assert not ours.cov.any()
    assert not ours.total_se.any()
    assert ours.collapsed == ()
    assert ours.df == 0

    size = np.bincount(code, valid) + 1.0
    if np.bincount(code, valid).all():
        own = ratio(votes, valid, code, stations=count, size=size, form="separate")
        np.testing.assert_array_equal(own.low, own.high)


def test_a_stratum_wholly_seen_adds_no_variance() -> None:
    y, x = [60, 45, 70, 999], [100, 90, 110, 1000]
    ours = ratio(y, x, [0, 0, 0, 1], stations=[9, 1])
    residual = np.array(y[:3]) - ours.ratio * np.array(x[:3])
    variance = (1 - 3 / 9) * 3 * residual.var(ddof=1) * 3**2 / (900 + 1000) ** 2
    assert ours.se[0] ** 2 == pytest.approx(variance, rel=1e-12)


def test_a_stratum_wholly_seen_adds_no_degrees_of_freedom() -> None:
    """What is known exactly says nothing of the error elsewhere."""
    y, x = [60, 45, 70], [100, 90, 110]
    alone = ratio(y, x, stations=9)
    beside = ratio(y + [7] * 50, x + [10] * 50, [0] * 3 + [1] * 50, stations=[9, 50])
    assert alone.df == beside.df == 2
    assert beside.strata == 2
    half = stats.t.ppf(0.975, 2) * beside.se
    np.testing.assert_allclose(beside.high - beside.ratio, half, rtol=1e-12)


@pytest.mark.parametrize(
    ("seen", "stations", "mapping", "joined"),
    [
        ([5, 5], [9, 9], [0, 1], ()),
        ([1, 5], [9, 9], [0, 0], ((0, 1),)),
        ([5, 1], [9, 9], [0, 0], ((1, 0),)),
        ([1, 1, 5], [9, 9, 9], [0, 0, 1], ((0, 1),)),
        ([1, 1, 1], [9, 9, 9], [0, 0, 0], ((0, 1), (2, 1))),
        ([1, 0, 5], [9, 0, 9], [0, 1, 0], ((0, 2),)),
        ([1, 1, 5, 4], [9, 1, 9, 9], [0, 1, 0, 2], ((0, 2),)),
        ([1, 1, 3], [1, 1, 3], [0, 1, 2], ()),
    ],
)
def test_collapse(
    seen: list[int], stations: list[int], mapping: list[int], joined: tuple[tuple[int, int], ...]
) -> None:
    ours, pairs = collapse(seen, stations)
    assert ours.tolist() == mapping
    assert pairs == joined


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), min_size=2, max_size=12))
def test_no_error_is_left_unknown_after_collapse(strata: list[tuple[int, int]]) -> None:
    seen = np.array([2, *(count for count, _ in strata)])
    stations = seen + np.array([1, *(unseen for _, unseen in strata)])
    mapping, joined = collapse(seen, stations)
    assert mapping.tolist() == collapse(seen, stations)[0].tolist()
    groups = np.bincount(mapping, seen)
    assert ((groups > 1) | (groups == np.bincount(mapping, stations))).all()
    assert all(seen[one] == 1 < stations[one] for one, _ in joined)
    assert sum(len(set(np.flatnonzero(mapping == g))) - 1 for g in set(mapping)) == len(joined)


@pytest.mark.parametrize(
    ("seen", "stations", "words"),
    [
        ([2, 2], [9], "there are 2 strata with counts of seen stations, but 1 with all"),
        (
            [2, 6, 3, 4],
            [9, 5, 3, 3],
            "more seen than expected stations in strata 1, 3 (stratum 1: 6 of 5)",
        ),
        ([2, 0, 2], [9, 1, 0], "more seen than expected stations in strata 2 (stratum 2: 2 of 0)"),
        ([2, 0, 0, 0], [9, 1, 0, 2], "nothing seen in strata 1, 3, so nothing"),
        (
            [3, 1, 2],
            [3, 7, 2],
            "one station seen of the 7 in stratum 1, and no other stratum was seen in part",
        ),
    ],
)
def test_strata_that_cannot_be_estimated(seen: list[int], stations: list[int], words: str) -> None:
    with pytest.raises(InputError) as caught:
        collapse(seen, stations)
    assert words in str(caught.value)


def test_a_stratum_of_one_that_was_seen_is_not_joined() -> None:
    mapping, joined = collapse([1, 2, 2], [1, 9, 2])
    assert (mapping.tolist(), joined) == ([0, 1, 2], ())
    mapping, joined = collapse([2, 1, 1], [9, 1, 9])
    assert (mapping.tolist(), joined) == ([0, 1, 0], ((2, 0),))


strata_of_groups = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=6
)


@given(strata_of_groups)
def test_factors_in_fractions(strata: list[tuple[int, int, int]]) -> None:
    codes, seen, unseen = (np.array(column) for column in zip(*strata, strict=True))
    mapping = np.unique(codes, return_inverse=True)[1].ravel()
    factor, df = factors(seen, seen + unseen, mapping)
    degrees = 0
    for group in range(mapping.max() + 1):
        n = int(seen[mapping == group].sum())
        whole = n + int(unseen[mapping == group].sum())
        left = Fraction(1) if (mapping == group).sum() > 1 else 1 - Fraction(n, whole)
        expected = left * Fraction(n, max(n - 1, 1))
        assert factor[group] == pytest.approx(float(expected), abs=1e-15)
        degrees += n - 1 if expected else 0
    assert len(factor) == mapping.max() + 1
    assert df == degrees


def test_covariance_of_sums_by_hand() -> None:
    values = np.array([[1.0, 2], [3, 2], [8, 1], [4, 5], [6, 6]])
    group, factor = np.array([0, 0, 1, 1, 1]), np.array([2.0, 0.5])
    # Deviations (∓1, 0) of the first; (2, −3), (−2, 1), (0, 2) of the second.
    assert sums(values, group, 3).tolist() == [[4, 4], [18, 12], [0, 0]]
    assert covariance(values, group, factor) == pytest.approx(
        np.array([[2 * 2 + 0.5 * 8, 0.5 * -8], [0.5 * -8, 0.5 * 14]])
    )
    # A group without any station adds nothing.
    wider = covariance(values, 2 * group, np.array([2.0, 9, 0.5]))
    assert wider == pytest.approx(covariance(values, group, factor))


def test_the_separate_form_has_one_ratio_for_joined_strata() -> None:
    ours = ratio(
        [50, 60, 30, 20, 25],
        [100, 100, 80, 60, 70],
        [0, 1, 1, 2, 2],
        stations=[4, 8, 10],
        size=[400, 800, 700],
        form="separate",
    )
    both = (4 * 50 + 4 * 90) / (4 * 100 + 4 * 180)
    assert ours.ratio[0] == pytest.approx((1200 * both + 700 * 45 / 130) / 1900)
    assert ours.collapsed == ((0, 1),)
    # Residuals by weight: (50, 60, 30) of the joined strata, n/(n − 1) = 3/2 without 1 − n/N.
    first = 1200 * 4 * np.array([50 - 100 * both, 60 - 100 * both, 30 - 80 * both]) / 1120
    second = 700 * 5 * np.array([20 - 60 * 45 / 130, 25 - 70 * 45 / 130]) / 650
    variance = 3 * first.var(ddof=1) + (1 - 2 / 10) * 2 * second.var(ddof=1)
    assert ours.cov[0, 0] == pytest.approx(variance / 1900**2, rel=1e-12)
    assert ours.df == 5 - 2


def test_repr_and_words() -> None:
    ours = ratio(np.full((3, 6), 10), [60, 60, 60], stations=9)
    assert repr(ours) == (
        "<RatioEstimate: 0.1667 ± 0.0000, 0.1667 ± 0.0000, 0.1667 ± 0.0000, 0.1667 ± 0.0000 and 2 "
        "more (0.95); 3 of 9 stations, 1 strata>"
    )
    assert ours.words == "if the seen stations are as good as random within strata"


def test_a_higher_level_is_wider() -> None:
    y, x = [60, 45, 70], [100, 90, 110]
    wide = ratio(y, x, stations=9, level=0.99)
    assert wide.high > ratio(y, x, stations=9).high
    assert wide.high - wide.ratio == pytest.approx(stats.t.ppf(0.995, 2) * wide.se)
