import re
from xml.etree import ElementTree as ET

from analysis.essay.svg import colors, inline
from analysis.figures.theme import Theme
from tests.essay.small import kept, scene


def drawn(theme: Theme) -> str:
    return kept(scene()).chart(theme).files(width=200)["svg"].decode()


def test_two_drawings_that_differ_in_colours_are_one() -> None:
    light, dark = drawn("light"), drawn("dark")
    svg = inline(light, dark, name="a--1", title="one <&>", words='two "')
    root = ET.fromstring(svg)  # noqa: S314 - our own
    found = colors(svg)
    assert len(found) >= 4
    for name, (in_light, in_dark) in found.items():
        svg = svg.replace(f"var({name})", in_light if in_light in light else in_dark)
        assert in_light in light
        assert in_dark in dark
    assert root.attrib["role"] == "img"
    assert "width" not in root.attrib
    title, words = root[0], root[1]
    assert (title.text, words.text) == ("one <&>", 'two "')
    assert [title.attrib["id"], words.attrib["id"]] == [root.attrib["aria-labelledby"], root.attrib["aria-describedby"]]


def test_ids_are_those_of_the_figure_and_all_references_hold() -> None:
    svg = str(inline(drawn("light"), drawn("dark"), name="a--1", title="t", words="w"))
    ids = re.findall(r' id="([^"]*)"', svg)
    assert len(ids) == len(set(ids))
    assert all(name.startswith("a--1--") for name in ids)
    asked = re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', svg)
    assert {one or other for one, other in asked} <= set(ids)
    assert asked


def test_drawings_that_differ_in_more_are_both_there() -> None:
    light = drawn("light")
    svg = str(inline(light, light.replace("<path", "<path class='x'", 1), name="a--1", title="t", words="w"))
    assert svg.count("<svg") == 2
    assert svg.index('class="in-light"') < svg.index('class="in-dark"')
    ids = re.findall(r' id="([^"]*)"', svg)
    assert len(ids) == len(set(ids))


def test_nothing_is_left_that_the_page_has_no_use_for() -> None:
    svg = str(inline(drawn("light"), drawn("dark"), name="a--1", title="t", words="w"))
    for left_out in ("<metadata", "<style", "<!--", "<?xml", "<!DOCTYPE", "matplotlib.org"):
        assert left_out not in svg
    assert not re.search(r' d="[^"]*\.\d{3}', svg)
