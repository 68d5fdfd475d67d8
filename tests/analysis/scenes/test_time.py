"""When a goal is reached."""

import numpy as np
import pytest

from analysis.scenes.growing.time import reached

TIMES = np.array([0.0, 1.0, 3.0, 4.0])


def test_a_goal_is_reached_on_a_line_between_looks() -> None:
    curves = np.array([[3.0, 2.0, 0.0, 5.0], [1.0, 0.0, 0.0, 0.0], [3.0, 2.0, 2.0, 1.0], [3.0, 2.0, 2.0, 1.5]])
    assert reached(TIMES, curves, 1.0) == pytest.approx([2.0, 0.0, 4.0, np.nan], nan_ok=True)


@pytest.mark.oracle
def test_exponential_decay_reaches_a_loss_after_the_logarithm_of_its_share() -> None:
    times = np.linspace(0.0, 40.0, 41)
    rates = np.array([0.2, 0.5, 1.1])
    logs = -rates[:, None] * times
    assert reached(times, logs, np.log(0.1)) == pytest.approx((np.log(10.0) / rates).tolist())
