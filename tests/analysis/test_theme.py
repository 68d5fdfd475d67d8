"""Colours that must be told apart can be, also by the colour-blind, and text is dark enough to read."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from analysis.figures.theme import THEMES, Theme, arms, ink, paper, quiet, signs, theme
from tests.strategies import Values

DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""In linear RGB, complete (Machado, Oliveira & Fernandes 2009)."""
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = XYZ.sum(1)


def linear(color: str) -> Values:
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: Values) -> Values:
    x, y, z = np.cbrt(XYZ @ np.clip(rgb, 0, 1) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, two: str) -> float:
    """As WCAG 2 defines it."""
    dark, light = sorted(float(XYZ[1] @ linear(color)) for color in (one, two))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", THEMES)
def test_arms_signs_and_paper_are_told_apart(name: Theme, deficiency: str) -> None:
    """By 20 units of CIELAB or more; 2 are just noticeable."""
    seen = np.array(DEFICIENCIES[deficiency])
    with theme(name):
        groups = [[*(arm.color for arm in arms()), paper()], [*signs(), paper()]]
    for colors in groups:
        places = [lab(seen @ linear(color)) for color in colors]
        for i, place in enumerate(places):
            for other in places[:i]:
                assert np.linalg.norm(place - other) > 20


@pytest.mark.parametrize("name", THEMES)
def test_text_stands_out_from_the_paper(name: Theme) -> None:
    with theme(name):
        assert contrast(ink(), paper()) >= 7
        assert contrast(quiet(), paper()) >= 4.5
        assert all(contrast(color, paper()) >= 3 for color in (*(arm.color for arm in arms()), *signs()))
