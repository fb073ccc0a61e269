"""What feasibility says in both languages, and the certificate, which is one document in all."""

from __future__ import annotations

import pytest

from tallyverify import Report, load_case, verify
from tallyverify.feasibility import IN_QUESTION
from tallyverify.language import Told, in_language, retold, speaking
from tests.helpers.command import SAMPLES


def proved() -> Report:
    return verify(load_case(SAMPLES / "venezuela-2024"), checks="compare", certify=True)


@pytest.fixture(scope="module")
def report() -> Report:
    with speaking("es"):
        return proved()


def test_a_certificate_is_english_whatever_is_spoken(report: Report) -> None:
    document = report.certificate.to_json()
    assert document == proved().certificate.to_json()
    assert report.certificate.claim.startswith("at least 3,351 of 25,073 sheets and ")
    assert type(report.certificate.claim) is str
    assert {type(words) for words in report.certificate.assumptions.words} == {str}


def test_the_section_stands_in_the_language_of_its_report(report: Report) -> None:
    assert report.feasibility is not None
    words = [*report.feasibility.assumptions, *report.feasibility.clash]
    assert all(isinstance(one, Told) for one in words)
    told = retold(report.feasibility, "es")
    assert told.clash[0] == "boletín 2, todo el país: EG 5.326.104"
    assert "se declaran 30.026 mesas y se vieron 25.073" in told.assumptions


def test_what_the_proof_used_without_what_the_coverage_says(report: Report) -> None:
    assert report.feasibility is not None
    used = report.feasibility.assumed
    assert used == ("bulletin 2, the whole country: it holds 96.865 to 96.875 % of the stations",)
    proof = next(one.proof for one in report.of("D301") if one.bulletin == "2")
    assert proof.endswith(f"{used[0]}; 30,026 stations are declared, 25,073 were seen")
    assert set(used) < set(report.feasibility.assumptions)


def test_kinds_of_sheets_in_question_have_words_in_spanish() -> None:
    assert all(in_language(words, "es") != words for words in IN_QUESTION.values())
