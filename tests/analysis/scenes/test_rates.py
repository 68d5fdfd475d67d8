"""What validation chooses."""

import numpy as np
import pytest

from analysis.scenes.growing.rates import best


@pytest.mark.parametrize(
    ("accuracies", "chosen"), [([0.1, 0.9, 0.2], 1), ([0.9, 0.9, 0.9], 1), ([0.2, 0.9, 0.9, 0.9, 0.1], 2)]
)
def test_the_middle_of_the_best_is_chosen(accuracies: list[float], chosen: int) -> None:
    assert best(np.array(accuracies)) == chosen
