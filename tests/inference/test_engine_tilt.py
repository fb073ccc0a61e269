"""The tilt that a result needs of the unseen, and the margin as a function of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tallyverify.errors import TallyVerifyError
from tallyverify.inference.estimating.sensitivity import Sensitivity, sensitivity
from tallyverify.inference.estimating.tilt import LARGEST_TILT, tilt_to, tilted_share

Floats = NDArray[np.float64]


@st.composite
def unseen(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """Shares of the first, and votes for the two, of a few stations."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 30))
    votes = rng.integers(0, 500, count).astype(float)
    votes[0] += 1
    return rng.uniform(0.02, 0.98, count), votes


def test_tilted_shares_by_hand() -> None:
    # Odds 3 and 1/3 doubled are 6 and 2/3: 100 · 6/7 + 50 · 2/5.
    share, votes = np.array([0.75, 0.25]), np.array([100.0, 50.0])
    by_hand = (100 * 6 / 7 + 50 * 2 / 5) / 150
    assert tilted_share(share, votes, np.log(2)) == pytest.approx(by_hand, rel=1e-12)
    found = tilt_to(by_hand, share, votes)
    assert found.delta == pytest.approx(np.log(2), abs=1e-8)
    assert found.odds == pytest.approx(2, rel=1e-8)
    assert found.target == by_hand
    assert found.predicted == pytest.approx((75 + 12.5) / 150, rel=1e-12)
    assert repr(found) == "<Tilt: δ = 0.693 (odds × 2)>"


@given(unseen(), st.floats(-6, 6))
def test_a_tilt_undoes_a_tilted_share(stations: tuple[Floats, Floats], delta: float) -> None:
    share, votes = stations
    found = tilt_to(tilted_share(share, votes, delta), share, votes)
    assert found.delta == pytest.approx(delta, abs=1e-6)
    assert found.odds == pytest.approx(np.exp(found.delta))


@given(unseen(), st.floats(0.001, 0.999))
def test_the_share_at_the_tilt_is_the_target(
    stations: tuple[Floats, Floats], target: float
) -> None:
    share, votes = stations
    found = tilt_to(target, share, votes)
    assert tilted_share(share, votes, found.delta) == pytest.approx(target, abs=1e-9)
    assert (found.delta > 0) == (target > found.predicted) or abs(found.delta) < 1e-9


@given(unseen(), st.floats(-0.5, 1.5), st.floats(-6, 6))
def test_exchanging_the_two_turns_the_tilt_round(
    stations: tuple[Floats, Floats], target: float, delta: float
) -> None:
    share, votes = stations
    one, other = tilt_to(target, share, votes), tilt_to(1 - target, 1 - share, votes)
    if np.isinf(one.delta):
        assert other.delta == -one.delta
    else:
        assert other.delta == pytest.approx(-one.delta, abs=1e-6)
        assert other.odds == pytest.approx(1 / one.odds, rel=1e-5)
    assert other.predicted == pytest.approx(1 - one.predicted)
    turned = 1 - tilted_share(1 - share, votes, -delta)
    assert tilted_share(share, votes, delta) == pytest.approx(turned, abs=1e-12)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_what_no_tilt_reaches_is_infinite(share: float) -> None:
    at, votes = np.array([share, share]), np.array([10.0, 90.0])
    for target in (1.0, 1.2, 50.0):
        found = tilt_to(target, at, votes)
        assert (found.delta, found.odds, found.target) == (np.inf, np.inf, target)
    for target in (0.0, -0.2, -50.0):
        found = tilt_to(target, at, votes)
        assert (found.delta, found.odds, found.target) == (-np.inf, 0.0, target)
    beyond = tilted_share(np.array([0.3]), np.array([1.0]), -LARGEST_TILT - 1)
    assert tilt_to(beyond, np.array([0.3]), np.array([1.0])).delta == -np.inf
    # Shares of nought and one are not taken for certain.
    assert np.isfinite(tilt_to(0.4, at, votes).delta)


