"""The small experiments of the self-test: both engines and a measure, with results that are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np

from analysis.measures.spectrum import interaction_spectrum
from nets import AblationGame, Recipe, Seeds, Split, Trained, load, split, train
from sim import (
    CLONAL,
    SEXUAL,
    NKLandscape,
    PairwiseLandscape,
    Recombination,
    Reproduction,
    evolve,
    infinite_population,
)
from sim.evolution import Engine

_LOCI, _FEW_LOCI, _INDIVIDUALS, _GENERATIONS, _MUTATION = 70, 6, 200, 30, 1e-3
_EXAMPLES, _SEED = 200, 1


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an experiment gave."""

    digest: str
    """Of every byte of it."""
    values: list[float] = field(default_factory=list)
    """Some of its numbers, where processors may round differently."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Something to run, and how near its result must come to the one that is known."""

    run: Callable[[], Result]
    tolerance: float
    """Absolute and relative, on the values; 0 for exact sums and integers, which are the same to the bit anywhere."""


def population(reproduction: Reproduction, engine: Engine = "individuals") -> Result:
    """Individuals, or clones and their copies, and their log fitness, on a pairwise and on an NK landscape."""
    landscapes = (_pairwise(_LOCI), NKLandscape.random(loci=_LOCI, k=3, selection=0.2, seed=_SEED))
    arrays = []
    for landscape in landscapes:
        found = evolve(
            landscape,
            reproduction,
            landscape.founders(_INDIVIDUALS, _SEED),
            generations=_GENERATIONS,
            mutation=_MUTATION,
            seed=_SEED,
            engine=engine,
        )
        arrays += [found.individuals, found.log_fitness, np.zeros(0) if found.weights is None else found.weights]
    return Result(digest=_digest(arrays))


def frequencies() -> Result:
    """Shares of all genotypes of a few loci in an infinite population; processors round exponentials differently."""
    landscape = _pairwise(_FEW_LOCI)
    found = evolve(
        landscape,
        _mapped(_FEW_LOCI, 0.1),
        infinite_population(landscape, allele_frequency=0.3),
        generations=_GENERATIONS,
        mutation=_MUTATION,
        seed=_SEED,
    )
    return Result(digest=_digest([found.shares]), values=found.shares.tolist())


def training() -> Result:
    """Two networks with dropout: all weights; of the values, lengths of the weights and losses on the way."""
    trained, _ = _trained()
    tensors = [tensor.numpy() for tensor in trained.networks.tensors()]
    losses = [trained.train_loss, trained.test_loss]
    lengths = [float(np.sqrt(np.square(tensor, dtype=np.float64).sum())) for tensor in tensors]
    return Result(digest=_digest([*tensors, *losses]), values=[*lengths, *np.concatenate(losses, axis=None).tolist()])


def spectrum() -> Result:
    """Shares, mixability and interactions of one network's first hidden layer."""
    trained, data = _trained()
    game = AblationGame(trained.networks[0], data.test.inputs[:_EXAMPLES], data.test.labels[:_EXAMPLES], layer=0)
    found = interaction_spectrum(lambda masks: game.performance(masks)["log-probability"], n=game.n)
    arrays = [found.all_shares, found.mixability, found.interaction]
    return Result(digest=_digest(arrays), values=np.concatenate(arrays, axis=None).tolist())


EXPERIMENTS = {
    "clones": Experiment(run=lambda: population(CLONAL, "clones"), tolerance=0.0),
    "free recombination": Experiment(run=lambda: population(SEXUAL), tolerance=0.0),
    "recombination map": Experiment(
        run=lambda: population(_mapped(_LOCI, 0.02)),
        tolerance=0.0,
    ),
    "infinite population": Experiment(run=frequencies, tolerance=1e-10),
    "training with dropout": Experiment(run=training, tolerance=1e-4),
    "interaction spectrum": Experiment(run=spectrum, tolerance=1e-4),
}
"""In the order in which they are run."""


def _pairwise(loci: int) -> PairwiseLandscape:
    return PairwiseLandscape.random(loci=loci, additive_variance=1.0, epistatic_variance=1.0, selection=0.2, seed=_SEED)


def _mapped(loci: int, rate: float) -> Reproduction:
    return Reproduction(sex_fraction=1.0, recombination=Recombination.uniform(loci, rate))


@cache
def _trained() -> tuple[Trained, Split]:
    data = split(load("digits"), _EXAMPLES, _SEED)
    recipe = Recipe(layers=2, width=10, epochs=4, drop_prob=0.3, input_drop_prob=0.1)
    return train(recipe, data, [Seeds(initial=1, training=1), Seeds(initial=2, training=2)]), data


def _digest(arrays: Sequence[Any]) -> str:
    digest = blake2b(digest_size=16)
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()
