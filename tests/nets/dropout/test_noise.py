"""Noise functions: exact means, their laws, and independence of company."""

from itertools import product
from typing import get_args

import pytest
import torch
from torch import Tensor

from nets import draws
from nets.dropout import NOISES, Noise, Per, keep_prob
from nets.dropout.noise import block

KEYS = draws.keys_of([1, 2, 3], 0)
SHAPES = [(name, shape) for name in NOISES for shape in [(9, 8), (9, 8, 5), (9, 8, 5, 4), (9, 8, 2, 5, 4)]]
SHAPES = [(name, shape) for name, shape in SHAPES if name != "block" or len(shape) > 2]
every = pytest.mark.parametrize(("name", "shape"), SHAPES)


@every
@pytest.mark.parametrize("per", get_args(Per))
def test_factors_are_the_same_alone_or_beside_others(name: str, shape: tuple[int, ...], per: Per) -> None:
    noise = NOISES[name]
    together = noise(KEYS, 4, shape, 0.4, per=per)
    assert together.dtype == torch.float32
    together.expand(3, *shape)
    assert together.shape[1] == (shape[0] if per == "sample" else 1)
    for which in range(3):
        assert torch.equal(noise(KEYS[which : which + 1], 4, shape, 0.4, per=per)[0], together[which])
    assert torch.equal(noise(KEYS, 4, (5, *shape[1:]), 0.4, per=per), together[:, :5])
    assert not torch.equal(noise(KEYS, 5, shape, 0.4, per=per), together)
    assert not torch.equal(together[0], together[1])


@every
def test_double_precision_has_the_same_factors(name: str, shape: tuple[int, ...]) -> None:
    double = NOISES[name](KEYS, 4, shape, 0.4, dtype=torch.float64)
    torch.testing.assert_close(double.float(), NOISES[name](KEYS, 4, shape, 0.4), rtol=1e-6, atol=1e-6)


@every
def test_dropping_nothing_is_multiplying_by_one(name: str, shape: tuple[int, ...]) -> None:
    assert bool((NOISES[name](KEYS, 4, shape, 0.0) == 1.0).all())


@pytest.mark.oracle
@pytest.mark.parametrize("drop_prob", [0.1, 0.5, 0.77])
def test_the_mean_is_exactly_one(drop_prob: float) -> None:
    size = {"dtype": torch.float64}
    for name in ("bernoulli", "channel"):
        factor = NOISES[name](KEYS, 0, (50, 40), drop_prob, **size).max()  # type: ignore[arg-type]
        assert float(factor) * (1.0 - round(drop_prob * 65536) / 65536) == pytest.approx(1.0, rel=1e-15)
    blocks = block(KEYS, 0, (50, 4, 9), drop_prob, block_size=7, dtype=torch.float64)
    gamma = round((1.0 - keep_prob(drop_prob) ** (1.0 / 7)) * 65536) / 65536
    assert float(blocks.max()) * (1.0 - gamma) ** 7 == pytest.approx(1.0, rel=1e-14)
    fixed = NOISES["fixed-count"](KEYS, 0, (50, 40), drop_prob, dtype=torch.float64)
    torch.testing.assert_close(fixed.mean(2), torch.ones(3, 50, dtype=torch.float64), rtol=1e-14, atol=0.0)


@pytest.mark.oracle
@pytest.mark.parametrize(("units", "kept"), [(1, 1), (3, 2), (8, 6), (10, 8), (128, 96)])
def test_a_fixed_count_keeps_exactly_so_many(units: int, kept: int) -> None:
    factors = NOISES["fixed-count"](KEYS, 0, (30, units, 2, 2), 0.25)
    assert factors.shape == (3, 30, units, 1, 1)
    assert bool(((factors > 0).sum(2) == kept).all())
    assert set(factors.flatten().tolist()) <= {0.0, float(torch.tensor(units / kept))}


@pytest.mark.oracle
def test_units_of_a_fixed_count_are_correlated_as_draws_without_replacement() -> None:
    factors = NOISES["fixed-count"](KEYS[:1], 0, (20_000, 5), 0.4)[0].double()
    correlation = torch.corrcoef(factors.T)[~torch.eye(5, dtype=torch.bool)]
    assert float((correlation + 1 / 4).abs().max()) < 5 / 20_000**0.5


