"""What sex and dropout have in common, exactly: both damp interactions of order k, one by 2**-k and the other by q**k.

With ``T_rho v = sum_S rho**|S| c_S chi_S``: free recombination with random mates is ``T_1/2``, and training under input
dropout with keep probability q ends in ``T_q``. Here the simulator's own kernel and trained models are held to that.
"""

from collections.abc import Iterator
from itertools import product
from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from analysis import complete, exact_spectrum, interaction_spectrum, noise_stability, walsh_transform
from analysis.measures.walsh import by_order
from nets.dropout import Dropout
from nets.threads import single_thread
from sim import AdditiveLandscape, PairwiseLandscape, evolve, pack, unpack
from sim.reproduction import FREE, SEXUAL, choose_parents, mutation_table, offspring_genomes
from tests.strategies import TableGame, Values, tables


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Products as small as these only wait for one another on several."""
    with single_thread():
        yield


def orders(n: int) -> Values:
    return np.bitwise_count(np.arange(2**n)).astype(float)


def basis(signs: Values) -> Values:
    """All Walsh features (rows, 2**n) of rows (rows, n); of -1 and +1, the functions ``chi_S``."""
    inside = complete(signs.shape[1]).masks
    features: Values = np.prod(np.where(inside[None], signs[:, None], 1.0), axis=2)
    return features


def damped(values: Values, rho: float) -> Values:
    """``T_rho v`` at all masks."""
    n = values.size.bit_length() - 1
    result: Values = basis(np.where(complete(n).masks, 1.0, -1.0)) @ (rho ** orders(n) * walsh_transform(values))
    return result


@pytest.mark.oracle
@given(tables(least=1, most=5))
def test_free_recombination_with_a_random_mate_damps_order_k_by_two_to_the_k(values: Values) -> None:
    """By enumeration: every mate and every way to choose from two parents, equally often."""
    n = values.size.bit_length() - 1
    number = np.arange(2**n)
    own, mate, take = number[:, None, None], number[None, :, None], number[None, None, :]
    children = values[(own & take) | (mate & ~take)].mean((1, 2))
    assert children == pytest.approx(damped(values, 0.5), abs=1e-12 * np.abs(values).max())
    kept = 2.0 ** -np.arange(n + 1.0) * by_order(walsh_transform(values))[0]
    assert np.mean((values - values.mean()) * (children - values.mean())) == pytest.approx(kept[1:].sum())


def families(n: int, copies: int) -> tuple[Values, Values]:
    """Genotype numbers of mothers and children, by the simulator's kernel: each genotype a mother equally often."""
    number = np.tile(np.arange(2**n), copies)
    population = pack((number[:, None] >> np.arange(n)) & 1 == 1)
    _, mates = choose_parents(np.zeros(number.size), np.ones(number.size), SEXUAL, np.uint64(11))
    mothers = np.arange(number.size)
    children, _ = offspring_genomes(population, mothers, mates, n, FREE, mutation_table(n, 0.0), np.uint64(12))
    return number.astype(float), unpack(children, n) @ (1.0 * (1 << np.arange(n)))


@pytest.mark.oracle
@pytest.mark.parametrize("n", [3, 5])
def test_children_in_the_simulator_have_the_damped_fitness(n: int) -> None:
    """Sex is ``T_1/2``: mean fitness of the children of every genotype, on a landscape with all orders."""
    values = np.random.default_rng(n).standard_normal(2**n)
    mothers, children = families(n, 4000)
    mother, fitness = mothers.astype(int), values[children.astype(int)]
    expected = damped(values, 0.5)
    for genotype in range(2**n):
        own = fitness[mother == genotype]
        assert abs(own.mean() - expected[genotype]) < 4 * own.std(ddof=1) / np.sqrt(own.size)
    undamped = np.abs(values - expected) > 8 * values.std() / np.sqrt(4000)
    assert undamped.sum() > 2**n / 2  # so the check would see that nothing is damped


@pytest.mark.oracle
def test_parents_and_children_in_the_simulator_covary_as_the_orders_damped() -> None:
    """Parent-offspring covariance ``sum_k 2**-k V_k``, which is also noise stability at 1/2."""
    n = 6
    values = np.random.default_rng(1).standard_normal(2**n) + 2.0 * complete(n).masks @ np.ones(n)
    mothers, children = families(n, 2000)
    v = values - values.mean()
    products = v[mothers.astype(int)] * v[children.astype(int)]
    weights = by_order(walsh_transform(values))[0]
    expected = 2.0 ** -np.arange(1.0, n + 1) @ weights[1:]
    assert abs(products.mean() - expected) < 4 * products.std(ddof=1) / np.sqrt(products.size)
    stability = noise_stability(TableGame(values), samples=2**17, seed=2)
    assert abs(stability.covariance[4] - expected) < 4 * stability.covariance_error[4]


