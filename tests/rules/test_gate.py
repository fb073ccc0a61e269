"""T211 to T217: what is told only, what stops a verdict, and where its reason stands."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd
import pytest

from tallyverify import Case, Contest, Report, Status, read_actas, verify
from tallyverify.findings import Evidence
from tallyverify.table import Source
from tests.helpers.cases import declared_of, nation, report_of
from tests.helpers.readings import BREAKS, case_of, clean
from tests.helpers.readings import declared_of as result_of

CONTEST = Contest.model_validate(
    {"id": "g", "levels": ["state"], "candidates": [{"id": "A"}, {"id": "B"}]}
)
MAPPING: dict[str, Any] = {
    "station": "ID",
    "areas": {"state": "STATE"},
    "lines": {"valid": "VALID"},
    "votes": {"A": "A", "B": "B"},
}


WITHOUT_LINES = {name: value for name, value in MAPPING.items() if name != "lines"}


def frame_of(rows: int = 40, **columns: Any) -> pd.DataFrame:
    """Return sheets of 30 + 20 votes, and of other columns given by row number."""
    cells: dict[str, Any] = {"ID": "s{}", "STATE": "N", "VALID": "50", "A": "30", "B": "20"}
    cells |= columns
    return pd.DataFrame(
        {
            name: [one(at) if callable(one) else one.format(at) for at in range(rows)]
            for name, one in cells.items()
        }
    )


def judged(frame: pd.DataFrame, rows: int = 40, **row: Any) -> Report:
    """Verify a frame against the sum of its sheets, with more of the declared row."""
    whole = {"votes": {"A": 30 * rows, "B": 20 * rows}, **row}
    table = read_actas(frame, contest=CONTEST, mapping=MAPPING)
    return verify(Case(CONTEST, table, declared_of(nation(**whole))), checks="rules,compare")


def test_the_reason_stands_in_every_report() -> None:
    file = BREAKS["states labelled once"](clean(1), Random(1))
    report = verify(case_of(file, result_of(1, right=True)), checks="compare")
    assert report.verdict == "insufficient"
    assert report.reason == (
        "294 sheets of 300 name no state, and there are results by it: if only the first row of "
        "each is labelled, set mapping.fill_down"
    )
    assert f'"reason": "{report.reason}"' in report.to_json()
    for text in (" ".join(report.to_text().replace("│", " ").split()), report.to_html()):
        assert report.reason[4:] in text


@pytest.mark.parametrize(
    ("code", "doubted"),
    [("STATE", True), ({"column": "STATE", "pattern": "(.*)"}, False)],
)
def test_a_text_that_names_no_place(code: Any, doubted: bool) -> None:
    frame = frame_of(STATE="NA")
    table = read_actas(frame, contest=CONTEST, mapping={**MAPPING, "areas": {"state": code}})
    votes = {"A": 1200, "B": 800}
    declared = declared_of({"areas": [{"votes": votes}, {"area": {"state": "NA"}, "votes": votes}]})
    report = verify(Case(CONTEST, table, declared), checks="rules,compare")
    assert (report.verdict == "insufficient") is doubted
    assert ([f.observed for f in report.of("T214")] == [40, 1]) is doubted


def test_a_table_that_no_reader_read_may_have_names_that_are_none() -> None:
    table = read_actas(frame_of(), contest=CONTEST, mapping=MAPPING)
    names = pd.array(["N", *["#N/A"] * 39], dtype=table.frame["state"].dtype)
    table = replace(table, frame=table.frame.assign(state=names), source=Source())
    declared = declared_of(nation(votes={"A": 1200, "B": 800}))
    report = verify(Case(CONTEST, table, declared), checks="rules")
    assert [finding.observed for finding in report.of("T214")] == [39]


@pytest.mark.parametrize(("valid", "doubted"), [(2000, True), (None, True), (2400, False)])
def test_votes_in_a_column_that_is_not_read(valid: int | None, doubted: bool) -> None:
    frame = frame_of(VALID="60", C="10")
    row = {} if valid is None else {"valid": valid}
    report = judged(frame, **row)
    (finding,) = report.of("T213")
    assert "'C', which it does not read, are together the line valid" in finding.message
    assert (report.verdict == "insufficient") is doubted


def test_blank_votes_that_are_not_read_are_told_only() -> None:
    report = judged(frame_of(VALID="60", BLANCOS="10"))
    assert report.check("T213").status is Status.PASSED
    assert report.of("T213")


def test_a_short_key_is_doubted_in_a_small_file_too() -> None:
    frame = frame_of(4, ID=lambda at: "2" if at == 1 else "1", STATE=lambda at: "NNSW"[at])
    frame["A"] = ["30", "31", "32", "33"]
    for votes in ({"A": 126, "B": 80}, {"A": 60, "B": 146}):
        table = read_actas(frame.drop(columns="VALID"), contest=CONTEST, mapping=WITHOUT_LINES)
        report = verify(Case(CONTEST, table, declared_of(nation(votes=votes))), checks="compare")
        assert report.verdict == "insufficient"
        assert "with 'STATE' in mapping.station it would" in report.reason


def test_sheets_that_do_not_count_may_be_what_the_declared_result_lacks() -> None:
    frame = frame_of(ESTADO=lambda at: "ANULADA" if at % 13 == 0 else "Contabilizada")
    assert judged(frame).verdict == "consistent"  # all of them are declared
    report = judged(frame, rows=36)
    assert report.verdict == "insufficient"
    assert "mapping.status" in report.reason


@pytest.mark.parametrize(("every", "doubted"), [(2, True), (20, False)])
def test_a_status_that_is_not_read(every: int, doubted: bool) -> None:
    frame = frame_of(ESTADO=lambda at: "ANULADA" if at % every == 0 else "Contabilizada")
    report = judged(frame)
    (finding,) = report.of("T213")
    assert "mapping.status" in finding.message
    assert (report.verdict == "insufficient") is doubted


@pytest.mark.parametrize(("stations", "doubted"), [(39, False), (30, True)])
def test_more_stations_than_there_are(stations: int, doubted: bool) -> None:
    rows = [{"A": 30 + at, "B": 20, "C": 1} for at in range(40)]
    report = report_of(rows, declared_of(nation(votes={"A": 1980}), stations=stations))
    assert report.of("T215")[0].observed == 40
    assert (report.verdict == "insufficient") is doubted


def test_results_of_some_areas_only_are_no_doubt() -> None:
    frame = frame_of(STATE=lambda at: "North" if at < 20 else "South")
    areas = [
        {"votes": {"A": 1200, "B": 800}},
        {"area": {"state": "North"}, "votes": {"A": 600, "B": 400}},
    ]
    table = read_actas(frame, contest=CONTEST, mapping=MAPPING)
    report = verify(Case(CONTEST, table, declared_of({"areas": areas})), checks="rules,compare")
    assert report.verdict == "consistent"
    assert "that no bulletin names (state: 'South')" in report.of("T214")[0].message


def test_dates_for_codes() -> None:
    report = judged(frame_of(ID=lambda at: f"{at % 28 + 1}-{'Mar' if at < 28 else 'Apr'}"))
    assert report.reason.startswith("column 'ID' has 40 codes as dates, such as '1-Apr'")


@pytest.mark.parametrize("how", ["latest", "first"])
def test_corrected_sheets_are_no_other_stations(how: str) -> None:
    frame = frame_of(60, ID=lambda at: f"s{at % 40}", AT="{}")
    moved = frame.index < 20 if how == "latest" else frame.index >= 40
    frame.loc[moved, ["A", "B"]] = ["29", "21"]
    mapping = {**MAPPING, "repeated": {how: "AT"}}
    table = read_actas(frame, contest=CONTEST, mapping=mapping)
    report = verify(Case(CONTEST, table, declared_of(nation(votes={"A": 1200, "B": 800}))))
    assert report.check("T217").status is Status.PASSED
    assert report.verdict == "consistent"


def _some_write_ins(at: int) -> str:
    return str(50 + (at % 3 == 0) * (at % 9))


@pytest.mark.parametrize("rows", [40, 44])
@pytest.mark.parametrize("row", [{}, {"valid": 2300}])
def test_valid_votes_for_others_on_some_sheets_are_no_exchange(
    rows: int, row: dict[str, int]
) -> None:
    report = judged(frame_of(VALID=_some_write_ins), rows=rows, **row)
    assert report.check("T212").status is Status.PASSED
    assert report.verdict == "consistent"


@pytest.mark.parametrize("row", [{}, {"valid": 2000}, {"valid": 2600}])
def test_columns_exchanged_on_a_third_of_the_sheets(row: dict[str, int]) -> None:
    frame = frame_of(90, NULL="2")
    exchanged = frame.index % 3 == 0
    frame.loc[exchanged, ["A", "NULL"]] = ["2", "30"]
    report = judged(frame, rows=90, **row)
    assert report.verdict == "insufficient"
    assert "on 30 of 90 sheets the candidates sum to less than the valid votes" in report.reason


def _with_rejected(texts: str) -> pd.DataFrame:
    """Return sixty sheets of different votes, of which some are not declared."""
    frame = frame_of(60, A=lambda at: str(20 + 7 * at % 31), B=lambda at: str(15 + 11 * at % 23))
    frame["VALID"] = (frame["A"].astype(int) + frame["B"].astype(int)).astype(str)
    yes, *no = texts.split("/")
    return frame.assign(SEEN=[no[at % len(no)] if at % 4 == 1 else yes for at in range(60)])


def _declared_where(frame: pd.DataFrame, counts: Any, **row: Any) -> Report:
    votes = {name: int(frame.loc[counts, name].astype(int).sum()) for name in "AB"}
    table = read_actas(frame, contest=CONTEST, mapping=MAPPING)
    return verify(Case(CONTEST, table, declared_of(nation(votes=votes, **row))))


STATUSES = ["SI/NO", "1/0", "true/false", "Escrutada/Nula/Sin escrutar", "ok/disputed", "/écarté"]


@pytest.mark.parametrize("texts", STATUSES)
@pytest.mark.parametrize("row", [{}, {"complete": True}])
def test_a_status_in_words_that_nobody_knows(texts: str, row: dict[str, Any]) -> None:
    frame, yes = _with_rejected(texts), texts.partition("/")[0]
    report = _declared_where(frame, frame["SEEN"] == yes, **row)
    assert report.verdict == "insufficient"
    assert "declared votes are just those of the 45 rows in which column 'SEEN'" in report.reason
    assert f"is '{yes}'" in report.reason


def test_a_status_that_is_typed() -> None:
    frame = _with_rejected("SI/NO").assign(SEEN=lambda f: f["SEEN"] == "SI")
    report = _declared_where(frame, frame["SEEN"])
    assert report.verdict == "insufficient"
    assert "mapping.status" in report.reason


def test_a_column_of_few_texts_says_nothing_where_all_rows_are_declared() -> None:
    frame = _with_rejected("SI/NO")
    report = _declared_where(frame, frame["SEEN"] != "")
    assert (report.verdict, report.of("T213")) == ("consistent", ())
    part = _declared_where(frame, frame["SEEN"] == "SI", coverage=0.75)
    assert part.of("T213") == ()


def _towns(*names: str) -> pd.DataFrame:
    return frame_of(TOWN=lambda at: names[at % len(names)])


def _by_town(frame: pd.DataFrame, towns: list[str], *whole: dict[str, Any], **level: str) -> Report:
    contest = CONTEST.model_copy(update={"levels": ("state", "town", "ward")})
    rows = [{"area": {**level, "town": town}, "votes": {"A": 600, "B": 400}} for town in towns]
    mapping = {**MAPPING, "areas": {"state": "STATE", "town": "TOWN"}}
    table = read_actas(frame, contest=contest, mapping=mapping)
    return verify(Case(contest, table, declared_of({"areas": [*whole, *rows]})))


@pytest.mark.parametrize("level", [{}, {"state": "N"}])
def test_a_town_that_is_spelt_otherwise(level: dict[str, str]) -> None:
    frame, whole = _towns("Lima", "Trujilo"), {"votes": {"A": 1200, "B": 800}}
    assert _by_town(frame, ["Lima", "Trujilo"], whole, **level).of("T214") == ()
    report = _by_town(frame, ["Lima", "Trujillo"], whole, **level)
    assert report.verdict == "insufficient"
    assert "(town: 'Trujilo'); 'Trujilo': did you mean 'Trujillo'?" in report.reason
    assert _by_town(frame, ["Lima", "Trujillo"], **level).verdict == "insufficient"
    told = _by_town(frame, ["Lima", "Cusco"], **level)
    assert told.verdict == "consistent"
    assert {finding.evidence for finding in told.of("T214")} == {Evidence.NOTE}
    assert "no sheet lies in 1 area of the declared result (town: 'Cusco')" in (
        told.of("T214")[1].message
    )


@pytest.mark.parametrize(("copies", "doubted"), [(0, False), (2, False), (6, True)])
def test_copies_of_parts_that_are_added_up(copies: int, doubted: bool) -> None:
    parts = [
        {"ID": str(at), "A": str(30 + at % 9 + part), "B": str(20 + at % 7 + 5 * part)}
        for part in range(2)
        for at in range(40)
    ]
    votes = {name: sum(int(row[name]) for row in parts) for name in "AB"}
    rows = pd.DataFrame(parts + parts[:copies])
    table = read_actas(
        rows,
        contest=CONTEST,
        mapping={"station": "ID", "votes": {"A": "A", "B": "B"}, "repeated": "sum"},
    )
    declared = declared_of(nation(votes=votes, complete=True), stations=40)
    report = verify(Case(CONTEST, table, declared), checks="rules,compare")
    assert ("as copies do" in report.reason) is doubted
    assert report.verdict in (["insufficient"] if doubted else ["consistent", "discrepant"])


@pytest.mark.parametrize("nothing", ["", "0"])
@pytest.mark.parametrize(
    ("empty", "row", "verdict"),
    [
        (15, {}, "consistent"),  # told only
        (25, {}, "insufficient"),
        (25, {"complete": True}, "insufficient"),
        (25, {"stations": 15}, "consistent"),  # the bulletin itself holds no more
        (25, {"votes": {"A": 450, "B": 300}}, "consistent"),  # and so says this one
    ],
)
def test_most_rows_are_empty(nothing: str, empty: int, row: dict[str, Any], verdict: str) -> None:
    cells = {name: (lambda at: nothing if at < empty else "") for name in ("VALID", "A", "B")}
    blank, whole = frame_of(**cells), frame_of()
    frame = blank.where(blank.index.to_series() < empty, whole, axis=0)
    table = read_actas(frame, contest=CONTEST, mapping=MAPPING)
    declared = declared_of(nation(**{"votes": {"A": 1200, "B": 800}, **row}))
    report = verify(Case(CONTEST, table, declared), checks="rules,compare")
    assert report.verdict == verdict, report.reason
    assert ("are empty, or 0 throughout" in (report.reason or "")) is (verdict == "insufficient")


def test_versions_that_stand_beside_each_other_are_no_status() -> None:
    """The declared votes are those of the first versions, and each station has one."""
    both = pd.concat([frame_of().assign(NO="1"), frame_of().assign(NO="2")])
    assert judged(both.reset_index(drop=True)).of("T213") == ()


def test_two_candidates_exchanged_are_told() -> None:
    """By whom they were exchanged nobody can know: the figures exclude each other."""
    report = judged(frame_of(), votes={"A": 800, "B": 1200}, complete=True)
    assert report.verdict == "contradicted"
    (told,) = report.of("T213")
    assert told.evidence == Evidence.NOTE
    assert "A was declared the votes that the sheets hold for B" in told.message
    assert judged(frame_of(), votes={"A": 803, "B": 1200}, complete=True).of("T213")
    assert judged(frame_of(), votes={"A": 900, "B": 1100}, complete=True).of("T213") == ()


def _unlike(rows: int = 60) -> pd.DataFrame:
    """Return sheets of which no two agree."""
    rng = Random(5)
    frame = frame_of(rows)
    frame["A"] = [str(rng.randrange(100, 400)) for _ in range(rows)]
    frame["B"] = [str(rng.randrange(100, 400)) for _ in range(rows)]
    frame["VALID"] = [str(int(a) + int(b)) for a, b in zip(frame["A"], frame["B"], strict=True)]
    return frame


def _of(frame: pd.DataFrame, sums: pd.DataFrame, **mapping: Any) -> Report:
    """Verify a frame against the sums of another, all that is said being that it is complete."""
    table = read_actas(frame, contest=CONTEST, mapping={**MAPPING, **mapping})
    votes = {name: int(sums[name].astype(int).sum()) for name in "AB"}
    declared = declared_of(nation(votes=votes, valid=sum(votes.values()), complete=True))
    return verify(Case(CONTEST, table, declared), checks="rules,compare")


@pytest.mark.parametrize(("copies", "doubted"), [(0, False), (1, False), (20, True), (60, True)])
def test_copies_of_sheets_under_other_keys(copies: int, doubted: bool) -> None:
    whole = _unlike()
    again = whole.iloc[:copies].assign(ID=lambda f: f["ID"] + "b")
    report = _of(pd.concat([whole, again], ignore_index=True), whole)
    assert (report.verdict == "insufficient") is doubted, report.verdict
    assert ("hold all figures of another station" in (report.reason or "")) is doubted


def test_small_stations_that_agree_by_chance_are_no_copies() -> None:
    rng = Random(3)
    frame = frame_of(400)
    frame["A"] = [str(rng.randrange(8)) for _ in range(400)]
    frame["B"] = [str(rng.randrange(8)) for _ in range(400)]
    frame["VALID"] = [str(int(a) + int(b)) for a, b in zip(frame["A"], frame["B"], strict=True)]
    report = _of(frame, frame)
    assert (report.verdict, report.of("T217")) == ("consistent", ())


@pytest.mark.parametrize("off", [0, 2])
def test_a_column_of_the_key_that_tells_contests_apart(off: int) -> None:
    first, second = _unlike(), _unlike()
    for name in ("A", "B", "VALID"):
        second[name] = second[name].to_numpy()[::-1]
    second["A"], second["B"] = second["B"].copy(), second["A"].copy()
    both = pd.concat([first.assign(RACE="P"), second.assign(RACE="S")], ignore_index=True)
    first.loc[0, "A"] = str(int(first.loc[0, "A"]) + off)
    report = _of(both, first, station=["RACE", "ID"])
    assert report.verdict == "insufficient"
    assert "column 'RACE' is 'P'" in (report.reason or "")


def _with_a_register_as_candidate(row: Any) -> Report:
    """Verify sheets whose register was taken for C against a row made of the votes for A and B."""
    contest = Contest.model_validate(
        {"id": "g", "levels": ["state"], "candidates": [{"id": name} for name in "ABC"]}
    )
    frame = _unlike().assign(C="900")
    mapping = {**WITHOUT_LINES, "votes": {name: name for name in "ABC"}}
    table = read_actas(frame, contest=contest, mapping=mapping)
    declared = declared_of(row({name: int(frame[name].astype(int).sum()) for name in "AB"}))
    return verify(Case(contest, table, declared), checks="rules,compare")


def test_a_candidate_whom_no_bulletin_names() -> None:
    report = _with_a_register_as_candidate(
        lambda votes: nation(votes=votes, valid=sum(votes.values()), complete=True)
    )
    assert report.verdict == "insufficient"
    assert "for 'C', whom no bulletin names" in (report.reason or "")


def test_a_candidate_whom_no_percentage_names() -> None:
    def row(votes: dict[str, int]) -> dict[str, Any]:
        every = sum(votes.values())
        shares = {name: round(100 * n / every, 2) for name, n in votes.items()}
        return {"complete": True, "areas": [{"valid": every, "percentages": shares}]}

    assert _with_a_register_as_candidate(row).verdict == "insufficient"


def test_a_status_with_a_reason_for_each_sheet_in_words_that_nobody_knows() -> None:
    frame = _unlike()
    frame["ESTADO"] = [f"Vista: motivo {at}" if at < 15 else "Bien" for at in range(60)]
    report = _of(frame, frame.iloc[15:])
    assert report.verdict == "insufficient"
    assert "column 'ESTADO' is 'Bien'" in (report.reason or "")


def test_reasons_of_many_annulled_sheets_are_a_status() -> None:
    frame = _unlike()
    frame["ESTADO"] = [f"Anulada: motivo {at}" if at < 15 else "Contabilizada" for at in range(60)]
    report = _of(frame, frame.iloc[15:])
    assert report.verdict == "insufficient"
    assert "'ESTADO' looks like the status" in (report.reason or "")


def test_figures_that_stand_in_columns_of_their_own_on_some_rows() -> None:
    frame = _unlike()
    frame["A 2"], frame["B 2"] = "", ""
    rows = frame.index < 15
    frame.loc[rows, ["A 2", "B 2"]] = frame.loc[rows, ["A", "B"]].to_numpy()
    whole = frame.copy()
    frame.loc[rows, ["A", "B", "VALID"]] = ""
    report = _of(frame, whole)
    assert report.verdict == "insufficient"
    assert "figures in columns that are not read" in (report.reason or "")


@pytest.mark.parametrize("rows", [27, 75])
def test_sheets_that_name_an_area_of_their_own(rows: int) -> None:
    """The areas that are declared make up the whole, and the whole is what the sheets hold."""
    frame = _unlike(150)
    frame["STATE"] = ["N" if at < 75 else "S" for at in range(150)]
    states = [
        nation(votes={n: int(part[n].astype(int).sum()) for n in "AB"}, complete=True)["areas"][0]
        | {"area": {"state": state}}
        for state, part in frame.groupby("STATE")
    ]
    votes = {name: int(frame[name].astype(int).sum()) for name in "AB"}
    whole = nation(votes=votes, complete=True)
    whole["areas"] += states
    frame.loc[frame.index < rows, "STATE"] = "Frontera"
    table = read_actas(frame, contest=CONTEST, mapping=MAPPING)
    report = verify(Case(CONTEST, table, declared_of(whole)), checks="rules,compare")
    assert report.verdict == "insufficient"
    assert "that no bulletin names (state: 'Frontera')" in (report.reason or "")


@pytest.mark.parametrize(("corrected", "doubted"), [(0, False), (25, True)])
def test_corrected_versions_in_the_key(corrected: int, doubted: bool) -> None:
    first = _unlike()
    second = first.iloc[:corrected].copy()
    for name in ("A", "VALID"):
        second[name] = [str(int(text) + 40) for text in second[name]]
    both = pd.concat([first.assign(VER="1"), second.assign(VER="2")], ignore_index=True)
    last = both.drop_duplicates("ID", keep="last")
    report = _of(both, last, station=["ID", "VER"])
    assert (report.verdict == "insufficient") is doubted
    assert ("column 'VER' of the key alone" in (report.reason or "")) is doubted


def test_tables_of_one_centre_are_no_versions() -> None:
    frame = _unlike()
    frame["CENTRE"] = [str(at // 3) for at in range(60)]
    frame["NO"] = [str(at % 3) for at in range(60)]
    assert _of(frame, frame, station=["CENTRE", "NO"]).verdict == "consistent"
