"""The contract that every landscape keeps, and the closed forms of each."""

from collections.abc import Callable

import numpy as np
import pytest

from analysis import complete, interaction_spectrum, spectrum
from sim import CrossGame, GeneNetworkLandscape, KnockOutGame, Landscape, PairwiseLandscape
from sim.landscape.gene_network import develop

LANDSCAPES: dict[str, Callable[[], Landscape]] = {
    "pairwise": lambda: PairwiseLandscape.random(
        loci=70, additive_variance=1.0, epistatic_variance=4.0, selection=0.1, seed=1
    ),
    "gene network": lambda: GeneNetworkLandscape.random(genes=8, density=0.75, selection=10.0, seed=1),
}


@pytest.fixture(params=LANDSCAPES)
def landscape(request: pytest.FixtureRequest) -> Landscape:
    return LANDSCAPES[request.param]()


def test_value_of_an_individual_does_not_depend_on_its_companions(landscape: Landscape) -> None:
    individuals = landscape.random_individuals(50, 3)
    together = landscape.log_fitness(individuals)
    assert np.array_equal(together[7:9], landscape.log_fitness(individuals[7:9]))


def test_same_seed_same_individuals(landscape: Landscape) -> None:
    for draw in (landscape.founders, landscape.random_individuals):
        assert np.array_equal(draw(5, 1), draw(5, 1))
    assert not np.array_equal(landscape.random_individuals(5, 1), landscape.random_individuals(5, 2))


def test_intact_is_oneself_and_pure_crosses_are_the_parents(landscape: Landscape) -> None:
    first, second = (landscape.random_individuals(1, seed) for seed in (1, 2))
    both = np.array([[True] * landscape.elements, [False] * landscape.elements])
    own = np.concatenate([landscape.log_fitness(first), landscape.log_fitness(second)])
    assert landscape.knocked_out(first, both)[:1] == pytest.approx(own[:1], abs=1e-12)
    assert np.array_equal(landscape.crossed(first, second, both), own)


def test_observations_have_one_column_an_element(landscape: Landscape) -> None:
    assert landscape.observations(landscape.founders(6, 1)).shape == (6, landscape.elements)


def test_games_give_both_scales(landscape: Landscape) -> None:
    first, second = (landscape.random_individuals(1, seed) for seed in (1, 2))
    masks = np.random.default_rng(0).random((9, landscape.elements)) < 0.5
    for game in (
        KnockOutGame(landscape=landscape, individual=first),
        CrossGame(landscape=landscape, first=first, second=second),
    ):
        natural, log = game.performance(masks).values()
        assert game.n == landscape.elements
        assert np.array_equal(log, game(masks))
        assert np.array_equal(natural, np.exp(log))


def test_pairwise_landscape_has_exactly_the_variance_asked_at_each_order() -> None:
    landscape = PairwiseLandscape.random(loci=10, additive_variance=1.5, epistatic_variance=4.0, selection=0.5, seed=3)
    from sim import pack

    design = complete(10)
    found = spectrum(design, landscape.log_fitness(pack(design.masks)))
    assert found.shares == pytest.approx([1.5 / 5.5, 4.0 / 5.5, 0.0], abs=1e-12)
    assert found.variance == pytest.approx(0.25 * 5.5)


@pytest.mark.parametrize("loci", [2, 3, 50, 64, 65, 130])
def test_fast_value_of_genomes_is_the_formula(loci: int) -> None:
    from sim import unpack

    landscape = PairwiseLandscape.random(loci=loci, additive_variance=1, epistatic_variance=2, selection=0.5, seed=7)
    genomes = landscape.random_individuals(20, 1)
    s = np.where(unpack(genomes, loci), 1.0, -1.0)
    expected = 0.5 * (s @ landscape.additive + 0.5 * np.einsum("ki,ij,kj->k", s, landscape.pairs, s))
    assert landscape.log_fitness(genomes) == pytest.approx(expected, abs=1e-12)


def test_free_recombination_is_the_noise_operator_at_one_half() -> None:
    """E[child of x and a random mate] = sum of 2**-|S| c_S chi_S(x)."""
    from sim import pack, unpack

    landscape = PairwiseLandscape.random(loci=8, additive_variance=1, epistatic_variance=1, selection=1, seed=2)
    everyone = complete(8).masks
    x = everyone[[37]]
    children = [landscape.crossed(pack(x), pack(mate[None]), everyone).mean() for mate in everyone]
    s = np.where(x[0], 1.0, -1.0)
    expected = 0.5 * s @ landscape.additive + 0.25 * 0.5 * s @ landscape.pairs @ s
    assert np.mean(children) == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(unpack(pack(x), 8), x)


def test_knock_out_game_of_a_pairwise_landscape_has_its_closed_form() -> None:
    """With null loci, f_i = (a_i s_i + sum_j b_ij s_i s_j / 2) / 2 and f_ij = b_ij s_i s_j / 4."""
    landscape = PairwiseLandscape.random(loci=9, additive_variance=1, epistatic_variance=2, selection=1, seed=5)
    individual = landscape.random_individuals(1, 4)
    found = interaction_spectrum(KnockOutGame(landscape=landscape, individual=individual))
    from sim import unpack

    s = np.where(unpack(individual, 9)[0], 1.0, -1.0)
    pairs = landscape.pairs * np.outer(s, s)
    first, second = (landscape.additive * s + pairs.sum(1) / 2) / 2, pairs[np.triu_indices(9, 1)] / 4
    total = np.sum(first**2) + np.sum(second**2)
    assert found.shares == pytest.approx([np.sum(first**2) / total, np.sum(second**2) / total, 0.0], abs=1e-12)
    assert found.mixability == pytest.approx(2 * first)
    assert found.interaction == pytest.approx(pairs)


def test_development_finds_fixed_points_and_sees_cycles() -> None:
    initial = np.array([1.0, -1.0])
    copies, swap = np.eye(2), np.array([[0.0, 1.0], [1.0, 0.0]])
    states, stable = develop(np.stack([copies, swap, np.zeros((2, 2))]), initial)
    assert stable.tolist() == [True, False, True]
    assert np.array_equal(states[0], initial)
    assert np.array_equal(states[2], initial), "a gene without input stays as it is"


def test_founder_of_a_gene_network_is_on_target() -> None:
    landscape = GeneNetworkLandscape.random(genes=10, density=0.5, selection=5.0, seed=9)
    assert np.all(landscape.log_fitness(landscape.founders(3, 0)) == 0.0)


def test_a_single_locus_is_refused() -> None:
    with pytest.raises(ValueError, match="loci must be at least 2"):
        PairwiseLandscape.random(loci=1, additive_variance=1, epistatic_variance=1, selection=1, seed=0)
