"""The page in a browser, with and without its script."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.essay.build import build
from tests.essay.small import ESSAY, ledger
from verification.page.browser import Browser, program

pytestmark = pytest.mark.skipif(program() is None, reason="there is no Chromium here")

OPEN = "document.querySelector('.explained').matches(':popover-open')"
PAPER = "getComputedStyle(document.documentElement).backgroundColor"
WHITE, DARK = "rgb(255, 255, 255)", "rgb(24, 24, 24)"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("essay")
    (folder / "essay.md").write_text(ESSAY, encoding="utf-8")
    return build(folder / "essay.md", ledger(), folder / "out").files[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser.opened() as opened:
        yield opened


def test_nothing_is_asked_of_the_network_and_nothing_complains(browser: Browser, page: Path) -> None:
    for width in (390, 1440):
        browser.show(page, width=width)
        assert browser.requests == [page.resolve().as_uri()]
        assert not browser.complaints


def test_the_page_is_as_wide_as_the_window(browser: Browser, page: Path) -> None:
    for width in (320, 390, 800, 1440):
        browser.show(page, width=width)
        assert browser.ask("document.documentElement.scrollWidth") == width


def test_a_number_is_explained_beside_it(browser: Browser, page: Path) -> None:
    browser.show(page, width=390)
    assert not browser.ask(OPEN)
    browser.click("a.number")
    assert browser.ask(OPEN)
    assert "0.8500" in browser.ask("document.querySelector('.explained').textContent")
    assert browser.ask("document.activeElement.className") == "explained"
    box = "document.querySelector('.explained').getBoundingClientRect()"
    assert browser.ask(f"{box}.left >= 0 && {box}.right <= innerWidth")
    browser.press("Escape")
    assert not browser.ask(OPEN)
    assert browser.ask("document.activeElement.className") == "number"
    browser.press("Enter")
    assert browser.ask(OPEN)
    browser.click(".explained button")
    assert not browser.ask(OPEN)


def test_the_theme_is_the_systems_until_the_reader_chooses(browser: Browser, page: Path) -> None:
    browser.show(page, width=800, theme="dark")
    assert browser.ask(PAPER) == DARK
    drawn = "getComputedStyle(document.querySelector('.sheet svg path')).fill"
    assert browser.ask(drawn) == DARK
    browser.click("button.theme")
    assert browser.ask(PAPER) == browser.ask(drawn) == WHITE
    browser.show(page, width=800, theme="dark")
    assert browser.ask(PAPER) == WHITE
    assert browser.ask("document.querySelector('button.theme').getAttribute('aria-pressed')") == "false"
    browser.show(page, width=800, theme="dark", paper=True)
    assert browser.ask(PAPER) == WHITE
    browser.ask("localStorage.clear()")


def test_the_keyboard_reaches_the_text_first(browser: Browser, page: Path) -> None:
    browser.show(page, width=800)
    browser.press("Tab")
    assert browser.ask("document.activeElement.className") == "skip"
    browser.press("Enter")
    assert browser.ask("document.activeElement.id") == "main--text"


def test_without_scripts_links_lead_to_the_notes(page: Path) -> None:
    with Browser.opened(scripts=False) as browser:
        browser.show(page, width=800, theme="dark")
        browser.do("Emulation.setScriptExecutionDisabled", value=False)
        assert browser.ask(PAPER) == DARK
        assert browser.ask("document.querySelector('button.theme').hidden")
        browser.do("Emulation.setScriptExecutionDisabled", value=True)
        browser.click("a.number")
        browser.do("Emulation.setScriptExecutionDisabled", value=False)
        assert browser.ask("location.hash") == "#how--1"
