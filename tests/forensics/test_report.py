"""The indicators as they are shown: figures, page and terminal; names inert, numbers the same."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest
from rich.console import Console

from tallyverify import Case, Report, read_actas, verify
from tallyverify.errors import printable
from tallyverify.forensics.calibration.battery import CalibratedTest
from tallyverify.forensics.calibration.calibration_spec import EITHER
from tallyverify.forensics.indicator import Effect, Indicator
from tallyverify.forensics.places.homogeneity import Homogeneity, homogeneity
from tallyverify.forensics.places.swapped import swapped
from tallyverify.forensics.shares.integer_percentages import IntegerPercentages
from tallyverify.forensics.study import ForensicSection, turnout_of
from tallyverify.forensics.turnout.klimek import KlimekFit
from tallyverify.forensics.turnout.peak import turnout_peak
from tallyverify.language import number
from tallyverify.report.drawings.density_figures import within_areas
from tallyverify.report.drawings.described_plots import by_chance
from tallyverify.report.drawings.forensic_figures import FORENSIC_FIGURES, forensic_figures
from tallyverify.report.drawings.tested_figures import integer_panels
from tallyverify.report.forensic import forensic_blocks
from tallyverify.report.indicators import (
    probability,
    shown_elsewhere,
    unused_of,
    used_of,
    written_size,
)
from tallyverify.simulate import clean_election
from tests.report.test_estimate_figures import NAMES
from tests.report.test_report import ESCAPES, SEEN, Tags, dead, dead_drawing, drawings

SECTION = "Indicators, and how often each cries wolf"
LARGEST = 120_000


@cache
def clean() -> Report:
    """Return the report on a clean election."""
    table = clean_election(stations=1500, seed=1).table
    return verify(Case(table.contest, table))


@cache
def rounded() -> Report:
    """Return the report on an election in which one candidate's votes are multiples of five."""
    table = clean_election(stations=1500, seed=1).table
    frame = table.frame.copy()
    odd = frame["A"].to_numpy(np.int64) % 5
    frame["A"] -= odd
    frame["B"] += odd
    columns = ["station", *table.contest.levels, *table.lines, *table.contest.candidate_ids]
    actas = read_actas(frame[columns], contest=table.contest)
    return verify(Case(table.contest, actas), checks="F502,F503,F506,R101")


def picture_of(report: Report) -> ForensicSection:
    found: ForensicSection = report.forensics
    return found


def named(names: list[str]) -> Report:
    """Return the report on the clean election, its candidates and levels called otherwise."""
    picture = picture_of(clean())
    levels = tuple(names[k % len(names)] for k in range(len(picture.stations.levels)))
    ranked = [picture.stations.candidates[k] for k in picture.stations.ranked]
    shown = replace(
        picture,
        names=dict(zip(ranked, names, strict=True)),
        stations=replace(picture.stations, levels=levels),
    )
    # Without findings, what is described is put in words anew, with the names.
    return clean().model_copy(update={"forensics": shown, "findings": ()})


def test_a_figure_for_each_indicator_that_answers() -> None:
    picture = picture_of(clean())
    drawn = forensic_figures(picture)
    used = {one.code for one in picture.battery.tests if not one.refused}
    assert used | set(picture.described) == set(drawn)
    assert {"F501", "F502", "F503", "F504", "F505", "F506", "F509", "F510", "F511"} <= set(drawn)
    assert list(drawn) == sorted(drawn)
    for svg in drawn.values():
        assert len(svg.encode()) < LARGEST
        dead_drawing(svg)


def test_what_refuses_has_no_figure() -> None:
    picture = picture_of(clean())
    tests = tuple(
        replace(one, result=replace(one.result, refused="x")) for one in picture.battery.tests
    )
    none = replace(picture, battery=replace(picture.battery, tests=tests), described={})
    assert forensic_figures(none) == {}


