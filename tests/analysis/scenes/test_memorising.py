"""How many parameters there are."""

import pytest

from analysis.scenes.growing.memorising import parameters
from nets.ensemble import Ensemble
from nets.recipe import Recipe


@pytest.mark.parametrize(("features", "width", "classes"), [(64, 4, 10), (3, 7, 2)])
def test_parameters_are_counted(features: int, width: int, classes: int) -> None:
    network = Ensemble.initial(Recipe(width=width), features, classes, [1])
    assert parameters(features, width, classes) == sum(tensor.numel() for tensor in network.parameters())
