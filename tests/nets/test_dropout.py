import pytest
import torch

from nets import Dropout


@pytest.mark.parametrize("drop_prob", [0.1, 0.5, 0.8])
def test_expectation_is_kept_and_variance_is_that_of_the_noise(drop_prob: float) -> None:
    layer = Dropout(drop_prob, seed=1)
    out = layer(torch.ones(200_000))
    assert out.mean().item() == pytest.approx(1, abs=0.03)
    assert out.var().item() == pytest.approx(drop_prob / (1 - drop_prob), rel=0.03)


def test_evaluation_passes_everything_unchanged() -> None:
    x = torch.randn(5, 4)
    assert torch.equal(Dropout(0.5, seed=1).eval()(x), x)


def test_masks_depend_on_the_seed_alone_and_are_recorded() -> None:
    x = torch.ones(50, 20)
    one, two, other = (Dropout(0.5, seed=seed) for seed in (1, 1, 2))
    torch.manual_seed(0)
    a = one(x)
    torch.manual_seed(99)
    assert torch.equal(a, two(x))
    assert not torch.equal(a, other(x))
    assert one.last_mask is not None
    assert torch.equal(a != 0, one.last_mask)


def test_gradient_flows_only_through_what_is_kept() -> None:
    x = torch.ones(40, requires_grad=True)
    layer = Dropout(0.5, seed=3)
    layer(x).sum().backward()
    assert x.grad is not None
    assert layer.last_mask is not None
    assert torch.equal(x.grad, layer.last_mask * 2.0)


def test_it_has_no_parameters_and_keeps_shape_and_dtype() -> None:
    layer = Dropout(0.3, seed=0)
    assert not list(layer.parameters())
    assert layer(torch.ones(2, 3, 4, dtype=torch.float64)).dtype == torch.float64
    assert "drop_prob=0.3" in repr(layer)


@pytest.mark.parametrize("drop_prob", [-0.1, 1.0, 2.0])
def test_impossible_probabilities_are_refused(drop_prob: float) -> None:
    with pytest.raises(ValueError, match=r"drop_prob must lie in \[0, 1\)"):
        Dropout(drop_prob, seed=0)
