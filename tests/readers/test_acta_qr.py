"""The payload of an acta's QR code, and tables of such payloads."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import tallyverify as tv
from tallyverify.readers import OPTIONS, QR_COLUMNS, QrActa, acta_qr, read_actas, read_payload
from tests.helpers.command import SAMPLES

# Made up, in the layout of the notes on the published sheets.
KNOWN = (
    "250601011.04.1.0001!132,1,0,0,4,2,0,0,2,1,0,1,2,1,0,0,0,5,0,2,0,0,0,0,0,0,0,0,1,0,0,0,0,8,32,"
    "406,0,1!0!0"
)
ZEROS = ",".join(["0"] * 38)


def with_votes(votes: str, null: str = "0", invalid: str = "0", code: str = "010101001.01.1.0001"):
    return f"{code}!{votes}!{null}!{invalid}"


def test_the_known_payload() -> None:
    acta = read_payload(KNOWN)
    assert (acta.centre, acta.mesa, acta.more) == ("250601011", "04", ("1", "0001"))
    assert (acta.null, acta.invalid, sum(acta.votes)) == (0, 0, 601)
    assert acta.by_option["PSUV"] == 132
    assert acta.by_option["MUD"] == 406
    assert acta.by_option["CONDE"] == 1
    assert acta.by_candidate == {
        **{"NM": 145, "LM": 6, "JABE": 2, "JOBR": 0, "AE": 1, "CF": 0, "DC": 0},
        **{"EG": 446, "EM": 0, "BERA": 1},
    }
    assert acta.payload == KNOWN
    assert acta_qr.read_payload is read_payload


def test_the_ballot_is_that_of_the_published_sheets() -> None:
    """The order as the notes on the published sheets give it, by candidate."""
    told = (
        "NM: PSUV PCV TUPAMARO PPT MSV PODEMOS MEP APC ORA UPV EV PVV PFV · LM: AD COPEI MR BR DDP "
        "UNE · JABE: EL_CAMBIO · JOBR: PV VU UVV MPJ · AE: AP MOVEV CMC FV ALIANZA_DEL_LAPIZ "
        "MIN_UNIDAD · CF: SPV · DC: VPA AREPA · EG: UNTC MPV MUD · EM: CENTRADOS · BERA: CONDE"
    )
    groups = [group.partition(": ") for group in told.split(" · ")]
    ballot = {name: tuple(own.replace("_", " ") for own in of.split()) for name, _, of in groups}
    assert list(acta_qr.BALLOT.items()) == list(ballot.items())
    assert len(OPTIONS) == len(set(OPTIONS)) == 38
    contest = tv.load_case(SAMPLES / "venezuela-2024").contest
    assert set(contest.candidate_ids) == set(acta_qr.BALLOT)


COUNTS = st.integers(0, 999_999)
ACTAS = st.builds(
    QrActa,
    centre=st.from_regex(r"[0-9]{9}", fullmatch=True),
    mesa=st.from_regex(r"[0-9]{1,3}", fullmatch=True),
    more=st.tuples(
        st.from_regex(r"[0-9]", fullmatch=True), st.from_regex(r"[0-9]{4}", fullmatch=True)
    ),
    votes=st.tuples(*[COUNTS] * 38),
    null=COUNTS,
    invalid=COUNTS,
)


@given(ACTAS)
def test_what_is_written_is_read(acta: QrActa) -> None:
    assert read_payload(acta.payload) == acta
    assert sum(acta.by_candidate.values()) == sum(acta.by_option.values()) == sum(acta.votes)


@given(ACTAS, st.data())
def test_a_changed_payload_is_refused_or_is_another(acta: QrActa, data: Any) -> None:
    """One character more, less or other: never the same acta, and never any other error."""
    text = acta.payload
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.sampled_from([0, 1]))
    put = data.draw(st.one_of(st.just(""), st.characters(), st.sampled_from(" !,.-+0９٣\n")))
    changed = text[:at] + put + text[at + cut :]
    try:
        other = read_payload(changed)
    except tv.InputError:
        return
    assert other.payload == changed
    assert (other == acta) == (changed == text)


@given(st.text())
@example("!!!")
@example("0!0!0!0")
@example("\ud800")
def test_no_text_raises_anything_else(text: str) -> None:
    with pytest.raises(tv.InputError):
        read_payload(text)


BAD = {
    "empty": ("", "the payload is empty"),
    "37 figures": (with_votes(ZEROS[2:]), "votes: the payload has 37 figures, 38 are expected"),
    "39 figures": (with_votes(ZEROS + ",0"), "the payload has 39 figures, 38 are expected"),
    "no figures": (with_votes(""), "the payload has 0 figures, 38 are expected"),
    "a letter": (
        KNOWN.replace("406", "4O6"),
        "character 95, figure 36 (MUD): a character that does not belong",
    ),
    "a letter in the code": ("1106O1011" + KNOWN[9:], "character 5, code: a character"),
    "a letter in null": (with_votes(ZEROS, "x"), "null votes: a character"),
    "a letter in invalid": (with_votes(ZEROS, "0", "x"), "invalid votes: a character"),
    "a letter behind": (KNOWN + "!x", "behind the last figure: a character"),
    "negative": (KNOWN.replace("132", "-132"), "figure 1 (PSUV): a character"),
    "a sign": (with_votes(ZEROS, "+1"), "null votes"),
    "Arabic digits": (KNOWN.replace("406", "٤٠٦"), "write digits as 0 to 9"),
    "wide digits": (KNOWN.replace("406", "４０６"), "write digits as 0 to 9"),
    "superscript": (KNOWN.replace("406", "4²"), "write digits as 0 to 9"),
    "space in front": (" " + KNOWN, "character 1, code"),
    "a line break behind": (KNOWN + "\n", "take away the space"),
    "a space inside": (KNOWN.replace(",1,", ", 1,", 1), "figure 2 (PCV)"),
    "a decimal": (KNOWN.replace("406", "40.6"), "figure 36 (MUD): a figure is no count"),
    "an empty figure": (KNOWN.replace("132,1,", "132,,"), "figure 2 (PCV): a figure is empty"),
    "an empty last figure": (with_votes(ZEROS, "0", ""), "invalid votes: a figure is empty"),
    "zeros in front": (KNOWN.replace("406", "0406"), "without zeros in front"),
    "a huge figure": (KNOWN.replace("406", "9" * 7), "a whole number from 0 to 999,999"),
    "very long": (KNOWN.replace("406", "9" * 4000), "longer than a QR code can hold"),
    "a part more": (KNOWN + "!0", "found: 5 parts"),
    "a part less": (KNOWN[: KNOWN.rindex("!")], "found: 3 parts"),
    "semicolons": (KNOWN.replace(",", ";"), "figure 1 (PSUV): a character"),
    "commas for points": (KNOWN.replace(".", ","), "the code of the acta does not have its four"),
    "a lost zero": (with_votes(ZEROS, code="10101001.01.1.0001"), "nine digits"),
    "a longer centre": (with_votes(ZEROS, code="0010101001.01.1.0001"), "code, part 1 of 4"),
    "no mesa": (with_votes(ZEROS, code="010101001..1.0001"), "code, part 2 of 4"),
    "three parts of the code": (with_votes(ZEROS, code="010101001.01.1"), "CENTRE.MESA.x.yyyy"),
    "a web address": ("https://example.org/?acta=1", "character 1, code"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_payload_is_told_with_its_place(name: str) -> None:
    text, words = BAD[name]
    with pytest.raises(tv.InputError) as caught:
        read_payload(text)
    said = str(caught.value)
    assert words in said
    assert len(said) < 500
    assert "expected: " in said or "try: " in said


def test_other_types_are_told() -> None:
    with pytest.raises(tv.InputError, match="read_payload takes text as 'text'"):
        read_payload(b"250601011")  # type: ignore[arg-type]


def table_of(*payloads: str, drop: tuple[str, ...] = (), **changed: str) -> str:
    """Return a table of payloads as a scan writes it."""
    held = io.StringIO()
    columns = [changed.get(name, name) for name in QR_COLUMNS if name not in drop]
    table = csv.DictWriter(held, columns, extrasaction="ignore")
    table.writeheader()
    for at, text in enumerate(payloads):
        acta = read_payload(text)
        own = {"centre": acta.centre, "mesa": acta.mesa, "code": acta.code, **acta.by_option}
        own |= {"null": acta.null, "invalid": acta.invalid, "file": f"{at}.jpg", "page": 1}
        table.writerow(own)
    return held.getvalue()


OTHER = with_votes(",".join(map(str, range(38))), "2", "3")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "actas.csv"
    path.write_text(table_of(KNOWN, OTHER), encoding="utf-8")
    return path


def test_a_table_is_known_by_its_columns(table: Path) -> None:
    contest = tv.load_case(SAMPLES / "venezuela-2024").contest
    for format in (None, "acta_qr"):
        actas = read_actas(table, contest=contest, format=format)
        assert actas.frame["station"].tolist() == ["250601011/04", "010101001/01"]
        assert actas.frame["centre"].tolist() == ["250601011", "010101001"]
        for row, text in enumerate((KNOWN, OTHER)):
            by_candidate = read_payload(text).by_candidate
            assert {name: int(actas.frame[name][row]) for name in by_candidate} == by_candidate
        assert actas.frame["null"].tolist() == [0, 2]


def test_a_contest_of_lines_of_the_ballot(table: Path) -> None:
    candidates = [{"id": name, "options": own} for name, own in acta_qr.BALLOT.items()]
    for one in candidates:
        if one["id"] in ("EM", "BERA"):  # the id may be that of the line
            one["id"] = one["options"][0]
    contest = tv.Contest.model_validate(
        {"id": "v", "levels": ["centre"], "candidates": candidates, "lines": ["null", "invalid"]}
    )
    actas = read_actas(table, contest=contest)
    assert [int(actas.frame[option][1]) for option in OPTIONS] == list(range(38))
    assert actas.frame["invalid"].tolist() == [0, 3]


def test_zeros_that_a_spreadsheet_took_come_back(table: Path) -> None:
    text = table.read_text(encoding="utf-8").replace("010101001,01", "10101001,1")
    table.write_text(text, encoding="utf-8")
    contest = tv.load_case(SAMPLES / "venezuela-2024").contest
    assert read_actas(table, contest=contest).frame["station"][1] == "010101001/1"


def test_another_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "actas.csv"
    path.write_text(table_of(KNOWN, drop=("MUD",)), encoding="utf-8")
    contest = tv.load_case(SAMPLES / "venezuela-2024").contest
    with pytest.raises(tv.InputError, match="not of the format acta_qr") as caught:
        read_actas(path, contest=contest, format="acta_qr")
    assert "no 'MUD' among" in str(caught.value)
    other = tv.Contest.model_validate({"id": "x", "candidates": [{"id": "A"}, {"id": "B"}]})
    path.write_text(table_of(KNOWN), encoding="utf-8")
    with pytest.raises(tv.InputError, match=re.escape("'A'")):
        read_actas(path, contest=other)
