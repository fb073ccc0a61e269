"""The real files: what is proposed, unedited, reads the sums that were published."""

from __future__ import annotations

import pytest

import tallyverify as tv
from tests.helpers.real import NEEDS_REALDATA, REAL, described, path_of, table_of
from tests.helpers.tiers import slow_but
from tests.readers.test_real import ACTAS, SUMS

pytestmark = NEEDS_REALDATA

ASKED = {
    "venezuela-2024-v1": "all codes of 'CENTRO' have 9 digits",
    "venezuela-2024-v2": "not UTF-8",
    "bolivia-2019-final": "No column is the sum of the votes",
    "poland-2020-round1": "'Liczba kart nieważnych', 'Liczba głosów nieważnych'",
    "russia-2018": "left out",
    "mexico-2006": "is one of these not an option",
    "chile-2021": "'M', 'F'",
    "vermont-2020": "Which contest is it? 'President'",
    "argentina-2017": "No column is the sum of the votes",
}


@pytest.mark.parametrize("name", slow_but(["venezuela-2024-v2", "vermont-2020"], ACTAS))
def test_the_proposal_reads_what_the_hand_made_mapping_reads(name: str) -> None:
    """Every figure that both map from the same column has the same sum; all candidates have."""
    proposal = tv.propose(path_of(name))
    table = tv.read_actas(path_of(name), contest=proposal.contest, mapping=proposal.mapping)
    assert len(table) == ACTAS[name]
    assert table.frame["station"].is_unique
    known = table_of(name)
    votes = sorted(int(known.figure(n)[0].sum()) for n in known.contest.options)
    assert sorted(int(table.figure(n)[0].sum()) for n in table.contest.options) == votes
    lines = [n for n in table.contest.on_sheet if n in known.figures]
    for line in lines:
        assert int(table.figure(line)[0].sum()) == int(known.figure(line)[0].sum()), line
    assert set(SUMS.get(name, {})) & {"valid", "null", "blank", "ballots", "registered"} <= set(
        lines
    )


@pytest.mark.parametrize("name", slow_but(["venezuela-2024-v2", "vermont-2020"], ASKED))
def test_what_is_doubtful_is_asked(name: str) -> None:
    questions = tv.propose(path_of(name)).questions
    assert any(ASKED[name] in asked for asked in questions), questions


@pytest.mark.parametrize(
    "name",
    slow_but(["vermont-2020"], ["bolivia-2019-final", "poland-2020-round1", "vermont-2020"]),
)
def test_areas_are_those_a_person_named(name: str) -> None:
    given = described(name)["actas"]["mapping"]["areas"]
    found = tv.propose(path_of(name)).mapping.areas
    wanted = [column for column in given.values() if column in found.values()]
    assert [column for column in found.values() if column in wanted] == wanted
    assert len(wanted) >= len(given) - 1


@pytest.mark.slow
def test_chilean_voters_by_age_are_those_who_signed() -> None:
    proposal = tv.propose(path_of("chile-2021"))
    table = tv.read_actas(path_of("chile-2021"), contest=proposal.contest, mapping=proposal.mapping)
    votes = table.group(("sum(options)", "blank", "null"))[0]
    assert int((votes != table.figure("signed")[0]).sum()) == 9_719


def test_a_count_above_the_header_is_passed_over() -> None:
    mapping = tv.propose(REAL / "mexico-2018" / "REMESAS0100020000.zip").mapping
    assert (mapping.header, mapping.separator) == (2, "|")
    assert mapping.lines == {"ballots": "TOTAL", "null": "NULOS", "registered": "LISTA_NOMINAL"}
    assert set(mapping.votes) == {"RAC", "JAMK", "AMLO", "JHRC", "CNR"}


def test_the_mexican_quick_count_reads_its_sums() -> None:
    path = REAL / "mexico-2018" / "REMESAS0100020000.zip"
    proposal = tv.propose(path)
    table = tv.read_actas(path, contest=proposal.contest, mapping=proposal.mapping)
    assert len(table) == 6_307
    assert table.frame["station"].is_unique
    assert int(table.figure("AMLO")[0].sum()) == 1_207_530
    assert int(table.figure("ballots")[0].sum()) == 2_275_143
