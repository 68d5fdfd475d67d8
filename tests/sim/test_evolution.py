"""Evolution: the invariances to the bit, the engines against each other, and closed-form population genetics."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from sim import (
    CLONAL,
    SEXUAL,
    AdditiveLandscape,
    Alternation,
    BlockLandscape,
    Bottleneck,
    Demography,
    DominanceLandscape,
    Environment,
    GeneNetworkLandscape,
    Landscape,
    MovingTarget,
    NKLandscape,
    PairwiseLandscape,
    Population,
    Recombination,
    Reproduction,
    Tournament,
    Truncation,
    evolve,
    infinite_population,
    unpack,
)
from sim.evolution import Engine


def flat(loci: int) -> AdditiveLandscape:
    return AdditiveLandscape(loci=loci, effects_of_loci=np.zeros(loci))


RUGGED = PairwiseLandscape.random(loci=40, additive_variance=1, epistatic_variance=4, selection=0.2, seed=1)
WORLDS: dict[str, Landscape | Environment] = {
    "pairs": RUGGED,
    "networks": GeneNetworkLandscape.random(genes=6, density=0.8, selection=10, seed=2),
    "diploids": DominanceLandscape.random(loci=70, selection=0.3, dominance=0.2, seed=1),
    "moving": MovingTarget(landscape=RUGGED, every=4, loci=3),
    "walking": MovingTarget(landscape=RUGGED, every=4, loci=3, movement="walk"),
    "alternating": Alternation(first=RUGGED, second=NKLandscape.random(loci=40, k=2, seed=1), every=3),
}
MODES = {
    "clonal": CLONAL,
    "sexual": SEXUAL,
    "facultative": Reproduction(sex_fraction=0.3, selfing=0.2),
    "mapped": Reproduction(sex_fraction=1.0, recombination=Recombination.uniform(40, 0.02), mates=3),
    "jackpot": Reproduction(sex_fraction=1.0, best_of=3),
    "alleles": Reproduction(sex_fraction=1.0, best_of="alleles"),
}
RARE = Reproduction(sex_fraction=0.1)
GENOMES = ("pairs", "moving", "walking", "alternating")
CASES = [(w, m) for w in WORLDS for m in MODES if w in GENOMES or m in ("clonal", "sexual", "facultative", "jackpot")]


def run(
    world: Landscape | Environment, mode: Reproduction, seed: int, generations: int = 24, engine: Engine = "auto"
) -> Population:
    first = world.at(0) if isinstance(world, Environment) else world
    return evolve(
        world, mode, first.founders(100, seed), generations=generations, mutation=0.01, seed=seed, engine=engine
    )


def same(a: Population, b: Population) -> bool:
    return all(
        np.array_equal(getattr(a, field), getattr(b, field))
        for field in ("individuals", "log_fitness", "history", "weights")
        if getattr(a, field) is not None or getattr(b, field) is not None
    )


@pytest.mark.parametrize(("world", "mode"), CASES)
def test_stopping_and_going_on_is_going_through(world: str, mode: str) -> None:
    whole = run(WORLDS[world], MODES[mode], 5)
    part = run(WORLDS[world], MODES[mode], 5, generations=11)
    assert same(whole, evolve(WORLDS[world], MODES[mode], part, generations=13, mutation=0.01, seed=5))


def test_clones_and_infinite_populations_go_on_as_well() -> None:
    part = run(RUGGED, RARE, 5, generations=40, engine="clones")
    whole = run(RUGGED, RARE, 5, generations=70, engine="clones")
    assert part.weights is not None
    assert part.size == 100
    assert same(whole, evolve(RUGGED, RARE, part, generations=30, mutation=0.01, seed=5))
    small = NKLandscape.random(loci=8, k=2, seed=1)
    start = infinite_population(small)
    half = evolve(small, SEXUAL, start, generations=5, mutation=0.01, seed=0)
    assert same(
        evolve(small, SEXUAL, start, generations=9, mutation=0.01, seed=0),
        evolve(small, SEXUAL, half, generations=4, mutation=0.01, seed=7),
    )


@pytest.mark.parametrize("world", ["pairs", "networks", "walking"])
def test_threads_and_order_change_nothing(world: str) -> None:
    serial = [run(WORLDS[world], SEXUAL, seed) for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        threaded = list(pool.map(lambda seed: run(WORLDS[world], SEXUAL, seed), reversed(range(6))))
    assert all(same(a, b) for a, b in zip(serial, reversed(threaded), strict=True))


def test_another_seed_is_another_history() -> None:
    assert not same(run(RUGGED, SEXUAL, 1), run(RUGGED, SEXUAL, 2))


@pytest.mark.parametrize(("world", "mode"), CASES)
def test_inherited_values_are_those_of_the_genomes(world: str, mode: str) -> None:
    population = run(WORLDS[world], MODES[mode], 3)
    place = WORLDS[world]
    here = place.at(24) if isinstance(place, Environment) else place
    assert np.array_equal(population.log_fitness, here.log_fitness(population.individuals))
    assert population.history[-1] == population.mean_fitness


def distribution(mode: Reproduction, engine: Engine, many: int) -> np.ndarray:
    """Final mean log fitness and number of distinct genomes of independent populations, (many, 2)."""
    landscape = NKLandscape.random(loci=30, k=3, selection=0.3, seed=1)
    founders = np.zeros((300, 1), dtype=np.uint64)
    found = []
    for seed in range(many):
        p = evolve(landscape, mode, founders, generations=40, mutation=1e-3, seed=seed, engine=engine)
        found.append([p.shares @ p.log_fitness, len(np.unique(p.individuals, axis=0))])
    return np.array(found)


@pytest.mark.parametrize("mode", ["clonal", "facultative"])
def test_counting_clones_is_following_individuals(mode: str) -> None:
    """The same distribution of mean fitness and of distinct genomes: means and variances within 4 standard errors."""
    many = 150
    kind = Reproduction(sex_fraction=0.1) if mode == "facultative" else CLONAL
    one, other = (distribution(kind, engine, many) for engine in ("individuals", "clones"))
    error = np.sqrt((one.var(0, ddof=1) + other.var(0, ddof=1)) / many)
    assert np.all(np.abs(one.mean(0) - other.mean(0)) < 4 * error)
    assert np.all(np.abs(np.log(one.var(0) / other.var(0))) < 4 * np.sqrt(2 * 2.5 / many))


@pytest.mark.oracle
@pytest.mark.parametrize(
    "mode", [CLONAL, SEXUAL, Reproduction(sex_fraction=0.5, recombination=Recombination.uniform(6, 0.1))]
)
def test_a_large_population_follows_the_infinite_one(mode: Reproduction) -> None:
    landscape = NKLandscape.random(loci=6, k=2, selection=0.4, seed=3)
    exact = evolve(landscape, mode, infinite_population(landscape), generations=12, mutation=0.01, seed=0)
    size = 400_000
    founders = landscape.founders(size, 1)
    finite = evolve(landscape, mode, founders, generations=12, mutation=0.01, seed=1, engine="individuals")
    counts = np.bincount(finite.individuals[:, 0].astype(np.int64), minlength=64) / size
    assert np.abs(counts - exact.shares).max() < 5 * np.sqrt(13 * exact.shares.max() / size)


def test_the_engine_is_chosen_by_what_changes() -> None:
    founders = np.zeros((5000, 1), dtype=np.uint64)
    landscape = flat(50)
    few = evolve(landscape, CLONAL, founders, generations=3, mutation=1e-4, seed=1)
    many = evolve(landscape, SEXUAL, founders, generations=3, mutation=1e-4, seed=1)
    assert few.weights is not None
    assert many.weights is None
    assert few.size == many.size == 5000
    assert len(few.members()) == 5000


def test_equal_genomes_that_arise_twice_become_one_clone() -> None:
    landscape = flat(4)
    late = evolve(
        landscape, CLONAL, np.zeros((3000, 1), dtype=np.uint64), generations=32, mutation=0.01, seed=1, engine="clones"
    )
    assert len(late.individuals) == len(np.unique(late.individuals)) <= 16


@pytest.mark.oracle
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


@pytest.mark.oracle
@pytest.mark.parametrize("engine", ["individuals", "clones"])
def test_a_beneficial_mutation_is_fixed_as_often_as_kimura_says(engine: Engine) -> None:
    """(1 - exp(-2s)) / (1 - exp(-2Ns)) for one mutant among N haploids; here s = 0.2, N = 20."""
    size, advantage = 20, 0.2
    landscape = AdditiveLandscape(loci=1, effects_of_loci=np.array([advantage / 2]))
    founders = np.zeros((size, 1), dtype=np.uint64)
    founders[0] = 1
    trials = 500
    fixed = np.mean(
        [
            evolve(landscape, CLONAL, founders, generations=80, mutation=0.0, seed=seed, engine=engine).members().mean()
            for seed in range(trials)
        ]
    )
    expected = (1 - np.exp(-2 * advantage)) / (1 - np.exp(-2 * size * advantage))
    assert abs(fixed - expected) < 4 * np.sqrt(expected * (1 - expected) / trials) + 0.02, "the diffusion is near"


@pytest.mark.oracle
@pytest.mark.parametrize("rate", [0.5, 0.1, 0.01])
def test_recombination_makes_linkage_decay(rate: float) -> None:
    """D_t = D_0 (1 - r)**t in a large population."""
    landscape, size = flat(2), 200_000
    mode = Reproduction(sex_fraction=1.0, recombination=Recombination.uniform(2, rate))
    founders = np.where(np.arange(size) % 2 == 0, 3, 0).astype(np.uint64)[:, None]
    for generations in (1, 3):
        late = evolve(landscape, mode, founders, generations=generations, mutation=0.0, seed=1)
        a, b = landscape.observations(late.individuals).T
        assert np.mean(a * b) - a.mean() * b.mean() == pytest.approx(0.25 * (1 - rate) ** generations, abs=0.003)


def test_the_best_of_several_recombinants_is_fitter_and_best_alleles_are_the_limit() -> None:
    landscape = AdditiveLandscape.random(loci=60, effects="equal", selection=0.5)
    founders = landscape.founders(500, 1)
    gained = [
        evolve(landscape, Reproduction(sex_fraction=1.0, best_of=best), founders, generations=3, mutation=0.0, seed=1)
        .log_fitness.mean()
        for best in (1, 2, 10, "alleles")
    ]  # fmt: skip
    assert gained == sorted(gained)
    assert gained[-1] > 2 * gained[0]


def test_best_alleles_without_selection_are_no_direction() -> None:
    landscape = flat(60)
    late = evolve(landscape, MODES["alleles"], landscape.founders(400, 1), generations=10, mutation=0.0, seed=1)
    q = landscape.observations(late.individuals).mean(0)
    assert abs(q.mean() - 0.5) < 5 * np.sqrt(0.25 * 11 / 400 / 60)


def test_islands_drift_apart_unless_migrants_hold_them_together() -> None:
    landscape = flat(100)
    founders = landscape.founders(400, 1)

    def apart(migration: float) -> float:
        late = evolve(
            landscape, SEXUAL, founders, generations=60, mutation=0.0, seed=1,
            demography=Demography(size=100, islands=4, migration=migration),
        )  # fmt: skip
        q = unpack(late.individuals, 100).reshape(4, 100, 100).mean(1)
        return float(q.var(0).mean())

    assert apart(0.0) > 4 * apart(0.2)


def test_a_bottleneck_changes_the_number_of_individuals_for_its_time() -> None:
    landscape = flat(20)
    demography = Demography(size=50, islands=2, bottlenecks=(Bottleneck(start=3, length=2, size=5),))
    sizes = []
    population = evolve(
        landscape, SEXUAL, landscape.founders(100, 1), generations=0, mutation=0.0, seed=1, demography=demography
    )
    for _ in range(6):
        population = evolve(landscape, SEXUAL, population, generations=1, mutation=0.0, seed=1, demography=demography)
        sizes.append(int(population.size))
    assert sizes == [100, 100, 10, 10, 100, 100]


@pytest.mark.parametrize("selection", [Truncation(fraction=0.3), Tournament(size=3)])
@pytest.mark.parametrize("mode", ["clonal", "sexual"])
def test_other_kinds_of_selection_raise_fitness_too(selection: Truncation | Tournament, mode: str) -> None:
    landscape = BlockLandscape.count(200)
    late = evolve(
        landscape, MODES[mode], landscape.founders(300, 1), generations=20, mutation=1e-3, seed=1, selection=selection
    )
    assert late.log_fitness.mean() > 120


@pytest.mark.parametrize(("setting", "value"), [("mutation", 0.6), ("mutation", -0.1), ("generations", -1)])
def test_impossible_settings_are_refused(setting: str, value: float) -> None:
    landscape = flat(3)
    settings = {"generations": 1, "mutation": 0.0, "seed": 1, setting: value}
    with pytest.raises(ValueError, match=setting):
        evolve(landscape, CLONAL, landscape.founders(4, 1), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: evolve(flat(3), CLONAL, flat(3).founders(1, 1), generations=1, mutation=0.0, seed=1), "at least 2"),
        (
            lambda: evolve(
                flat(3),
                CLONAL,
                flat(3).founders(7, 1),
                generations=1,
                mutation=0.0,
                seed=1,
                demography=Demography(size=5),
            ),
            "has 5 individuals in generation 0; got 7",
        ),
        (
            lambda: evolve(
                flat(3), MODES["jackpot"], flat(3).founders(7, 1), generations=1, mutation=0.0, seed=1, engine="clones"
            ),
            "take engine = individuals",
        ),
        (lambda: infinite_population(flat(60)), "an infinite population has at most"),
        (lambda: evolve(flat(3), CLONAL, 1000, generations=1, mutation=0.0, seed=1), "start must be founders"),  # type: ignore[arg-type]
        (
            lambda: evolve(flat(9), MODES["mapped"], flat(9).founders(7, 1), generations=1, mutation=0.0, seed=1),
            "9 loci has 8",
        ),
        (lambda: Demography(size=10, migration=0.1), "migration needs a second island"),
        (lambda: Demography(size=10, islands=2, migration=1.5), r"migration must lie in \[0, 1\]"),
        (lambda: Bottleneck(start=0, length=1, size=1), "a bottleneck needs"),
        (lambda: Truncation(fraction=0.0), "fraction"),
        (lambda: Tournament(size=0), "size must be at least 1"),
        (lambda: MovingTarget(landscape=flat(3), every=0, loci=1), "every must be at least 1"),
        (lambda: MovingTarget(landscape=flat(3), every=1, loci=4), "loci must lie in 0 to 3"),
    ],
)
def test_impossible_populations_are_refused(wrong: object, words: str) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError, match=words):
        wrong()


def test_lethal_everything_is_refused_and_huge_fitness_does_not_overflow_selection() -> None:
    lethal = AdditiveLandscape(loci=1, effects_of_loci=np.array([1.0]), selection=1e308)
    founders = np.array([[0], [1], [1]], dtype=np.uint64)
    with np.errstate(over="ignore"):
        late = evolve(lethal, SEXUAL, founders, generations=2, mutation=0.0, seed=1)
    assert np.all(late.individuals == 1), "only the fittest reproduce"
