"""The real files, trap by trap, against the sums that were published or checked independently."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tallyverify.readers import read_actas
from tallyverify.records.balance import TableOutcome, evaluate_table
from tallyverify.table.actas import ActaTable
from tests.helpers.real import FEW, NEEDS_REALDATA, contest_of, described, path_of, table_of
from tests.helpers.tiers import slow_but, slow_rows_but

pytestmark = NEEDS_REALDATA

ACTAS = {
    "venezuela-2024-v1": 24_532,
    "venezuela-2024-v2": 25_073,
    "bolivia-2019-trep1": 28_975,
    "bolivia-2019-trep2": 32_806,
    "bolivia-2019-final": 34_555,
    "poland-2020-round1": 27_229,
    "poland-2020-round2": 27_231,
    "russia-2011": 95_225,
    "russia-2018": 97_699,
    "mexico-2006": 130_777,
    "chile-2021": 46_606,
    "vermont-2020": 275,
    "argentina-2017": 37_208,
}
SUMS = {
    "venezuela-2024-v1": {
        "registered": 17_745_239, "valid": 10_659_128, "null": 1_139,
        "EG": 7_156_462, "NM": 3_241_461,
    },
    "venezuela-2024-v2": {
        "valid": 10_887_262, "null": 1_213, "EG": 7_303_480, "NM": 3_316_142, "LM": 86_225,
        "JABE": 20_404, "JOBR": 22_097, "AE": 51_011, "CF": 12_632, "DC": 10_584, "EM": 26_067,
        "BERA": 38_620,
    },
    "bolivia-2019-final": {
        "MAS": 2_889_359, "CC": 2_240_920, "PDC": 539_081, "sum(options)": 6_137_671,
        "blank": 93_507, "null": 229_337, "registered": 7_315_364,
    },
    "mexico-2006": {"PAN": 15_000_284, "PRD-PT-CONV": 14_756_350},
    "vermont-2020": {"biden": 242_820, "trump": 112_704, "ballots": 370_968},
    "argentina-2017": {"0574": 3_095_177, "0518": 3_089_071},
}  # fmt: skip


def total(table: ActaTable, name: str) -> int:
    return int(table.figure(name)[0].sum())


def own(name: str, code: str) -> TableOutcome:
    table, contest = table_of(name), contest_of(name)
    balance = next(row for row in contest.balances if row.code == code)
    outcome = evaluate_table(balance, table.present, table.figure, contest.on_sheet)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("name", slow_but(FEW, ACTAS))
def test_every_row_becomes_one_acta_with_its_own_key(name: str) -> None:
    table = table_of(name)
    assert len(table) == ACTAS[name]
    assert table.frame["station"].is_unique
    assert not table.unread.shape[0]
    assert table.source.damaged == table.source.subtotals == ()


@pytest.mark.parametrize("name", slow_but(["venezuela-2024-v2", "vermont-2020"], SUMS))
def test_sums_are_those_published(name: str) -> None:
    table = table_of(name)
    assert {figure: total(table, figure) for figure in SUMS[name]} == SUMS[name]


@pytest.mark.parametrize(
    "name",
    slow_but(
        ["poland-2020-round1"], [name for name in ACTAS if name[:7] not in ("venezue", "vermont")]
    ),
)
def test_sums_of_every_column_are_those_of_an_independent_parser(name: str) -> None:
    mapping = described(name)["actas"]["mapping"]
    columns = {**mapping["lines"], **mapping["votes"]}
    wanted = {key: [names] if isinstance(names, str) else names for key, names in columns.items()}
    frame = pd.read_csv(
        path_of(name),
        sep=";" if name.startswith("poland") else ",",
        usecols=[column for names in wanted.values() for column in names],
        na_values=["-"],
        encoding="utf-8-sig",
    )
    sums = frame.sum()
    table = table_of(name)
    assert {key: total(table, key) for key in wanted} == {
        key: int(sums[names].sum()) for key, names in wanted.items()
    }


@pytest.mark.parametrize(
    "name",
    slow_but(FEW[:2], [name for name in ACTAS if name[:6] in ("venezu", "poland", "russia")]),
)
def test_candidates_sum_to_valid_votes_in_every_row(name: str) -> None:
    table = table_of(name)
    options, _ = table.figure("sum(options)")
    assert np.array_equal(options, table.figure("valid")[0])


@pytest.mark.slow
def test_the_two_venezuelan_files_are_known_by_their_header_alone() -> None:
    name = "venezuela-2024-v2"
    table = read_actas(path_of(name), contest=contest_of(name))
    assert table.frame.equals(table_of(name).frame)
    assert "Latin-1" in table.source.text[0]
    assert "byte-order mark" in table_of("venezuela-2024-v1").source.text[0]


@pytest.mark.parametrize(
    "name", slow_but(["venezuela-2024-v2"], ["venezuela-2024-v1", "venezuela-2024-v2"])
)
def test_spanish_letters_and_leading_zeros_are_whole(name: str) -> None:
    frame = table_of(name).frame
    assert frame["municipality"].str.contains("PEÑALVER").any()
    assert frame["centre"].str.fullmatch(r"\d{9}").all()
    assert frame["centre"].str.startswith("0").any()


def test_venezuelan_centres_and_states() -> None:
    frame = table_of("venezuela-2024-v2").frame
    assert frame["centre"].nunique() == 13_110
    assert frame["state"].nunique() == 24
    assert "registered" not in frame


@pytest.mark.slow
def test_the_two_venezuelan_files_agree_where_they_meet() -> None:
    first, second = (table_of(f"venezuela-2024-v{n}").frame.set_index("station") for n in (1, 2))
    both = first.index.intersection(second.index)
    assert len(both) == 24_530
    assert (len(first) - len(both), len(second) - len(both)) == (2, 543)
    figures = ["valid", "null", *contest_of("venezuela-2024-v1").options]
    assert first.loc[both, figures].equals(second.loc[both, figures])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "margin"),
    [
        ("bolivia-2019-trep1", 7.87),
        ("bolivia-2019-trep2", 10.15),
        ("bolivia-2019-final", 10.56),
    ],
)
def test_bolivian_margin_at_each_stage(name: str, margin: float) -> None:
    table = table_of(name)
    lead = total(table, "MAS") - total(table, "CC")
    assert round(100 * lead / total(table, "sum(options)"), 2) == margin


@pytest.mark.slow
def test_bolivian_mesas_that_changed_after_the_quick_count() -> None:
    votes = [*contest_of("bolivia-2019-final").options, "blank", "null", "registered"]
    quick, final = (
        table_of(f"bolivia-2019-{n}").frame.set_index("station")[votes] for n in ("trep2", "final")
    )
    both = quick.index.intersection(final.index)
    assert len(both) == 32_806
    assert (quick.loc[both] != final.loc[both]).any(axis=1).sum() == 706


@pytest.mark.parametrize(
    ("name", "papers", "urn"),
    slow_rows_but(
        [("poland-2020-round1", 806, 384)],
        [("poland-2020-round1", 806, 384), ("poland-2020-round2", 744, 386)],
    ),
)
def test_polish_clerical_noise(name: str, papers: int, urn: int) -> None:
    # 810 and 748 are quoted where the four stations without figures are counted as unequal.
    noise = own(name, "papers")
    assert (noise.fails.sum(), noise.open.sum()) == (papers, 4)
    assert noise.fails.sum() + noise.open.sum() == {806: 810, 744: 748}[papers]
    assert own(name, "urn").fails.sum() == urn
    assert not own(name, "papers-in-urn").fails.any()


@pytest.mark.parametrize(
    "name", slow_but(["poland-2020-round1"], ["poland-2020-round1", "poland-2020-round2"])
)
def test_four_polish_stations_are_unread_not_zero(name: str) -> None:
    table = table_of(name)
    for figure in table.figures:
        _, missing = table.figure(figure)
        assert missing is not None
        assert missing.sum() == 4
    assert (~table.seen & ~table.known("ballots")).sum() == 4


def test_polish_codes_keep_their_leading_zeros() -> None:
    mapping = described("poland-2020-round1")["actas"]["mapping"]
    keyed = {**mapping, "station": ["Kod TERYT", "Numer obwodu"]}
    name = "poland-2020-round1"
    table = read_actas(path_of(name), contest=contest_of(name), mapping=keyed)
    assert table.frame["station"].is_unique
    assert table.frame["station"].str.startswith("020101/").any()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "full"), [("russia-2011", 3_595), ("russia-2018", 2_510)])
def test_russian_arithmetic_is_perfect_and_turnout_is_full(name: str, full: int) -> None:
    table = table_of(name)
    ballots, registered = table.figure("ballots")[0], table.figure("registered")[0]
    parts = table.figure("valid")[0] + table.figure("null")[0]
    assert np.array_equal(parts, ballots)
    assert (ballots <= registered).all()
    assert ((ballots == registered) & (ballots > 0)).sum() == full


@pytest.mark.slow
def test_mexican_nominal_list() -> None:
    table = table_of("mexico-2006")
    listed, ballots = table.figure("registered")[0], table.figure("ballots")[0]
    assert (listed == 0).sum() == 822
    assert ((ballots > listed) & (listed > 0)).sum() == 117
    assert np.array_equal(table.figure("sum(options)")[0], ballots)


@pytest.mark.slow
def test_chilean_votes_and_voters() -> None:
    assert own("chile-2021", "voters").fails.sum() == 9_719
    assert own("chile-2021", "voters-5").fails.sum() == 147


def test_vermont_totals_are_not_candidates() -> None:
    table = table_of("vermont-2020")
    assert total(table, "sum(options)") + total(table, "blank") + total(table, "null") == 370_968
    assert table.source.rows == 23_650


@pytest.mark.slow
def test_argentine_mesas_not_loaded() -> None:
    table = table_of("argentina-2017")
    assert total(table, "0574") - total(table, "0518") == 6_106
    assert (~table.seen).sum() == 2_615
    cast = table.group(("sum(options)", "blank", "null"))[0]
    assert (cast > table.figure("registered")[0]).sum() == 335
    assert table.frame["station"].str.fullmatch(r"\d{3}/\d{4}").all()
    assert table.frame["circuit"].str.strip().equals(table.frame["circuit"])
