"""Keyed draws: the hash to the bit, distributions, and the same numbers whoever stands beside."""

from itertools import combinations

import pytest
import torch
from scipy import stats
from torch import Tensor

from nets import draws
from sim import reference

KEYS = draws.keys_of([1, 2, 3, 2**63 + 5], 7)
STEPS = [0, 1, 1000, 2**40]


class Elsewhere(torch.Tensor):
    """A tensor that denies being on a processor, to take the way of all other devices."""

    is_cpu = property(lambda _self: False)


def elsewhere(keys: Tensor) -> Tensor:
    return keys.as_subclass(Elsewhere)


def here(tensor: Tensor) -> Tensor:
    return tensor.as_subclass(torch.Tensor)


@pytest.mark.oracle
@pytest.mark.parametrize("step", STEPS)
def test_words_are_those_of_plain_integer_arithmetic(step: int) -> None:
    drawn = draws.words(KEYS, step, 5)
    for row, key in enumerate(KEYS.tolist()):
        stream = reference.branch(key % 2**64, step)
        assert [word % 2**64 for word in drawn[row].tolist()] == [reference.branch(stream, i) for i in range(5)]
        uniform = draws.uniform(KEYS, step, (5,))[row].tolist()
        assert uniform == [reference.uniform(stream, i) for i in range(5)]


@pytest.mark.oracle
@pytest.mark.parametrize("step", STEPS)
def test_every_device_draws_the_same(step: int) -> None:
    away = elsewhere(KEYS)
    assert isinstance(draws.words(away, step, 3), Elsewhere)
    for count in (1, 64, 259):
        assert torch.equal(here(draws.words(away, step, count)), draws.words(KEYS, step, count))
        assert torch.equal(here(draws.keep(away, step, (count,), 0.3)), draws.keep(KEYS, step, (count,), 0.3))
        assert torch.equal(here(draws.normal(away, step, (count,))), draws.normal(KEYS, step, (count,)))
    for count in range(6):
        assert torch.equal(here(draws.choose(away, step, (4, 5), count)), draws.choose(KEYS, step, (4, 5), count))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scaled_masks_are_masks_times_a_scale(dtype: torch.dtype) -> None:
    scale = 1.0 / 0.7
    expected = draws.keep(KEYS, 5, (3, 87), 0.3).to(dtype) * torch.tensor(scale, dtype=dtype)
    for keys in (KEYS, elsewhere(KEYS)):
        drawn = here(draws.scaled_keep(keys, 5, (3, 87), 0.3, scale, dtype))
        assert drawn.dtype == dtype
        assert torch.equal(drawn, expected)


@pytest.mark.oracle
def test_a_mask_keeps_the_lanes_that_reach_the_threshold() -> None:
    words = draws.words(KEYS[:1], 9, 250)[0].tolist()
    lanes = [(word % 2**64 >> 16 * lane) % 65536 for word in words for lane in range(4)]
    signed = [lane - 65536 if lane >= 32768 else lane for lane in lanes]
    of_one_lane = (signed[17] + 32768) / 65536
    for drop_prob in (0.0, 0.2, 0.5, 0.999, of_one_lane):
        least = round(drop_prob * 65536) - 32768
        assert draws.keep(KEYS[:1], 9, (1000,), drop_prob)[0].tolist() == [lane >= least for lane in signed]


def test_what_one_key_draws_depends_on_no_other() -> None:
    def drawn(keys: Tensor, examples: int) -> list[Tensor]:
        shape = (examples, 37)
        return [
            draws.keep(keys, 3, shape, 0.4),
            draws.normal(keys, 3, shape),
            draws.uniform(keys, 3, shape),
            draws.choose(keys, 3, shape, 9),
        ]

    together = drawn(KEYS, 21)
    for which in range(len(KEYS)):
        alone = drawn(KEYS[which : which + 1], 8)
        assert all(torch.equal(one[0], all_[which, :8]) for one, all_ in zip(alone, together, strict=True))
    assert not torch.equal(together[0][0], together[0][1])
    assert torch.equal(draws.words(KEYS[::2], 3, 5), draws.words(KEYS, 3, 5)[::2])


@pytest.mark.oracle
def test_normal_numbers_are_normal_and_independent() -> None:
    drawn = draws.normal(draws.keys_of([1], 0), 0, (400_000,))[0].double()
    assert stats.kstest(drawn.numpy(), "norm").pvalue > 0.001
    assert stats.kstest((drawn.view(-1, 2).square().sum(1) / 2).numpy(), "expon").pvalue > 0.001
    for lag in (1, 2, 3):
        assert abs(float((drawn[lag:] * drawn[:-lag]).mean())) < 5 / 400_000**0.5
    beyond = int((drawn.abs() > 4.0).sum())
    expected = 400_000 * 2 * stats.norm.sf(4.0)
    assert abs(beyond - expected) < 5 * expected**0.5


@pytest.mark.oracle
def test_chosen_are_those_with_the_least_words_and_all_choices_are_equally_likely() -> None:
    shape = (20_000, 4)
    chosen = draws.choose(KEYS[:1], 0, shape, 2)[0]
    rank = draws.words(KEYS[:1], 0, 80_000).view(shape).argsort(dim=1).argsort(dim=1)
    assert torch.equal(chosen, rank < 2)
    code = (chosen.long() * torch.tensor([1, 2, 4, 8])).sum(1)
    counts = [int((code == 2**a + 2**b).sum()) for a, b in combinations(range(4), 2)]
    assert sum(counts) == shape[0]
    assert stats.chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("count", [0, 1, 100, 1023, 1024])
def test_exactly_as_many_are_chosen_as_asked_for(count: int) -> None:
    assert bool((draws.choose(KEYS, 1, (6, 1024), count).sum(2) == count).all())


def test_nothing_may_be_drawn_for_nobody() -> None:
    nobody = KEYS[:0]
    assert draws.words(nobody, 0, 3).shape == (0, 3)
    assert draws.keep(nobody, 0, (2, 3), 0.5).shape == (0, 2, 3)
    assert draws.normal(nobody, 0, (2, 3)).shape == (0, 2, 3)
    assert draws.keep(KEYS, 0, (0, 3), 0.5).shape == (4, 0, 3)
    assert draws.choose(KEYS, 0, (0, 3), 2).shape == (4, 0, 3)


def test_orders_are_permutations_of_their_own() -> None:
    orders = draws.order(KEYS, 2, 50)
    assert torch.equal(orders.sort(dim=1).values, torch.arange(50).expand(4, 50))
    assert not torch.equal(orders[0], orders[1])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no accelerator")
def test_an_accelerator_draws_the_same() -> None:
    away = KEYS.cuda()
    assert torch.equal(draws.words(away, 4, 99).cpu(), draws.words(KEYS, 4, 99))
    assert torch.equal(draws.keep(away, 4, (5, 99), 0.3).cpu(), draws.keep(KEYS, 4, (5, 99), 0.3))
    assert torch.equal(draws.choose(away, 4, (5, 99), 30).cpu(), draws.choose(KEYS, 4, (5, 99), 30))
    torch.testing.assert_close(draws.normal(away, 4, (5, 99)).cpu(), draws.normal(KEYS, 4, (5, 99)))
