"""What every dropout layer promises."""

import copy
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nets.dropout import DROPOUTS, BlockDropout, ChannelDropout, ClassicDropout, DropConnect, DropoutLayer, keep_prob

DROP_PROB, KEEP = 0.25, 0.75


@dataclass(frozen=True)
class Case:
    """How to build a layer with such settings as it needs, on what inputs, and the variance of its factors."""

    name: str
    shape: tuple[int, ...]
    variance: float = DROP_PROB / KEEP
    settings: tuple[tuple[str, Any], ...] = ()

    def build(self, seed: int = 1, **settings: Any) -> DropoutLayer:
        kind, settings = DROPOUTS[self.name], {"drop_prob": DROP_PROB, **dict(self.settings), **settings}
        if kind is DropConnect:
            linear = nn.Linear(5, 4, dtype=torch.float64, device="meta").to_empty(device="cpu")
            with torch.no_grad():
                linear.weight.copy_(torch.linspace(-1, 1, 20).view(4, 5))
                linear.bias.copy_(torch.linspace(1, 2, 4))
            return DropConnect(linear, seed=seed, **settings)
        return kind(seed=seed, **settings)

    def inputs(self) -> Tensor:
        """Equal examples, float64, no input 0."""
        one = torch.linspace(1.0, 2.0, torch.Size(self.shape[1:]).numel(), dtype=torch.float64)
        return one.view(1, *self.shape[1:]).repeat(self.shape[0], *[1] * (len(self.shape) - 1))


CASES = [
    Case("bernoulli", (50, 6)),
    Case("bernoulli", (50, 3, 2)),
    Case("classic", (50, 6), variance=DROP_PROB * KEEP),
    Case("gaussian", (50, 7)),
    Case("fixed-count", (50, 8)),
    Case("fixed-count", (50, 8, 3), settings=(("dimensions", 1),)),
    Case("channel", (50, 6, 2, 3)),
    Case("channel", (50, 6, 2), settings=(("dimensions", 1),)),
    Case("block", (50, 2, 5, 4), settings=(("block_size", 3),)),
    Case("block", (50, 2, 7), settings=(("block_size", 2), ("dimensions", 1))),
    Case("connect", (50, 5)),
]
every = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{len(case.shape)}d")


def mask_of(layer: DropoutLayer) -> Tensor:
    assert layer.last_mask is not None
    return layer.last_mask


def three_passes(layer: DropoutLayer, inputs: Tensor) -> list[Tensor]:
    return [layer(inputs) for _ in range(3)]


def same(first: list[Tensor], second: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_every_dropout_is_tried() -> None:
    assert {case.name for case in CASES} == set(DROPOUTS)


@every
def test_training_gives_on_average_what_evaluation_gives(case: Case) -> None:
    layer, inputs = case.build(), case.inputs()
    outputs = torch.cat([layer(inputs) for _ in range(100)])
    expected = layer.eval()(inputs)[0]
    error = outputs.std(0) / len(outputs) ** 0.5
    assert bool(((outputs.mean(0) - expected).abs() < 5 * error + 1e-12).all())
    assert bool((error > 0).all())


@every
def test_the_variance_of_factors_is_that_of_their_kind(case: Case) -> None:
    layer, inputs = case.build(), case.inputs()
    masks = []
    for _ in range(100):
        layer(inputs)
        masks.append(mask_of(layer))
    factors = torch.cat(masks)
    variance = factors.var(0)
    fourth = (factors - factors.mean(0)).pow(4).mean(0)
    error = ((fourth - variance**2) / len(factors)).sqrt()
    tolerance = 5 * error + (0.01 if case.name == "block" else 0.0)  # a block's chance is rounded
    assert bool(((variance - case.variance).abs() < tolerance).all())


@every
def test_evaluation_draws_nothing(case: Case) -> None:
    layer, inputs = case.build().eval(), case.inputs()
    outputs = layer(inputs)
    assert torch.equal(outputs, layer(inputs))
    assert (layer.calls, layer.last_mask) == (0, None)
    if isinstance(layer, ClassicDropout):
        assert torch.equal(outputs, inputs * KEEP)
    elif isinstance(layer, DropConnect):
        assert torch.equal(outputs, layer.layer(inputs))
    else:
        assert outputs is inputs


@every
def test_gradient_flows_only_through_what_is_kept(case: Case) -> None:
    layer, inputs = case.build(), case.inputs().requires_grad_()
    layer(inputs).sum().backward()
    mask = mask_of(layer)
    if isinstance(layer, DropConnect):
        found, expected = layer.layer.weight.grad, (mask * inputs[:, None, :]).sum(0)
    else:
        found, expected = inputs.grad, mask.expand_as(inputs)
    assert found is not None
    torch.testing.assert_close(found, expected, rtol=1e-13, atol=0.0)


@every
def test_it_has_no_parameters_of_its_own(case: Case) -> None:
    layer = case.build()
    wrapped = list(layer.layer.parameters()) if isinstance(layer, DropConnect) else []
    assert [id(p) for p in layer.parameters()] == [id(p) for p in wrapped]
    assert not list(layer.buffers())


@every
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("training", [True, False])
def test_shape_and_dtype_are_kept(case: Case, dtype: torch.dtype, training: bool) -> None:
    layer, inputs = case.build().to(dtype).train(training), case.inputs().to(dtype)
    outputs = layer(inputs)
    assert outputs.dtype == dtype
    assert outputs.shape == (case.shape if case.name != "connect" else (50, 4))
    if training:
        assert mask_of(layer).dtype == (torch.float64 if dtype == torch.float64 else torch.float32)


@every
def test_seeds_decide_and_the_global_generator_is_left_alone(case: Case) -> None:
    inputs = case.inputs()
    before = torch.get_rng_state()
    first = three_passes(case.build(seed=1), inputs)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(1234)
    assert same(first, three_passes(case.build(seed=1), inputs))
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[0], case.build(seed=2)(inputs))
    assert not torch.equal(first[0], case.build(seed=-1)(inputs))


