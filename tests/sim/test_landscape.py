"""The contract that every landscape keeps, and the closed forms of each."""

from collections.abc import Callable
from math import comb
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import complete, interaction_spectrum
from sim import (
    AdditiveLandscape,
    BlockLandscape,
    CrossGame,
    DominanceLandscape,
    GeneNetworkLandscape,
    GenomeLandscape,
    KnockOutGame,
    Landscape,
    NKLandscape,
    PairwiseLandscape,
    Shifted,
    TabulatedLandscape,
    TermsLandscape,
    pack,
    unpack,
)
from sim.landscape import LANDSCAPES
from sim.landscape.gene_network import develop
from sim.landscape.nk import Neighbours, expected_shares

SPECS: dict[str, Any] = {
    spec.model_fields["kind"].default: spec for spec in LANDSCAPES if "path" not in spec.model_fields
}
SMALL: dict[str, Callable[[], GenomeLandscape]] = {
    "additive": lambda: AdditiveLandscape.random(loci=10, effects="exponential", selection=0.3, seed=1),
    "additive fitness": lambda: AdditiveLandscape(loci=10, effects_of_loci=np.full(10, 0.05), scale="additive"),
    "pairwise": lambda: PairwiseLandscape.random(
        loci=10, additive_variance=1.5, epistatic_variance=4.0, selection=0.5, seed=3
    ),
    "terms": lambda: TermsLandscape.random(loci=10, variances=[1.0, 0.5, 0.0, 2.0], selection=0.5, seed=4),
    "nk adjacent": lambda: NKLandscape.random(loci=10, k=3, neighbours="adjacent", seed=5),
    "nk random": lambda: NKLandscape.random(loci=10, k=4, neighbours="random", selection=2.0, seed=5),
    "all of five": lambda: BlockLandscape.conspiracies([5, 5], selection=2.0),
    "any of three": lambda: BlockLandscape.conspiracies([3, 7], needs="any", exponent=2.0, layout="interleaved"),
    "two of four": lambda: BlockLandscape.conspiracies([4, 6], needs=2, exponent=0.0),
    "hiff": lambda: BlockLandscape.hiff(3),
    "hiff interleaved": lambda: BlockLandscape.hiff(3, layout="interleaved", selection=0.1),
    "mesa": lambda: BlockLandscape.mesa(10, plateau=3, selection=4.0),
    "count": lambda: BlockLandscape.count(10),
    "shifted": lambda: Shifted.of(BlockLandscape.conspiracies([4, 6], selection=3.0), np.arange(10) % 3 == 0),
}
"""Every kind with a closed form, small enough to be enumerated."""


@pytest.fixture(params=SPECS)
def landscape(request: pytest.FixtureRequest) -> Landscape:
    drawn: Landscape = SPECS[request.param]().build(1)
    return drawn


@pytest.fixture(params=SMALL)
def small(request: pytest.FixtureRequest) -> GenomeLandscape:
    return SMALL[request.param]()


def test_value_of_an_individual_does_not_depend_on_its_companions(landscape: Landscape) -> None:
    individuals = landscape.random_individuals(150, 3)
    together = landscape.log_fitness(individuals)
    assert np.array_equal(together[67:69], landscape.log_fitness(individuals[67:69]))
    assert np.array_equal(together[::-1], landscape.log_fitness(individuals[::-1]))


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


@pytest.mark.parametrize("kind", SPECS)
def test_what_a_spec_says_of_its_landscape_is_true(kind: str) -> None:
    spec = SPECS[kind]()
    assert spec.build(1).elements == spec.elements
    assert spec.evaluation > 0
    assert spec.summary
    assert spec.source or kind == "spectrum"
    assert all(field.description for name, field in type(spec).model_fields.items() if name != "kind")


@pytest.mark.oracle
def test_spectrum_and_effects_are_those_of_all_genotypes(small: GenomeLandscape) -> None:
    """The closed forms, against every genotype's value and the definition of a Walsh coefficient."""
    genotypes = complete(small.loci).masks
    log_fitness = small.log_fitness(pack(genotypes))
    signs = np.where(genotypes, 1.0, -1.0)
    sets = complete(small.loci).masks
    coefficients = np.array([np.mean(log_fitness * signs[:, s].prod(axis=1)) for s in sets])
    expected = np.bincount(sets.sum(1), weights=coefficients**2, minlength=small.loci + 1)
    assert small.spectrum() == pytest.approx(expected, abs=1e-12)
    mean, effects = small.effects()
    assert mean == pytest.approx(log_fitness.mean(), abs=1e-12)
    assert effects == pytest.approx(coefficients[1 << np.arange(small.loci)], abs=1e-12)


