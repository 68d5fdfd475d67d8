"""Evolving networks: laws of mixing, selection and mutation; the same bits wherever a run is cut."""

from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from nets import draws
from nets.data import Dataset, load, split
from nets.evolution import Evolution, Evolved, Generation, Genomes, evolve
from nets.training import Seeds

TINY = Evolution(width=5, population=12, generations=6, batch_size=20, parents=0.5, mutation_rate=0.25)
SEEDS = Seeds(initial=1, training=2)


@pytest.fixture(scope="module")
def data() -> Dataset:
    rng = np.random.default_rng(0)
    return Dataset(inputs=rng.random((40, 4), dtype=np.float32), labels=rng.integers(0, 3, 40), classes=3)


def spec(**changes: Any) -> Evolution:
    return Evolution.model_validate({**TINY.model_dump(), **changes})


def same(one: Genomes, two: Genomes) -> bool:
    return torch.equal(one.units, two.units) and torch.equal(one.biases, two.biases)


def course(what: Evolution, data: Dataset, seeds: Seeds = SEEDS) -> list[Generation]:
    seen: list[Generation] = []
    evolve(what, data, seeds, on_generation=seen.append)
    return seen


def with_input_of_one(data: Dataset) -> torch.Tensor:
    return torch.from_numpy(np.pad(data.inputs, ((0, 0), (0, 1)), constant_values=1.0).T.copy())


def marked() -> Generation:
    """Founders who carry their own number in every weight."""
    number = torch.arange(12.0)
    return Generation(
        number=0, genomes=Genomes(units=number[:, None, None].expand(12, 5, 8), biases=number[:, None].expand(12, 3))
    )


@pytest.mark.oracle
def test_scores_are_those_of_each_network_alone(data: Dataset) -> None:
    genomes = evolve(TINY, data, SEEDS).last.genomes
    together = genomes.scores(with_input_of_one(data))
    assert together.shape == (12, 3, 40)
    for which in range(12):
        network = genomes.network(which)
        assert network.widths == [5]
        alone = network.logits(torch.from_numpy(data.inputs)).T
        torch.testing.assert_close(together[which], alone, rtol=1e-5, atol=1e-5)
        by_torch = network.module()(torch.from_numpy(data.inputs)).T
        torch.testing.assert_close(together[which], by_torch, rtol=1e-5, atol=1e-5)


@pytest.mark.oracle
@pytest.mark.parametrize("fitness", ["log-likelihood", "accuracy"])
def test_fitness_is_that_of_all_training_examples_and_the_best_is_best(data: Dataset, fitness: Any) -> None:
    found = evolve(spec(fitness=fitness), data, SEEDS)
    labels = torch.from_numpy(data.labels)
    for which in range(12):
        scores = found.last.genomes.network(which).logits(torch.from_numpy(data.inputs))
        wanted = (
            -float(torch.nn.functional.cross_entropy(scores, labels))
            if fitness == "log-likelihood"
            else float(((scores >= scores.gather(1, labels[:, None])).sum(1) == 1).float().mean())
        )
        assert float(found.fitness[which]) == pytest.approx(wanted, abs=1e-5)
    assert found.fitness[found.best] == found.fitness.max()
    assert torch.equal(found.network.weights[0], found.last.genomes.network(found.best).weights[0])


@pytest.mark.parametrize("sexual", [False, True])
def test_a_run_is_a_function_of_its_arguments_and_may_be_cut_anywhere(data: Dataset, sexual: bool) -> None:
    seen = course(spec(sexual=sexual), data)
    assert [generation.number for generation in seen] == list(range(7))
    torch.manual_seed(5)
    whole = evolve(spec(sexual=sexual), data, SEEDS)
    assert same(whole.last.genomes, seen[-1].genomes)
    for cut in (0, 1, 4, 6):
        went_on = evolve(spec(sexual=sexual), data, SEEDS, start=seen[cut])
        assert same(went_on.last.genomes, whole.last.genomes)
        assert torch.equal(went_on.fitness, whole.fitness)
    for other in (Seeds(initial=9, training=2), Seeds(initial=1, training=9)):
        assert not same(evolve(spec(sexual=sexual), data, other).last.genomes, whole.last.genomes)


def test_a_generation_given_out_is_not_changed_by_those_after_it(data: Dataset) -> None:
    kept: list[tuple[Generation, Genomes]] = []

    def keep(now: Generation) -> None:
        kept.append((now, Genomes(units=now.genomes.units.clone(), biases=now.genomes.biases.clone())))

    evolve(TINY, data, SEEDS, on_generation=keep)
    assert all(same(now.genomes, before) for now, before in kept)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("selection", "changes"), [("truncation", {"parents": 0.5}), ("tournament", {"contestants": 3})]
)
@pytest.mark.parametrize("sexual", [False, True])
def test_genes_come_whole_from_one_parent_or_from_two(
    data: Dataset, selection: str, changes: dict[str, Any], sexual: bool
) -> None:
    rules = spec(selection=selection, sexual=sexual, mutation_size=0.0, generations=1, **changes)
    for seed in range(20):
        children = evolve(rules, data, Seeds(initial=0, training=seed), start=marked()).last.genomes
        assert (children.units == children.units[:, :, :1]).all()
        genes = torch.cat([children.units[:, :, 0], children.biases], dim=1)
        parents = [len(set(row.tolist())) for row in genes]
        assert max(parents) == (2 if sexual else 1)


