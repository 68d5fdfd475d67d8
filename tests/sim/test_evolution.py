"""Evolution: the invariances to the bit, and closed-form population genetics."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from sim import CLONAL, SEXUAL, GeneNetworkLandscape, Landscape, PairwiseLandscape, Population, Reproduction, evolve


def flat(loci: int) -> PairwiseLandscape:
    return PairwiseLandscape(additive=np.zeros(loci), pairs=np.zeros((loci, loci)), selection=1.0)


def rugged() -> PairwiseLandscape:
    return PairwiseLandscape.random(loci=40, additive_variance=1, epistatic_variance=4, selection=0.2, seed=1)


def network() -> GeneNetworkLandscape:
    return GeneNetworkLandscape.random(genes=6, density=0.8, selection=10, seed=2)


def run(landscape: Landscape, reproduction: Reproduction, seed: int, generations: int = 30) -> Population:
    founders = landscape.founders(100, seed)
    return evolve(landscape, reproduction, founders, generations=generations, mutation=0.01, seed=seed)


def same(a: Population, b: Population) -> bool:
    return all(
        np.array_equal(getattr(a, field), getattr(b, field)) for field in ("individuals", "log_fitness", "history")
    )


@pytest.mark.parametrize("landscape", [rugged(), network()], ids=["genomes", "networks"])
@pytest.mark.parametrize("reproduction", [CLONAL, SEXUAL, Reproduction(sex_fraction=0.3)])
def test_stopping_and_going_on_is_going_through(landscape: Landscape, reproduction: Reproduction) -> None:
    whole = run(landscape, reproduction, 5)
    part = run(landscape, reproduction, 5, generations=11)
    assert same(whole, evolve(landscape, reproduction, part, generations=19, mutation=0.01, seed=5))


@pytest.mark.parametrize("landscape", [rugged(), network()], ids=["genomes", "networks"])
def test_threads_and_order_change_nothing(landscape: Landscape) -> None:
    serial = [run(landscape, SEXUAL, seed) for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        threaded = list(pool.map(lambda seed: run(landscape, SEXUAL, seed), reversed(range(6))))
    assert all(same(a, b) for a, b in zip(serial, reversed(threaded), strict=True))


def test_another_seed_is_another_history() -> None:
    assert not same(run(rugged(), SEXUAL, 1), run(rugged(), SEXUAL, 2))


@pytest.mark.parametrize("landscape", [rugged(), network()], ids=["genomes", "networks"])
def test_inherited_values_are_those_of_the_genomes(landscape: Landscape) -> None:
    population = run(landscape, SEXUAL, 3)
    assert np.array_equal(population.log_fitness, landscape.log_fitness(population.individuals))
    assert population.history[-1] == np.exp(population.log_fitness).mean()


@pytest.mark.parametrize("reproduction", [CLONAL, SEXUAL])
def test_neutral_diversity_decays_by_one_over_n_a_generation(reproduction: Reproduction) -> None:
    """H_t = H_0 (1 - 1/N)**t for haploids, at whatever rate of sex."""
    size, generations, landscape = 50, 40, flat(200)
    kept = []
    for seed in range(60):
        founders = landscape.founders(size, seed)
        late = evolve(landscape, reproduction, founders, generations=generations, mutation=0.0, seed=seed)
        before, after = (landscape.observations(g).mean(0) for g in (founders, late.individuals))
        kept.append(np.sum(after * (1 - after)) / np.sum(before * (1 - before)))
    error = np.std(kept, ddof=1) / np.sqrt(len(kept))
    assert abs(np.mean(kept) - (1 - 1 / size) ** generations) < 4 * error


def test_a_beneficial_mutation_is_fixed_as_often_as_kimura_says() -> None:
    """(1 - exp(-2s)) / (1 - exp(-2Ns)) for one mutant among N haploids; here s = 0.1, N = 50."""
    size, advantage = 50, 0.1
    landscape = PairwiseLandscape(additive=np.array([advantage / 2, 0.0]), pairs=np.zeros((2, 2)), selection=1.0)
    founders = np.zeros((size, 1), dtype=np.uint64)
    founders[0] = 1
    trials = 1500
    fixed = np.mean(
        [
            landscape.observations(
                evolve(landscape, CLONAL, founders, generations=300, mutation=0.0, seed=seed).individuals
            )[:, 0].mean()
            for seed in range(trials)
        ]
    )
    expected = (1 - np.exp(-2 * advantage)) / (1 - np.exp(-2 * size * advantage))
    assert abs(fixed - expected) < 4 * np.sqrt(expected * (1 - expected) / trials) + 0.01


def test_recombination_halves_linkage_each_generation() -> None:
    """D_t = D_0 / 2**t under free recombination in a large population."""
    landscape, size = flat(2), 200_000
    founders = np.where(np.arange(size) % 2 == 0, 3, 0).astype(np.uint64)[:, None]
    for generations in (1, 3):
        late = evolve(landscape, SEXUAL, founders, generations=generations, mutation=0.0, seed=1)
        a, b = landscape.observations(late.individuals).T
        assert np.mean(a * b) - a.mean() * b.mean() == pytest.approx(0.25 / 2**generations, abs=0.003)


@pytest.mark.parametrize(("setting", "value"), [("mutation", 1.0), ("mutation", -0.1), ("generations", -1)])
def test_impossible_settings_are_refused(setting: str, value: float) -> None:
    landscape = flat(3)
    settings = {"generations": 1, "mutation": 0.0, "seed": 1, setting: value}
    with pytest.raises(ValueError, match=setting):
        evolve(landscape, CLONAL, landscape.founders(4, 1), **settings)  # type: ignore[arg-type]
