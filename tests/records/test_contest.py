"""What a contest says of its paper: blank votes, classes of ballots, votes of each voter."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify.errors import InputError
from tallyverify.records import Contest


def contest(*equal: tuple[str, str], op: str = "==", **more: Any) -> Contest:
    """Return a contest with these balances."""
    balances = [
        {"code": f"own{at}", "left": left, "op": op, "right": right}
        for at, (left, right) in enumerate(equal)
    ]
    candidates = [{"id": "A", "options": ["a1", "a2"]}, {"id": "B"}]
    lines = ["null", "blank", "challenged"]
    return Contest.model_validate(
        {"id": "t", "candidates": candidates, "lines": lines, "balances": balances, **more}
    )


def test_what_is_not_said_is_the_usual() -> None:
    one = contest()
    assert one.valid_includes_blank is None
    assert (one.ballot_lines, one.votes_allowed, one.transfers) == ((), 1, False)


def test_what_is_said_survives_json() -> None:
    said = {
        "valid_includes_blank": False,
        "ballot_lines": ["null", "blank", "challenged"],
        "votes_allowed": 100,
        "transfers": True,
    }
    one = contest(("sum(options) + null + blank + challenged", "ballots"), **said)
    assert one.ballot_lines == ("null", "blank", "challenged")
    assert Contest.model_validate_json(one.model_dump_json()) == one


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"valid_includes_blank": "no"}, "boolean"),
        ({"valid_includes_blanks": True}, "did you mean 'valid_includes_blank'?"),
        ({"votes_allowed": 0}, "greater than or equal to 1"),
        ({"votes_allowed": 101}, "less than or equal to 100"),
        ({"votes_allowed": 3.0}, "integer"),
        ({"votes_allowed": True}, "integer"),
        ({"vote_allowed": 3}, "did you mean 'votes_allowed'?"),
        ({"transfers": 1}, "boolean"),
        ({"transfer": True}, "did you mean 'transfers'?"),
        ({"ballot_line": ["null"]}, "did you mean 'ballot_lines'?"),
        ({"ballot_lines": "null"}, "a list"),
        ({"ballot_lines": ["nul"]}, "did you mean 'null'?"),
        ({"ballot_lines": ["null", "null"]}, "a line twice"),
        ({"ballot_lines": ["A"]}, "'A', which is no class of paper"),
        *(
            ({"ballot_lines": [line]}, f"'{line}', which is no class of paper")
            for line in ("registered", "signed", "ballots", "valid")
        ),
    ],
)
def test_what_is_misspelt_or_absurd_is_refused(said: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        contest(**said)
    assert words in str(caught.value.in_file("contest.json"))


@pytest.mark.parametrize(
    ("balance", "includes"),
    [
        (("sum(options)", "valid"), False),
        (("valid", "A + B"), False),
        (("a1 + a2 + B", "valid"), False),
        (("sum(options) + blank?", "valid"), True),
        (("valid", "blank + A + B"), True),
        (("valid + null + blank", "ballots"), False),
        (("ballots", "valid + blank + null + challenged"), False),
    ],
)
def test_a_balance_and_valid_includes_blank_agree(balance: tuple[str, str], includes: bool) -> None:
    assert contest(balance, valid_includes_blank=includes).balances
    with pytest.raises(InputError, match=r"balance 'own0' says .*, so valid votes"):
        contest(balance, valid_includes_blank=not includes)


@pytest.mark.parametrize("balance", [("A", "valid"), ("valid + null", "ballots")])
@pytest.mark.parametrize("includes", [True, False])
def test_other_balances_leave_it_open(balance: tuple[str, str], includes: bool) -> None:
    assert contest(balance, valid_includes_blank=includes).balances
    assert contest(("sum(options)", "valid"), op="<=", valid_includes_blank=includes).balances


def test_a_balance_and_ballot_lines_agree() -> None:
    balance = ("sum(options) + null + blank + challenged", "ballots")
    assert contest(balance, ballot_lines=["challenged", "blank", "null"]).ballot_lines
    with pytest.raises(InputError, match="beside the votes are 'blank', 'challenged', 'null'"):
        contest(balance, ballot_lines=["blank", "null"])
    assert contest(balance, op="<=", ballot_lines=["blank", "null"]).ballot_lines