def test_the_same_data_give_the_same_bytes_whatever_the_settings() -> None:
    picture = picture_of(clean())
    before = forensic_figures(picture)
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "image.cmap": "hot"}):
        assert forensic_figures(picture) == before
    assert clean().to_html() == clean().to_html()


def rows_of(report: Report) -> list[list[str]]:
    """Return the cells of the table of tests, without its head."""
    page = report.to_html()
    start = page.index('<section id="indicators">')
    section = page[start : page.index('<section id="checks">', start)]
    rows = re.findall(r"<tr.*?</tr>", section.partition("<tbody>")[2].partition("</tbody>")[0])
    return [[Tags(cell).text for cell in re.findall(r"<td.*?</td>", row)] for row in rows]


def near(text: str, value: float | None) -> bool:
    """Return whether a number of few digits is another one, rounded."""
    assert value is not None
    text = text.replace("−", "-").replace(",", "")
    if text.startswith("<"):
        return value < float(text.removeprefix("<"))
    figure = re.search(r"-?\d[\d.]*", text)
    assert figure is not None
    shown = figure[0]
    digits = len(shown.partition(".")[2])
    return abs(float(shown) - value) <= max(0.51 * 10.0**-digits, 0.006 * abs(value))


def test_pvalues_and_sizes_for_a_reader() -> None:
    shown = [probability(p) for p in (0.0312, 3e-17, 1.0, None)]
    assert shown == ["0.031", "< 0.0001", "1", "–"]
    excess = Effect("excess stations", 1003.51, 784.02, 1223.0)
    assert written_size(excess) == "1,004 (784 to 1,223)"
    share = Effect("share ending in 0 or 5", 0.2012, 0.1951, 0.2073)
    assert written_size(share, share=True) == "20.1 (19.5 to 20.7) %"


@pytest.mark.parametrize("report", [clean, rounded])
def test_the_table_has_the_numbers_of_the_battery(report: object) -> None:
    found: Report = report()  # type: ignore[operator]
    picture, rows = picture_of(found), {row[0]: row[1:] for row in rows_of(found)}
    names = {check.code: check.name for check in found.checks}
    used = [one for one in picture.battery.tests if not one.refused]
    assert len(rows) == len(used)
    for one in used:
        name = picture.names.get(one.figure, one.figure)
        flagged, adjusted, rate, p, statistic, size, stations = rows[
            f"{one.code} {names[one.code]}{name}"
        ]
        assert flagged == ("never" if one.adjusted is None else "yes" if one.flagged else "no")
        assert adjusted == "–" if one.adjusted is None else near(adjusted, one.adjusted)
        assert near(p, one.result.pvalue)
        assert near(statistic.rpartition(" ")[2], one.result.statistic)
        assert one.calibration is not None
        assert near(rate, 100 * one.calibration.rate)
        assert stations == number(one.result.used)
        assert one.result.effect is not None
        share = one.result.effect.name.startswith("share")
        assert near(size, one.result.effect.value * (100 if share else 1))


def test_the_page_says_how_each_test_was_tried() -> None:
    text = Tags(clean().to_html()).text
    tried = {
        one.calibration.twins
        for one in picture_of(clean()).battery.tests
        if one.calibration and one.adjusted is not None
    }
    ends = " to ".join(number(end) for end in sorted({min(tried), max(tried)}))
    assert f"on {ends} simulated clean elections" in text
    assert "never moves the verdict" in text
    judged = [one for one in picture_of(clean()).battery.tests if one.adjusted is not None]
    assert f"p-values of {len(judged)} tests are adjusted together" in text


def test_an_anomaly_is_a_finding_and_a_row() -> None:
    report = rounded()
    flagged = [one for one in picture_of(report).battery.tests if one.flagged]
    assert "A" in [one.figure for one in flagged if one.code == "F502"]
    assert [row.flagged for row in used_of(report)].count(True) == len(flagged)
    page, terminal = Tags(report.to_html()).text, " ".join(report.to_text(width=500).split())
    for finding in report.findings:
        if finding.evidence == "anomaly":
            assert finding.message in page
            assert finding.message in terminal
    assert report.verdict == "insufficient"  # as without any of them