@pytest.mark.oracle
def test_each_gene_comes_from_either_parent_alike_and_on_its_own() -> None:
    """The best two are the only parents: from which of them a gene is, is a fair coin, whatever the others are from."""
    data = Dataset(inputs=np.zeros((1, 2), dtype=np.float32), labels=np.zeros(1, dtype=np.int64), classes=2)
    rules = Evolution(width=6, population=4000, generations=1, parents=0.0005, mutation_rate=0.0, batch_size=1)
    number = torch.arange(4000.0)
    biases = torch.stack([-number, torch.zeros(4000)], dim=1)
    start = Generation(number=0, genomes=Genomes(units=number[:, None, None].expand(-1, 6, 5) / 1e6, biases=biases))
    children = evolve(rules, data, SEEDS, start=start).last.genomes
    second = torch.cat([children.units[:, :, -1] * 1e6, -children.biases[:, :1]], dim=1).round().numpy()
    assert set(np.unique(second)) == {0.0, 1.0}
    assert np.abs(second.mean(0) - 0.5).max() < 4.5 * 0.5 / np.sqrt(4000)
    correlation = np.corrcoef(second.T)[np.triu_indices(7, 1)]
    assert np.abs(correlation).max() < 4.5 / np.sqrt(4000)


@pytest.mark.oracle
@pytest.mark.parametrize("selection", ["truncation", "tournament"])
@pytest.mark.parametrize("sexual", [False, True])
def test_the_fitter_have_the_children_that_theory_says(selection: Any, sexual: bool) -> None:
    """Truncation: the best tenth alike. Tournament of 3 among P: rank r or worse with chance (1 - r / P)^3."""
    count = 1000
    rules = Evolution(
        width=2, population=count, generations=1, selection=selection, parents=0.1, contestants=3, mutation_size=0.0,
        batch_size=1, sexual=sexual,
    )  # fmt: skip
    data = Dataset(inputs=np.zeros((1, 1), dtype=np.float32), labels=np.zeros(1, dtype=np.int64), classes=2)
    rank = torch.arange(count).float()
    biases = torch.stack([-0.01 * rank, torch.zeros(count)], dim=1)
    start = Generation(number=0, genomes=Genomes(units=rank[:, None, None].expand(-1, 2, 4), biases=biases))
    found: list[float] = []
    for seed in range(20):
        children = evolve(rules, data, Seeds(initial=0, training=seed), start=start).last.genomes
        found += children.units[:, 0, 0].tolist()
    births = np.bincount(np.array(found, dtype=np.int64), minlength=count).reshape(10, -1).sum(1)
    edges = np.linspace(1.0, 0.0, 11)
    wanted = np.eye(10)[0] if selection == "truncation" else edges[:-1] ** 3 - edges[1:] ** 3
    error = np.sqrt(20 * count * wanted * (1.0 - wanted)) + 0.003 * 20 * count * wanted * sexual
    assert np.all(np.abs(births - 20 * count * wanted) <= 4.5 * error)


@pytest.mark.oracle
def test_a_share_of_the_genes_takes_normal_steps_in_units_of_the_founders(data: Dataset) -> None:
    rules = Evolution(
        width=10, population=1000, generations=3, mutation_rate=0.2, mutation_size=0.7, final_mutation_size=0.5,
        batch_size=1,
    )  # fmt: skip
    genomes = Genomes(units=torch.zeros(1000, 10, 8), biases=torch.zeros(1000, 3))
    for number, size in ((0, 0.7), (1, 0.7 * 5 / 6), (2, 0.7 * 2 / 3)):
        seen: list[Generation] = []
        evolve(rules, data, SEEDS, start=Generation(number=number, genomes=genomes), on_generation=seen.append)
        units, biases = seen[1].genomes.units, seen[1].genomes.biases
        changed = (units != 0.0).all(2)
        assert torch.equal(changed, (units != 0.0).any(2))
        assert int(changed.sum()) == 2000
        assert int((biases != 0.0).sum()) == 600
        steps = units[changed].numpy() / size
        for weights, deviation in ((steps[:, :5], np.sqrt(2 / 4)), (steps[:, 5:], np.sqrt(2 / 10))):
            standard = weights.ravel() / deviation
            assert abs(standard.mean()) < 4.5 / np.sqrt(standard.size)
            assert abs(standard.var() - 1.0) < 4.5 * np.sqrt(2.0 / standard.size)
            assert abs((standard**4).mean() - 3.0) < 4.5 * np.sqrt(96.0 / standard.size)
        assert np.unique(units[changed].numpy()).size > 0.99 * 2000 * 8
        standard = biases[biases != 0.0].numpy() / size / np.sqrt(2 / 10)
        assert abs(standard.var() - 1.0) < 4.5 * np.sqrt(2.0 / standard.size)