def slow_block(starts: Tensor, size: int, height: int, width: int) -> Tensor:
    """What is kept (height, width) of a map, where ``starts`` say at which corners blocks are dropped."""
    kept = torch.ones(height, width, dtype=torch.bool)
    for row, column in starts.nonzero().tolist():
        kept[max(0, row - size + 1) : row + 1, max(0, column - size + 1) : column + 1] = False
    return kept


@pytest.mark.oracle
@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_what_is_dropped_is_a_union_of_squares(size: int) -> None:
    factors = block(KEYS, 7, (4, 3, 6, 5), 0.4, block_size=size)
    gamma = 1.0 - 0.6 ** (1.0 / size**2)
    starts = ~draws.keep(KEYS, 7, (4, 3, 6 + size - 1, 5 + size - 1), gamma)
    for at in product(range(3), range(4), range(3)):
        assert torch.equal(factors[at] > 0, slow_block(starts[at], size, 6, 5))


@pytest.mark.oracle
def test_blocks_of_one_position_are_bernoulli_noise() -> None:
    shape = (5, 4, 6, 3)
    one = block(KEYS, 2, shape, 0.3, block_size=1, dtype=torch.float64)
    torch.testing.assert_close(one, NOISES["bernoulli"](KEYS, 2, shape, 0.3, dtype=torch.float64), rtol=1e-15, atol=0.0)


@pytest.mark.oracle
def test_two_positions_of_a_block_are_kept_together_as_their_overlap_says() -> None:
    size, drop_prob, maps = 3, 0.4, 40_000
    keep = 1.0 - drop_prob
    kept = (block(KEYS[:1], 0, (maps, 1, 4, 5), drop_prob, block_size=size)[0, :, 0] > 0).double()
    for rows, columns in product(range(4), range(5)):
        shared = max(0, size - rows) * max(0, size - columns) / size**2
        both = float((kept[:, 0, 0] * kept[:, rows, columns]).mean())
        expected = keep ** (2.0 - shared)
        assert abs(both - expected) < 5 * (expected * (1.0 - expected) / maps) ** 0.5 + 1e-3


@every
def test_channels_and_units_are_whole(name: str, shape: tuple[int, ...]) -> None:
    factors = NOISES[name](KEYS, 0, shape, 0.4)
    whole = name in {"channel", "fixed-count"}
    assert factors.shape[3:] == ((1,) * (len(shape) - 2) if whole else shape[2:])


def test_probabilities_are_rounded_as_masks_are() -> None:
    assert keep_prob(0.3) == 1.0 - round(0.3 * 65536) / 65536
    assert keep_prob(0.0) == 1.0
    assert keep_prob(0.5) == 0.5


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_nonsense_is_refused(noise: Noise) -> None:
    shape = (2, 3, 4)
    for drop_prob in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match=r"drop_prob must lie in \[0, 1\)"):
            noise(KEYS, 0, shape, drop_prob)
    with pytest.raises(ValueError, match="keeps nothing"):
        noise(KEYS, 0, shape, 0.9999999)
    with pytest.raises(ValueError, match="per must be sample or batch; got 'unit'"):
        noise(KEYS, 0, shape, 0.5, per="unit")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["fixed-count", "channel", "block"])
def test_shapes_without_units_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} noise needs a shape"):
        NOISES[name](KEYS, 0, (5,), 0.5)


def test_what_cannot_be_dropped_is_refused() -> None:
    with pytest.raises(ValueError, match=r"drop_prob 0.9 keeps none of 4 units; lower it below 0.875"):
        NOISES["fixed-count"](KEYS, 0, (5, 4), 0.9)
    with pytest.raises(ValueError, match=r"needs a shape \(examples, channels, length, ...\)"):
        NOISES["block"](KEYS, 0, (5, 4), 0.5)
    with pytest.raises(ValueError, match="block_size must be at least 1; got 0"):
        block(KEYS, 0, (5, 4, 3), 0.5, block_size=0)