@pytest.mark.parametrize("kind", [k for k in SPECS if k not in ("dominance", "gene-network")])
@pytest.mark.parametrize("loci", [1, 2, 63, 64, 65, 1000])
def test_awkward_numbers_of_loci_work(kind: str, loci: int) -> None:
    special: dict[str, dict[str, Any]] = {
        "conspiracies": {"blocks": loci, "size": 1},
        "mesa": {"loci": loci, "plateau": loci // 2},
        "royal-road": {"blocks": 1, "size": loci},
        "hiff": {"levels": 7},
        "nk": {"loci": loci, "k": min(4, loci - 1)},
        "spectrum": {"loci": loci, "variances": (1.0,) * min(3, loci)},
        "pairwise": {"loci": max(2, loci)},
    }
    landscape = SPECS[kind](**special.get(kind, {"loci": loci})).build(1)
    genomes = landscape.random_individuals(70, 2)
    values = landscape.log_fitness(genomes)
    assert np.all(np.isfinite(values))
    assert np.array_equal(values[65:], landscape.log_fitness(genomes[65:]))


@pytest.mark.oracle
@pytest.mark.parametrize("loci", [2, 3, 50, 64, 65, 130])
def test_pairwise_and_its_terms_are_the_formula(loci: int) -> None:
    landscape = PairwiseLandscape.random(loci=loci, additive_variance=1, epistatic_variance=2, selection=0.5, seed=7)
    genomes = landscape.random_individuals(80, 1)
    s = np.where(unpack(genomes, loci), 1.0, -1.0)
    expected = 0.5 * (s @ landscape.additive + 0.5 * np.einsum("ki,ij,kj->k", s, landscape.pairs, s))
    assert landscape.log_fitness(genomes) == pytest.approx(expected, abs=1e-12)
    pairs = [(i, j) for i in range(loci) for j in range(i)]
    singles: list[tuple[int, ...]] = [(i,) for i in range(loci)]
    terms = TermsLandscape.of(
        loci,
        [*singles, *pairs],
        np.concatenate([landscape.additive, [landscape.pairs[i, j] for i, j in pairs]]),
        selection=0.5,
    )
    assert terms.log_fitness(genomes) == pytest.approx(expected, abs=1e-12)


@pytest.mark.oracle
def test_nk_is_the_sum_of_its_contributions() -> None:
    landscape = NKLandscape.random(loci=70, k=3, neighbours="random", seed=2)
    genomes = landscape.random_individuals(70, 1)
    alleles = unpack(genomes, 70)
    columns = alleles[:, landscape.neighbours] @ (1 << np.arange(4))
    expected = landscape.contributions[np.arange(70), columns].sum(axis=1)
    assert landscape.log_fitness(genomes) == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(landscape.neighbours[:, 0], np.arange(70))
    assert all(len(set(row)) == 4 for row in landscape.neighbours.tolist())


@pytest.mark.oracle
@pytest.mark.parametrize("neighbours", ["adjacent", "random"])
def test_nk_spectrum_is_as_expected_on_average(neighbours: Neighbours) -> None:
    """C(K + 1, k) / (2**(K + 1) - 1) for any neighbourhoods (Neidhart, Szendro & Krug 2013)."""
    k, many = 2, 300
    drawn = [NKLandscape.random(loci=20, k=k, neighbours=neighbours, seed=i).spectrum()[1:4] for i in range(many)]
    error = np.std(drawn, axis=0, ddof=1) / np.sqrt(many)
    assert np.all(np.abs(np.mean(drawn, axis=0) - expected_shares(k)[1:]) < 4.5 * error)


@pytest.mark.oracle
@pytest.mark.parametrize("size", [2, 3, 5])
def test_all_and_any_have_one_spectrum(size: int) -> None:
    """AND and OR of k elements: additive share k / (2**k - 1)."""
    choices: tuple[Literal["all", "any"], ...] = ("all", "any")
    for needs in choices:
        found = BlockLandscape.conspiracies([size], needs=needs).spectrum()[1:]
        assert found / found.sum() == pytest.approx([comb(size, k) / (2**size - 1) for k in range(1, size + 1)])


@pytest.mark.oracle
def test_hiff_scores_as_published() -> None:
    """00101111 scores 18 and a uniform string of eight 32 (Watson, Hornby & Pollack 1998)."""
    landscape = BlockLandscape.hiff(3)
    strings = np.array([[int(c) for c in text] for text in ("00101111", "00000000", "11111111")], dtype=np.bool_)
    assert landscape.log_fitness(pack(strings)).tolist() == [18.0, 32.0, 32.0]


def test_the_essays_conspiracies_have_names() -> None:
    one, ten = (SPECS["conspiracies"](preset=preset) for preset in ("1x50", "10x5"))
    assert [len(block) for block in one.build(0).blocks] == [50]
    assert [len(block) for block in ten.build(0).blocks] == [5] * 10
    assert SPECS["conspiracies"](**one.model_dump()) == one
    with pytest.raises(ValueError, match="preset 1x50 has its own blocks and size"):
        SPECS["conspiracies"](preset="1x50", size=5)


def test_conspiracies_pay_as_said() -> None:
    ones = pack(np.ones((1, 50), dtype=np.bool_))
    big, small = BlockLandscape.conspiracies([50]), BlockLandscape.conspiracies([5] * 10)
    assert big.log_fitness(ones) == pytest.approx([1.0])
    assert small.log_fitness(ones) == pytest.approx([1.0])
    one_less = pack(np.arange(50)[None] != 7)
    assert big.log_fitness(one_less) == [0.0]
    assert small.log_fitness(one_less) == pytest.approx([0.9])
    assert BlockLandscape.conspiracies([50], exponent=2.0).log_fitness(ones) == pytest.approx([50.0])


def test_sums_are_exact_so_order_does_not_matter() -> None:
    """Coefficients lie on a grid: the same value to the bit, however the terms are ordered."""
    landscape = TermsLandscape.random(loci=40, variances=[1.0, 1.0], seed=1)
    genomes = landscape.random_individuals(100, 2)
    turned = TermsLandscape(
        loci=40,
        coefficients=landscape.coefficients[::-1],
        starts=np.concatenate([[0], np.cumsum(np.diff(landscape.starts)[::-1])]),
        members=np.concatenate(
            [landscape.members[a:b] for a, b in zip(landscape.starts[-2::-1], landscape.starts[:0:-1], strict=True)]
        ),
    )
    assert np.array_equal(landscape.values(genomes), turned.values(genomes))


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(2, 12))
def test_a_shifted_landscape_is_the_same_seen_from_elsewhere(seed: int, loci: int) -> None:
    base = NKLandscape.random(loci=loci, k=1, seed=seed)
    flips = np.random.default_rng(seed).random(loci) < 0.5
    genomes = base.random_individuals(20, seed)
    shifted = Shifted.of(base, flips)
    assert np.array_equal(shifted.log_fitness(genomes ^ pack(flips[None])), base.log_fitness(genomes))
    assert shifted.spectrum() == pytest.approx(base.spectrum())


