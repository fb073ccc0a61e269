"""Statements of actasum, held against the package itself: what either writes the other reads."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from actasum import statement as actasum
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.exchange import sheets_as
from tallyverify.readers import contest_in, read_actas
from tallyverify.readers.kinds.statements import statement_id
from tallyverify.records import Contest
from tallyverify.table import KIND
from tests.exchange.test_round_trip import CONTEST, FULL, OPTIONS, ROWS, made

CODES = ("A", "B", "0061")
ITEMS = ("blank", "null", *(f"candidature:{code}" for code in CODES), "other:unmarked")
OF_THEM = Contest.model_validate(
    {
        "id": "xx/president/2024-05",
        "candidates": [{"id": code} for code in CODES],
        "lines": ["unmarked"],
        "ballot_lines": ["null", "blank", "unmarked"],
    }
)


def statement(station: str = "s1", **changed: Any) -> dict[str, Any]:
    counts = {"candidatures": {"A": 5, "B": 3}, "blank": 1, "null": 0, **changed.pop("counts", {})}
    return {
        "spec": "actasum/statement/v0.1",
        "profile": "xx/v0",
        "election": OF_THEM.id,
        "station": station,
        "constituency": "xx",
        "counts": counts,
        **changed,
    }


def written(folder: Path, *statements: dict[str, Any] | str) -> Path:
    path = folder / "statements.jsonl"
    lines = (one if isinstance(one, str) else json.dumps(one) for one in statements)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@given(rows=ROWS)
@settings(max_examples=30, deadline=None)
def test_the_package_reads_what_is_written_here_with_the_same_figures(
    rows: list[dict[str, str]],
) -> None:
    table = made(rows)
    text = sheets_as(table, "actasum").data.decode()
    read = list(actasum.read_jsonl(io.StringIO(text)))
    assert [one.station for one in read] == table.frame["station"].tolist()
    for at, one in enumerate(read):
        cells = table.frame.iloc[at]
        held = {f"candidature:{name}": name for name in OPTIONS}
        held |= {"blank": "blank", "null": "null", "other:challenged": "challenged"}
        for item, name in held.items():
            value = one.value(item)
            assert value == (None if pd.isna(cells[name]) else int(cells[name]))
            assert (item in one.unread) == (value is None)
        assert one.registered == (None if pd.isna(cells["registered"]) else cells["registered"])
        assert one.not_on_sheet == {}
    # One canonical line each: the same sheet has the same identifier, whoever writes it.
    assert "".join(one.canonical().decode() + "\n" for one in read) == text


@st.composite
def statements(draw: st.DrawFn) -> actasum.Statement:
    """Draw a statement: of each figure a count, a mark that it was not read, or that it is not."""
    counts = st.integers(0, 9999)
    fate = {item: draw(st.sampled_from(["count", "illegible", "empty", "none"])) for item in ITEMS}
    values = {item: draw(counts) for item in ITEMS if fate[item] == "count"}
    return actasum.Statement(
        profile="xx/v0",
        election=OF_THEM.id,
        station=draw(st.text("abc/01", min_size=1, max_size=6)),
        constituency="xx",
        blank=values.get("blank"),
        null=values.get("null"),
        candidatures={
            code: values[item] for code in CODES if (item := f"candidature:{code}") in values
        },
        other={"unmarked": values["other:unmarked"]} if "other:unmarked" in values else {},
        unread={item: one for item, one in fate.items() if one in ("illegible", "empty")},
        not_on_sheet={item: "no-field" for item, one in fate.items() if one == "none"},
        registered=draw(st.one_of(st.none(), counts)),
        candidature_total=draw(st.one_of(st.none(), counts)),
        stage=draw(st.sampled_from(actasum.STAGES)),
        extra=draw(st.sampled_from([{}, {"turnout": 5}, {"areas": 3}, {"unread": ["x"]}])),
    )


@given(made_there=st.lists(statements(), min_size=1, max_size=4, unique_by=lambda s: s.station))
@settings(max_examples=60, deadline=None)
def test_what_the_package_writes_is_read_here_with_the_same_figures(
    made_there: list[actasum.Statement], tmp_path_factory: pytest.TempPathFactory
) -> None:
    held = io.StringIO()
    actasum.write_jsonl(made_there, held)
    path = tmp_path_factory.mktemp("s") / "s.jsonl"
    path.write_text(held.getvalue(), encoding="utf-8")
    table = read_actas(path, contest=OF_THEM)
    assert table.frame["station"].tolist() == [one.station for one in made_there]
    unread = set(zip(table.unread["station"], table.unread["column"], strict=True))
    names = {f"candidature:{code}": code for code in CODES}
    names |= {"blank": "blank", "null": "null", "other:unmarked": "unmarked"}
    columns = {"unmarked": "line:unmarked"}
    for at, one in enumerate(made_there):
        row = table.frame.iloc[at]
        for item, name in names.items():
            if name in table.frame.columns:
                cell = None if pd.isna(row[name]) else int(row[name])
                assert cell == one.value(item), item
            else:
                assert all(other.value(item) in (None, 0) for other in made_there)
            marked = (one.station, columns.get(name, name)) in unread
            assert marked == (one.unread.get(item) == "illegible"), item
        if "registered" in table.frame.columns:
            assert (None if pd.isna(row["registered"]) else row["registered"]) == one.registered


@given(made_there=statements())
@settings(max_examples=40, deadline=None)
def test_identifiers_are_those_of_the_package(made_there: actasum.Statement) -> None:
    document = made_there.to_dict()
    assert statement_id(document) == made_there.statement_id()
    # What says the usual in words says the same.
    document = {"unit": "station", "stage": "count", "extra": {}, **document}
    assert statement_id(document) == made_there.statement_id()


def test_a_statement_that_another_replaces_is_left_out(tmp_path: Path) -> None:
    first = statement(counts={"candidatures": {"A": 4, "B": 4}})
    later = statement(stage="canvass", supersedes=statement_id(first))
    table = read_actas(written(tmp_path, first, later, statement("s2")), contest=OF_THEM)
    assert table.frame[["station", "A", "B"]].to_numpy().tolist() == [["s1", 5, 3], ["s2", 5, 3]]
    assert "1 statement is left out: a later one replaces it" in table.source.text


def test_two_that_replace_one_stand_both(tmp_path: Path) -> None:
    """Which of them holds nobody said: the station stands twice."""
    first = statement()
    two = [
        statement(stage="ruling", supersedes=statement_id(first), counts={"candidatures": {"A": n}})
        for n in (1, 2)
    ]
    table = read_actas(written(tmp_path, first, *two), contest=OF_THEM)
    assert table.frame["A"].tolist() == [1, 2]


def test_aggregates_are_stations_of_a_kind_of_their_own(tmp_path: Path) -> None:
    path = written(tmp_path, statement(), statement("abroad", unit="aggregate"))
    table = read_actas(path, contest=OF_THEM)
    assert table.frame[KIND].tolist() == ["station", "aggregate"]
    again = [json.loads(line) for line in sheets_as(table, "actasum").data.splitlines()]
    assert [one.get("unit") for one in again] == [None, "aggregate"]


def test_an_unlisted_candidature_has_no_votes_an_unread_one_no_figure(tmp_path: Path) -> None:
    unread = {"candidature:B": "illegible", "candidature:0061": "empty"}
    absent = {"candidature:B": "no-field"}
    path = written(
        tmp_path,
        statement(),
        statement("s2", counts={"candidatures": {"A": 1}, "unread": unread}),
        statement("s3", counts={"candidatures": {"A": 1}, "not_on_sheet": absent}),
    )
    table = read_actas(path, contest=OF_THEM)
    cells = table.frame[list(CODES)].astype(object).where(table.frame[list(CODES)].notna(), None)
    assert cells.to_numpy().tolist() == [[5, 3, 0], [1, None, None], [1, None, 0]]
    assert table.unread[["station", "column", "text"]].to_numpy().tolist() == [
        ["s2", "B", "illegible"]
    ]


def test_the_contest_is_found_in_the_statements(tmp_path: Path) -> None:
    contest = contest_in(written(tmp_path, statement()))
    assert contest.candidate_ids == ("A", "B")
    assert contest.id == "xx-president-2024-05"


def test_of_several_elections_the_one_that_is_named(tmp_path: Path) -> None:
    other = statement(election="xx/mayor/2024-05", counts={"candidatures": {"Z": 1}})
    path = written(tmp_path, statement(), other)
    assert read_actas(path, contest=OF_THEM).frame["A"].tolist() == [5]
    with pytest.raises(InputError, match="several races"):
        read_actas(path, contest=OF_THEM.model_copy(update={"id": "t"}))


WRONG: list[tuple[str, Any, str]] = [
    ("another version", {"spec": "actasum/statement/v0.2"}, "no statement of the version"),
    ("no station", {"station": ""}, "lacks a text"),
    ("no counts", {"counts": 3}, "has no counts"),
    ("candidatures that are a list", {"counts": {"candidatures": []}}, "has no counts"),
    ("marks that are a list", {"counts": {"unread": ["blank"]}}, "a reason each"),
]


@pytest.mark.parametrize(("what", "changed", "said"), WRONG, ids=[one[0] for one in WRONG])
def test_broken_statements_are_refused(
    tmp_path: Path, what: str, changed: dict[str, Any], said: str
) -> None:
    one = statement("s2")
    counts = changed.get("counts", {})
    one |= {**changed, "counts": {**one["counts"], **counts} if counts != 3 else 3}
    with pytest.raises(InputError, match=said) as raised:
        read_actas(written(tmp_path, statement(), one), contest=OF_THEM)
    assert "statements.jsonl" in str(raised.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"spec": "actasum/statement/v0.1", "spec": 1}', "twice"),
        ('{"spec": "actasum/statement/v0.1"', "not JSON"),
        ("[1]", "no statement of the version"),
        ('{"a": ' + "[" * 100_000, "not JSON"),
    ],
    ids=["a key twice", "cut off", "no object", "deep"],
)
def test_hostile_lines_are_refused_by_number(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        read_actas(written(tmp_path, statement(), line), contest=OF_THEM)
    assert "line 2" in str(raised.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.5, '"5.5"'), (-1, "-1"), (True, "true"), ("7x", "7x"), (1.234, '"1.234"')],
)
def test_a_count_that_is_none_is_not_read(tmp_path: Path, value: Any, text: str) -> None:
    path = written(tmp_path, statement(counts={"candidatures": {"A": value, "B": 1}}))
    table = read_actas(
        path, contest=OF_THEM.model_copy(update={"candidates": OF_THEM.candidates[:2]})
    )
    assert table.frame["A"].isna().all()
    assert table.unread["text"].tolist() == [text]


def test_valid_votes_that_may_hold_blank_ones_are_no_total_of_candidatures() -> None:
    table = made([FULL])
    (one,) = [json.loads(line) for line in sheets_as(table, "actasum").data.splitlines()]
    assert "candidature_total" not in one["counts"]
    assert one["extra"]["lines"]["valid"] == 5
    apart = CONTEST.model_copy(update={"valid_includes_blank": False})
    (one,) = [
        json.loads(line) for line in sheets_as(made([FULL], apart), "actasum").data.splitlines()
    ]
    assert one["counts"]["candidature_total"] == 5


@pytest.mark.parametrize("key", ["", "-", "s/d", "#N/A"])
def test_a_sheet_without_a_key_is_told(key: str) -> None:
    sheets = sheets_as(made([FULL, {**FULL, "K": key}]), "actasum")
    assert len(sheets.data.splitlines()) == 1
    assert sheets.left_out == ("1 sheet without a key is left out: a statement names its station",)
