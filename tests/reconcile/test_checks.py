"""Captures of a case: what is told, on which rung, and what the verdict rests on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tallyverify as tv
from tallyverify.checking import Capture
from tallyverify.engine import json_schema
from tests.helpers.tiers import costly
from tests.reconcile.small import CONTEST, capture
from tests.reconcile.test_pair import small_country

STATIONS = 400


def declared(rows: list[dict[str, Any]], **changed: int) -> tv.Declared:
    """Return the sums of some rows as declared for the whole country, all seen."""
    votes = {name: sum(row[name] for row in rows) + changed.get(name, 0) for name in "ABC"}
    area = {"complete": True, "votes": votes, "valid": sum(votes.values())}
    return tv.Declared.model_validate(
        {
            "stations": len(rows),
            "all_votes_at_stations": True,
            "bulletins": [{"id": "final", "areas": [area]}],
        }
    )


def verified(
    actas: Any,
    *captures: Capture,
    said: Any = None,
    checks: str | None = "rules,compare,inference,reconcile",  # the indicators take longest
    **how: Any,
) -> tv.Report:
    return tv.verify(
        tv.Case(CONTEST, capture(actas), said, captures=captures, **how), checks=checks
    )


def rungs(report: tv.Report, code: str) -> set[str]:
    return {str(finding.evidence) for finding in report.of(code)}


def test_without_captures_the_family_says_that_there_are_none() -> None:
    report = tv.verify("data/samples/clean", checks="reconcile")
    assert {check.status for check in report.answered} == {"not_applicable"}
    assert report.reconcile is None


def test_an_announced_change_is_a_note_and_any_other_is_quality() -> None:
    live, final = small_country()
    alike = verified(live, Capture("final", capture(final)))
    stages = verified(live, Capture("final", capture(final), stage="final"), stage="live")
    hasty = verified(final, Capture("live", capture(live), kind="provisional"))
    assert rungs(alike, "S601") == {"quality"}
    assert rungs(stages, "S601") == rungs(hasty, "S601") == {"note"}
    # Votes that are gone stay worth a look, whatever was announced.
    for report in (alike, stages, hasty):
        assert [f.evidence for f in report.of("S604")] == ["quality"] * 8
        assert "in live" in report.of("S604")[0].message or report is alike or report is stages
    assert {report.verdict for report in (alike, stages, hasty)} == {"insufficient"}


def test_a_station_declared_annulled_is_a_note() -> None:
    live, final = small_country()
    said = declared(final).model_copy(update={"annulled": tuple(r["station"] for r in live)})
    gone = verified(live, Capture("final", capture(final)), said=said).of("S604")
    assert {str(one.evidence) for one in gone} == {"note"}
    assert "declared annulled" in gone[0].message


def test_live_sheets_beside_a_final_result_that_zeroed_some() -> None:
    """An announced change, annulments with it, contradicts nobody."""
    live, final = small_country()
    report = verified(
        live,
        Capture("final", capture(final), stage="final"),
        said=declared(final),
        stage="live",
    )
    assert report.verdict == "consistent"
    alone, of_final, together = report.reconcile.support  # type: ignore[union-attr]
    assert (alone.name, of_final.name, together.name) == ("actas", "final", None)
    assert of_final.verdict == together.verdict == "consistent"


def test_a_capture_that_disagrees_makes_a_contradiction_a_discrepancy() -> None:
    """By the actas alone it is not true, by the others it is: neither is passed over."""
    rng = np.random.default_rng(0)
    rows = [
        {"station": str(n), "A": int(a), "B": int(b), "C": 0}
        for n, (a, b) in enumerate(rng.integers(50, 300, (STATIONS, 2)))
    ]
    typed = [{**row, "A": row["A"] + (40 if n < 60 else 0)} for n, row in enumerate(rows)]
    report = verified(typed, Capture("photos", capture(rows)), said=declared(rows))
    assert report.verdict == "discrepant"
    assert [one.verdict for one in report.reconcile.support] == [  # type: ignore[union-attr]
        "contradicted",
        "consistent",
        "consistent",
    ]
    assert "discrepancy" in rungs(report, "S605")
    assert verified(typed, said=declared(rows)).verdict == "contradicted"
    # The other way round the capture, not the sheets of the case, is contradicted.
    turned = verified(rows, Capture("typed", capture(typed)), said=declared(rows))
    assert turned.verdict == "consistent"
    assert "quality" in rungs(turned, "S605")


@pytest.mark.parametrize("zeroed", [False, True])
def test_a_rival_count_is_no_correction(zeroed: bool) -> None:
    """Called a later stage, and other at every third station: the sheets are not passed over."""
    rng = np.random.default_rng(4)
    rows = [
        {"station": str(n), "A": int(a), "B": int(b), "C": 0}
        for n, (a, b) in enumerate(rng.integers(50, 300, (STATIONS, 2)))
    ]
    rival = [dict(row) for row in rows]
    for row in rival[::3]:
        row.update({"A": 0, "B": 0} if zeroed else {"A": row["B"] // 2, "B": row["A"] + 99})
    other = Capture("final", capture(rival), stage="final")
    report = verified(rows, other, said=declared(rival), stage="sheets")
    assert report.verdict == "discrepant"
    assert report.reconcile.support[0].verdict == "contradicted"  # type: ignore[union-attr]
    assert rungs(report, "S601") == {"quality"}


def test_the_larger_of_both_contradicts_what_neither_does_alone() -> None:
    """Protocols at a fifth of the stations, counts from photographs at others."""
    rng = np.random.default_rng(1)
    rows = [
        {"station": str(n), "A": int(a), "B": int(b), "C": int(c)}
        for n, (a, b, c) in enumerate(rng.poisson([240, 160, 30], (1000, 3)))
    ]
    protocols = rows[:200]
    photos = [{**row, "A": row["A"] * 9 // 10, "B": row["B"] * 9 // 10} for row in rows[150:700]]
    held = sum(row["A"] for row in rows)
    said = declared(rows, A=135_000 - held, B=held - 135_000)
    other = Capture("photos", capture(photos), "lower_bound")
    report = verified(protocols, other, said=said, checks=None)
    assert report.verdict == "contradicted"
    assert [one.verdict for one in report.reconcile.support] == [  # type: ignore[union-attr]
        "consistent",
        "consistent",
        "contradicted",
    ]
    assert report.feasibility is not None
    assert report.feasibility.sheets == 700
    assert "A at least 1" in report.of("S602")[1].arithmetic
    # Estimates, totals and indicators are of the sheets alone.
    assert report.totals.votes["A"] == sum(row["A"] for row in protocols)
    assert report.coverage.stations == 200
    without = verified(protocols, said=said, checks=None)
    assert report.estimate == without.estimate
    assert report.indicators == without.indicators


def test_a_lower_bound_is_no_sheet() -> None:
    """A declared figure above what the photographs show is nothing."""
    rng = np.random.default_rng(2)
    rows = [
        {"station": str(n), "A": int(a), "B": int(b), "C": int(c)}
        for n, (a, b, c) in enumerate(rng.poisson([240, 160, 30], (300, 3)))
    ]
    few = [{**row, "A": row["A"] // 2, "B": row["B"] // 3} for row in rows]
    report = verified(
        rows[:60], Capture("photos", capture(few), "lower_bound"), said=declared(rows)
    )
    assert report.verdict == "consistent"


@pytest.mark.parametrize(
    "seeds", [range(3), pytest.param(range(3, 12), marks=pytest.mark.slow)], ids=["few", "more"]
)
@pytest.mark.parametrize("kind", ["sheets", "provisional", "lower_bound"])
def test_honest_captures_with_slips_are_not_accused(kind: str, seeds: range) -> None:
    """Both typed with slips of their own, at the rate that the kind allows for."""
    for seed in seeds:
        rng = np.random.default_rng(seed)
        rows = [
            {"station": str(n), "A": int(a), "B": int(b), "C": int(c)}
            for n, (a, b, c) in enumerate(rng.integers(0, 300, (STATIONS, 3)))
        ]
        actas = slips(rows[: STATIONS * 2 // 3], rng, 0.005)
        other = slips(rows[STATIONS // 3 :], rng, 0.005 if kind == "sheets" else 0.02)
        if kind == "lower_bound":
            other = [
                {**row, **{name: max(row[name] - int(rng.integers(0, 20)), 0) for name in "ABC"}}
                for row in other
            ]
        report = verified(
            actas,
            Capture("other", capture(other), kind),
            said=declared(rows),  # type: ignore[arg-type]
        )
        assert report.verdict in ("consistent", "discrepant"), seed
        assert report.exit_code == 0


def slips(rows: list[dict[str, Any]], rng: Any, rate: float) -> list[dict[str, Any]]:
    """Exchange two figures, or lose or add a digit, on a share of the rows."""
    typed = [dict(row) for row in rows]
    for row in typed:
        if rng.random() < rate:
            kind = rng.integers(3)
            if kind == 0:
                row["A"], row["B"] = row["B"], row["A"]
            else:
                row["A"] = row["A"] * 10 if kind == 1 else row["A"] // 10
    return typed


CELL = st.integers(0, 30)


@costly
@given(
    st.lists(st.tuples(CELL, CELL), min_size=12, max_size=14),
    st.lists(st.tuples(st.integers(0, 13), CELL, CELL), max_size=5),
    st.sampled_from(["sheets", "provisional", "lower_bound"]),
)
def test_what_is_declared_true_is_never_contradicted(
    votes: list[tuple[int, int]], changes: list[tuple[int, int, int]], kind: Any
) -> None:
    """Sheets that are right, and any other capture beside them: a world is there by making."""
    rows = [{"station": str(n), "A": a + 1, "B": b, "C": 0} for n, (a, b) in enumerate(votes)]
    other = [dict(row) for row in rows]
    for at, a, b in changes:
        if at < len(other):
            # A lower bound that is right says no more than there is.
            most = rows[at] if kind == "lower_bound" else {"A": 99, "B": 99}
            other[at].update({"A": min(a, most["A"]), "B": min(b, most["B"])})
    report = verified(rows[:9], Capture("o", capture(other), kind), said=declared(rows))
    if report.reconcile is not None and kind != "lower_bound":
        # Where only the other capture has the station, its figures are all there is.
        assume_right = {at for at, *_ in changes if at >= 9}
        if assume_right:
            return
    assert report.verdict != "contradicted"


def usual(count: int, seed: int) -> list[dict[str, Any]]:
    """Return sheets of stations whose keys have two parts."""
    votes = np.random.default_rng(seed).poisson([240, 160, 30], (count, 3))
    return [
        {"station": f"{at // 10:04d}/{at % 10:03d}", "A": int(a), "B": int(b), "C": int(c)}
        for at, (a, b, c) in enumerate(votes)
    ]


@pytest.mark.parametrize("kind", ["sheets", "provisional", "lower_bound"])
@pytest.mark.parametrize("spelt", ["EXT-{0}", "{0}9"])
def test_a_station_under_another_key_does_not_count_twice(kind: Any, spelt: str) -> None:
    """Every twelfth key is made otherwise in the capture, which is right in all figures."""
    rows = usual(120, 5)
    other = [
        {**row, "station": spelt.format(row["station"]) if at % 12 == 0 else row["station"]}
        for at, row in enumerate(rows)
    ]
    report = verified(rows, Capture("q", capture(other), kind), said=declared(rows))
    assert report.verdict == "consistent"


def test_a_sheet_that_is_pending_in_a_capture_is_in_any_bulletin_or_in_none() -> None:
    rows = usual(120, 6)
    status = {"column": "st", "counted": ["ok"], "pending": ["p"]}
    other = [{**row, "st": "p" if at >= 108 else "ok"} for at, row in enumerate(rows)]
    said = declared(rows[:108]).model_copy(update={"stations": 120})
    report = verified(rows[:60], Capture("q", capture(other, status=status)), said=said)
    assert report.verdict == "consistent"


def test_annulled_stations_are_known_under_the_keys_of_a_capture_too() -> None:
    rows = usual(200, 7)
    said = declared([row for at, row in enumerate(rows) if at % 10]).model_copy(
        update={"stations": 200, "annulled": tuple(row["station"] for row in rows[::10])}
    )
    other = [{**row, "station": row["station"].replace("/", "-")} for row in rows]
    report = verified(rows, Capture("q", capture(other)), said=said)
    assert report.verdict == "consistent"


def changed(rows: list[dict[str, Any]], which: Any) -> list[dict[str, Any]]:
    """Return rows with votes of A given to B at some stations."""
    every = [dict(row) for row in rows]
    for row in every[which]:
        row.update({"A": row["A"] // 2, "B": row["B"] + row["A"] - row["A"] // 2})
    return every


def test_a_rival_count_in_slices_is_no_correction() -> None:
    """Each capture of another stage changes few stations, all together every third one."""
    rows = usual(200, 8)
    rival = changed(rows, slice(0, 200, 3))
    slices = [
        Capture(
            f"r{start}",
            capture([rival[at] if start <= at < start + 30 else rows[at] for at in range(200)]),
            stage="later",
        )
        for start in range(0, 200, 30)
    ]
    report = verified(rows, *slices, said=declared(rival))
    assert report.verdict == "discrepant"


def test_a_correction_excuses_nothing_that_a_made_up_bound_opens() -> None:
    rows = usual(200, 9)
    rival = changed(rows, slice(0, 200, 3))
    bound = [{**row, "A": 0, "B": row["B"] + 1, "C": 0} for row in rows]
    late = [{**row, "A": row["A"] + (at == 0)} for at, row in enumerate(rows)]
    report = verified(
        rows,
        Capture("bound", capture(bound), "lower_bound"),
        Capture("late", capture(late), stage="later"),
        said=declared(rival),
    )
    assert report.verdict in ("discrepant", "contradicted")


def test_a_small_difference_is_not_hidden_by_a_capture_that_agrees_with_it() -> None:
    rows = usual(200, 10)
    other = [{**row, "A": row["A"] + 60 * (at in (3, 9))} for at, row in enumerate(rows)]
    said = declared(other)
    assert verified(rows, said=said).verdict == "discrepant"
    assert verified(rows, Capture("q", capture(other)), said=said).verdict == "discrepant"


def test_a_capture_without_areas_is_placed_by_the_actas_or_not_at_all() -> None:
    rows = [{**row, "state": f"S{at % 4}"} for at, row in enumerate(usual(120, 11))]
    areas = [
        {
            "area": {"state": state},
            "votes": {n: sum(r[n] for r in rows if r["state"] == state) for n in "ABC"},
        }
        for state in ("S0", "S1", "S2", "S3")
    ]
    whole = {"votes": {n: sum(r[n] for r in rows) for n in "ABC"}}
    said = tv.Declared.model_validate(
        {"stations": 120, "bulletins": [{"id": "1", "complete": True, "areas": [whole, *areas]}]}
    )
    other = [{k: v for k, v in row.items() if k != "state"} for row in rows]
    report = verified(rows[:50], Capture("q", capture(other)), said=said)
    assert report.verdict == "consistent"


def test_all_parts_of_the_report_hold_and_fit_the_schema(tmp_path: Path) -> None:
    import jsonschema

    live, final = small_country()
    report = verified(
        live,
        Capture("final", capture(final), stage="final"),
        Capture("photos", capture(final[:50]), kind="lower_bound"),
        Capture("typed", capture(live[100:])),
        said=declared(final),
        checks=None,
    )
    document = json.loads(report.captures.to_json())
    jsonschema.validate(document, json_schema("reconcile"))
    jsonschema.validate(json.loads(report.to_json()), json_schema("report"))
    assert len(document["others"]) == 2
    assert [one["first"] for one in document["agreement"]["pairs"]] == ["actas", "actas", "final"]
    for text in (report.to_html(), report.to_text(verbose=True)):
        assert "Other captures of the same stations" in text
        assert "all together" in text
    spanish = report.in_language("es")
    assert "todas en conjunto" in spanish.to_text(verbose=True)


def test_the_order_of_rows_and_parts_is_nothing() -> None:
    live, final = small_country()
    other = Capture("final", capture(final), stage="final")
    one = verified(live, other, said=declared(final))
    two = verified(
        live[::-1], Capture("final", capture(final[::-1]), stage="final"), said=declared(final)
    )
    keys = ("findings", "checks", "reconcile", "feasibility", "verdict")
    first, second = (json.loads(report.to_json()) for report in (one, two))
    assert {key: first[key] for key in keys} == {key: second[key] for key in keys}


def write(folder: Path, **parts: Any) -> Path:
    for name, rows in parts.items():
        names = list(rows[0])
        lines = [",".join(names), *(",".join(str(row[n]) for n in names) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    live, final = small_country()

    def made(**capture_keys: Any) -> Path:
        write(
            tmp_path, live=live, final=[{**row, "station": f"X{row['station']}"} for row in final]
        )
        columns = {
            "station": "station",
            "areas": {"state": "state"},
            "lines": {"valid": "valid", "null": "null"},
            "votes": {name: name for name in "ABC"},
        }
        other = {"name": "final", "file": "final.csv", "mapping": columns, **capture_keys}
        case = {
            "contest": "contest.json",
            "actas": {"file": "live.csv", "mapping": columns},
            "captures": [other],
        }
        (tmp_path / "contest.json").write_text(CONTEST.model_dump_json(exclude_defaults=True))
        (tmp_path / "case.json").write_text(json.dumps(case))
        return tmp_path

    return made


def test_a_crosswalk_of_the_case(folder: Callable[..., Path]) -> None:
    place = folder(crosswalk="keys.csv", tolerance={"votes": 1})
    live, _ = small_country()
    rows = [{"now": row["station"], "then": f"X{row['station']}"} for row in live]
    write(place, keys=rows)
    report = tv.verify(place, checks="reconcile")
    (pair,) = report.reconcile.pairs  # type: ignore[union-attr]
    assert (pair.common, pair.differ, pair.within_tolerance) == (800, 20, 60)
    assert pair.joined_by == {"crosswalk": 800}
    assert {one.role for one in report.inputs} >= {"capture", "crosswalk"}


def test_keys_that_match_nowhere_are_shown(folder: Callable[..., Path]) -> None:
    with pytest.raises(tv.InputError, match="no station in common") as error:
        tv.verify(folder())
    assert "'X0000' → 'x0'" in str(error.value)
    assert "same digits" in str(error.value)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"a": "X0001", "b": "0001", "c": "1"}], "two columns"),
        ([{"capture": "X0001", "actas": "0001"}, {"capture": "X1", "actas": "2"}], "two stations"),
    ],
)
def test_a_crosswalk_that_cannot_be_one_is_refused(
    folder: Callable[..., Path], rows: list[dict[str, str]], said: str
) -> None:
    place = folder(crosswalk="keys.csv")
    write(place, keys=rows)
    with pytest.raises(tv.InputError, match=said):
        tv.load_case(place)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"kind": "photos"}, "kind"),
        ({"tolerance": {"percent": 1}}, "of"),
        ({"name": "actas"}, "name of its own"),
        ({"stages": "final"}, "stage"),
    ],
)
def test_keys_of_a_capture_that_cannot_be_are_refused(
    folder: Callable[..., Path], keys: dict[str, Any], said: str
) -> None:
    with pytest.raises(tv.InputError, match=said):
        tv.load_case(folder(**keys))
