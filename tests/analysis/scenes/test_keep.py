"""What dropout shrinks, and in what order."""

import numpy as np
import pytest

from analysis.scenes.growing.grids import HIDDEN_KEPT
from analysis.scenes.growing.keep import linear_sizes, ranks
from nets.data import Dataset


@pytest.mark.oracle
def test_a_linear_unit_with_orthogonal_inputs_keeps_the_share_q_of_its_weights() -> None:
    scales = np.linspace(1.0, 3.0, 10)
    train = Dataset(inputs=np.diag(scales).astype(np.float32), labels=np.arange(10), classes=10)
    sizes = linear_sizes(train)
    assert sizes / sizes[-1] == pytest.approx(HIDDEN_KEPT, rel=1e-6)


@pytest.mark.oracle
def test_what_shrinks_with_every_unit_dropped_is_in_order_with_the_odds() -> None:
    found = ranks(np.array(HIDDEN_KEPT))
    assert found["odds"] == pytest.approx(1.0)
    variance = np.array([keep * (1.0 - keep) for keep in HIDDEN_KEPT]).round(12)
    order = np.array([[np.mean(variance < v) + np.mean(variance == v) / 2.0 for v in variance], -np.array(HIDDEN_KEPT)])
    order[1] = order[1].argsort().argsort()
    assert found["variance"] == pytest.approx(np.corrcoef(order)[0, 1])


def test_of_equal_sizes_there_is_no_order() -> None:
    assert np.isnan(list(ranks(np.ones(len(HIDDEN_KEPT))).values())).all()