@pytest.mark.oracle
def test_diploid_fitness_is_by_copies_with_dominance() -> None:
    effects, dominance = np.array([0.4, -0.2, 0.1]), np.array([0.5, 1.0, 0.0])
    landscape = DominanceLandscape(effects=effects, dominance=dominance)
    individuals = landscape.random_individuals(60, 1)
    copies = landscape.observations(individuals).astype(int)
    expected = np.choose(copies, [np.zeros(3), dominance * effects, effects]).sum(axis=1)
    assert landscape.log_fitness(individuals) == pytest.approx(expected, abs=1e-12)


def test_a_diploid_child_has_a_gamete_of_each_parent() -> None:
    from sim import SEXUAL, evolve
    from sim.reproduction import FREE

    landscape = DominanceLandscape(effects=np.zeros(70), dominance=np.zeros(70))
    pure = np.zeros((2, 2, 2), dtype=np.uint64)
    pure[1] = pack(np.ones((1, 70), dtype=np.bool_))
    ones, zeros = np.ones(5, dtype=np.int64), np.zeros(5, dtype=np.int64)
    children, changed = landscape.offspring(pure, zeros, ones, FREE, 0.0, np.uint64(1))
    assert np.all(landscape.observations(children) == 1.0), "a gamete of each pure parent"
    assert changed.all()
    copies, changed = landscape.offspring(children, zeros, zeros - 1, FREE, 0.0, np.uint64(1))
    assert np.array_equal(copies, children[zeros]), "a clonal child copies both genomes"
    assert not changed.any()
    later = evolve(landscape, SEXUAL, landscape.founders(50, 1), generations=5, mutation=1e-3, seed=1)
    assert later.individuals.shape == (50, 2, 2)


