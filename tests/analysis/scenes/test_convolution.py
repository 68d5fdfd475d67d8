"""Perceptrons as large as a network with convolutions."""

import pytest

from analysis.scenes.growing.convolution import as_large


@pytest.mark.oracle
@pytest.mark.parametrize("width", [2, 30, 181])
def test_a_perceptron_is_found_by_its_size(width: int) -> None:
    assert as_large((64 + 1) * width + (width + 1) * 10, 64, 10) == width
