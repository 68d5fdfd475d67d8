"""The live piece as HTML, and its picture for where nothing moves."""

import re
from pathlib import Path

import pytest

from analysis.essay import explorable
from analysis.essay.explorable.reference import Explored
from analysis.essay.explorable.settings import SLIDERS
from analysis.essay.explorable.still import GENERATIONS, still
from analysis.runs.folder import FolderError
from tests.essay.html import Page

RECTANGLE = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)")


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(explorable.page())


def test_the_page_is_sound_and_needs_nothing_but_itself(page: Page) -> None:
    assert [len(page.all(tag)) for tag in ("h1", "main", "title")] == [1, 1, 1]
    for tag, attributes in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img")
        assert not {"src", "href", "xlink:href"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy.split("style-src")[0]


def test_the_fragment_is_always_the_same_and_keeps_its_names_to_itself() -> None:
    once = explorable.fragment()
    found = Page(once)
    assert once == explorable.fragment()
    assert found.ids
    assert all(name.startswith("explore--") for name in found.ids)
    assert not [tag for tag, _ in found.elements if re.fullmatch("h[1-6]", tag)]
    style = re.sub(r"/\*.*?\*/", "", once[once.index("<style>") + 7 : once.index("</style>")], flags=re.DOTALL)
    selectors = [each for rule in re.findall(r"([^{};]+)\{[^{}]*:", style) for each in rule.split(",")]
    assert len(selectors) > 20
    assert all(re.match(r"p?\.explore", each.strip()) for each in selectors)


def test_every_slider_is_labelled_and_asks_one_question(page: Page) -> None:
    inputs, labels = page.all("input"), [each["for"] for each in page.all("label")]
    assert [each["id"] for each in inputs] == labels
    for slider, control in zip(SLIDERS, inputs, strict=True):
        assert control["aria-describedby"] in page.ids
        assert slider.asks in page.text
        assert slider.asks.count("?") == slider.asks.endswith("?") == 1
        assert int(control["max"]) == len(slider.values) - 1 == len(slider.words) - 1
        assert slider.values[int(control["value"])] == getattr(Explored(), slider.name)


@pytest.mark.oracle
@pytest.mark.parametrize(("block", "every"), [(5, 150), (25, 0), (50, 0)])
def test_the_picture_shows_as_much_of_complete_blocks_as_is_paid(block: int, every: int) -> None:
    explored = Explored(size=20, every=every, turned=2, block=block)
    (last,) = [found for found in explored.live(GENERATIONS) if found.generation == GENERATIONS]
    paid = last.log_fitness.mean() / explored.selection
    html = still(explored)
    sexual = html[html.index(">Sexual<") :]
    areas = []
    for color in ("--line", "--with"):
        (path,) = re.findall(rf'<path d="([^"]*)" fill="var\({color}\)" fill-opacity="1"', sexual)
        areas.append(sum(float(wide) * float(tall) for *_, wide, tall in RECTANGLE.findall(path)))
    everything, complete = areas
    assert 0.0 < paid < 1.0
    assert complete / everything == pytest.approx(paid, abs=1e-3)  # numbers of a path have two decimals
    assert f"pays {100 * paid:.0f} %" in sexual


def test_the_page_is_written_where_it_can_be(tmp_path: Path) -> None:
    written = explorable.write(tmp_path / "new" / "explore.html")
    assert written.read_text(encoding="utf-8") == explorable.page()
    with pytest.raises(FolderError):
        explorable.write(written / "explore.html")
