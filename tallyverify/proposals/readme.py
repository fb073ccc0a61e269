"""The README.md of a case folder: what was found, what is to be answered and filled in."""

from __future__ import annotations

from collections.abc import Sequence

from tallyverify.errors import json_text, printable
from tallyverify.language import Told, formula, told
from tallyverify.records import Contest


def readme(contest: Contest, evidence: Sequence[str], questions: Sequence[str]) -> str:
    """Return the text, in the language that is spoken."""
    found = "\n".join(f"- {printable(said)}" for said in evidence)
    asked = "\n".join(f"{at}. {printable(said)}" for at, said in enumerate(questions, 1))
    parts = [
        f"# {contest.id}",
        told(
            "A proposal of `tallyverify init`: correct what is wrong, then run "
            "`tallyverify verify` on this folder."
        ),
        told("## What was found, and what it rests on"),
        found,
        told("## What only you can answer"),
        asked or told("Nothing."),
        *_declared(contest),
        "## contest.json",
        told(
            "`date`, `country` and the candidates' `name` are for people; `valid_includes_blank` "
            "and\n`votes_allowed` decide what must add up (all keys: docs/case.md)."
        ),
    ]
    return "\n\n".join(str(part) for part in parts) + "\n"


def _declared(contest: Contest) -> list[Told]:
    """Return what is said of declared.json, which holds no bulletin yet."""
    ids = (json_text(one.id).strip() for one in contest.candidates)
    return [
        told("## declared.json: what was announced"),
        told(
            "It holds no bulletin yet, so `verify` ends in `insufficient` and says so. `null` is "
            "what is not\nsaid. One of its `bulletins` looks like this:"
        ),
        formula(
            '```\n{{"id": "1", "issued": "2030-05-06T01:30", "series": "", "complete": true,\n'
            '  "areas": [{{"valid": 12345, "votes": {{{votes}}}}}]}}\n```',
            votes=", ".join(f"{one}: 0" for one in ids),
        ),
        told("What decides, and only the announcement can say:"),
        told(
            '- **complete**: does the bulletin leave out nothing? Then `"complete": true`. If it '
            'holds a part,\n  `"coverage": 0.9687` says how much.\n'
            "- **coverage_basis**: is that a share of the `stations`, or of the `registered` "
            "voters?\n"
            "- **stations**, **registered**: how many are there in all (beside `bulletins`), and "
            "in the bulletin?\n  Without the number of all `stations` here (or `complete`), a "
            "bulletin that says how many it holds\n  may leave out any number, and hardly any "
            "result can be excluded.\n"
            "- **series**: a quick count and the official one are two series, and not held "
            "against each other.\n"
            "- **percentages**: of what? State `valid`, `ballots` or `registered` beside them, "
            "whichever they are\n  of; votes that were calculated from them need "
            '`"from_percentages": DECIMALS`.\n'
            "- **all_votes_at_stations**: are there votes by post, from abroad, or provisional, "
            "without a sheet?"
        ),
    ]