@pytest.mark.parametrize("report", [clean, rounded])
def test_notes_are_counted_right_and_listed_once(report: object) -> None:
    found: Report = report()  # type: ignore[operator]
    notes = [finding for finding in found.findings if finding.evidence == "note"]
    hidden = [finding for finding in notes if shown_elsewhere(found, finding)]
    page = Tags(found.to_html()).text
    assert f"Notes ({number(len(notes))})" in page
    assert f"{number(len(hidden))} of them on the indicators" in page
    text = found.to_text(width=500, verbose=True)
    assert f"note ({number(len(notes))})" in text
    assert f"{number(len(hidden))} of them on the indicators" in text
    for finding in notes:
        described = finding.code in picture_of(found).described and finding in hidden
        # A description begins a sentence in its section.
        assert page.count(finding.message[1:]) == int(described or finding not in hidden)


def test_a_note_on_one_station_is_not_left_out() -> None:
    report = clean()
    one = next(finding for finding in report.findings if finding.code == "F510")
    assert shown_elsewhere(report, one)
    assert not shown_elsewhere(report, one.model_copy(update={"station": "7"}))
    assert not shown_elsewhere(report, one.model_copy(update={"area": {"state": "Sur"}}))
    assert not shown_elsewhere(report, one.model_copy(update={"evidence": "anomaly"}))
    other = report.model_copy(update={"forensics": None})
    assert not shown_elsewhere(other, one)


def test_what_was_not_used_is_named_with_its_reason() -> None:
    report = clean()
    unused = unused_of(report)
    page = Tags(report.to_html()).text
    for one in picture_of(report).battery.tests:
        if one.refused:
            name = picture_of(report).names.get(one.figure, one.figure)
            assert any(line.code == one.code and name in line.figures for line in unused)
    for check in report.checks:
        if check.family == "forensics" and check.status == "not_applicable":
            assert check.code in {line.code for line in unused}
    for line in unused:
        assert line.reason in page


def test_reasons_that_differ_in_their_numbers_stand_together() -> None:
    picture = picture_of(clean())
    first, *_ = picture.battery.of("F501")
    alike = [
        CalibratedTest("F501", name, replace(first.result, refused=why), None, None)
        for name, why in (
            ("A", "34 counts of 22 or more, at least 500 are needed"),
            ("B", "1,208 counts of 22 or more, at least 500 are needed"),
            ("C", "the counts are too much alike"),
        )
    ]
    battery = replace(picture.battery, tests=tuple(alike))
    report = clean().model_copy(update={"forensics": replace(picture, battery=battery)})
    lines = [(line.figures, line.reason) for line in unused_of(report) if line.code == "F501"]
    assert lines == [
        ("A, B", "34 to 1,208 counts of 22 or more, at least 500 are needed"),
        ("C", "the counts are too much alike"),
    ]


CALLED = [*NAMES.values(), ESCAPES]


@pytest.mark.parametrize("first", range(0, len(CALLED), 3))
def test_a_name_is_text_wherever_it_is_shown(first: int) -> None:
    names = [CALLED[(first + k) % len(CALLED)] for k in range(3)]
    report = named(names)
    starts = [printable(name)[:8] for name in names]
    # The contest of the report has its own harmless names: these are of the section alone.
    page = report.to_html()
    found = dead(page)
    texts = {title: " ".join(dead_drawing(svg)) for title, svg in drawings(page).items()}
    stream = io.StringIO()
    for part in forensic_blocks(report):
        Console(file=stream, width=2000, force_terminal=False).print(part)
    assert not SEEN.search(stream.getvalue())
    for start in starts:
        assert start in found.text
        assert start in stream.getvalue()
    picture = picture_of(report)
    for one in picture.battery.tests:
        if one.figure == EITHER or (one.code, one.figure) == ("F504", "C"):
            continue  # drawn apart, as turnout and as the share; and three at most are drawn
        if not one.refused:
            start = printable(picture.names.get(one.figure, one.figure))[:8]
            assert start in texts[FORENSIC_FIGURES[one.code]], one.code
    for code in ("F506", "F510", "F511"):
        assert starts[0] in texts[FORENSIC_FIGURES[code]], code


