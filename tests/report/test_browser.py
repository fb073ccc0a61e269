"""The page in a real browser: no error, nothing too wide, filter and sort, accessible."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tallyverify.language import LANGUAGES, Language
from tests.helpers.samples import sample_report
from tests.helpers.tiers import slow_but, slow_rows_but
from tests.report.test_report import HOSTILE, report_with

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)"
)
playwright = pytest.importorskip("playwright.sync_api", reason="needs tallyverify[browser]")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="needs tallyverify[browser]"
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
NAMES = ("venezuela-2024", "partial", "clean", "hostile")
PAGES = [f"{name} {language}" for name in NAMES for language in LANGUAGES]
ROOM_FOR = {"en": "room for", "es": "pero caben"}
"""Words of the finding of D302."""
SCREENS = {"phone": (390, 844), "desktop": (1000, 900)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


class Pages(dict[str, Path]):
    """The pages by name and language, each written when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __missing__(self, page: str) -> Path:
        name, language = page.split()
        hostile = HOSTILE["attribute"] + HOSTILE["bidi"]
        report = sample_report(name) if name != "hostile" else report_with(hostile, self.folder)
        place = self[page] = self.folder / f"{name}-{language}.html"
        report.in_language(language).to_html(place)
        return place


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return Pages(tmp_path_factory.mktemp("pages"))


def opened(browser: Any, page: Path, screen: str, scheme: str = "light") -> tuple[Any, list[str]]:
    width, height = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=False
    )
    shown, said = context.new_page(), []
    shown.on("console", lambda message: said.append(message.text))
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.on("request", lambda request: said.append(request.url) if _outside(request.url) else None)
    shown.goto(page.as_uri())
    return shown, said


def _outside(url: str) -> bool:
    return not url.startswith(("file:", "data:"))


@pytest.mark.parametrize(
    ("name", "screen", "scheme"),
    slow_rows_but(
        [
            ("venezuela-2024 en", "phone", "light"),
            ("venezuela-2024 es", "desktop", "dark"),
            ("hostile es", "phone", "dark"),
            ("partial en", "desktop", "light"),
        ],
        product(PAGES, SCREENS, ("light", "dark")),
    ),
)
def test_nothing_is_too_wide_and_nothing_fails(
    browser: Any, pages: Pages, name: str, screen: str, scheme: str
) -> None:
    page, said = opened(browser, pages[name], screen, scheme)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate(wide) <= 0
    assert said == []
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_is_on_the_first_screen(browser: Any, pages: Pages, language: Language) -> None:
    for screen, (_, height) in SCREENS.items():
        page, _ = opened(browser, pages[f"venezuela-2024 {language}"], screen)
        box = page.locator(".verdict").bounding_box()
        assert box["y"] + box["height"] < height
        page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_are_filtered_and_sorted(browser: Any, pages: Pages, language: Language) -> None:
    page, _ = opened(browser, pages[f"venezuela-2024 {language}"], "desktop")
    codes = ".group article:not([hidden]) .code"
    before = page.locator(codes).all_inner_texts()
    page.locator("#filter").fill(ROOM_FOR[language])
    assert page.locator(codes).all_inner_texts() == ["D302"]
    found = {"en": r"\d+ found", "es": r"hallados: \d+"}[language]
    assert re.fullmatch(found, page.locator("#shown").inner_text())
    page.locator("#filter").fill("")
    assert page.locator(codes).all_inner_texts() == before
    page.locator("#order").select_option("size")
    first = page.locator(".group .list").first
    sizes = first.locator("article").evaluate_all("all => all.map(one => +one.dataset.size)")
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 2
    page.context.close()


@pytest.mark.parametrize(("language", "word"), [("en", "Arithmetic"), ("es", "Aritmética")])
def test_a_code_leads_to_its_explanation(
    browser: Any, pages: Pages, language: Language, word: str
) -> None:
    page, _ = opened(browser, pages[f"venezuela-2024 {language}"], "desktop")
    page.locator("article a.code", has_text="D302").first.click()
    explained = page.locator("#explain-D302")
    assert explained.is_visible()
    assert word in explained.inner_text()
    page.context.close()


def test_the_keyboard_opens_what_is_folded(browser: Any, pages: Pages) -> None:
    page, _ = opened(browser, pages["venezuela-2024 en"], "desktop")
    page.locator("#notes > summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#notes").evaluate("one => one.open")
    page.context.close()


def test_without_script_all_of_it_is_there(browser: Any, pages: Pages) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["venezuela-2024 es"].as_uri())
    assert not page.locator("form.tools").is_visible()
    assert page.locator(".group article").count() == 5
    context.close()


@pytest.mark.parametrize("name", slow_but(["venezuela-2024 es"], PAGES[:-2]))
def test_printed_it_is_short(browser: Any, pages: Pages, name: str) -> None:
    page, _ = opened(browser, pages[name], "desktop")
    printed = page.pdf(format="A4")
    assert 1 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 6
    page.context.close()
