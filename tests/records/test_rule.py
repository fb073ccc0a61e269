"""The rule of a contest: what is taken, what is refused, and exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tallyverify import InputError
from tallyverify.records import Rule


@pytest.mark.parametrize(
    ("given", "share"),
    [(0.1, Fraction(1, 10)), ("2/3", Fraction(2, 3)), ("0.5", Fraction(1, 2)), (1, Fraction(1))],
)
def test_a_share_is_what_is_written(given: Any, share: Fraction) -> None:
    rule = Rule.model_validate({"kind": "majority", "share": given})
    assert rule.share == share
    assert Rule.model_validate_json(rule.model_dump_json()) == rule


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "majority", "share": 1.5}, "from 0 to 1"),
        ({"kind": "majority", "share": -0.1}, "from 0 to 1"),
        ({"kind": "majority", "share": True}, "from 0 to 1"),
        ({"kind": "majority", "share": "1/0"}, "from 0 to 1"),
        ({"kind": "majority", "share": "nan"}, "from 0 to 1"),
        ({"kind": "majority", "share": "1e999999999"}, "from 0 to 1"),
        ({"kind": "lead", "share": 0.4}, "needs 'lead'"),
        ({"kind": "lead", "lead": 0.1}, "needs 'share'"),
        ({"kind": "majorty"}, "kind"),
        ({"kind": "majority", "shar": 0.5}, "shar"),
    ],
)
def test_what_is_no_rule_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Rule.model_validate(given)


def test_exactly_half_is_no_majority() -> None:
    rule = Rule.model_validate({"kind": "majority"})
    assert rule.outcome({"A": 500, "B": 500}, 1000).winner is None
    assert rule.outcome({"A": 501, "B": 499}, 1000).winner == "A"
    large = 10**15
    assert rule.outcome({"A": large + 1, "B": large}, 2 * large + 1).winner == "A"
    assert rule.outcome({"A": large, "B": large - 1}, 2 * large).winner is None
