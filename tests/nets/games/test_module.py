"""The units of any classifier's layer: hooks that leave no trace, channels, arguments that do not fit."""

import numpy as np
import pytest
import torch
from torch import nn

from nets import ModuleGame
from tests.nets.games.made import INPUTS, LABELS


class Broken(nn.Module):
    """A classifier that fails when it is asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.out, self.fail = nn.Linear(6, 5), nn.Linear(5, 3), False
        self.drop = nn.Dropout(0.5)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        hidden = self.drop(torch.relu(self.hidden(inputs)))
        if self.fail:
            raise RuntimeError("no more")
        return self.out(hidden)  # type: ignore[no-any-return]


def trace(module: Broken) -> tuple[bool, bool, int]:
    return module.training, module.drop.training, sum(len(m._forward_hooks) for m in module.modules())


def test_probing_leaves_no_trace_after_success_a_wrong_argument_and_a_failure() -> None:
    module = Broken()
    module.drop.eval()
    before = trace(module)
    inputs, labels = torch.from_numpy(INPUTS), torch.from_numpy(LABELS)
    game = ModuleGame(module, module.hidden, inputs, labels)
    masks = np.ones((3, 5), dtype=np.bool_)
    assert len(set(game(masks))) == 1, "dropout of the module itself is off while it is probed"
    assert trace(module) == before
    with pytest.raises(ValueError, match="masks must have shape"):
        game(masks[:, :4])
    assert trace(module) == before
    module.fail = True
    with pytest.raises(RuntimeError, match="no more"):
        game(masks)
    assert trace(module) == before


def test_channels_of_a_convolution_are_elements() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 4, 3))
    images = torch.rand(10, 1, 4, 4)
    game = ModuleGame(net, net[1], images, torch.zeros(10, dtype=torch.int64))
    assert game.n == 4
    with torch.no_grad():
        hidden = net[1](net[0](images)) * torch.tensor([1.0, 0, 0, 1]).view(1, 4, 1, 1)
        expected = -float(nn.functional.cross_entropy(net[3](hidden.flatten(1)).double(), torch.zeros(10).long()))
    assert game(np.array([[True, False, False, True]])) == pytest.approx([expected], abs=1e-6)


def test_a_layer_must_be_used_once_and_scores_must_fit() -> None:
    shared, inputs, labels = nn.ReLU(), torch.from_numpy(INPUTS), torch.from_numpy(LABELS)
    twice = nn.Sequential(nn.Linear(6, 4), shared, nn.Linear(4, 3), shared)
    with pytest.raises(ValueError, match=r"used once .* it gave \(40, 4\) and \(40, 3\)"):
        ModuleGame(twice, shared, inputs, labels)
    with pytest.raises(ValueError, match="no output: is it a part of the module"):
        ModuleGame(twice, nn.Linear(4, 3), inputs, labels)
    with pytest.raises(ValueError, match=r"scores \(39, classes\) for 39 labels; got \(40, 3\)"):
        ModuleGame(twice, twice[0], inputs, labels[:39])
    for wrong in (labels.float(), labels + 1, nn.functional.one_hot(labels)):
        with pytest.raises(ValueError, match="labels must be int64 classes from 0 to 2, one an example; got"):
            ModuleGame(twice, twice[0], inputs, wrong)
    with pytest.raises(TypeError, match="layer must be a part of the module"):
        ModuleGame(twice, "0", inputs, labels)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"use torch\.from_numpy"):
        ModuleGame(twice, twice[0], INPUTS, labels)  # type: ignore[arg-type]
