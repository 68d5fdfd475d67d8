"""The live piece in a browser: alone, and within an essay."""

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.essay import explorable
from analysis.essay.build import build
from analysis.essay.explorable.reference import Explored
from tests.essay.small import ledger
from verification.page.browser import Browser, program

pytestmark = pytest.mark.skipif(program() is None, reason="there is no Chromium here")

PIXELS = "Array.from(document.querySelectorAll('.explore canvas'), (canvas) => canvas.toDataURL()).join()"
FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
RIGHT = {"key": "ArrowRight", "code": "ArrowRight", "windowsVirtualKeyCode": 39}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return explorable.write(tmp_path_factory.mktemp("explore") / "explore.html")


@pytest.fixture(scope="module")
def essay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("essay")
    (folder / "essay.md").write_text("# A\n\nText.\n\n{{ explore }}\n\n## Below\n\nText.\n", encoding="utf-8")
    return build(folder / "essay.md", ledger(), folder / "out").files[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser.opened() as opened:
        yield opened


def said(browser: Browser, name: str, value: str = "") -> str:
    selector = f'[data-{name}="{value}"]' if value else f"[data-{name}]"
    text: str = browser.ask(f"document.querySelector({selector!r}).textContent")
    return text


def press(browser: Browser, action: str) -> None:
    browser.click(f'[data-do="{action}"]')


def generation(browser: Browser) -> int:
    return int(said(browser, "now").split(",")[0].removeprefix("generation "))


def until_after(browser: Browser, before: int) -> int:
    """Wait for a generation after the given one; a test that never gets there is ended by whoever runs it."""
    while (now := generation(browser)) <= before:
        browser.ask(FRAME)
    return now


def setting(browser: Browser, name: str) -> str:
    text: str = browser.ask(f"document.querySelector('[data-setting={name}]').getAttribute('aria-valuetext')")
    return text


def go(browser: Browser, anchor: str) -> None:
    browser.ask(f"new Promise((done) => {{ addEventListener('hashchange', done); location.hash = {anchor!r}; }})")


@pytest.mark.parametrize("place", ["page", "essay"])
def test_nothing_is_asked_of_the_network_and_nothing_complains(
    browser: Browser, place: str, request: pytest.FixtureRequest
) -> None:
    file: Path = request.getfixturevalue(place)
    for width in (320, 390, 800, 1440):
        browser.show(file, width=width)
        press(browser, "play")
        until_after(browser, 3)
        press(browser, "play")
        assert browser.ask("document.documentElement.scrollWidth") == width
        assert browser.requests == [file.resolve().as_uri()]
        assert not browser.complaints


def test_it_begins_with_play_and_stops_with_pause(browser: Browser, page: Path) -> None:
    browser.show(page, width=800)
    browser.ask(FRAME)
    assert generation(browser) == 0
    assert said(browser, "do", "play") == "Play"
    drawn = browser.ask(PIXELS)
    press(browser, "play")
    assert said(browser, "do", "play") == "Pause"
    until_after(browser, 5)
    assert not said(browser, "told")
    press(browser, "play")
    stopped = generation(browser)
    assert f"Generation {stopped}:" in said(browser, "told")
    browser.ask(FRAME)
    assert generation(browser) == stopped
    assert browser.ask(PIXELS) != drawn
    press(browser, "reset")
    assert generation(browser) == 0
    assert browser.ask(PIXELS) == drawn


def test_what_it_tells_is_what_the_simulator_finds(browser: Browser, page: Path) -> None:
    browser.show(page, width=800)
    for _ in range(45):
        browser.ask("document.querySelector('[data-do=step]').click()")
    assert "Generation 45:" in said(browser, "told")
    for kind in ("clonal", "sexual"):
        explored = replace(Explored(), sex=kind == "sexual")
        *_, last = explored.live(45)
        paid = float(last.log_fitness.mean() / explored.selection)
        percent = f"{math.floor(100 * paid + 0.5)} %"
        assert said(browser, "pay", kind) == percent
        assert f"{percent} {kind}" in said(browser, "told")
        assert said(browser, "blocks", kind).endswith("of 10 blocks")


def test_a_new_seed_is_other_luck_and_is_in_the_address(browser: Browser, page: Path) -> None:
    def after_steps() -> Any:
        for _ in range(5):
            press(browser, "step")
        return browser.ask(PIXELS)

    browser.show(page, width=800)
    one = after_steps()
    press(browser, "reset")
    assert after_steps() == one
    press(browser, "seed")
    assert generation(browser) == 0
    assert browser.ask("location.hash") == "#explore:seed=2"
    assert after_steps() != one


def test_the_keyboard_does_all_of_it(browser: Browser, page: Path) -> None:
    browser.show(page, width=800)
    found = []
    for _ in range(8):
        browser.press("Tab")
        found.append(browser.ask("document.activeElement.dataset.do ?? document.activeElement.dataset.setting"))
    assert found == ["play", "step", "reset", "seed", "block", "every", "mutation", "recombination"]
    browser.ask("document.querySelector('[data-do=step]').focus()")
    browser.press("Enter")
    assert generation(browser) == 1
    browser.ask("document.querySelector('[data-setting=block]').focus()")
    for kind in ("keyDown", "keyUp"):
        browser.do("Input.dispatchKeyEvent", type=kind, **RIGHT)
    assert setting(browser, "block") == said(browser, "shown", "block") == "5 of 10"
    assert browser.ask("location.hash") == "#explore:block=10"
    assert said(browser, "blocks", "clonal").endswith("of 5 blocks")
    assert generation(browser) == 1


def test_the_address_brings_the_settings_back(browser: Browser, page: Path) -> None:
    browser.show(page, width=800)
    go(browser, "#explore:seed=7;block=25;every=0;mutation=0.0005;recombination=0.05")
    assert said(browser, "now") == "generation 0, seed 7"
    found = [setting(browser, name) for name in ("block", "every", "mutation", "recombination")]
    assert found == ["2 of 25", "never", "5 genes in 10,000", "5 %"]
    browser.events.clear()
    browser.do("Page.reload")
    while not any(event["method"] == "Page.loadEventFired" for event in browser.events):
        with suppress(RuntimeError):  # between two pages there is none to ask
            browser.ask("0")
    assert said(browser, "now") == "generation 0, seed 7"
    assert setting(browser, "block") == "2 of 25"
    assert not browser.complaints


@pytest.mark.parametrize(
    "garbage",
    [
        "#explore:",
        "#explore:block=3;seed=-1;every=4e1;mutation=",
        "#explore:seed=4294967296;block=5.5;;=;x",
        "#explore:__proto__=1;constructor=2;size=100000;loci=7;turned=99;sex=2",
        "#explore:seed=1.5;block=<img src=x onerror=alert(1)>;%00=%ff",
    ],
)
def test_garbage_in_the_address_changes_nothing(browser: Browser, page: Path, garbage: str) -> None:
    browser.show(page, width=800)
    drawn = browser.ask(PIXELS)
    go(browser, garbage)
    assert said(browser, "now") == "generation 0, seed 1"
    assert browser.ask(PIXELS) == drawn
    press(browser, "step")
    assert generation(browser) == 1
    assert not browser.complaints


def test_the_essays_own_anchors_are_left_alone(browser: Browser, essay: Path) -> None:
    browser.show(essay, width=800)
    press(browser, "step")
    go(browser, "#below")
    assert generation(browser) == 1
    press(browser, "reset")
    assert browser.ask("location.hash") == "#below"


def test_who_wants_less_motion_gets_steps_of_many_generations(browser: Browser, page: Path) -> None:
    browser.show(page, width=800)
    reduced = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    browser.do("Emulation.setEmulatedMedia", media="", features=reduced)
    press(browser, "play")
    first = until_after(browser, 0)
    assert (first, until_after(browser, first)) == (15, 30)


def test_it_waits_while_nobody_sees_it(browser: Browser, page: Path) -> None:
    browser.show(page, width=800)
    browser.ask("document.body.style.paddingTop = '3000px'; scrollTo(0, 0)")
    browser.ask(FRAME)
    browser.ask("document.querySelector('[data-do=play]').click()")
    for _ in range(10):
        browser.ask(FRAME)
    assert generation(browser) == 0
    assert said(browser, "do", "play") == "Pause"
    browser.ask("document.querySelector('.explore').scrollIntoView({behavior: 'instant'})")
    assert until_after(browser, 0)


def test_both_themes_are_drawn(browser: Browser, essay: Path) -> None:
    browser.show(essay, width=800)
    browser.ask("localStorage.clear()")
    light = browser.ask(PIXELS)
    browser.click("button.theme")
    browser.ask(FRAME)
    dark = browser.ask(PIXELS)
    assert dark != light
    browser.ask("localStorage.clear()")
    browser.show(essay, width=800, theme="dark")
    assert browser.ask(PIXELS) == dark


def test_cells_meet_on_the_screens_own_pixels(browser: Browser, page: Path) -> None:
    colors = """(() => {
        const canvas = document.querySelector('[data-genomes]'), found = new Set();
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < data.length; at += 4) found.add(data.slice(at, at + 4).join());
        return [found.size, canvas.height % 100];
    })()"""
    for width in (390, 801, 1440):
        browser.show(page, width=width)
        for _ in range(3):
            press(browser, "step")
        assert browser.ask(colors) == [4, 0]  # complete, in place, out of place, and between blocks; rows are alike


def test_both_populations_begin_at_one_height_and_fingers_find_what_they_need(browser: Browser, page: Path) -> None:
    for width in (320, 390, 800):
        browser.show(page, width=width)
        box = "Array.from(document.querySelectorAll('{}'), (each) => each.getBoundingClientRect().{})"
        clonal, sexual = browser.ask(box.format("[data-genomes]", "top"))
        assert clonal == sexual
        assert min(browser.ask(box.format(".explore button, .explore input", "height"))) >= 40.0


def test_its_names_are_its_own(browser: Browser, page: Path) -> None:
    names = ["Population", "branch", "settings", "populations", "start", "draw", "LANES"]
    browser.show(page, width=800)
    assert browser.ask(f"{json.dumps(names)}.filter((name) => eval(`typeof ${{name}}`) !== 'undefined')") == []


def test_without_scripts_there_is_a_picture(page: Path) -> None:
    with Browser.opened(scripts=False) as browser:
        browser.show(page, width=390)
        browser.do("Emulation.setScriptExecutionDisabled", value=False)
        shown = "Array.from(document.querySelectorAll('.explore svg'), (each) => each.getBoundingClientRect().width)"
        widths = browser.ask(shown)
        assert len(widths) == 3
        assert min(widths) > 100.0
        assert browser.ask("document.querySelector('.explore-live').hidden")