@every
def test_a_saved_layer_goes_on_where_it_was(case: Case) -> None:
    layer, inputs = nn.Sequential(case.build(seed=5)), case.inputs()
    layer(inputs)
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    other = nn.Sequential(case.build(seed=6))
    other.load_state_dict(torch.load(file, weights_only=True))
    expected = [layer(inputs) for _ in range(3)]
    assert same([other(inputs) for _ in range(3)], expected)
    assert "seed=5" in repr(other)


@every
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])  # noqa: S301
def test_a_copy_goes_on_too(case: Case, copied: Callable[[DropoutLayer], DropoutLayer]) -> None:
    layer, inputs = case.build(), case.inputs()
    layer(inputs)
    other = copied(layer)
    assert torch.equal(mask_of(other), mask_of(layer))
    assert same(three_passes(other, inputs), three_passes(layer, inputs))


@every
def test_masks_can_be_replayed(case: Case) -> None:
    layer, inputs = case.build(), case.inputs()
    first = layer(inputs)
    mask = mask_of(layer)
    second = layer(inputs)
    with layer.replay(mask):
        assert torch.equal(layer(inputs), first)
        assert torch.equal(layer.eval()(inputs), first)
        with layer.replay(torch.ones_like(mask)):
            assert not torch.equal(layer(inputs), first)
        assert torch.equal(layer(inputs), first)
    assert layer.calls == 2
    layer.train().reset()
    assert same(three_passes(layer, inputs)[:2], [first, second])
    with layer.replay(mask[:7]), pytest.raises(ValueError, match="must broadcast to"):
        layer(inputs)


@every
def test_masks_per_batch_are_shared_by_all_examples(case: Case) -> None:
    layer, inputs = case.build(per="batch"), case.inputs()
    outputs = layer(inputs)
    assert len(mask_of(layer)) == 1
    torch.testing.assert_close(outputs, outputs[:1].expand_as(outputs), rtol=1e-12, atol=1e-12)
    assert not torch.equal(layer(inputs), outputs)


@every
def test_the_shared_mask_is_that_of_the_first_example(case: Case) -> None:
    own, shared = case.build(), case.build(per="batch")
    for layer in (own, shared):
        layer(case.inputs())
    assert torch.equal(mask_of(own)[:1], mask_of(shared))


@every
def test_an_example_drops_the_same_in_any_company(case: Case) -> None:
    inputs = case.inputs()
    many, few = case.build(), case.build()
    many(inputs)
    few(inputs[:7])
    assert torch.equal(mask_of(many)[:7], mask_of(few))
    assert not torch.equal(mask_of(few)[0], mask_of(few)[1])


@every
def test_settings_are_shown(case: Case) -> None:
    assert "drop_prob=0.25, seed=1, per='sample'" in repr(case.build())


@every
@pytest.mark.parametrize("drop_prob", [-0.1, 1.0, 2.0, float("nan")])
def test_impossible_probabilities_are_refused(case: Case, drop_prob: float) -> None:
    with pytest.raises(ValueError, match=r"drop_prob must lie in \[0, 1\)"):
        case.build(drop_prob=drop_prob)


@every
def test_other_nonsense_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match="keeps nothing"):
        case.build(drop_prob=1.0 - 1e-9)
    with pytest.raises(ValueError, match="per must be sample or batch; got 'unit'"):
        case.build(per="unit")
    with pytest.raises(ValueError, match=r"floating-point numbers; got torch\.int64"):
        case.build()(case.inputs().long())
    with pytest.raises(ValueError, match=r"got \(3,\)"):
        case.build(per="batch")(torch.ones(3))


@every
def test_nothing_dropped_is_nothing_changed(case: Case) -> None:
    layer, inputs = case.build(drop_prob=0.0), case.inputs()
    torch.testing.assert_close(layer(inputs), layer.eval()(inputs), rtol=1e-14, atol=0.0)


@every
def test_a_batch_may_be_empty(case: Case) -> None:
    layer, inputs = case.build(), case.inputs()
    assert layer(inputs[:0]).shape == (0, *layer(inputs).shape[1:])


@every
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no accelerator")
def test_an_accelerator_drops_the_same(case: Case) -> None:
    here, there, inputs = case.build(), case.build().cuda(), case.inputs()
    for _ in range(3):
        outputs = there(inputs.cuda())
        torch.testing.assert_close(outputs.cpu(), here(inputs))
        assert outputs.is_cuda
        if case.name == "gaussian":
            torch.testing.assert_close(mask_of(there).cpu(), mask_of(here))
        else:
            assert torch.equal(mask_of(there).cpu(), mask_of(here))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (ChannelDropout(seed=1), (3, 32, 32)),
        (ChannelDropout(seed=1, dimensions=1), (4, 3, 8, 8)),
        (BlockDropout(seed=1), (3, 32, 32)),
        (DROPOUTS["fixed-count"](seed=1), (4, 10, 16)),
    ],
)
def test_images_without_examples_are_not_taken_for_sequences(layer: DropoutLayer, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"takes inputs \(examples, (channels|units)"):
        layer(torch.ones(shape))


def test_expectations_of_half_precision_are_not_rounded() -> None:
    layer = DROPOUTS["bernoulli"](0.3, seed=1)
    layer(torch.ones(1000, dtype=torch.float16))
    assert float(mask_of(layer).max()) == pytest.approx(1.0 / keep_prob(0.3), rel=1e-7)