@pytest.mark.oracle
def test_a_generation_of_the_simulator_damps_its_own_landscape() -> None:
    """A pairwise landscape and its own inheritance: additive part halved, epistatic quartered."""
    landscape = PairwiseLandscape.random(loci=20, additive_variance=1.0, epistatic_variance=1.0, selection=0.5, seed=3)
    size = 100_000
    parents = landscape.founders(size, 5)
    mates = np.random.default_rng(6).permutation(size)
    children, _ = landscape.offspring(parents, np.arange(size), mates, FREE, 0.0, np.uint64(7))
    s = np.where(unpack(parents, 20), 1.0, -1.0)
    additive = 0.5 * s @ landscape.additive
    pairs = landscape.log_fitness(parents) - additive
    fitness = landscape.log_fitness(children)
    for part, kept in ((additive, 0.5), (pairs, 0.25)):
        products = part * fitness
        assert abs(products.mean() - kept * 0.25) < 4 * products.std() / np.sqrt(size)  # 0.25: the variance of a part


@pytest.mark.oracle
def test_neutral_generations_take_half_of_every_pair_apart() -> None:
    """``evolve`` without selection, from halves with all alleles and none: ``D_t = D_0 / 2**t``, frequencies stay."""
    size, loci = 100_000, 8
    neutral = AdditiveLandscape(loci=loci, effects_of_loci=np.zeros(loci))
    population = pack(np.repeat([[True] * loci, [False] * loci], size // 2, axis=0))
    error = np.sqrt(4 / 3 / size)  # of a product of two signs: what each generation adds is halved in the next
    for generation in range(1, 5):
        population = evolve(neutral, SEXUAL, population, generations=1, mutation=0.0, seed=generation).individuals
        s = np.where(unpack(population, loci), 1.0, -1.0)
        together = (s.T @ s / size)[np.triu_indices(loci, 1)]
        assert np.all(np.abs(together - 2.0**-generation) < 4 * error)
        assert np.all(np.abs(s.mean(0)) < 4 * np.sqrt(generation / size))


def trained(values: Values, keep_prob: float, rows: list[tuple[float, tuple[int, ...]]]) -> Values:
    """Coefficients (2**n,) of a model linear in all Walsh features, by gradient descent under input dropout.

    ``rows``: every mask of the inputs with its probability. Inverted dropout: what is kept is divided by keep_prob.
    """
    n = values.size.bit_length() - 1
    signs = np.where(complete(n).masks, 1.0, -1.0)
    weight = torch.tensor(np.repeat([p for p, _ in rows], 2**n) / 2**n)
    inputs = np.concatenate([signs * np.array(kept) / keep_prob for _, kept in rows])
    features, target = torch.tensor(basis(inputs)), torch.tensor(np.tile(values, len(rows)))
    model = torch.nn.Linear(2**n, 1, bias=False, dtype=torch.float64)
    torch.nn.init.zeros_(model.weight)
    largest = float(torch.linalg.eigvalsh(features.T @ (weight[:, None] * features)).max())
    optimiser = torch.optim.SGD(model.parameters(), lr=0.9 / largest)
    for _ in range(2000):
        optimiser.zero_grad()
        loss = torch.sum(weight * (model(features)[:, 0] - target) ** 2)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return np.asarray(model.weight.detach()[0].numpy(), dtype=np.float64)


@pytest.mark.oracle
@pytest.mark.parametrize("keep_prob", [0.5, 0.8])
@pytest.mark.parametrize("n", [3, 4])
def test_models_trained_under_input_dropout_end_in_damped_coefficients(n: int, keep_prob: float) -> None:
    """Dropout is ``T_q``: the coefficient on S is ``q**|S| c_S``, and at q = 1/2 the model is free recombination."""
    values = np.random.default_rng(n).standard_normal(2**n)
    rows = [(keep_prob ** sum(kept) * (1 - keep_prob) ** (n - sum(kept)), kept) for kept in product((0, 1), repeat=n)]
    found = trained(values, keep_prob, rows)
    assert found == pytest.approx(keep_prob ** orders(n) * walsh_transform(values), abs=1e-9)
    deployed = basis(np.where(complete(n).masks, 1.0, -1.0)) @ found
    assert deployed == pytest.approx(damped(values, keep_prob), abs=1e-8)
    if keep_prob == 0.5:
        number = np.arange(2**n)
        children = values[(number[:, None, None] & number) | (number[None, :, None] & ~number[None, None, :])].mean(
            (1, 2)
        )
        assert deployed == pytest.approx(children, abs=1e-8)
    assert trained(values, 1.0, [(1.0, (1,) * n)]) == pytest.approx(walsh_transform(values), abs=1e-9)


@pytest.mark.oracle
@pytest.mark.parametrize("keep_prob", [0.5, 0.8])
def test_so_do_models_trained_with_the_networks_own_dropout_layer(keep_prob: float) -> None:
    """Sampled masks, new ones at each step; 24 models at once, of which averages over late steps are kept."""
    n, models, batch, steps = 3, 24, 64, 1500
    values = np.random.default_rng(9).standard_normal(2**n)
    layer = Dropout(1 - keep_prob, seed=1)
    rng = np.random.default_rng(2)
    inside = torch.tensor(complete(n).masks)
    signs, target = torch.tensor(np.where(complete(n).masks, 1.0, -1.0)), torch.tensor(values)
    coefficients = torch.zeros((models, 2**n), dtype=torch.float64)
    average = torch.zeros_like(coefficients)
    for step in range(steps):
        pick = torch.from_numpy(rng.integers(0, 2**n, (models, batch)))
        dropped = layer(signs[pick])
        features = torch.where(inside, dropped[..., None, :], 1.0).prod(-1)
        off = torch.einsum("mbs,ms->mb", features, coefficients) - target[pick]
        coefficients -= 0.04 / (1 + step / 300) * torch.einsum("mb,mbs->ms", off, features) / batch
        if step >= steps // 2:
            average += coefficients / (steps - steps // 2)
    found = average.numpy()
    expected = keep_prob ** orders(n) * walsh_transform(values)
    error = found.std(0, ddof=1) / np.sqrt(models)
    assert np.all(np.abs(found.mean(0) - expected) < 4 * error)
    assert np.abs(expected - walsh_transform(values))[-1] > 8 * error[-1]


@pytest.mark.oracle
@pytest.mark.parametrize("size", [2, 3, 5, 8])
def test_conspiracies_and_spare_parts_have_one_spectrum(size: int) -> None:
    """AND and OR: every ``f_S**2`` is ``4**-size``, so the first-order share is ``k / (2**k - 1)`` for both."""
    together = exact_spectrum(complete(size).masks.all(1).astype(float))
    spare = exact_spectrum(complete(size).masks.any(1).astype(float))
    expected = [comb(size, k) / (2**size - 1) for k in range(1, size + 1)]
    assert together.all_shares == pytest.approx(expected)
    assert spare.all_shares == pytest.approx(expected)
    assert together.first_order_share == pytest.approx(size / (2**size - 1))
    assert together.interaction == pytest.approx(-spare.interaction)
    assert together.masses == pytest.approx([comb(size, 2) * 2.0 ** (2 - size), 0], abs=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize(("neighbours", "adjacent"), [(0, True), (2, True), (2, False), (4, False)])
def test_nk_landscapes_have_their_mean_spectrum(neighbours: int, adjacent: bool) -> None:
    """``V_k / V = C(K + 1, k) / (2**(K + 1) - 1)`` for any neighbourhood (Neidhart, Szendro & Krug 2013)."""
    n, block = 9, neighbours + 1
    masks = complete(n).masks
    off = []
    expected = np.array([comb(block, k) / (2**block - 1) for k in range(1, n + 1)])
    total = np.zeros(n)
    for seed in range(200):
        rng = np.random.default_rng(seed)
        values = np.zeros(2**n)
        for locus in range(n):
            others = (locus + 1 + np.arange(neighbours)) % n
            if not adjacent:
                others = rng.permutation(np.delete(np.arange(n), locus))[:neighbours]
            own = masks[:, [locus, *others]] @ (1 << np.arange(block))
            values += rng.random(2**block)[own]
        found = exact_spectrum(values)
        shares = found.variance * found.all_shares
        total += shares
        off.append(shares - expected * found.variance)
    error = np.std(off, axis=0, ddof=1) / np.sqrt(len(off))
    assert np.all(np.abs(np.mean(off, axis=0)) <= 4 * error + 1e-14)
    assert total / total.sum() == pytest.approx(expected, abs=0.03)


@pytest.mark.oracle
@given(tables(least=2, most=6), st.sampled_from([0.2, 0.5, 0.7]))
def test_mixability_is_the_slope_of_the_mean_in_one_keep_probability(values: Values, keep_prob: float) -> None:
    """Fisher's average effect: ``d E[v] / d q_i``, exact by difference since the mean is linear in each ``q_i``."""
    n = values.size.bit_length() - 1
    masks = complete(n).masks
    found = interaction_spectrum(TableGame(values), keep_prob=keep_prob).mixability
    for element in range(n):
        q = np.full((2, n), keep_prob)
        q[:, element] = [0.0, 1.0]
        low, high = (np.prod(np.where(masks, row, 1 - row), axis=1) @ values for row in q)
        assert found[element] == pytest.approx(high - low, abs=1e-9 * np.abs(values).max())
