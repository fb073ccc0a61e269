"""What the README and the other pages say is so: commands exist, examples run, codes are known."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import typer

import tallyverify as tv
from tallyverify.command.app import app
from tallyverify.records.mapping import Mapping
from tests.helpers.samples import sample_report

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHECKS = (ROOT / "tallyverify" / "checking" / "checks.md").read_text(encoding="utf-8")
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/case.md",
    "docs/datasets.md",
    "docs/scanning.md",
    "tallyverify/checking/checks.md",
    "docs/inference.md",
    "docs/forensics.md",
    "docs/verifier.md",
)
CODE = re.compile(r"\b[RTDIFS][1-6]\d\d\b")


def fences(language, text=README):
    """Return (file name or "", content) of each fenced block of a language."""
    return re.findall(rf"^```{language}[ \t]*([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands():
    """Return each tallyverify command that the pages show, without its comment."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        lines = [line for _, block in fences("sh", text) for line in block.splitlines()]
        lines += re.findall(r"`(tallyverify [^`|]*)", text)
        found += [line.split(" #")[0].strip() for line in lines if line.startswith("tallyverify ")]
    return sorted(set(found))


def named_files():
    return {name: text for kind in ("json", "csv") for name, text in fences(kind) if name}


def test_readme_opens_with_the_two_commands():
    opening = README.split("##")[0]
    assert re.findall(r"^make (\w+)", opening, re.MULTILINE) == ["verify", "test"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in PAGES:
        for target in re.findall(r"(?:^|`)make (\w+)", (ROOT / page).read_text(encoding="utf-8")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("command", commands())
def test_command_exists(command):
    words = shlex.split(command)[1:]
    top = typer.main.get_command(app)
    sub = top.commands.get(words[0]) if words else None
    known = {flag for parameter in (sub or top).params for flag in parameter.opts}
    assert sub is not None or words[0].startswith("--"), f"no such command: {words[0]}"
    for word in words:
        if word.startswith("--"):
            assert word in known | {"--help"}
        if word.startswith("data/"):
            assert (ROOT / word).exists()


def test_commands_were_found():
    assert len(commands()) >= 9


def test_python_blocks_run(monkeypatch):
    """As they stand, but that the report of the sample is the one that other tests look at too."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(tv, "verify", lambda case: sample_report(case.contest.id))
    blocks = [text for _, text in fences("python")]
    assert len(blocks) >= 2
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec", dont_inherit=True), names)
    assert names["report"].verdict == "contradicted"
    against = names["tv"].compare.contradictions(names["table"], names["declared"])
    assert against.verdict == "contradicted"


def test_excerpts_are_what_the_report_says():
    report = sample_report("venezuela-2024")
    for page, language in (("README.md", "en"), ("README.es.md", "es")):
        said = " ".join(report.in_language(language).to_text(width=10_000).split())
        blocks = [block for _, block in fences("text", (ROOT / page).read_text(encoding="utf-8"))]
        lines = [line for block in blocks for line in block.splitlines() if line]
        assert len(lines) >= 5
        for line in lines:
            assert " ".join(line.split()) in said, line


def test_the_small_case_is_discrepant_as_told(tmp_path):
    files = named_files()
    assert set(files) == {
        "sheets.csv",
        "contest.json",
        "declared.json",
        "case.json",
        "mapping.json",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = tv.verify(tv.load_case(tmp_path))
    assert report.verdict == "discrepant"
    differ = [f for f in report.findings if f.evidence == "discrepancy"]
    assert [(f.code, f.candidate, f.difference) for f in differ] == [("D301", "A", 66)]
    assert report.feasibility.sheets_wrong[0] == report.feasibility.allowance.sheets == 1
    less = files["declared.json"].replace('"A": 1500', '"A": 200').replace("2700", "1400")
    (tmp_path / "declared.json").write_text(less, encoding="utf-8")
    assert tv.verify(tv.load_case(tmp_path)).verdict == "contradicted"
    assert report.coverage.stations == 4
    assert report.check("R106").status == "passed"
    assert tv.load_case(tmp_path).actas.frame["station"].tolist()[0] == "00101/1"


def test_mapping_keys_are_told_and_exist():
    mapping = Mapping.model_validate(json.loads(named_files()["mapping.json"]))
    assert mapping.layout == "long"
    rows = re.findall(r"^\| (`.*?) \|", README.split("| key of a mapping |")[1], re.MULTILINE)
    told = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert told == set(Mapping.model_fields) - {"layout"}


@pytest.mark.parametrize("page", PAGES)
def test_codes_exist(page):
    known = {check.code for check in tv.catalogue()}
    told = set(CODE.findall((ROOT / page).read_text(encoding="utf-8")))
    assert told <= known, sorted(told - known)


def test_readme_names_every_code():
    assert {check.code for check in tv.catalogue()} <= set(CODE.findall(README))


def test_every_check_has_its_section():
    sections = dict(re.findall(r"^## (\w+): [^\n]*\n(.*?)(?=^#)", CHECKS, re.MULTILINE | re.DOTALL))
    titles = dict(re.findall(r"^## (\w+): ([^\n]*)$", CHECKS, re.MULTILINE))
    assert titles == {check.code: check.name for check in tv.catalogue()}
    for check in tv.catalogue():
        text = sections[check.code]
        for part in ("Asks", "Arithmetic", "Can be misled by", "Rung", "Reference"):
            assert f"- **{part}:**" in text, (check.code, part)
        assert f"- **Rung:** {check.evidence}.\n" in text, check.code


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    here = ROOT / page
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", here.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (here.parent / target).exists(), target


@pytest.mark.parametrize("page", [*PAGES, "CITATION.cff", ".pre-commit-config.yaml"])
def test_no_place_of_one_machine(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for prefix in ("/home/", "/work/", "/Users/", "/tmp/"):
        assert prefix not in text


def test_version_is_the_same_everywhere():
    version = tv.__version__
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_the_check_shown_in_contributing_is_a_fold():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    (block,) = [block for name, block in fences("python", text) if not name]
    exec(compile(block, "CONTRIBUTING.md", "exec", dont_inherit=True), names)
    case = tv.load_case(ROOT / "data" / "samples" / "clean")
    check = names["CHECK"]
    whole = check.summarise(case.actas, case.facts)
    first, *rest = [check.summarise(part, case.facts) for part in case.actas.parts(4)]
    assert sum(rest, first) == whole
    assert whole.null > 0
    assert check.conclude(check, whole, case.facts).status == "passed"
    assert check.conclude(check, names["Papers"](9, 4), case.facts).findings[0].difference == 5


def test_code_that_contributing_quotes_stands_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    quoted = {name: block for name, block in fences("python", text) if name}
    assert quoted
    for name, block in quoted.items():
        assert block in (ROOT / name).read_text(encoding="utf-8"), name


def test_files_that_contributing_names_are_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in re.findall(r"`(?:\*\*)?([a-z_]+/[a-z_/]+\.py)", text):
        assert (ROOT / "tallyverify" / name).exists() or (ROOT / name).exists(), name


def test_files_that_the_map_of_the_tests_names_are_there():
    text = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([a-z_]+/test_[a-z_]+\.py)`", text):
        assert (ROOT / "tests" / name).exists(), name