def test_long_names_keep_both_ends() -> None:
    names = {"A": "Party of the " + "very " * 20 + "Left", "B": "B", "C": "C"}
    shown = replace(picture_of(clean()), names=names)
    texts = " ".join(dead_drawing(forensic_figures(shown)["F502"]))
    assert re.search(r"Party of the …?\S* ?…?.*y Left", texts)
    assert "very very very very" not in texts


def test_nothing_is_shown_that_was_not_asked() -> None:
    report = verify(clean_case(), checks="rules")
    assert report.forensics is None
    assert SECTION not in report.to_html()
    assert SECTION not in report.to_text()
    assert drawings(report.to_html()) == {}


def clean_case() -> Case:
    table = clean_election(stations=300, seed=2).table
    return Case(table.contest, table)


def test_descriptions_alone_have_no_table() -> None:
    report = verify(clean_case(), checks="F506")
    page = report.to_html()
    assert rows_of(report) == []
    assert "simulated clean elections" not in Tags(page).text
    assert list(drawings(page)) == [FORENSIC_FIGURES["F506"]]
    assert "Rejects clean" not in report.to_text(verbose=True)
    dead(page)


def test_the_terminal_has_the_numbers_of_the_battery() -> None:
    lines = clean().to_text(width=200, verbose=True).splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith(SECTION))
    table = [re.split(r" {2,}", line.strip()) for line in lines[at + 2 :]]
    used = [one for one in picture_of(clean()).battery.tests if not one.refused]
    for row, one in zip(table, used, strict=False):
        assert row[0] == one.code
        assert near(row[2].rpartition(" ")[2], one.result.statistic)
        assert near(row[3], one.result.pvalue)
        assert row[4] == "–" if one.adjusted is None else near(row[4], one.adjusted)
        assert row[-1] == ("never" if one.adjusted is None else "no")


def test_many_tests_are_cut_but_never_a_flag() -> None:
    picture = picture_of(clean())
    used = [one for one in picture.battery.tests if not one.refused]
    tests = (*used, *used, replace(used[-1], adjusted=0.001))
    shown = replace(picture, battery=replace(picture.battery, tests=tests))
    report = clean().model_copy(update={"forensics": shown})
    text = report.to_text(width=200, verbose=True)
    assert f"… and {len(tests) - 20} more, with higher p-values, in report.json" in text
    section = text[text.index(SECTION) : text.index("… and")]
    assert section.count("yes") == 1
    assert len(re.findall(r"^F5", section, flags=re.M)) == 20
    assert len(rows_of(report)) == len(tests)  # the page holds all of them


def test_exchanged_figures_are_a_description() -> None:
    picture = picture_of(clean())
    stations = picture.stations
    pair = stations.ranked[0], stations.ranked[1]
    found = swapped(stations.votes, pair=pair, areas=stations.areas, earlier=stations.votes)
    assert not found.refused
    shown = replace(picture, described={**picture.described, "F512": found})
    report = clean().model_copy(update={"forensics": shown})
    assert "F512" not in {row.code for row in used_of(report)}
    assert Tags(report.to_html()).text.count("Whoever copied a sheet into the file") == 1
    figure = forensic_figures(shown)["F512"]
    assert "log-likelihood of the figures exchanged" in " ".join(dead_drawing(figure))


def test_panels_of_integer_percentages_sum_to_the_excess_of_the_test() -> None:
    picture = picture_of(clean())
    for one in picture.battery.of("F504"):
        assert isinstance(one.result, IntegerPercentages)
        if one.figure == EITHER:
            assert not integer_panels([one], picture)
            continue
        excess = [float((seen - by).sum()) for _, seen, by in integer_panels([one], picture)]
        assert excess == pytest.approx([one.result.share_excess], abs=1e-6)


