"""Election reports of NIST SP 1500-100: valid as written, and read as they are meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema
from hypothesis import given, settings

from tallyverify.errors import InputError
from tallyverify.exchange import sheets_as
from tallyverify.readers import contest_in, read_actas
from tallyverify.records import Contest
from tests.exchange.report_schema import SPACE, json_schema_of_reports, xml_schema
from tests.exchange.test_round_trip import FULL, ROWS, made

XML = xmlschema.XMLSchema(xml_schema())
JSON = jsonschema.Draft4Validator(json_schema_of_reports())


def test_the_schemas_refuse_what_is_wrong() -> None:
    """They are written by hand: each must at least see a part too many and one too few."""
    good = sheets_as(made([FULL]), "nist-xml").data.decode()
    XML.validate(good)
    for bad in (
        good.replace("<Count>5</Count>", "<Count>x</Count>", 1),
        good.replace("<Type>total</Type>", "<Type>all</Type>", 1),
        good.replace(' ObjectId="contest"', "", 1),
        good.replace("<Issuer>tallyverify</Issuer>", "", 1),
        good.replace("sheet-1</GpUnitId>", "sheet-9</GpUnitId>", 1),
    ):
        assert bad != good
        assert not XML.is_valid(bad)
    report = json.loads(sheets_as(made([FULL]), "nist-json").data)
    JSON.validate(report)
    for key, value in (("Issuer", None), ("Status", "x"), ("Other", 1)):
        assert not JSON.is_valid({**report, key: value})


@given(rows=ROWS)
@settings(max_examples=15, deadline=None)
def test_what_is_written_is_valid(rows: list[dict[str, str]]) -> None:
    table = made(rows)
    XML.validate(sheets_as(table, "nist-xml").data.decode())
    JSON.validate(json.loads(sheets_as(table, "nist-json").data))


def test_a_character_that_xml_cannot_hold_is_refused() -> None:
    table = made([{**FULL, "K": "a\x0bb"}])
    with pytest.raises(InputError, match="XML cannot hold"):
        sheets_as(table, "nist-xml")
    assert sheets_as(table, "nist-json").data


# A report as another system may write one: a county of two precincts, one cut in two by the
# split; counts by type and a total; a machine; two contests.
def unit(name: str, kind: str, *parts: str, **more: Any) -> dict[str, Any]:
    text = {"Text": [{"Content": f"Name of {name}", "Language": "en"}]}
    record = {"@id": name, "@type": "ElectionResults.ReportingUnit", "Type": kind, "Name": text}
    return record | ({"ComposingGpUnitIds": list(parts)} if parts else {}) | more


def count(unit_id: str, votes: Any, kind: str = "total", **more: Any) -> dict[str, Any]:
    return {"GpUnitId": unit_id, "Type": kind, "Count": votes, **more}


def selection(name: str, *counts: dict[str, Any]) -> dict[str, Any]:
    return {
        "@id": f"s-{name}",
        "@type": "ElectionResults.CandidateSelection",
        "CandidateIds": [name],
        "VoteCounts": list(counts),
    }


def race(name: str, *selections: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "@id": f"c-{name}",
        "@type": "ElectionResults.CandidateContest",
        "Name": name,
        "ElectionDistrictId": "state",
        "VotesAllowed": 1,
        "ContestSelection": list(selections),
        **more,
    }


def report(*races: dict[str, Any], units: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    names = {"Text": [{"Content": "x", "Language": "en"}]}
    candidates = [
        {"@id": one, "BallotName": {"Text": [{"Content": called, "Language": "en"}]}}
        for one, called in (("a", "Ana Ruiz"), ("b", "Berta Paz"))
    ]
    election = {"ElectionScopeId": "state", "Name": names, "Candidate": candidates}
    return {
        "@type": "ElectionResults.ElectionReport",
        "GpUnit": units
        or [
            unit("state", "state", "county"),
            unit("county", "county", "p1", "p2"),
            unit("p1", "precinct", VotersRegistered=100),
            unit("p2", "precinct", VotersRegistered=90),
        ],
        "Election": [{**election, "Contest": list(races)}],
    }


def written(folder: Path, whole: Any) -> Path:
    path = folder / "report.json"
    path.write_text(whole if isinstance(whole, str) else json.dumps(whole), encoding="utf-8")
    return path


MAYOR = race(
    "Mayor",
    selection("a", count("p1", 10), count("p2", 20.0), count("county", 30)),
    selection("b", count("p1", 7), count("p2", 8), count("county", 15)),
)
CONTEST = Contest.model_validate(
    {
        "id": "mayor",
        "name": "Mayor",
        "levels": ["county"],
        "candidates": [{"id": "A", "name": "Ana Ruiz"}, {"id": "B", "name": "Berta Paz"}],
    }
)


def rows(path: Path, contest: Contest = CONTEST, *names: str) -> list[tuple[Any, ...]]:
    table = read_actas(path, contest=contest)
    frame = table.frame[list(names) or ["station", "A", "B"]]
    return [tuple(one) for one in frame.astype(object).where(frame.notna(), None).to_numpy()]


def test_units_that_hold_others_are_no_stations(tmp_path: Path) -> None:
    path = written(tmp_path, report(MAYOR))
    assert rows(path) == [("p1", 10, 7), ("p2", 20, 8)]
    table = read_actas(path, contest=CONTEST)
    assert table.frame["county"].tolist() == ["Name of county"] * 2
    assert table.frame["registered"].tolist() == [100, 90]
    assert "1 reporting unit that holds others with counts is left out: a subtotal" in (
        table.source.text
    )


def test_the_contest_is_found_in_the_report(tmp_path: Path) -> None:
    contest = contest_in(written(tmp_path, report(MAYOR)))
    assert contest.levels == ("county",)
    assert [(one.id, one.name) for one in contest.candidates] == [
        ("s-a", "Ana Ruiz"),
        ("s-b", "Berta Paz"),
    ]
    path = tmp_path / "report.json"
    assert rows(path, contest, "station", "s-a", "s-b") == [("p1", 10, 7), ("p2", 20, 8)]


def test_of_several_contests_the_one_that_is_named(tmp_path: Path) -> None:
    other = race("Sheriff", selection("a", count("p1", 1)), selection("b", count("p1", 2)))
    path = written(tmp_path, report(MAYOR, other))
    assert rows(path) == [("p1", 10, 7), ("p2", 20, 8)]
    sheriff = CONTEST.model_copy(update={"name": "Sheriff"})
    assert rows(path, sheriff) == [("p1", 1, 2)]
    with pytest.raises(InputError, match="several races") as raised:
        read_actas(path, contest=CONTEST.model_copy(update={"name": "Judge", "id": "judge"}))
    assert "'Mayor', 'Sheriff'" in str(raised.value)


def test_a_unit_without_a_count_has_none(tmp_path: Path) -> None:
    one = race(
        "Mayor", selection("a", count("p1", 10), count("p2", 3)), selection("b", count("p1", 7))
    )
    assert rows(written(tmp_path, report(one))) == [("p1", 10, 7), ("p2", 3, None)]


@pytest.mark.parametrize(
    ("votes", "text"),
    [(12.5, '"12.5"'), (1.234, '"1.234"'), (-3, "-3"), ("many", "many"), (10**12, str(10**12))],
)
def test_a_count_that_is_no_whole_number_is_not_read(tmp_path: Path, votes: Any, text: str) -> None:
    one = race("Mayor", selection("a", count("p1", votes)), selection("b", count("p1", 7)))
    table = read_actas(written(tmp_path, report(one)), contest=CONTEST)
    assert table.unread["text"].tolist() == [text]
    assert table.frame["A"].isna().all()


def test_nan_and_suppressed_counts_are_not_read(tmp_path: Path) -> None:
    suppressed = count("p2", 0, IsSuppressedForPrivacy=True)
    one = race(
        "Mayor",
        selection("a", count("p1", float("nan")), suppressed),
        selection("b", count("p1", 7), count("p2", 8)),
    )
    table = read_actas(written(tmp_path, report(one)), contest=CONTEST)
    assert table.unread["text"].tolist() == ['"NaN"', "suppressed"]
    assert table.frame["A"].isna().all()


def test_counts_by_type_are_no_total(tmp_path: Path) -> None:
    both = [count("p1", 4, "early"), count("p1", 6, "election-day")]
    one = race("Mayor", selection("a", *both), selection("b", *both))
    path = written(tmp_path, report(one))
    with pytest.raises(InputError, match=r"no row has what mapping\.where asks for") as raised:
        read_actas(path, contest=CONTEST)
    assert "'early', 'election-day'" in str(raised.value)
    mapping = {
        "layout": "long",
        "station": "station",
        "where": {"CountType": ["early", "election-day"]},
        "option": "SelectionName",
        "count": "Count",
        "votes": {"A": "Ana Ruiz", "B": "Berta Paz"},
        "repeated": "sum",
    }
    table = read_actas(path, contest=CONTEST, mapping=mapping)
    assert table.frame["A"].tolist() == [10]


def test_a_unit_that_has_only_parts_where_others_have_totals_is_told(tmp_path: Path) -> None:
    one = race(
        "Mayor",
        selection("a", count("p1", 10), count("p2", 4, "early")),
        selection("b", count("p1", 7), count("p2", 5, "early")),
    )
    table = read_actas(written(tmp_path, report(one)), contest=CONTEST)
    assert table.frame["station"].tolist() == ["p1"]
    said = "1 reporting unit has counts by type, and none of the type total"
    assert said in table.source.text


def test_counts_of_machines_and_later_rounds_are_left_out_and_told(tmp_path: Path) -> None:
    machine = {"@id": "m", "@type": "ElectionResults.ReportingDevice"}
    units = [unit("state", "state", "p1"), unit("p1", "precinct", "m"), machine]
    more = [count("m", 4), count("p1", 6, DeviceClass={"Type": "dre"}), count("p1", 11, Round=2)]
    one = race("Mayor", selection("a", count("p1", 10), *more), selection("b", count("p1", 7)))
    table = read_actas(written(tmp_path, report(one, units=units)), contest=CONTEST)
    assert table.frame[["A", "B"]].to_numpy().tolist() == [[10, 7]]
    assert "2 counts of devices or of classes of devices are left out" in table.source.text
    assert "1 count of a later round is left out" in table.source.text


def test_a_unit_in_two_areas_of_one_kind_lies_in_none(tmp_path: Path) -> None:
    units = [
        unit("state", "state", "c1", "c2"),
        unit("c1", "county", "p1"),
        unit("c2", "county", "p1", "p2"),
        unit("p1", "precinct"),
        unit("p2", "precinct"),
    ]
    table = read_actas(written(tmp_path, report(MAYOR_LEAVES, units=units)), contest=CONTEST)
    assert table.frame["county"].fillna("").tolist() == ["", "Name of c2"]


MAYOR_LEAVES = race(
    "Mayor",
    selection("a", count("p1", 10), count("p2", 20)),
    selection("b", count("p1", 7), count("p2", 8)),
)


def test_the_same_count_twice_is_a_station_twice(tmp_path: Path) -> None:
    one = race(
        "Mayor", selection("a", count("p1", 10), count("p1", 11)), selection("b", count("p1", 7))
    )
    assert rows(written(tmp_path, report(one)))[:1] == [("p1", 10, 7)]
    assert [row[1] for row in rows(written(tmp_path, report(one)))] == [10, 11]


def test_xml_of_another_prefix_is_read_alike(tmp_path: Path) -> None:
    table = made([FULL, {**FULL, "K": "2", "A": "7"}])
    xml = sheets_as(table, "nist-xml").data.decode()
    prefixed = xml.replace("<", "<e:").replace("<e:/", "</e:").replace("<e:?", "<?")
    prefixed = prefixed.replace(' xmlns="', ' xmlns:e="')
    path = tmp_path / "report.xml"
    path.write_text(prefixed, encoding="utf-8")
    assert read_actas(path, contest=table.contest).frame["A"].tolist() == [5, 7]
    path.write_text(xml.replace(SPACE, SPACE.replace("v2", "v1")), encoding="utf-8")
    with pytest.raises(InputError, match="version 2") as raised:
        read_actas(path, contest=table.contest)
    assert "1500-100/v1" in str(raised.value)


BROKEN: list[tuple[str, Any, str]] = [
    ("no unit", report(race("Mayor", selection("a", count("p9", 1)))), "no reporting unit of this"),
    ("no candidate", report(race("Mayor", selection("z", count("p1", 1)))), "does not have"),
    ("no contest", report(), "the report holds no contest"),
    ("no counts", report(race("Mayor", selection("a"), selection("b"))), "no counts"),
    ("units not objects", {**report(MAYOR), "GpUnit": ["p1"]}, "cannot stand here"),
    (
        "two units of one id",
        report(MAYOR, units=[unit("p1", "precinct"), unit("p1", "precinct")]),
        "identifier of its own",
    ),
    (
        "units in a circle",
        report(MAYOR, units=[unit("p1", "precinct", "p2"), unit("p2", "precinct", "p1")]),
        "in a circle",
    ),
    ("a part that is not there", report(MAYOR, units=[unit("p1", "x", "q")]), "no reporting unit"),
    ("a text that is a list", report({**MAYOR, "Name": [[1]]}), "cannot stand here"),
]


@pytest.mark.parametrize(("what", "whole", "said"), BROKEN, ids=[one[0] for one in BROKEN])
def test_broken_reports_are_refused(tmp_path: Path, what: str, whole: Any, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        read_actas(written(tmp_path, whole), contest=CONTEST)
    assert "report.json" in str(raised.value)


MARK = '"@type": "ElectionResults.ElectionReport"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{{{MARK}, "a": 1, "a": 2}}', "twice"),
        (f'{{{MARK}, "a": {"[" * 100_000}', "nested too deeply|not valid JSON"),
        (f'{{{MARK}, "a": {"9" * 5000}}}', "not valid JSON"),
        (f'{{{MARK}, "GpUnit": [', "not valid JSON"),
    ],
    ids=["a key twice", "deep", "a huge number", "cut off"],
)
def test_hostile_json_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_actas(written(tmp_path, text), contest=CONTEST)


LAUGHS = '<!ENTITY l0 "lol">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><ElectionReport>&l11;</ElectionReport>',
            "bomb",
        ),
        (
            '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><ElectionReport>&f;'
            "</ElectionReport>",
            "bomb",
        ),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><ElectionReport/>', "bomb"),
        (f"<ElectionReport xmlns='{SPACE}'><Election>", "damaged or was cut off"),
        (
            f"<ElectionReport xmlns='{SPACE}'>{'<a>' * 50_000}{'</a>' * 50_000}</ElectionReport>",
            "nested too deeply",
        ),
        (f"<ElectionReport xmlns='{SPACE}'/>", "no contest"),
        ("<ElectionReport/>", "version 2"),
        (f"<ElectionReport xmlns='{SPACE}'>&#0;</ElectionReport>", "damaged"),
    ],
    ids=["bomb", "file", "outside", "cut off", "deep", "empty", "no namespace", "NUL"],
)
def test_hostile_xml_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "report.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_actas(path, contest=CONTEST)