def test_stations_without_votes_do_not_count() -> None:
    with_empty = tilt_to(0.6, np.array([0.3, 0.99]), np.array([10.0, 0.0]))
    alone = tilt_to(0.6, np.array([0.3]), np.array([10.0]))
    assert with_empty.delta == pytest.approx(alone.delta, abs=1e-9)
    assert alone.delta == pytest.approx(np.log(1.5) - np.log(3 / 7), abs=1e-8)


@pytest.mark.parametrize("votes", [[], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_there_must_be_votes_to_tilt(votes: list[float]) -> None:
    share = np.full(len(votes), 0.5)
    with pytest.raises(TallyVerifyError, match="no unseen votes for the two"):
        tilt_to(0.5, share, np.array(votes))
    with pytest.raises(TallyVerifyError, match=r"no unseen votes for the two|votes are numbers"):
        sensitivity(share, votes, lead=10, valid=100)


# Sensitivity


def curve_of(stations: tuple[Floats, Floats], lead: float = 40.0, **more: Any) -> Sensitivity:
    share, votes = stations
    return sensitivity(share, votes, lead=lead, valid=float(votes.sum()) + 300, **more)


@given(unseen(), st.floats(-250, 250))
def test_the_tilt_for_each_margin_of_the_curve_is_its_own(
    stations: tuple[Floats, Floats], lead: float
) -> None:
    curve = curve_of(stations, lead)
    assert len(curve.deltas) == len(curve.margins) == 41
    assert (curve.deltas[0], curve.deltas[20], curve.deltas[-1]) == (-2.0, 0.0, 2.0)
    assert (np.diff(curve.deltas) > 0).all()
    assert (np.diff(curve.margins) > 0).all()
    for at in (0, 7, 20, 33, 40):
        # A margin of one vote in many loses some digits of the tilt.
        assert curve.tilt_for(curve.margins[at]).delta == pytest.approx(curve.deltas[at], abs=1e-5)
    share, votes = stations
    predicted = (lead + votes @ (2 * share - 1)) / (votes.sum() + 300)
    assert curve.margins[20] == pytest.approx(predicted, abs=1e-12)
    tie = curve.tilt_for(0.0)
    assert curve.tie.delta == pytest.approx(tie.delta, abs=1e-5) or curve.tie.delta == tie.delta


@given(unseen(), st.floats(-250, 250))
def test_exchanging_the_two_turns_the_curve_round(
    stations: tuple[Floats, Floats], lead: float
) -> None:
    share, votes = stations
    ours, other = curve_of((share, votes), lead), curve_of((1 - share, votes), -lead)
    np.testing.assert_allclose(other.margins, -np.array(ours.margins)[::-1], atol=1e-12)
    if np.isfinite(ours.tie.delta):
        assert other.tie.delta == pytest.approx(-ours.tie.delta, abs=1e-5)
    else:
        assert other.tie.delta == -ours.tie.delta


def test_a_tie_by_hand() -> None:
    # 100 unseen votes for the two, 20 ahead among the seen: a tie takes 40 of the 100.
    curve = sensitivity([0.5, 0.5], [60.0, 40.0], lead=20, valid=400, widest=1.0)
    assert curve.tie.target == pytest.approx(0.4)
    assert curve.tie.delta == pytest.approx(np.log(0.4 / 0.6), abs=1e-8)
    assert (curve.lead, curve.votes, curve.valid) == (20.0, 100.0, 400.0)
    assert curve.margins[20] == pytest.approx(20 / 400)
    assert curve.deltas[-1] == 1.0
    assert repr(curve) == "<Sensitivity: a tie at δ = -0.405>"


def test_margins_out_of_reach() -> None:
    curve = sensitivity([0.5], [100.0], lead=150, valid=400)
    assert curve.tie.delta == -np.inf  # even none of the 100 leave it 50 ahead
    assert min(curve.margins) > 50 / 400
    assert curve.tilt_for(0.7).delta == np.inf  # 250 of 400 is the most
    assert np.isfinite(curve.tilt_for(0.6).delta)
    with pytest.raises(TallyVerifyError, match="no unseen votes"):
        sensitivity([0.5], [100.0], lead=0, valid=0)