def test_centres_by_chance() -> None:
    few = by_chance(np.ones(1000), np.array([0.0, 1.0, 4.0, 5.0]))
    assert few.tolist() == pytest.approx([682.7, 271.8, 45.5], abs=0.05)
    found = picture_of(clean()).described["F510"]
    assert isinstance(found, Homogeneity)
    df = found.by_centre[:, 1]
    edges = np.linspace(0, 5, 26)
    expected = by_chance(df, edges)
    assert expected.sum() == pytest.approx(len(df))
    rng = np.random.default_rng(1)
    drawn = rng.chisquare(np.repeat(df, 400)) / np.repeat(df, 400)
    seen = np.histogram(np.minimum(drawn, 4.99), edges)[0] / 400
    assert np.abs(seen - expected).max() < 5 * np.sqrt(expected.max() / 400)


def test_the_figure_within_areas_is_what_the_correlation_is_of() -> None:
    picture = picture_of(clean())
    stations = picture.stations
    there, _ = turnout_of(stations)
    turnout = stations.ballots[there] / stations.registered[there]
    share = stations.votes[there, stations.ranked[0]] / stations.valid[there]
    x, y = within_areas(stations.areas[-1][there], turnout, share)
    correlation = (x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum())
    lone = within_areas(np.array([0, 0, 1]), np.array([50.0, 60, 70]), np.array([10.0, 14, 9]))
    assert [one.tolist() for one in lone] == [[-5, 5], [-2, 2]]
    assert picture.described["F511"].by_level[-1].value == pytest.approx(correlation)  # type: ignore[attr-defined]


def drawn_with(code: str, result: Indicator) -> list[str]:
    """Return the texts of the figure of one description."""
    shown = replace(picture_of(clean()), described={code: result})
    svg = forensic_figures(shown)[code]
    assert len(svg.encode()) < LARGEST
    return dead_drawing(svg)


def test_figure_of_a_klimek_fit() -> None:
    fit = KlimekFit(
        code="F507",
        statistic=0.3,
        pvalue=None,
        effect=Effect("incremental stations", 0.3, 0.0, 0.35),
        used=2000,
        null="none: a description",
        extreme=Effect("extreme stations", 0.02, 0.01, 0.03),
        low_side=0.42,
        one_kind=-1234.0,
        two_kinds=56.0,
    )
    texts = " ".join(drawn_with("F507", fit))
    assert "one kind describe turnout and share worse than the model (by 1,234" in texts
    assert "two kinds describe turnout and share better than the model (by 56" in texts
    assert "extreme" in texts
    bare = replace(fit, extreme=None, low_side=None, one_kind=None, two_kinds=None)
    assert "extreme" not in " ".join(drawn_with("F507", bare))


def test_figure_of_a_turnout_peak() -> None:
    rng = np.random.default_rng(1)
    registered = rng.integers(500, 2000, 5000)
    ballots = rng.binomial(registered, rng.normal(0.55, 0.05, 5000))
    votes = rng.binomial(ballots, 0.4)
    added = rng.binomial(registered - ballots, np.clip(rng.uniform(-9, 1, 5000), 0, 1))
    both = ballots + added
    found = turnout_peak(votes + added, both, both, registered, resamples=100)
    assert f"all others × {found.ratio:.2f}" in drawn_with("F508", found)


def test_figure_of_areas_that_chance_is_far_from() -> None:
    rng = np.random.default_rng(1)
    first = rng.integers(0, 1000, 2000)
    far = homogeneity(np.column_stack([first, 1000 - first]), np.arange(2000) // 4)
    assert "100" in drawn_with("F510", far)  # on a logarithmic scale
    assert "≥ 5" in drawn_with("F510", picture_of(clean()).described["F510"])
