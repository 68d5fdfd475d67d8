"""Combining ability: planted variances found again, and noise that does not pass for specificity."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import combining_ability, pool
from tests.strategies import Masks, Values, assert_honest, assert_unbiased


def planted(parents: int, general: float, specific: float, noise: float, rng: np.random.Generator) -> Values:
    """A table of hybrids ``3 + g_i + g_j + s_ij + noise`` with given standard deviations."""
    g, off = general * rng.standard_normal(parents), np.hypot(specific, noise)
    upper = np.triu(off * rng.standard_normal((parents, parents)), 1)
    table: Values = 3.0 + g[:, None] + g + upper + upper.T
    return table


@pytest.mark.oracle
@pytest.mark.parametrize(("general", "specific", "noise"), [(1.0, 0.5, 0.0), (0.3, 1.0, 0.0), (1.0, 0.5, 0.8)])
def test_planted_variances_are_found_without_bias(general: float, specific: float, noise: float) -> None:
    found = [
        combining_ability(planted(7, general, specific, noise, np.random.default_rng(seed)), noise**2)
        for seed in range(1500)
    ]
    assert_unbiased([f.general_variance for f in found], 2 * general**2)
    assert_unbiased([f.specific_variance for f in found], specific**2)
    if noise:  # and would not be, were the noise left in
        naive = [combining_ability(f.hybrids).specific_variance for f in found[:200]]
        assert np.mean(naive) == pytest.approx(specific**2 + noise**2, rel=0.1)


@pytest.mark.oracle
def test_many_parents_tell_the_share_and_its_error() -> None:
    truth = 2 * 0.6**2 / (2 * 0.6**2 + 0.5**2)
    found = [combining_ability(planted(40, 0.6, 0.5, 0.0, np.random.default_rng(seed))) for seed in range(80)]
    shares = np.array([f.share for f in found])
    assert shares.mean() == pytest.approx(truth, abs=4 * shares.std() / np.sqrt(80) + 1 / 40)
    assert_honest(shares, [f.share_error for f in found])


@pytest.mark.oracle
@given(st.integers(5, 12), st.integers(0, 999), st.sampled_from([1e-3, 1.0, 1e4]))
def test_a_table_of_sums_is_all_general(parents: int, seed: int, scale: float) -> None:
    g = scale * np.random.default_rng(seed).standard_normal(parents)
    found = combining_ability(g[:, None] + g)
    assert found.share == pytest.approx(1)
    assert found.share_error == pytest.approx(0, abs=1e-6)
    assert found.general == pytest.approx(g - g.mean())
    assert found.general_variance == pytest.approx(2 * g.var(ddof=1))
    assert found.specific == pytest.approx(np.zeros((parents, parents)), abs=1e-9 * scale)


@pytest.mark.oracle
def test_a_table_without_general_ability_has_none() -> None:
    """A single round robin: every parent has each of the same deviations once, so that all row sums are equal."""
    deviations = np.array([2.0, -1.0, 0.5, -1.5, 3.0])  # of the five rounds of a tournament of six
    table = np.zeros((6, 6))
    for one in range(5):
        for two in range(one + 1, 5):
            table[one, two] = table[two, one] = deviations[(one + two) % 5]
        table[one, 5] = table[5, one] = deviations[2 * one % 5]
    found = combining_ability(table)
    assert found.general == pytest.approx(np.zeros(6), abs=1e-12)
    assert found.general_variance < 0
    assert found.share == 0


@given(st.integers(4, 9), st.integers(0, 999))
def test_the_parts_add_up_to_the_table(parents: int, seed: int) -> None:
    table = planted(parents, 1.0, 1.0, 0.0, np.random.default_rng(seed))
    table[np.diag_indices(parents)] = np.nan  # the parents themselves are not used
    found = combining_ability(table)
    off = ~np.eye(parents, dtype=np.bool_)
    parts = table[off].mean() + found.general[:, None] + found.general + found.specific
    assert parts[off] == pytest.approx(table[off])
    assert found.general.sum() == pytest.approx(0, abs=1e-12)
    assert found.specific.sum(1) == pytest.approx(np.zeros(parents), abs=1e-12)
    assert np.isnan(found.share_error) == (parents == 4)


@dataclass(frozen=True)
class Hybrid:
    """Children whose performance is the mean of what each parent gives, and more where both give a half alike."""

    first: Values
    second: Values
    n: int = 8

    def __call__(self, masks: Masks) -> Values:
        values: Values = np.where(masks, self.first, self.second).sum(1)
        return values

    def performance(self, masks: Masks) -> dict[str, Values]:
        return {"natural": self(masks), "log": -self(masks)}


def test_a_pool_is_crossed_pair_by_pair() -> None:
    """Additive parents: a hybrid, averaged over a mask and its complement, is just the mean of its parents."""
    parents = np.random.default_rng(0).standard_normal((6, 8))
    crossed: list[tuple[int, int]] = []

    def cross(i: int, j: int) -> Hybrid:
        crossed.append((i, j))
        return Hybrid(parents[i], parents[j])

    masks = np.random.default_rng(1).random((16, 8)) < 0.5
    found = pool(cross, 6, masks)
    assert crossed == [(i, j) for i in range(6) for j in range(i + 1, 6)]
    worth = parents.sum(1)
    assert found["natural"].hybrids == pytest.approx((worth[:, None] + worth) / 2)
    assert found["natural"].share == pytest.approx(1)
    assert found["natural"].general_variance == pytest.approx(worth.var(ddof=1) / 2)
    assert found["log"].hybrids == pytest.approx(-found["natural"].hybrids)


@dataclass(frozen=True)
class Noisy:
    """Hybrids that do not differ, whose children do: each mask's value is drawn from the parents' names."""

    seed: int
    n: int = 8

    def __call__(self, masks: Masks) -> Values:
        return np.random.default_rng(self.seed).standard_normal(len(masks))

    def performance(self, masks: Masks) -> dict[str, Values]:
        return {"natural": self(masks)}


def test_noise_of_the_children_is_taken_off() -> None:
    """Twelve children a hybrid, of variance 1/2 each: specific variance 0 is found, not 1/24."""
    found = defaultdict(list)
    for repeat in range(300):
        game = pool(lambda i, j, r=repeat: Noisy(1000 * r + 10 * i + j), 6, np.zeros((12, 8), dtype=np.bool_))  # type: ignore[misc]
        found["specific"].append(game["natural"].specific_variance)
        found["general"].append(game["natural"].general_variance)
    assert_unbiased(found["specific"], 0.0)
    assert_unbiased(found["general"], 0.0)
    assert np.std(found["specific"]) < 1 / 24


def test_hybrids_that_do_not_differ_have_no_share() -> None:
    for table in (np.zeros((5, 5)), np.full((5, 5), 3.0)):
        found = combining_ability(table)
        assert np.isnan(found.share)
        assert np.isnan(found.share_error)
        assert found.reason == "the hybrids do not differ"
    drowned = combining_ability(planted(6, 0.1, 0.1, 0.0, np.random.default_rng(0)), noise=5.0)
    assert drowned.specific_variance < 0
    assert drowned.reason == "the hybrids differ by no more than their noise"


def test_too_few_parents_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 4 parents; got 3"):
        combining_ability(np.zeros((3, 3)))


def test_specific_ability_alone_has_a_share_of_0() -> None:
    """Four parents whose hybrids differ by pairs alone; the general part is then estimated below 0."""
    table = np.zeros((4, 4))
    table[[0, 2], [1, 3]] = table[[1, 3], [0, 2]] = 2.0
    found = combining_ability(table)
    assert (found.reason, found.share) == ("", 0.0)
    with pytest.raises(ValueError, match="every hybrid must be finite"):
        combining_ability(np.where(table == 2.0, np.nan, table))