def table(path: Path, rows: list[str], header: str = "a,b,fitness") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_a_table_of_genotypes_is_read_and_logged(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", ["0,0,1.0", "1,0,2.0", "0,1,3.0", "1,1,8.0"])
    landscape = TabulatedLandscape.read(file, log=True)
    assert landscape.names == ["a", "b"]
    assert landscape.log_fitness(pack(complete(2).masks)) == pytest.approx(np.log([1, 2, 3, 8]))


def test_the_largest_complete_part_is_found_on_request(tmp_path: Path) -> None:
    rows = [f"{a},{b},{c},{a + 2 * b + 4 * c}" for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    file = table(tmp_path / "t.csv", [row for row in rows if row[:5] != "0,1,1"], "a,b,c,fitness")
    with pytest.raises(ValueError, match=r"1 of 8 genotypes are missing: 011; add them, or .* subcube = true"):
        TabulatedLandscape.read(file)
    part = TabulatedLandscape.read(file, subcube=True)
    assert (part.loci, part.names) == (2, ["b", "c"]) or part.loci == 2
    assert np.all(np.isfinite(part.table))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["0,0,1", "0,0,2"], "line 3: genotype 00 is on line 2 already"),
        (["0,2,1"], "line 2: must have 2 alleles of 0 or 1"),
        (["0,0"], "line 2: must have 2 alleles"),
        (["0,0,x"], "line 2: fitness must be a number; got 'x'"),
        (["0,0,nan"], "line 2: fitness must be a number"),
        (["0,0,-1", "0,1,1", "1,0,1", "1,1,1"], "1 genotypes have no positive fitness"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, rows: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TabulatedLandscape.read(table(tmp_path / "t.csv", rows), log=True)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        TabulatedLandscape.read(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(ValueError, match="is empty or no text"):
        TabulatedLandscape.read(tmp_path / "empty.csv")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: AdditiveLandscape(loci=0, effects_of_loci=np.empty(0)), "loci must be at least 1; got 0"),
        (lambda: AdditiveLandscape(loci=2, effects_of_loci=np.ones(2), scale="additive"), "add up to less than 1"),
        (lambda: BlockLandscape.conspiracies([5, 3], needs=4), "1 to 3, the smallest block; got 4"),
        (lambda: NKLandscape.random(loci=4, k=4, seed=0), "k must lie in 0 to 3"),
        (lambda: TermsLandscape.random(loci=2, variances=[1, 1, 1]), "variances must be at most 2"),
        (lambda: BlockLandscape.count(70).log_fitness(np.zeros((3, 1), dtype=np.uint64)), "rows of 2 words"),
        (lambda: SPECS["house-of-cards"](loci=40).build(0).spectrum(), "40 loci are too many to enumerate"),
    ],
)
def test_impossible_landscapes_are_refused(wrong: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wrong()


@pytest.mark.oracle
def test_free_recombination_is_the_noise_operator_at_one_half() -> None:
    """E[child of x and a random mate] = sum of 2**-|S| c_S chi_S(x)."""
    landscape = PairwiseLandscape.random(loci=8, additive_variance=1, epistatic_variance=1, selection=1, seed=2)
    everyone = complete(8).masks
    x = everyone[[37]]
    children = [landscape.crossed(pack(x), pack(mate[None]), everyone).mean() for mate in everyone]
    s = np.where(x[0], 1.0, -1.0)
    expected = 0.5 * s @ landscape.additive + 0.25 * 0.5 * s @ landscape.pairs @ s
    assert np.mean(children) == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(unpack(pack(x), 8), x)


@pytest.mark.oracle
def test_knock_out_game_of_a_pairwise_landscape_has_its_closed_form() -> None:
    """With null loci, f_i = (a_i s_i + sum_j b_ij s_i s_j / 2) / 2 and f_ij = b_ij s_i s_j / 4."""
    landscape = PairwiseLandscape.random(loci=9, additive_variance=1, epistatic_variance=2, selection=1, seed=5)
    individual = landscape.random_individuals(1, 4)
    found = interaction_spectrum(KnockOutGame(landscape=landscape, individual=individual))
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