def test_without_selection_and_mutation_nothing_new_appears(data: Dataset) -> None:
    rules = spec(mutation_rate=0.0, parents=1.0)
    first, *_, last = course(rules, data)
    for unit in range(5):
        old = {tuple(row) for row in first.genomes.units[:, unit].tolist()}
        assert {tuple(row) for row in last.genomes.units[:, unit].tolist()} <= old


def test_arms_are_paired(data: Dataset) -> None:
    """The same founders; and the same genes of the same children take the same steps."""
    clonal, sexual = (course(spec(sexual=sexual), data) for sexual in (False, True))
    assert same(clonal[0].genomes, sexual[0].genomes)
    assert not same(clonal[1].genomes, sexual[1].genomes)
    nothing = Generation(number=5, genomes=Genomes(units=torch.zeros(12, 5, 8), biases=torch.zeros(12, 3)))
    ends = [evolve(spec(sexual=sexual), data, SEEDS, start=nothing).last.genomes for sexual in (False, True)]
    assert ends[0].units.any()
    assert same(*ends)


def test_founders_are_he_normal() -> None:
    rules = Evolution(width=50, population=100)
    genomes = Genomes.founders(rules, 8, 3, draws.keys_of([4], 0))
    incoming, bias, outgoing = genomes.units.split_with_sizes([8, 1, 3], dim=2)
    assert (bias == 0.0).all()
    assert (genomes.biases == 0.0).all()
    for weights, variance in ((incoming, 2 / 8), (outgoing, 2 / 50)):
        found = float(weights.double().var())
        assert found == pytest.approx(variance, rel=4.5 * np.sqrt(2.0 / weights.numel()))


@pytest.mark.parametrize("selection", ["truncation", "tournament"])
def test_evolution_learns(selection: Any) -> None:
    digits = split(load("digits"), 300, 0)
    rules = Evolution(width=12, population=60, generations=60, batch_size=100, selection=selection, mutation_size=1.0)
    means: list[float] = []
    found: dict[str, Evolved] = {}
    for arm in (rules, rules.clonal()):
        before = evolve(arm.model_copy(update={"generations": 0}), digits.train, SEEDS)
        found[arm.arm] = evolve(arm, digits.train, SEEDS)
        means.append(float(found[arm.arm].fitness.mean() - before.fitness.mean()))
    assert min(means) > 0.5
    inputs, labels = torch.from_numpy(digits.test.inputs), torch.from_numpy(digits.test.labels)
    for evolved in found.values():
        assert float((evolved.network.logits(inputs).argmax(1) == labels).double().mean()) > 3.0 * digits.guessing


def test_steps_fall_linearly() -> None:
    rules = Evolution(generations=5, mutation_size=2.0, final_mutation_size=0.25)
    assert [rules.mutation_at(t) for t in range(1, 6)] == pytest.approx([2.0, 1.7, 1.4, 1.1, 0.8])
    assert Evolution(generations=1, mutation_size=2.0).mutation_at(1) == 2.0


def test_a_wrong_start_is_refused_with_the_mend(data: Dataset) -> None:
    with pytest.raises(ValueError, match="ask for more generations"):
        evolve(TINY, data, SEEDS, start=Generation(number=7, genomes=marked().genomes))
    with pytest.raises(ValueError, match=r"start must have units \(12, 6, 8\).*got \(12, 5, 8\)"):
        evolve(spec(width=6), data, SEEDS, start=marked())


@pytest.mark.parametrize("fitness", ["log-likelihood", "accuracy"])
def test_networks_whose_scores_overflow_have_no_children(data: Dataset, fitness: Any) -> None:
    founders = evolve(spec(generations=0), data, SEEDS).last.genomes
    founders.units[::3] *= 1e30
    rules = spec(generations=1, mutation_rate=0.0, parents=1 / 3, fitness=fitness)
    end = evolve(rules, data, SEEDS, start=Generation(number=0, genomes=founders))
    assert float(end.last.genomes.units.abs().max()) < 1e3
    assert torch.isneginf(
        evolve(spec(generations=0), data, SEEDS, start=Generation(number=0, genomes=founders)).fitness[::3]
    ).all()


def test_data_without_classes_are_refused(data: Dataset) -> None:
    with pytest.raises(ValueError, match="two classes"):
        evolve(TINY, Dataset(inputs=data.inputs, labels=np.zeros(40, dtype=np.int64), classes=1), SEEDS)


@pytest.mark.parametrize(
    "wrong",
    [{"population": 3}, {"parents": 0.0}, {"mutation_rate": 1.1}, {"selection": "roulette"}, {"fitness": "loss"},
     {"nonsense": 1}],
)  # fmt: skip
def test_a_wrong_spec_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Evolution.model_validate(wrong)


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Evolution.model_fields.values())
